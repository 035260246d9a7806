"""verify: what an image is held to beside its signature."""

import json

import apache
import images
import miniature
import pytest
from program import INPUT, NOT_FOUND, USAGE, VERIFY
from signatures import Key


class Scene:
    """A signed image of a release, in a registry, and the servers of Apache."""

    def __init__(self, flinkpack, registry, server, folder):
        self.flinkpack, self.server, self.folder = flinkpack, server, folder
        self.key = Key(folder / "keys", "key")
        images.write_layout(images.base(), folder / "base", "v1")
        (folder / "job.jar").write_bytes(miniature.job_jar())
        server.add_release("1.20.4", current=True)
        self.name = "%s/%s/orders:1" % (registry, folder.name.replace("_", "-").lower())
        self.apache = ["--apache-url", server.dlcdn, "--archive-url", server.archive,
                       "--checksum-url", server.downloads]
        self.base = "oci:%s:v1" % (folder / "base")

    def build(self, *words, status=0):
        words = ("build", "--from-release", "--flink-version", "1.20.4", "--base", self.base,
                 "--job-jar", self.folder / "job.jar", "--image-name", self.name, "--push",
                 "--sign-key", self.key.private, *self.apache, *words)
        return self.flinkpack.run(*words)

    def verify(self, *words, status=0):
        words = ("verify", self.name, "--key", self.key.public, *words)
        return self.flinkpack.fail(status, *words) if status else self.flinkpack.run(*words)


@pytest.fixture
def scene(flinkpack, registry, tmp_path):
    with apache.Apache() as server:
        yield Scene(flinkpack, registry, server, tmp_path)


def test_attestations(scene):
    scene.build()
    for kind in "provenance", "cyclonedx", "spdx":
        assert "no %s" % kind in scene.verify("--attestation", kind, status=VERIFY)
    made = scene.build("--provenance", "--sbom", "cyclonedx", "--sbom", "spdx")
    found = scene.verify("--attestation", "provenance", "--attestation", "cyclonedx",
                         "--attestation", "spdx")
    assert found.digest == made.digest
    assert "spdx" in scene.verify("--attestation", "slsa", status=USAGE)


def test_attestation_of_another_key(scene, tmp_path):
    """The image is signed by the key, its provenance by somebody else."""
    scene.build()
    mine, scene.key = scene.key, Key(tmp_path / "others", "other")
    scene.build("--provenance")
    scene.key = mine
    scene.verify()
    assert "no provenance" in scene.verify("--attestation", "provenance", status=VERIFY)


def test_platforms(scene):
    index = images.Index([images.base(architecture=each) for each in ("amd64", "arm64")])
    images.write_layout(index, scene.folder / "bases", "v1")
    scene.base = "oci:%s:v1" % (scene.folder / "bases")
    scene.build("--platform", "linux/amd64,linux/arm64", "--sbom", "spdx", "--provenance")
    scene.verify("--attestation", "spdx", "--attestation", "provenance", "--flink", *scene.apache)


def test_apaches_own_file(scene):
    scene.build()
    found = scene.verify("--flink", *scene.apache)
    assert "flink-1.20.4-bin-scala_2.12.tgz, byte by byte" in found.err
    checksum = "sha512:" + "0" * 128
    text = scene.verify("--flink", "--flink-checksum", checksum, *scene.apache, status=VERIFY)
    assert "SHA-512" in text and "0000000000000000" in text
    scene.build("--slim")
    assert "--slim" in scene.verify("--flink", *scene.apache, status=VERIFY)


def test_an_image_of_others(scene):
    """An image of another tool does not say which layer is Flink's."""
    images.write_layout(images.base(), scene.folder / "other", "v1")
    scene.flinkpack.run("push", "oci:%s:v1" % (scene.folder / "other"), scene.name, "--sign-key",
                        scene.key.private)
    scene.verify()
    assert "which of its layers" in scene.verify("--flink", *scene.apache, status=VERIFY)


def test_lock(scene):
    lock = scene.flinkpack.home / "flinkpack.lock"
    scene.flinkpack.run("lock", "--from-release", "--flink-version", "1.20.4", "--base", scene.base,
                        "--job-jar", scene.folder / "job.jar", *scene.apache)
    document = json.loads(lock.read_text())
    made = scene.build()
    assert document["image"] == made.digest
    assert scene.verify("--lock-file", lock).digest == made.digest
    document["base"]["digest"] = "sha256:" + "0" * 64
    for platform in document["platforms"].values():
        platform["base"] = "sha256:" + "0" * 64
    lock.write_text(json.dumps(document))
    assert "not the base of" in scene.verify("--lock-file", lock, status=VERIFY)
    document["image"] = "sha256:" + "1" * 64
    lock.write_text(json.dumps(document))
    assert "is the lock of sha256:1111" in scene.verify("--lock-file", lock, status=VERIFY)
    lock.write_text("{}")
    scene.verify("--lock-file", lock, status=INPUT)
    scene.verify("--lock-file", scene.folder / "nothing", status=NOT_FOUND)
