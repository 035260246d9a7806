"""Runs the containers of manifests with bubblewrap, in a network of their own: pods.py FOLDER.

FOLDER/plan.json says what to run; what came of it is printed as JSON, logs are in the folder. As
in a pod, a container sees its image's files read-only, the volumes that are mounted, and no
environment but the image's and the manifest's.

plan: {"root", "uid", "gid", "env", "workdir", "entrypoint", "hosts": [name],
       "nobody": [name of a host that cannot be reached],
       "containers": [{"name", "args", "env", "mounts": {path: folder or null}}],
       "until": "exit" | "slots" | "stopped", "commands": [command line],
       "late": {"after": [container, text of its log], "container": as above}}

"stopped": the commands are run in the first container, as kubectl exec does it, when its job is
running; JOB_ID in them is the one that their output so far has told.
"""

import fcntl
import json
import os
import pathlib
import re
import shlex
import socket
import struct
import subprocess
import sys
import time
import urllib.request

REST = "http://127.0.0.1:8081"


def raise_loopback():
    request = struct.pack("16sh14x", b"lo", 0x1 | 0x40)  # IFF_UP | IFF_RUNNING
    with socket.socket() as one:
        fcntl.ioctl(one, 0x8914, request)  # SIOCSIFFLAGS


def ask(path):
    try:
        with urllib.request.urlopen(REST + path, timeout=60) as answer:
            return json.load(answer)
    except OSError:
        return None


def enter(plan, folder, container):
    """The command that runs what follows it as a process of a container."""
    hosts = folder / "hosts"
    hosts.write_text("127.0.0.1 localhost flink %s\n%s" % (
        " ".join(plan["hosts"]), "".join("10.0.0.1 %s\n" % name for name in plan.get("nobody", []))))
    command = ["bwrap", "--unshare-user", "--uid", str(plan["uid"]), "--gid", str(plan["gid"]),
               "--unshare-pid", "--unshare-uts", "--hostname", "flink", "--die-with-parent",
               "--new-session", "--ro-bind", plan["root"], "/", "--dev", "/dev", "--proc", "/proc"]
    for path, source in container["mounts"].items():
        command += ["--bind", source, path] if source else ["--tmpfs", path]
    command += ["--ro-bind", str(hosts), "/etc/hosts", "--chdir", plan["workdir"], "--clearenv"]
    for key, value in {**plan["env"], **container["env"]}.items():
        command += ["--setenv", key, value]
    return command


def start(plan, folder, container):
    log = open(folder / (container["name"] + ".log"), "wb")
    return subprocess.Popen([*enter(plan, folder, container), *plan["entrypoint"], *container["args"]],
                            stdin=subprocess.DEVNULL, stdout=log, stderr=log)


def wait_for(what, processes, seconds=600):
    """Whether `what` came true before a process ended or the time was up."""
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        found = what()
        if found or any(one.poll() is not None for one in processes):
            return found
        time.sleep(0.2)
    return None


def running_job():
    jobs = (ask("/jobs/overview") or {}).get("jobs", [])
    return [job["jid"] for job in jobs if job["state"] == "RUNNING" and
            job["tasks"]["running"] == job["tasks"]["total"]]


def execute(plan, folder, processes):
    """What the commands wrote."""
    wait_for(running_job, processes)
    time.sleep(1)  # so that there is some state
    told = ""
    for command in plan["commands"]:
        jobs = re.findall(r"\b[0-9a-f]{32}\b", told)
        words = [jobs[0] if jobs and word == "JOB_ID" else word for word in shlex.split(command)]
        done = subprocess.run([*enter(plan, folder, plan["containers"][0]), *words],
                              capture_output=True, text=True, timeout=600)
        told += done.stdout + done.stderr
    wait_for(lambda: False, processes[:1])
    return told


def start_late(plan, folder, processes):
    name, text = plan["late"]["after"]
    wait_for(lambda: text in (folder / (name + ".log")).read_text(errors="replace"), processes)
    return start(plan, folder, plan["late"]["container"])


def run(plan, folder):
    processes = [start(plan, folder, one) for one in plan["containers"]]
    if "late" in plan:
        processes.append(start_late(plan, folder, processes))
    result = {}
    try:
        if plan["until"] == "slots":
            result["overview"] = wait_for(
                lambda: (ask("/overview") or {}).get("slots-total") and ask("/overview"), processes)
        elif plan["until"] == "stopped":
            result["told"] = execute(plan, folder, processes)
            result["status"] = processes[0].poll()
        else:
            wait_for(lambda: False, processes[:1])
            result["status"] = processes[0].poll()
    finally:
        for one in processes:
            one.kill()
            one.wait()
    return result


def main():
    raise_loopback()
    folder = pathlib.Path(sys.argv[1])
    print(json.dumps(run(json.loads((folder / "plan.json").read_text()), folder)))


if __name__ == "__main__":
    os.umask(0)
    main()
