"""The Debian package and the Python wheel. `scripts/package deb --check` and `wheel --check` try
them whole, in fresh roots and environments."""

import base64
import gzip
import hashlib
import http.server
import os
import pathlib
import re
import shutil
import subprocess
import sys
import threading
import zipfile

import pytest
from program import INPUT, IO, NOT_FOUND, ROOT, USAGE, built, need

VERSION = re.search(r"VERSION (\S+)", (ROOT / "CMakeLists.txt").read_text().split("project(")[1])[1]
WHEEL = ROOT / "scripts/package.d/wheel.py"
DEB = ROOT / "scripts/package.d/deb"
EPOCH = "1700000000"


def run(*words, status=0, **variables):
    done = subprocess.run(list(map(str, words)), text=True, capture_output=True, timeout=600,
                          env={**os.environ, "SOURCE_DATE_EPOCH": EPOCH, **variables})
    assert done.returncode == status, done.stdout + done.stderr
    return done.stdout if status == 0 else done.stderr


@pytest.fixture(scope="module")
def deb(tmp_path_factory):
    """Out of the release build, as CPack makes it."""
    need("dpkg-shlibdeps")
    built("release")
    config = ROOT / "build/release/CPackConfig.cmake"
    folder = tmp_path_factory.mktemp("deb")
    for name in ("one", "two"):
        run("cpack", "--config", config, "-B", folder / name)
    found, again = folder.glob("*/*.deb")
    assert found.name == again.name and found.read_bytes() == again.read_bytes()
    run("dpkg-deb", "-R", found, folder / "tree")
    return found, folder / "tree"


def test_deb_says_what_it_is(deb):
    found, tree = deb
    arch = run("dpkg", "--print-architecture").strip()
    assert found.name == "flinkpack_%s-1_%s.deb" % (VERSION, arch)
    control = (tree / "DEBIAN/control").read_text()
    depends = re.search("^Depends: (.*)$", control, re.M)[1]
    for library in ("ca-certificates", "libarchive13", "libc6 (>= ", "libcurl4", "libssl3",
                    "libyaml-0-2", "zlib1g"):
        assert library in depends
    assert re.search("^Maintainer: .+ <.+@.+>$", control, re.M)
    assert all(len(line) <= 80 for line in control.split("Description:")[1].splitlines())


def test_deb_has_its_files(deb):
    files = {str(path.relative_to(deb[1])): path.stat().st_mode & 0o7777
             for path in deb[1].rglob("*") if "DEBIAN" not in path.parts}
    share = "usr/share/"
    for name in (share + "bash-completion/completions/flinkpack",
                 share + "zsh/vendor-completions/_flinkpack",
                 share + "fish/vendor_completions.d/flinkpack.fish",
                 share + "man/man1/flinkpack.1.gz", share + "doc/flinkpack/copyright",
                 share + "doc/flinkpack/changelog.gz",
                 share + "doc/flinkpack/changelog.Debian.gz", share + "doc/flinkpack/README.md.gz"):
        assert files.pop(name) == 0o644
    assert files.pop("usr/bin/flinkpack") == 0o755
    assert {mode for name, mode in files.items() if (deb[1] / name).is_dir()} == {0o755}
    rest = {name for name in files if not (deb[1] / name).is_dir()}
    assert all(name.startswith(share + "flinkpack/base-images/") for name in rest), rest


def test_deb_tells_its_time_and_no_path(deb):
    doc = deb[1] / "usr/share/doc/flinkpack"
    log = gzip.decompress((doc / "changelog.Debian.gz").read_bytes()).decode()
    assert log.startswith("flinkpack (%s-1) " % VERSION)
    assert log.endswith("  Tue, 14 Nov 2023 22:13:20 +0000\n")
    for path in filter(pathlib.Path.is_file, deb[1].rglob("*")):
        content = path.read_bytes()
        if path.suffix == ".gz":
            assert content[4:8] == bytes(4), "gzip tells the time in %s" % path
            content = gzip.decompress(content)
        assert os.fsencode(ROOT) not in content, path


def make_wheel(folder, *binaries, **variables):
    words = [word for binary in binaries for word in ("--binary", binary)]
    return list(map(pathlib.Path, run(sys.executable, WHEEL, *words, "--output", folder,
                                      **variables).splitlines()))


@pytest.fixture
def static(tmp_path):
    """A static program with the licences of what is in it: BusyBox's stands in."""
    need("busybox")
    (tmp_path / "LICENSES").write_text("of all that is in it\n")
    return pathlib.Path(shutil.copy(shutil.which("busybox"), tmp_path / "flinkpack"))


def for_machine(static, number):
    content = bytearray(static.read_bytes())
    content[18:20] = number.to_bytes(2, "little")
    static.write_bytes(content)
    return static


@pytest.mark.parametrize("number, arch", [(62, "x86_64"), (183, "aarch64")])
def test_wheel_of_static_file(number, arch, static, tmp_path):
    wheel, = make_wheel(tmp_path / "out", for_machine(static, number))
    tags = [kind + arch for kind in ("manylinux2014_", "manylinux_2_17_", "musllinux_1_1_")]
    assert wheel.name == "flinkpack-%s-py3-none-%s.whl" % (VERSION, ".".join(tags))
    again, = make_wheel(tmp_path / "again", static)
    assert wheel.read_bytes() == again.read_bytes()

    info = "flinkpack-%s.dist-info/" % VERSION
    with zipfile.ZipFile(wheel) as archive:
        assert archive.testzip() is None
        files = {name: archive.read(name) for name in archive.namelist()}
        modes = {item.filename: oct(item.external_attr >> 16) for item in archive.infolist()}
        times = {item.date_time for item in archive.infolist()}
    script = "flinkpack-%s.data/scripts/flinkpack" % VERSION
    assert modes.pop(script) == "0o100755" and set(modes.values()) == {"0o100644"}
    assert times == {(2023, 11, 14, 22, 13, 20)}
    assert files[script] == static.read_bytes()
    assert files[info + "LICENSE"] == b"of all that is in it\n"
    assert [line[5:] for line in files[info + "WHEEL"].decode().splitlines()
            if line.startswith("Tag: ")] == ["py3-none-" + tag for tag in tags]
    head, text = files[info + "METADATA"].decode().split("\n\n", 1)
    assert head.startswith("Metadata-Version: 2.1\nName: flinkpack\nVersion: %s\n" % VERSION)
    assert text == (ROOT / "README.md").read_text()
    rows = [row.split(",") for row in files.pop(info + "RECORD").decode().splitlines()]
    assert rows.pop() == [info + "RECORD", "", ""]
    assert rows == [[name, "sha256=" + base64.urlsafe_b64encode(
        hashlib.sha256(content).digest()).decode().rstrip("="), str(len(content))]
        for name, content in files.items()]


def test_wheel_wants_licences(static):
    (static.parent / "LICENSES").unlink()
    assert "LICENSES is missing" in run(sys.executable, WHEEL, "--binary", static, status=NOT_FOUND)


@pytest.mark.parametrize("content", [b"", b"#!/bin/sh\n", b"\x7fELF\x02\x01" + bytes(40),
                                     b"\x7fELF\x01\x01" + bytes(200), b"\x7fELF\x02\x02" + bytes(200),
                                     b"\x7fELF\x02\x01" + b"\xff" * 200,
                                     b"\x7fELF\x02\x01" + bytes(12) + b"\x3e\0" + b"\xff" * 200])
def test_wheel_of_something_else(content, tmp_path):
    file = tmp_path / "file"
    file.write_bytes(content)
    said = run(sys.executable, WHEEL, "--binary", file, "--output", tmp_path, status=INPUT)
    assert said.startswith("package: %s: " % file) and said.count("\n") == 1
    assert list(tmp_path.iterdir()) == [file]


def test_wrong_words(tmp_path):
    assert "--other" in run(DEB, "--other", status=USAGE)
    assert "--output needs a value" in run(DEB, "--output", status=USAGE)
    assert "--other" in run(sys.executable, WHEEL, "--other", status=USAGE)
    file = tmp_path / "file"
    file.touch()
    assert "--output %s: " % file in run(DEB, "--output", file, status=IO)
    assert "--output %s: " % file in run(sys.executable, WHEEL, "--binary", built("release"),
                                         "--output", file, status=IO)
    missing = tmp_path / "missing"
    assert str(missing) in run(sys.executable, WHEEL, "--binary", missing, status=NOT_FOUND)
    assert "SOURCE_DATE_EPOCH" in run(sys.executable, WHEEL, "--binary", built("release"),
                                      "--output", tmp_path, status=USAGE, SOURCE_DATE_EPOCH="now")


class Quiet(http.server.SimpleHTTPRequestHandler):
    def log_message(self, *_):
        pass


@pytest.fixture
def index(tmp_path):
    """An index of Python packages that has our wheel alone."""
    page = tmp_path / "simple/flinkpack"
    wheel, = make_wheel(page, built("release"))
    digest = hashlib.sha256(wheel.read_bytes()).hexdigest()
    (page / "index.html").write_text('<!DOCTYPE html><a href="%s#sha256=%s">%s</a>'
                                     % (wheel.name, digest, wheel.name))
    server = http.server.ThreadingHTTPServer(
        ("127.0.0.1", 0), lambda *words: Quiet(*words, directory=str(tmp_path)))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield "http://127.0.0.1:%d/simple" % server.server_port
    server.shutdown()
    server.server_close()


def test_pip_installs_it(index, tmp_path):
    wheels = list(pathlib.Path("/usr/share/python-wheels").glob("pip-*.whl"))
    if not wheels:
        pytest.skip("Debian's python3-pip-whl is not here")
    room = tmp_path / "room"
    run(sys.executable, "-m", "venv", "--without-pip", room)
    before = set(room.rglob("*"))
    pip = (room / "bin/python", wheels[0] / "pip")
    settings = {"PIP_CONFIG_FILE": os.devnull, "PIP_FIND_LINKS": "", "PIP_NO_CACHE_DIR": "1",
                "PIP_DISABLE_PIP_VERSION_CHECK": "1", "PYTHONDONTWRITEBYTECODE": "1"}
    run(*pip, "install", "--no-compile", "--index-url", index, "flinkpack", **settings)
    assert run(room / "bin/flinkpack", "version").startswith("flinkpack " + VERSION)
    run(*pip, "uninstall", "--yes", "flinkpack", **settings)
    assert set(room.rglob("*")) == before
