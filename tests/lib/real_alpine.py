"""A real Alpine 3.23 with its apk: the disk of a virtual machine that PyPI has, taken apart.

What is kept of it is the root file system without kernels. apk runs by its own loader on roots that
are given to it, so that no container is needed where we are root.
"""

import os
import pathlib
import shutil
import struct
import subprocess
import tarfile
import zipfile
import zlib

import container
import downloads
import images
import pytest

DISK = "alpine-3.23-amd64.qcow2"
JAVA = "zulu-jre-17.68-musl-amd64.whl"
OFFSET = 0x00fffffffffffe00
COMPRESSED = 1 << 62


def _unpack_disk(source, to):
    """The bytes of a qcow2 image: clusters as they are, or deflated."""
    with open(source, "rb") as disk, open(to, "wb") as raw:
        head = disk.read(112)
        bits, size, _, count, at = struct.unpack(">IQIIQ", head[20:48])
        assert head[:4] == b"QFI\xfb" and (len(head) < 105 or head[104] == 0)
        cluster = 1 << bits
        raw.truncate(size)
        disk.seek(at)
        for i, table in enumerate(struct.unpack(">%dQ" % count, disk.read(8 * count))):
            if not table & OFFSET:
                continue
            disk.seek(table & OFFSET)
            entries = struct.unpack(">%dQ" % (cluster // 8), disk.read(cluster))
            for k, entry in enumerate(entries):
                if entry & COMPRESSED:
                    shift = 62 - (bits - 8)
                    start = entry & ((1 << shift) - 1)
                    disk.seek(start)
                    sectors = ((entry & (COMPRESSED - 1)) >> shift) + 1
                    data = zlib.decompressobj(-12).decompress(
                        disk.read(512 * sectors - start % 512), cluster)
                elif entry & OFFSET and not entry & 1:
                    disk.seek(entry & OFFSET)
                    data = disk.read(cluster)
                else:
                    continue
                raw.seek((i * cluster // 8 + k) * cluster)
                raw.write(data)


def unpack(folder):
    """Its root file system, in FOLDER/root."""
    path = "%s:/usr/sbin:/sbin" % os.environ["PATH"]
    debugfs = shutil.which("debugfs", path=path)
    if debugfs is None:
        pytest.skip("there is no debugfs here")
    raw, root = folder / "disk", folder / "root"
    _unpack_disk(downloads.need(DISK), raw)
    root.mkdir()
    for name in ("bin", "etc", "home", "lib", "root", "sbin", "usr", "var"):
        subprocess.run([debugfs, "-R", "rdump /%s %s" % (name, root), str(raw)], check=True,
                       capture_output=True)
    raw.unlink()
    subprocess.run(["chmod", "-R", "u+rwX", str(root)], check=True)
    shutil.rmtree(root / "lib/modules", ignore_errors=True)
    return root


def _attributes(root):
    """{path: (uid, gid, mode)} of what is not root's, or not as usual, by the database."""
    found, folder, path = {}, "", ""
    for line in (root / "lib/apk/db/installed").read_text().splitlines():
        if line[:2] == "F:":
            folder = path = line[2:]
        elif line[:2] == "R:":
            path = "%s/%s" % (folder, line[2:])
        elif line[:2] in ("a:", "M:"):
            uid, gid, mode = line[2:].split(":")[:3]
            found[path] = int(uid), int(gid), int(mode, 8)
    return found


def java():
    """Entries of a Java for musl, in /opt/java."""
    with zipfile.ZipFile(downloads.need(JAVA)) as wheel:
        for name in sorted(wheel.namelist()):
            head, _, path = name.partition("/")
            if head.endswith("proxysupport") and path and not path.endswith((".py", "/")):
                mode = 0o755 if path.startswith("bin/") or path.endswith("jspawnhelper") else 0o644
                yield images.file("opt/java/" + path, wheel.read(name), mode)


def image(root, repositories, more=()):
    """An image of that root, with other repositories and `more` entries."""
    known = _attributes(root)
    replaced = images.file("etc/apk/repositories", "".join(one + "\n" for one in repositories))

    def owned(info):
        info.uid, info.gid, info.mode = known.get(
            info.name, (0, 0, info.mode & 0o7777 if info.isfile() else 0o755))
        info.uname = info.gname = ""
        return None if info.name == replaced[0].name else info

    tar = root.parent / "base.tar"
    with tarfile.open(tar, "w", format=tarfile.PAX_FORMAT) as out:
        for path in sorted(root.iterdir()):
            out.add(path, path.name, filter=owned)
    entries = images.make_tar([replaced, *more])
    return images.Image([images.Layer(tar.read_bytes(), False), images.Layer(entries)], {
        "Env": ["PATH=/usr/sbin:/usr/bin:/sbin:/bin:/opt/java/bin", "JAVA_HOME=/opt/java"]})


class Apk:
    """Its apk, on another root."""

    def __init__(self, alpine, root, keys, repositories):
        self.root = pathlib.Path(root)
        loader = next((alpine / "lib").glob("ld-musl-*.so.1"))
        self.words = [str(loader), "--library-path", "%s:%s" % (alpine / "lib", alpine / "usr/lib"),
                      str(alpine / "sbin/apk"), "--root", str(root), "--keys-dir", str(keys),
                      "--repositories-file", str(repositories), "--no-network"]
        if os.geteuid() != 0:
            container.need()
            self.words[:0] = ["bwrap", "--unshare-user", "--uid", "0", "--gid", "0", "--bind", "/",
                              "/", "--dev", "/dev", "--proc", "/proc"]

    def run(self, *words):
        more = ["--no-scripts"] if words[0] in ("add", "del", "fix", "upgrade") else []
        done = subprocess.run([*self.words, *words, *more], text=True, capture_output=True,
                              timeout=300)
        assert done.returncode == 0, "%s: %s%s" % (words, done.stdout, done.stderr)
        assert "ERROR" not in done.stderr and "WARNING" not in done.stderr, done.stderr
        return done.stdout

    def audit(self):
        return set(self.run("audit", "--system", "--check-permissions").splitlines())

    def installed(self):
        return (self.root / "lib/apk/db/installed").read_bytes()
