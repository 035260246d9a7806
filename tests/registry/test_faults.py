"""Every request of a push and of a pull fails in turn, and the operation succeeds all the same."""

import program as programs
import pytest
import registry
from transfer import pull

TRANSIENT = {
    "busy": {"status": 503},
    "limited": {"status": 429, "headers": [("Retry-After", "0")]},
    "request cut": {"cut_request": 0},
    "answer lost": {"lose_answer": True},
}


def count_requests(flinkpack, words, port):
    with registry.FaultProxy(port) as proxy:
        flinkpack.run(*[word.replace("$HOST", proxy.host) for word in words])
        return len(proxy.requests)


@pytest.mark.slow
@pytest.mark.parametrize("kind", TRANSIENT)
def test_push_survives_one_fault_anywhere(flinkpack, layout, tmp_path, kind):
    with registry.Registry(tmp_path / "r") as r:
        expected = flinkpack.run("push", layout, r.host + "/clean/orders:1").digest
        count = count_requests(flinkpack, ["push", layout, "$HOST/counted/orders:1"], r.port)
        for faulty in range(count):
            def plan(n, method, path):
                return registry.Fault(**TRANSIENT[kind]) if n == faulty else None

            with registry.FaultProxy(r.port, plan) as proxy:
                name = "%s/faulty-%d/orders:1" % (proxy.host, faulty)
                assert flinkpack.run("push", layout, name).digest == expected
            direct = "%s/faulty-%d/orders:1" % (r.host, faulty)
            assert pull(flinkpack, direct) == expected


@pytest.mark.slow
@pytest.mark.parametrize("kind", [*TRANSIENT, "answer cut", "answer flipped"])
def test_pull_survives_one_fault_anywhere(flinkpack, layout, tmp_path, kind):
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
            if kind == "answer flipped" and "/blobs/" not in path:
                continue  # a manifest that is not what it was is refused: see below

            def plan(n, method, path):
                return registry.Fault(**faults[kind]) if n == faulty else None

            with registry.FaultProxy(r.port, plan) as proxy:
                assert pull_anew(proxy.host + "/clean/orders:1", faulty) == expected


def test_fault_that_lasts_leaves_no_tag(flinkpack, layout, tmp_path):
    def plan(n, method, path):
        return registry.Fault(status=503) if method == "PATCH" else None

    with registry.Registry(tmp_path / "r") as r, registry.FaultProxy(r.port, plan) as proxy:
        text = flinkpack.fail(programs.NETWORK, "push", layout, proxy.host + "/team/orders:1")
        assert "503" in text and "5 attempts" in text
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
