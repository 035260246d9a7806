"""Images on their way: what skopeo says of one, and what comes back from a registry."""

import json
import shutil
import subprocess

import pytest


def skopeo_digest(reference, *options):
    """What another client says of the image, after reading all of its manifest."""
    if not shutil.which("skopeo"):
        pytest.skip("not installed: skopeo")
    done = subprocess.run(["skopeo", "inspect", "--format", "{{.Digest}}", "--tls-verify=false",
                           *options, "docker://" + reference], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


def pull(program, reference, *options):
    """Pull into a layout of its own; the digest that it has there."""
    folder = program.home / ("pulled-%d" % len(list(program.home.iterdir())))
    program.run("pull", reference, "-o", "oci:%s:back" % folder, *options)
    return json.loads((folder / "index.json").read_text())["manifests"][0]["digest"]
