"""Pushed means served: what a push ends with when the registry holds on to a tag, has lost something,
or does not give back what it took."""

import images
import program as programs
import pytest
import registry
import vendors
from transfer import pull

USERS = {"ci": "s3cret"}


def other_layout(folder, name="other"):
    layer = images.layer([images.file(name, name)])
    images.write_layout(images.Image([layer]), folder, "v1")
    return "oci:%s:v1" % folder


def azure():
    return vendors.Azure("the-refresh-token")


def amazon():
    return vendors.Amazon({"AWS": "s3cret", **USERS}, ["team/orders"])


VENDORS = {"azure": azure, "amazon": amazon, **{
    model.__name__.lower(): lambda model=model: model(USERS) for model in (
        vendors.DockerHub, vendors.Artifactory, vendors.Nexus, vendors.Harbor, vendors.Quay)}}


def put_tags(model):
    return [each.target.rpartition("/")[2] for each in model.saw("PUT", "/manifests/")
            if "sha256:" not in each.target]


@pytest.mark.parametrize("kind", VENDORS)
def test_tags_that_are_held(flinkpack, layout, connect, log_in, tmp_path, kind):
    vendor = VENDORS[kind]()
    connect(vendor)
    host = "docker.io" if "docker.io" in vendor.host else vendor.host
    if kind == "azure":
        log_in(host, "00000000-0000-0000-0000-000000000000", "", identitytoken=vendor.refresh)
    else:
        log_in(host, "ci", "s3cret")
    name, other = host + "/team/orders:", other_layout(tmp_path / "other")
    put_manifest = vendor.put_manifest
    digest = flinkpack.run("push", layout, name + "1.0").digest

    def hold_versions(request, repository, tag):
        vendor.holds_tags = tag == "1.0"
        return put_manifest(request, repository, tag)

    # A job that runs again: its version is there, and may not be put even so; latest moves.
    for order in ("1.0", "latest"), ("latest", "1.0"):
        flinkpack.run("push", other, name + "latest")
        vendor.put_manifest = hold_versions
        vendor.requests.clear()
        assert flinkpack.run("push", layout, *(name + tag for tag in order)).digest == digest
        assert put_tags(vendor) == ["latest"]
        assert vendor.manifests[("team/orders", "latest")][1] == \
            vendor.manifests[("team/orders", "1.0")][1]
        vendor.holds_tags, vendor.put_manifest = False, put_manifest
    # Behind a new tag nothing is asked for: the refusal is looked into.
    vendor.put_manifest = hold_versions
    assert flinkpack.run("push", layout, name + "new", name + "1.0").digest == digest
    # Another image.
    text = flinkpack.fail(programs.CONFLICT, "push", other, name + "1.0")
    assert "names %s and may not be moved to sha256:" % digest in text
    assert "choose another tag" in text
    # All blobs are there, the tag too, and the manifest is refused as every one would be.
    vendor.put_manifest = lambda *words: vendors.error(
        403, "DENIED", "requested access to the resource is denied")
    text = flinkpack.fail(programs.AUTH, "push", other, name + "1.0")
    assert "403 DENIED: requested access to the resource is denied" in text


class Forgetful(vendors.Model):
    """HEAD goes on about blobs that are gone; `lost` are lost once more as they are committed."""

    def __init__(self):
        super().__init__("forgetful.example.com")
        self.remembered, self.lost, self.words = set(), set(), None

    def blob(self, request, repository, digest):
        if request.method == "HEAD" and digest in self.remembered:
            return vendors.Answer(200, "")
        return super().blob(request, repository, digest)

    def mount(self, request, repository, digest, source):
        if digest in self.remembered:
            return vendors.Answer(201)
        return super().mount(request, repository, digest, source)

    def put(self, request, repository, session):
        answer = super().put(request, repository, session)
        digest = request.one("digest")
        if digest in self.lost:
            self.lost.remove(digest)
            del self.blobs[(repository, digest)]
        return answer

    def put_manifest(self, request, repository, name):
        answer = super().put_manifest(request, repository, name)
        return self.words if self.words and answer.status == 400 else answer


@pytest.fixture
def forgetful(connect):
    model = Forgetful()
    connect(model)
    return model


def layers_of(model, repository):
    return sorted(digest for name, digest in model.blobs if name == repository)


def test_blobs_that_are_only_remembered_are_sent_again(flinkpack, heavy, forgetful):
    for number, words in enumerate([None, vendors.error(404, "BLOB_UNKNOWN", "unknown blob"),
                                    vendors.Answer(400, "unknown blob: try again")]):
        repository = "team/orders-%d" % number
        name = "%s/%s:1" % (forgetful.host, repository)
        digest = flinkpack.run("push", heavy, name).digest
        gone, *rest = sorted(layers_of(forgetful, repository),
                             key=lambda each: -len(forgetful.blobs[(repository, each)]))
        forgetful.words, forgetful.remembered = words, {gone, *rest}
        forgetful.manifests.clear()
        del forgetful.blobs[(repository, gone)]
        forgetful.requests.clear()
        result = flinkpack.run("push", heavy, name)
        assert result.digest == digest and "sending again what it said it had" in result.err
        assert (repository, gone) in forgetful.blobs
        assert len(forgetful.saw("PUT", "/manifests/")) == 2
        # The configuration is small, and is sent without being asked for.
        assert len(forgetful.saw("POST")) == 1 + (1 if words is None else 3)
        forgetful.words, forgetful.remembered = None, set()


def test_a_blob_that_is_lost_between_upload_and_manifest(flinkpack, layout, forgetful):
    """Out of a layout, and out of another repository, from which it could be mounted."""
    name = forgetful.host + "/team/orders:1"
    digest = flinkpack.run("push", layout, name).digest
    forgetful.lost = set(layers_of(forgetful, "team/orders"))
    assert flinkpack.run("push", layout, forgetful.host + "/team/again:1").digest == digest
    assert forgetful.lost == set()
    assert layers_of(forgetful, "team/again") == layers_of(forgetful, "team/orders")
    forgetful.remembered = set(layers_of(forgetful, "team/orders"))
    flinkpack.run("push", "docker://" + name, forgetful.host + "/team/copy:1")
    assert layers_of(forgetful, "team/copy") == layers_of(forgetful, "team/orders")


def test_a_registry_that_never_finds_its_blobs(flinkpack, layout, forgetful):
    name = forgetful.host + "/team/orders:1"
    forgetful.put_manifest = lambda *words: vendors.error(400, "MANIFEST_BLOB_UNKNOWN")
    assert "MANIFEST_BLOB_UNKNOWN" in flinkpack.fail(programs.INPUT, "push", layout, name)
    assert len(forgetful.saw("PUT", "/manifests/")) == 4
    assert len(forgetful.saw("PUT", "/blobs/uploads/")) == 6  # each blob twice
    # Behind a tag that is right it is no better.
    del forgetful.put_manifest
    flinkpack.run("push", layout, name)
    forgetful.put_manifest = lambda *words: vendors.error(400, "MANIFEST_BLOB_UNKNOWN")
    forgetful.requests.clear()
    assert "MANIFEST_BLOB_UNKNOWN" in flinkpack.fail(programs.INPUT, "push", layout, name)
    assert len(forgetful.saw("PUT", "/manifests/")) == 4 and put_tags(forgetful) == []
    assert len(forgetful.saw("PUT", "/blobs/uploads/")) == 3


def test_what_got_lost_behind_a_tag_is_noticed(flinkpack, connect, tmp_path):
    """A push of what the tag stands for: a blob, or a platform's manifest, is not there any more."""
    index = images.Index([images.base(), images.base(architecture="arm64")])
    images.write_layout(index, tmp_path / "index", "v1")
    source, model = "oci:%s:v1" % (tmp_path / "index"), vendors.Model("r.example.com")
    connect(model)
    name = model.host + "/team/orders:1"
    digest = flinkpack.run("push", source, name).digest
    whole, manifests = dict(model.blobs), dict(model.manifests)
    del model.blobs[("team/orders", layers_of(model, "team/orders")[0])]
    del model.manifests[("team/orders", images.sha256(index.images[1].manifest))]
    model.requests.clear()
    assert flinkpack.run("push", source, name).digest == digest
    assert model.blobs == whole and model.manifests == manifests
    assert put_tags(model) == []
    model.requests.clear()
    flinkpack.run("push", source, name)
    assert [each.method for each in model.requests] == ["HEAD", "HEAD", "PUT", "PUT"]
    assert [each.target.rpartition("/")[2] for each in model.saw("PUT")] == [
        images.sha256(each.manifest) for each in index.images]


def test_what_only_a_cache_has_behind_a_tag_is_noticed(flinkpack, layout, forgetful):
    """HEAD says that all is there; the manifest, which is put by digest only, is refused."""
    name = forgetful.host + "/team/orders:"
    digest = flinkpack.run("push", layout, name + "1", name + "2").digest
    whole = dict(forgetful.blobs)
    forgetful.remembered = set(layers_of(forgetful, "team/orders"))
    del forgetful.blobs[("team/orders", max(forgetful.remembered))]
    forgetful.requests.clear()
    assert flinkpack.run("push", layout, name + "1", name + "2").digest == digest
    assert forgetful.blobs == whole and put_tags(forgetful) == []
    assert len(forgetful.saw("POST")) == 1
    # All of them: the second refusal names another one, and nothing is sent twice.
    forgetful.blobs.clear()
    forgetful.requests.clear()
    assert flinkpack.run("push", layout, name + "1", name + "2").digest == digest
    assert forgetful.blobs == whole and len(forgetful.saw("POST")) == len(whole)


def test_artifactory_is_asked_for_each_blob_behind_a_tag(flinkpack, layout, connect, log_in):
    model = vendors.Artifactory(USERS)
    connect(model)
    log_in(model.host, "ci", "s3cret")
    name = model.host + "/team/orders:1"
    flinkpack.run("push", layout, name)
    whole = dict(model.blobs)
    del model.blobs[("team/orders", layers_of(model, "team/orders")[0])]
    model.requests.clear()
    flinkpack.run("push", layout, name)
    assert model.blobs == whole and not model.saw("PUT", "/manifests/")


def test_what_got_lost_behind_a_tag_of_a_real_registry(flinkpack, layout, tmp_path):
    with registry.Registry(tmp_path / "r") as r:
        name = r.host + "/team/orders:1"
        digest = flinkpack.run("push", layout, name).digest
        gone = max((tmp_path / "r").rglob("blobs/sha256/*/*/data"), key=lambda each:
                   each.stat().st_size)
        gone.unlink()
        result = flinkpack.run("push", layout, name)
        assert result.digest == digest and gone.exists()
        assert "sending again what it said it had" in result.err


@pytest.mark.parametrize("status", [403, 405, 501, 500])
def test_a_registry_that_does_not_tell_of_its_blobs(flinkpack, layout, connect, status):
    """Behind a tag that is right nothing is sent again for that, nor asked for twice; and where it
    may not be put a second time under its digest, that is no failure."""
    model = vendors.Model("r.example.com")
    connect(model)
    name = model.host + "/team/orders:1"
    digest = flinkpack.run("push", layout, name).digest
    blob = model.blob
    model.put_manifest = lambda *words: vendors.error(status, "NO")
    model.blob = lambda request, *words: vendors.error(status, "NO") \
        if request.method == "HEAD" else blob(request, *words)
    model.requests.clear()
    assert flinkpack.run("push", layout, name).digest == digest
    assert not model.saw("POST") and not put_tags(model) and len(model.saw("PUT")) == 1
    assert len(model.saw("HEAD", "/blobs/")) == 3


def test_a_platform_lost_before_its_index(flinkpack, connect, tmp_path):
    index = images.Index([images.base(), images.base(architecture="arm64")])
    images.write_layout(index, tmp_path / "index", "v1")
    model = vendors.Model("r.example.com")
    connect(model)
    kept, lost = model.put_manifest, {images.sha256(index.images[1].manifest)}

    def lose(request, repository, name):
        if name == "1" and lost:
            del model.manifests[(repository, lost.pop())]
            return vendors.error(404, "MANIFEST_UNKNOWN", "manifest unknown")
        return kept(request, repository, name)

    model.put_manifest = lose
    flinkpack.run("push", "oci:%s:v1" % (tmp_path / "index"), model.host + "/team/orders:1")
    assert {("team/orders", images.sha256(each.manifest)) for each in index.images} <= \
        set(model.manifests)


def test_what_is_not_served_is_an_error(flinkpack, layout, connect):
    model = vendors.Model("r.example.com")
    connect(model)
    kept = model.put_manifest

    def swallow(request, repository, name):
        answer = kept(request, repository, name)
        model.manifests.clear()
        return answer

    model.put_manifest = swallow
    text = flinkpack.fail(programs.NOT_FOUND, "push", layout, model.host + "/team/orders:1")
    assert "took the image, but does not serve it" in text and "garbage collection" in text
    assert len(model.saw("GET", "/manifests/")) == 5


def test_what_cannot_be_read_back_is_a_warning(flinkpack, layout, connect):
    model = vendors.Model("r.example.com")
    connect(model)
    manifest = model.manifest
    for status in 401, 403, 429, 500:
        def refuse(request, repository, name):
            return vendors.error(status, "NO") if request.method == "GET" else \
                manifest(request, repository, name)

        model.manifest = refuse
        result = flinkpack.run("push", layout, "%s/team/orders:%d" % (model.host, status))
        assert result.err.count("pushed, could not be read back: %d" % status) == 1


def test_docker_hub_counts_no_pull(flinkpack, layout, log_in, connect):
    hub = vendors.DockerHub(USERS)
    connect(hub)
    log_in("docker.io", "ci", "s3cret")
    flinkpack.run("push", layout, "docker.io/team/orders:1")
    assert hub.saw("GET", "/manifests/") == []
    assert len(hub.saw("HEAD", "/manifests/sha256:")) == 2  # before and after


def test_a_cache_that_outlives_a_garbage_collection(flinkpack, layout, tmp_path):
    """distribution 2.8 takes the image with 201, and serves nothing, until it is restarted."""
    with registry.Registry(tmp_path / "r", cache=True) as r:
        digest = flinkpack.run("push", layout, r.host + "/team/orders:1").digest
        r.collect("team/orders", digest)
        text = flinkpack.fail(programs.NOT_FOUND, "push", layout, r.host + "/team/orders:1")
        assert "the registry has to be restarted" in text
    with registry.Registry(tmp_path / "r", cache=True) as r:
        assert flinkpack.run("push", layout, r.host + "/team/orders:1").digest == digest
        assert pull(flinkpack, r.host + "/team/orders:1") == digest
