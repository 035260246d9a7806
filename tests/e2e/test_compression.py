"""--compression: what the layers are compressed with, and who reads them."""

import json
import subprocess

import images
import pytest
import validate
from program import USAGE, need

CODECS = ("gzip", "zstd", "none")
MEDIA = {"gzip": "+gzip", "zstd": "+zstd", "none": ""}


def layers(folder):
    """Manifest and configuration of a layout's only image."""
    def blob(digest):
        return json.loads((folder / "blobs/sha256" / digest.partition(":")[2]).read_bytes())
    index = json.loads((folder / "index.json").read_bytes())
    manifest = blob(index["manifests"][0]["digest"])
    return manifest["layers"], blob(manifest["config"]["digest"])["rootfs"]["diff_ids"]


@pytest.mark.parametrize("source", ["archive", "folder"])
def test_codecs_change_blobs_and_no_diff_id(source, flinkpack, inputs, tmp_path):
    words = ["--from-archive", inputs.archive()] if source == "archive" else \
        ["--from-local-dist", inputs.dist()]
    found = {}
    for codec in CODECS:
        folder = tmp_path / codec
        flinkpack.run("build", *words, "--base", inputs.base, "--job-jar", inputs.job,
                      "--compression", codec, "-o", "oci:%s:v1" % folder)
        validate.layout(folder, "v1")
        ours, found[codec] = layers(folder)
        assert {layer["mediaType"] for layer in ours[1:]} == {
            "application/vnd.oci.image.layer.v1.tar" + MEDIA[codec]}
        job = (folder / "blobs/sha256" / ours[-1]["digest"].partition(":")[2]).read_bytes()
        assert inputs.job.read_bytes() in job, "a jar is stored"
        tar = {"gzip": ["gzip", "-dc"], "zstd": ["zstd", "-dc"], "none": ["cat"]}[codec]
        plain = subprocess.run(tar, input=job, capture_output=True, check=True).stdout
        assert images.sha256(plain) == found[codec][-1]
    assert found["gzip"] == found["zstd"] == found["none"]


def test_a_release_stays_as_it_is_unless_another_codec_is_asked_for(flinkpack, inputs, tmp_path):
    archive = images.sha256(inputs.archive().read_bytes())
    for words, kept in (([], True), (["--compression", "gzip", "--compression-level", 9], True),
                        (["--compression", "zstd"], False), (["--slim"], False)):
        folder = tmp_path / "-".join(map(str, ["l", *words]))
        done = flinkpack.run("build", "-v", "--from-archive", inputs.archive(), "--base",
                             inputs.base, *words, "-o", "oci:%s:v1" % folder)
        assert (archive in [layer["digest"] for layer in layers(folder)[0]]) == kept
        assert ("is repacked: --compression zstd, not gzip" in done.err) == ("zstd" in words)


def test_levels_change_bytes(flinkpack, tmp_path):
    text = tmp_path / "text"
    text.write_text("".join("%d %d\n" % (n, n * n % 1009) for n in range(20000)))
    sizes = {}
    for codec, level in (("gzip", 1), ("gzip", 9), ("zstd", 1), ("zstd", 19)):
        folder = tmp_path / ("%s-%d" % (codec, level))
        flinkpack.run("append", "--image-name", "x", "--add", "%s:/text" % text, "--compression",
                      codec, "--compression-level", level, "-o", "oci:%s:v1" % folder)
        sizes[codec, level] = layers(folder)[0][0]["size"]
    assert sizes["gzip", 9] < sizes["gzip", 1]
    assert sizes["zstd", 19] < sizes["zstd", 1]


@pytest.mark.parametrize("file,codec,expected", [
    ("tar", None, "+gzip"), ("tar", "zstd", "+zstd"), ("tar", "none", ""),
    ("gz", None, "+gzip"), ("gz", "gzip", "+gzip"), ("gz", "zstd", "+zstd"), ("gz", "none", ""),
    ("zst", None, "+zstd"), ("zst", "zstd", "+zstd"), ("zst", "none", "")])
def test_layers_of_files(file, codec, expected, flinkpack, tmp_path):
    tar = images.layer([images.file("data", "text " * 200)], False).data
    packers = {"tar": ["cat"], "gz": ["gzip", "-nc"], "zst": ["zstd", "-qc"]}
    data = subprocess.run(packers[file], input=tar, capture_output=True, check=True).stdout
    (tmp_path / "layer").write_bytes(data)
    words = [] if codec is None else ["--compression", codec]
    flinkpack.run("append", "--image-name", "x", "--layer", tmp_path / "layer", *words, "-o",
                  "oci:%s:v1" % (tmp_path / "l"))
    (layer,), diff_ids = layers(tmp_path / "l")
    assert layer["mediaType"] == "application/vnd.oci.image.layer.v1.tar" + expected
    assert diff_ids == [images.sha256(tar)]
    suffix = {"tar": "", "gz": "+gzip", "zst": "+zstd"}[file]
    assert (layer["digest"] == images.sha256(data)) == (suffix == expected)


@pytest.mark.parametrize("words,why", [
    (["--compression", "xz"], "--compression: expected one of gzip zstd none, not 'xz'"),
    (["--compression-level", "20"], "--compression-level: "),
    (["--compression-level", "10"], "--compression-level 10: gzip has 1 to 9"),
    (["--compression", "none", "--compression-level", "1"], "--compression none has none")])
def test_what_cannot_be(words, why, flinkpack, inputs):
    said = flinkpack.fail(USAGE, "build", "--from-archive", inputs.archive(), *words)
    assert why in said


def archive_of(flinkpack, inputs, folder, codec):
    path = folder / ("%s.tar" % codec)
    flinkpack.run("build", "--from-archive", inputs.archive(), "--base", inputs.base, "--job-jar",
                  inputs.job, "--compression", codec, "--image-name", "packed:" + codec, "-o",
                  "docker-archive:%s" % path)
    validate.docker_archive(path, "packed:" + codec)
    return path


@pytest.mark.parametrize("codec", CODECS)
def test_skopeo_reads_them(codec, flinkpack, inputs, registry, tmp_path):
    need("skopeo")
    path = archive_of(flinkpack, inputs, tmp_path, codec)
    subprocess.run(["skopeo", "copy", "-q", "docker-archive:%s" % path,
                    "dir:%s" % (tmp_path / "dir")], check=True)
    name = "%s/compression/%s:v1" % (registry, codec)
    flinkpack.run("push", "docker-archive:%s" % path, name)
    subprocess.run(["skopeo", "copy", "-q", "--src-tls-verify=false", "docker://" + name,
                    "oci:%s:v1" % (tmp_path / "l")], check=True)
    flinkpack.run("pull", name, "-o", "oci:%s:v1" % (tmp_path / "pulled"))
    assert layers(tmp_path / "l")[1] == layers(tmp_path / "pulled")[1]


@pytest.mark.parametrize("codec", CODECS)
def test_docker_loads_them(codec, docker, flinkpack, inputs, tmp_path):
    docker("load", "-i", archive_of(flinkpack, inputs, tmp_path, codec))
    assert docker("image", "inspect", "packed:" + codec)
