"""Blobs that a bad disk or a hand has changed where they lie: no image is made of them."""

import images
import pytest
import validate
from program import VERIFY


def damage(layout, digest):
    """Change a byte in the middle. Its size and its name stay."""
    path = layout / "blobs/sha256" / digest.partition(":")[2]
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 1
    path.write_bytes(data)
    return path


def parts(image):
    """The digests of all that an image is made of."""
    manifest = image.manifest
    return [image.digest, manifest["config"]["digest"],
            *(layer["digest"] for layer in manifest["layers"])]


@pytest.fixture
def words(inputs):
    return ["--from-archive", inputs.archive(), "--base", inputs.base, "--job-jar", inputs.job,
            "--image-name", "app:1"]


@pytest.mark.parametrize("where", ["store", "layout"])
def test_what_is_damaged_is_made_again(where, flinkpack, words, tmp_path):
    layout = flinkpack.store if where == "store" else tmp_path / "layout"
    tag = "app:1" if where == "store" else "1"
    output = [] if where == "store" else ["-o", "oci:%s" % layout]
    made = flinkpack.run("build", *words, *output)
    image, = validate.layout(layout, tag)
    for digest in parts(image):
        damage(layout, digest)
    again = flinkpack.run("build", *words, *output)
    assert again.digest == made.digest
    validate.layout(layout, tag)
    layer = image.manifest["layers"][1]["digest"]
    assert "warning: %s/blobs/sha256/%s: expected %s" % (layout, layer[7:], layer) in again.err


def test_a_base_layer_is_fetched_again(flinkpack, inputs, registry):
    images.push(images.base(), registry, "base/damaged", "17")
    words = ["build", "--from-archive", inputs.archive(), "--base", registry + "/base/damaged:17",
             "--job-jar", inputs.job, "--image-name", "app:1"]
    flinkpack.run(*words)
    image, = validate.layout(flinkpack.store, "app:1")
    damage(flinkpack.store, image.manifest["layers"][0]["digest"])
    assert "; it is replaced" in flinkpack.run(*words).err
    validate.layout(flinkpack.store, "app:1")


@pytest.mark.parametrize("form", ["oci", "oci-archive", "docker-archive"])
def test_what_is_damaged_is_not_passed_on(form, flinkpack, words, tmp_path):
    flinkpack.run("build", *words)
    image, = validate.layout(flinkpack.store, "app:1")
    digest = image.manifest["layers"][1]["digest"]
    damage(flinkpack.store, digest)
    err = flinkpack.fail(VERIFY, "push", "app:1", "%s:%s" % (form, tmp_path / "out"))
    assert digest in err
    assert not (tmp_path / "out/index.json").exists() and not (tmp_path / "out").is_file()


def test_a_registry_is_sent_nothing_damaged(flinkpack, words, registry):
    flinkpack.run("build", *words)
    image, = validate.layout(flinkpack.store, "app:1")
    digest = image.manifest["layers"][1]["digest"]
    path = damage(flinkpack.store, digest)
    err = flinkpack.fail(VERIFY, "push", "app:1", registry + "/damaged:1")
    assert str(path) in err
