"""What the registry tests share: an image, credentials, and what says whether a push is right.
"""

import base64
import json
import random

import images
import internet
import program as programs
import pytest
import registry
from transfer import pull, skopeo_digest

LACKING = registry.missing()


def pytest_collection_modifyitems(items):
    if LACKING:
        for item in items:
            item.add_marker(pytest.mark.skip(reason="not installed: " + ", ".join(LACKING)))


@pytest.fixture
def flinkpack(tmp_path):
    binary = programs.built("dev")
    program = programs.Program(tmp_path, binary)
    program.env["FLINKPACK_RETRY_DELAY"] = "20ms"
    return program


@pytest.fixture
def layout(tmp_path):
    path = tmp_path / "layout"
    images.write_layout(images.base(), path, "v1")
    return "oci:%s:v1" % path


@pytest.fixture
def heavy(tmp_path):
    """An image with two layers of more than 1 MiB, which a push asks for before it sends them."""
    chance = random.Random(1)
    layers = [images.layer([images.file("data-%d" % n, chance.randbytes(1200000))], False)
              for n in range(2)]
    images.write_layout(images.Image(layers), tmp_path / "heavy", "v1")
    return "oci:%s:v1" % (tmp_path / "heavy")


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


@pytest.fixture
def round_trip(flinkpack, layout):
    """Push the image, let skopeo look at it, pull it back: one digest."""
    def both(reference, *options, creds=()):
        pushed = flinkpack.run("push", layout, reference, *options)
        assert skopeo_digest(reference, *creds) == pushed.digest
        assert pull(flinkpack, reference, *options) == pushed.digest
    return both


@pytest.fixture
def connect(flinkpack, tmp_path):
    """Puts vendors on the net, and says where every request went."""
    opened = []

    def both(*models):
        hosts = {name: handler for model in models for name, handler in model.hosts().items()}
        net = internet.Internet(tmp_path / "net", hosts)
        opened.append(net)
        flinkpack.env.update(net.environment())
        return net

    yield both
    for net in opened:
        net.__exit__()
