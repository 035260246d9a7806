"""Large bodies: when the registry is asked before one is sent."""

import random

import images
import pytest
import registry

USER, PASSWORD = "me", "a password"
BYTES = 1500000


@pytest.fixture
def large(tmp_path):
    """An image with three layers of more than 1 MiB."""
    chance = random.Random(1)
    layers = [images.layer([images.file("data-%d" % n, chance.randbytes(BYTES))], False)
              for n in range(3)]
    images.write_layout(images.Image(layers), tmp_path / "large", "v1")
    return "oci:%s:v1" % (tmp_path / "large")


def patches(requests):
    return [path for method, path in requests if method == "PATCH"]


@pytest.mark.parametrize("seconds, answers", [(300, {}), (90, {"mute": True}), (30, {}),
                                              (300, {"status": 417, "unread": True})])
def test_asked_once_for_a_token(flinkpack, large, log_in, tmp_path, seconds, answers):
    first = []

    def plan(n, method, path):
        if method != "PATCH" or not answers or (first and "status" in answers):
            return None
        first.append(path)
        return registry.Fault(**answers)

    with registry.TokenServer(tmp_path / "tokens", {USER: PASSWORD}, seconds=seconds) as tokens, \
            registry.Registry(tmp_path / "r", tokens=tokens) as r, \
            registry.FaultProxy(r.port, plan) as proxy:
        log_in(proxy.host, USER, PASSWORD)
        flinkpack.run("push", large, proxy.host + "/team/orders:1")
        # Not the configuration, the manifest or any token; and none of the other layers.
        assert [method for method, _ in proxy.asked] == ["PATCH"]
        assert len(patches(proxy.requests)) == 4 + ("status" in answers)
        assert len(tokens.requests) == 1
