"""What is signed here and what cosign says of it, and the other way round. cosign is made from what Go's
module proxy has, which takes minutes: by itself only with FLINKPACK_TESTS_LONG=1."""

import json
import os
import subprocess

import peers
import program as programs
import pytest
import registry
from signatures import SIGN, Key, Repository

# What cosign takes for the keys of the public services, which are out of reach: none.
ROOT = {"mediaType": "application/vnd.dev.sigstore.trustedroot+json;version=0.1", "tlogs": [],
        "certificateAuthorities": [], "ctlogs": [], "timestampAuthorities": []}
ATTESTATION = "https://cyclonedx.org/bom"


def program(name):
    found = peers.find(name)
    if found is None and os.environ.get("FLINKPACK_TESTS_LONG"):
        found, why = peers.get(name)
        assert found, why
    if found is None:
        pytest.skip("%s is not there: FLINKPACK_TESTS_LONG=1 makes it" % name)
    return found


class Cosign:
    def __init__(self, path, folder):
        self.path, self.folder = path, folder
        (folder / "root.json").write_text(json.dumps(ROOT))

    def run(self, *words):
        return subprocess.run([self.path, *map(str, words)], capture_output=True, text=True,
                              cwd=self.folder, stdin=subprocess.DEVNULL,
                              env={"PATH": os.environ["PATH"], "HOME": str(self.folder),
                                   "COSIGN_PASSWORD": "sesame"})

    def verify(self, name, key, *more, command="verify"):
        done = self.run(command, "--key", key, "--insecure-ignore-tlog", "--trusted-root",
                        "root.json", *more, name)
        return done.returncode == 0, done.stderr


@pytest.fixture(params=["cosign2", "cosign3"])
def cosign(request, tmp_path):
    return Cosign(program(request.param), tmp_path)


@pytest.fixture(params=["docker-registry", "registry"])
def pushed(request, flinkpack, layout, tmp_path):
    server = request.param if request.param == "docker-registry" else program(request.param)
    with registry.Registry(tmp_path / "r", program=server) as r:
        r.name = r.host + "/team/orders:1.0"
        r.digest = flinkpack.run("push", layout, r.name).digest
        r.repository = Repository(r.host, "team/orders")
        yield r


def forget(pushed, suffix):
    """What verifies without it does so by the other form."""
    kind = "application/vnd.oci.image.index.v1+json"
    pushed.repository.put(pushed.digest.replace(":", "-") + suffix,
                          {"schemaVersion": 2, "mediaType": kind, "manifests": []}, kind)


@pytest.mark.parametrize("kind", ["ec", "ed25519"])
def test_cosign_verifies_what_is_signed_here(flinkpack, pushed, cosign, tmp_path, kind):
    key, other = Key(tmp_path / "keys", "key", kind), Key(tmp_path / "other", "other", kind)
    flinkpack.run("sign", pushed.name, "--sign-key", key.private)
    fine, text = cosign.verify(pushed.name, key.public, "--new-bundle-format")
    assert fine, text
    assert not cosign.verify(pushed.name, other.public, "--new-bundle-format")[0]
    forget(pushed, "")  # then there is cosign's tag alone
    fine, text = cosign.verify(pushed.name, key.public, "--new-bundle-format=false")
    assert fine, text
    assert not cosign.verify(pushed.name, other.public, "--new-bundle-format=false")[0]


ATTEST = """#!/usr/bin/python3
import base64, json, subprocess, sys
image = json.load(sys.stdin)
kind = b"application/vnd.in-toto+json"
statement = json.dumps({"_type": "https://in-toto.io/Statement/v1", "predicateType": %(type)r,
                        "predicate": {"bomFormat": "CycloneDX"}, "subject": [
                            {"digest": {"sha256": image["digest"].partition(":")[2]}}]}).encode()
signature = subprocess.run(["openssl", "dgst", "-sha256", "-sign", %(key)r], check=True,
                           input=b"DSSEv1 %%d %%s %%d %%s" %% (len(kind), kind, len(statement), statement),
                           capture_output=True).stdout
envelope = {"payload": base64.b64encode(statement).decode(), "payloadType": kind.decode(),
            "signatures": [{"sig": base64.b64encode(signature).decode()}]}
print(json.dumps([
    {"mediaType": "application/vnd.dsse.envelope.v1+json",
     "data": base64.b64encode(json.dumps(envelope).encode()).decode()},
    {"mediaType": "application/vnd.dev.sigstore.bundle.v0.3+json", "dsseEnvelope": envelope,
     "verificationMaterial": {"publicKey": {"hint": %(hint)r}}}]))
"""


def test_cosign_verifies_attestations(flinkpack, pushed, cosign, tmp_path):
    key = Key(tmp_path / "keys", "key")
    signer = tmp_path / "signer"
    signer.write_text(ATTEST % {"type": ATTESTATION, "key": str(key.private), "hint": key.hint})
    signer.chmod(0o755)
    flinkpack.run("sign", pushed.name, "--signer", signer)
    assert pushed.repository.attestations(pushed.digest, key) == [ATTESTATION]
    assert pushed.repository.bundles(pushed.digest, key) == [ATTESTATION]
    # It says nothing of who stands for the image.
    assert "not signed" in flinkpack.fail(programs.VERIFY, "verify", pushed.name, "--key",
                                          key.public)
    for form in "--new-bundle-format", "--new-bundle-format=false":
        fine, text = cosign.verify(pushed.name, key.public, form, "--type", "cyclonedx",
                                   command="verify-attestation")
        assert fine, text


def test_what_cosign_signs_verifies_here(flinkpack, pushed, cosign, tmp_path):
    """And neither loses what the other one has written."""
    key = Key(tmp_path / "keys", "key")
    flinkpack.run("sign", pushed.name, "--sign-key", key.private)
    assert cosign.run("import-key-pair", "--key", key.private, "-o", "theirs").returncode == 0
    again = Key(tmp_path / "again", "again")
    assert cosign.run("generate-key-pair").returncode == 0
    how = ["--use-signing-config=false"] if "cosign3" in str(cosign.path) else []
    for format in ("--new-bundle-format=false", "--new-bundle-format") if how else ("-y",):
        done = cosign.run("sign", "--key", "cosign.key", "--tlog-upload=false", "-y", format, *how,
                          pushed.name)
        assert done.returncode == 0, done.stderr
    flinkpack.run("sign", pushed.name, "--sign-key", again.private)
    for public in tmp_path / "cosign.pub", key.public, again.public, tmp_path / "theirs.pub":
        flinkpack.run("verify", pushed.name, "--key", public)
    for each in key, again:
        assert pushed.repository.simple_signatures(pushed.digest, each) == 1
        assert pushed.repository.bundles(pushed.digest, each) == [SIGN]
    # The key that cosign keeps in its own way is refused in words.
    text = flinkpack.fail(programs.INPUT, "sign", pushed.name, "--sign-key",
                          tmp_path / "cosign.key")
    assert "cosign" in text
