"""A chart over the life of its releases: a real helm and an API server of the tests' own."""

import flink_images
import kube_api
import manifests
import pytest
from program import ROOT

REPOSITORY = "registry.example.com/team/orders"
# What 0.1 wrote for REPOSITORY:1.2.
OLD = ROOT / "tests/data/deploy/chart-0.1"
DIGEST = "sha256:" + "1" * 64


class Cluster:
    def __init__(self, server, config, try_helm):
        self.server, self.config, self.try_helm = server, config, try_helm

    def run(self, verb, *words):
        more = ["--disable-openapi-validation"] if verb in ("install", "upgrade") else []
        return self.try_helm("--kubeconfig", self.config, verb, *words, *more)

    def helm(self, *words):
        done = self.run(*words)
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    def upgrade(self, folder, *words, gone=("Job",)):
        """After the steps that the notes tell: what they delete is gone."""
        for key, one in list(self.server.objects.items()):
            if one["kind"] in gone:
                del self.server.objects[key]
        self.helm("upgrade", "orders", folder, *words)
        return self.image()

    def image(self):
        """What both roles run, behind REPOSITORY."""
        [found] = {manifests.container(self.server.all(), component)["image"]
                   for component in ("jobmanager", "taskmanager")}
        return found.removeprefix(REPOSITORY)

    def find(self, kind, name):
        [found] = [one for one in self.server.all()
                   if (one["kind"], one["metadata"]["name"]) == (kind, name)]
        return found


@pytest.fixture
def cluster(tmp_path, try_helm):
    with kube_api.Server() as server:
        yield Cluster(server, server.kubeconfig(tmp_path / "kubeconfig"), try_helm)


def test_volumes_outlive_their_release(cluster, chart):
    folder = chart(flink_images.ours("2.2.1"), "--claim", "state:1Gi:/mnt", "--ha", "--ha-dir",
                   "file:///mnt/ha")
    told = cluster.helm("install", "blue", folder)
    assert "kubectl -n default delete pvc -l app.kubernetes.io/instance=blue" in told
    assert "delete cm -l configmap-type=high-availability,app=blue" in told
    cluster.find("PersistentVolumeClaim", "blue-state")["spec"]["volumeName"] = "pv-1"
    cluster.helm("uninstall", "blue")
    [left] = cluster.server.all()
    assert left["kind"] == "PersistentVolumeClaim" and left["spec"]["volumeName"] == "pv-1"
    cluster.helm("install", "blue", folder)
    assert cluster.find("PersistentVolumeClaim", "blue-state")["metadata"]["uid"] == \
        left["metadata"]["uid"], "the release has its volume again"
    # A chart that is made without the claim does not take it away either.
    cluster.helm("upgrade", "blue", chart(flink_images.ours("2.2.1", "session")))
    assert cluster.server.names("PersistentVolumeClaim") == ["blue-state"]


def test_notes_tell_of_what_stays(cluster, chart):
    told = cluster.helm("install", "blue", chart(flink_images.ours("2.2.1")), "--set",
                        "job.replaceOnUpgrade=true", "--no-hooks")
    assert '"helm uninstall" leaves\n  the Job' in told
    assert "pvc" not in told and "configmap-type" not in told
    cluster.helm("uninstall", "blue")
    assert "leaves" not in cluster.helm("install", "blue", chart(flink_images.ours("2.2.1")))


@pytest.fixture
def newer(chart):
    """A chart for REPOSITORY:1.3."""
    return chart(flink_images.ours("1.20.4"), name=REPOSITORY + ":1.3")


def test_a_digest_belongs_to_what_it_was_read_for(newer, try_helm):
    def image(*values):
        words = [word for value in values for word in ("--set", value)]
        done = try_helm("template", "a", newer, "--kube-version", "1.35.0", *words)
        if done.returncode != 0:
            return done.stderr
        documents = manifests.load(done.stdout)
        used, other = (manifests.container(documents, component)["image"]
                       for component in ("jobmanager", "taskmanager"))
        assert used == other
        return used.removeprefix(REPOSITORY)

    [known] = manifests.load((newer / "values.yaml").read_text())
    assert image() == "@" + known["image"]["digest"]
    assert image("image.tag=1.4") == ":1.4"
    assert image("image.repository=mirror:5000/orders") == "mirror:5000/orders:1.3"
    assert image("image.digest=") == ":1.3"
    assert image("image.digest=" + DIGEST) == "@" + DIGEST
    assert image("image.tag=1.4", "image.digest=" + DIGEST) == "@" + DIGEST
    same = known["image"]["digest"]
    assert image("image.repository=a/b", "image.digestOf=a/b:1.3@" + same) == "a/b@" + same
    assert "image.tag is needed" in image("image.tag=")
    assert "image/digestOf" in image("image.digestOf=1.3")


def test_digests_over_upgrades(cluster, newer):
    """--reuse-values brings the digest of before with it, whoever set that."""
    cluster.helm("install", "orders", OLD)
    installed = cluster.image()
    assert installed.startswith("@sha256:")
    assert cluster.upgrade(newer, "--reuse-values") == ":1.2", "it says no more than the tag"
    assert cluster.upgrade(newer, "--reuse-values", "--set", "image.tag=1.4") == ":1.4"
    assert cluster.upgrade(newer, "--reuse-values", "--set",
                           "image.digest=" + DIGEST) == "@" + DIGEST
    assert cluster.upgrade(newer, "--reuse-values") == "@" + DIGEST
    assert cluster.upgrade(newer, "--reuse-values", "--set", "image.tag=1.5") == ":1.5"
    assert cluster.upgrade(newer, "--reuse-values", gone=("Job", "Deployment")) == ":1.5"
    assert cluster.upgrade(newer, "--reset-values").startswith("@sha256:")
    assert cluster.upgrade(newer, "--reuse-values", "--set", "image.tag=1.6") == ":1.6"
    cluster.server.objects = {key: one for key, one in cluster.server.objects.items()
                              if one["kind"] != "Job"}
    cluster.helm("rollback", "orders", "1")
    assert cluster.image() == installed


@pytest.mark.parametrize("words, image", [
    (["--reuse-values", "--set", "image.tag=1.4"], ":1.4"),
    (["--reuse-values", "--set", "image.digest=" + DIGEST], "@" + DIGEST),
    (["--set", "image.tag=1.4"], ":1.4")])
def test_upgrade_from_the_first_version(cluster, newer, words, image):
    cluster.helm("install", "orders", OLD)
    assert cluster.upgrade(newer, *words) == image


def test_a_digest_that_nobody_can_tell_of(cluster, newer):
    """Neither is taken in silence."""
    cluster.helm("install", "orders", OLD)
    for name in ("Job", "Deployment"):
        cluster.server.objects = {key: one for key, one in cluster.server.objects.items()
                                  if one["kind"] != name}
    refused = cluster.run("upgrade", "orders", newer, "--reuse-values")
    assert refused.returncode != 0 and "--reset-then-reuse-values" in refused.stderr
    assert cluster.server.names("Deployment") == []
    assert cluster.upgrade(newer, "--reuse-values", "--set", "image.digest=") == ":1.2"
