"""What pushes ask of a registry: how many requests, and how many of them wait for another one.
Counted at a proxy in front of a real registry; the numbers are upper bounds."""

import time
import urllib.request

import images
import program as programs
import pytest
import registry
from transfer import pull

USERS = {"me": "a password"}
DELAY = 0.1
TRIES = 5


class Asked:
    """The requests that something took, and the longest chain of them."""

    def __init__(self, proxy, action):
        first = len(proxy.requests)
        action()
        self.requests, self.chain = proxy.requests[first:], proxy.rounds(first)

    def sent(self):
        """Where blobs were sent to."""
        return [path for method, path in self.requests
                if method == "PUT" and "/blobs/uploads/" in path]

    def mounts(self):
        return [path for method, path in self.requests if method == "POST" and "mount=" in path]

    def of_blobs(self):
        return [path for method, path in self.requests if "/blobs/" in path]


def best(proxy, action, chain):
    """Of a few tries, as a request that is late on a busy machine seems to wait. `action` gets the
    number of the try."""
    found = []
    while len(found) < TRIES and (not found or found[-1].chain > chain):
        found.append(Asked(proxy, lambda: action(len(found))))
    print("%d requests, chain of %d" % (len(found[-1].requests), found[-1].chain))
    return found[-1]


def slow(n, method, path):
    time.sleep(DELAY)


@pytest.fixture
def counted(tmp_path):
    with registry.Registry(tmp_path / "r") as r, registry.FaultProxy(r.port) as proxy:
        proxy.registry = r
        yield proxy


def another(folder, number):
    """The image of `layout` with one more layer, as of a job that has changed."""
    image = images.base()
    layers = [*image.layers, images.layer([images.file("job-%d" % number, b"x" * number)])]
    images.write_layout(images.Image(layers), folder / ("job-%d" % number), "v1")
    return "oci:%s:v1" % (folder / ("job-%d" % number))


def test_chains(flinkpack, layout, counted, tmp_path):
    counted.plan = slow
    name = counted.host + "/team/%s-%d:1"
    # Tag, digest; POST and PUT for each blob, side by side; tag, and what was put.
    first = best(counted, lambda n: flinkpack.run("push", layout, name % ("first", n)), 6)
    assert len(first.requests) <= 2 + 2 * 3 + 2 and first.chain <= 6
    changed = best(counted, lambda n: flinkpack.run(
        "push", another(tmp_path, n), name % ("first", 0)), 6)
    assert len(changed.requests) <= 2 + 2 * 4 + 2 and changed.chain <= 6
    kept = another(tmp_path, 9)
    flinkpack.run("push", kept, name % ("first", 0))
    again = best(counted, lambda n: flinkpack.run("push", kept, name % ("first", 0)), 3)
    assert len(again.requests) <= 3 and again.chain <= 3 and not again.of_blobs()


def test_another_tag_in_a_repository_asks_for_no_blob(flinkpack, layout, counted):
    name = counted.host + "/team/orders:"
    pushed = flinkpack.run("push", layout, name + "1")
    for source in layout, name + "1":
        asked = Asked(counted, lambda source=source: flinkpack.run("push", source, name + "2"))
        assert not asked.of_blobs() and len(asked.requests) <= 5
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


def test_with_a_token_server(flinkpack, layout, log_in, tmp_path):
    """A token, and the request that shows that one is wanted: two more. Nothing is given up."""
    with registry.TokenServer(tmp_path / "tokens", USERS) as tokens, \
            registry.Registry(tmp_path / "r", tokens=tokens) as r, \
            registry.FaultProxy(r.port) as proxy:
        log_in(proxy.host, "me", USERS["me"])
        for bound in 2 + 2 * 3 + 2, 3:
            tokens.requests.clear()
            asked = Asked(proxy, lambda: flinkpack.run("push", layout,
                                                       proxy.host + "/team/orders:1"))
            assert len(asked.requests) + len(tokens.requests) <= bound + 2
            assert not [path for method, path in asked.requests if method == "DELETE"]


def test_several_repositories_get_each_blob_once(flinkpack, layout, counted, tmp_path):
    """Of one registry: the others mount it in one request. Another registry gets it once as well."""
    with registry.Registry(tmp_path / "other") as r, registry.FaultProxy(r.port) as other:
        names = [counted.host + "/team/orders:1", counted.host + "/copy/orders:1",
                 other.host + "/team/orders:1", other.host + "/copy/orders:1",
                 counted.host + "/copy/again:1"]
        digest = flinkpack.run("push", layout, *names).digest
        for proxy, copies in (counted, 2), (other, 1):
            asked = Asked(proxy, lambda: None)
            asked.requests = proxy.requests
            assert [path.split("/")[2] for path in asked.sent()] == 3 * ["team"]
            assert len(asked.mounts()) == copies * 3
            assert len(asked.of_blobs()) <= 3 * (2 + copies)
        assert [pull(flinkpack, name) for name in names] == len(names) * [digest]


def test_where_nothing_can_be_mounted(flinkpack, layout, tmp_path):
    """A registry that opens an upload instead is sent the bytes in that one."""
    def plan(n, method, path):
        if "mount=" not in path:
            return None
        repository = path.split("/blobs/")[0]
        request = urllib.request.Request("%s%s/blobs/uploads/" % (r.url, repository), method="POST")
        with urllib.request.urlopen(request) as answer:
            return registry.Fault(status=202, headers=[("Location", answer.headers["Location"])])

    with registry.Registry(tmp_path / "r") as r, registry.FaultProxy(r.port, plan) as proxy:
        flinkpack.run("push", layout, proxy.host + "/team/orders:1", proxy.host + "/copy/orders:1")
        asked = Asked(proxy, lambda: None)
        asked.requests = proxy.requests
        # What is sent goes past the proxy, to where the session is.
        opened = [path for method, path in asked.requests if method == "POST" and "/copy/" in path]
        assert len(asked.mounts()) == len(opened) == 3
        assert pull(flinkpack, r.host + "/copy/orders:1") == pull(flinkpack,
                                                                  r.host + "/team/orders:1")
