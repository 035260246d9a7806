"""Large bodies: when the registry is asked before one is sent, and how often they are sent in vain.
"""

import random

import images
import program as programs
import pytest
import registry

USER, PASSWORD = "me", "a password"
BYTES = 4500000


@pytest.fixture
def large(tmp_path):
    """An image with three layers of more than 4 MiB."""
    chance = random.Random(1)
    layers = [images.layer([images.file("data-%d" % n, chance.randbytes(BYTES))], False)
              for n in range(3)]
    images.write_layout(images.Image(layers), tmp_path / "large", "v1")
    return "oci:%s:v1" % (tmp_path / "large")


def patches(requests):
    return [path for method, path in requests if method == "PATCH"]


@pytest.mark.parametrize("seconds, answers", [(300, {}), (90, {"mute": True}), (30, {}),
                                              (300, {"asked": 417})])
def test_asked_once_for_a_token(flinkpack, large, log_in, tmp_path, seconds, answers):
    def plan(n, method, path):
        return registry.Fault(**answers)

    with registry.TokenServer(tmp_path / "tokens", {USER: PASSWORD}, seconds=seconds) as tokens, \
            registry.Registry(tmp_path / "r", tokens=tokens) as r, \
            registry.FaultProxy(r.port, plan) as proxy:
        log_in(proxy.host, USER, PASSWORD)
        flinkpack.run("push", large, proxy.host + "/team/orders:1")
        # Not the configuration, the manifest or any token; and none of the other layers.
        assert [method for method, _ in proxy.asked] == ["PATCH"]
        assert len(patches(proxy.requests)) == 3 + ("asked" in answers)
        assert len(tokens.requests) == 1


FULL = (b'{"errors":[{"code":"UNKNOWN","message":"unknown error","detail":'
        b'{"DriverName":"filesystem","Enclosed":{"Op":"write","Path":"/var/lib","Err":28}}}]}')


@pytest.mark.parametrize("answers, uploads, status, words", [
    ({"status": 500, "body": FULL}, 1, programs.NETWORK, "no room left"),
    ({"status": 403}, 1, programs.AUTH, "403"),
    ({"status": 413, "unread": True}, 0, programs.INPUT, "limits the size of uploads"),
    ({"status": 500}, 2, programs.NETWORK, "2 uploads"),
])
def test_lasting_refusals_are_not_paid_for_again(flinkpack, tmp_path, answers, uploads, status,
                                                 words):
    layer = images.layer([images.file("data", random.Random(1).randbytes(17 << 20))], False)
    images.write_layout(images.Image([layer]), tmp_path / "large", "v1")

    def plan(n, method, path):
        return registry.Fault(**answers) if method == "PATCH" else None

    with registry.Registry(tmp_path / "r") as r, registry.FaultProxy(r.port, plan) as proxy:
        err = flinkpack.fail(status, "push", "oci:%s:v1" % (tmp_path / "large"),
                             proxy.host + "/team/orders:1")
        assert words in err
        assert proxy.taken <= uploads * len(layer.data) + (1 << 20)
