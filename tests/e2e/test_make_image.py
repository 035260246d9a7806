"""The images of flinkpack itself, as scripts/make-image makes them: of packages like Debian's with
the busybox that is here, and of the static files where scripts/package has made them."""

import os
import pathlib
import shutil
import subprocess

import container
import pytest
import validate
from program import ROOT, built, need

BUSYBOX = pathlib.Path("/bin/busybox")
STATIC = ROOT / "build/package/out"
MACHINE = {"x86_64": "amd64", "aarch64": "arm64"}.get(os.uname().machine, "amd64")
CERTIFICATES = "-----BEGIN CERTIFICATE-----\n%s\n-----END CERTIFICATE-----"


def package(folder, name, architecture, files):
    root = folder / ("%s-%s" % (name, architecture))
    control = root / "DEBIAN/control"
    for path, data in {"DEBIAN/control":
                       "Package: %s\nVersion: 1:2.0-1\nArchitecture: %s\nMaintainer: x <x@y>\n"
                       "Description: x\n" % (name, architecture),
                       "usr/share/doc/%s/copyright" % name: "Copyright %s\n" % name,
                       **files}.items():
        target = root / path
        target.parent.mkdir(parents=True, exist_ok=True)
        if isinstance(data, pathlib.Path):
            shutil.copy(data, target)
        else:
            target.write_text(data)
    assert control.exists()
    subprocess.run(["dpkg-deb", "--root-owner-group", "-Zgzip", "-b", root, folder / (
        "%s_2.0-1_%s.deb" % (name, architecture))], check=True, capture_output=True)
    shutil.rmtree(root)


@pytest.fixture(scope="module")
def packages(tmp_path_factory):
    need("dpkg-deb")
    if not BUSYBOX.exists() or subprocess.run(["ldd", BUSYBOX], capture_output=True).returncode == 0:
        pytest.skip("%s is not there, or not static" % BUSYBOX)
    folder = tmp_path_factory.mktemp("packages")
    for architecture in "amd64", "arm64":
        package(folder, "busybox-static", architecture, {"bin/busybox": BUSYBOX})
    package(folder, "ca-certificates", "all", {
        "usr/share/ca-certificates/x/%s.crt" % name: CERTIFICATES % name for name in "BAc"})
    return folder


@pytest.fixture(scope="module")
def programs(tmp_path_factory):
    folder = tmp_path_factory.mktemp("programs")
    for architecture in "amd64", "arm64":
        shutil.copy(built("release"), folder / ("flinkpack-linux-" + architecture))
    return folder


def make(home, *words):
    # In a copy of its own, as it works in build/ of its checkout.
    script = home / "checkout/scripts/make-image"
    script.parent.mkdir(parents=True, exist_ok=True)
    shutil.copy(ROOT / "scripts/make-image", script)
    shutil.copy(ROOT / "LICENSE", home / "checkout/LICENSE")
    return subprocess.run([script, *map(str, words)], text=True, capture_output=True, timeout=300,
                          env={"PATH": os.environ["PATH"], "HOME": str(home / "home")})


def unpacked(layout, tag, folder):
    one = folder.with_name(folder.name + "-layout")
    subprocess.run(["skopeo", "--insecure-policy", "--override-arch", MACHINE, "copy", "-q",
                    "oci:%s:%s" % (layout, tag), "oci:%s:1" % one], check=True)
    rootless = [] if os.geteuid() == 0 else ["--rootless"]
    subprocess.run(["umoci", "unpack", *rootless, "--image", "%s:1" % one, folder],
                   check=True, capture_output=True)
    return folder / "rootfs"


def check_layout(out, tag):
    images = validate.layout(out, tag, flink=False, ours=1)
    scratch = validate.layout(out, tag + "-scratch", flink=False, ours=1)
    for image in (*images, *scratch):
        tree = image.tree
        assert (tree["tmp"].mode, tree["usr/local/bin/flinkpack"].mode) == (0o1777, 0o755)
        assert image.config["User"] == "65532:65532" and "HOME=/tmp" in image.config["Env"]
        assert all((entry.uid, entry.gid) == (0, 0) for entry in tree.values())
        assert b"nonroot:x:65532:" in image.read("etc/passwd")
        assert image.read("etc/ssl/certs/ca-certificates.crt").count(b"-----BEGIN") >= 3
        assert b"ca-certificates" in image.read("usr/share/doc/flinkpack/packages")
        for name in "flinkpack", "ca-certificates":
            assert image.read("usr/share/doc/%s/copyright" % name)
    for image in images:
        assert "Entrypoint" not in image.config and image.config["Cmd"] == ["sh"]
        for applet in "sh", "cat", "sed", "grep", "wget", "mkdir", "mktemp", "printf":
            assert image.tree["bin/" + applet].target == "busybox"
        assert image.tree["bin/busybox"].mode == 0o755
    for image in scratch:
        assert image.config["Entrypoint"] == ["/usr/local/bin/flinkpack"]
        assert "Cmd" not in image.config and "bin" not in image.tree
    assert [image.document["architecture"] for image in images] == ["amd64", "arm64"]


def test_images(packages, programs, tmp_path):
    words = ["--programs", programs, "--packages", packages, "--version", "7"]
    done = make(tmp_path, *words, "--output", tmp_path / "out")
    assert done.returncode == 0, done.stderr
    assert done.stdout.count("flinkpack@sha256:") == 2
    check_layout(tmp_path / "out", "7")
    image = validate.layout(tmp_path / "out", "7", flink=False)[0]
    assert image.read("etc/ssl/certs/ca-certificates.crt").decode().split()[2::5] == ["A", "B", "c"]
    again = tmp_path / "again"
    again.mkdir()
    assert make(again, *words, "--output", again / "out").stdout == done.stdout


def test_runs_in_a_shell(packages, programs, tmp_path):
    container.need()
    need("umoci")
    need("skopeo")
    done = make(tmp_path, "--programs", programs, "--packages", packages, "--version", "7",
                "--output", tmp_path / "out")
    assert done.returncode == 0, done.stderr
    root = unpacked(tmp_path / "out", "7", tmp_path / "bundle")
    done = subprocess.run(
        ["bwrap", "--unshare-user", "--uid", "1000650000", "--ro-bind", root, "/", "--tmpfs",
         "/tmp", "/bin/sh", "-c", "printf '%s ' $(id -u) && ls $(mktemp) && command -v flinkpack"],
        text=True, capture_output=True, env={"PATH": "/usr/local/bin:/usr/bin:/bin"})
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("1000650000 /tmp/") and "/usr/local/bin/flinkpack" in done.stdout


def test_real_files(packages, tmp_path):
    for architecture in "amd64", "arm64":
        if not (STATIC / ("flinkpack-linux-" + architecture)).exists():
            pytest.skip("scripts/package has not been run")
    own = STATIC / ("flinkpack-linux-" + MACHINE)
    if subprocess.run([own, "help", "append"], capture_output=True).returncode != 0:
        pytest.skip("%s was made before there was append: scripts/package makes it anew" % own)
    container.need()
    need("umoci")
    need("skopeo")
    done = make(tmp_path, "--programs", STATIC, "--packages", packages, "--version", "7",
                "--output", tmp_path / "out")
    assert done.returncode == 0, done.stderr
    check_layout(tmp_path / "out", "7")
    for tag in "7", "7-scratch":
        root = unpacked(tmp_path / "out", tag, tmp_path / tag)
        done = subprocess.run(["bwrap", "--unshare-user", "--uid", "65532", "--ro-bind", root, "/",
                               "/usr/local/bin/flinkpack", "version"], text=True,
                              capture_output=True)
        assert done.stdout.startswith("flinkpack "), done.stderr


def test_wrong_input(packages, programs, tmp_path):
    for status, words, part in (
            (2, [], "--output"), (2, ["--output", "x", "--push", "y"], "--output"),
            (2, ["--nonsense"], "--nonsense"), (2, ["--push"], "--push needs a value"),
            (5, ["--output", "x", "--programs", tmp_path], "scripts/package makes it"),
            (5, ["--output", "x", "--programs", programs, "--packages", tmp_path],
             "expected one ca-certificates_*_all.deb")):
        done = make(tmp_path, *words)
        assert (done.returncode, done.stdout) == (status, ""), done.stderr
        assert part in done.stderr
