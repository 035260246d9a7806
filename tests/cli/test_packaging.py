"""scripts/package: what can be told of it without building anything. The rest is what
`scripts/package --check` does."""

import re
import subprocess

import pytest
from program import ROOT, need

SCRIPT = ROOT / "scripts/package"
PINS = [line.split() for line in (ROOT / "scripts/package.d/sources").read_text().splitlines()
        if not line.startswith("#")]


def run(*words):
    return subprocess.run([SCRIPT, *words], text=True, capture_output=True)


def test_pins():
    for name, version, digest in PINS:
        assert re.fullmatch(r"[a-z0-9][a-z0-9+.-]+", name)
        assert re.fullmatch(r"(\d+:)?\d[A-Za-z0-9.+~-]*", version), name
        assert re.fullmatch(r"[0-9a-f]{64}", digest), name


def test_every_pin_has_a_recipe():
    names, = re.findall(r"^libraries=\(([^)]*)\)", SCRIPT.read_text(), re.M)
    recipes = re.findall(r"^build_(\S+)\(\)", (ROOT / "scripts/package.d/libraries.sh").read_text(),
                         re.M)
    assert sorted(names.split()) == sorted(pin[0] for pin in PINS) == sorted(recipes)


def test_no_mirror_is_named():
    for path in [SCRIPT, *(ROOT / "scripts/package.d").iterdir()]:
        if path.is_file():
            hosts = re.findall(r"https?://([^/:]+)", path.read_text())
            assert set(hosts) <= {"packaging.python.org", "127.0.0.1"}, path


@pytest.mark.parametrize("words, text", [
    (["--arch", "sparc"], "--arch sparc: expected amd64 or arm64"),
    (["--arch"], "--arch needs a value"),
    (["--nothing"], "unknown argument '--nothing'"),
])
def test_usage(words, text):
    done = run(*words)
    assert (done.returncode, text in done.stderr) == (2, True), done.stderr


def test_help():
    done = run("--help")
    assert done.returncode == 0 and done.stdout.startswith("usage: package ")


def test_shellcheck():
    need("shellcheck")
    subprocess.run(["shellcheck", "-x", "-a", SCRIPT], cwd=ROOT, check=True)
