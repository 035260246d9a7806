"""A real Alpine 3.23 goes on working with its own apk after packages of ours went in, and a real Flink
runs a job on it, with a Java for musl."""

import os
import pathlib
import subprocess
import types

import alpine
import container
import images
import program
import pytest
import real_alpine
import real_flink
import validate
from program import need
from test_real_flink import ARGUMENTS, Cluster

BASH = pathlib.Path("/bin/bash-static")

SHARE = "usr/share/thing"


def specs(folder, bash="#!"):
    """What Flink needs, and a package with whatever a record can have."""
    return [
        alpine.write_spec(folder, "bash", "5.2-r0", files=[("bin/bash", bash, 0o755)],
                          scripts=[("post-install", "#!/bin/sh\n")]),
        alpine.write_spec(folder, "snappy", "1.1-r0", files=[("usr/lib/libsnappy.so.1", "x")]),
        alpine.write_spec(folder, "gcompat", "1.1.0-r4", "provides = libc6-compat=1.1.0-r4",
                          files=[("lib/libgcompat.so.0", "x", 0o755)]),
        alpine.write_spec(folder, "thing", "1-r0", "depend = part>=1", "triggers = /usr/share/thing",
                          files=[(SHARE + "/a", "a"), (SHARE + "/deep/run", "#!", 0o4755)],
                          scripts=[("trigger", "#!/bin/sh\n")]),
        alpine.write_spec(folder, "part", "1-r0", files=[(SHARE + "/part", "p")]),
        alpine.write_spec(folder, "later", "1-r0", "depend = thing", files=[("usr/share/later", "l")])]


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    need("umoci")
    return tmp_path_factory.mktemp("alpine")


@pytest.fixture(scope="module")
def real(place):
    return real_alpine.unpack(place)


@pytest.fixture
def apk(flinkpack, inputs, place, real, tmp_path):
    """apk on what an image of ours was unpacked to, and the same before that went in."""
    repository = alpine.make_repository(tmp_path / "old", *specs(tmp_path / "s"))
    (tmp_path / "repositories").write_text("%s\n" % (repository / "v3.20/main"))
    base = real_alpine.image(real, [], [
        images.folder("opt"), images.folder("opt/java"), images.folder("opt/java/bin"),
        images.file("opt/java/bin/java", "#!", 0o755),
        images.file("opt/java/release", 'JAVA_VERSION="17.0.1"\n')])
    images.write_layout(base, tmp_path / "base", "v1")
    flinkpack.run("build", "--from-local-dist", inputs.dist(), "--base", "oci:%s:v1" % (tmp_path / "base"),
                  "--repository", repository / "v3.20/main", "--key",
                  repository / "keys" / alpine.KEY, "--package", "thing",
                  "-o", "oci:%s:v1" % (tmp_path / "image"))
    image, = validate.layout(tmp_path / "image", "v1")
    assert image.kinds()[2] == "packages"
    for name in ("base", "image"):
        rootless = [] if os.geteuid() == 0 else ["--rootless"]
        subprocess.run(["umoci", "unpack", *rootless, "--image", "%s:v1" % (tmp_path / name),
                        str(tmp_path / name / "bundle")], check=True, capture_output=True)
    found = [real_alpine.Apk(real, tmp_path / name / "bundle/rootfs", repository / "keys",
                             tmp_path / "repositories") for name in ("image", "base")]
    yield found
    subprocess.run(["chmod", "-R", "u+rwX", str(tmp_path)], check=False)


def test_apk_goes_on_with_it(apk, tmp_path):
    apk, before = apk
    assert apk.audit() == before.audit()
    world = (apk.root / "etc/apk/world").read_text().split()
    assert {"bash", "libc6-compat", "snappy", "thing"} <= set(world)
    assert "part-1-r0" in apk.run("info", "-e", "-v", "part")
    assert SHARE + "/deep/run" in apk.run("info", "-L", "thing")
    # What apk writes itself is what we have written.
    ours = apk.installed()
    apk.run("fix", "--reinstall", "bash", "gcompat", "part", "snappy", "thing")
    assert apk.installed() == ours
    (apk.root / SHARE / "a").unlink()
    assert apk.audit() != before.audit()
    apk.run("fix", "thing")
    assert (apk.root / SHARE / "a").read_text() == "a" and apk.installed() == ours
    # A package more purges none of ours; one less takes along only what came for it.
    apk.run("add", "later")
    assert (apk.root / "usr/share/later").exists() and (apk.root / "bin/bash").exists()
    apk.run("del", "later", "thing")
    assert not (apk.root / SHARE).exists()
    assert apk.run("info", "-e", "bash", "gcompat", "snappy").split() == ["bash", "gcompat", "snappy"]
    # A newer repository.
    for spec in specs(tmp_path / "s2"):
        if spec.name == "bash-5.2-r0":
            (spec / "files/bin/bash").write_text("newer")
            (spec / "pkginfo").write_text("pkgname = bash\npkgver = 6-r0\n")
    newer = alpine.make_repository(
        tmp_path / "new", "-k", tmp_path / "old/keys.private" / alpine.KEY[:-4],
        *sorted((tmp_path / "s2").iterdir()))
    (tmp_path / "repositories").write_text("%s\n" % (newer / "v3.20/main"))
    apk.run("upgrade")
    assert (apk.root / "bin/bash").read_text() == "newer"
    assert apk.run("info", "-e", "-v", "bash").split() == ["bash-6-r0"]
    assert apk.audit() == before.audit()


@pytest.fixture
def job(place, real, shop, versions, registry, tmp_path):
    """An image of a job, made on that base and unpacked."""
    container.need()
    if not BASH.exists():
        pytest.skip("there is no %s here" % BASH)
    repository = alpine.make_repository(tmp_path / "repo", *specs(tmp_path / "s", BASH.read_bytes()))
    base = real_alpine.image(real, [], [images.folder(name) for name in ("dev", "proc", "tmp", "opt")] +
                             list(real_alpine.java()))
    images.write_layout(base, tmp_path / "base", "v1")
    dist = real_flink.kept_dist(versions["1.20"])
    subprocess.run([real_flink.ROOT / "scripts/make-test-job", tmp_path / "job.jar", dist / "lib"],
                   check=True, timeout=900)
    name = "%s/real/alpine:%s" % (registry, versions["1.20"])
    program.Program(tmp_path / "home", program.find("release")).run(
        "build", "--from-local-dist", dist, "--base", "oci:%s:v1" % (tmp_path / "base"),
        "--repository", repository / "v3.20/main", "--key", repository / "keys" / alpine.KEY,
        "--job-jar", tmp_path / "job.jar", "--image-name", name, "--push", timeout=1200)
    found, root = container.unpack(name, tmp_path)
    yield types.SimpleNamespace(shop=tmp_path, image=found, root=root)
    subprocess.run(["chmod", "-R", "u+rwX", str(tmp_path)], check=False)


def test_a_job_runs_on_musl(job):
    os.chmod(job.shop, 0o755)
    one = Cluster(job, 9999, 9999)
    try:
        one.run_job(*ARGUMENTS)
        assert "argument 0: %s\n" % ARGUMENTS[0] in one.log("job-cluster")
        assert one.get("/jobs/overview")["jobs"][0]["state"] == "FINISHED"
    finally:
        one.stop()
