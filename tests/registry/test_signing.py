"""Signatures of images: what is written, in both forms, without losing what others write; and what is
refused when they are checked."""

import base64
import json
import re
import subprocess

import pytest
import program as programs
import registry
import vendors
from internet import Answer
from signatures import BUNDLE, SIGN, Key, Repository
from transfer import pull

INDEX = "application/vnd.oci.image.index.v1+json"


class Knowing(vendors.Model):
    """A registry that lists referrers, a page at a time."""

    page = 1

    def put_manifest(self, request, repository, name):
        answer = super().put_manifest(request, repository, name)
        subject = json.loads(request.body).get("subject")
        if answer.status == 201 and subject:
            answer.headers["OCI-Subject"] = subject["digest"]
        return answer

    def handle(self, request):
        at = re.match("/v2/(.+)/referrers/(sha256:[0-9a-f]{64})$", request.path)
        if at is None:
            return super().handle(request)
        self.requests.append(request)
        repository, subject = at.groups()
        found = []
        for (where, name), (kind, data) in self.manifests.items():
            document = json.loads(data)
            if where == repository and ":" in name and document.get("subject", {}).get(
                    "digest") == subject:
                found.append({"mediaType": kind, "digest": name, "size": len(data),
                              "artifactType": document["artifactType"],
                              "annotations": document.get("annotations", {})})
        first = int(request.one("after") or 0)
        headers = {"Content-Type": INDEX}
        if first + self.page < len(found):
            headers["Link"] = '<%s?after=%d>; rel="next"' % (request.path, first + self.page)
        return Answer(200, json.dumps({"schemaVersion": 2, "mediaType": INDEX,
                                       "manifests": found[first:first + self.page]}), headers)


@pytest.fixture
def pushed(flinkpack, layout, tmp_path):
    """A registry, the name of an image in it, and its digest."""
    with registry.Registry(tmp_path / "r") as r:
        r.name = r.host + "/team/orders:1.0"
        r.digest = flinkpack.run("push", layout, r.name).digest
        r.repository = Repository(r.host, "team/orders")
        yield r


@pytest.fixture
def key(tmp_path):
    return Key(tmp_path / "keys", "key")


@pytest.fixture
def other(tmp_path):
    return Key(tmp_path / "other-keys", "other", "ed25519")


def sign(flinkpack, name, key):
    return flinkpack.run("sign", name, "--sign-key", key.private)


def test_both_forms(flinkpack, pushed, key, other):
    assert sign(flinkpack, pushed.name, key).digest == pushed.digest
    assert sign(flinkpack, pushed.name, other).digest == pushed.digest
    for each in key, other:
        assert pushed.repository.simple_signatures(pushed.digest, each) == 1
        assert pushed.repository.bundles(pushed.digest, each) == [SIGN]
        assert flinkpack.run("verify", pushed.name, "--key", each.public).digest == pushed.digest
    tag = pushed.digest.replace(":", "-")
    assert sorted(pushed.repository.tags()) == ["1.0", tag, tag + ".sig"]
    # The image is what it was, by its name and by its digest.
    assert pull(flinkpack, pushed.name) == pushed.digest
    # Once more changes nothing.
    before = [pushed.repository.document(each) for each in pushed.repository.tags()]
    assert "signed by this key already" in sign(flinkpack, pushed.name, key).err
    assert [pushed.repository.document(each) for each in pushed.repository.tags()] == before
    by_digest = "%s/team/orders@%s" % (pushed.host, pushed.digest)
    assert flinkpack.run("verify", by_digest, "--key", key.public).digest == pushed.digest


def test_passwords(flinkpack, pushed, tmp_path):
    locked = Key(tmp_path / "locked", "locked", password="open sesame")
    text = flinkpack.fail(programs.AUTH, "sign", pushed.name, "--sign-key", locked.private,
                          env={"FLINKPACK_KEY_PASSWORD": "guess"})
    assert "password" in text and "guess" not in text
    assert pushed.repository.tags() == ["1.0"]
    for variable in "FLINKPACK_KEY_PASSWORD", "COSIGN_PASSWORD":
        found = flinkpack.run("sign", pushed.name, "--sign-key", locked.private,
                              env={variable: "open sesame"})
        assert "open sesame" not in found.err and "sets no option" not in found.err
    assert pushed.repository.simple_signatures(pushed.digest, locked) == 1


def test_key_of_a_variable(flinkpack, pushed, key):
    flinkpack.run("sign", pushed.name, "--sign-key", "env:THE_KEY",
                  env={"THE_KEY": key.private.read_text()})
    flinkpack.run("verify", pushed.name, "--key", key.public)


def test_what_does_not_verify(flinkpack, layout, pushed, key, other):
    verify = ["verify", pushed.name, "--key", key.public]
    assert "not signed" in flinkpack.fail(programs.VERIFY, *verify)
    sign(flinkpack, pushed.name, other)
    assert "another key" in flinkpack.fail(programs.VERIFY, *verify)
    # Signatures of another image, under the names of this one's.
    name = pushed.host + "/team/orders:2.0"
    again = flinkpack.run("append", "--add", "%s:/x" % key.public, "--image-name", name, "--push")
    sign(flinkpack, name, key)
    theirs, ours = again.digest.replace(":", "-"), pushed.digest.replace(":", "-")
    for suffix, kind in ("", INDEX), (".sig", "application/vnd.oci.image.manifest.v1+json"):
        pushed.repository.put(ours + suffix, pushed.repository.document(theirs + suffix), kind)
    text = flinkpack.fail(programs.VERIFY, *verify)
    assert text.count("replayed: it is of another image: " + again.digest) == 2
    # A true one beside false ones is enough, and the false ones are told.
    sign(flinkpack, pushed.name, key)
    assert flinkpack.run(*verify).err.count("warning: ") == 2


def test_forged(flinkpack, pushed, key):
    sign(flinkpack, pushed.name, key)
    tag = pushed.digest.replace(":", "-")
    manifest = pushed.repository.document(tag + ".sig")
    annotations = manifest["layers"][0]["annotations"]
    signature = bytearray(base64.b64decode(annotations["dev.cosignproject.cosign/signature"]))
    signature[-1] ^= 1
    annotations["dev.cosignproject.cosign/signature"] = base64.b64encode(signature).decode()
    pushed.repository.put(tag + ".sig", manifest)
    pushed.repository.put(tag, {"schemaVersion": 2, "mediaType": INDEX, "manifests": []}, INDEX)
    flinkpack.fail(programs.VERIFY, "verify", pushed.name, "--key", key.public)


def test_foreign_entries_stay(flinkpack, pushed, key):
    """An index that others keep, with members and entries that say nothing here."""
    tag = pushed.digest.replace(":", "-")
    entry = {"mediaType": "application/vnd.oci.image.manifest.v1+json", "digest": pushed.digest,
             "size": len(pushed.repository.get("manifests/1.0")),
             "artifactType": "application/vnd.example+json", "annotations": {"a": "b"}, "odd": [1]}
    index = {"schemaVersion": 2, "mediaType": INDEX, "manifests": [entry], "more": {"x": "y"}}
    pushed.repository.put(tag, index, INDEX)
    sign(flinkpack, pushed.name, key)
    found = pushed.repository.document(tag)
    assert found["manifests"][0] == entry and found["more"] == {"x": "y"}
    assert pushed.repository.bundles(pushed.digest, key) == [SIGN]


class Interloper(vendors.Model):
    """Somebody else writes the same tags: what he puts was made of what stood there before ours."""

    def __init__(self, host):
        super().__init__(host)
        self.late = {}  # tag -> what he puts after our first change of it

    def put_manifest(self, request, repository, name):
        answer = super().put_manifest(request, repository, name)
        if answer.status == 201 and name in self.late:
            self.manifests[(repository, name)] = self.late.pop(name)
        return answer


def test_others_write_at_the_same_time(flinkpack, layout, connect, key, other):
    model = Interloper("registry.example.com")
    connect(model)
    name = "registry.example.com/team/orders:1.0"
    tag = flinkpack.run("push", layout, name).digest.replace(":", "-")
    sign(flinkpack, name, other)
    for each in tag, tag + ".sig":
        model.late[each] = model.manifests.pop(("team/orders", each))
    sign(flinkpack, name, key)
    assert not model.late
    for suffix, members in ("", "manifests"), (".sig", "layers"):
        _, data = model.manifests[("team/orders", tag + suffix)]
        assert len(json.loads(data)[members]) == 2
    for each in key, other:
        assert flinkpack.run("verify", name, "--key", each.public).err.count("signed by") == 2


def test_two_sign_at_once(flinkpack, pushed, tmp_path):
    keys = [Key(tmp_path / ("two-%d" % n), "key", "ed25519") for n in range(2)]
    running = [subprocess.Popen([flinkpack.binary, "sign", pushed.name, "--sign-key", each.private],
                                env={**flinkpack.env, "FLINKPACK_STORE": str(tmp_path / str(n))},
                                stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
               for n, each in enumerate(keys)]
    failed = [text for each in running for text in [each.communicate()[1]] if each.returncode]
    assert not failed
    for each in keys:
        assert pushed.repository.simple_signatures(pushed.digest, each) == 1
        assert pushed.repository.bundles(pushed.digest, each) == [SIGN]


def test_registry_that_lists_referrers(flinkpack, layout, connect, key, other):
    knowing = Knowing("registry.example.com")
    connect(knowing)
    name = "registry.example.com/team/orders:1.0"
    digest = flinkpack.run("push", layout, name).digest
    knowing.requests.clear()
    sign(flinkpack, name, key)
    # What the image is, then both forms.
    assert len(knowing.requests) <= 1 + 2 * 6
    sign(flinkpack, name, other)
    # No index is kept beside the registry's own list.
    tag = digest.replace(":", "-")
    assert ("team/orders", tag) not in knowing.manifests
    assert ("team/orders", tag + ".sig") in knowing.manifests
    # Each has a bundle, on whatever page.
    del knowing.manifests[("team/orders", tag + ".sig")]
    for each in key, other:
        assert flinkpack.run("verify", name, "--key", each.public).digest == digest
    assert knowing.saw("GET", "after=1")


def test_tag_that_may_not_move(flinkpack, layout, connect, key, other):
    model = vendors.Model("registry.example.com")
    connect(model)
    name = "registry.example.com/team/orders:1.0"
    flinkpack.run("push", layout, name)
    sign(flinkpack, name, key)
    model.holds_tags = True
    text = flinkpack.fail(programs.CONFLICT, "sign", name, "--sign-key", other.private)
    assert "signing registry.example.com/team/orders@sha256:" in text and "sha256-" in text
    flinkpack.run("verify", name, "--key", key.public)


def test_requests(flinkpack, pushed, key):
    """On a registry without the API: both forms, whose list and tag are read again once more."""
    with registry.FaultProxy(pushed.port) as proxy:
        flinkpack.run("sign", "%s/team/orders:1.0" % proxy.host, "--sign-key", key.private)
        count = len(proxy.requests)
    print("%d requests" % count)
    assert count <= 16


def test_layouts(flinkpack, tmp_path, layout, key):
    digest = sign(flinkpack, layout, key).digest
    folder = layout.rpartition(":")[0]
    assert flinkpack.run("verify", layout, "--key", key.public).digest == digest
    # Its only image is still that.
    assert flinkpack.run("verify", folder, "--key", key.public).digest == digest
    # What is not its digest's is not read.
    blobs = tmp_path / "layout/blobs/sha256"
    for each in blobs.iterdir():
        if b"simple" not in each.read_bytes() and b"cosign container" in each.read_bytes():
            each.write_bytes(each.read_bytes().replace(b"cosign", b"cosigm"))
        elif b"dsseEnvelope" in each.read_bytes():
            each.write_bytes(each.read_bytes().replace(b"hint", b"Hint"))
    text = flinkpack.fail(programs.VERIFY, "verify", layout, "--key", key.public)
    assert "no valid signature" in text


def test_places(flinkpack, tmp_path, key):
    sign_with = ["--sign-key", key.private]
    flinkpack.fail(programs.USAGE, "sign", "flink-job", *sign_with)
    flinkpack.fail(programs.USAGE, "sign", "oci-archive:%s" % (tmp_path / "a.tar"), *sign_with)
    flinkpack.fail(programs.NOT_FOUND, "sign", "oci:%s" % (tmp_path / "none"), *sign_with)
    assert not (tmp_path / "none").exists()
    assert "--sign-key" in flinkpack.fail(programs.USAGE, "sign", "oci:x")
    assert "--key" in flinkpack.fail(programs.USAGE, "verify", "oci:x")
    text = flinkpack.fail(programs.INPUT, "verify", "oci:x", "--key", key.private)
    assert "pubout" in text


SIGNER = """#!/usr/bin/python3
import base64, json, subprocess, sys
image = json.load(sys.stdin)
payload = json.dumps({"critical": {"identity": {"docker-reference": image["repository"]},
                      "image": {"docker-manifest-digest": image["digest"]},
                      "type": "cosign container image signature"}, "optional": {"by": "hand"}})
signature = subprocess.run(["openssl", "dgst", "-sha256", "-sign", %r], input=payload.encode(),
                           capture_output=True, check=True).stdout
print(json.dumps([
    {"mediaType": "application/vnd.dev.cosign.simplesigning.v1+json",
     "data": base64.b64encode(payload.encode()).decode(),
     "annotations": {"dev.cosignproject.cosign/signature": base64.b64encode(signature).decode()}},
    {"mediaType": "text/plain", "artifactType": "application/vnd.example",
     "data": base64.b64encode(b"hello").decode(), "annotations": {"a": "b"}}]))
"""


def test_signer(flinkpack, pushed, tmp_path, key):
    program = tmp_path / "signer"
    program.write_text(SIGNER % str(key.private))
    program.chmod(0o755)
    flinkpack.run("sign", pushed.name, "--signer", program)
    assert pushed.repository.simple_signatures(pushed.digest, key) == 1
    flinkpack.run("verify", pushed.name, "--key", key.public)
    [entry] = pushed.repository.referrers(pushed.digest)
    assert entry["artifactType"] == "application/vnd.example" and entry["annotations"] == {"a": "b"}
    [layer] = pushed.repository.document(entry["digest"])["layers"]
    assert pushed.repository.blob(layer["digest"]) == b"hello"
    program.write_text("#!/bin/sh\nexit 1\n")
    assert "status 1" in flinkpack.fail(programs.INPUT, "sign", pushed.name, "--signer", program)
    # No file may name a program to be run.
    (tmp_path / "options.yaml").write_text("signer: %s\n" % program)
    flinkpack.fail(programs.USAGE, "sign", pushed.name, "--config", tmp_path / "options.yaml")


def test_pushes_sign(flinkpack, layout, pushed, tmp_path, key):
    """What push, append and build write is signed where it can be."""
    name = pushed.host + "/team/orders:signed"
    signing = ["--sign-key", key.private]
    assert flinkpack.run("push", layout, name, *signing).digest == pushed.digest
    assert pushed.repository.simple_signatures(pushed.digest, key) == 1
    # An image that is there already is signed as well, and only once.
    more = ["append", "--add", "%s:/x" % key.public, "--image-name", name, "--push"]
    digest = flinkpack.run(*more).digest
    assert flinkpack.run(*more, *signing).digest == digest
    assert flinkpack.run(*more, *signing).digest == digest
    assert pushed.repository.simple_signatures(digest, key) == 1
    assert pushed.repository.bundles(digest, key) == [SIGN]
    text = flinkpack.run("inspect", name).out
    assert "\nAttached     sha256-" in text and ".sig  1\n" in text and SIGN in text
    found = json.loads(flinkpack.run("inspect", "--format", "json", name).out)["attached"]
    assert [each.get("artifactType") for each in found] == [None, BUNDLE]
    # Into a layout, and not into the local store.
    out = tmp_path / "out"
    flinkpack.run(*more[:-1], "-o", "oci:%s" % out, *signing)
    flinkpack.run("verify", "oci:%s" % out, "--key", key.public)
    assert "not signed" in flinkpack.run(*more[:-1], *signing).err
    # Nothing is sent where the key cannot be used.
    lost = flinkpack.fail(programs.NOT_FOUND, "push", layout, pushed.host + "/team/lost:1",
                          "--sign-key", tmp_path / "none.pem")
    assert "--sign-key" in lost
    assert Repository(pushed.host, "team/lost").document("1") is None


def test_attachments_travel(flinkpack, pushed, tmp_path, key, other):
    """From a registry to a layout, to the store, and to another repository, beside what is there."""
    for each in key, other:
        sign(flinkpack, pushed.name, each)
    archive = "oci-archive:%s" % (tmp_path / "a.tar")
    assert "--referrers" in flinkpack.fail(programs.USAGE, "pull", pushed.name, "--referrers",
                                           "-o", archive)
    assert not (tmp_path / "a.tar").exists()
    out = "oci:%s:v1" % (tmp_path / "out")
    text = flinkpack.run("pull", pushed.name, "--referrers", "-o", out).err
    assert "4 attachments taken along" in text
    flinkpack.run("verify", out, "--key", key.public)
    third = Key(tmp_path / "third", "third")
    copy = pushed.host + "/team/copy:1"
    flinkpack.run("push", out, copy, "--sign-key", third.private)
    flinkpack.run("push", out, copy, "--referrers")
    repository = Repository(pushed.host, "team/copy")
    for each in key, other, third:
        assert repository.simple_signatures(pushed.digest, each) == 1
        assert repository.bundles(pushed.digest, each) == [SIGN]
    # Without it the image travels alone.
    alone = pushed.host + "/team/alone:1"
    flinkpack.run("push", out, alone)
    assert Repository(pushed.host, "team/alone").tags() == ["1"]
    # The store holds them unseen, and gives them up with the image's last name.
    flinkpack.run("pull", copy, "--referrers")
    assert flinkpack.run("images", "--format", "names").out == copy + "\n"
    blobs = flinkpack.store / "blobs/sha256"
    assert len([each for each in blobs.iterdir() if b"dsseEnvelope" in each.read_bytes()]) == 3
    flinkpack.run("rmi", copy)
    assert not list(blobs.iterdir())
