"""What single vendors' registries do differently. Each is a model under its real name, reached
through a proxy with TLS: see internet and vendors."""

import json
import os

import images
import program as programs
import pytest
import vendors
from transfer import pull

USER, PASSWORD = "ci", "s3cret"
USERS = {USER: PASSWORD}


def blobs_of(model, repository):
    return {digest for name, digest in model.blobs if name == repository}


def secrets_sent(net, *hosts):
    """Requests that carried a password to other hosts than these."""
    found = []
    for request in net.requests:
        given = request.headers.get("authorization", "")
        if given.startswith("Basic ") and request.host not in hosts:
            found.append(request)
    return found


def large_layout(folder, megabytes):
    layer = images.layer([images.file("data", os.urandom(megabytes << 20))])
    images.write_layout(images.Image([layer]), folder, "v1")
    return "oci:%s:v1" % folder


def test_docker_hub(flinkpack, layout, log_in, connect):
    hub = vendors.DockerHub(USERS)
    net = connect(hub)
    log_in("https://index.docker.io/v1/", USER, PASSWORD)
    pushed = flinkpack.run("push", layout, "docker.io/team/orders:1")
    assert pulled_anew(flinkpack, "docker.io/team/orders:1") == pushed.digest
    assert hub.token_requests[0].query["scope"] == ["repository:team/orders:pull,push"]
    assert hub.token_requests[0].one("service") == "registry.docker.io"
    assert secrets_sent(net, "auth.docker.io") == []
    assert len(hub.token_requests) == 2  # one for the push, one for the pull


def pulled_anew(flinkpack, name, *options):
    """With a store of its own, so that everything is fetched."""
    program = programs.Program(flinkpack.home / "anew", flinkpack.binary)
    program.env = {**flinkpack.env, "FLINKPACK_STORE": str(flinkpack.home / "anew-store")}
    return pull(program, name, *options)


def test_docker_hub_mounts_with_a_token_for_both(flinkpack, layout, log_in, connect):
    hub = vendors.DockerHub(USERS)
    connect(hub)
    log_in("docker.io", USER, PASSWORD)
    flinkpack.run("push", layout, "docker.io/team/orders:1")
    hub.requests.clear()
    flinkpack.run("push", "docker://docker.io/team/orders:1", "docker.io/team/copy:1")
    assert blobs_of(hub, "team/copy") == blobs_of(hub, "team/orders")
    assert hub.saw("PATCH") == [] and hub.saw("GET", "/blobs/") == []


def test_docker_hub_short_names_and_rate_limit(flinkpack, connect):
    hub = vendors.DockerHub(USERS)
    connect(hub)
    hub.left = 0
    text = flinkpack.fail(programs.NETWORK, "pull", "docker.io/flink:1")
    assert "429" in text and "You have reached your pull rate limit." in text
    assert "100;w=21600" in text and "left: 0;w=21600" in text and "log in" in text
    assert hub.saw("GET", "/v2/library/flink/manifests/1")


def test_github(flinkpack, layout, log_in, connect, tmp_path):
    hub = vendors.GitHub(USERS)
    connect(hub)
    log_in("ghcr.io", USER, PASSWORD)
    pushed = flinkpack.run("push", layout, "ghcr.io/team/orders:1")
    assert pulled_anew(flinkpack, "ghcr.io/team/orders:1") == pushed.digest
    assert not [each for each in hub.saw("PATCH") if "content-range" in each.headers]


def test_github_takes_small_pieces_only(flinkpack, log_in, connect, tmp_path):
    hub = vendors.GitHub(USERS)
    connect(hub)
    log_in("ghcr.io", USER, PASSWORD)
    flinkpack.run("push", large_layout(tmp_path / "large", 9), "ghcr.io/team/orders:1",
                  "--chunk-size", "8M")
    taken = [len(each.body) for each in hub.saw("PATCH") if len(each.body) > 1 << 20]
    assert taken[0] == 8 << 20 and taken[1:3] == [4 << 20, 4 << 20]


def test_gitlab(flinkpack, layout, log_in, connect):
    lab = vendors.GitLab(USERS)
    connect(lab)
    log_in("registry.gitlab.com", USER, PASSWORD)
    pushed = flinkpack.run("push", layout, "registry.gitlab.com/team/orders:1")
    assert pulled_anew(flinkpack, "registry.gitlab.com/team/orders:1") == pushed.digest
    assert len(lab.token_requests) > 2  # they ended on the way
    for request in lab.token_requests:
        assert len(request.query["scope"]) == 1
    assert lab.opened == len(blobs_of(lab, "team/orders"))  # no session was given up


def test_amazon(flinkpack, layout, log_in, connect, tmp_path):
    aws = vendors.Amazon({"AWS": PASSWORD}, ["team/orders"])
    connect(aws)
    log_in(aws.host, "AWS", PASSWORD)
    pushed = flinkpack.run("push", layout, aws.host + "/team/orders:1")
    assert pulled_anew(flinkpack, aws.host + "/team/orders:1") == pushed.digest
    assert not [each for each in aws.saw("PATCH") if "content-range" in each.headers]


def test_amazon_makes_no_repositories(flinkpack, layout, log_in, connect):
    aws = vendors.Amazon({"AWS": PASSWORD})
    connect(aws)
    log_in(aws.host, "AWS", PASSWORD)
    text = flinkpack.fail(programs.NOT_FOUND, "push", layout, aws.host + "/team/orders:1")
    assert "NAME_UNKNOWN: The repository with name 'team/orders' does not exist" in text
    assert "aws ecr create-repository --repository-name team/orders --region eu-west-1" in text


def test_amazon_drops_pieces(flinkpack, log_in, connect, tmp_path):
    """Asked for pieces we notice that they get lost, and send the blob whole."""
    aws = vendors.Amazon({"AWS": PASSWORD}, ["team/orders"])
    connect(aws)
    log_in(aws.host, "AWS", PASSWORD)
    result = flinkpack.run("push", large_layout(tmp_path / "large", 3),
                           aws.host + "/team/orders:1", "--chunk-size", "1M")
    assert "takes no uploads in pieces" in result.err
    assert max(len(data) for data in aws.blobs.values()) > 3 << 20


def test_google(flinkpack, layout, log_in, connect):
    key = json.dumps({"type": "service_account", "private_key": "with: colons\n"})
    cloud = vendors.Google({"_json_key": key})
    net = connect(cloud)
    log_in("europe-docker.pkg.dev", "_json_key", key)
    pushed = flinkpack.run("push", layout, "europe-docker.pkg.dev/project/team/orders:1")
    assert pulled_anew(flinkpack, "europe-docker.pkg.dev/project/team/orders:1") == pushed.digest
    assert secrets_sent(net, "europe-docker.pkg.dev") == []
    assert all(each.path == "/token" for each in net.requests
               if each.headers.get("authorization", "").startswith("Basic"))


@pytest.mark.parametrize("by", ["helper", "file"])
def test_azure(flinkpack, layout, log_in, connect, by):
    cloud = vendors.Azure("the-refresh-token")
    net = connect(cloud)
    if by == "file":
        nobody = "00000000-0000-0000-0000-000000000000"
        log_in(cloud.host, nobody, "", identitytoken="the-refresh-token")
    else:
        helper = flinkpack.home / "bin/docker-credential-acr-env"
        helper.parent.mkdir()
        helper.write_text("#!/bin/sh\ncat >%s\necho '%s'\n" % (
            flinkpack.home / "asked", json.dumps({"ServerURL": cloud.host, "Username": "<token>",
                                                  "Secret": "the-refresh-token"})))
        helper.chmod(0o755)
        flinkpack.env["PATH"] = "%s:%s" % (helper.parent, flinkpack.env["PATH"])
        flinkpack.env["DOCKER_AUTH_CONFIG"] = json.dumps({"credHelpers": {cloud.host: "acr-env"}})
    pushed = flinkpack.run("push", layout, cloud.host + "/team/orders:1")
    assert pulled_anew(flinkpack, cloud.host + "/team/orders:1") == pushed.digest
    for request in net.requests:
        assert "the-refresh-token" not in request.target
        assert "the-refresh-token" not in request.headers.get("authorization", "")
    if by == "helper":
        assert (flinkpack.home / "asked").read_text() == cloud.host


def test_quay(flinkpack, layout, log_in, connect):
    quay = vendors.Quay(USERS)
    connect(quay)
    log_in("quay.io", USER, PASSWORD)
    pushed = flinkpack.run("push", layout, "quay.io/team/orders:1", "quay.io/team/copy:1")
    assert pulled_anew(flinkpack, "quay.io/team/copy:1") == pushed.digest
    assert quay.saw("POST", "mount=") and all(each.one("from") == "team/orders"
                                              for each in quay.saw("POST", "mount="))


def test_harbor(flinkpack, layout, log_in, connect):
    """A mount that is refused becomes an upload; names with a dollar sign are only names."""
    robot = "robot$team+ci"
    harbor = vendors.Harbor({robot: PASSWORD})
    connect(harbor)
    log_in(harbor.host, robot, PASSWORD)
    pushed = flinkpack.run("push", layout, harbor.host + "/team/orders:1",
                           harbor.host + "/other/orders:1")
    assert harbor.saw("POST", "mount=")
    assert blobs_of(harbor, "other/orders") == blobs_of(harbor, "team/orders")
    assert pulled_anew(flinkpack, harbor.host + "/other/orders:1") == pushed.digest
    text = flinkpack.fail(programs.AUTH, "push", layout, harbor.host + "/proxy/orders:1")
    assert "DENIED: can not push artifact to a proxy project: proxy" in text
    assert len(harbor.saw("POST", "/v2/proxy/")) <= len(blobs_of(harbor, "team/orders"))


def test_artifactory(flinkpack, layout, log_in, connect):
    model = vendors.Artifactory(USERS)
    connect(model)
    log_in(model.host, USER, PASSWORD)
    pushed = flinkpack.run("push", layout, model.host + "/docker-local/orders:1")
    assert pulled_anew(flinkpack, model.host + "/docker-local/orders:1") == pushed.digest


def test_nexus(flinkpack, layout, log_in, connect):
    nexus = vendors.Nexus(USERS)
    connect(nexus)
    log_in(nexus.host, USER, PASSWORD)
    pushed = flinkpack.run("push", layout, nexus.host + "/team/orders:1")
    assert pulled_anew(flinkpack, nexus.host + "/team/orders:1") == pushed.digest
    nexus.realm = "null://nexus.example.com/v2/token"
    text = flinkpack.fail(programs.AUTH, "push", layout, nexus.host + "/team/other:1")
    assert 'names "null://nexus.example.com/v2/token" as its token server' in text


@pytest.mark.parametrize("docker", [False, True])
def test_zot(flinkpack, connect, tmp_path, docker):
    zot = vendors.Zot()
    connect(zot)
    images.write_layout(images.base(docker=docker), tmp_path / "image", "v1")
    words = ["push", "oci:%s:v1" % (tmp_path / "image"), zot.host + "/team/orders:1"]
    if docker:
        assert "MANIFEST_INVALID: unsupported media type" in flinkpack.fail(programs.INPUT, *words)
        assert not zot.manifests
    else:
        pushed = flinkpack.run(*words)
        assert pulled_anew(flinkpack, zot.host + "/team/orders:1") == pushed.digest


def test_pulp(flinkpack, layout, connect):
    pulp = vendors.Pulp()
    connect(pulp)
    pushed = flinkpack.run("push", layout, pulp.host + "/team/orders:1")
    assert pulled_anew(flinkpack, pulp.host + "/team/orders:1") == pushed.digest


@pytest.mark.parametrize("how", [403, 404, 500, {"Docker-Content-Digest": ""},
                                 {"Content-Length": "7", "Content-Type": vendors.INDEX}])
def test_head_that_is_refused_or_wrong(flinkpack, layout, connect, how):
    """GET decides: what is there is found, by one more request and not by one for each blob. Only
    where HEAD says that there is nothing is it sent without asking twice, which does no harm."""
    proxy = vendors.HeadRefused(how)
    connect(proxy)
    name = proxy.host + "/team/orders:1"
    pushed = flinkpack.run("push", layout, name)
    assert proxy.manifests[("team/orders", "1")]
    assert proxy.saw("PUT", "/blobs/uploads/")
    assert len(proxy.saw("HEAD")) <= 2 or how != 403
    proxy.requests.clear()
    assert flinkpack.run("push", layout, name).digest == pushed.digest
    assert bool(proxy.saw("PUT", "/blobs/uploads/")) == (how == 404)
    assert {each.headers["range"] for each in proxy.saw("GET", "/blobs/")} <= {"bytes=0-0"}
    proxy.requests.clear()
    assert pulled_anew(flinkpack, name) == pushed.digest
    assert len(proxy.saw("HEAD")) <= 1
    assert pushed.digest in flinkpack.run("inspect", "docker://" + name).out


def test_a_realm_that_is_a_path(flinkpack, layout, log_in, connect):
    model = vendors.Model("registry.example.com", USERS, "registry.example.com")
    model.realm = "/token"
    net = connect(model)
    log_in(model.host, USER, PASSWORD)
    pushed = flinkpack.run("push", layout, model.host + "/team/orders:1")
    assert pulled_anew(flinkpack, model.host + "/team/orders:1") == pushed.digest
    assert model.token_requests and secrets_sent(net, model.host) == []


@pytest.mark.parametrize("known", [False, True])
def test_a_registry_that_leads_to_another(flinkpack, layout, log_in, connect, known):
    """That one has tokens for everybody, or for whom it knows by credentials of its own."""
    back = vendors.Model("back.example.com", {"you": "other"}, "auth.back.example.com")
    front = vendors.Front(back, USERS)
    image = images.base()
    back.add(image, "team/orders", "1")
    net = connect(front, back)
    log_in(front.host, USER, PASSWORD)
    if known:
        back.rights = lambda scopes, user: vendors.Model.rights(back, scopes, user) if user else set()
        config = flinkpack.home / "home/.docker/config.json"
        kept = json.loads(config.read_text())
        kept["auths"][back.host] = {"auth": "eW91Om90aGVy"}
        config.write_text(json.dumps(kept))
    digest = pulled_anew(flinkpack, front.host + "/team/orders:1")
    assert digest == images.sha256(image.manifest)
    assert len(back.token_requests) == 1
    sent = {(each.host, each.headers["authorization"]) for each in secrets_sent(net, front.host)}
    assert sent == ({("auth.back.example.com", "Basic eW91Om90aGVy")} if known else set())
