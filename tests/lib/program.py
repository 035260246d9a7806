"""Runs flinkpack the way a user would, in surroundings of its own."""

import atexit
import functools
import os
import pathlib
import shutil
import signal
import subprocess
import tempfile

import pytest

ROOT = pathlib.Path(__file__).resolve().parents[2]

# What the sanitizers find has to fail the test, and be told from every status of the program.
SANITIZERS = {
    "ASAN_OPTIONS": "detect_leaks=1:strict_string_checks=1:exitcode=99:abort_on_error=0",
    "UBSAN_OPTIONS": "print_stacktrace=1:halt_on_error=1:exitcode=99",
}

USAGE, INPUT, AUTH, NOT_FOUND, NETWORK, CONFLICT, VERIFY, IO = range(2, 10)


def need(tool):
    """Skip the test where a program is not installed."""
    if shutil.which(tool) is None:
        pytest.skip("there is no %s here" % tool)


# Where the tests themselves were started with Ctrl-C ignored, as jobs in the background are, the
# programs that they start must not inherit it.
if signal.getsignal(signal.SIGINT) == signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)


# What the tests make has to be there for other users too, whatever umask they were started with.
os.umask(0o022)

# A proxy of the surroundings is for the internet, and not for the servers of the tests.
for _name in ("no_proxy", "NO_PROXY"):
    os.environ[_name] = ",".join([*filter(None, [os.environ.get(_name)]), "127.0.0.1", "localhost"])


def find(preset):
    """The program of a preset's build folder; $FLINKPACK and $FLINKPACK_RELEASE say otherwise."""
    variable = "FLINKPACK_RELEASE" if preset == "release" else "FLINKPACK"
    path = pathlib.Path(os.environ.get(variable) or
                        ROOT / "build" / preset / "builder/cli/flinkpack")
    return _for_everyone(path) if os.geteuid() == 0 and path.exists() else path


def built(preset):
    """Likewise; that it is missing is a failure, as without it nothing at all is tested."""
    path = find(preset)
    if not path.exists():
        pytest.fail("%s is not built: scripts/test does it" % path, pytrace=False)
    return path


@functools.cache
def _for_everyone(path):
    """The program where other users can run it too: a checkout may lie in root's own folder."""
    if all(folder.stat().st_mode & 0o1 for folder in path.resolve().parents):
        return path
    folder = pathlib.Path(tempfile.mkdtemp(prefix="flinkpack-tests-"))
    atexit.register(shutil.rmtree, folder)
    folder.chmod(0o755)
    return pathlib.Path(shutil.copy(path, folder))


class Result:
    def __init__(self, status, out, err):
        self.status, self.out, self.err = status, out, err

    @property
    def name(self):
        """The one line that build and push write: NAME@sha256:..."""
        assert self.out.count("\n") == 1, self.out
        return self.out.rstrip("\n")

    @property
    def digest(self):
        return self.name.rpartition("@")[2]


class Program:
    """flinkpack with its own home, store and cache below `home`."""

    def __init__(self, home, binary=None):
        self.home = pathlib.Path(home)
        self.binary = str(binary or find("dev"))
        self.store, self.cache = self.home / "store", self.home / "cache"
        self.env = {"PATH": os.environ["PATH"], "HOME": str(self.home / "home"),
                    "FLINKPACK_STORE": str(self.store), "FLINKPACK_CACHE": str(self.cache),
                    "LANG": "C.UTF-8", **SANITIZERS}
        os.makedirs(self.env["HOME"], exist_ok=True)

    def start(self, *words, env=None, cwd=None, **more):
        return subprocess.Popen([self.binary, *map(str, words)], cwd=cwd or self.home,
                                env={**self.env, **(env or {})}, stdin=subprocess.DEVNULL,
                                stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, **more)

    def try_run(self, *words, timeout=600, **more):
        """Run it and take what comes, but for what the sanitizers find."""
        process = self.start(*words, **more)
        try:
            out, err = process.communicate(timeout=timeout)
        finally:
            process.kill()
        assert process.returncode not in (99, -6, -11), err
        return Result(process.returncode, out, err)

    def run(self, *words, **more):
        """Run it; it has to succeed."""
        result = self.try_run(*words, **more)
        assert result.status == 0, "status %d: %s" % (result.status, result.err)
        return result

    def fail(self, status, *words, **more):
        """Run it; it has to fail in this way, with nothing on standard output. Gives the words."""
        result = self.try_run(*words, **more)
        assert result.status == status, "status %d: %s" % (result.status, result.err)
        assert result.out == ""
        assert result.err.startswith("flinkpack: ") or "\nflinkpack: " in result.err, result.err
        return result.err


def build(program, *words, **more):
    return program.run("build", *words, **more)


@functools.cache
def _options(binary, command):
    done = subprocess.run([binary, "completion", "bash"], text=True, capture_output=True, check=True,
                          env={**os.environ, **SANITIZERS})
    line, = (line for line in done.stdout.splitlines()
             if line.strip().startswith(command + ") options='"))
    return frozenset(word[2:] for word in line.split("'")[1].split())


def options(program, command="build"):
    """The names of a command's options, as the shell's completion lists them."""
    return _options(program.binary, command)


def need_option(program, *names):
    """Skip the test as long as `build` lacks an option."""
    for name in names:
        if name not in options(program):
            pytest.skip("build has no --%s yet" % name)


def left_in(folder):
    """Every file and folder below, but for records of the cache and what is named by its digest,
    and locks."""
    found = []
    for at, folders, files in os.walk(folder):
        for name in files:
            path = os.path.relpath(os.path.join(at, name), folder)
            blob = os.path.basename(at) == "sha256" and len(name) == 64
            record = path.startswith("records/") and (len(name) == 64 or name == ".count")
            if not blob and not record and not name.endswith(".lock"):
                found.append(path)
    return sorted(found)
