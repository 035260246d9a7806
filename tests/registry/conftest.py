"""What the registry tests share: an image, credentials, and what says whether a push is right.
"""

import base64
import json
import shutil
import subprocess

import images
import program as programs
import pytest
import registry

LACKING = registry.missing()


def pytest_collection_modifyitems(items):
    if LACKING:
        for item in items:
            item.add_marker(pytest.mark.skip(reason="not installed: " + ", ".join(LACKING)))


@pytest.fixture
def flinkpack(tmp_path):
    binary = programs.find("dev")
    if not binary.exists():
        pytest.skip("%s is not built" % binary)
    program = programs.Program(tmp_path, binary)
    program.env["FLINKPACK_RETRY_DELAY"] = "20ms"
    return program


@pytest.fixture
def layout(tmp_path):
    path = tmp_path / "layout"
    images.write_layout(images.base(), path, "v1")
    return "oci:%s:v1" % path


@pytest.fixture
def log_in(flinkpack):
    """Keeps credentials where docker would."""
    def keep(host, user=None, password=None, **entry):
        if user:
            entry["auth"] = base64.b64encode(("%s:%s" % (user, password)).encode()).decode()
        path = flinkpack.home / "home/.docker/config.json"
        path.parent.mkdir(mode=0o700, exist_ok=True)
        path.write_text(json.dumps({"auths": {host: entry}}))
        path.chmod(0o600)
    return keep


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


@pytest.fixture
def round_trip(flinkpack, layout):
    """Push the image, let skopeo look at it, pull it back: one digest."""
    def both(reference, *options, creds=()):
        pushed = flinkpack.run("push", layout, reference, *options)
        assert skopeo_digest(reference, *creds) == pushed.digest
        assert pull(flinkpack, reference, *options) == pushed.digest
    return both
