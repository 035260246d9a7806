"""What pushes ask of a registry: how many requests, and how many of them wait for another one.
Counted at a proxy in front of a real registry; the numbers are upper bounds."""

import urllib.request

import program as programs
import pytest
import registry


@pytest.fixture
def counted(tmp_path):
    with registry.Registry(tmp_path / "r") as r, registry.FaultProxy(r.port) as proxy:
        proxy.registry = r
        yield proxy


def asked(proxy, action):
    """The requests that this takes."""
    first = len(proxy.requests)
    action()
    return proxy.requests[first:]


def blobs_of(requests):
    return [(method, path) for method, path in requests if "/blobs/" in path]


def test_another_tag_in_a_repository_asks_for_no_blob(flinkpack, layout, counted):
    name = counted.host + "/team/orders:"
    pushed = flinkpack.run("push", layout, name + "1")
    requests = asked(counted, lambda: flinkpack.run("push", name + "1", name + "2"))
    assert not blobs_of(requests)
    assert flinkpack.run("push", name + "2", name + "3").digest == pushed.digest


def test_a_blob_that_is_gone_is_named(flinkpack, heavy, counted):
    """The registry says what it lacks when it gets the manifest."""
    name = counted.host + "/team/orders:"
    flinkpack.run("push", heavy, name + "1")
    path = next(path for method, path in counted.requests if method == "HEAD" and "/blobs/" in path)
    urllib.request.urlopen(urllib.request.Request(counted.registry.url + path,
                                                  method="DELETE")).close()
    text = flinkpack.fail(programs.NOT_FOUND, "push", name + "1", name + "2")
    assert path.rpartition("/")[2] in text and "no longer has" in text
