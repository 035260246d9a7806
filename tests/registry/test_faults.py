"""Every request of a push and of a pull fails in turn, and the operation succeeds all the same."""

import os
import shutil

import apache
import images
import miniature
import program as programs
import pytest
import registry
from transfer import pull

TRANSIENT = {
    "busy": {"status": 503},
    "limited": {"status": 429, "headers": [("Retry-After", "0")]},
    "reset": {"reset": True},
    "request cut": {"cut_request": 0},
    "answer lost": {"lose_answer": True},
    "headers cut": {"cut_headers": 40},
    "not HTTP": {"garbage": b"\x15\x03\x01\x00\x02\x02\x46"},
    "answer cut": {"cut_answer": 0, "close": True},
}
LONG = os.environ.get("FLINKPACK_TESTS_LONG")


def carries_blob(method, path):
    return method == "PATCH" or (method == "PUT" and "/blobs/uploads/" in path)


def rotations(kinds, count=3):
    """Each request gets one of each group in turn; or every kind, which takes minutes."""
    every = [[kind] for kind in kinds] if LONG else [kinds[n::count] for n in range(count)]
    return pytest.mark.parametrize("kinds", every, ids=lambda some: " and ".join(some))


def count_requests(flinkpack, words, port):
    with registry.FaultProxy(port) as proxy:
        flinkpack.run(*[word.replace("$HOST", proxy.host) for word in words])
        return len(proxy.requests)


@pytest.mark.slow
@rotations([*TRANSIENT])
def test_push_survives_one_fault_anywhere(flinkpack, layout, tmp_path, kinds):
    with registry.Registry(tmp_path / "r") as r:
        expected = flinkpack.run("push", layout, r.host + "/clean/orders:1").digest
        count = count_requests(flinkpack, ["push", layout, "$HOST/counted/orders:1"], r.port)
        for faulty in range(count):
            def plan(n, method, path):
                kind = kinds[faulty % len(kinds)]
                return registry.Fault(**TRANSIENT[kind]) if n == faulty else None

            with registry.FaultProxy(r.port, plan) as proxy:
                name = "%s/faulty-%d/orders:1" % (proxy.host, faulty)
                assert flinkpack.run("push", layout, name).digest == expected
            direct = "%s/faulty-%d/orders:1" % (r.host, faulty)
            assert pull(flinkpack, direct) == expected


@pytest.mark.slow
@rotations([*TRANSIENT, "answer flipped"])
def test_pull_survives_one_fault_anywhere(flinkpack, layout, tmp_path, kinds):
    faults = {**TRANSIENT, "answer cut": {"cut_answer": 100}, "answer flipped": {"flip": 100}}
    with registry.Registry(tmp_path / "r") as r:
        expected = flinkpack.run("push", layout, r.host + "/clean/orders:1").digest

        def pull_anew(name, faulty):
            program = programs.Program(tmp_path / ("home-%s" % faulty), flinkpack.binary)
            program.env.update(FLINKPACK_RETRY_DELAY="20ms")
            return pull(program, name)

        with registry.FaultProxy(r.port) as proxy:
            pull_anew(proxy.host + "/clean/orders:1", "counted")
            requests = proxy.requests
        for faulty, (_, path) in enumerate(requests):
            kind = kinds[faulty % len(kinds)]
            if kind == "answer flipped" and "/blobs/" not in path:
                continue  # a manifest that is not what it was is refused: see below

            def plan(n, method, path):
                return registry.Fault(**faults[kind]) if n == faulty else None

            with registry.FaultProxy(r.port, plan) as proxy:
                assert pull_anew(proxy.host + "/clean/orders:1", faulty) == expected


class Faulty:
    """Several servers, in front of each a proxy that stays, so that images are the same each time."""

    def __init__(self, *ports):
        self.fault_at, self.fault = None, None
        self.proxies = [registry.FaultProxy(port, self.plan_of(n)) for n, port in enumerate(ports)]

    def plan_of(self, which):
        return lambda n, method, path: self.fault if self.fault_at == (which, n) else None

    def run(self, action, fault_at=None, fault=None):
        """What it gives, and where it asked for something; what a push sends is another test's."""
        self.fault_at, self.fault = fault_at, registry.Fault(**fault) if fault else None
        for proxy in self.proxies:
            proxy.requests.clear()
        done = action()
        return done, [(which, n) for which, proxy in enumerate(self.proxies)
                      for n, (method, _) in enumerate(proxy.requests) if method in ("GET", "HEAD")]

    def stop(self):
        for proxy in self.proxies:
            proxy.stop()


@pytest.mark.slow
@rotations([*TRANSIENT], 1)
def test_build_survives_one_fault_anywhere(flinkpack, tmp_path, kinds):
    """Of a release, and on top of an image that holds Flink; both from where they lie to a push."""
    job = tmp_path / "job.jar"
    job.write_bytes(miniature.job_jar())
    with registry.Registry(tmp_path / "r") as r, apache.Apache() as server:
        server.add_release("1.20.4")
        faulty = Faulty(r.port, int(server.host.rpartition(":")[2]))
        host, url = faulty.proxies[0].host, "http://" + faulty.proxies[1].host
        images.write_layout(images.base(), tmp_path / "base", "v1")
        flinkpack.run("push", "oci:%s:v1" % (tmp_path / "base"), r.host + "/base/jre:17")
        release = ["--from-release", "--flink-version", "1.20.4", "--apache-url", url + "/dlcdn",
                   "--archive-url", url + "/archive/dist", "--checksum-url", url + "/downloads",
                   "--base", host + "/base/jre:17"]
        flinkpack.run("build", *release, "--image-name", r.host + "/team/session:1", "--push")

        def build(number, words):
            program = programs.Program(tmp_path / "home", flinkpack.binary)
            program.env["FLINKPACK_RETRY_DELAY"] = "20ms"
            try:
                return program.run("build", *words, "--job-jar", job, "--push", "--image-name",
                                   "%s/%d/orders:1" % (host, number)).digest
            finally:
                shutil.rmtree(program.home)

        for first, words in (1000, release), (2000, ["--from-image", host + "/team/session:1"]):
            expected, requests = faulty.run(lambda: build(first, words))
            for number, at in enumerate(requests, first + 1):
                kind = TRANSIENT[kinds[number % len(kinds)]]
                assert faulty.run(lambda: build(number, words), at, kind)[0] == expected
        faulty.stop()


def test_upload_flipped_on_the_way(flinkpack, layout, tmp_path):
    """Once: it is sent again. Always: the registry is believed, and nothing has a tag."""
    met = []

    def once(n, method, path):
        return registry.Fault(flip_request=3) if carries_blob(method, path) and not met and \
            not met.append(n) else None

    def always(n, method, path):
        return registry.Fault(flip_request=3) if carries_blob(method, path) else None

    with registry.Registry(tmp_path / "r") as r:
        expected = flinkpack.run("push", layout, r.host + "/clean/orders:1").digest
        with registry.FaultProxy(r.port, once) as proxy:
            assert flinkpack.run("push", layout, proxy.host + "/team/orders:1").digest == expected
            assert met
        assert pull(flinkpack, r.host + "/team/orders:1") == expected
        with registry.FaultProxy(r.port, always) as proxy:
            text = flinkpack.fail(programs.VERIFY, "push", layout, proxy.host + "/other/orders:1")
            assert "the registry received other bytes than sha256:" in text
        flinkpack.fail(programs.NOT_FOUND, "inspect", r.host + "/other/orders:1")


def kinds_for_ever(*kinds):
    """All of them at every request take minutes; so each request gets another of them."""
    every = [[kind] for kind in kinds] if LONG else [kinds]
    return pytest.mark.parametrize("kinds", every, ids=lambda some: " and ".join(some))


@pytest.mark.slow
@kinds_for_ever("busy", "request cut", "answer lost")
def test_push_that_fails_for_ever(flinkpack, layout, tmp_path, kinds):
    """From each request on, in turn: a push ends with status 6, and what has a tag is whole."""
    with registry.Registry(tmp_path / "r") as r:
        expected = flinkpack.run("push", layout, r.host + "/clean/orders:1").digest
        count = count_requests(flinkpack, ["push", layout, "$HOST/counted/orders:1"], r.port)
        for faulty in range(count):
            def plan(n, method, path):
                kind = kinds[faulty % len(kinds)]
                return registry.Fault(**TRANSIENT[kind]) if n >= faulty else None

            with registry.FaultProxy(r.port, plan) as proxy:
                name = "%s/faulty-%d/orders:1" % (proxy.host, faulty)
                words = ["push", layout, name, "--retry", "1"]
                if faulty == count - 1:
                    assert "pushed, could not be read back" in flinkpack.run(*words).err
                else:
                    flinkpack.fail(programs.NETWORK, *words)
                assert len(proxy.requests) < count * 4
            direct = "%s/faulty-%d/orders:1" % (r.host, faulty)
            if flinkpack.try_run("inspect", direct).status == 0:
                assert pull(flinkpack, direct) == expected
            assert flinkpack.run("push", layout, direct).digest == expected


@pytest.mark.slow
@kinds_for_ever("busy", "request cut", "answer lost", "answer cut", "answer flipped")
def test_pull_that_fails_for_ever(flinkpack, layout, tmp_path, kinds):
    """From each request on, in turn: the pull ends, and no image is in the store."""
    faults = {**TRANSIENT, "answer cut": {"cut_answer": 0}, "answer flipped": {"flip": 5}}
    with registry.Registry(tmp_path / "r") as r:
        flinkpack.run("push", layout, r.host + "/clean/orders:1")
        count = count_requests(flinkpack, ["pull", "$HOST/clean/orders:1"], r.port)
        for faulty in range(count):
            def plan(n, method, path):
                kind = kinds[faulty % len(kinds)]
                small = kind.startswith("answer ") and kind != "answer lost" and path == "/v2/"
                return registry.Fault(**faults[kind]) if n >= faulty and not small else None

            program = programs.Program(tmp_path / ("home-%d" % faulty), flinkpack.binary)
            program.env.update(FLINKPACK_RETRY_DELAY="1ms", FLINKPACK_RETRY="1")
            with registry.FaultProxy(r.port, plan) as proxy:
                result = program.try_run("pull", proxy.host + "/clean/orders:1")
            assert result.status in (programs.NETWORK, programs.VERIFY, programs.INPUT)
            assert "orders" not in program.run("images").out
            program.run("pull", r.host + "/clean/orders:1")
            left = [each for each in programs.left_in(program.store) if "partial" in each]
            assert left == []


@pytest.mark.parametrize("command, fault", [
    ("pull", {"stall": 100}), ("pull", {"trickle": 100}), ("pull", {"stall_request": True}),
    ("push", {"stall_request": True}),
], ids=["stall", "trickle", "silence", "push-silence"])
def test_stalls_are_given_up(flinkpack, layout, tmp_path, command, fault):
    """Once: it goes on. For ever: status 6, and in time."""
    met = []

    def once(n, method, path):
        hit = not met and ("/blobs/sha256:" in path and method == "GET" if command == "pull" else
                           carries_blob(method, path))
        return met.append(n) or registry.Fault(**fault) if hit else None

    with registry.Registry(tmp_path / "r") as r:
        expected = flinkpack.run("push", layout, r.host + "/team/orders:1").digest
        # Committing may take a registry five times as long as anything else.
        flinkpack.env["FLINKPACK_STALL_TIMEOUT"] = "1s"
        with registry.FaultProxy(r.port, once) as proxy:
            if command == "pull":
                assert pull(flinkpack, proxy.host + "/team/orders:1", "--retry", "2") == expected
            else:
                assert flinkpack.run("push", layout, proxy.host + "/team/other:1").digest == \
                    expected
            assert met

        def always(n, method, path):
            return registry.Fault(**fault) if "/blobs/sha256:" in path and method == "GET" or \
                carries_blob(method, path) else None

        with registry.FaultProxy(r.port, always) as proxy:
            words = ["pull", proxy.host + "/team/orders:1"] if command == "pull" else \
                ["push", layout, proxy.host + "/team/third:1"]
            program = programs.Program(tmp_path / "other", flinkpack.binary)
            program.env.update(flinkpack.env, FLINKPACK_STORE=str(tmp_path / "other-store"))
            text = program.fail(programs.NETWORK, *words, "--retry", "0")
            assert "stalled: hardly anything came for" in text


def test_commit_that_stalls_is_looked_for(flinkpack, layout, tmp_path):
    """Storing may take long, and may have been done: the blob is asked for, and the session, which
    may be over, is not closed again."""
    met = []

    def once(n, method, path):
        hit = method == "PUT" and "/blobs/" in path and not met
        return met.append(path) or registry.Fault(stall_request=True) if hit else None

    with registry.Registry(tmp_path / "r") as r, registry.FaultProxy(r.port, once) as proxy:
        flinkpack.env["FLINKPACK_STALL_TIMEOUT"] = "1s"
        result = flinkpack.run("push", layout, proxy.host + "/team/orders:1")
        assert "retrying in " in result.err and ": stalled: hardly anything came" in result.err
        assert [path for method, path in proxy.requests if method == "PUT"].count(met[0]) == 1
        # One session more than there are blobs; or as many more as requests had to be repeated, as
        # on a busy machine others may take more than a second too.
        sessions = len([path for method, path in proxy.requests if method == "POST"])
        assert 4 <= sessions <= 3 + result.err.count("retrying in ")
        assert pull(flinkpack, r.host + "/team/orders:1") == result.digest


def test_fault_that_lasts_leaves_no_tag(flinkpack, layout, tmp_path):
    def plan(n, method, path):
        return registry.Fault(status=503) if carries_blob(method, path) else None

    with registry.Registry(tmp_path / "r") as r, registry.FaultProxy(r.port, plan) as proxy:
        text = flinkpack.fail(programs.NETWORK, "push", layout, proxy.host + "/team/orders:1")
        assert "5 uploads: PUT " in text and "503 service unavailable" in text
        assert not [path for method, path in proxy.requests if "/manifests/" in path
                    and method == "PUT"]
        flinkpack.fail(programs.NOT_FOUND, "pull", r.host + "/team/orders:1")


def test_nothing_leaks_to_another_host(flinkpack, layout, log_in, tmp_path):
    """A registry that sends uploads elsewhere does not send the password with them."""
    with registry.Registry(tmp_path / "r", users={"ci": "secret"}) as r, \
            registry.Witness() as foreign:
        def plan(n, method, path):
            if method == "POST":
                return registry.Fault(status=202, headers=[
                    ("Location", "http://%s/upload" % foreign.host)])
            return None

        with registry.FaultProxy(r.port, plan) as proxy:
            log_in(proxy.host, "ci", "secret")
            result = flinkpack.try_run("push", layout, proxy.host + "/team/orders:1")
            assert result.status != 0
        assert foreign.requests
        assert foreign.secrets() == []
