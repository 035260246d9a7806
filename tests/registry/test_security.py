"""What hostile registries, and hostile hosts that they name, try; a second address records what
reaches it, as the proof that nothing leaks."""

import base64
import json
import socket
import subprocess

import images
import internet
import program as programs
import pytest
import registry
import vendors
from internet import Answer

USER, PASSWORD = "ci", "s3cret-of-the-tests"
USERS = {USER: PASSWORD}
TAG = "1"


@pytest.fixture
def foreign():
    with internet.Local(address="127.0.0.2") as server:
        yield server


@pytest.fixture
def attack(flinkpack, log_in):
    """A registry of this handler (of a Model, if none is given), with our credentials for it."""
    opened = []

    def start(handler, address="127.0.0.1"):
        server = internet.Local(handler, address)
        opened.append(server)
        log_in(server.host, USER, PASSWORD)
        return server

    yield start
    for each in opened:
        each.__exit__()


def network_address():
    """An address of this machine that is not loopback."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect(("192.0.2.1", 9))
        except OSError:
            pytest.skip("this machine has no address but loopback")
        return probe.getsockname()[0]


def no_secret(text):
    for secret in (PASSWORD, base64.b64encode(("%s:%s" % (USER, PASSWORD)).encode()).decode()):
        assert secret not in text


def asks_for_tokens_at(realm):
    def handle(request):
        return vendors.error(401, "UNAUTHORIZED", "", {
            "WWW-Authenticate": 'Bearer realm="%s",service="x"' % realm})
    return handle


def test_plain_http_has_to_be_allowed(flinkpack, layout, tmp_path):
    with registry.Registry(tmp_path / "r", address=network_address()) as r:
        text = flinkpack.fail(programs.NETWORK, "push", layout, r.host + "/team/orders:1")
        assert "GET https://%s/v2/: the server does not speak TLS" % r.host in text
        option = "--insecure-registry " + r.host
        assert "if that is right: %s\n" % option in text and "retrying" not in text
        flinkpack.run("push", layout, r.host + "/team/orders:1", *option.split())


# Token servers.


@pytest.mark.parametrize("realm", [
    "http://127.0.0.2:$PORT/token", "http://[::ffff:127.0.0.2]:$PORT/token",
    "http://$LOCALNAME:$PORT/token", "http://169.254.169.254/latest/meta-data",
    "http://0.0.0.0:$PORT/token", "http://2130706434:$PORT/token", "http://localhost:$PORT/token"])
def test_realm_within_this_machine(flinkpack, attack, foreign, realm):
    """A registry on the network names a token server on loopback, also by a name that only
    resolves to it."""
    realm = realm.replace("$PORT", str(foreign.port))
    if "$LOCALNAME" in realm:
        name = internet.loopback_name()
        if name is None:
            pytest.skip("the name of this machine does not lead to loopback")
        realm = realm.replace("$LOCALNAME", name)
    server = attack(asks_for_tokens_at(realm), network_address())
    text = flinkpack.fail(programs.INPUT, "pull", server.host + "/team/orders:1",
                          "--insecure-registry", server.host)
    assert "loopback or link-local address; refused" in text
    assert foreign.requests == []


@pytest.mark.parametrize("realm", ["file:///etc/passwd", "ftp://127.0.0.2/", "null://x/",
                                   "https:/x", "gopher://x/"])
def test_realms_that_are_none(flinkpack, attack, realm):
    server = attack(asks_for_tokens_at(realm))
    result = flinkpack.try_run("pull", server.host + "/team/orders:1")
    assert result.status in (programs.AUTH, programs.INPUT, programs.USAGE), result.err
    assert "root:" not in result.err
    assert {each.path for each in server.requests} <= {"/v2/", "/v2/team/orders/manifests/1"}


def test_realm_with_user_information(flinkpack, attack, foreign):
    server = attack(asks_for_tokens_at("http://me:pass@%s/token" % foreign.host))
    assert flinkpack.try_run("pull", server.host + "/team/orders:1").status != 0
    assert foreign.requests == []


def test_token_server_that_redirects(flinkpack, attack, foreign):
    def handle(request):
        if request.path == "/token":
            return Answer(307, headers={"Location": "http://%s/token" % foreign.host})
        return asks_for_tokens_at("http://%s/token" % request.headers["host"])(request)

    server = attack(handle)
    flinkpack.fail(programs.AUTH, "pull", server.host + "/team/orders:1")
    assert foreign.requests == []


def test_pinned_token_host(flinkpack, attack, foreign):
    server = attack(asks_for_tokens_at("http://%s/token" % foreign.host))
    text = flinkpack.fail(programs.AUTH, "pull", server.host + "/team/orders:1", "--token-host",
                          "auth.example.com")
    assert "none of those that --token-host allows" in text
    assert foreign.requests == []


def test_token_with_a_line_break(flinkpack, attack):
    def handle(request):
        if request.path == "/token":
            return Answer(200, json.dumps({"token": "x\r\nX-Injected: yes"}))
        return asks_for_tokens_at("http://%s/token" % request.headers["host"])(request)

    server = attack(handle)
    flinkpack.fail(programs.AUTH, "pull", server.host + "/team/orders:1")
    assert not [each for each in server.requests if "x-injected" in each.headers]


@pytest.mark.parametrize("realm", ["http://me:pass@auth.example.com/", "http://a\\@b.example/",
                                   "http://b.example:99999/"])
def test_realm_that_cannot_be_used(flinkpack, attack, realm):
    """Not the user's mistake, and it is said whose."""
    server = attack(asks_for_tokens_at(realm))
    text = flinkpack.fail(programs.INPUT, "pull", server.host + "/team/orders:1")
    assert "the token server of " + server.host in text and "which is refused" in text


@pytest.mark.parametrize("command, path", [
    ("pull", "/v2/"), ("pull", "/manifests/"), ("pull", "/blobs/"), ("inspect", "/manifests/"),
    ("push", "/v2/"), ("push", "/manifests/"), ("push", "/blobs/sha256"), ("login", "/v2/")])
def test_challenge_of_somebody_else(flinkpack, heavy, attack, foreign, command, path):
    """Whom the registry redirects to asks for a token from a server of his own: he gets his own, and
    nothing that is kept for the registry."""
    model = vendors.Model("", None)
    model.add(images.base(), "team/orders", TAG)
    foreign.handler = lambda request: Answer(200, json.dumps({"token": "stolen"})) \
        if request.path == "/token" else \
        asks_for_tokens_at("http://%s/token" % foreign.host)(request)

    def handle(request):
        if path in request.path and request.method in ("GET", "HEAD"):
            return Answer(307, headers={"Location": "http://%s%s" % (foreign.host, request.path)})
        return model.handle(request)

    server = attack(handle)
    words = {"push": ["push", heavy], "login": ["login", "-u", USER, "--password-stdin"]}
    name = server.host + {"login": "", "push": "/team/orders:new"}.get(command, "/team/orders:1")
    done = subprocess.run([flinkpack.binary, *words.get(command, [command]), name], text=True,
                          input=PASSWORD, env=flinkpack.env, capture_output=True)
    assert done.returncode in (programs.AUTH, 0 if command in ("push", "login") else None)
    given = {each.headers["authorization"] for each in foreign.secrets()}
    assert given == (set() if command == "login" else {"Bearer stolen"})
    assert not [each for each in foreign.requests if "account" in each.query]


def test_refusal_without_a_challenge(flinkpack, attack):
    """To log in would change nothing."""
    server = attack(lambda request: Answer(401))
    text = flinkpack.fail(programs.AUTH, "pull", server.host + "/team/orders:1")
    assert "does not say how to log in to it, so that no credentials were sent" in text


def test_registry_token_with_a_line_break(flinkpack, attack, log_in):
    server = attack(asks_for_tokens_at("http://127.0.0.1:1/token"))
    log_in(server.host, registrytoken="secret-token\r\nX-Injected: yes")
    text = flinkpack.fail(programs.AUTH, "pull", server.host + "/team/orders:1")
    assert 'config.json: the "registrytoken" in it is none' in text
    assert "secret-token" not in text
    assert not [each for each in server.requests if "x-injected" in each.headers]


# Where blobs and uploads are sent.


@pytest.mark.parametrize("kind", ["manifests", "blobs"])
@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_redirects_carry_no_credentials(flinkpack, attack, foreign, kind, status):
    """To another address, and to another port of the same address."""
    model = vendors.Model("", USERS)
    model.add(images.base(), "team/orders", TAG)
    with internet.Local() as same_address:
        for other in (foreign, same_address):
            def handle(request):
                if "/%s/" % kind in request.path and request.method == "GET":
                    return Answer(status, headers={"Location": "http://%s/stolen" % other.host})
                return model.handle(request)

            server = attack(handle)
            flinkpack.fail(programs.NOT_FOUND, "pull", server.host + "/team/orders:1")
            assert other.requests and other.secrets() == []


@pytest.mark.parametrize("location", ["file:///etc/passwd", "ftp://127.0.0.2/x", "http://a:b@127.0.0.2/",
                                      "http://127.0.0.2:99999/", "ldap://x", "http://", "\\\\x"])
def test_redirects_that_lead_nowhere_good(flinkpack, attack, location):
    model = vendors.Model("", USERS)
    model.add(images.base(), "team/orders", TAG)

    def handle(request):
        if "/blobs/" in request.path:
            return Answer(307, headers={"Location": location})
        return model.handle(request)

    server = attack(handle)
    result = flinkpack.try_run("pull", server.host + "/team/orders:1", "-v")
    assert result.status in (programs.INPUT, programs.USAGE, programs.NETWORK), result.err
    assert "root:" not in result.err


def test_redirects_without_end(flinkpack, attack):
    model = vendors.Model("", USERS)
    model.add(images.base(), "team/orders", TAG)

    def handle(request):
        if "/blobs/" in request.path:
            return Answer(307, headers={"Location": request.path})
        return model.handle(request)

    server = attack(handle)
    text = flinkpack.fail(programs.INPUT, "pull", server.host + "/team/orders:1")
    assert "more than 5 redirects" in text


def test_redirect_from_the_network_to_this_machine(flinkpack, attack, foreign):
    model = vendors.Model("", USERS)
    model.add(images.base(), "team/orders", TAG)

    def handle(request):
        if "/blobs/" in request.path:
            return Answer(307, headers={"Location": "http://%s/inside" % foreign.host})
        return model.handle(request)

    server = attack(handle, network_address())
    text = flinkpack.fail(programs.INPUT, "pull", server.host + "/team/orders:1",
                          "--insecure-registry", server.host)
    assert "loopback or link-local address; refused" in text
    assert foreign.requests == []


@pytest.mark.parametrize("status", [202, 307])
def test_uploads_sent_elsewhere(flinkpack, layout, attack, foreign, status):
    """A Location may be on another host, which gets the bytes but no credentials; a redirected
    POST is not sent there at all."""
    model = vendors.Model("", USERS)

    def handle(request):
        if request.method == "POST":
            return Answer(status, headers={"Location": "http://%s/upload" % foreign.host})
        return model.handle(request)

    server = attack(handle)
    assert flinkpack.try_run("push", layout, server.host + "/team/orders:1").status != 0
    assert foreign.secrets() == []
    assert status == 202 or foreign.requests == []


@pytest.mark.parametrize("place", ["manifests/latest", "blobs/sha256:%064d" % 1])
def test_uploads_sent_to_another_registry(flinkpack, layout, attack, foreign, log_in, place):
    """A Location that is something of another registry's: what is kept for that one goes with no
    request that could change it, nor with one that gives an upload up."""
    model = vendors.Model("", USERS)
    foreign.handler = lambda request: vendors.error(
        401, "UNAUTHORIZED", "", {"WWW-Authenticate": 'Basic realm="foreign"'})

    def handle(request):
        if request.method == "POST":
            return Answer(202, headers={"Location": "http://%s/v2/prod/%s" % (foreign.host, place)})
        return model.handle(request)

    server = attack(handle)
    config = flinkpack.home / "home/.docker/config.json"
    kept = json.loads(config.read_text())
    kept["auths"][foreign.host] = kept["auths"][server.host]
    config.write_text(json.dumps(kept))
    assert flinkpack.try_run("push", layout, server.host + "/team/orders:1").status != 0
    assert {each.method for each in foreign.requests} >= {"PUT", "DELETE"}
    assert foreign.secrets() == []


def test_upload_from_the_network_to_this_machine(flinkpack, layout, attack, foreign):
    model = vendors.Model("", USERS)

    def handle(request):
        if request.method == "POST":
            return Answer(202, headers={"Location": "http://%s/upload" % foreign.host})
        return model.handle(request)

    server = attack(handle, network_address())
    flinkpack.fail(programs.INPUT, "push", layout, server.host + "/team/orders:1",
                   "--insecure-registry", server.host)
    assert foreign.requests == []


# Manifests.


def serve(kind, body):
    def handle(request):
        if request.path == "/v2/":
            return Answer(200)
        if "/manifests/" in request.path:
            return Answer(200, body, {"Content-Type": kind})
        return Answer(404)
    return handle


def manifest(**changes):
    image = images.base()
    document = json.loads(image.manifest)
    document.update(changes)
    return document


def layer(**changes):
    return {"mediaType": images.OCI_LAYER + "+gzip", "digest": "sha256:" + "0" * 64, "size": 10,
            **changes}


HOSTILE = {
    "manifest and index at once": (images.OCI_MANIFEST, manifest(manifests=[])),
    "header and body disagree": (images.OCI_INDEX, manifest()),
    "schema 1": ("application/vnd.docker.distribution.manifest.v1+prettyjws",
                 {"schemaVersion": 1}),
    "not a manifest": ("text/html", "<html>"),
    "digest as path": (images.OCI_MANIFEST, manifest(layers=[
        layer(digest="sha256:../../../../tmp/x")])),
    "digest of another algorithm": (images.OCI_MANIFEST, manifest(layers=[
        layer(digest="md5:0123")])),
    "negative size": (images.OCI_MANIFEST, manifest(layers=[layer(size=-1)])),
    "size beyond all bounds": (images.OCI_MANIFEST, manifest(layers=[layer(size=2 ** 63)])),
    "size as text": (images.OCI_MANIFEST, manifest(layers=[layer(size="10")])),
    "too many layers": (images.OCI_MANIFEST, manifest(layers=[layer()] * 5000)),
    "duplicate keys": (images.OCI_MANIFEST, '{"schemaVersion":2,"mediaType":"%s","config":{},'
                       '"config":{}}' % images.OCI_MANIFEST),
    "nested beyond all bounds": (images.OCI_MANIFEST, "[" * 100000),
    "huge": (images.OCI_MANIFEST, '{"a":"%s"}' % ("x" * (5 << 20))),
    "many tokens": (images.OCI_MANIFEST, "[%s]" % ("{}," * 300000 + "{}")),
    "config of impossible size": (images.OCI_MANIFEST, manifest(config={
        "mediaType": images.OCI_CONFIG, "digest": "sha256:" + "0" * 64, "size": 1 << 40})),
    "not UTF-8": (images.OCI_MANIFEST, b'{"schemaVersion":2,"a":"\xff\xfe"}'),
    "empty": (images.OCI_MANIFEST, b""),
}


@pytest.mark.parametrize("what", HOSTILE)
def test_hostile_manifests(flinkpack, attack, what):
    kind, body = HOSTILE[what]
    if isinstance(body, dict):
        body = json.dumps(body)
    server = attack(serve(kind, body))
    text = flinkpack.fail(programs.INPUT, "pull", server.host + "/team/orders:1")
    assert server.host in text
    assert not [each for each in server.requests if "/blobs/" in each.path]
    assert not [each for each in programs.left_in(flinkpack.store) if "partial" in each]


def test_indexes_within_indexes(flinkpack, attack):
    inner = images.base()
    for _ in range(8):
        inner = images.Index([inner])
    known = {}

    def remember(image):
        known[images.sha256(image.manifest)] = image
        for each in getattr(image, "images", []):
            remember(each)

    images.Index.platform = {"os": "linux", "architecture": "amd64"}
    remember(inner)

    def handle(request):
        name = request.path.rpartition("/")[2]
        image = known.get(name) or (inner if name == TAG else None)
        if image is None or "/manifests/" not in request.path:
            return Answer(200 if request.path == "/v2/" else 404)
        return Answer(200, image.manifest, {"Content-Type": image.descriptor()["mediaType"]})

    server = attack(handle)
    text = flinkpack.fail(programs.INPUT, "pull", server.host + "/team/orders:1")
    assert "nested" in text


def test_manifest_with_another_digest_than_asked_for(flinkpack, attack):
    image, other = images.base(), images.base(java="21.0.1")
    server = attack(serve(images.OCI_MANIFEST, other.manifest))
    text = flinkpack.fail(programs.VERIFY, "pull", "%s/team/orders@%s" % (
        server.host, images.sha256(image.manifest)))
    assert images.sha256(other.manifest) in text


@pytest.mark.parametrize("by", ["registry", "mirror"])
def test_another_digest_in_the_headers(flinkpack, attack, by):
    """A registry, or a mirror of it, answers for a digest with an image that it likes better, and
    says so only in the header of HEAD."""
    image, other = images.base(), images.base(java="21.0.1")
    model = vendors.Model("", USERS)
    model.add(other, "team/orders", TAG)

    def handle(request):
        if request.method == "HEAD" and "/manifests/" in request.path:
            request.path = "/v2/team/orders/manifests/" + TAG
        return model.handle(request)

    model.host = "127.0.0.1"
    server = attack(handle)
    model.host = server.host
    host, options = server.host, ()
    if by == "mirror":
        host, options = "registry.example.invalid", (
            "--mirror", "registry.example.invalid=" + server.host, "--retry", "0")
    result = flinkpack.try_run("pull", "%s/team/orders@%s" % (
        host, images.sha256(image.manifest)), *options)
    assert result.status in (programs.NOT_FOUND, programs.VERIFY, programs.NETWORK), result.err
    assert not result.out
    assert not [each for each in server.requests if "/blobs/" in each.path]


@pytest.mark.parametrize("name, digest", [
    ("$HOST/team/base:1", "sha256:x\x1b]0;owned\x07"),
    ("$HOST/team/base:1", "sha256:" + "0" * 64 + " is\ncurrent base@sha256:" + "1" * 64),
    ("oci-archive:/etc/passwd", "sha256:" + "0" * 64), ("rootfs:/etc/passwd", "sha256:" + "0" * 64),
    ("oci:/", "sha256:" + "0" * 64), ("base:1", "sha256:" + "0" * 64)])
def test_image_that_says_too_much_of_its_base(flinkpack, attack, name, digest):
    """Annotations are what an image says of itself: no other lines, no files of ours."""
    model = vendors.Model("127.0.0.1", USERS)
    server = attack(model.handle)
    model.host = server.host
    image = images.Image(images.base_layers(), annotations={
        "org.opencontainers.image.base.name": name.replace("$HOST", server.host),
        "org.opencontainers.image.base.digest": digest})
    model.add(images.base(), "team/base", TAG)
    model.add(image, "team/orders", TAG)
    text = flinkpack.fail(programs.INPUT, "base", "check", server.host + "/team/orders:1")
    assert "org.opencontainers.image.base." in text and "/etc/passwd: " not in text


def test_foreign_layers_are_not_fetched(flinkpack, attack, foreign):
    """CVE-2020-15157: urls in a layer's descriptor."""
    image = images.base()
    document = json.loads(image.manifest)
    for each in document["layers"]:
        each["urls"] = ["http://%s/layer" % foreign.host]
        each["mediaType"] = "application/vnd.oci.image.layer.nondistributable.v1.tar+gzip"
    model = vendors.Model("", USERS)
    body = json.dumps(document).encode()
    for name in (TAG, images.sha256(body)):
        model.manifests[("team/orders", name)] = (images.OCI_MANIFEST, body)
    model.blobs[("team/orders", images.sha256(image.config))] = image.config
    server = attack(model.handle)
    result = flinkpack.try_run("pull", server.host + "/team/orders:1")
    assert result.status in (programs.INPUT, programs.NOT_FOUND), result.err
    assert foreign.requests == []


# Blobs.


@pytest.mark.parametrize("how, status", [
    ("short", programs.VERIFY), ("long", programs.VERIFY), ("flipped", programs.VERIFY),
    ("encoded", programs.VERIFY), ("endless", programs.INPUT)])
def test_blobs_that_are_not_what_they_should_be(flinkpack, attack, how, status):
    model = vendors.Model("", USERS)
    model.add(images.base(), "team/orders", TAG)

    def handle(request):
        answer = model.handle(request)
        if "/blobs/" not in request.path or answer.status != 200:
            return answer
        data = answer.body
        return {"short": Answer(200, data[:-1]), "long": Answer(200, data + b"x"),
                "flipped": Answer(200, data[:-1] + b"\x00"),
                "encoded": Answer(200, b"x" * len(data), {"Content-Encoding": "gzip"}),
                "endless": Answer(200, data * 3, {"Transfer-Encoding": "identity",
                                                  "Content-Length": str(len(data) * 3)})}[how]

    server = attack(handle)
    result = flinkpack.try_run("pull", server.host + "/team/orders:1")
    assert result.status in (status, programs.VERIFY, programs.INPUT), result.err
    assert result.status != 0
    if how == "encoded":
        assert 'Content-Encoding "gzip"' in result.err
    assert not [each for each in programs.left_in(flinkpack.store) if "partial" in each]


# Words.


EVIL = ("\x1b]0;owned\x07\x1b[2J\x9b31m\x7f\r\n\u202e\x00 over\n::add-mask::x\n##[error]x"
        "##vso[task.setvariable variable=x]y ##teamcity[publish 'x'] section_start:17:x\r\x1b[0K")


@pytest.mark.parametrize("body", [
    json.dumps({"errors": [{"code": EVIL, "message": EVIL, "detail": EVIL}]}), EVIL,
    "<title>%s</title>" % EVIL, "x" * 100000 + EVIL])
def test_words_are_made_harmless(flinkpack, attack, body):
    def handle(request):
        return Answer(403, body.encode(), {"Content-Type": "text/html" if "<t" in body else
                                           "application/json",
                                           "Warning": '299 - "%s"' % EVIL.replace("\r\n", "")
                                           .replace("\x00", "").replace("\u202e", "")
                                           .replace("\n", " ")})
    server = attack(handle)
    result = flinkpack.try_run("pull", server.host + "/team/orders:1", "-v")
    assert result.status == programs.AUTH
    for character in result.err:
        assert character == "\n" or (ord(character) >= 0x20 and not 0x7f <= ord(character) < 0xa0)
    assert not [word for word in ("\u202e", "::add-mask::", "##[", "##vso[", "##teamcity[",
                                  "section_start:17") if word in result.err]
    assert len(result.err) < 20000


@pytest.mark.parametrize("status", [204, 206, 300, 304, 307])
def test_answers_that_are_none(flinkpack, attack, status):
    """No failure that passes: it is not said to be one."""
    def handle(request):
        return Answer(200 if request.path == "/v2/" else status)

    server = attack(handle)
    text = flinkpack.fail(programs.INPUT, "inspect", server.host + "/team/orders:1")
    assert "answered with status %d, which says nothing about it" % status in text


def test_conflict_that_is_none_of_tags(flinkpack, layout, attack):
    model = vendors.Model("", USERS)
    model.put = lambda *_: vendors.error(409, "CONFLICT", "another upload")
    server = attack(model.handle)
    text = flinkpack.fail(programs.INPUT, "push", layout, server.host + "/team/orders:1")
    assert "409 CONFLICT: another upload" in text


def test_thousands_of_headers(flinkpack, attack):
    headers = {"X-%d" % i: "x" * 100 for i in range(5000)}
    server = attack(lambda request: Answer(200, headers=headers))
    text = flinkpack.fail(programs.INPUT, "pull", server.host + "/team/orders:1")
    assert "more headers than the limit" in text


@pytest.mark.parametrize("status", [100, 200])
def test_header_without_end(flinkpack, attack, status):
    server = attack(lambda request: Answer(status, headers={"X": "x" * 400000}))
    text = flinkpack.fail(programs.INPUT, "pull", server.host + "/team/orders:1")
    assert "the answer has more headers than are read" in text
    assert len(server.requests) == 1


@pytest.mark.parametrize("body, words", [
    ('{"details": "incorrect username or password"}', "401 incorrect username or password"),
    ('{"error": "invalid_grant", "error_description": "expired"}', "401 expired"),
    ('{"message": "no"}', "401 no"), ("", "401 unauthorized"),
    ("{}", "401 unauthorized"), ("no JSON", "401 unauthorized")])
def test_words_of_token_servers(flinkpack, attack, body, words):
    def handle(request):
        if request.path == "/token":
            return Answer(401, body)
        return asks_for_tokens_at("http://%s/token" % request.headers["host"])(request)

    server = attack(handle)
    text = flinkpack.fail(programs.AUTH, "pull", server.host + "/team/orders:1")
    assert "no token for repository:team/orders:pull from http://%s/token: %s\n" % (
        server.host, words) in text


def test_secrets_are_in_no_output(flinkpack, layout, attack):
    """Not in -v lines, not in errors, not in what a store is told by a signed URL."""
    model = vendors.Model("", USERS)
    model.location = lambda repository, session: \
        "/v2/%s/blobs/uploads/%s?_state=the-state-secret" % (repository, session)
    server = attack(model.handle)
    said = flinkpack.run("push", layout, server.host + "/team/orders:1", "-v").err
    model.users = {USER: "another"}
    said += flinkpack.fail(programs.AUTH, "push", layout, server.host + "/team/other:1", "-v")
    no_secret(said)
    assert "the-state-secret" not in said
    assert "/v2/team/orders/blobs/uploads/session-0: 201" in said


def test_secrets_that_come_back_are_masked(flinkpack, layout, attack):
    """Pages of proxies and debug output repeat what was sent; token servers say it with tokens."""
    model = vendors.Model("", USERS)
    server = attack(model.handle)
    model.put_manifest = lambda request, *words: Answer(
        400, "you sent %s as %s" % (request.headers["authorization"], PASSWORD),
        {"Content-Type": "text/plain"})
    said = flinkpack.fail(programs.INPUT, "push", layout, server.host + "/team/orders:1", "-v")
    assert "400 you sent Basic *** as ***" in said
    no_secret(said)

    def handle(request):
        if request.path == "/token":
            return Answer(500, json.dumps({"message": "down", "refresh_token": "REFRESH-9876543210",
                                           "token": "TOKEN-0123456789"}))
        return asks_for_tokens_at("http://%s/token" % request.headers["host"])(request)

    server = attack(handle)
    said = flinkpack.fail(programs.NETWORK, "pull", server.host + "/team/orders:1", "-v")
    assert "500 down" in said and "9876543210" not in said and "0123456789" not in said
