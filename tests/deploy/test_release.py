"""A chart over the life of its releases: a real helm and an API server of the tests' own."""

import copy
import shlex
import subprocess

import downloads
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
        self.delete(*gone)
        self.helm("upgrade", "orders", folder, *words)
        return self.image()

    def delete(self, *kinds):
        for key, one in list(self.server.objects.items()):
            if one["kind"] in kinds:
                del self.server.objects[key]

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


def meets(taskmanager, documents):
    """Whether TaskManagers of this Deployment reach the JobManager that is there now."""
    own = taskmanager["spec"]["template"]
    [address] = [line.split(": ")[1] for line in own["settings"].splitlines()
                 if line.startswith("jobmanager.rpc.address: ")]
    jobmanager = manifests.workload(documents, "jobmanager")["spec"]["template"]["metadata"]["labels"]
    return any(service["metadata"]["name"] == address and
               service["spec"]["selector"].items() <= jobmanager.items() and
               6123 in [port["port"] for port in service["spec"]["ports"]]
               for service in documents if service["kind"] == "Service")


def test_versions_do_not_meet(cluster, chart):
    """TaskManagers of each version reach a JobManager of theirs, and no other; one name of the ui,
    and one selector of each Deployment, stay as they were in the first version."""
    def running():
        """The TaskManagers, with the settings that they were started with."""
        documents = cluster.server.all()
        found = copy.deepcopy(manifests.workload(documents, "taskmanager"))
        found["spec"]["template"]["settings"] = manifests.named(
            documents, "ConfigMap")["data"]["FLINK_PROPERTIES"]
        return found

    cluster.helm("install", "orders", OLD)
    selectors = [cluster.find("Service", "orders-jobmanager")["spec"]["selector"],
                 cluster.find("Deployment", "orders-taskmanager")["spec"]["selector"]]
    versions = [running()]
    folder = chart(flink_images.ours("1.20.4"), "--ingress", "flink.example.com")
    for words in (["upgrade", "orders", folder], ["upgrade", "orders", folder, "--set", "image.tag=1.4"],
                  ["upgrade", "orders", folder, "--set", "configuration.a=b"],
                  ["rollback", "orders", "2"], ["rollback", "orders", "1"]):
        cluster.delete("Job")
        cluster.helm(*words)
        documents = cluster.server.all()
        assert selectors == [cluster.find("Service", "orders-jobmanager")["spec"]["selector"],
                             cluster.find("Deployment", "orders-taskmanager")["spec"]["selector"]]
        now = running()
        assert meets(now, documents)
        others = [one for one in versions if one["spec"]["template"] != now["spec"]["template"]]
        assert others and not any(meets(one, documents) for one in others)
        versions.append(now)


def test_a_job_that_is_in_the_way(cluster, chart):
    """It is told of before anything else has changed."""
    folder = chart(flink_images.ours("1.20.4"))
    cluster.helm("install", "orders", OLD)
    before = copy.deepcopy(cluster.server.all())
    told = "kubectl -n default delete job/orders-jobmanager --cascade=foreground"
    assert told in cluster.run("upgrade", "orders", folder).stderr
    # TaskManagers find whatever JobManager leads, so that those of before must be gone.
    ha = ["--set", "configuration.high-availability=zookeeper"]
    assert ("delete job/orders-jobmanager deploy/orders-taskmanager --cascade=foreground" in
            cluster.run("upgrade", "orders", folder, *ha).stderr)
    assert cluster.server.all() == before
    cluster.upgrade(folder)
    before = copy.deepcopy(cluster.server.all())
    assert told in cluster.run("upgrade", "orders", folder, "--set", "image.tag=1.4").stderr
    assert cluster.server.all() == before
    cluster.helm("upgrade", "orders", folder, "--set", "taskmanager.replicas=5")
    assert cluster.find("Deployment", "orders-taskmanager")["spec"]["replicas"] == 5


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


def test_services_of_versions_before_can_be_told(cluster, orders, tmp_path):
    """By the printed command: kubectl deletes nothing by itself."""
    kubectl = downloads.program("KUBECTL", "kubectl-1.35.2-amd64")

    def run(*words):
        done = subprocess.run([kubectl, "--kubeconfig", cluster.config, "--cache-dir", tmp_path,
                               *words], capture_output=True, text=True)
        assert done.returncode == 0, done.stderr

    for setting in ("a.b=c", "a.b=d", "a.b=e"):
        told = orders.generate("-D", setting, "--output-dir", tmp_path / "out")
        assert "was there before" not in told.err
        run("create", "--validate=false", "-f", tmp_path / "out/orders-rpc-service.yaml")
    run("create", "--validate=false", "-f", tmp_path / "out/orders-jobmanager-service.yaml")
    [line] = [line for line in told.err.splitlines() if "delete svc" in line]
    words = shlex.split(line.partition("    (")[0])
    assert words[0] == "kubectl"
    names = [one["metadata"]["name"] for one in cluster.server.all()]
    assert len(names) == 4
    run(*words[1:], "--wait=false")
    assert [one["metadata"]["name"] for one in cluster.server.all()] == names[2:]


def test_a_job_that_is_a_hook_goes_with_its_release(cluster, chart):
    """Helm leaves hooks alone: another, which is complete at once, takes its place."""
    cluster.helm("install", "blue", chart(flink_images.ours("2.2.1")), "--set",
                 "job.replaceOnUpgrade=true", "--no-hooks")
    key = ("batch/v1", "default", "jobs", "blue-jobmanager")
    cluster.server.put(key, {"apiVersion": "batch/v1", "kind": "Job", "spec": {"template": {}},
                             "metadata": {"name": "blue-jobmanager"}})
    cluster.helm("uninstall", "blue")
    assert cluster.server.all() == []


def test_notes_tell_of_what_stays(cluster, chart):
    assert "leaves" not in cluster.helm("install", "blue", chart(flink_images.ours("2.2.1")))
    cluster.helm("uninstall", "blue")
    told = cluster.helm("install", "blue", chart(flink_images.ours("2.2.1"), "--claim", "a:1Gi:/a"))
    assert '"helm uninstall" leaves\n  the volumes' in told and "configmap-type" not in told


def test_the_printed_upgrade_runs_the_new_image(cluster, newer):
    """Whatever digest was set before, and with the other values that were given."""
    told = cluster.helm("install", "orders", newer, "--set", "image.digest=" + DIGEST, "--set",
                        "taskmanager.replicas=5")
    [line] = [line for line in told.splitlines() if line.startswith("  3. helm")]
    words = shlex.split(line.replace("CHART", str(newer)).replace("TAG", "1.4")
                        .replace("PATH", "s3://b/s"))
    assert words[1:6] == ["helm", "-n", "default", "upgrade", "orders"]
    cluster.delete("Job")
    cluster.helm(*words[4:])
    assert cluster.image() == ":1.4"
    assert cluster.find("Deployment", "orders-taskmanager")["spec"]["replicas"] == 5
    assert "s3://b/s" in manifests.argv(cluster.server.all(), "jobmanager")


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
    cluster.delete("Job")
    cluster.helm("rollback", "orders", "1")
    assert cluster.image() == installed


@pytest.mark.parametrize("words, image", [
    (["--reuse-values", "--set", "image.tag=1.4"], ":1.4"),
    (["--reuse-values", "--set", "image.digest=" + DIGEST], "@" + DIGEST),
    (["--set", "image.tag=1.4"], ":1.4"),
    (["-f", OLD / "values.yaml", "--set", "image.tag=1.4"], ":1.4")])
def test_upgrade_from_the_first_version(cluster, newer, words, image):
    cluster.helm("install", "orders", OLD)
    assert cluster.upgrade(newer, *words) == image


def test_a_digest_that_nobody_can_tell_of(cluster, newer):
    """Neither is taken in silence."""
    cluster.helm("install", "orders", OLD)
    cluster.delete("Job", "Deployment")
    refused = cluster.run("upgrade", "orders", newer, "--reuse-values")
    assert refused.returncode != 0 and "--reset-then-reuse-values" in refused.stderr
    assert cluster.server.names("Deployment") == []
    assert cluster.upgrade(newer, "--reuse-values", "--set", "image.digest=") == ":1.2"
