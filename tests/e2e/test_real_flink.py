"""A real Flink runs a real job out of the image of real_flink: bubblewrap runs the image's
entrypoint as a container runtime would."""

import json
import os
import pathlib
import re
import subprocess
import tempfile
import time
import urllib.request

import container
import pytest
import registry as registries

ARGUMENTS = ["--times", "3", "with space", "", "it's \"quoted\"", "$HOME", "--", "-x"]


class Cluster:
    """The image's containers, one bubblewrap each, sharing the network as the host's."""

    def __init__(self, real, uid, gid, env=None):
        self.real, self.uid, self.gid, self.env = real, uid, gid, env or {}
        self.folder = pathlib.Path(tempfile.mkdtemp(dir=real.shop, prefix="run-"))
        self.rest, self.rpc = registries.free_port(), registries.free_port()
        self.running = []
        (self.folder / "hosts").write_text("127.0.0.1 localhost flink\n")

    def start(self, name, *words):
        temporary = self.folder / ("tmp-" + name)
        temporary.mkdir()
        os.chmod(temporary, 0o1777)
        config = self.real.image.config
        command = container.command(self.real.image, self.real.root, temporary, self.uid, self.gid,
                                    self.folder / "hosts", self.env)
        log = open(self.folder / (name + ".log"), "wb")
        self.running.append(subprocess.Popen(
            [*command, *config["Entrypoint"], *words], stdin=subprocess.DEVNULL, stdout=log,
            stderr=log))
        return self.running[-1]

    def log(self, name):
        return (self.folder / (name + ".log")).read_text(errors="replace")

    def run_job(self, *arguments):
        settings = ["-Drest.port=%d" % self.rest, "-Djobmanager.rpc.port=%d" % self.rpc,
                    "-Djobmanager.rpc.address=127.0.0.1"]
        self.start("job-cluster", "job-cluster", *settings,
                   "-Dexecution.shutdown-on-application-finish=false",
                   "-Djobmanager.memory.process.size=1000m", *arguments)
        self.start("task-manager", "task-manager", *settings, "-Dtaskmanager.host=127.0.0.1",
                   "-Dtaskmanager.memory.process.size=1200m")
        return self.wait_until_finished()

    def get(self, path):
        with urllib.request.urlopen("http://127.0.0.1:%d%s" % (self.rest, path), timeout=60) as answer:
            return json.load(answer)

    def wait_until_finished(self, seconds=600):
        state, until = "not there", time.monotonic() + seconds
        while time.monotonic() < until:
            for process, name in zip(self.running, ("job-cluster", "task-manager")):
                assert process.poll() is None, "%s ended: %s" % (name, self.log(name)[-3000:])
            try:
                jobs = self.get("/jobs/overview")["jobs"]
                state = jobs[0]["state"] if jobs else "no job yet"
            except OSError:
                pass
            if state in ("FINISHED", "FAILED"):
                break
            time.sleep(0.3)
        assert state == "FINISHED", "%s: %s" % (state, self.log("job-cluster")[-3000:])

    def stop(self):
        for process in self.running:
            process.kill()
            process.wait()


@pytest.fixture
def cluster(real):
    made = []

    def make(*words, **more):
        made.append(Cluster(real, *words, **more))
        return made[-1]
    yield make
    for one in made:
        one.stop()


def test_the_image_has_all_of_flink(real):
    """Each jar and script of the distribution is where Flink looks for it, and has its bytes."""
    for folder in ("bin", "lib", "opt"):
        names = sorted(path.name for path in (real.dist / folder).iterdir() if path.is_file())
        extra = {"helper.jar"} if folder == "lib" else set()
        there = [name for name in real.image.names_in("opt/flink/" + folder) if name not in extra]
        assert there == names, folder
        for name in names:
            entry = real.image.resolve("opt/flink/%s/%s" % (folder, name))
            size = (real.dist / folder / name).stat().st_size
            # At the head of config.sh stands where the settings of the start are.
            more = entry.size - size
            assert 0 < more < 400 if name == "config.sh" else more == 0
    if "--from-archive" in real.source:
        size = os.stat(real.source[1]).st_size
        assert size in {layer.size for layer in real.image.layers}, "the archive is the layer"


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can see what owners come out")
def test_owners_as_unpacked(real):
    for name in ("conf", "log", "plugins"):
        found = os.stat(real.root / "opt/flink" / name)
        assert (found.st_uid, found.st_gid, found.st_mode & 0o7777) == (9999, 0, 0o775), name


@pytest.mark.parametrize("uid, gid", [(9999, 9999), (1000650000, 0)], ids=["flink", "any uid"])
def test_a_job_runs_to_its_end(uid, gid, real, cluster):
    one = cluster(uid, gid, env={
        "FLINK_PROPERTIES": "env.java.opts.jobmanager: -Da.b=c -De.f=g\nparallelism.default: 2\n"
                            "pipeline.name: name with spaces\n"})
    one.run_job(*ARGUMENTS)
    log = one.log("job-cluster")
    for number, argument in enumerate(ARGUMENTS):
        assert "argument %d: %s\n" % (number, argument) in log
    settings = {entry["key"]: entry["value"] for entry in one.get("/jobmanager/config")}
    assert settings["env.java.opts.jobmanager"] == "-Da.b=c -De.f=g"
    assert settings["parallelism.default"] == "2"
    assert settings["taskmanager.numberOfTaskSlots"] == "2"
    job = one.get("/jobs/overview")["jobs"][0]
    assert job["name"] == "name with spaces" or "pipeline.name" in settings
    arguments = one.get("/jobmanager/environment")["jvm"]
    assert {"-Da.b=c", "-De.f=g"} <= set(arguments["options"])
    path = "\n".join(one.get("/jobmanager/environment")["classpath"])
    for jar in ("flink-dist-", "helper.jar"):
        assert re.search("lib/" + jar, path), path
    assert re.search(r"plugin.*python", log, re.I), "plugins are found"
    assert re.search(r"\(\w.*,\d+\)", one.log("task-manager")), "the job's tasks ran there"


def test_help_and_pass_through(real, cluster):
    one = cluster(1000650000, 0)
    assert one.start("help", *real.image.config["Cmd"]).wait(300) == 0
    assert "job-cluster" in one.log("help")
    words = ["bash", "-c", 'printf "<%s>" "$@"; echo; id -u; flink --version', "x", "a b", ""]
    assert one.start("pass", *words).wait(300) == 0
    assert "<a b><>\n1000650000\n" in one.log("pass")
    assert real.version in one.log("pass")
