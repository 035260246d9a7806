"""scripts/reproduce: two builds are compared down to the entry that differs."""

import shlex
import subprocess
import zipfile

import images
import miniature
import pytest
from program import INPUT, ROOT, VERIFY


@pytest.fixture
def reproduce(flinkpack):
    def run(*words, between=None, status=0, program=None):
        """`between`: a shell command that runs before the second build, that from nothing."""
        if between:
            program = flinkpack.home / "changing"
            program.write_text(
                "#!/bin/sh\ncase \"$*\" in *from-nothing*) %s ;; esac\nexec %s \"$@\"\n"
                % (between, shlex.quote(flinkpack.binary)))
            program.chmod(0o755)
        done = subprocess.run(
            [ROOT / "scripts/reproduce", *map(str, words)], text=True, capture_output=True,
            cwd=flinkpack.home, env={**flinkpack.env, "FLINKPACK": str(program or flinkpack.binary)})
        assert done.returncode == status, done.stdout + done.stderr
        return done.stdout
    return run


@pytest.fixture
def words(inputs, flinkpack):
    job = flinkpack.home / "job.jar"
    job.write_bytes(inputs.job.read_bytes())
    return ["--from-archive", inputs.archive(), "--base", inputs.base, "--job-jar", job]


def test_equal(reproduce, words, flinkpack):
    """The line of a pipeline is taken as it is, and none of its outputs is written."""
    built = flinkpack.run("build", *words)
    told = reproduce("build", *words, "--push", "--image-name", "registry.invalid/team/orders:1",
                     "-o", "oci:mine", "--metadata-file=m.json", "--digest-file", "digest")
    assert told == "the same: registry.invalid/team/orders@%s\n" % built.digest
    assert not [name for name in ("mine", "m.json", "digest") if (flinkpack.home / name).exists()]


def test_platforms(reproduce, words, flinkpack, tmp_path):
    layers = images.base_layers()
    index = images.Index([images.Image(layers, images.BASE_CONFIG, architecture)
                          for architecture in ("amd64", "arm64")])
    images.write_layout(index, tmp_path / "base", "b")
    words[words.index("--base") + 1] = "oci:%s:b" % (tmp_path / "base")
    words += ["--platform", "linux/amd64,linux/arm64"]
    assert reproduce(*words).startswith("the same: ")
    told = reproduce(*words, between="printf x >>job.jar", status=VERIFY)
    assert "linux/amd64: layer" in told and "linux/arm64: layer" in told


def test_image_of_the_local_store(reproduce, words, flinkpack):
    flinkpack.run("build", *words, "--image-name", "ours:1")
    assert reproduce("--from-image", "ours:1", *words[-2:]).startswith("the same: ")


def test_content_differs(reproduce, words, flinkpack):
    with zipfile.ZipFile(flinkpack.home / "other.jar", "w") as jar:
        jar.writestr(zipfile.ZipInfo("a", (2020, 1, 1, 0, 0, 0)), "another")
    told = reproduce(*words, "--lib", flinkpack.home / "other.jar",
                     between="cp job.jar other.jar", status=VERIFY)
    assert told.startswith("not the same: sha256:")
    assert "(flinkpack build # setup) differs: diff_id sha256:" in told
    assert "opt/flink/lib/other.jar: " in told and "size " in told and "content " in told


def test_entry_is_missing(reproduce, words, flinkpack):
    (flinkpack.home / "more").mkdir()
    (flinkpack.home / "more/one").write_text("1")
    told = reproduce(*words, "--add", "%s:/more/" % (flinkpack.home / "more"),
                     between="echo 2 >more/two", status=VERIFY)
    assert " / more/more/two\n" in told


def test_configuration_differs(reproduce, words):
    told = reproduce(*words, between="set -- \"$@\" --label changed=yes", status=VERIFY)
    assert 'configuration: config.Labels.changed: null / "yes"' in told
    assert "layer" not in told.partition("\n")[2].replace("manifest: layers", "")


def test_compressed_otherwise(reproduce, words, flinkpack, tmp_path):
    """An archive with the same content in other bytes of gzip."""
    archive = flinkpack.home / "dist.tgz"
    plain = flinkpack.home / "dist.tar"
    plain.write_bytes(miniature.tar("1.20.4"))
    archive.write_bytes(subprocess.run(["gzip", "-nc1", plain], check=True,
                                       capture_output=True).stdout)
    words[1] = archive
    told = reproduce(*words, between="gzip -nc9 dist.tar >dist.tgz", status=VERIFY)
    assert "# flink-1.20.4) has the same content and is compressed otherwise: digest: " in told
    assert "size: " in told


def test_a_build_fails(reproduce, words):
    assert reproduce(*words[:-1], "missing.jar", status=5) == ""
    assert reproduce(*words, between="echo no >job.jar", status=INPUT) == ""
