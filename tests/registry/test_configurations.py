"""docker-registry in each of its configurations."""

import base64
import json
import resource

import program as programs
import pytest
import registry
from transfer import pull

USER, PASSWORD = "ci", "s3cret:with colon"


def test_open(round_trip, tmp_path):
    with registry.Registry(tmp_path / "r") as r:
        round_trip(r.host + "/team/orders:1")


def test_pushed_twice_moves_nothing(flinkpack, layout, tmp_path):
    with registry.Registry(tmp_path / "r") as r, registry.FaultProxy(r.port) as proxy:
        first = flinkpack.run("push", layout, proxy.host + "/team/orders:1")
        count = len(proxy.requests)
        second = flinkpack.run("push", layout, proxy.host + "/team/orders:1")
        assert second.digest == first.digest
        again = proxy.requests[count:]
        assert not [method for method, _ in again if method in ("POST", "PATCH")], again


def test_passwords(round_trip, log_in, flinkpack, layout, tmp_path):
    with registry.Registry(tmp_path / "r", users={USER: PASSWORD}) as r:
        name = r.host + "/team/orders:1"
        text = flinkpack.fail(programs.AUTH, "push", layout, name)
        assert "flinkpack login " + r.host in text
        log_in(r.host, USER, "wrong")
        text = flinkpack.fail(programs.AUTH, "push", layout, name)
        assert ".docker/config.json" in text and "wrong" not in text
        log_in(r.host, USER, PASSWORD)
        round_trip(name, creds=("--creds", "%s:%s" % (USER, PASSWORD)))


def test_wrong_passwords_of_the_environment(flinkpack, layout, log_in, tmp_path):
    """A login would not help: what it keeps comes after the variable."""
    with registry.Registry(tmp_path / "r", users={USER: PASSWORD}) as r:
        log_in(r.host, USER, PASSWORD)
        wrong = base64.b64encode(b"ci:wrong").decode()
        env = {"DOCKER_AUTH_CONFIG": json.dumps({"auths": {r.host: {"auth": wrong}}})}
        text = flinkpack.fail(programs.AUTH, "push", layout, r.host + "/team/orders:1", env=env)
        assert "Change or unset that variable" in text and "flinkpack login" not in text


def test_full_disk_is_named(flinkpack, layout, tmp_path):
    def limit():
        resource.setrlimit(resource.RLIMIT_FSIZE, (1, 1))
    with registry.Registry(tmp_path / "r") as r:
        name = r.host + "/team/orders:1"
        flinkpack.run("push", layout, name)
        text = flinkpack.fail(programs.IO, "pull", name, "--store", tmp_path / "full",
                              preexec_fn=limit)
        assert str(tmp_path / "full") in text


@pytest.fixture
def tokens(tmp_path):
    with registry.TokenServer(tmp_path / "tokens", users={USER: PASSWORD},
                              refresh="refreshing") as server:
        yield server


def test_tokens(round_trip, log_in, tokens, tmp_path):
    with registry.Registry(tmp_path / "r", tokens=tokens) as r:
        log_in(r.host, USER, PASSWORD)
        round_trip(r.host + "/team/orders:1")


def test_identity_token(flinkpack, layout, log_in, tokens, tmp_path):
    with registry.Registry(tmp_path / "r", tokens=tokens) as r:
        log_in(r.host, identitytoken="refreshing")
        flinkpack.run("push", layout, r.host + "/team/orders:1")
        assert "POST" in [method for method, _, _, _ in tokens.requests]


def test_anonymous_may_pull_and_not_push(flinkpack, layout, log_in, tokens, tmp_path):
    with registry.Registry(tmp_path / "r", tokens=tokens) as r:
        name = r.host + "/team/orders:1"
        log_in(r.host, USER, PASSWORD)
        pushed = flinkpack.run("push", layout, name)
        log_in("elsewhere.example", USER, PASSWORD)
        assert pull(flinkpack, name) == pushed.digest
        text = flinkpack.fail(programs.AUTH, "push", layout, r.host + "/team/other:1")
        assert "no credentials for " + r.host in text


def test_own_authority(round_trip, flinkpack, layout, tmp_path):
    authority = registry.Authority(tmp_path / "ca")
    with registry.Registry(tmp_path / "r", tls=authority.issue("server")) as r:
        name = r.host + "/team/orders:1"
        text = flinkpack.fail(programs.VERIFY, "push", layout, name)
        assert "certificate is not trusted" in text and "--ca-file" in text
        text = flinkpack.fail(programs.NOT_FOUND, "push", layout, name, "--ca-file", "nothing.pem")
        assert "--ca-file: nothing.pem: " in text
        round_trip(name, "--ca-file", authority.certificate)
        flinkpack.run("push", layout, name, env={"SSL_CERT_FILE": str(authority.certificate)})
        flinkpack.run("push", layout, name, "--insecure-registry", r.host)


def test_client_certificate(flinkpack, layout, tmp_path):
    authority = registry.Authority(tmp_path / "ca")
    with registry.Registry(tmp_path / "r", tls=authority.issue("server"),
                           client_ca=authority.certificate) as r:
        name = r.host + "/team/orders:1"
        folder = flinkpack.home / "home/.config/containers/certs.d" / r.host
        folder.mkdir(parents=True)
        (folder / "ca.crt").write_bytes(authority.certificate.read_bytes())
        assert flinkpack.try_run("push", layout, name).status != 0
        cert, key = authority.issue("client", hosts=(), addresses=())
        (folder / "client.cert").write_bytes(cert.read_bytes())
        text = flinkpack.fail(programs.INPUT, "push", layout, name)
        assert "client.key is missing" in text
        (folder / "client.key").write_bytes(key.read_bytes())
        flinkpack.run("push", layout, name)


def test_readonly(flinkpack, layout, tmp_path):
    with registry.Registry(tmp_path / "r") as r:
        pushed = flinkpack.run("push", layout, r.host + "/team/orders:1")
    with registry.Registry(tmp_path / "r2", readonly=True, data=tmp_path / "r/data") as r:
        assert pull(flinkpack, r.host + "/team/orders:1") == pushed.digest
        text = flinkpack.fail(programs.INPUT, "push", layout, r.host + "/team/other:1")
        assert "405" in text and "takes no uploads" in text
