"""Caches that lie: a damaged or forged record or blob never gets into an image.

Whatever a cache or a registry says, the digest has to be that of a build without any.
"""

import copy
import hashlib
import json
import os
import random
import shutil
import subprocess
import urllib.request

import images
import miniature
import program as programs
import pytest
import registry as registries
import validate
from program import VERIFY

KILLS = 30
LABEL = "flinkpack.recipes"


class Scene:
    """The options of a build, the digest that it has without caches, and homes."""

    def __init__(self, folder, inputs):
        self.folder, self.inputs, self.count, self.first = folder, inputs, 0, None
        self.job, self.other = folder / "job.jar", folder / "other.jar"
        self.job.write_bytes(miniature.job_jar())
        self.other.write_bytes(miniature.job_jar(extra=[("a", "b")]))
        programs.need_option(self.home("first"), "no-cache", "cache-trust")

    def home(self, name=None, binary=None):
        self.count += 1
        return programs.Program(self.folder / (name or "home-%d" % self.count),
                                binary or programs.built("dev"))

    def words(self, *more, job=None):
        return ["build", "--from-archive", self.inputs.archive(), "--base", self.inputs.base,
                "--job-jar", job or self.job, *more]

    def build(self, home, *more, job=None, **others):
        """Gives the digest of what it makes; the layout is home.out, the metadata home.told."""
        home.out, metadata = home.home / "out", home.home / "metadata"
        shutil.rmtree(home.out, ignore_errors=True)
        result = home.run(*self.words("-o", "oci:%s:v1" % home.out, "--metadata-file", metadata,
                                      *more, job=job), **others)
        home.told = json.loads(metadata.read_text())
        return result.digest

    def cold(self, *more, **others):
        return self.build(self.home(), "--no-cache", *more, **others)

    def warm(self):
        """A home whose cache has all layers."""
        if self.first is None:
            self.first = self.home()
            assert self.build(self.first) == self.digest
            self.build(self.first)
            assert {"setup", "job"} <= self.reused(self.first)
        home = self.home()
        shutil.copytree(self.first.cache, home.cache)
        home.told = self.first.told
        return home

    @staticmethod
    def reused(home):
        return {layer["kind"] for layer in home.told["platforms"][0]["layers"]
                if layer.get("reused")}

    def check(self, home, *more):
        """What is made is right, and right in every byte; and so it is a second time."""
        for _ in range(2):
            assert self.build(home, *more) == self.digest
            validate.layout(home.out, "v1")


@pytest.fixture(scope="module")
def scene(tmp_path_factory, inputs):
    found = Scene(tmp_path_factory.mktemp("lies"), inputs)
    found.digest = found.cold()
    assert found.digest != found.cold(job=found.other)
    return found


def blobs(home):
    return [path for path in home.cache.glob("blobs/sha256/*") if path.is_file()]


def records(home):
    return [path for path in home.cache.glob("records/*/*") if path.is_file()]


def flip(path, at):
    data = bytearray(path.read_bytes())
    data[at * (len(data) - 1) // 100] ^= 1
    path.write_bytes(data)


DAMAGES = {
    "first byte": lambda path: flip(path, 0), "middle": lambda path: flip(path, 50),
    "last byte": lambda path: flip(path, 100), "truncated": lambda path: os.truncate(
        path, path.stat().st_size // 2), "a byte less": lambda path: os.truncate(
            path, path.stat().st_size - 1), "empty": lambda path: os.truncate(path, 0),
    "gone": lambda path: path.unlink(), "a folder": lambda path: (path.unlink(), path.mkdir()),
    "a link": lambda path: (path.unlink(), path.symlink_to("/dev/zero")),
    "a byte more": lambda path: path.write_bytes(path.read_bytes() + b"\n"),
    "garbage": lambda path: path.write_bytes(os.urandom(path.stat().st_size)),
}


@pytest.mark.parametrize("damage", DAMAGES)
@pytest.mark.parametrize("part", [blobs, records], ids=["blobs", "records"])
def test_damage(part, damage, scene):
    home = scene.warm()
    found = part(home)
    assert found
    for path in found:
        DAMAGES[damage](path)
    scene.check(home)


def swap(paths):
    contents = [path.read_bytes() for path in paths]
    for path, data in zip(paths, contents[1:] + contents[:1]):
        path.write_bytes(data)


def test_records_of_other_keys(scene):
    """Each record stands under the key of another one, of its kind and of others."""
    home = scene.warm()
    scene.build(home, "--lib", scene.other, job=scene.other)
    kinds = {path.parent for path in records(home)}
    for kind in kinds:
        swap(sorted(kind.iterdir()))
    scene.check(home)
    swap(sorted(records(home)))
    scene.check(home)


def test_blobs_of_other_digests(scene):
    home = scene.warm()
    scene.build(home, job=scene.other)
    swap(sorted(blobs(home)))
    scene.check(home)


def test_edited_records(scene):
    """A record that still is JSON, with the digests of other layers."""
    home = scene.warm()
    digests = [layer[name] for layer in home.told["platforms"][0]["layers"]
               for name in ("digest", "diffId")]
    for path in records(home):
        text = path.read_text()
        for one, other in zip(digests, digests[1:]):
            text = text.replace(one[7:], other[7:])
        path.write_text(text)
    scene.check(home)


def test_file_that_changes_behind_its_times(scene):
    """Its size and its time of modification are as they were."""
    home, job = scene.home(), scene.folder / "changing.jar"
    for letter in "abab":
        job.write_bytes(miniature.job_jar(extra=[("x", letter)]))
        os.utime(job, (1600000000, 1600000000))
        assert scene.build(home, job=job) == scene.cold(job=job)


def test_two_builds_at_once(scene):
    jobs = [scene.job, scene.other] * 2
    colds = [scene.digest, scene.cold(job=scene.other)] * 2
    for _ in range(3):
        home = scene.home()
        running = [home.start(*scene.words("-o", "oci:%s:v1" % (home.home / str(number)), job=job))
                   for number, job in enumerate(jobs)]
        told = [process.communicate()[0] for process in running]
        assert [process.returncode for process in running] == [0] * len(jobs)
        assert [line.rstrip().rpartition("@")[2] for line in told] == colds
        scene.check(home)


def test_killed_at_any_moment(scene):
    """Each time the job is another one, so that there is something to keep, and the next build is
    not killed."""
    home = scene.home(binary=programs.built("release"))
    moments, job = random.Random(5), scene.folder / "killed.jar"
    for number in range(KILLS):
        job.write_bytes(miniature.job_jar(extra=[("number", str(number))]))
        words = scene.words("-o", "oci:%s:v1" % (home.home / "killed"), job=job)
        process = home.start(*words)
        try:
            process.communicate(timeout=moments.uniform(0, 0.06))
        except subprocess.TimeoutExpired:
            process.kill()
            process.communicate()
        # What it was making, and what it has in common with others.
        assert scene.build(home, job=job) == scene.build(home, "--no-cache", job=job)
    scene.check(home)


class Forger:
    """An image in a registry, and what somebody who may push there makes of it.

    It has another job than the one that takes its place, or else all would be as it was."""

    def __init__(self, scene, host, repository, job=None):
        self.scene, self.name = scene, "%s/%s:1" % (host, repository)
        self.repository, self.base = repository, "http://%s/v2/%s" % (host, repository)
        scene.home().run(*scene.words("--image-name", self.name, "--push", job=job or scene.other))
        with self._get("manifests/1") as answer:
            self.manifest = json.loads(answer.read())
        with self._get("blobs/" + self.manifest["config"]["digest"]) as answer:
            self.config = json.loads(answer.read())
        self.label = json.loads(self.config["config"]["Labels"][LABEL])
        self.honest = copy.deepcopy((self.manifest, self.config, self.label))

    def _get(self, path):
        return urllib.request.urlopen(urllib.request.Request(
            self.base + "/" + path, headers={"Accept": images.OCI_MANIFEST}))

    def put(self, label=None):
        """The image as it is described now, under the tag."""
        self.config["config"]["Labels"][LABEL] = json.dumps(self.label) if label is None else label
        config = json.dumps(self.config).encode()
        images._put_blob(self.base, config)
        self.manifest["config"].update(digest=images.sha256(config), size=len(config))
        request = urllib.request.Request(
            self.base + "/manifests/1", json.dumps(self.manifest).encode(), method="PUT",
            headers={"Content-Type": images.OCI_MANIFEST})
        urllib.request.urlopen(request).close()

    def record(self, kind):
        return next(layer for layer in self.label["layers"] if layer["kind"] == kind)

    def place(self, kind):
        """The number of a kind's layer in the image."""
        return self.config["rootfs"]["diff_ids"].index(self.record(kind)["diffId"])

    def put_evil(self):
        """All of the image says that the set-up is another layer: nothing in it is at odds."""
        layer = images.layer([images.file("docker-entrypoint.sh", "#!/bin/sh\necho evil\n", 0o755)])
        images._put_blob(self.base, layer.data)
        place = self.place("setup")
        self.manifest["layers"][place] = layer.descriptor(False)
        self.config["rootfs"]["diff_ids"][place] = layer.diff_id
        self.record("setup")["diffId"] = layer.diff_id
        self.put()

    def check(self, *more, status=None):
        """A build on an empty disk that replaces it."""
        home = self.scene.home()
        words = self.scene.words("--image-name", self.name, "--push", *more)
        result = home.try_run(*words)
        if result.status == status:
            return result
        assert result.status == 0, result.err
        assert result.digest == self.scene.digest
        host, path = self.name.rpartition(":")[0].split("/", 1)
        image, = validate.registry(host, path, "1")
        assert image.digest == self.scene.digest
        return result


@pytest.fixture
def forger(request, scene, registry):
    name = hashlib.sha256(request.node.name.encode()).hexdigest()[:16]
    return Forger(scene, registry, "lies/" + name)


def claim_unknown(forger):
    forger.record("setup")["diffId"] = "sha256:" + 64 * "0"


def claim_another_place(forger):
    forger.record("setup")["diffId"] = forger.record("job")["diffId"]


def claim_the_base(forger):
    forger.record("setup")["diffId"] = forger.config["rootfs"]["diff_ids"][0]


def claim_nothing(forger):
    """The image would have no such layer."""
    del forger.record("setup")["diffId"]


def claim_keys_of_others(forger):
    one, other = forger.record("setup"), forger.record("job")
    one["key"], other["key"] = other["key"], one["key"]


def claim_other_kinds(forger):
    one, other = forger.record("setup"), forger.record("job")
    one["kind"], other["kind"] = other["kind"], one["kind"]


def claim_other_blob(forger):
    """A descriptor has no place in a label: the manifest has it."""
    forger.record("setup")["blob"] = forger.manifest["layers"][forger.place("job")]


def claim_wrong_types(forger):
    for layer in forger.label["layers"]:
        layer["facts"], layer["inputs"] = "none", 7


def claim_too_few(forger):
    forger.manifest["layers"].pop()


CLAIMS = [claim_unknown, claim_another_place, claim_the_base, claim_nothing, claim_keys_of_others,
          claim_other_kinds, claim_other_blob, claim_wrong_types, claim_too_few]


@pytest.mark.parametrize("claim", CLAIMS, ids=lambda claim: claim.__name__)
def test_forged_label(claim, forger):
    """What a label says has to agree with the image that it is in."""
    claim(forger)
    forger.put()
    forger.check()


@pytest.mark.parametrize("label", ["", "{", "[]", "null", '{"layout": 2}', '{"layout": 1}',
                                   '{"layout": 2, "layers": {}, "bases": 1}', "[" * 100000,
                                   '{"layout": 2, "layers": [%s]}' % ",".join(["{}"] * 50000)],
                         ids=range(9))
def test_label_that_is_none(label, forger):
    forger.put(label)
    forger.check()


def test_forged_image(scene, forger):
    """Who may push under the name that is replaced is believed by default, and the build says so.
    Otherwise nothing of it gets in."""
    forger.put_evil()
    home = scene.home()
    metadata = home.home / "metadata"
    home.run(*scene.words("--image-name", forger.name, "--dry-run", "--metadata-file", metadata,
                          "--push"))
    setup, = (layer for layer in json.loads(metadata.read_text())["platforms"][0]["layers"]
              if layer["kind"] == "setup")
    assert setup["reused"] == forger.name
    forger.check("--cache-trust", "none")


def test_forged_image_that_seems_unchanged(scene, registry):
    forger = Forger(scene, registry, "lies/unchanged", scene.job)
    forger.put_evil()
    forger.check("--cache-trust", "none")
    forger.put_evil()
    forger.check("--no-cache")


def test_forged_image_of_cache_from(scene, forger, registry):
    """--cache-trust none is about all images."""
    forger.put_evil()
    home = scene.home()
    name = registry + "/lies/clean:1"
    result = home.run(*scene.words("--image-name", name, "--push", "--cache-from", forger.name,
                                   "--cache-trust", "none"))
    assert result.digest == scene.digest


@pytest.fixture
def lock(scene):
    home = scene.home()
    programs.need_option(home, "locked")
    path = scene.folder / "flinkpack.lock"
    if not path.exists():
        home.run("lock", *scene.words("--lock-file", path)[1:])
    return ["--lock-file", path, "--locked"]


@pytest.mark.parametrize("unchanged", [False, True])
def test_forged_image_under_a_lock(unchanged, scene, registry, lock):
    forger = Forger(scene, registry, "lies/locked-%s" % str(unchanged).lower(),
                    scene.job if unchanged else scene.other)
    forger.check(*lock)
    forger.put_evil()
    forger.check(*lock, status=VERIFY)


@pytest.mark.parametrize("claim", CLAIMS, ids=lambda claim: claim.__name__)
def test_forged_label_under_a_lock(claim, forger, lock):
    claim(forger)
    forger.put()
    forger.check(*lock, status=VERIFY)


@pytest.mark.parametrize("kind", ["distribution", "setup", "job"])
def test_blob_that_is_gone(kind, scene, tmp_path):
    """The registry lost it, or it lies in a repository of somebody else's: it is made after all."""
    with registries.Registry(tmp_path / "r") as registry:
        forger = Forger(scene, registry.host, "lies/gone")
        digest = forger.manifest["layers"][forger.place(kind)]["digest"][7:]
        shutil.rmtree(registry.data / "docker/registry/v2/repositories/lies/gone/_layers/sha256" /
                      digest)
        forger.check()
    with registries.Registry(tmp_path / "r2") as registry:
        forger = Forger(scene, registry.host, "lies/gone")
        digest = forger.manifest["layers"][forger.place(kind)]["digest"][7:]
        shutil.rmtree(registry.data / "docker/registry/v2/blobs/sha256" / digest[:2] / digest)
        forger.check()
