"""How many requests pushes take, and how many of them wait for another: next to those of skopeo and,
where it is installed, of crane. -rP prints them."""

import subprocess
import time

import peers
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
    # Tag and digest; POST and PUT for each small blob, side by side; tag; and what was put, to
    # see that it is served. Where the tag is right, the manifest is put by digest, as blobs may be
    # lost; under another tag the digest tells that they are there.
    assert first[0] == 2 + 2 * blobs + 2
    assert retag[0] == 2 + 2
    assert again[0] == 3


def skopeo(folder, name):
    return ["skopeo", "copy", "-q", "--dest-tls-verify=false", "oci:%s:v1" % folder,
            "docker://" + name]


def crane(folder, name):
    if peers.find("crane") is None:
        pytest.skip("there is no crane here: scripts/bench makes it")
    return [peers.find("crane"), "push", "--insecure", folder, name]


@pytest.mark.parametrize("peer", [skopeo, crane], ids=lambda peer: peer.__name__)
def test_peers_take_no_fewer(flinkpack, layout, counted, peer):
    if peer is skopeo:
        programs.need("skopeo")
    folder = layout.split(":")[1]

    def push(name):
        return lambda: subprocess.run(peer(folder, counted.host + name), check=True,
                                      capture_output=True)

    def ours(name):
        return counted(lambda: flinkpack.run("push", layout, counted.host + name))

    first = counted(push("/theirs/orders:1"))
    retag = counted(push("/theirs/orders:2"))
    again = counted(push("/theirs/orders:1"))
    print("%s: first %s, blobs there %s, again %s" % (peer.__name__, first, retag, again))
    # crane believes that what it has put is served, and that what has a tag is whole; one request
    # each time asks.
    more = 1 if peer is crane else 0
    assert ours("/ours/orders:1")[0] <= first[0] + more
    assert peer is skopeo or ours("/ours/orders:2")[0] <= retag[0] + more
    assert ours("/ours/orders:1")[0] <= again[0] + more


def test_second_repository_of_a_registry_gets_mounts(flinkpack, layout, tmp_path):
    with registry.Registry(tmp_path / "r") as r, registry.FaultProxy(r.port) as proxy:
        flinkpack.run("push", layout, proxy.host + "/team/orders:1", proxy.host + "/copy/orders:1")
        sent = [path for method, path in proxy.requests
                if method == "PUT" and "/blobs/uploads/" in path]
        mounted = [path for method, path in proxy.requests
                   if "mount=" in path and "from=team%2Forders" in path]
        assert len(sent) == len(mounted) == 3 and not [each for each in sent if "/copy/" in each]
