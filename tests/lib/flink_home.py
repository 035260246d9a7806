"""A FLINK_HOME of stand-ins for Flink's own scripts, and the entrypoint run on it.

Each stand-in records the words it was called with, its environment, and the configuration that it
would have read.
"""

import json
import os
import pathlib
import subprocess
import sys

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


class Home:
    """A FLINK_HOME that looks like that version's."""

    def __init__(self, folder, version, shell):
        self.shell, self.script = shell, SCRIPT
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
        done = subprocess.run([*SHELLS[self.shell], str(self.script), *words], env=shown, text=True,
                              stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                              stderr=subprocess.PIPE, timeout=300)
        self.out, self.err = done.stdout, done.stderr
        assert done.returncode == status, done.stderr
        if status != 0:
            assert not self.record.exists()
            return done.stderr
        return json.loads(self.record.read_text()) if self.record.exists() else None

    def settings(self, record):
        """The merged configuration as {key: value}, values as they are spelled. As Flink reads it
        the last value of a key counts; of the outermost level it has to be the only one."""
        found, outer, above = {}, set(), []
        (text,) = record["files"].values()
        for line in text.splitlines():
            bare = line.strip()
            if not bare or bare.startswith(("#", "-")):
                continue
            indent = len(line) - len(line.lstrip(" "))
            while above and above[-1][0] >= indent:
                above.pop()
            if above and above[-1][2]:
                continue  # a text that goes on
            key, _, value = bare.partition(":")
            key, value = key.strip('"'), value.strip()
            assert indent or key not in outer, text
            outer.update([] if indent else [key])
            path = (above[-1][1] + "." if above else "") + key
            above.append((indent, path, value))
            if value or not self.yaml:
                found[path] = value
        return found
