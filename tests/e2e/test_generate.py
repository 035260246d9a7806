"""What generate writes runs as it stands: the args, settings, mounts and users of the manifests
start a real Flink out of the image that they are for."""

import json
import os
import re
import subprocess
import sys
import tempfile
import pathlib

import container
import flink_images
import manifests
import program
import pytest
import real_flink
import test_entrypoint
import yaml

ARGUMENTS = ["--config", "prod", "--job", "5", "a b", '"q"', "$X", "$(POD_IP)", ""]


class Pods:
    """The containers of a deployment."""

    def __init__(self, real, documents, notes):
        self.real, self.documents, self.notes = real, documents, notes
        self.folder = pathlib.Path(tempfile.mkdtemp(dir=real.shop, prefix="pods-"))
        self.state = real.shop / "state"
        self.state.mkdir(exist_ok=True)
        os.chmod(self.folder, 0o755)
        os.chmod(self.state, 0o1777)

    def environment(self, one):
        found = {}
        for entry in one["env"]:
            source = entry.get("valueFrom", {})
            if "fieldRef" in source:
                assert source["fieldRef"]["fieldPath"] == "status.podIP"
                found[entry["name"]] = "127.0.0.1"
            elif "configMapKeyRef" in source:
                ref = source["configMapKeyRef"]
                config = manifests.named(self.documents, "ConfigMap", ref["name"])
                found[entry["name"]] = config["data"][ref["key"]]
            else:
                found[entry["name"]] = manifests.expand(entry["value"], found)
        return found

    def mounts(self, component, one):
        spec = manifests.workload(self.documents, component)["spec"]["template"]["spec"]
        volumes = {volume["name"]: volume for volume in spec["volumes"]}
        found = {}
        for mount in one["volumeMounts"]:
            if "emptyDir" not in volumes[mount["name"]]:
                found[mount["mountPath"]] = str(self.state)
            elif mount["mountPath"] == "/tmp":
                folder = self.folder / ("tmp-" + component)
                folder.mkdir()
                os.chmod(folder, 0o1777)
                found["/tmp"] = str(folder)
            else:
                found[mount["mountPath"]] = None
        return found

    def container(self, component):
        one = manifests.container(self.documents, component)
        assert one["securityContext"]["readOnlyRootFilesystem"] is True
        return {"name": component, "env": self.environment(one),
                "args": manifests.argv(self.documents, component, "127.0.0.1"),
                "mounts": self.mounts(component, one)}

    def services(self):
        return [one["metadata"]["name"] for one in self.documents if one["kind"] == "Service"]

    def run(self, until, **more):
        config = self.real.image.config
        plan = {"root": str(self.real.root), "uid": 9999, "gid": 9999, "env": self.real.image.env,
                "workdir": config["WorkingDir"], "entrypoint": config["Entrypoint"],
                "hosts": self.services(),
                "until": until, **more}
        if "containers" not in plan:
            plan["containers"] = [self.container("jobmanager"), self.container("taskmanager")]
        (self.folder / "plan.json").write_text(json.dumps(plan))
        done = subprocess.run(
            ["unshare", "--net", sys.executable, program.ROOT / "tests/lib/pods.py", self.folder],
            capture_output=True, text=True, timeout=2400)
        assert done.returncode == 0, done.stderr + self.log("jobmanager")[-3000:]
        return json.loads(done.stdout)

    def log(self, component):
        path = self.folder / (component + ".log")
        return path.read_text(errors="replace") if path.exists() else ""


@pytest.fixture
def pods(real):
    if os.geteuid() != 0:
        pytest.skip("only root can give the containers a network of their own")
    program.need("unshare")
    container.need()
    made = subprocess.run(["unshare", "--net", "true"], text=True, capture_output=True)
    if made.returncode != 0:
        pytest.skip("no network of their own can be made here: %s" % made.stderr.strip())

    def make(*words, load=manifests.load):
        result = real.program.run("generate", "--image", real.name, *words)
        documents = load(result.out)
        manifests.check_all(documents)
        return Pods(real, documents, result.err)
    make.version, make.name = real.version, real.name
    return make


# The processes start sooner so; and settings with spaces arrive.
QUICK = ["-D", "env.java.opts.jobmanager=-XX:TieredStopAtLevel=1 -XX:+UseSerialGC",
         "-D", "env.java.opts.taskmanager=-XX:TieredStopAtLevel=1 -XX:+UseSerialGC"]


def resume(pods, words, savepoint, arguments):
    """By an option; with Flink 1 in the classic way, with FLINK_JOB left to the image."""
    if not pods.version.startswith("1."):
        return pods(*words, "--from-savepoint", savepoint, "--", *arguments)
    options = json.dumps(["--fromSavepoint", savepoint, "--", *arguments])[1:-1]
    return pods(*words, "--format", "template", load=lambda text: manifests.fill_in(
        text, FLINK_IMAGE_NAME=pods.name, FLINK_JOB_PARALLELISM="1",
        FLINK_JOB_ARGUMENTS=options.replace("$", "$$")))


def test_a_job_with_awkward_arguments_resumes_from_a_savepoint(pods):
    words = [*QUICK, "--slots", "2", "--claim", "state:1Gi:/mnt", "--savepoint-dir", "file:///mnt"]
    # A quarter of an hour, of which it gets as much as the commands take to stop it.
    first = pods(*words, "--", "--times", "1000", "--pause", "200", *ARGUMENTS)
    # The commands are those that were printed: flink list, flink stop.
    commands = re.findall(r" exec job/wordcount-jobmanager -- (.*?)    \(", first.notes)
    assert [command.split()[1] for command in commands] == ["list", "stop"]
    result = first.run("stopped", commands=commands)
    assert result["status"] == 0, result["told"] + first.log("jobmanager")[-3000:]
    savepoint = re.search(r"Savepoint completed. Path: (file:/+mnt/\S+)", result["told"])
    assert savepoint, result["told"]
    assert "(a b,1)\n" in first.log("taskmanager")
    arguments = ["--times", "1000", "--pause", "0", *ARGUMENTS]
    second = resume(pods, [word for word in words if word not in ("--slots", "2")], savepoint[1],
                    arguments)
    assert second.run("exit")["status"] == 0, second.log("jobmanager")[-3000:]
    for number, argument in enumerate(arguments):
        assert "argument %d: %s\n" % (number, argument) in second.log("jobmanager")
    log = second.log("taskmanager")
    assert "(a b,1000)" in log and "($X,1000)" in log, "it went on to the end"
    assert "(a b,1)\n" not in log, "it did not begin anew"


# The same object, or pytest would make the fixture anew.
@pytest.mark.parametrize("real", real_flink.LINES[:1], indirect=True)
def test_a_task_manager_of_before_gets_no_tasks(pods):
    """It is there first, and its Service has no JobManager behind it any more."""
    before = pods(*QUICK, "--slots", "2")
    after = pods(*QUICK, "--slots", "2", "-D", "of.the=next", "--", "--times", "2", "a")
    old = {**before.container("taskmanager"), "name": "old"}
    # In a pod it would have ports of its own.
    old["env"]["FLINK_PROPERTIES"] = re.sub(r"(taskmanager\.\w+\.port): 6", r"\1: 7",
                                            old["env"]["FLINK_PROPERTIES"])
    gone = set(before.services()) - set(after.services())
    assert len(gone) == 1
    result = after.run("exit", containers=[after.container("jobmanager"), old], nobody=sorted(gone),
                       late={"after": ["old", "Connecting to ResourceManager"],
                             "container": after.container("taskmanager")})
    assert result["status"] == 0, after.log("jobmanager")[-3000:]
    assert "(a,2)\n" in after.log("taskmanager")
    assert "(a," not in after.log("old")
    known = re.findall(r"Registering TaskManager with ResourceID (\S+)", after.log("jobmanager"))
    assert {one.partition("-")[0] for one in known} == {"127.0.0.1:6122"}


# What is refused has no place here: lines, comments, blanks at the ends, broken quotes.
SETTINGS = ["a b", "'q'", '"q"', "it's", 'say "x"', "$X", "$(POD_IP)", "$$", "{", "}", "'{{ .x }}'",
            "yes", "no", "null", "~", "1.10", "0x1f", "012", "1_000", "1e3", "12:30:45", "2026-11-22",
            "-", "--", "- a", "a: b", "a:", ":", "!tag", "&a", "*a", "%d", "@x", "`x`", "|", ">", "?",
            "=", "<<", ".inf", ".5", "+1", "\\", "\\n", "s3://b/c", "a;b", "a,b", "[x", "\u00e9",
            "\u4e2d", "\U0001f600", "-Xa -Db=c --add-opens=x=ALL", "0.0.0.0", "on", "true", "5"]


def as_flink_reads(text, is_yaml):
    """config.yaml, or the lines of flink-conf.yaml (GlobalConfiguration of Flink up to 1.18)."""
    if is_yaml:
        return yaml.safe_load(text)
    lines = [line.split("#", 1)[0].strip() for line in text.splitlines()]
    return dict(line.split(": ", 1) for line in lines if ": " in line)


@pytest.mark.parametrize("version", ["1.6.4", "1.14.6", "1.20.4", "2.2.1"])
def test_settings_arrive_as_they_are(flinkpack, tmp_path, version):
    image = flink_images.store(flinkpack, flink_images.ours(version))
    words = [word for number, value in enumerate(SETTINGS)
             for word in ("-D", "key.n%d=%s" % (number, value))]
    out = flinkpack.run("generate", "--image", image, *words).out
    home = test_entrypoint.Home(tmp_path, version, "dash")
    [config] = [one for one in manifests.load(out) if one["kind"] == "ConfigMap"]
    record = home.run("jobmanager", **config["data"])
    (text,) = record["files"].values()
    found = as_flink_reads(text, home.yaml)
    for number, value in enumerate(SETTINGS):
        here = found["key.n%d" % number]
        if home.yaml:
            value = {"'q'": "q", '"q"': "q", "'{{ .x }}'": "{{ .x }}", "null": "null", "true": True, "5": 5}.get(value, value)
        assert here == value, text
    assert str(found["rest.port"]) == "8081" and found["rest.address"] == "orders-jobmanager"


@pytest.mark.parametrize("version, value, reason", [
    ("1.14.6", "s3://b#c", "comment"), ("1.14.6", "'a # b'", "comment"), ("2.2.1", "a #b", "quote"),
    ("2.2.1", " a", "blank"), ("1.14.6", "a ", "blank"), ("2.2.1", "'a' 'b'", "YAML"),
    ("2.2.1", "[a: ]]", "YAML"),
    ("2.2.1", "{{ .x }}", "YAML"), ("2.2.1", "a\nb", "one line"), ("2.2.1", "", "no value")])
def test_settings_that_would_be_misread(flinkpack, version, value, reason):
    image = flink_images.store(flinkpack, flink_images.ours(version))
    assert reason in flinkpack.fail(2, "generate", "--image", image, "-D", "a.b=" + value)


def test_a_session_has_its_slots(pods):
    one = pods(*QUICK, "--type", "session", "--slots", "3", "--jobmanager-memory", "1g")
    overview = one.run("slots")["overview"]
    assert overview and overview["slots-total"] == 3, one.log("taskmanager")[-3000:]
