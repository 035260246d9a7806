"""What generate writes runs as it stands: the args, settings, mounts and users of the manifests
start a real Flink out of the image that they are for."""

import json
import os
import re
import subprocess
import sys
import tempfile
import pathlib

import manifests
import program
import pytest

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

    def run(self, until, **more):
        config = self.real.image.config
        plan = {"root": str(self.real.root), "uid": 9999, "gid": 9999, "env": self.real.image.env,
                "workdir": config["WorkingDir"], "entrypoint": config["Entrypoint"],
                "hosts": [one["metadata"]["name"] for one in self.documents
                          if one["kind"] == "Service"],
                "containers": [self.container("jobmanager"), self.container("taskmanager")],
                "until": until, **more}
        (self.folder / "plan.json").write_text(json.dumps(plan))
        done = subprocess.run(
            ["unshare", "--net", sys.executable, program.ROOT / "tests/lib/pods.py", self.folder],
            capture_output=True, text=True, timeout=400)
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

    def make(*words):
        result = real.program.run("generate", "--image", real.name, *words)
        documents = manifests.load(result.out)
        manifests.check_all(documents)
        return Pods(real, documents, result.err)
    return make


# The processes start sooner so; and settings with spaces arrive.
QUICK = ["-D", "env.java.opts.jobmanager=-XX:TieredStopAtLevel=1 -XX:+UseSerialGC",
         "-D", "env.java.opts.taskmanager=-XX:TieredStopAtLevel=1 -XX:+UseSerialGC"]


def test_a_job_with_awkward_arguments_resumes_from_a_savepoint(pods):
    words = [*QUICK, "--slots", "2", "--claim", "state:1Gi:/mnt", "--savepoint-dir", "file:///mnt"]
    first = pods(*words, "--", "--times", "1000", "--pause", "20", *ARGUMENTS)
    # The commands are those that were printed: flink list, flink stop.
    commands = re.findall(r" exec job/wordcount-jobmanager -- (.*?)    \(", first.notes)
    assert [command.split()[1] for command in commands] == ["list", "stop"]
    result = first.run("stopped", commands=commands)
    assert result["status"] == 0, result["told"] + first.log("jobmanager")[-3000:]
    savepoint = re.search(r"Savepoint completed. Path: (file:/+mnt/\S+)", result["told"])
    assert savepoint, result["told"]
    assert "(a b,1)\n" in first.log("taskmanager")
    arguments = ["--times", "1000", "--pause", "0", *ARGUMENTS]
    second = pods(*words, "--from-savepoint", savepoint[1], "--", *arguments)
    assert second.run("exit")["status"] == 0, second.log("jobmanager")[-3000:]
    for number, argument in enumerate(arguments):
        assert "argument %d: %s\n" % (number, argument) in second.log("jobmanager")
    log = second.log("taskmanager")
    assert "(a b,1000)" in log and "($X,1000)" in log, "it went on to the end"
    assert "(a b,1)\n" not in log, "it did not begin anew"


def test_a_session_has_its_slots(pods):
    one = pods(*QUICK, "--type", "session", "--slots", "3", "--jobmanager-memory", "1g")
    overview = one.run("slots")["overview"]
    assert overview and overview["slots-total"] == 3, one.log("taskmanager")[-3000:]
