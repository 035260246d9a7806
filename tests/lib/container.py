"""An image as a container runtime has it: fetched by skopeo, unpacked by umoci, run by bubblewrap."""

import os
import shutil
import subprocess

import validate


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
    words = ["bwrap", "--unshare-user", "--uid", str(uid), "--gid", str(gid),
             "--unshare-pid", "--unshare-uts", "--hostname", "flink", "--die-with-parent",
             "--new-session", "--ro-bind", str(root), "/", "--dev", "/dev", "--proc", "/proc",
             "--bind", str(temporary), "/tmp", "--tmpfs", "/opt/flink/log",
             "--ro-bind", str(hosts), "/etc/hosts", "--chdir", image.config["WorkingDir"],
             "--clearenv"]
    for key, value in {**image.env, **(env or {})}.items():
        words += ["--setenv", key, value]
    return words
