"""Programs that Debian does not have, or has too old: the ones on PATH, else those in the tests' cache,
which Go makes from what its module proxy has."""

import os
import pathlib
import shutil
import subprocess

MODULES = {
    "crane": "github.com/google/go-containerregistry/cmd/crane@v0.20.6",
    "registry": "github.com/distribution/distribution/v3/cmd/registry@v3.0.0",
    "cosign2": "github.com/sigstore/cosign/v2/cmd/cosign@v2.6.5",
    "cosign3": "github.com/sigstore/cosign/v3/cmd/cosign@v3.1.3",
}


def _folder(name):
    cache = os.environ.get("FLINKPACK_TEST_CACHE") or pathlib.Path(
        os.environ.get("XDG_CACHE_HOME") or pathlib.Path.home() / ".cache", "flinkpack-test")
    return pathlib.Path(cache, "%s-%s" % (name, MODULES[name].rpartition("@")[2]))


def find(name):
    """Its path, or None. A program on PATH named "registry" could be anything: it is not looked at."""
    program = MODULES[name].partition("@")[0].rpartition("/")[2]
    return (name != "registry" and shutil.which(name)) or shutil.which(_folder(name) / program)


def get(name):
    """(its path, None), made where it is not there yet, which takes minutes; or (None, why)."""
    if find(name) is None:
        if shutil.which("go") is None:
            return None, "there is neither %s nor Go here" % name
        done = subprocess.run(["go", "install", MODULES[name]], text=True, capture_output=True,
                              env={**os.environ, "GOBIN": str(_folder(name)), "CGO_ENABLED": "0"})
        if done.returncode != 0:
            return None, "%s cannot be made: %s" % (name, (done.stderr.splitlines() or [""])[-1])
    return find(name), None
