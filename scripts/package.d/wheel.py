#!/usr/bin/env python3
"""Make Python wheels of flinkpack: each is one of the static files, with what pip has to know.

A wheel is a zip archive (https://packaging.python.org/en/latest/specifications/
binary-distribution-format/). What stands in NAME.data/scripts, pip puts on the PATH. Nothing but
Python's standard library is needed, and the same files give the same bytes.
"""
import argparse
import base64
import hashlib
import os
import pathlib
import re
import struct
import subprocess
import sys
import time
import zipfile

TOP = pathlib.Path(__file__).resolve().parents[2]
OUT = TOP / "build" / "package" / "out"
MACHINES = {62: "x86_64", 183: "aarch64"}  # e_machine of ELF

METADATA = """\
Metadata-Version: 2.1
Name: flinkpack
Version: {version}
Summary: {summary}
License: Apache-2.0
Keywords: flink,container,image,oci,docker,kubernetes
Classifier: Environment :: Console
Classifier: License :: OSI Approved :: Apache Software License
Classifier: Operating System :: POSIX :: Linux
Classifier: Topic :: Software Development :: Build Tools
Description-Content-Type: text/markdown

"""


class Fault(Exception):
    """What is wrong, in one sentence, and the exit status."""

    def __init__(self, text, status=3):
        super().__init__(text)
        self.status = status


def read(path):
    try:
        return path.read_bytes()
    except OSError as error:
        raise Fault(f"{path}: {error.strerror}", 5 if not path.exists() else 9) from error


def project():
    """Version and description, as CMakeLists.txt has them."""
    text = read(TOP / "CMakeLists.txt").decode()
    found = re.search(r'^project\(flinkpack VERSION (\S+) .*DESCRIPTION "(.*)"\)$', text, re.M)
    if not found:
        raise Fault(f"{TOP}/CMakeLists.txt has no project() with a version", 1)
    return found.groups()


def platforms(path, elf):
    """The platform tags that a program may have: many for a static file, one for any other."""
    if elf[:6] != b"\x7fELF\x02\x01" or len(elf) < 64:
        raise Fault(f"{path}: not a program for Linux on amd64 or arm64")
    machine, = struct.unpack_from("<H", elf, 18)
    if machine not in MACHINES:
        raise Fault(f"{path}: a program for another machine (e_machine {machine})")
    arch = MACHINES[machine]
    offset, = struct.unpack_from("<Q", elf, 32)
    size, count = struct.unpack_from("<HH", elf, 54)
    if size < 4 or offset + size * count > len(elf):
        raise Fault(f"{path}: cut off")
    kinds = [struct.unpack_from("<I", elf, offset + i * size)[0] for i in range(count)]
    if 3 in kinds:  # PT_INTERP: it needs the libraries of a machine like this one
        return [f"linux_{arch}"]
    return [f"manylinux2014_{arch}", f"manylinux_2_17_{arch}", f"musllinux_1_1_{arch}"]


def moment():
    """Seconds since 1970 of all files in it: SOURCE_DATE_EPOCH, else the time of the commit."""
    text = os.environ.get("SOURCE_DATE_EPOCH")
    if not text:
        git = subprocess.run(["git", "-C", str(TOP), "log", "-1", "--format=%ct"],
                             stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, check=False)
        text = git.stdout.decode().strip() or "1700000000"
    if not re.fullmatch("[0-9]{1,10}", text):
        raise Fault(f"SOURCE_DATE_EPOCH={text}: expected seconds since 1970", 2)
    return min(max(int(text), 315532800), 4354819198)  # a zip archive knows 1980 to 2107


def record(files, name):
    """The list of all files with their hashes; its own line has none."""
    rows = []
    for path, (content, _) in files.items():
        digest = base64.urlsafe_b64encode(hashlib.sha256(content).digest()).rstrip(b"=").decode()
        rows.append(f"{path},sha256={digest},{len(content)}\n")
    return "".join(rows) + f"{name},,\n"


def wheel(binary, licences):
    """The name of a wheel around the file, and what is in it: path -> (bytes, mode)."""
    version, summary = project()
    elf = read(binary)
    tags = platforms(binary, elf)
    info = f"flinkpack-{version}.dist-info"
    files = {
        f"flinkpack-{version}.data/scripts/flinkpack": (elf, 0o755),
        f"{info}/LICENSE": (read(licences), 0o644),
        f"{info}/METADATA": (METADATA.format(version=version, summary=summary).encode()
                             + read(TOP / "README.md"), 0o644),
        f"{info}/WHEEL": (("Wheel-Version: 1.0\nGenerator: flinkpack\nRoot-Is-Purelib: false\n"
                           + "".join(f"Tag: py3-none-{tag}\n" for tag in tags)).encode(), 0o644),
    }
    files[f"{info}/RECORD"] = (record(files, f"{info}/RECORD").encode(), 0o644)
    return f"flinkpack-{version}-py3-none-{'.'.join(tags)}.whl", files


def write(path, files):
    stamp = time.gmtime(moment())[:6]
    part = path.with_name(path.name + ".part")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise Fault(f"--output {path.parent}: {error.strerror}", 9) from error
    try:
        with zipfile.ZipFile(part, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
            for name, (content, mode) in files.items():
                entry = zipfile.ZipInfo(name, stamp)
                entry.create_system = 3  # Unix, so that the mode counts
                entry.external_attr = (0o100000 | mode) << 16
                entry.compress_type = zipfile.ZIP_DEFLATED
                archive.writestr(entry, content)
        part.replace(path)
    except OSError as error:
        part.unlink(missing_ok=True)
        raise Fault(f"{error.filename or path}: {error.strerror}", 9) from error


def licences_of(binary):
    """What is bundled comes with its licences; a dynamic program bundles nothing."""
    beside = binary.with_name("LICENSES")
    if beside.exists():
        return beside
    if platforms(binary, read(binary))[0].startswith("linux_"):
        return TOP / "LICENSE"
    raise Fault(f"{beside} is missing: the licences of what {binary.name} is made of", 5)


def arguments():
    parser = argparse.ArgumentParser(
        prog="package wheel", description="Make a Python wheel of each static file that "
        "scripts/package has built, so that `pip install flinkpack` works.", allow_abbrev=False)
    parser.add_argument("--binary", metavar="FILE", type=pathlib.Path, action="append",
                        help="take this program instead; one that is not static makes a wheel for "
                        "machines like this one (linux_ARCH)")
    parser.add_argument("--output", metavar="DIR", type=pathlib.Path, default=OUT,
                        help="where the wheels go (default: build/package/out)")
    parser.add_argument("--check", action="store_true",
                        help="then try them with pip: from a folder, and from an index")
    return parser.parse_args()


def main():
    args = arguments()
    binaries = args.binary or sorted(OUT.glob("flinkpack-linux-*"))
    if not binaries:
        raise Fault(f"there is no {OUT}/flinkpack-linux-*: scripts/package builds them", 5)
    made = []
    for binary in binaries:
        name, files = wheel(binary, licences_of(binary))
        write(args.output / name, files)
        made.append(args.output / name)
        print(made[-1], flush=True)
    if args.check:
        sys.dont_write_bytecode = True
        import wheel_check  # beside this file
        wheel_check.check(made)


if __name__ == "__main__":
    try:
        main()
    except Fault as fault:
        print(f"package: {fault}", file=sys.stderr)
        sys.exit(fault.status)
