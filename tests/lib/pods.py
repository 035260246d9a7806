"""Runs the containers of manifests with bubblewrap, in a network of their own: pods.py FOLDER.

FOLDER/plan.json says what to run; what came of it is printed as JSON, logs are in the folder. As
in a pod, a container sees its image's files read-only, the volumes that are mounted, and no
environment but the image's and the manifest's.

plan: {"root", "uid", "gid", "env", "workdir", "entrypoint", "hosts": [name],
       "containers": [{"name", "args", "env", "mounts": {path: folder or null}}],
       "until": "exit" | "slots" | "savepoint", "savepoint": folder}
"""

import fcntl
import json
import os
import pathlib
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


def ask(path, data=None):
    body = None if data is None else json.dumps(data).encode()
    request = urllib.request.Request(REST + path, body, {"Content-Type": "application/json"})
    try:
        with urllib.request.urlopen(request, timeout=5) as answer:
            return json.load(answer)
    except OSError:
        return None


def start(plan, folder, container):
    name = container["name"]
    hosts = folder / "hosts"
    hosts.write_text("127.0.0.1 localhost flink %s\n" % " ".join(plan["hosts"]))
    command = ["bwrap", "--unshare-user", "--uid", str(plan["uid"]), "--gid", str(plan["gid"]),
               "--unshare-pid", "--unshare-uts", "--hostname", "flink", "--die-with-parent",
               "--new-session", "--ro-bind", plan["root"], "/", "--dev", "/dev", "--proc", "/proc"]
    for path, source in container["mounts"].items():
        command += ["--bind", source, path] if source else ["--tmpfs", path]
    command += ["--ro-bind", str(hosts), "/etc/hosts", "--chdir", plan["workdir"], "--clearenv"]
    for key, value in {**plan["env"], **container["env"]}.items():
        command += ["--setenv", key, value]
    log = open(folder / (name + ".log"), "wb")
    return subprocess.Popen([*command, *plan["entrypoint"], *container["args"]],
                            stdin=subprocess.DEVNULL, stdout=log, stderr=log)


def wait_for(what, processes, seconds=240):
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


def take_savepoint(folder, processes):
    jobs = wait_for(running_job, processes)
    if not jobs:
        return None
    [job] = jobs
    time.sleep(1)  # so that there is some state
    trigger = ask("/jobs/%s/savepoints" % job, {"target-directory": "file://" + folder,
                                                "cancel-job": False})

    def done():
        answer = ask("/jobs/%s/savepoints/%s" % (job, trigger["request-id"])) or {}
        return (answer.get("operation") or {}).get("location")
    return wait_for(done, processes, 60)


def run(plan, folder):
    processes = [start(plan, folder, one) for one in plan["containers"]]
    result = {}
    try:
        if plan["until"] == "slots":
            result["overview"] = wait_for(
                lambda: (ask("/overview") or {}).get("slots-total") and ask("/overview"), processes)
        elif plan["until"] == "savepoint":
            result["savepoint"] = take_savepoint(plan["savepoint"], processes)
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
