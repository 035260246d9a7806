"""Keys, and what is signed by them, read without flinkpack: by openssl, and by the words of cosign's
specifications."""

import base64
import hashlib
import json
import pathlib
import subprocess
import urllib.error
import urllib.request

ACCEPT = ("application/vnd.oci.image.index.v1+json, application/vnd.oci.image.manifest.v1+json, "
          "application/vnd.docker.distribution.manifest.v2+json")
BUNDLE = "application/vnd.dev.sigstore.bundle.v0.3+json"
SIGN = "https://sigstore.dev/cosign/sign/v1"


def openssl(*argv, data=None):
    return subprocess.run(["openssl", *map(str, argv)], input=data, check=True,
                          capture_output=True).stdout


class Key:
    """A pair of keys: kind "ec" or "ed25519"; with a password its private part is encrypted."""

    def __init__(self, folder, name, kind="ec", password=None):
        folder = pathlib.Path(folder)
        folder.mkdir(parents=True, exist_ok=True)
        self.kind, self.private, self.public = kind, folder / (name + ".pem"), folder / (
            name + ".pub")
        curve = ["-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-256"] if kind == "ec" else [
            "-algorithm", kind]
        lock = ["-aes256", "-pass", "pass:" + password] if password else []
        openssl("genpkey", *curve, *lock, "-out", self.private)
        openssl("pkey", "-in", self.private, "-passin", "pass:" + (password or ""), "-pubout",
                "-out", self.public)
        self.hint = base64.b64encode(hashlib.sha256(openssl(
            "pkey", "-pubin", "-in", self.public, "-outform", "DER")).digest()).decode()

    def verifies(self, data, signature):
        at = self.private.parent
        (at / "data").write_bytes(data)
        (at / "signature").write_bytes(base64.b64decode(signature))
        how = ["dgst", "-sha256", "-verify", self.public, "-signature", at / "signature",
               at / "data"] if self.kind == "ec" else [
            "pkeyutl", "-verify", "-pubin", "-inkey", self.public, "-rawin", "-in", at / "data",
            "-sigfile", at / "signature"]
        return subprocess.run(["openssl", *map(str, how)], capture_output=True).returncode == 0


class Repository:
    """What is in a repository of a registry without authentication."""

    def __init__(self, host, name):
        self.url = "http://%s/v2/%s/" % (host, name)

    def get(self, path):
        request = urllib.request.Request(self.url + path, headers={"Accept": ACCEPT})
        with urllib.request.urlopen(request) as answer:
            return answer.read()

    def document(self, name):
        """A manifest by tag or digest; None: there is none."""
        try:
            return json.loads(self.get("manifests/" + name))
        except urllib.error.HTTPError as error:
            if error.code != 404:
                raise
            return None

    def put(self, name, document, kind="application/vnd.oci.image.manifest.v1+json"):
        data = json.dumps(document).encode()
        request = urllib.request.Request(self.url + "manifests/" + name, data, method="PUT",
                                         headers={"Content-Type": kind})
        urllib.request.urlopen(request).close()
        return "sha256:" + hashlib.sha256(data).hexdigest()

    def blob(self, digest):
        data = self.get("blobs/" + digest)
        assert digest == "sha256:" + hashlib.sha256(data).hexdigest()
        return data

    def tags(self):
        return json.loads(self.get("tags/list"))["tags"]

    def simple_signatures(self, digest, key):
        """How many layers of cosign's tag are a signature of this image by this key."""
        manifest = self.document(digest.replace(":", "-") + ".sig") or {"layers": []}
        count = 0
        for layer in manifest["layers"]:
            assert layer["mediaType"] == "application/vnd.dev.cosign.simplesigning.v1+json"
            data = self.blob(layer["digest"])
            critical = json.loads(data)["critical"]
            assert critical["type"] == "cosign container image signature"
            assert critical["image"]["docker-manifest-digest"] == digest
            count += key.verifies(data, layer["annotations"]["dev.cosignproject.cosign/signature"])
        if manifest["layers"]:
            assert json.loads(self.blob(manifest["config"]["digest"]))["rootfs"]["diff_ids"] == [
                layer["digest"] for layer in manifest["layers"]]
        return count

    def attestations(self, digest, key):
        """The predicate types under cosign's tag for attestations."""
        manifest = self.document(digest.replace(":", "-") + ".att") or {"layers": []}
        found = []
        for layer in manifest["layers"]:
            assert layer["mediaType"] == "application/vnd.dsse.envelope.v1+json"
            statement = open_envelope(json.loads(self.blob(layer["digest"])), key)
            assert statement["predicateType"] == layer["annotations"]["predicateType"]
            found.append(statement["predicateType"])
        return found

    def layer_of(self, digest):
        """The only layer of a manifest, such as that of an artifact."""
        layers = self.document(digest)["layers"]
        assert len(layers) == 1
        return self.blob(layers[0]["digest"])

    def referrers(self, digest):
        """The entries of the index under the fallback tag."""
        return (self.document(digest.replace(":", "-")) or {"manifests": []})["manifests"]

    def bundles(self, digest, key, entries=None):
        """The predicate types of this key's bundles, by the rules of cosign's specification."""
        found = []
        for entry in self.referrers(digest) if entries is None else entries:
            if entry.get("artifactType") != BUNDLE:
                continue
            manifest = self.document(entry["digest"])
            [layer] = manifest["layers"]
            bundle = json.loads(self.blob(layer["digest"]))
            if bundle["verificationMaterial"]["publicKey"]["hint"] != key.hint:
                continue
            assert manifest["artifactType"] == bundle["mediaType"] == layer["mediaType"] == BUNDLE
            assert manifest["subject"]["digest"] == digest
            assert manifest["config"] == {
                "mediaType": "application/vnd.oci.empty.v1+json", "size": 2,
                "digest": "sha256:" + hashlib.sha256(b"{}").hexdigest()}
            assert manifest["annotations"] == entry["annotations"]
            assert entry["annotations"]["dev.sigstore.bundle.content"] == "dsse-envelope"
            statement = open_envelope(bundle["dsseEnvelope"], key)
            assert {"digest": {"sha256": digest.partition(":")[2]}} in statement["subject"]
            assert statement["predicateType"] == entry["annotations"][
                "dev.sigstore.bundle.predicateType"]
            found.append(statement["predicateType"])
        return found


def open_envelope(envelope, key):
    kind, payload = envelope["payloadType"], base64.b64decode(envelope["payload"])
    [signature] = envelope["signatures"]
    assert key.verifies(b"DSSEv1 %d %s %d %s" % (len(kind), kind.encode(), len(payload), payload),
                        signature["sig"])
    statement = json.loads(payload)
    assert statement["_type"] == "https://in-toto.io/Statement/v1"
    return statement
