"""What the end-to-end tests share: one registry, one Docker daemon, inputs made once."""

import os
import pathlib
import signal
import subprocess
import tarfile
import tempfile
import time

import alpine
import images
import miniature
import program as programs
import pytest
import registry as registries
from program import need
from real_flink import base, real, shop, versions  # noqa: F401 (fixtures)


@pytest.fixture(scope="session")
def registry(tmp_path_factory):
    """A real registry's HOST:PORT, open to everyone."""
    need("docker-registry")
    with registries.Registry(tmp_path_factory.mktemp("registry")) as found:
        yield found.host


@pytest.fixture(scope="session")
def demo(tmp_path_factory):
    """A repository of Alpine packages with what Flink needs, for x86_64 only."""
    return alpine.make_repository(tmp_path_factory.mktemp("demo") / "repo", "--demo")


@pytest.fixture(scope="session")
def docker(tmp_path_factory):
    """Runs the Docker client against a daemon of the tests' own."""
    for tool in ("docker", "dockerd"):
        need(tool)
    if os.geteuid() != 0:
        pytest.skip("only root can start a Docker daemon")
    folder = tmp_path_factory.mktemp("docker")
    socket_path = "unix://%s/socket" % folder
    with open(folder / "log", "wb") as log:
        daemon = subprocess.Popen(
            ["dockerd", "--bridge", "none", "--iptables=false", "--ip6tables=false",
             "--data-root", str(folder / "data"), "--exec-root", str(folder / "exec"),
             "--pidfile", str(folder / "pid"), "--host", socket_path],
            stdout=log, stderr=log, stdin=subprocess.DEVNULL)

    def run(*words):
        done = subprocess.run(["docker", "--host", socket_path, *map(str, words)], text=True,
                              capture_output=True, timeout=600)
        assert done.returncode == 0, done.stderr
        return done.stdout

    try:
        for _ in range(600):
            if daemon.poll() is None and (folder / "socket").exists() and \
                    subprocess.run(["docker", "--host", socket_path, "info"],
                                   capture_output=True).returncode == 0:
                break
            if daemon.poll() is not None:
                last = (folder / "log").read_text().splitlines()[-1:]
                pytest.skip("no Docker daemon can run here: %s" % last)
            time.sleep(0.2)
        # A daemon may run where its containers cannot, as in a chroot.
        with open(folder / "empty.tar", "wb") as out:
            tarfile.open(fileobj=out, mode="w").close()
        kept = subprocess.run(["docker", "--host", socket_path, "import", folder / "empty.tar"],
                              text=True, capture_output=True)
        if kept.returncode != 0:
            pytest.skip("Docker can keep no image here: %s" % kept.stderr.strip())
        yield run
    finally:
        daemon.send_signal(signal.SIGTERM)
        daemon.wait()


@pytest.fixture
def free_port():
    """A port of loopback that nobody listens on."""
    return registries.free_port()


@pytest.fixture
def public_folder():
    """A folder that other users can reach, unlike those of pytest."""
    with tempfile.TemporaryDirectory(prefix="flinkpack-e2e-") as folder:
        os.chmod(folder, 0o755)
        yield pathlib.Path(folder)


@pytest.fixture
def flinkpack(tmp_path):
    """flinkpack (sanitized) with a home, a store and a cache of its own."""
    binary = programs.built("dev")
    return programs.Program(tmp_path, binary)


@pytest.fixture(scope="session")
def inputs(tmp_path_factory):
    """Small inputs that no test changes."""
    return Inputs(tmp_path_factory.mktemp("inputs"))


class Inputs:
    """Files made when they are first asked for."""

    def __init__(self, folder):
        self.folder = pathlib.Path(folder)

    def _once(self, name, make):
        path = self.folder / name
        if not path.exists():
            make(path)
        return path

    @property
    def base(self):
        """A base as a root file system."""
        return "rootfs:%s" % self._once("base.tar", miniature.write_base)

    @property
    def job(self):
        return self._once("job.jar", lambda path: path.write_bytes(miniature.job_jar()))

    def dist(self, version="1.20.4", scala="2.12"):
        """A distribution's folder."""
        return self._once("flink-" + version,
                          lambda path: miniature.write_folder(path.parent, version, scala))

    def archive(self, version="1.20.4", kind="tgz", **more):
        """A distribution's archive: tgz, tar, tar.zst or tar.xz."""
        def make(path):
            plain = path.with_name(path.name + ".plain")
            plain.write_bytes(miniature.tar(version, **more))
            command = {"tgz": ["gzip", "-nc"], "tar": ["cat"], "tar.zst": ["zstd", "-qc"],
                       "tar.xz": ["xz", "-c"]}[kind]
            with open(path, "wb") as out:
                subprocess.run([*command, str(plain)], stdout=out, check=True)
            plain.unlink()
        suffix = "".join("-" + str(value) for value in more.values()).replace("/", "_")
        return self._once("flink-%s%s-bin.%s" % (version, suffix, kind), make)

    def base_image(self, **more):
        """A base as images.Image."""
        return images.base(**more)
