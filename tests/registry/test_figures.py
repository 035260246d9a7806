"""How many requests pushes take, and how many of them wait for another: next to skopeo's. -rP prints
them."""

import subprocess
import time

import program as programs
import pytest
import registry


@pytest.fixture
def counted(tmp_path):
    """Requests and rounds of what is done with the registry at proxy.host."""
    with registry.Registry(tmp_path / "r") as r, registry.FaultProxy(
            r.port, lambda n, method, path: time.sleep(0.1)) as proxy:
        def count(action):
            first = len(proxy.requests)
            action()
            return len(proxy.requests) - first, proxy.rounds(first)

        count.host = proxy.host
        yield count


def test_pushes_take_few_requests(flinkpack, layout, counted):
    def push(name):
        return lambda: flinkpack.run("push", layout, counted.host + name)

    # Rounds are told by the clock, so they are printed and not asserted.
    first = min(counted(push("/ours-%d/orders:1" % n)) for n in range(3))
    retag = min(counted(push("/ours-%d/orders:2" % n)) for n in range(3))
    again = counted(push("/ours-0/orders:1"))
    print("flinkpack: first %s, blobs there %s, again %s" % (first, retag, again))
    blobs = 3
    # Ping, tag; HEAD, POST, PATCH, PUT for each blob, side by side; tag.
    assert first[0] == 2 + 4 * blobs + 1
    assert retag[0] == 2 + blobs + 1
    assert again[0] == 2


def test_skopeo_takes_more(flinkpack, layout, counted):
    programs.need("skopeo")

    def push(name):
        return lambda: subprocess.run(
            ["skopeo", "copy", "-q", "--dest-tls-verify=false", layout,
             "docker://" + counted.host + name], check=True, capture_output=True)

    first = counted(push("/theirs/orders:1"))
    retag = counted(push("/theirs/orders:2"))
    again = counted(push("/theirs/orders:1"))
    print("skopeo: first %s, blobs there %s, again %s" % (first, retag, again))
    ours = counted(lambda: flinkpack.run("push", layout, counted.host + "/ours/orders:1"))
    assert ours[0] <= first[0]
    ours = counted(lambda: flinkpack.run("push", layout, counted.host + "/ours/orders:1"))
    assert ours[0] < again[0]


def test_second_repository_of_a_registry_gets_mounts(flinkpack, layout, tmp_path):
    with registry.Registry(tmp_path / "r") as r, registry.FaultProxy(r.port) as proxy:
        flinkpack.run("push", layout, proxy.host + "/team/orders:1", proxy.host + "/copy/orders:1")
        patched = [path for method, path in proxy.requests if method == "PATCH"]
        mounted = [path for method, path in proxy.requests
                   if "mount=" in path and "from=team%2Forders" in path]
        assert len(patched) == len(mounted) == 3 and not [each for each in patched
                                                          if "/copy/" in each]
