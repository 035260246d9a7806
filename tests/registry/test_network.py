"""How registries are reached: IPv6, proxies, mirrors; and logging in to them."""

import contextlib
import json
import socket
import subprocess
import threading

import images
import internet
import program as programs
import pytest
import registry
import vendors
from transfer import pull

USER, PASSWORD = "ci", "s3cret"
USERS = {USER: PASSWORD}


def test_ipv6(flinkpack, layout, log_in, tmp_path):
    try:
        registry.free_port("::1")
    except OSError:
        pytest.skip("there is no IPv6 here")
    with registry.Registry(tmp_path / "r", users=USERS, address="::1") as r:
        log_in(r.host, USER, PASSWORD)
        pushed = flinkpack.run("push", layout, r.host + "/team/orders:1")
        assert pushed.name.startswith("[::1]:%d/team/orders@" % r.port)
        assert pull(flinkpack, r.host + "/team/orders:1") == pushed.digest


# Proxies.


@pytest.fixture
def zot(tmp_path):
    return vendors.Zot(USERS)


def test_proxy_and_its_exceptions(flinkpack, layout, log_in, zot, tmp_path):
    with internet.Internet(tmp_path / "net", zot.hosts()) as net, \
            registry.Registry(tmp_path / "r") as r:
        flinkpack.env.update(net.environment())
        log_in(zot.host, USER, PASSWORD)
        flinkpack.run("push", layout, zot.host + "/team/orders:1")
        assert set(net.connects) == {zot.host + ":443"}
        # This machine is never behind a proxy.
        count = len(net.requests)
        flinkpack.run("push", layout, r.host + "/team/orders:1")
        assert len(net.requests) == count
        # Nor are the hosts of NO_PROXY: that name is nowhere but behind the proxy.
        for exception in (zot.host, ".example.com", "*", "other.org, example.com"):
            count = len(net.connects)
            text = flinkpack.fail(programs.NETWORK, "pull", zot.host + "/team/orders:1", "--retry",
                                  "0", env={"NO_PROXY": exception})
            assert zot.host in text and len(net.connects) == count


def test_proxy_for_plain_http(flinkpack, layout, zot, tmp_path):
    """HTTP_PROXY in capitals too: CI systems set nothing else."""
    zot.users = None
    with internet.Internet(tmp_path / "net", zot.hosts()) as net:
        for variable in ("HTTP_PROXY", "http_proxy", "ALL_PROXY"):
            count = len(net.requests)
            flinkpack.run("push", layout, zot.host + ":5000/team/orders:1", "--insecure-registry",
                          zot.host, env={variable: net.url})
            assert {each.scheme for each in net.requests[count:]} == {"http"}


def test_tls_goes_first(flinkpack, layout, log_in, zot, tmp_path):
    """Where plain HTTP is allowed, the password still goes over TLS if that is spoken; a name with
    a port stands for one server only."""
    with internet.Internet(tmp_path / "net", zot.hosts()) as net:
        flinkpack.env.update(net.environment())
        log_in(zot.host, USER, PASSWORD)
        flinkpack.run("push", layout, zot.host + "/team/orders:1", "--insecure-registry", zot.host)
        assert net.requests and {each.scheme for each in net.requests} == {"https"}


@pytest.mark.parametrize("refused", [407, 502])
def test_proxy_that_refuses(flinkpack, layout, tmp_path, refused):
    def serve(connection):
        connection.recv(4096)
        connection.sendall(b"HTTP/1.1 %d No\r\nContent-Length: 0\r\n\r\n" % refused)

    with internet.Server.__new__(internet.Server) as proxy:
        proxy.serve = serve
        proxy.__init__()
        text = flinkpack.fail(programs.NETWORK, "push", layout, "zot.example.com/team/orders:1",
                              env={"HTTPS_PROXY": "http://" + proxy.host})
        assert "the proxy refused (%d): look at HTTPS_PROXY and NO_PROXY" % refused in text


def test_proxy_that_is_away(flinkpack):
    """Without a word of the proxy its address looks like that of a stranger."""
    text = flinkpack.fail(programs.NETWORK, "pull", "zot.example.com/team/orders:1", "--retry", "0",
                          env={"HTTPS_PROXY": "http://me:%s@127.0.0.1:%d" % (
                              PASSWORD, registry.free_port())})
    assert "through the proxy: Failed to connect to 127.0.0.1 port" in text
    assert "try: look at HTTPS_PROXY, HTTP_PROXY and NO_PROXY" in text and PASSWORD not in text


@pytest.mark.parametrize("proxy", ["http://me:%s@[bad", "ftp://me:%s@proxy.example.com:1",
                                   "http://me:%s@proxy.example.com:999999", "http://me:a#%s@b:1",
                                   "http://me:%s @proxy.example.com:1"])
def test_proxy_that_is_none(flinkpack, proxy):
    text = flinkpack.fail(programs.NETWORK, "pull", "zot.example.com/team/orders:1", "-v",
                          env={"HTTPS_PROXY": proxy % PASSWORD})
    assert "the proxy is none that can be used" in text and PASSWORD not in text
    assert "try: look at HTTPS_PROXY, HTTP_PROXY and NO_PROXY" in text


def test_addresses_are_checked_although_there_is_a_proxy(flinkpack, log_in, tmp_path):
    """For what goes past the proxy, and for literal addresses that go through it."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect(("192.0.2.1", 9))
        except OSError:
            pytest.skip("this machine has no address but loopback")
        address = probe.getsockname()[0]
    name = internet.loopback_name()
    with internet.Local(address="127.0.0.2") as foreign:
        realms = ["http://%s/token" % foreign.host, "http://169.254.169.254/token"]
        if name is not None:
            realms.append("http://%s:%d/token" % (name, foreign.port))
        for realm in realms:
            def handle(request):
                return vendors.error(401, "UNAUTHORIZED", "", {
                    "WWW-Authenticate": 'Bearer realm="%s"' % realm})

            with internet.Local(handle, address) as server, \
                    internet.Internet(tmp_path / "net", {}) as net:
                log_in(server.host, USER, PASSWORD)
                text = flinkpack.fail(
                    programs.INPUT, "pull", server.host + "/team/orders:1", "--insecure-registry",
                    server.host, env={"HTTP_PROXY": net.url, "NO_PROXY": "%s,%s" % (
                        address, name)})
                assert "loopback or link-local address; refused" in text
                assert net.requests == [] and foreign.requests == []


# Mirrors.


@pytest.fixture
def hub(tmp_path):
    """Docker Hub, two mirrors of it, and the net between."""
    model, first, second = vendors.DockerHub(USERS), vendors.Model("mirror.example.com"), \
        vendors.Model("second.example.com")
    hosts = {**model.hosts(), **first.hosts(), **second.hosts()}
    with internet.Internet(tmp_path / "net", hosts) as net:
        model.first, model.second, model.net = first, second, net
        yield model


def test_mirror_option(flinkpack, hub):
    image = images.base()
    flinkpack.env.update(hub.net.environment())
    hub.first.add(image, "hub/library/flink", "1")
    digest = pull(flinkpack, "docker.io/flink:1", "--mirror", "docker.io=mirror.example.com/hub")
    assert digest == images.sha256(image.manifest)
    assert hub.requests == [] and hub.first.saw("GET", "/v2/hub/library/flink/blobs/")
    # As containerd asks: one mirror may serve several registries, and tells them by that.
    assert {each.one("ns") for each in hub.first.requests if each.path != "/v2/"} == {"docker.io"}


def test_short_names_that_are_not_stored_are_docker_hubs(flinkpack, hub):
    """As bases and for pull; what is stored under that name goes before."""
    image = images.base()
    flinkpack.env.update(hub.net.environment())
    hub.add(image, "library/flink", "1")
    told = "the local store has no flink:1: Docker Hub's docker.io/library/flink:1 is taken"
    (flinkpack.home / "tool").write_text("tool")
    append = ["append", "--base", "flink:1", "--add", "tool:/tool", "--image-name", "tool:1"]
    assert told in flinkpack.run(*append).err and hub.saw("GET", "/v2/library/flink/blobs/")
    pulled = flinkpack.run("pull", "flink:1")
    assert told in pulled.err and pulled.digest == images.sha256(image.manifest)
    flinkpack.run("tag", "docker.io/library/flink:1", "flink:1")
    count = len(hub.requests)
    assert told not in flinkpack.run(*append).err and len(hub.requests) == count


def test_mirror_that_has_it_not(flinkpack, hub):
    image = images.base()
    flinkpack.env.update(hub.net.environment())
    hub.add(image, "library/flink", "1")
    options = ("--mirror", "docker.io=mirror.example.com", "--mirror",
               "docker.io=second.example.com/x")
    assert pull(flinkpack, "docker.io/flink:1", *options) == images.sha256(image.manifest)
    assert hub.first.requests and hub.second.requests
    # Nobody has it: the answer of the registry itself counts.
    text = flinkpack.fail(programs.NOT_FOUND, "pull", "docker.io/flink:2", *options)
    assert "registry-1.docker.io" in text


def test_mirror_that_breaks_down(flinkpack, hub):
    """It knows the name, and then delivers wrong bytes or nothing."""
    image = images.base()
    flinkpack.env.update(hub.net.environment())
    hub.add(image, "library/flink", "1")
    for broken in (lambda request, repository, digest: Answer(500),
                   lambda request, repository, digest: Answer(200, b"x" * 100)):
        hub.first.add(image, "library/flink", "1")
        hub.first.blob = broken
        program = programs.Program(flinkpack.home / str(id(broken)), flinkpack.binary)
        program.env.update(hub.net.environment(), FLINKPACK_RETRY_DELAY="1ms")
        result = program.run("pull", "docker.io/flink:1", "--mirror",
                             "docker.io=mirror.example.com")
        assert "going on with docker.io/library/flink" in result.err
        assert result.digest == images.sha256(image.manifest)


@contextlib.contextmanager
def hole():
    """A port that answers nobody who connects: its queue is full."""
    with contextlib.ExitStack() as stack:
        listener = stack.enter_context(socket.create_server(("127.0.0.1", 0), backlog=0))
        for _ in range(3):
            caller = stack.enter_context(socket.socket())
            caller.setblocking(False)
            caller.connect_ex(listener.getsockname())
        yield "127.0.0.1:%d" % listener.getsockname()[1]


def test_mirror_that_swallows_packets(flinkpack, hub):
    """It is waited for once, not twice, and not for each of what comes after."""
    image = images.base()
    flinkpack.env.update(hub.net.environment())
    hub.add(image, "library/flink", "1")
    with hole() as host:
        result = flinkpack.run("pull", "docker.io/flink:1", "--mirror", "docker.io=" + host,
                               "--connect-timeout", "1s")
        assert result.digest == images.sha256(image.manifest)
        assert result.err.count("no connection within 1 second; going on with docker.io/") == 1
        # One that nobody stands in for is tried once more.
        text = flinkpack.fail(programs.NETWORK, "pull", host + "/flink:1", "--connect-timeout", "1s",
                              "--retry-delay", "1ms")
        assert "2 attempts: " in text and "no connection within 1 second" in text


@pytest.mark.parametrize("what", ["/manifests/", "/token"])
def test_mirror_that_falls_silent_after_the_ping(flinkpack, hub, what):
    image = images.base()
    flinkpack.env.update(hub.net.environment())
    hub.add(image, "library/flink", "1")
    over = threading.Event()

    def handle(request):
        if what in request.path:
            over.wait(60)
        if what == "/token":
            return vendors.error(401, "UNAUTHORIZED", "", {
                "WWW-Authenticate": 'Bearer realm="/token",service="x"'})
        return Answer(200, "{}")

    with internet.Local(handle) as mirror:
        result = flinkpack.run("pull", "docker.io/flink:1", "--mirror", "docker.io=" + mirror.host,
                               "--connect-timeout", "1s", "--retry-delay", "1ms")
        over.set()
    assert result.digest == images.sha256(image.manifest)
    assert result.err.count("no answer within 2 seconds; going on with docker.io/") == 1
    assert len([each for each in mirror.requests if what in each.path]) == 1


Answer = internet.Answer


def test_registries_conf(flinkpack, hub):
    image = images.base()
    flinkpack.env.update(hub.net.environment())
    folder = flinkpack.home / "home/.config/containers"
    folder.mkdir(parents=True)
    (folder / "registries.conf").write_text("""
        unqualified-search-registries = ["docker.io"]
        [[registry]]
        prefix = "docker.io"
        location = "docker.io"
        [[registry.mirror]]
        location = "mirror.example.com/hub"   # ours
        [[registry]]
        prefix = "docker.io/bad"
        blocked = true
        """)
    hub.first.add(image, "hub/library/flink", "1")
    assert pull(flinkpack, "docker.io/flink:1") == images.sha256(image.manifest)
    text = flinkpack.fail(programs.INPUT, "pull", "docker.io/bad/x:1")
    assert "docker.io/bad/x: registries.conf blocks it" in text
    # Pushing goes where the name says.
    hub.users = None
    images.write_layout(image, flinkpack.home / "image", "v1")
    flinkpack.run("push", "oci:%s:v1" % (flinkpack.home / "image"), "docker.io/bad/x:1")
    assert ("bad/x", "1") in hub.manifests
    (folder / "registries.conf").write_text("[[registry]]\nlocation = 7\n")
    result = flinkpack.try_run("pull", "docker.io/flink:1")
    assert "registries.conf:2: a value that is neither" in result.err


def test_wrong_mirrors(flinkpack):
    text = flinkpack.fail(programs.USAGE, "pull", "docker.io/flink:1", "--mirror",
                          "https://mirror.example.com")
    assert "--mirror: expected PREFIX=PLACE" in text


# Logging in.


def login(flinkpack, host, password, *words):
    done = subprocess.run([flinkpack.binary, "login", host, "-u", USER, "--password-stdin", *words],
                          input=password, text=True, capture_output=True, env=flinkpack.env)
    assert password not in done.stderr and done.stdout == ""
    return done


@pytest.mark.parametrize("by", ["passwords", "tokens"])
def test_login_is_checked(flinkpack, layout, log_in, tmp_path, by):
    config = flinkpack.home / "home/.docker/config.json"
    with registry.TokenServer(tmp_path / "tokens", users=USERS) as tokens:
        how = {"users": USERS} if by == "passwords" else {"tokens": tokens}
        with registry.Registry(tmp_path / "r", **how) as r:
            done = login(flinkpack, r.host, "wrong-password")
            assert done.returncode == programs.AUTH and not config.exists(), done.stderr
            log_in("https://%s/v1/" % r.host, USER, "outdated")
            done = login(flinkpack, r.host, PASSWORD)
            assert done.returncode == 0, done.stderr
            assert list(json.loads(config.read_text())["auths"]) == [r.host]
            flinkpack.run("push", layout, r.host + "/team/orders:1")
            flinkpack.run("logout", r.host)
            flinkpack.fail(programs.AUTH, "push", layout, r.host + "/team/orders:2")


def test_login_where_nobody_is_asked(flinkpack, tmp_path):
    with registry.Registry(tmp_path / "r") as r:
        done = login(flinkpack, r.host, PASSWORD)
        assert done.returncode == 0 and "asks for no credentials" in done.stderr


@pytest.mark.parametrize("mode", ["plain", "json", "none"])
def test_refused_connections_are_told(flinkpack, layout, mode):
    """Each pause is explained, so that nobody takes it for a program that hangs."""
    host = "127.0.0.1:%d" % registry.free_port()
    text = flinkpack.fail(programs.NETWORK, "push", layout, host + "/team/orders:1", "--progress",
                          mode) if mode != "json" else \
        flinkpack.try_run("push", layout, host + "/team/orders:1", "--progress", mode).err
    lines = [line for line in text.splitlines() if "retrying in 0." in line]
    assert len(lines) == (0 if mode == "none" else 2)
    for number, line in enumerate(lines):
        if mode == "json":
            event = json.loads(line)
            assert event["event"] == "info"
            line = event["text"]
        assert line.endswith("(%d of 3): GET http://%s/v2/: cannot connect: Connection refused" %
                             (number + 2, host))
    assert "3 attempts: GET http://%s/v2/: cannot connect" % host in text


def test_login_without_a_registry(flinkpack):
    host = "127.0.0.1:%d" % registry.free_port()
    done = login(flinkpack, host, PASSWORD, "--retry", "0")
    assert done.returncode == programs.NETWORK and "--offline" in done.stderr
    assert login(flinkpack, host, PASSWORD, "--offline").returncode == 0


def test_missing_helper(flinkpack, layout, log_in, tmp_path):
    """Pulls go on without; pushes say what has to be mended."""
    with registry.TokenServer(tmp_path / "tokens", users=USERS) as tokens, \
            registry.Registry(tmp_path / "r", tokens=tokens) as r:
        name = r.host + "/team/orders:1"
        log_in(r.host, USER, PASSWORD)
        pushed = flinkpack.run("push", layout, name)
        config = flinkpack.home / "home/.docker/config.json"
        config.write_text(json.dumps({"credsStore": "surely-missing"}))
        result = flinkpack.run("pull", name)
        assert "going on without" in result.err and result.digest == pushed.digest
        text = flinkpack.fail(programs.AUTH, "push", layout, r.host + "/team/orders:2")
        assert "docker-credential-surely-missing (named in %s)" % config in text
        assert "pushing needs credentials" in text
