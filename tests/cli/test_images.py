"""push, pull, tag, inspect, images and rmi on the local store, layouts and archives."""

import json
import os
import re

import images
import pytest


def verified(layout, name):
    """The manifests under a name in a layout, after checking every byte that they lead to."""
    def read(descriptor):
        algorithm, _, digits = descriptor["digest"].partition(":")
        data = (layout / "blobs" / algorithm / digits).read_bytes()
        assert len(data) == descriptor["size"]
        assert images.sha256(data) == descriptor["digest"]
        return data

    index = json.loads((layout / "index.json").read_text())
    root, = [entry for entry in index["manifests"]
             if entry["annotations"]["org.opencontainers.image.ref.name"] == name]
    document = json.loads(read(root))
    manifests = [json.loads(read(entry)) for entry in document["manifests"]] \
        if "manifests" in document else [document]
    for manifest in manifests:
        config = json.loads(read(manifest["config"]))
        layers = [read(layer) for layer in manifest["layers"]]
        assert len(config["rootfs"]["diff_ids"]) == len(layers)
    return manifests


def listed(flinkpack):
    return json.loads(flinkpack.run("images", "--format", "json").out)


def test_an_empty_store_lists_nothing_and_is_not_made(flinkpack):
    assert flinkpack.run("images").out.split() == ["NAME", "DIGEST", "SIZE", "CREATED", "PLATFORMS"]
    assert listed(flinkpack) == []
    for words in (["inspect"], ["push"], ["rmi"], ["tag", "--"]):
        more = ["x:1"] if words[0] in ("push", "tag") else []
        text = flinkpack.fail(5, *words, "orders", *more)
        assert "the local store (%s) is empty: no image 'orders:latest'\n" % flinkpack.store in text
        assert "try: on Docker Hub: docker.io/library/orders\n" in text
    for words in (["push"], ["rmi"], ["inspect", "--offline"]):
        text = flinkpack.fail(5, *words, "registry.example.com/orders:1")
        assert "is empty: no image 'registry.example.com/orders:1'\n" in text
        assert "try: flinkpack pull registry.example.com/orders:1\n" in text
    assert not flinkpack.store.exists()


def test_images_are_listed_by_name(stored):
    stored.run("tag", "orders:1.0", "orders:2.0", "registry.example.com:5000/team/orders:1")
    def names(*words):
        return stored.run("images", "--format", "names", *words).out.split()
    assert names("orders") == names("orders:*") == ["orders:1.0", "orders:2.0"]
    assert names("orders:2.0") == ["orders:2.0"]
    assert names("registry.example.com:5000/team/orders") == names("*/orders", "nothing") == \
        ["registry.example.com:5000/team/orders:1"]
    assert names("order", "registry.example.com") == []


def test_a_digest_can_be_given_a_name(stored):
    image, = listed(stored)
    stored.run("tag", image["digest"], "payments:1")
    stored.run("tag", "orders@" + image["digest"], "payments:2")
    assert {found["digest"] for found in listed(stored)} == {image["digest"]}
    assert len(listed(stored)) == 3
    for name in ("x@" + image["digest"], image["digest"]):
        assert "a digest is no name" in stored.fail(2, "tag", "orders:1.0", name)


def test_images_are_listed(stored):
    image, = listed(stored)
    assert image["name"] == "orders:1.0"
    assert image["platforms"] == "linux/amd64"
    assert image["digest"].startswith("sha256:")
    assert image["size"] > 0
    lines = stored.run("images").out.splitlines()
    assert len(lines) == 2
    assert lines[1].split()[:2] == ["orders:1.0", image["digest"][:19]]


def test_names_alone_are_listed(stored):
    stored.run("tag", "orders:1.0", "orders:2.0")
    assert stored.run("images", "--format", "names").out == "orders:1.0\norders:2.0\n"


def test_pull_keeps_the_digest(stored, layout):
    digest = json.loads((layout / "index.json").read_text())["manifests"][0]["digest"]
    assert listed(stored)[0]["digest"] == digest
    assert len(verified(stored.store, "orders:1.0")) == 1


def test_pull_writes_the_name_and_digest(flinkpack, layout, tmp_path):
    result = flinkpack.run("pull", "oci:%s:v1" % layout)
    assert result.name == "oci:%s:v1@%s" % (layout, listed(flinkpack)[0]["digest"])
    result = flinkpack.run("pull", "oci:%s:v1" % layout, "-o", "oci:%s" % (tmp_path / "a"),
                           "-o", "oci-archive:%s" % (tmp_path / "b.tar"))
    assert result.out.count("\n") == 1


def test_each_place_is_summed_up(flinkpack, layout, tmp_path):
    result = flinkpack.run("pull", "oci:%s:v1" % layout, "-o", "oci:%s" % (tmp_path / "a"),
                           "-o", "oci-archive:%s:x" % (tmp_path / "b.tar"))
    assert "oci:%s: 3 blobs, " % (tmp_path / "a") in result.err
    assert re.search(r"^oci-archive:%s: 3 blobs, .*B written; named x$" % (tmp_path / "b.tar"),
                     result.err, re.M)


@pytest.mark.parametrize("words", [["--quiet"], ["--progress", "none"]])
def test_nothing_is_told_to_who_wants_nothing(flinkpack, layout, words):
    assert flinkpack.run("pull", *words, "oci:%s:v1" % layout).err == ""


def test_the_last_json_event_is_the_result(flinkpack, layout):
    result = flinkpack.run("pull", "--progress", "json", "oci:%s:v1" % layout)
    last = json.loads(result.err.splitlines()[-1])
    assert last["event"] == "result"
    assert "%s@%s" % (last["name"], last["digest"]) == result.name


@pytest.mark.parametrize("kind", ["oci", "oci-archive", "docker-archive"])
def test_push_to_and_pull_from_files(stored, kind, tmp_path):
    result = stored.run("push", "orders:1.0", "%s:%s" % (kind, tmp_path / "out"))
    assert result.name.startswith("%s:%s@sha256:" % (kind, tmp_path / "out"))
    if kind == "docker-archive":
        again = "docker-archive:%s" % (tmp_path / "out")
    else:
        again = "%s:%s:1.0" % (kind, tmp_path / "out")
        assert result.digest == listed(stored)[0]["digest"]
    layers = stored.run("inspect", again).out.count("sha256:")
    assert layers == stored.run("inspect", "orders:1.0").out.count("sha256:")
    stored.run("pull", again, "-o", "oci:%s:1.0" % (tmp_path / "back"))
    assert len(verified(tmp_path / "back", "1.0")) == 1


def test_push_needs_a_registry(stored):
    text = stored.fail(2, "push", "orders:1.0")
    assert "does not say where to push it" in text
    text = stored.fail(2, "push", "orders:1.0", "elsewhere:1.0")
    assert "'elsewhere:1.0' names no registry" in text


def test_a_registry_alone_is_no_destination(stored):
    for host in ("127.0.0.1:5000", "registry.example.com", "localhost:5000"):
        text = stored.fail(2, "push", "orders:1.0", host)
        assert "try: a registry alone is no name: %s/team/NAME:TAG\n" % host in text


def test_a_slip_in_the_last_destination_stops_the_first(stored):
    stored.fail(2, "push", "orders:1.0", "oci-archive:first.tar", "registry.example.com/Orders:1")
    assert not (stored.home / "first.tar").exists()


def test_what_is_pushed_to_its_own_name_has_to_be_here(stored):
    text = stored.fail(5, "push", "127.0.0.1:1/team/orders:1.0")
    assert "no image '127.0.0.1:1/team/orders:1.0'" in text


def test_offline_pushes_nothing(stored):
    text = stored.fail(2, "push", "--offline", "orders:1.0", "registry.example.com/orders:1.0")
    assert "--offline" in text


def test_unknown_images_are_not_found(stored):
    text = stored.fail(5, "inspect", "payments:2")
    assert "the local store (%s) has no image 'payments:2'\n" % stored.store in text
    assert "try: there are: orders:1.0; on Docker Hub: docker.io/library/payments:2\n" in text
    stored.fail(5, "tag", "payments:2", "x:1")
    stored.fail(5, "rmi", "payments:2")
    stored.fail(5, "push", "payments:2", "oci:out")


def test_files_are_told_how_to_be_named(stored, tmp_path):
    stored.run("push", "orders:1.0", "oci-archive:a.tar")
    stored.run("push", "orders:1.0", "oci-archive:A.tar")
    stored.run("push", "orders:1.0", "oci:folder")
    assert "try: for the file: oci-archive:a.tar\n" in stored.fail(5, "push", "a.tar", "oci:out")
    assert "try: for the file: oci-archive:A.tar\n" in stored.fail(2, "push", "A.tar", "oci:out")
    assert "try: for the file: oci:folder\n" in stored.fail(5, "inspect", "folder")


def test_names_without_a_registry_are_no_destination(stored):
    text = stored.fail(2, "push", "orders:1.0", "team/orders:1.0")
    assert "try: name it in full, as in registry.example.com/team/orders:1.0\n" in text
    text = stored.fail(2, "push", "orders:1.0", "orders:1.0")
    assert "try: name it in full, as in registry.example.com/team/orders:1.0\n" in text


def test_bad_names_are_usage_errors(stored):
    stored.fail(2, "inspect", "Orders:1.0")
    stored.fail(2, "tag", "orders:1.0", "orders:1:0")
    stored.fail(2, "tag", "orders:1.0", "orders@sha256:" + "0" * 64)
    stored.fail(2, "pull", "oci:")
    stored.fail(2, "pull", "orders:1.0")
    stored.fail(2, "pull", "oci:x", "-o", "registry.example.com/x")


def test_tag_adds_names(stored):
    stored.run("tag", "orders:1.0", "orders", "registry.example.com/team/orders:1.0")
    names = [image["name"] for image in listed(stored)]
    assert names == ["orders:1.0", "orders:latest", "registry.example.com/team/orders:1.0"]
    assert len({image["digest"] for image in listed(stored)}) == 1


def test_tag_works_by_digest(stored):
    digest = listed(stored)[0]["digest"]
    stored.run("tag", digest, "again:1")
    assert [image["name"] for image in listed(stored)] == ["again:1", "orders:1.0"]


def test_rmi_deletes_what_nothing_needs(stored):
    stored.run("tag", "orders:1.0", "orders:2.0")
    blobs = stored.store / "blobs/sha256"
    stored.run("rmi", "orders:1.0")
    assert [image["name"] for image in listed(stored)] == ["orders:2.0"]
    assert os.listdir(blobs)
    stored.run("rmi", "orders:2.0")
    assert listed(stored) == []
    assert os.listdir(blobs) == []


def test_rmi_goes_on_after_a_name_that_is_not_there(stored):
    stored.run("tag", "orders:1.0", "orders:2.0")
    text = stored.fail(5, "rmi", "orders:1.0", "nope", "nope2", "orders:2.0")
    assert "orders:1.0: removed" in text and "orders:2.0: removed" in text
    assert "warning: the local store (%s) has no image 'nope2:latest'\n" % stored.store in text
    assert "error: the local store (%s) has no image 'nope:latest'\n" % stored.store in text
    assert listed(stored) == []


def test_rmi_of_a_digest_tells_the_names(stored):
    stored.run("tag", "orders:1.0", "orders:2.0")
    digest = listed(stored)[0]["digest"]
    lines = stored.run("rmi", digest).err.splitlines()
    assert lines[:2] == ["orders:1.0: removed", "orders:2.0: removed"]
    assert listed(stored) == []


def test_one_platform_has_to_be_the_one_asked_for(stored):
    stored.run("inspect", "--platform", "linux/amd64", "orders:1.0")
    for words in (["inspect"], ["inspect", "--raw"], ["inspect", "--image-config"]):
        text = stored.fail(5, *words, "--platform", "linux/arm64", "orders:1.0")
        assert "orders:1.0: no image for linux/arm64: it is for linux/amd64 only\n" in text
    stored.fail(5, "push", "--platform", "linux/arm64", "orders:1.0", "oci:out")


def test_inspect_tells_of_the_image(stored):
    text = stored.run("inspect", "orders:1.0").out
    digest = listed(stored)[0]["digest"]
    assert "Name         orders:1.0\n" in text
    assert "Digest       %s\n" % digest in text
    assert "Platform     linux/amd64\n" in text
    assert "Layers       sha256:" in text
    model = json.loads(stored.run("inspect", "--format", "json", "orders:1.0").out)
    assert model["digest"] == digest
    image, = model["images"]
    assert image["platform"] == "linux/amd64"
    assert image["layers"][0]["diffId"].startswith("sha256:")


def test_inspect_raw_is_byte_by_byte(stored):
    digest = listed(stored)[0]["digest"]
    raw = stored.run("inspect", "--raw", "orders:1.0").out
    assert images.sha256(raw.encode()) == digest
    config = stored.run("inspect", "--image-config", "orders:1.0").out
    assert images.sha256(config.encode()) == json.loads(raw)["config"]["digest"]
    stored.fail(2, "inspect", "--raw", "--image-config", "orders:1.0")


@pytest.fixture
def index(flinkpack, tmp_path):
    """An image for two platforms, in a layout."""
    path = tmp_path / "index"
    both = images.Index([images.base(), images.base(architecture="arm64")])
    images.write_layout(both, path, "v1")
    return "oci:%s:v1" % path


def test_inspect_of_several_platforms(flinkpack, index):
    model = json.loads(flinkpack.run("inspect", "--format", "json", index).out)
    assert [image["platform"] for image in model["images"]] == ["linux/amd64", "linux/arm64"]
    one = flinkpack.run("inspect", "--platform", "linux/arm64", index).out
    assert "linux/arm64" in one and "linux/amd64" not in one
    assert "is for several platforms" in flinkpack.fail(2, "inspect", "--image-config", index)
    config = flinkpack.run("inspect", "--image-config", "--platform", "linux/arm64", index).out
    assert json.loads(config)["architecture"] == "arm64"
    text = flinkpack.fail(5, "inspect", "--platform", "linux/s390x", index)
    assert "linux/arm64" in text


def test_one_platform_can_be_copied(flinkpack, index, tmp_path):
    flinkpack.run("pull", "--platform", "linux/arm64", index, "-o", "oci:%s" % (tmp_path / "one"))
    assert len(verified(tmp_path / "one", "v1")) == 1
    text = flinkpack.run("inspect", "oci:%s" % (tmp_path / "one")).out
    assert "linux/arm64" in text and "linux/amd64" not in text


def test_hostile_text_does_not_reach_the_terminal(flinkpack, tmp_path):
    config = {"Labels": {"a": "\x1b[2Jgone\u009b31m", "b": "\u202e\u2028\u061c", "##vso[x]": "##[y]"},
              "Env": ["A=\x07"], "Cmd": ["::set-output name=x::y"]}
    image = images.Image([images.layer([images.file("data", b"x")])], config)
    images.write_layout(image, tmp_path / "evil", "v1")
    text = flinkpack.run("inspect", "oci:%s" % (tmp_path / "evil")).out
    document = flinkpack.run("inspect", "--format", "json", "oci:%s" % (tmp_path / "evil")).out
    assert "gone" in text
    for shown in text, document:
        assert not [c for c in shown if c != "\n" and (ord(c) < 32 or 127 <= ord(c) < 160)]
        assert not [word for word in ("##vso[", "##[", "::set-output", "\u202e", "\u2028", "\u061c")
                    if word in shown]
    assert config["Labels"].items() <= json.loads(document)["images"][0]["config"]["Labels"].items()


def test_the_store_can_be_elsewhere(flinkpack, layout, tmp_path):
    flinkpack.run("pull", "--store", tmp_path / "other", "oci:%s:v1" % layout)
    assert (tmp_path / "other/index.json").exists()
    assert not flinkpack.store.exists()
    assert "v1" in flinkpack.run("images", "--store", tmp_path / "other").out


def test_the_store_follows_xdg(flinkpack, layout, tmp_path):
    env = {"XDG_DATA_HOME": str(tmp_path / "data")}
    del flinkpack.env["FLINKPACK_STORE"]
    flinkpack.run("pull", "oci:%s:v1" % layout, env=env)
    assert (tmp_path / "data/flinkpack/store/index.json").exists()
