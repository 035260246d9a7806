"""flinkpack.lock: written, obeyed, and held against builds that differ."""

import json
import os
import shutil
import urllib.request

import alpine
import apache
import images
import miniature
import pytest
from program import INPUT, NOT_FOUND, USAGE, VERIFY

LOCK = "flinkpack.lock"


@pytest.fixture(scope="session")
def published(tmp_path_factory):
    """Two package repositories."""
    scratch = tmp_path_factory.mktemp("published")
    folder = alpine.make_repository(scratch / "repo", "--demo")
    publish(folder, scratch / "first", ("tzdata", "2024a-r0"))
    return folder


@pytest.fixture
def repository(published, tmp_path):
    """A copy of them, of which a test may change the second, and its server."""
    folder = shutil.copytree(published, tmp_path / "repo")
    with alpine.Server(folder) as found:
        yield found, folder


def publish(folder, scratch, *packages):
    """Publish packages, (NAME, VERSION, LINE...), in the second repository, and nothing else."""
    shutil.rmtree(folder / "v3.20" / "community", ignore_errors=True)
    specs = [alpine.write_spec(scratch, *package, files=[("usr/share/" + package[0], package[1])])
             for package in packages]
    alpine.make_repository(folder, "-r", "community", "-k",
                           folder / "keys.private" / alpine.KEY[:-len(".pub")], *specs)


class Scene:
    """A project folder with a base, a distribution and a job; `home` is the working directory."""

    def __init__(self, flinkpack, inputs, repository):
        server, folder = repository
        self.flinkpack, self.folder = flinkpack, flinkpack.home
        flinkpack.env["FLINKPACK_CONFIG"] = "flinkpack.yaml"
        self.keys = folder / "keys"
        self.urls = [server.url + "/v3.20/" + name for name in ("main", "community")]
        self.write_base()
        shutil.copyfile(inputs.job, self.folder / "job.jar")
        (self.folder / "flinkpack.yaml").write_text(json.dumps({
            "from-local-dist": str(inputs.dist()), "base": "oci:base:v1", "job-jar": "job.jar"}))

    def write_base(self, more=()):
        shutil.rmtree(self.folder / "base", ignore_errors=True)
        images.write_layout(alpine.base(self.urls, self.keys, more=more), self.folder / "base", "v1")

    def lock(self, *words):
        self.flinkpack.run("lock", *words)
        return json.loads((self.folder / LOCK).read_text())

    def build(self, *words):
        return self.flinkpack.run("build", *words)

    def refuse(self, *words):
        """What --locked says."""
        error = self.flinkpack.fail(VERIFY, "build", "--locked", *words)
        assert "'flinkpack lock' writes it anew" in error
        line, = [line for line in error.split("\n") if "error: " + LOCK in line]
        return line


@pytest.fixture
def scene(flinkpack, inputs, repository):
    return Scene(flinkpack, inputs, repository)


def test_lock_and_build(scene):
    before = scene.build("--dry-run").digest
    lock = scene.lock()
    assert lock["lock"] == 1 and lock["image"] == before
    assert lock["base"]["name"] == "oci:base:v1"
    assert lock["flink"]["from"] == "directory" and lock["flink"]["version"] == "1.20.4"
    platform = lock["platforms"]["linux/amd64"]
    assert list(platform["layers"]) == ["distribution", "job", "packages", "setup"]
    added = platform["packages"]["packages"]
    assert added["requests"] == ["bash", "libc6-compat", "snappy"]
    bash = added["packages"]["bash"]
    assert bash["version"] == "5.2.26-r0" and bash["key"] == alpine.KEY
    assert bash["repository"] == scene.urls[0] and len(bash["sha256"]) == 64
    assert [(one["url"], one["key"]) for one in added["indexes"]] == \
        [(url, alpine.KEY) for url in scene.urls]
    # Nothing else is written, and writing it again changes nothing.
    assert not (scene.folder / "store" / "index.json").exists() or \
        "flink-job" not in (scene.folder / "store" / "index.json").read_text()
    stamp = os.stat(scene.folder / LOCK).st_mtime_ns
    result = scene.flinkpack.run("lock")
    assert "%s is as it was" % LOCK in result.err and result.out == ""
    assert os.stat(scene.folder / LOCK).st_mtime_ns == stamp
    assert scene.build("--locked", "--fail-on-warning").digest == before
    assert scene.build("--fail-on-warning").digest == before


def test_another_machine_and_another_day(scene, repository, tmp_path):
    """The repositories have newer packages and other indexes, and the caches are empty."""
    _, folder = repository
    lock = scene.lock()
    publish(folder, tmp_path / "second", ("snappy", "1.9.9-r0", "provides = so:libsnappy.so.1=1.9.9"),
            ("bash-more", "1-r0", "install_if = bash"))
    shutil.rmtree(scene.flinkpack.cache)
    shutil.rmtree(scene.flinkpack.store, ignore_errors=True)
    assert scene.build("--locked", "--fail-on-warning").digest == lock["image"]
    # The lock's version is not good enough for what is asked for now.
    result = scene.build("--dry-run", "--package", "snappy>1.5")
    assert "package snappy: 1.1.10-r1 in the lock, 1.9.9-r0 now" in result.err
    assert "package bash:" not in result.err
    shutil.rmtree(scene.flinkpack.cache)
    (scene.folder / LOCK).rename(scene.folder / "other")
    assert scene.build("--refresh").digest != lock["image"]
    assert scene.build("--locked", "--lock-file", "other").digest == lock["image"]
    new = scene.lock()["platforms"]["linux/amd64"]["packages"]["packages"]["packages"]
    assert new["snappy"]["version"] == "1.9.9-r0" and "bash-more" in new


def test_a_cache_of_another_day(scene, repository, tmp_path):
    """A build without the lock found the same packages in other indexes, and keeps that."""
    lock = scene.lock()
    publish(repository[1], tmp_path / "second", ("other", "1-r0"))
    shutil.rmtree(scene.flinkpack.cache)
    assert scene.build("--lock-file", "/dev/null").digest != lock["image"]
    result = scene.build("--locked", "--fail-on-warning")
    assert result.digest == lock["image"] and "layer packages: reused" in result.err
    # That a repository is away matters to nobody who knows what comes from the others.
    shutil.rmtree(repository[1] / "v3.20" / "community")
    shutil.rmtree(scene.flinkpack.cache)
    shutil.rmtree(scene.flinkpack.store)
    assert scene.build("--locked", "--fail-on-warning").digest == lock["image"]
    # And neither does what became of a download.
    bash, = (scene.flinkpack.cache / "apk").glob("bash-5*")
    bash.write_bytes(b"x" + bash.read_bytes()[1:])
    shutil.rmtree(scene.flinkpack.cache / "records")
    shutil.rmtree(scene.flinkpack.store)
    result = scene.build("--locked")
    assert result.digest == lock["image"] and "is not right and is fetched again" in result.err


def test_packages_age_until_they_are_refreshed(scene, repository, tmp_path, registry):
    server, folder = repository
    base = alpine.base(scene.urls, scene.keys)
    images.push(base, registry, "lock/old", "1")
    words = ["--base", registry + "/lock/old:1", "--dry-run"]
    assert "were resolved" not in scene.build(*words).err
    publish(folder, tmp_path / "second", ("snappy", "1.9.9-r0", "provides = so:libsnappy.so.1=1.9.9"))
    (scene.folder / "job.jar").write_bytes(miniature.job_jar("com.example.Other"))
    text = "packages were resolved less than an hour ago"
    old = scene.build(*words[:2])
    assert "the %s; --refresh resolves them anew" % text in old.err
    result = scene.flinkpack.run("base", "check", "flink-job")
    assert result.out.startswith("current ") and "flink-job: its " + text in result.err
    new = scene.build(*words, "--refresh")
    assert new.digest != old.digest and "were resolved" not in new.err
    # An image that is there already is resolved anew as well, if that is asked for.
    assert scene.build(*words[:2]).digest == new.digest
    assert "nothing to do" not in scene.build(*words[:2], "--refresh").err


def test_a_package_that_is_gone(scene, repository, tmp_path):
    words = ["--package", "tzdata"]
    lock = scene.lock(*words)
    publish(repository[1], tmp_path / "second", ("tzdata", "2025a-r0"))
    # The layer is in the cache still.
    assert scene.build("--locked", *words).digest == lock["image"]
    shutil.rmtree(scene.flinkpack.cache)
    shutil.rmtree(scene.flinkpack.store)
    for more in (["--locked"], []):
        error = scene.flinkpack.fail(NOT_FOUND, "build", *words, *more)
        assert "no repository has the pinned package any more: tzdata-2024a-r0" in error
        assert "flinkpack.lock pins them" in error


def test_other_bytes_under_the_same_name(scene):
    lock = scene.lock()
    bash = lock["platforms"]["linux/amd64"]["packages"]["packages"]["packages"]["bash"]
    bash["sha256"] = "0" * 64
    (scene.folder / LOCK).write_text(json.dumps(lock))
    shutil.rmtree(scene.flinkpack.cache)
    error = scene.flinkpack.fail(VERIFY, "build")
    assert "bash-5.2.26-r0: the package is sha256:" in error


def test_what_the_user_changes(scene, inputs):
    scene.lock()
    # A new job is what builds are for: no warning, but not the image of the lock.
    (scene.folder / "job.jar").write_bytes(miniature.job_jar("com.example.Other"))
    scene.build("--fail-on-warning")
    assert "linux/amd64: layer job: sha256:" in scene.refuse()
    shutil.copyfile(inputs.job, scene.folder / "job.jar")
    # One more package: those of the lock stay, and the lock is said to be stale.
    error = scene.refuse("--package", "tzdata")
    assert "package tzdata: 2024a-r0 now, and not in the lock" in error
    assert "wanted packages: bash libc6-compat snappy in the lock, bash libc6-compat snappy tzdata" \
        in error
    result = scene.build("--package", "tzdata")
    assert "warning: flinkpack.lock is not of this build" in result.err
    # Another Flink.
    error = scene.refuse("--from-local-dist", inputs.dist("1.19.1"))
    assert "Flink: 1.20.4 in the lock, 1.19.1 now" in error and "Flink's checksum" in error
    assert "layer setup: sha256:" in scene.refuse("--conf", "parallelism.default=7")
    # What changes no layer.
    error = scene.refuse("--label", "a=b")
    assert "image: sha256:" in error and "layer" not in error
    # Another base, under the same name and under another.
    scene.write_base([images.file("etc/more", "x")])
    error = scene.refuse()
    assert "base: sha256:" in error and "linux/amd64: base: sha256:" in error
    assert "warning" in scene.build().err
    assert "base: oci:base:v1 in the lock, oci:./base:v1 now" in scene.refuse("--base", "oci:./base:v1")


def test_the_codec_of_another_machine(scene):
    """The image's digest is promised for one version of the codec, and diff_ids for all."""
    lock = scene.lock()
    lock["compression"] = "gzip, another, level 4"
    lock["image"] = "sha256:" + "0" * 64
    (scene.folder / LOCK).write_text(json.dumps(lock))
    scene.build("--locked")
    lock["platforms"]["linux/amd64"]["layers"]["setup"]["diffId"] = "sha256:" + "0" * 64
    (scene.folder / LOCK).write_text(json.dumps(lock))
    assert "layer setup: sha256:0000" in scene.refuse()


def test_where_it_lies(scene):
    assert "there is no flinkpack.lock" in scene.flinkpack.fail(NOT_FOUND, "build", "--locked")
    assert "no-such" in scene.flinkpack.fail(NOT_FOUND, "build", "--lock-file", "no-such")
    (scene.folder / "sub").mkdir()
    config = json.loads((scene.folder / "flinkpack.yaml").read_text())
    (scene.folder / "sub" / "own.yaml").write_text(json.dumps({**config, "label": {"a": "b"}}))
    scene.flinkpack.run("lock", "--config", "sub/own.yaml")
    assert (scene.folder / "sub" / LOCK).exists() and not (scene.folder / LOCK).exists()
    scene.flinkpack.run("build", "--locked", "--config", "sub/own.yaml")
    scene.flinkpack.run("lock", "--lock-file", "x")
    scene.flinkpack.run("build", "--locked", "--lock-file", "x")
    assert "none" in scene.flinkpack.fail(NOT_FOUND, "lock", "--lock-file", "none/x")
    (scene.folder / LOCK).write_text("<<<<<<< HEAD\n")
    assert LOCK in scene.flinkpack.fail(INPUT, "build")
    (scene.folder / LOCK).unlink()
    (scene.folder / LOCK).symlink_to("nowhere")
    assert LOCK in scene.flinkpack.fail(NOT_FOUND, "build")
    # append has no lock.
    scene.flinkpack.run("append", "--add", "job.jar:/job.jar", "--image-name", "a:1")
    scene.flinkpack.fail(USAGE, "append", "--locked", "--add", "job.jar:/job.jar", "--image-name", "a:1")


def test_a_release(flinkpack, inputs):
    """The lock vouches for a release, and no checksum is asked for."""
    with apache.Apache() as server:
        server.add_release("1.20.4", "2.12")
        words = ["--from-release", "--flink-version", "1.20.4", "--apache-url", server.dlcdn,
                 "--archive-url", server.archive, "--checksum-url", server.downloads,
                 "--base", inputs.base]
        flinkpack.run("lock", *words)
        lock = json.loads((flinkpack.home / LOCK).read_text())
        name = apache.archive_name("1.20.4", "2.12")
        assert lock["flink"] == {"from": "release", "version": "1.20.4", "scala": "2.12",
                                 "file": name, "digest": lock["flink"]["digest"]}
        shutil.rmtree(flinkpack.cache)
        asked = len(server.requests)
        assert flinkpack.run("build", "--locked", *words).digest == lock["image"]
        assert not [one for one in server.requests[asked:] if one.path.endswith(".sha512")]
        # By what the cache knows, and then by what the image knows, that is the same Flink.
        assert flinkpack.run("build", "--locked", *words).digest == lock["image"]
        shutil.rmtree(flinkpack.cache)
        assert flinkpack.run("build", "--locked", *words).digest == lock["image"]
        lock["flink"]["digest"] = "sha512:" + "0" * 128
        (flinkpack.home / LOCK).write_text(json.dumps(lock))
        shutil.rmtree(flinkpack.cache)
        assert "error: flinkpack.lock: " + name in flinkpack.fail(VERIFY, "build", *words)


@pytest.mark.parametrize("source", ["archive", "slim", "image"])
def test_every_source(source, flinkpack, inputs):
    """The same lock, made anew or out of what is known of each."""
    words = ["--from-archive", inputs.archive(), "--base", inputs.base]
    if source == "slim":
        words.append("--slim")
    if source == "image":
        flinkpack.run("build", *words, "-o", "oci:ours:1")
        words = ["--from-image", "oci:ours:1", "--job-jar", inputs.job]
    flinkpack.run("lock", *words)
    digest = json.loads((flinkpack.home / LOCK).read_text())["image"]
    for clean in ([], ["cache"], ["store"], ["store", "cache"]):
        for name in clean:
            shutil.rmtree(flinkpack.home / name)
        assert flinkpack.run("build", "--locked", *words).digest == digest


def test_a_base_that_moves(flinkpack, inputs, registry):
    """The base's name stands for another image now, and the lock's is still there."""
    first, second = images.base(), images.base(java="17.0.10")
    images.push(first, registry, "lock/base", "1")
    words = ["--from-local-dist", inputs.dist(), "--base", registry + "/lock/base:1"]
    flinkpack.run("lock", *words)
    lock = json.loads((flinkpack.home / LOCK).read_text())
    digest = lock["image"]
    images.push(second, registry, "lock/base", "1")
    shutil.rmtree(flinkpack.cache)
    assert flinkpack.run("build", "--locked", *words).digest == digest
    assert flinkpack.run("build", "--lock-file", "/dev/null", *words).digest != digest
    request = urllib.request.Request("http://%s/v2/lock/base/manifests/%s"
                                     % (registry, lock["base"]["digest"]), method="DELETE")
    urllib.request.urlopen(request).close()
    error = flinkpack.fail(NOT_FOUND, "build", *words, "--label", "a=b")
    assert lock["base"]["digest"] in error and "flinkpack.lock pins it" in error


def test_platforms(flinkpack, inputs, registry):
    """An index is pinned as a whole, and by platform where others are asked for."""
    two = images.Index([images.base(), images.base(architecture="arm64")])
    images.push(two, registry, "lock/two", "1")
    words = ["--from-local-dist", inputs.dist(), "--base", registry + "/lock/two:1", "--platform"]
    both = "linux/amd64,linux/arm64"
    flinkpack.run("lock", *words, both)
    lock = json.loads((flinkpack.home / LOCK).read_text())
    assert sorted(lock["platforms"]) == both.split(",")
    images.push(images.Index([images.base(java="17.0.10"), images.base(architecture="arm64")]),
                registry, "lock/two", "1")
    assert flinkpack.run("build", "--locked", *words, both).digest == lock["image"]
    error = flinkpack.fail(VERIFY, "build", "--locked", *words, "linux/amd64")
    assert "platform: linux/arm64 in the lock, and not any more" in error
    assert "linux/amd64: base" not in error
