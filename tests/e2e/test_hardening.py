"""What the program that users install is hardened with, read from its ELF file and its flags."""

import json
import platform
import re
import subprocess

import program
import pytest


@pytest.fixture(scope="module")
def build():
    folder = program.ROOT / "build/release"
    if not (folder / "compile_commands.json").exists():
        pytest.fail("the preset 'release' is not built: scripts/test does it", pytrace=False)
    return folder


def readelf(*words):
    return subprocess.run(["readelf", "-W", *map(str, words)], check=True, text=True,
                          capture_output=True, env={"LC_ALL": "C", "PATH": "/usr/bin:/bin"}).stdout


def test_elf(build):
    binary = build / "builder/cli/flinkpack"
    assert re.search(r"Type: +DYN", readelf("-h", binary))
    dynamic = readelf("-d", binary)
    assert "BIND_NOW" in dynamic and "PIE" in dynamic
    assert "RPATH" not in dynamic and "RUNPATH" not in dynamic
    segments = readelf("-l", binary)
    assert "GNU_RELRO" in segments and " RWE " not in segments
    assert re.search(r"GNU_STACK.* RW +0x", segments)
    symbols = readelf("--dyn-syms", binary)
    assert "__stack_chk_fail" in symbols
    assert re.search(r"__(vsnprintf|memcpy|snprintf)_chk", symbols)


def test_every_file_is_compiled_so(build):
    version = [int(part) for part in re.findall(r"\d+", subprocess.run(
        ["cc", "-dumpversion"], capture_output=True, text=True, check=True).stdout)]
    commands = [each for each in json.loads((build / "compile_commands.json").read_text())
                if "/builder/" in each["file"]]
    assert len(commands) > 100
    wanted = ["-fstack-protector-strong", "-fstack-clash-protection", "-U_FORTIFY_SOURCE"]
    wanted += {"x86_64": ["-fcf-protection"],
               "aarch64": ["-mbranch-protection=standard"]}.get(platform.machine(), [])
    wanted.append("-D_FORTIFY_SOURCE=%d" % (3 if version[0] >= 12 else 2))
    for each in commands:
        words = each["command"].split()
        assert [word for word in wanted if word not in words] == [], each["file"]


@pytest.mark.skipif(platform.machine() != "x86_64", reason="CET is of x86-64")
def test_control_flow(build):
    """The objects of ours say so; that the program does takes a C library that says so too."""
    notes = readelf("-n", next((build / "builder/support").glob("*.a")))
    assert notes.count("IBT, SHSTK") > 10
