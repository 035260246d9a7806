"""nginx in front of a real registry, with what proxies do to uploads and downloads."""

import os
import re
import time

import images
import program as programs
import pytest
import registry
from transfer import pull, skopeo_digest

@pytest.fixture(autouse=True)
def need_nginx():
    programs.need("nginx")


@pytest.fixture
def behind(tmp_path):
    """A registry, and nginx with these lines in front of it."""
    opened = []

    def start(server, http="", backend=None):
        if backend is None:
            backend = registry.Registry(tmp_path / "r")
            opened.append(backend)
        lines = server.replace("@backend", "http://127.0.0.1:%d" % backend.port)
        front = registry.Nginx(tmp_path / ("nginx-%d" % len(opened)), lines,
                               http.replace("@backend", "http://127.0.0.1:%d" % backend.port))
        opened.append(front)
        return front, backend

    yield start
    for each in reversed(opened):
        each.stop()


PASS = """
    client_max_body_size 0;
    location / { proxy_pass @backend; proxy_set_header Host $http_host;
                 proxy_request_buffering off; %s }
"""


def log_of(front, words="", least=0):
    """What nginx has logged. It writes of an answer when that is out, so what is due is waited for."""
    until = time.monotonic() + 60
    while True:
        log = (front.folder / "access.log").read_text()
        if log.count(words) >= least or time.monotonic() > until:
            return log
        time.sleep(0.05)


@pytest.fixture
def large(tmp_path):
    """An image with a layer that does not compress."""
    layer = images.layer([images.file("data", os.urandom(3 << 20))])
    images.write_layout(images.Image([layer]), tmp_path / "large", "v1")
    return "oci:%s:v1" % (tmp_path / "large")


def check(flinkpack, source, host, *options):
    """Push, let skopeo look at it, pull."""
    pushed = flinkpack.run("push", source, host + "/team/orders:1", *options)
    assert skopeo_digest(host + "/team/orders:1") == pushed.digest
    assert pull(flinkpack, host + "/team/orders:1") == pushed.digest
    return pushed


def test_plain(flinkpack, large, behind):
    front, _ = behind(PASS % "")
    check(flinkpack, large, front.host)


def test_limited_requests(flinkpack, large, behind):
    """413: whole blobs become pieces, small enough."""
    front, _ = behind((PASS % "").replace("client_max_body_size 0", "client_max_body_size 1m"))
    check(flinkpack, large, front.host)
    log = log_of(front)
    assert " 413 " in log and log.count("PATCH") >= 4


def test_too_small_a_limit(flinkpack, large, behind):
    front, _ = behind((PASS % "").replace("client_max_body_size 0", "client_max_body_size 10k"))
    text = flinkpack.fail(programs.INPUT, "push", large, front.host + "/team/orders:1")
    assert "413" in text and "client_max_body_size" in text


def test_asked_for_pieces(flinkpack, large, behind):
    front, _ = behind(PASS % "")
    check(flinkpack, large, front.host, "--chunk-size", "1M")
    assert log_of(front).count("PATCH") >= 4


def test_store_elsewhere_that_takes_no_credentials(flinkpack, layout, log_in, tmp_path, behind):
    """Blobs are redirected to a second port, as to S3, where Authorization is an error."""
    with registry.Registry(tmp_path / "r", users={"ci": "secret"}) as backend:
        store, _ = behind("""
            location / {
                if ($http_authorization) { return 400; }
                proxy_pass @backend;
                proxy_set_header Authorization "Basic Y2k6c2VjcmV0";
            }""", backend=backend)
        front, _ = behind("""
            client_max_body_size 0;
            location ~ ^/v2/.*/blobs/sha256: {
                if ($request_method = GET) { return 307 http://%s$request_uri; }
                proxy_pass @backend; proxy_set_header Host $http_host;
            }
            location / { proxy_pass @backend; proxy_set_header Host $http_host; }
            """ % store.host, backend=backend)
        log_in(front.host, "ci", "secret")
        pushed = flinkpack.run("push", layout, front.host + "/team/orders:1")
        assert pull(flinkpack, front.host + "/team/orders:1") == pushed.digest
        fetched = "GET /v2/team/orders/blobs/"
        assert log_of(store, fetched, 2).count(fetched) >= 2
        assert " 400 " not in log_of(store)


def test_slow(flinkpack, layout, behind):
    """Slow is not stalled."""
    front, _ = behind(PASS % "limit_rate 40k;")
    check(flinkpack, layout, front.host, "--stall-timeout", "2s")


@pytest.mark.parametrize("rate", (15, 5))
def test_rate_limit(flinkpack, tmp_path, behind, rate):
    """Uploads side by side are more than the registry takes; they have to find its pace together."""
    layers = [images.layer([images.file("file-%d" % n, str(n))]) for n in range(8)]
    images.write_layout(images.Image(layers), tmp_path / "layout", "v1")
    front, _ = behind(PASS % "limit_req zone=z burst=1 nodelay; limit_req_status 429; "
                             "add_header Retry-After 1 always;",
                      "limit_req_zone $binary_remote_addr zone=z:1m rate=%dr/s;" % rate)
    pushed = flinkpack.run("push", "oci:%s:v1" % (tmp_path / "layout"),
                           front.host + "/team/orders:1")
    assert pushed.digest
    refused = " 429 " in log_of(front)
    # A machine that is busy may be too slow for the higher rate to be exceeded.
    assert refused or rate > 5
    told = re.search(r"retrying in 1\.[0-9] s \(2 of 5\): http://\S+: 429", pushed.err)
    assert told or not refused


def test_no_chunked_encoding(flinkpack, large, behind):
    """411 for bodies without a length: we always know ours."""
    front, _ = behind("""
        if ($http_transfer_encoding) { return 411; }
        """ + PASS % "")
    check(flinkpack, large, front.host)
    assert " 411 " not in log_of(front)


def test_locations_without_their_port(flinkpack, layout, behind):
    front, backend = behind("""
        client_max_body_size 0;
        location / { proxy_pass @backend; proxy_set_header Host 127.0.0.1; }""")
    check(flinkpack, layout, front.host)


def test_locations_without_tls(flinkpack, layout, tmp_path, behind):
    """nginx ends TLS and does not say so to the registry behind it."""
    cert, key = registry.Authority(tmp_path / "ca").issue("front")
    with registry.Registry(tmp_path / "r") as backend:
        port = registry.free_port()
        _, _ = behind("""
            location / { return 404; }
            } server { listen 127.0.0.1:%d ssl;
            ssl_certificate %s; ssl_certificate_key %s; client_max_body_size 0;
            location / { proxy_pass @backend; proxy_set_header Host $http_host;
                         proxy_set_header X-Forwarded-Proto http; }
            """ % (port, cert, key), backend=backend)
        name = "localhost:%d/team/orders:1" % port
        options = ("--ca-file", tmp_path / "ca/ca.crt")
        pushed = flinkpack.run("push", layout, name, *options)
        assert pull(flinkpack, name, *options) == pushed.digest


def test_location_that_gained_tls(flinkpack, layout, behind):
    """The registry believes that its users come by TLS, and they do not."""
    front, _ = behind(PASS % "proxy_set_header X-Forwarded-Proto https;")
    check(flinkpack, layout, front.host)


def test_connections_that_end_soon(flinkpack, large, behind):
    """Over HTTP/2 this is GOAWAY; we speak HTTP/1.1, where connections end after two requests."""
    front, _ = behind("keepalive_requests 2;" + PASS % "", "keepalive_timeout 1s;")
    check(flinkpack, large, front.host)


def test_http2_with_goaway(flinkpack, layout, tmp_path, behind):
    cert, key = registry.Authority(tmp_path / "ca").issue("front")
    port = registry.free_port()
    front, _ = behind("""
        location / { return 404; }
        } server { listen 127.0.0.1:%d ssl http2;
        ssl_certificate %s; ssl_certificate_key %s; keepalive_requests 2;
        """ % (port, cert, key) + PASS % "proxy_set_header X-Forwarded-Proto https;")
    name = "localhost:%d/team/orders:1" % port
    options = ("--ca-file", tmp_path / "ca/ca.crt")
    pushed = flinkpack.run("push", layout, name, *options)
    assert pull(flinkpack, name, *options) == pushed.digest


def test_redirect_to_tls(flinkpack, layout, tmp_path, behind):
    """--insecure-registry allows plain HTTP; a server that redirects to TLS gets TLS, bodies and
    all."""
    cert, key = registry.Authority(tmp_path / "ca").issue("front")
    port = registry.free_port()
    behind("""
        location / { return 404; }
        } server { listen 127.0.0.1:%d ssl; error_page 497 =308 https://$http_host$request_uri;
        ssl_certificate %s; ssl_certificate_key %s;
        """ % (port, cert, key) + PASS % "proxy_set_header X-Forwarded-Proto https;")
    name = "localhost:%d/team/orders:1" % port
    options = ("--ca-file", tmp_path / "ca/ca.crt")
    pushed = flinkpack.run("push", layout, name, *options)
    assert pull(flinkpack, name, *options) == pushed.digest


def test_broken_gateway(flinkpack, layout, behind):
    """Nobody behind nginx: 502 as an HTML page, tried again, then told in one line."""
    port = registry.free_port()
    front = registry.Nginx(flinkpack.home / "alone", PASS.replace(
        "@backend", "http://127.0.0.1:%d" % port) % "")
    with front:
        text = flinkpack.fail(programs.NETWORK, "push", layout, front.host + "/team/orders:1")
    assert "502" in text and "<" not in text and "Bad Gateway" in text
    assert log_of(front).count("GET /v2/") == 5


def test_no_head_and_a_realm_that_is_a_path(flinkpack, layout, log_in, behind, tmp_path):
    """The first HEADs show it, of which a push sends two at once; all else is asked for by GET, and
    tokens are had where the registry is."""
    with registry.TokenServer(tmp_path / "tokens", users={"ci": "s3cret"}) as tokens:
        tokens.realm = "/token"
        with registry.Registry(tmp_path / "guarded", tokens=tokens) as guarded:
            front, _ = behind("location /token { proxy_pass http://%s; }" % tokens.host +
                              PASS % "if ($request_method = HEAD) { return 403; }", backend=guarded)
            log_in(front.host, "ci", "s3cret")
            pushed = flinkpack.run("push", layout, front.host + "/team/orders:1")
            flinkpack.run("push", layout, front.host + "/team/orders:1")
            assert pull(flinkpack, front.host + "/team/orders:1") == pushed.digest
            log = log_of(front)
            assert log.count('"HEAD ') <= 6 and log.count('/blobs/uploads/') == 6
