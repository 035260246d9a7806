"""An image as a container runtime has it: fetched by skopeo, unpacked by umoci, run by bubblewrap."""

import functools
import os
import shutil
import subprocess

import pytest
import validate


@functools.cache
def _why_none():
    """What keeps bubblewrap from making a container, as another one around us may; or None."""
    done = subprocess.run(["bwrap", "--unshare-user", "--unshare-pid", "--ro-bind", "/", "/",
                           "--dev", "/dev", "--proc", "/proc", "true"], text=True,
                          capture_output=True)
    return None if done.returncode == 0 else done.stderr.strip()


def need():
    """Skip the test where no container can be made."""
    if _why_none() is not None:
        pytest.skip("no container can be made here: %s" % _why_none())


def unpack(name, folder):
    """Fetch NAME from a registry on loopback; the image, and its root file system in FOLDER."""
    layout = folder / "layout"
    subprocess.run(["skopeo", "--insecure-policy", "copy", "-q", "--src-tls-verify=false",
                    "docker://" + name, "oci:%s:x" % layout], check=True)
    image, = validate.layout(layout, "x")
    rootless = [] if os.geteuid() == 0 else ["--rootless"]
    subprocess.run(["umoci", "unpack", *rootless, "--image", "%s:x" % layout,
                    str(folder / "bundle")], check=True, capture_output=True)
    shutil.rmtree(layout)
    return image, folder / "bundle/rootfs"


def command(image, root, temporary, uid, gid, hosts, env=None):
    """What runs a command in it: as that user, with nothing writable but /tmp and Flink's log."""
    need()
    words = ["bwrap", "--unshare-user", "--uid", str(uid), "--gid", str(gid),
             "--unshare-pid", "--unshare-uts", "--hostname", "flink", "--die-with-parent",
             "--new-session", "--ro-bind", str(root), "/", "--dev", "/dev", "--proc", "/proc",
             "--bind", str(temporary), "/tmp", "--tmpfs", "/opt/flink/log",
             "--ro-bind", str(hosts), "/etc/hosts", "--chdir", image.config["WorkingDir"],
             "--clearenv"]
    for key, value in {**image.env, **(env or {})}.items():
        words += ["--setenv", key, value]
    return words
