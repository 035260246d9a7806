"""Flink's own shell scripts in an image whose base had no bash, as Alpine's have none.

busybox is Debian's static one, bash a package of a signed repository that holds Debian's static
bash. Only Java is a stand-in: it answers what Flink's scripts ask of it, and tells what they would
have started.
"""

import os
import pathlib
import re
import shutil
import subprocess
import tempfile

import alpine
import container
import images
import miniature
import program
import pytest
from program import need
from real_flink import script

BASH = pathlib.Path("/bin/bash-static")
BUSYBOX = pathlib.Path("/bin/busybox")
LINES = ("1.20", "2")
ARGUMENTS = ["--times", "3", "with space", "", "it's \"quoted\"", "$HOME"]
JAVA = """\
#!/bin/sh
result() {
    while IFS= read -r line; do
        printf 'BASH_JAVA_UTILS_EXEC_RESULT:%s\\n' "$line"
    done
}
case " $* " in
*" -XshowSettings:properties "*) echo "    java.specification.version = 17" ;;
*" -version "*) echo 'openjdk version "17.0.1"' ;;
*" UPDATE_AND_GET_FLINK_CONFIGURATION "*) result <"$FLINK_HOME/conf/config.yaml" ;;
*_RESOURCE_PARAMS*) printf '%s\\n' '-Xmx700m -Xms700m' '-D made.by=utils' | result ;;
*)
    printf 'argv: <%s>\\n' "$@"
    printf 'user: %s:%s\\n' "$(id -u)" "$(id -g)"
    for path in /opt/flink/conf/x /bin/x /etc/x; do
        touch "$path" 2>/dev/null && echo "it can write"
    done
    exit 0
    ;;
esac
"""


@pytest.fixture(scope="module")
def shop():
    for tool in ("bwrap", "umoci", "skopeo"):
        need(tool)
    for path in (BASH, BUSYBOX):
        # ldd refuses what needs no loader.
        if not path.exists() or subprocess.run(["ldd", path], capture_output=True).returncode == 0:
            pytest.skip("%s is not there, or not static" % path)
    with tempfile.TemporaryDirectory(prefix="flinkpack-alpine-") as folder:
        os.chmod(folder, 0o755)
        yield pathlib.Path(folder)
        subprocess.run(["chmod", "-R", "u+rwX", folder], check=False)


@pytest.fixture(scope="module")
def repository(shop):
    spec = shop / "specs"
    musl = "depend = " + alpine.LIBC
    folder = alpine.make_repository(
        shop / "repository", "-t", "RSA256",
        alpine.write_spec(spec, "bash", "5.2.15-r0", "depend = /bin/sh",
                          files=[("bin/bash", BASH.read_bytes(), 0o755)],
                          scripts=[("post-install", "#!/bin/sh\n")]),
        alpine.write_spec(spec, "snappy", "1.1.10-r1", musl,
                          files=[("usr/lib/libsnappy.so.1", "x")]),
        alpine.write_spec(spec, "gcompat", "1.1.0-r4", musl, "provides = libc6-compat=1.1.0-r4",
                          files=[("lib/libgcompat.so.0", "x", 0o755)]))
    with alpine.Server(folder) as server:
        yield server.url + "/v3.20/main", folder / "keys"


@pytest.fixture(scope="module")
def base(repository, registry):
    """Pushed; NAME:TAG."""
    url, keys = repository
    applets = subprocess.run([BUSYBOX, "--list"], capture_output=True, text=True, check=True)
    made = alpine.base([url], keys, java="17", busybox=BUSYBOX.read_bytes(), program=JAVA,
                       applets=[name for name in applets.stdout.split() if name != "busybox"],
                       more=[images.folder("etc/x", 0o755), images.folder("dev"),
                             images.folder("proc"), images.link("usr/bin/env", "/bin/busybox"),
                             images.file("etc/hosts", "")])
    assert not any("bash" in name for name in applets.stdout.split())
    images.push(made, registry, "bases/alpine", "17")
    return "%s/bases/alpine:17" % registry


def own_scripts(line, shop):
    """A distribution with the scripts and configuration that Flink released, and empty jars."""
    listed = script("fetch-flink", "--list", timeout=180)
    found = [one for one in listed.split() if one.startswith(line + ".")]
    if not found:
        pytest.skip("no Flink %s can be fetched" % line)
    kept = pathlib.Path(os.environ.get("FLINKPACK_TEST_CACHE") or
                        pathlib.Path.home() / ".cache/flinkpack-test") / "dist"
    script("fetch-flink", found[-1], kept)
    folder = miniature.write_folder(shop, found[-1])
    for name in ("bin", "conf"):
        shutil.rmtree(folder / name)
        shutil.copytree(kept / folder.name / name, folder / name)
    return found[-1], folder


class Image:
    """A job image on that base, built, pushed, fetched and unpacked."""

    def __init__(self, line, shop, base, registry):
        self.folder = shop / line
        self.folder.mkdir()
        self.version, dist = own_scripts(line, self.folder)
        (self.folder / "job.jar").write_bytes(miniature.job_jar())
        (self.folder / "hosts").write_text("127.0.0.1 localhost flink\n")
        name = "%s/alpine/job:%s" % (registry, self.version)
        self.result = program.Program(self.folder / "home").run(
            "build", "--from-local-dist", dist, "--base", base, "--job-jar",
            self.folder / "job.jar", "--image-name", name, "--push")
        self.image, self.root = container.unpack(name, self.folder)

    def run(self, *words):
        """What Java was started with, and who it was; the log."""
        with tempfile.TemporaryDirectory(dir=self.folder) as temporary:
            os.chmod(temporary, 0o1777)
            done = subprocess.run(
                [*container.command(self.image, self.root, temporary, 9999, 9999,
                                    self.folder / "hosts"),
                 *self.image.config["Entrypoint"], *words],
                text=True, capture_output=True, timeout=300)
        assert done.returncode == 0, done.stdout + done.stderr
        found = [line[7:-1] for line in done.stdout.splitlines() if line.startswith("argv: <")]
        return found, done.stdout + done.stderr


@pytest.fixture(scope="module", params=LINES)
def image(request, shop, base, registry):
    made = Image(request.param, shop, base, registry)
    yield made
    shutil.rmtree(made.folder, ignore_errors=True)


def class_path(words):
    return words[words.index("-classpath") + 1]


def test_bash_is_what_the_package_had(image):
    assert (image.root / "bin/bash").read_bytes() == BASH.read_bytes()
    assert image.image.kinds()[1] == "packages"
    assert image.run("bash", "-c", "printf 'argv: <%s>\\n' \"$BASH_VERSION\"")[0][0].startswith("5.")


@pytest.mark.parametrize("verb, entry, settings", [
    ("job-cluster", "Standalone(Job|Application)ClusterEntryPoint", ["-Da.b=c d"]),
    ("task-manager", "TaskManagerRunner", ["-Dtaskmanager.host=127.0.0.1"])])
def test_flinks_own_scripts_start_java(verb, entry, settings, image):
    more = ARGUMENTS if verb == "job-cluster" else []
    words, log = image.run(verb, *settings, *more)
    main = [word for word in words if word.startswith("org.apache.flink.")]
    assert len(main) == 1 and re.fullmatch(r"org\.apache\.flink\..*\.%s" % entry, main[0])
    behind = words[words.index(main[0]) + 1:]
    # What is given by -D stands in a private copy too, for those who come by kubectl exec.
    assert re.fullmatch(r"/tmp/flink-conf\.\w+", behind[behind.index("--configDir") + 1])
    assert behind[len(behind) - len(more):] == more
    assert "/lib/flink-dist" in class_path(words)
    assert "user: 9999:9999\n" in log and "it can write" not in log
