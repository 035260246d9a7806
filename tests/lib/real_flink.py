"""A real Flink in an image: built without root, pushed, pulled, unpacked; once a session.

Nothing here is a stand-in: the distribution is what Apache released (its jars come from PyPI),
Java is Debian's, the job is compiled by javac, the registry is docker-registry, skopeo and umoci
fetch and unpack.
"""

import os
import pathlib
import shutil
import subprocess
import tempfile

import container
import program
import pytest
from program import need

ROOT = program.ROOT
LINES = ("1.20", "2")
NOBODY = 65534


def script(name, *words, timeout=900):
    """Run one of scripts/, skipping the test with its own words where it cannot do it."""
    try:
        done = subprocess.run([str(ROOT / "scripts" / name), *map(str, words)], text=True,
                              capture_output=True, timeout=timeout)
    except subprocess.TimeoutExpired:
        pytest.skip("%s: not done in %d seconds" % (name, timeout))
    assert done.returncode != 2, done.stderr  # it was called wrongly
    if done.returncode != 0:
        pytest.skip("%s: %s" % (name, done.stderr.strip().splitlines()[-1:]))
    return done.stdout


@pytest.fixture(scope="session")
def shop():
    """A folder that every user can reach, with what all tests here need."""
    for tool in ("bwrap", "umoci", "skopeo", "javac", "mmdebstrap"):
        need(tool)
    program.built("release")
    with tempfile.TemporaryDirectory(prefix="flinkpack-real-") as folder:
        os.chmod(folder, 0o755)
        yield pathlib.Path(folder)
        subprocess.run(["chmod", "-R", "u+rwX", folder], check=False)


@pytest.fixture(scope="session")
def versions():
    listed = script("fetch-flink", "--list", timeout=180).split()
    found = {line: [one for one in listed if one.startswith(line + ".")] for line in LINES}
    for line in LINES:
        if not found[line]:
            pytest.skip("no Flink %s can be fetched" % line)
    return {line: found[line][-1] for line in LINES}


def kept_dist(version):
    """The folder of that version's distribution, and of 1.x its archive beside it."""
    kept = pathlib.Path(os.environ.get("FLINKPACK_TEST_CACHE") or
                        pathlib.Path.home() / ".cache/flinkpack-test") / "dist"
    archive = ["--archive"] if version.startswith("1.") else []
    script("fetch-flink", *archive, version, kept)
    return kept / ("flink-" + version)


@pytest.fixture(scope="session")
def base(shop):
    script("make-jre-base", shop / "jre-base.tar")
    return "rootfs:%s" % (shop / "jre-base.tar")


def as_nobody():
    """What follows is done without any privilege: no root, no capabilities, no groups."""
    if os.geteuid() == 0:
        os.setgroups([])
        os.setgid(NOBODY)
        os.setuid(NOBODY)


class Real:
    """A version's distribution, its job, and the image that was made of them and unpacked."""

    def __init__(self, shop, version, base, registry):
        self.version, self.shop = version, shop / version
        self.shop.mkdir()
        self.dist = kept_dist(version)
        self.source = ["--from-local-dist", self.dist]
        if version.startswith("1."):
            archives = self.dist.parent.glob("flink-%s-bin-*.tgz" % version)
            self.source = ["--from-archive", *archives]
        # Needs nothing that may not be there: javac was asked for, and Flink is here.
        subprocess.run([ROOT / "scripts/make-test-job", self.shop / "job.jar", self.dist / "lib"],
                       check=True, timeout=900)
        self.lib = self.shop / "helper.jar"
        shutil.copyfile(self.shop / "job.jar", self.lib)
        self.program = program.Program(self.shop / "home", program.find("release"))
        self.build(base, registry)
        self.unpack()

    def build(self, base, registry):
        self.name = "%s/real/wordcount:%s" % (registry, self.version)
        self.lend()
        self.result = self.program.run(
            "build", *self.source, "--base", base, "--job-jar", self.shop / "job.jar", "--lib",
            self.lib, "--plugin", "python", "--conf", "taskmanager.numberOfTaskSlots=2", "--image-name", self.name, "--push",
            preexec_fn=as_nobody, timeout=1200)

    def lend(self):
        """The builder is nobody; its home belongs to it, and it can read the inputs."""
        if os.geteuid() != 0:
            return
        for path in [self.program.home, *self.program.home.rglob("*")]:
            os.chown(path, NOBODY, NOBODY)
        reachable = subprocess.run(["test", "-r", str(self.source[1])], preexec_fn=as_nobody)
        if reachable.returncode != 0:
            copy = self.shop / self.source[1].name
            subprocess.run(["cp", "-rp", "--reflink=auto", str(self.source[1]), str(copy)],
                           check=True)
            self.source[1] = copy

    def unpack(self):
        self.image, self.root = container.unpack(self.name, self.shop)


@pytest.fixture(scope="session", params=LINES)
def real(request, shop, versions, base, registry):
    made = Real(shop, versions[request.param], base, registry)
    yield made
    shutil.rmtree(made.shop, ignore_errors=True)
