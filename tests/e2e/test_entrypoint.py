"""The entrypoint under every shell it may meet, with stand-ins for Flink's own scripts.

Each stand-in records the words it was called with, its environment, and the configuration that it
would have read.
"""

import json
import os
import pathlib
import shutil
import subprocess
import sys

import pytest

SCRIPT = pathlib.Path(__file__).resolve().parents[2] / "builder/flink/docker-entrypoint.sh"
SHELLS = {"dash": ["dash"], "bash": ["bash", "--posix"], "busybox": ["busybox", "sh"]}

STAND_IN = """\
#!%s
import json, os, sys
conf = os.environ.get("FLINK_CONF_DIR") or os.path.join(os.environ["FLINK_HOME"], "conf")
files = {}
for name in ("flink-conf.yaml", "config.yaml"):
    path = os.path.join(conf, name)
    if os.path.exists(path):
        files[name] = open(path).read()
json.dump({"script": os.path.basename(sys.argv[0]), "args": sys.argv[1:], "conf": conf,
           "files": files, "env": dict(os.environ), "pid": os.getpid()},
          open(os.environ["RECORD"], "w"))
"""

FLAT = """\
# Flink's configuration
jobmanager.rpc.address: localhost
jobmanager.heap.size: 1024m
taskmanager.numberOfTaskSlots: 1
"""
NESTED = """\
# Flink's configuration
env:
  java:
    opts:
      all: --add-opens=java.base/java.lang=ALL-UNNAMED

jobmanager:
  # The host.
  bind-host: 0.0.0.0
  rpc:
    address: localhost
    port: 6123
  memory:
    process:
      size: 1600m
taskmanager:
  numberOfTaskSlots: 1
pipeline:
  jars:
    - a.jar
    - b.jar
  note: |
    one: 1
    # two
"quoted.key": 'a # b'
"""

JARS = {"1.5.6": "flink-dist_2.11-1.5.6.jar", "1.6.0": "flink-dist_2.11-1.6.0.jar",
        "1.6.4": "flink-dist_2.11-1.6.4.jar", "1.10.0": "flink-dist_2.11-1.10.0.jar",
        "1.14.6": "flink-dist_2.12-1.14.6.jar", "1.20.4": "flink-dist-1.20.4.jar",
        "2.2.1": "flink-dist-2.2.1.jar"}
VERSIONS = ["1.6.4", "1.14.6", "1.20.4", "2.2.1"]
VERBS = {"job-cluster": "standalone-job.sh", "standalone-job": "standalone-job.sh",
         "task-manager": "taskmanager.sh", "taskmanager": "taskmanager.sh",
         "jobmanager": "jobmanager.sh", "history-server": "historyserver.sh"}


class Home:
    """A FLINK_HOME that looks like that version's."""

    def __init__(self, folder, version, shell):
        self.shell = shell
        self.folder = folder / "flink"
        self.tmp = folder / "tmp"
        self.record = folder / "record.json"
        self.yaml = version.startswith(("1.19", "1.20", "2."))
        for name in ("bin", "conf", "lib", "log", "opt", "plugins"):
            (self.folder / name).mkdir(parents=True)
        self.tmp.mkdir()
        (self.folder / "lib" / JARS[version]).touch()
        scripts = {"taskmanager.sh", "jobmanager.sh", "historyserver.sh"}
        if version != "1.5.6":
            scripts.add("standalone-job.sh")
        if self.yaml:
            scripts.add("config-parser-utils.sh")
        for name in scripts:
            path = self.folder / "bin" / name
            path.write_text(STAND_IN % sys.executable)
            path.chmod(0o755)
        self.conf = self.folder / "conf" / ("config.yaml" if self.yaml else "flink-conf.yaml")
        self.conf.write_text(NESTED if self.yaml else FLAT)
        (self.folder / "conf/log4j-console.properties").write_text("rootLogger.level = INFO\n")

    def run(self, *words, status=0, **env):
        """Run the entrypoint; what was recorded, or the words on standard error."""
        shown = dict(PATH=os.environ["PATH"], FLINK_HOME=str(self.folder), TMPDIR=str(self.tmp),
                     RECORD=str(self.record), **env)
        done = subprocess.run([*SHELLS[self.shell], str(SCRIPT), *words], env=shown, text=True,
                              stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                              stderr=subprocess.PIPE, timeout=300)
        self.out, self.err = done.stdout, done.stderr
        assert done.returncode == status, done.stderr
        if status != 0:
            assert not self.record.exists()
            return done.stderr
        return json.loads(self.record.read_text()) if self.record.exists() else None

    def settings(self, record):
        """The merged configuration as {key: value}, read as Flink reads it; a key stands once."""
        found = {}
        (text,) = record["files"].values()
        for line in text.splitlines():
            if line.startswith(("#", " ", "-")) or not line:
                continue
            key, _, value = line.partition(":")
            assert key not in found, text
            found[key] = value.strip()
        return found


@pytest.fixture(params=sorted(SHELLS))
def shell(request):
    if shutil.which(SHELLS[request.param][0]) is None:
        pytest.skip("there is no %s here" % request.param)
    return request.param


@pytest.fixture
def home(tmp_path, shell):
    return lambda version="1.20.4": Home(tmp_path, version, shell)


def test_shellcheck():
    if shutil.which("shellcheck") is None:
        pytest.skip("there is no shellcheck here")
    subprocess.run(["shellcheck", "-s", "sh", str(SCRIPT)], check=True)


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize("verb", sorted(VERBS))
def test_verb(home, verb, version):
    words = ["--port", "a b", "", "it's \"quoted\"", "$HOME", "*"]
    record = home(version).run(verb, *words)
    assert record["script"] == VERBS[verb]
    assert record["args"] == ["start-foreground", *words]
    assert record["conf"].endswith("flink/conf")
    assert "FLINK_CONF_DIR" not in record["env"]


@pytest.mark.parametrize("version", VERSIONS)
def test_properties(home, version):
    here = home(version)
    before = here.conf.read_text()
    memory = "jobmanager.memory.process.size" if here.yaml else "jobmanager.heap.size"
    record = here.run("job-cluster", JOB_MANAGER_RPC_ADDRESS="jm.example",
                      TASK_MANAGER_NUMBER_OF_TASK_SLOTS="3", NODE="node 7", FLINK_PROPERTIES="""
        # set by the platform
        env.java.opts: -Da="b c" -XX:+UseG1GC -Dd='e'
        %s: 512m
        metrics.scope: one two  three
        rack: ${NODE}/x

        taskmanager.numberOfTaskSlots: 4
        last:value""" % memory)
    found = here.settings(record)
    opts = """-Da="b c" -XX:+UseG1GC -Dd='e'"""
    if here.yaml:
        assert found["env.java.opts"] == "'%s'" % opts.replace("'", "''")
        assert found["env.java.opts.all"] == "--add-opens=java.base/java.lang=ALL-UNNAMED"
        assert found["metrics.scope"] == "'one two  three'"
        assert found["rack"] == "'node 7/x'"
        assert found[memory] == "'512m'"
        assert found["jobmanager.rpc.port"] == "6123"
        assert found["quoted.key"] == "'a # b'"
    else:
        assert found["env.java.opts"] == opts
        assert found["metrics.scope"] == "one two  three"
        assert found["rack"] == "node 7/x"
        assert found[memory] == "512m"
    assert found["jobmanager.rpc.address"] == "jm.example"
    assert found["taskmanager.numberOfTaskSlots"] == "4"
    assert found["last"] == "value"
    assert here.conf.read_text() == before
    assert record["conf"].startswith(str(here.tmp))
    assert os.stat(record["conf"]).st_mode & 0o077 == 0
    assert os.path.exists(record["conf"] + "/log4j-console.properties")


def test_lists_and_texts_of_config_yaml(home):
    here = home("2.2.1")
    record = here.run("taskmanager", FLINK_PROPERTIES="a.b: [x, y]\nc: 1.10\nd: true\ne: {f: g}")
    text = record["files"]["config.yaml"]
    assert "pipeline.jars:\n    - a.jar\n    - b.jar\n" in text
    assert "pipeline.note: |\n    one: 1\n    # two\n" in text
    assert "a.b: [x, y]\nc: '1.10'\nd: true\ne: {f: g}\n" in text
    record = here.run("taskmanager", FLINK_PROPERTIES="pipeline.jars: [c]\npipeline.note: short")
    text = record["files"]["config.yaml"]
    assert "a.jar" not in text and "one: 1" not in text
    assert "pipeline.jars: [c]\npipeline.note: short\n" in text


def test_old_and_new_file_side_by_side(home):
    here = home("1.20.4")
    (here.folder / "conf/flink-conf.yaml").write_text(FLAT)
    record = here.run("taskmanager", JOB_MANAGER_RPC_ADDRESS="jm")
    assert "jobmanager.rpc.address: jm\n" in record["files"]["flink-conf.yaml"]
    assert "jobmanager.rpc.address: jm\n" in record["files"]["config.yaml"]


def test_read_only_conf(home):
    here = home("1.14.6")
    # A mounted ConfigMap: links to a folder of one version of it.
    data = here.folder / "conf/..2026"
    data.mkdir()
    shutil.move(here.conf, data / here.conf.name)
    (here.folder / "conf/..data").symlink_to("..2026")
    here.conf.symlink_to("..data/" + here.conf.name)
    for path in (data / here.conf.name, data, here.folder / "conf"):
        path.chmod(path.stat().st_mode & ~0o222)
    record = here.run("taskmanager", JOB_MANAGER_RPC_ADDRESS="jm")
    assert here.settings(record)["jobmanager.rpc.address"] == "jm"
    assert here.conf.read_text() == FLAT
    (here.folder / "conf").chmod(0o755)
    data.chmod(0o755)


def test_no_conf_at_all(home):
    here = home("2.2.1")
    shutil.rmtree(here.folder / "conf")
    record = here.run("taskmanager", JOB_MANAGER_RPC_ADDRESS="jm")
    assert record["files"] == {"config.yaml": "jobmanager.rpc.address: jm\n"}


def test_no_place_for_the_configuration(home):
    here = home("2.2.1")
    here.tmp.rmdir()
    words = here.run("taskmanager", status=2, JOB_MANAGER_RPC_ADDRESS="jm")
    assert "mount a writable" in words


@pytest.mark.parametrize("properties, words", [
    ("what", "'what' is not of the form"),
    ("jobmanager:\n  rpc:\n    address: x", "'jobmanager' has no value; write whole keys")])
def test_bad_properties(home, properties, words):
    assert words in home().run("taskmanager", status=2, FLINK_PROPERTIES=properties)


@pytest.mark.parametrize("version", VERSIONS)
def test_main_class(home, version):
    here = home(version)
    given = {"FLINK_JOB_CLASSNAME": "com.example.Job"}
    assert here.run("job-cluster", "-Da=b", "--in", "x", **given)["args"] == [
        "start-foreground", "--job-classname", "com.example.Job", "-Da=b", "--in", "x"]
    for words in (["-j", "X"], ["--job-classname", "X"], ["--job-classname=X"],
                  ["-D", "a=b", "-n", "-jid", "0", "-j", "X"]):
        assert here.run("standalone-job", *words, **given)["args"] == ["start-foreground", *words]
    # What follows the job's own first argument is the job's.
    assert here.run("job-cluster", "in", "-j", "X", **given)["args"][1] == "--job-classname"


def test_what_a_version_cannot(home):
    assert "1.6.0 is the first" in home("1.5.6").run("job-cluster", status=2)


def test_savepoint_that_would_be_ignored(home):
    assert "start without state" in home("1.6.0").run("job-cluster", "--fromSavepoint", "s3://x",
                                                       status=2)


def test_host_that_would_be_the_jobs(home):
    here = home("2.2.1")
    assert "-Djobmanager.rpc.address" in here.run("standalone-job", "--host", "x", status=2)
    assert here.run("job-cluster", "in", "--host")["args"] == ["start-foreground", "in", "--host"]


@pytest.mark.parametrize("verb, version", [("jobmanager", "1.14.6"), ("jobmanager", "2.2.1"),
                                           ("task-manager", "1.5.6"), ("taskmanager", "1.10.0")])
def test_options_become_configuration(home, verb, version):
    here = home(version)
    record = here.run(verb, "-Djobmanager.rpc.address=jm", "-D", "a.b=c d", "x y",
                      JOB_MANAGER_RPC_ADDRESS="other")
    assert record["args"] == ["start-foreground", "x y"]
    found = here.settings(record)
    assert found["jobmanager.rpc.address"] == "jm"
    assert found["a.b"].strip("'") == "c d"


def test_pass_through(home):
    here = home()
    here.run("sh", "-c", 'printf "[%s]" "$0" "$@"', "a b", "", "*")
    assert here.out == "[a b][][*]"
    here.run("sh", "-c", 'exit 7', status=7)
    record = here.run("taskmanager.sh", "x", JOB_MANAGER_RPC_ADDRESS="jm")
    assert record["args"] == ["x"]
    assert record["conf"].startswith(str(here.tmp))
    here.record.unlink()
    assert "the command comes before its options" in here.run("--port", "1", status=2)


@pytest.mark.parametrize("words", [[], ["help"], ["--help"]])
def test_help(home, words):
    here = home()
    assert here.run(*words) is None
    for verb in [*VERBS, "help", "FLINK_PROPERTIES"]:
        assert verb in here.out


def test_plugins(home):
    here = home()
    for name in ("flink-s3-fs-hadoop-1.20.4.jar", "flink-cep-1.20.4.jar"):
        (here.folder / "opt" / name).write_text(name)
    here.run("taskmanager",
             ENABLE_BUILT_IN_PLUGINS="flink-s3-fs-hadoop-1.20.4.jar;flink-cep-1.20.4.jar;")
    linked = here.folder / "plugins/flink-s3-fs-hadoop-1.20.4/flink-s3-fs-hadoop-1.20.4.jar"
    assert linked.read_text() == linked.name
    assert (here.folder / "plugins/flink-cep-1.20.4/flink-cep-1.20.4.jar").exists()
    # Already there: nothing is written, so a read-only image is no trouble.
    (here.folder / "opt" / linked.name).unlink()
    linked.unlink()
    linked.write_text("built in")
    here.run("taskmanager", ENABLE_BUILT_IN_PLUGINS=linked.name)
    here.record.unlink()
    assert "there is no" in here.run("taskmanager", status=2, ENABLE_BUILT_IN_PLUGINS="no.jar")
    assert "is not the name of a jar" in here.run("taskmanager", status=2,
                                                  ENABLE_BUILT_IN_PLUGINS="../x.jar")


def test_plugins_that_cannot_be_linked(home):
    here = home()
    (here.folder / "opt/a.jar").touch()
    shutil.rmtree(here.folder / "plugins")
    (here.folder / "plugins").touch()
    assert "build the image with --plugin" in here.run("taskmanager", status=2,
                                                       ENABLE_BUILT_IN_PLUGINS="a.jar")


def test_log_folder(home):
    here = home()
    assert "FLINK_LOG_DIR" not in here.run("taskmanager")["env"]
    (here.folder / "log").rmdir()
    assert here.run("taskmanager")["env"]["FLINK_LOG_DIR"] == str(here.tmp / "flink-log")
    assert here.run("taskmanager", FLINK_LOG_DIR="/x")["env"]["FLINK_LOG_DIR"] == "/x"


def test_replaces_itself(home):
    """The script that was started is the process itself, so that signals reach it."""
    here = home()
    env = dict(PATH=os.environ["PATH"], FLINK_HOME=str(here.folder), TMPDIR=str(here.tmp),
               RECORD=str(here.record), JOB_MANAGER_RPC_ADDRESS="jm")
    process = subprocess.Popen([*SHELLS[here.shell], str(SCRIPT), "task-manager"], env=env)
    assert process.wait(timeout=300) == 0
    assert json.loads(here.record.read_text())["pid"] == process.pid
