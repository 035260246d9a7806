"""Google's crane, to be compared with: the one on PATH, else one in the tests' cache, which Go makes
from what its module proxy has."""

import os
import pathlib
import shutil
import subprocess

VERSION = "v0.20.6"
MODULE = "github.com/google/go-containerregistry/cmd/crane@" + VERSION


def _kept():
    cache = os.environ.get("FLINKPACK_TEST_CACHE") or pathlib.Path(
        os.environ.get("XDG_CACHE_HOME") or pathlib.Path.home() / ".cache", "flinkpack-test")
    return pathlib.Path(cache, "crane-" + VERSION)


def find():
    """Its path, or None."""
    return shutil.which("crane") or shutil.which(_kept() / "crane")


def get():
    """Its path, made where it is not there yet; or None, and why."""
    if find() is None:
        if shutil.which("go") is None:
            return None, "there is neither crane nor Go here"
        done = subprocess.run(["go", "install", MODULE], text=True, capture_output=True,
                              env={**os.environ, "GOBIN": str(_kept()), "CGO_ENABLED": "0"})
        if done.returncode != 0:
            return None, "crane cannot be made: %s" % (done.stderr.splitlines() or [""])[-1]
    return find(), None
