"""OpenPGP signatures of Flink's releases, by keys that gpg makes."""

import json
import os
import shutil
import subprocess

import apache
import miniature
import pytest
from program import INPUT, NOT_FOUND, USAGE, VERIFY, need

NAME = "flink-1.20.4-bin-scala_2.12.tgz"
FINGERPRINT = "f" "pr:"  # the record of gpg that has one


class Signer:
    """Two keys; signs files with the first, unless told otherwise."""

    def __init__(self, folder):
        folder.mkdir(mode=0o700)
        self.folder = folder
        for name in ("one", "two"):
            self.gpg("--passphrase", "", "--quick-gen-key", name + "@example.com", "ed25519", "sign",
                     "never")
        self.keys = "keys of releases\n\n" + self.gpg("--armor", "--export", "one@example.com")
        listed = self.gpg("--list-keys", "--with-colons", "one@example.com")
        self.fingerprint = [line.split(":")[9] for line in listed.splitlines()
                            if line.startswith(FINGERPRINT)][0]

    def gpg(self, *words):
        return subprocess.run(["gpg", "--batch", "--quiet", *words], check=True, text=True,
                              stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
                              env={**os.environ, "GNUPGHOME": str(self.folder)}).stdout

    def sign(self, path, name="one"):
        self.gpg("--yes", "--armor", "--local-user", name + "@example.com", "--detach-sign",
                 str(path))


@pytest.fixture(scope="module")
def signer(tmp_path_factory):
    need("gpg")
    # The socket of gpg's agent needs a short path.
    folder = tmp_path_factory.mktemp("g") / "h"
    made = Signer(folder)
    yield made
    subprocess.run(["gpgconf", "--kill", "all"], env={**os.environ, "GNUPGHOME": str(folder)},
                   check=False)
    shutil.rmtree(folder, ignore_errors=True)


class Scene:
    def __init__(self, flinkpack, inputs, signer, folder):
        self.flinkpack, self.inputs, self.signer, self.folder = flinkpack, inputs, signer, folder
        self.archive = folder / NAME
        self.archive.write_bytes(inputs.archive().read_bytes())
        signer.sign(self.archive)
        (folder / "KEYS").write_text(signer.keys)

    def words(self, *more):
        return ("build", "--from-archive", self.archive, "--base", self.inputs.base,
                "--flink-keys", self.folder / "KEYS", *more)


@pytest.fixture
def scene(flinkpack, inputs, signer, tmp_path):
    return Scene(flinkpack, inputs, signer, tmp_path)


def test_archive(scene):
    result = scene.flinkpack.run(*scene.words())
    assert "by " + scene.signer.fingerprint in result.err
    again = scene.flinkpack.run(*scene.words())
    assert again.digest == result.digest and scene.signer.fingerprint not in again.err
    scene.archive.write_bytes(scene.archive.read_bytes() + b"\0" * 512)
    assert NAME + ".asc" in scene.flinkpack.fail(VERIFY, *scene.words())


def test_check(scene):
    """What judges a job asks for the signature too, also of what it knows already."""
    (scene.folder / "job.jar").write_bytes(miniature.job_jar())
    words = ("check", scene.folder / "job.jar", "--from-archive", scene.archive)
    keys = ("--flink-keys", scene.folder / "KEYS")
    scene.flinkpack.run(*words)
    scene.flinkpack.run(*words, *keys)
    (scene.folder / "KEYS").write_text(scene.signer.gpg("--armor", "--export", "two@example.com"))
    assert NAME + ".asc" in scene.flinkpack.fail(VERIFY, *words, *keys)


def test_another_key(scene):
    scene.signer.sign(scene.archive, "two")
    text = scene.flinkpack.fail(VERIFY, *scene.words())
    assert "no valid signature" in text and "KEYS" in text


def test_what_is_no_signature(scene):
    (scene.folder / (NAME + ".asc")).write_text("<html>Please log in</html>")
    assert "not an OpenPGP signature" in scene.flinkpack.fail(INPUT, *scene.words())
    (scene.folder / "KEYS").write_text("<html>Please log in</html>")
    assert "no OpenPGP key" in scene.flinkpack.fail(INPUT, *scene.words())


def test_other_sources(scene, inputs):
    text = scene.flinkpack.fail(USAGE, "build", "--from-local-dist", inputs.dist(), "--base",
                                inputs.base, "--require-signature")
    assert "--from-archive" in text
    scene.flinkpack.fail(NOT_FOUND, "build", "--from-archive", scene.archive, "--base", inputs.base,
                         "--flink-keys", scene.folder / "nothing")


def test_release(flinkpack, inputs, signer, tmp_path):
    """Keys and signature come from Apache's hosts, and the key goes into the lock."""
    flinkpack.env["FLINKPACK_CONFIG"] = "flinkpack.yaml"
    with apache.Apache() as server:
        data = server.add_release("1.20.4", current=True)
        (tmp_path / NAME).write_bytes(data)
        (flinkpack.home / "flinkpack.yaml").write_text(json.dumps({
            "from-release": True, "flink-version": "1.20.4", "base": inputs.base,
            "require-signature": True, "apache-url": server.dlcdn, "archive-url": server.archive,
            "checksum-url": server.downloads}))
        path = "/flink/flink-1.20.4/%s.asc" % NAME
        text = flinkpack.fail(NOT_FOUND, "build")
        assert "KEYS" in text
        server.put("/archive/dist/flink/KEYS", signer.keys.encode())
        assert NAME + ".asc" in flinkpack.fail(NOT_FOUND, "build")
        signer.sign(tmp_path / NAME)
        server.put("/downloads" + path, (tmp_path / (NAME + ".asc")).read_bytes())
        flinkpack.run("lock")
        lock = json.loads((flinkpack.home / "flinkpack.lock").read_text())
        assert lock["flink"]["signer"] == signer.fingerprint
        flinkpack.run("build", "--locked")
        # Whoever has Apache's server has the keys as well, but not the lock.
        both = signer.keys + signer.gpg("--armor", "--export", "two@example.com")
        signer.sign(tmp_path / NAME, "two")
        server.put("/archive/dist/flink/KEYS", both.encode())
        server.put("/downloads" + path, (tmp_path / (NAME + ".asc")).read_bytes())
        text = flinkpack.fail(VERIFY, "build", "--no-cache")
        assert signer.fingerprint in text and "lock" in text
