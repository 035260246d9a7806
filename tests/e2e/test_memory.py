"""Memory does not grow with the input: 64 MiB are the ceiling, for a distribution of 600 MB."""

import gzip
import os
import shutil
import subprocess

import images
import measure
import miniature
import program
import pytest

CEILING_KB = 64 << 10
JARS, JAR_BYTES = 6, 100 << 20


@pytest.fixture(scope="module")
def big(tmp_path_factory):
    """A distribution with 600 MB of jars that do not compress, as folder and archives."""
    folder = tmp_path_factory.mktemp("big")
    top = miniature.write_folder(folder, "1.20.4")
    for number in range(JARS):
        with open(top / ("lib/big-%d.jar" % number), "wb") as out:
            out.write(b"PK\3\4" if number % 2 == 0 else b"")  # stored, or tried in vain
            for _ in range(JAR_BYTES >> 20):
                out.write(os.urandom(1 << 20))
    miniature.write_base(folder / "base.tar")
    (folder / "job.jar").write_bytes(miniature.job_jar())
    owner = ["--owner=0", "--group=0", "--format=gnu", "-C", str(folder)]
    subprocess.run(["tar", *owner, "-cf", folder / "dist.tar", top.name], check=True)
    # Level 0: nothing would get smaller anyway.
    with open(folder / "dist.tar", "rb") as tar, gzip.open(folder / "dist.tgz", "wb", 0) as out:
        shutil.copyfileobj(tar, out, 1 << 20)
    yield folder
    for path in folder.rglob("*"):
        if path.is_file():
            path.unlink()


@pytest.fixture
def release(tmp_path):
    yield program.Program(tmp_path, program.built("release"))
    shutil.rmtree(tmp_path)


def peak_kb(release, *words):
    return measure.run(release.binary, *words, env=release.env, cwd=release.home).peak_kb


@pytest.mark.parametrize("source, words", [
    ("the archive as it is", ["--from-archive", "dist.tgz"]),
    ("an archive repacked", ["--from-archive", "dist.tar"]),
    ("an archive without opt", ["--from-archive", "dist.tgz", "--slim"]),
    ("a folder", ["--from-local-dist", "flink-1.20.4"]),
])
def test_from(source, words, big, release):
    words[1] = big / os.path.basename(words[1])
    peak = peak_kb(release, "build", *words, "--base", "rootfs:%s" % (big / "base.tar"),
                   "--job-jar", big / "job.jar", "--threads", "8", "-o",
                   "oci:%s:v1" % (release.home / "out"))
    assert peak <= CEILING_KB, "%s: %d KiB" % (source, peak)


@pytest.mark.parametrize("codec, level", [("gzip", 9), ("zstd", 12), ("zstd", 19)])
def test_compression(codec, level, release, tmp_path):
    text = "".join("%x %x\n" % (n, n * n) for n in range(400000))
    (tmp_path / "text").write_text(text)
    peak = peak_kb(release, "append", "--image-name", "x", "--add", "%s:/text" % (
        tmp_path / "text"), "--compression", codec, "--compression-level", str(level), "--threads",
        "8", "-o", "oci:%s:v1" % (release.home / "out"))
    assert peak <= CEILING_KB, "%s %d: %d KiB" % (codec, level, peak)


@pytest.mark.parametrize("form", ["push", "oci-archive", "docker-archive"])
def test_to(form, big, release, registry):
    to = ["-o", "%s:%s" % (form, release.home / "out.tar")]
    if form == "push":
        to = ["--image-name", registry + "/memory/big:v1", "--push"]
    peak = peak_kb(release, "build", "--from-archive", big / "dist.tgz", "--base",
                   "rootfs:%s" % (big / "base.tar"), "--job-jar", big / "job.jar", "--threads",
                   "8", *to)
    assert peak <= CEILING_KB, "%s: %d KiB" % (form, peak)


def test_a_base_with_a_large_layer(big, release):
    """A base's layers are read, but not kept."""
    layer = images.layer([images.file("opt/data", os.urandom(1 << 20) * 200)], compressed=False)
    layer.data, layer.compressed = gzip.compress(layer.tar, 0, mtime=0), True
    layer.digest = images.sha256(layer.data)
    image = images.Image([layer, *images.base_layers()], images.BASE_CONFIG)
    images.write_layout(image, release.home / "base", "b")
    peak = peak_kb(release, "build", "--from-local-dist", big / "flink-1.20.4", "--base",
                   "oci:%s:b" % (release.home / "base"), "--job-jar", big / "job.jar", "-o",
                   "oci:%s:v1" % (release.home / "out"))
    assert peak <= CEILING_KB, "%d KiB" % peak
