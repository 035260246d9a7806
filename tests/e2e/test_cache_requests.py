"""A build of which little has changed sends few requests and few bytes.

Each build runs on an empty disk, with a registry that has the image which is replaced. pytest's -rP
prints what was counted, and what crane takes for the same layer.
"""

import gzip
import json
import os
import re
import shutil
import subprocess
import time

import apache
import images
import miniature
import peers
import program as programs
import pytest
import registry as registries

VERSION = "1.20.4"
KIB = 1 << 10
FLINK_BYTES, BASE_BYTES, JOB_BYTES = 2 << 20, 1 << 20, 100 * KIB
JOBS = 60
DELAY = 0.1


class Counted:
    """What went through the proxy while something was done."""

    def __init__(self, proxy, action):
        first, taken, given = len(proxy.requests), proxy.taken, proxy.given
        action()
        self.asked = proxy.requests[first:]
        self.requests, self.rounds = len(self.asked), proxy.rounds(first)
        self.sent, self.received = proxy.taken - taken, proxy.given - given

    def __repr__(self):
        asked = ", ".join("%s %s" % (method, re.sub("[?].*|(?<=/)[0-9a-f-]{36}|(?<=:)[0-9a-f]{60}",
                                                    "", path[4:])) for method, path in self.asked)
        return "%d requests, %d of them wait, %d bytes sent, %d received: %s" % (
            self.requests, self.rounds, self.sent, self.received, asked)


class Scene:
    """A registry with a base, behind a proxy that counts; and a release."""

    def __init__(self, folder, stack_registry, server):
        self.folder, self.registry, self.server = folder, stack_registry, server
        self.delay, self.count = 0, 0
        self.proxy = registries.FaultProxy(
            self.registry.port, lambda number, method, path: time.sleep(self.delay))
        self.host = self.proxy.host
        noise = images.layer([images.file("opt/noise", os.urandom(BASE_BYTES))])
        base = images.Index([images.Image(images.base_layers() + [noise], images.BASE_CONFIG, one)
                             for one in ("amd64", "arm64")])
        images.write_layout(base, folder / "base", "v1")
        self.program().run("push", "oci:%s:v1" % (folder / "base"), self.host + "/team/base:17")
        self.archive = folder / "flink.tgz"
        self.archive.write_bytes(gzip.compress(miniature.tar(
            VERSION, more={"lib/big.jar": (0o644, os.urandom(FLINK_BYTES))}), 1, mtime=0))
        self._publish()

    def _publish(self):
        name, data = apache.archive_name(VERSION, "2.12"), self.archive.read_bytes()
        path = "/flink/flink-%s/%s" % (VERSION, name)
        self.server.put("/dlcdn" + path, data)
        self.server.put("/downloads%s.sha512" % path, apache.sums("sha512", data, name))

    def program(self, preset="release"):
        """With an empty disk. Sanitizers would take their time, and requests would wait for it."""
        self.count += 1
        return programs.Program(self.folder / ("home-%d" % self.count), programs.built(preset))

    def source(self, kind, image):
        if kind == "image":
            return ["--from-image", image]
        found = ["--from-archive", self.archive]
        if kind == "release":
            server = self.server
            found = ["--from-release", "--flink-version", VERSION, "--apache-url", server.dlcdn,
                     "--archive-url", server.archive, "--checksum-url", server.downloads]
        return [*found, "--base", self.host + "/team/base:17"]

    def job(self):
        self.count += 1
        path = self.folder / "job.jar"
        path.write_bytes(miniature.job_jar(extra=[("data", os.urandom(JOB_BYTES))]))
        return path

    def name(self):
        self.count += 1
        return "%s/team/job-%d:1" % (self.host, self.count)

    def build(self, program, name, source, *more):
        return program.run("build", *source, "--job-jar", self.folder / "job.jar", "--image-name",
                           name, "--push", *more)

    def counted(self, action):
        """Rounds are told by the clock, so they are printed and not asserted."""
        self.delay = DELAY
        found = Counted(self.proxy, action())
        self.delay = 0
        return found


@pytest.fixture(scope="module", params=["docker-registry", "registry"],
                ids=["registry-2.8", "registry-3"])
def scene(request, tmp_path_factory):
    programs.need("docker-registry")
    program = request.param if request.param == "docker-registry" else peers.find(request.param)
    if program is None:
        pytest.skip("distribution 3 is not in the tests' cache")
    folder = tmp_path_factory.mktemp("requests")
    with registries.Registry(folder / "registry", program=program) as found, \
            apache.Apache() as server:
        made = Scene(folder, found, server)
        programs.need_option(made.program(), "cache-trust")
        yield made
        made.proxy.stop()


@pytest.fixture
def appended(scene):
    """What crane takes to put another job onto an image; None without it."""
    def count(name):
        crane = peers.find("crane")
        if crane is None:
            return None
        folder = scene.folder / "crane/opt/flink/usrlib"
        folder.mkdir(parents=True, exist_ok=True)
        shutil.copy(scene.job(), folder / "job.jar")
        subprocess.run(["tar", "-czf", scene.folder / "layer.tgz", "-C", scene.folder / "crane",
                        "opt"], check=True)
        return Counted(scene.proxy, lambda: subprocess.run(
            [crane, "append", "--insecure", "-b", name, "-f", scene.folder / "layer.tgz", "-t",
             name + "-crane"], check=True, capture_output=True))
    return count


@pytest.mark.parametrize("kind", ["release", "archive", "image"])
def test_another_job(kind, scene, appended):
    name = scene.name()
    scene.job()
    first = scene.build(scene.program(), name, scene.source(
        "release" if kind == "image" else kind, name))
    image = "%s@%s" % (name.rpartition(":")[0], first.digest)

    def again():
        scene.job()
        program = scene.program()
        return lambda: scene.build(program, name, scene.source(kind, image))

    ours, theirs = scene.counted(again), appended(name)
    print("flinkpack: %s\ncrane append: %s" % (ours, theirs))
    assert ours.requests <= 12
    assert ours.sent <= JOB_BYTES + 64 * KIB and ours.received <= 256 * KIB
    assert theirs is None or ours.requests <= theirs.requests


@pytest.mark.parametrize("kind", ["release", "archive", "image"])
def test_no_change(kind, scene, appended):
    """As it is the same image, only what the name stands for is asked, and what the base's does."""
    name = scene.name()
    scene.job()
    made = scene.build(scene.program(), name, scene.source(
        "release" if kind == "image" else kind, name))
    source = scene.source(kind, "%s@%s" % (name.rpartition(":")[0], made.digest))
    if kind == "image":
        made = scene.build(scene.program(), name, source)
    found = []

    def again():
        program = scene.program()
        return lambda: found.append(scene.build(program, name, source))

    ours = scene.counted(again)
    print("flinkpack: %s" % ours)
    assert found[-1].digest == made.digest
    assert ours.requests <= 3 and ours.sent == 0 and ours.received <= 64 * KIB


def pinned(scene):
    """The options of a base that is pinned in a catalogue."""
    folder = scene.folder / "catalogue"
    if not folder.exists():
        folder.mkdir()
        (folder / "mine.json").write_text(json.dumps(
            {"description": "a base", "reference": scene.host + "/team/base:17", "java": 17,
             "libc": "glibc"}))
        told = scene.program().run("base", "pin", "mine", "--base-images", folder)
        (folder / "mine.json").write_text(told.out)
    return ["--base", "mine", "--base-images", folder]


def test_no_change_with_a_pinned_base(scene):
    name = scene.name()
    scene.job()
    source = scene.source("release", name)[:-2] + pinned(scene)
    made = scene.build(scene.program(), name, source)
    found = []

    def again():
        program = scene.program()
        return lambda: found.append(scene.build(program, name, source))

    ours = scene.counted(again)
    print("flinkpack: %s" % ours)
    assert found[-1].digest == made.digest
    assert ours.requests <= 2 and ours.sent == 0


def test_pinned_base_is_not_read(scene):
    """No layer of it is fetched, as its facts are in the catalogue and the registry has it."""
    scene.job()
    source = scene.source("archive", None)[:-2] + pinned(scene)
    ours = scene.counted(lambda: lambda: scene.build(scene.program(), scene.name(), source))
    print("flinkpack: %s" % ours)
    assert ours.received <= 256 * KIB


def test_with_a_token_server(scene, tmp_path):
    """Two more for each of the two repositories: to be told where the tokens are, and to get one."""
    with registries.TokenServer(tmp_path / "tokens", anonymous=("pull", "push")) as tokens, \
            registries.Registry(tmp_path / "r", tokens=tokens,
                                data=scene.registry.data) as registry:
        name = scene.name()
        scene.job()
        scene.build(scene.program(), name, scene.source("release", name))
        open_proxy, scene.proxy = scene.proxy, registries.FaultProxy(
            registry.port, lambda number, method, path: time.sleep(scene.delay))
        open_host, scene.host = scene.host, scene.proxy.host
        name = name.replace(open_host, scene.host)

        def again():
            scene.job()
            program = scene.program()
            tokens.requests.clear()
            return lambda: scene.build(program, name, scene.source("release", name))

        try:
            ours = scene.counted(again)
        finally:
            scene.proxy.stop()
            scene.proxy, scene.host = open_proxy, open_host
        print("flinkpack: %s, and %d of tokens" % (ours, len(tokens.requests)))
        assert ours.requests + len(tokens.requests) <= 16


def used(folder):
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())


def growth(folders, action):
    before = [used(folder) for folder in folders]
    action()
    return [used(folder) - size for folder, size in zip(folders, before)]


def test_sixty_jobs_share_one_flink(scene):
    """On disk, on the wire and in the registry: sixty layers of jobs."""
    program = scene.program()
    for name in program.cache, program.store:
        name.mkdir(parents=True, exist_ok=True)

    def build(number):
        scene.job()
        name = "%s/team/sixty:%d" % (scene.host, number)
        scene.build(program, name, scene.source("archive", name))

    build(0)
    data = scene.registry.data
    found = []
    counted = Counted(scene.proxy, lambda: found.extend(growth(
        [program.home, data], lambda: [build(number) for number in range(1, JOBS)])))
    disk, stored = found
    print("%d jobs: %d bytes of disk, %d sent, %d in the registry" % (
        JOBS - 1, disk, counted.sent, stored))
    each = JOB_BYTES + 64 * KIB
    assert max(disk, counted.sent, stored) <= (JOBS - 1) * each


def test_sixty_jobs_in_the_local_store(scene):
    program = scene.program()

    def build(number):
        scene.job()
        program.run("build", *scene.source("archive", None), "--job-jar", scene.folder / "job.jar",
                    "--image-name", "sixty:%d" % number)

    build(0)
    disk, = growth([program.home], lambda: [build(number) for number in range(1, JOBS)])
    print("%d jobs: %d bytes of disk" % (JOBS - 1, disk))
    assert disk <= (JOBS - 1) * (2 * JOB_BYTES + 64 * KIB)


def test_sixty_repositories(scene):
    """Each from an empty disk: what is in the cache's repository is mounted, and not sent."""
    programs.need_option(scene.program(), "cache-repo")
    cache = ["--cache-repo", scene.host + "/team/cache"]

    def build(number):
        scene.job()
        name = "%s/sixty/job-%d:1" % (scene.host, number)
        scene.build(scene.program(), name, scene.source("archive", name), *cache)

    build(0)
    found = []
    counted = Counted(scene.proxy, lambda: found.extend(growth(
        [scene.registry.data], lambda: [build(number) for number in range(1, JOBS)])))
    print("%d repositories: %d bytes sent, %d in the registry" % (JOBS - 1, counted.sent, found[0]))
    each = 2 * JOB_BYTES + 128 * KIB
    assert max(counted.sent, found[0]) <= (JOBS - 1) * each
