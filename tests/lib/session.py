"""A session of a real Flink on this machine, to which jars are submitted: what becomes of a job that
flinkpack judges.

The distribution is used as it is: a FLINK_HOME is made of links to its jars, with more libs and
plugins, and a configuration of its own. Jobs are submitted as the web page does, so that main() runs
in the JobManager, as it does in an image.
"""

import json
import os
import pathlib
import re
import shutil
import signal
import subprocess
import time
import urllib.error
import urllib.request

import registry

MEMORY = {"jobmanager.memory.process.size": "1000m", "taskmanager.memory.process.size": "1300m"}
# A job that cannot be scheduled is not waited for, one that fails is not started again, and one that
# calls System.exit() does not end Flink.
SETTINGS = {"taskmanager.numberOfTaskSlots": "4", "parallelism.default": "1",
            "restart-strategy.type": "none", "slot.request.timeout": "60000",
            "cluster.intercept-user-system-exit": "THROW",
            "execution.shutdown-on-application-finish": "false"}


class Session:
    """JobManager and TaskManager of the distribution `dist`, which work in `folder`."""

    def __init__(self, dist, folder, libs=(), plugins=(), conf=()):
        self.home = pathlib.Path(folder) / "home"
        self.rest, rpc = registry.free_port(), registry.free_port()
        self.settings = {"rest.port": self.rest, "rest.address": "localhost",
                         "jobmanager.rpc.port": rpc, "jobmanager.rpc.address": "localhost",
                         "taskmanager.host": "localhost", **MEMORY, **SETTINGS, **dict(conf)}
        self.running = []
        self.lay(pathlib.Path(dist), libs, plugins)

    def lay(self, dist, libs, plugins):
        (self.home / "lib").mkdir(parents=True)
        (self.home / "log").mkdir()
        shutil.copytree(dist / "bin", self.home / "bin")
        shutil.copytree(dist / "conf", self.home / "conf")
        for jar in [*(dist / "lib").iterdir(), *map(pathlib.Path, libs)]:
            (self.home / "lib" / jar.name).symlink_to(jar.resolve())
        for jar in map(pathlib.Path, plugins):
            (self.home / "plugins" / jar.stem).mkdir(parents=True)
            (self.home / "plugins" / jar.stem / jar.name).symlink_to(jar.resolve())
        for path in (self.home / "conf").glob("*conf*.yaml"):
            # Java's modules are opened by a setting that Flink's own configuration has.
            opens = re.search(r"--add-exports.*--add-opens.*", path.read_text())
            settings = {**self.settings, **({"env.java.opts.all": opens.group(0)} if opens else {})}
            path.write_text("".join("%s: %s\n" % one for one in settings.items()))

    def environment(self):
        hidden = ("FLINK_", "HADOOP_")
        kept = {name: value for name, value in os.environ.items() if not name.startswith(hidden)}
        return {**kept, "FLINK_CONF_DIR": str(self.home / "conf"), "FLINK_HOME": str(self.home),
                "FLINK_PID_DIR": str(self.home)}

    def start(self):
        self.run("jobmanager.sh")
        self.run("taskmanager.sh")
        self.wait(lambda: self.get("/overview")["slots-total"] > 0, 120)

    def run(self, script, *words):
        with open(self.home / (script + ".log"), "wb") as log:
            self.running.append(subprocess.Popen(
                [self.home / "bin" / script, "start-foreground", *words], stdout=log, stderr=log,
                env=self.environment(), cwd=self.home, start_new_session=True))

    def run_alone(self, jar, *arguments, entry=None, seconds=60):
        """What becomes of a job in the application mode, for which nothing else was started."""
        (self.home / "usrlib").mkdir()
        shutil.copyfile(jar, self.home / "usrlib" / pathlib.Path(jar).name)
        self.run("standalone-job.sh", *(["--job-classname", entry] if entry else []), *arguments)
        self.run("taskmanager.sh")
        states = []

        def look():
            states[:] = [(job["state"].lower(), job["jid"]) for job in self.get("/jobs/overview")["jobs"]]
            return states and states[0][0] != "created"
        try:
            if not self.wait(look, seconds):
                return {"state": "no job", "error": [], "output": self.logs()}
            return self.watch(states[0][1], 6)
        except OSError as error:  # Flink ended
            return {"state": "refused", "error": causes(str(error)), "output": str(error)}

    def wait(self, done, seconds):
        until = time.monotonic() + seconds
        while time.monotonic() < until:
            for process in self.running:
                if process.poll() is not None:
                    raise OSError("Flink ended: %s" % self.logs())
            try:
                if done():
                    return True
            except OSError:
                pass
            time.sleep(0.3)
        return False

    def logs(self):
        return "\n".join(path.read_text(errors="replace") for path in self.home.glob("*.log"))

    def get(self, path):
        url = "http://localhost:%d%s" % (self.rest, path)
        with urllib.request.urlopen(url, timeout=30) as answer:
            return json.load(answer)

    def post(self, path, body=b"{}", kind="application/json", method="POST"):
        """The answer, and the error that Flink answers with instead."""
        url = "http://localhost:%d%s" % (self.rest, path)
        request = urllib.request.Request(url, body, {"Content-Type": kind}, method=method)
        try:
            with urllib.request.urlopen(request, timeout=120) as answer:
                return json.loads(answer.read() or b"{}"), None
        except urllib.error.HTTPError as error:
            return None, "\n".join(json.loads(error.read())["errors"])

    def upload(self, jar):
        mark = "flink-session-boundary"
        head = '--%s\r\nContent-Disposition: form-data; name="jarfile"; filename="%s"\r\n' \
            "Content-Type: application/x-java-archive\r\n\r\n" % (mark, pathlib.Path(jar).name)
        body = head.encode() + pathlib.Path(jar).read_bytes() + b"\r\n--%s--\r\n" % mark.encode()
        answer, error = self.post("/jars/upload", body, "multipart/form-data; boundary=" + mark)
        assert not error, error
        return answer["filename"].rpartition("/")[2]

    def submit(self, jar, *arguments, entry=None, seconds=6):
        """What becomes of the job: {"state", "error": the messages, from the outermost in}."""
        name, before = self.upload(jar), self.jobs()
        words = {"programArgsList": list(arguments), **({"entryClass": entry} if entry else {})}
        answer, error = self.post("/jars/%s/run" % name, json.dumps(words).encode())
        self.post("/jars/" + name, None, method="DELETE")
        # main() may also fail behind the job that it started, as one that waits for results here.
        started = [answer["jobid"]] if answer else sorted(self.jobs() - before)
        if not started:
            return {"state": "refused", "error": causes(error), "output": error}
        return self.watch(started[0], seconds)

    def jobs(self):
        return {job["jid"] for job in self.get("/jobs/overview")["jobs"]}

    def watch(self, job, seconds):
        """What becomes of a job in so many seconds, at most; then it is ended."""
        ended = ("FINISHED", "FAILED", "CANCELED")
        state = {}

        def look():
            state.update(self.get("/jobs/%s" % job))
            return state["state"] in ended
        self.wait(look, seconds)
        error = self.get("/jobs/%s/exceptions" % job).get("exceptionHistory", {}).get("entries", [])
        trace = error[0]["stacktrace"] if error else ""
        if state["state"] not in ended:
            self.post("/jobs/" + job, None, method="PATCH")
            self.wait(look, 20)
            return {"state": "runs", "error": [], "output": ""}
        return {"state": state["state"].lower(), "error": causes(trace), "output": trace}

    def stop(self):
        for process in self.running:
            try:
                os.killpg(process.pid, signal.SIGKILL)
            except ProcessLookupError:
                pass
            process.wait()


def causes(output):
    """The messages of an exception as Java prints it, from the outermost in."""
    found = re.findall(r"^(?:Caused by: )?([\w.$]+(?:Exception|Error)\b[^\n]*)", output, re.M)
    return found or output.strip().splitlines()[-1:]
