"""A chart's ids of a highly available job: made at the installation, and kept by upgrades."""

import hashlib
import re

import flink_images
import manifests
import pytest
from test_release import OLD, cluster  # noqa: F401

HA = ["--ha", "--ha-dir", "s3://b/ha"]


def made_of(cluster_id):
    return hashlib.sha256(cluster_id.encode()).hexdigest()[:32]


def ids(documents):
    """Those of the JobManager; the TaskManagers have the cluster's as well."""
    words, others = (manifests.argv(documents, one) for one in ("jobmanager", "taskmanager"))
    words = words[:words.index("--")] if "--" in words else words
    found = [[word.partition("=")[2] for word in argv if "high-availability.cluster-id=" in word]
             for argv in (words, others)]
    assert found[0] == found[1] and len(found[0]) < 2
    job = words[words.index("--job-id") + 1] if "--job-id" in words else None
    return (found[0] or [None])[0], job


@pytest.fixture
def release(cluster):  # noqa: F811
    def run(verb, folder, *words):
        """The ids that it has afterwards, and what its notes say."""
        cluster.server.objects = {key: one for key, one in cluster.server.objects.items()
                                  if one["kind"] != "Job"}
        told = cluster.helm(verb, "orders", folder, "--namespace", "prod",
                            *(part for word in words for part in ("--set", word)))
        return ids([one for one in cluster.server.all() if one["kind"] != "Secret"]), told
    return run


@pytest.mark.parametrize("version", ["1.12.7", "1.15.4", "1.20.5", "2.2.1"])
def test_names_with_one_hash_have_two_ids(chart, helm, version):
    folder = chart(flink_images.ours(version), *HA, "--", "a")
    found = [ids(manifests.load(helm("template", name, folder, "--namespace", "prod",
                                     "--kube-version", "1.35.0"))) for name in ("etl-c0", "etl-an")]
    assert found == [(name, made_of(name)) for name in ("prod/etl-c0", "prod/etl-an")]


def test_the_same_as_without_helm(chart, flinkpack, helm):
    folder = chart(flink_images.ours("1.20.5"), *HA)
    rendered = manifests.load(helm("template", "orders", folder, "--namespace", "prod",
                                   "--kube-version", "1.35.0"))
    plain = flinkpack.documents(*HA, "--namespace", "prod")
    for component in ("jobmanager", "taskmanager"):
        assert manifests.argv(rendered, component) == manifests.argv(plain, component)
    assert manifests.workload(rendered, "jobmanager")["spec"]["backoffLimit"] == 2 ** 31 - 1


def test_an_upgrade_keeps_them(chart, release):
    folder = chart(flink_images.ours("1.20.5"), *HA)
    mine = "0123456789abcdef" * 2
    first = ("prod/orders", made_of("prod/orders"))
    assert release("install", folder)[0] == first
    assert release("upgrade", folder, "taskmanager.slots=2")[0] == first
    other = ("a/b", mine)
    assert release("upgrade", folder, "job.clusterId=a/b", "job.id=" + mine)[0] == other
    # Values that are not given again are no wish for other ids.
    found, told = release("upgrade", folder, "taskmanager.slots=1")
    assert found == other and "a/b and job id " + mine in told
    assert release("upgrade", folder, "job.clusterId=c/d")[0] == ("c/d", made_of("c/d"))


def test_a_release_of_0_1_keeps_having_none(chart, cluster, release):  # noqa: F811
    folder = chart(flink_images.ours("1.20.5"), *HA)
    old = "configuration.high-availability\\.%s=%s"
    cluster.helm("install", "orders", OLD, "--namespace", "prod", "--set",
                 old % ("type", "kubernetes"), "--set", old % ("storageDir", "s3://b/ha"))
    found, told = release("upgrade", folder)
    assert found == (None, None)
    assert "--set job.clusterId=prod/orders" in told
    assert release("upgrade", folder, "taskmanager.slots=2")[0] == (None, None)
    opted = ("prod/orders", made_of("prod/orders"))
    assert release("upgrade", folder, "job.clusterId=prod/orders")[0] == opted
    assert release("upgrade", folder, "taskmanager.slots=1")[0] == opted


def test_a_cluster_id_of_0_1_keeps_its_job_id(chart, cluster, release):  # noqa: F811
    """Flink made the job's id of it."""
    words = [*HA, "-D", "high-availability.cluster-id=/mine"]
    folder = chart(flink_images.ours("1.20.5"), *words)
    settings = {"type": "kubernetes", "storageDir": "s3://b/ha", "cluster-id": "/mine"}
    cluster.helm("install", "orders", OLD, "--namespace", "prod",
                 *(part for key, value in settings.items() for part in
                   ("--set", "configuration.high-availability\\.%s=%s" % (key, value))))
    assert release("upgrade", folder)[0] == (None, None), "it stands in the configuration"
    config = cluster.find("ConfigMap", "orders-config")["data"]["FLINK_PROPERTIES"]
    assert re.findall("cluster-id: (.*)", config) == ["orders", "/mine"]


def test_without_high_availability_there_are_none(chart, release):
    folder = chart(flink_images.ours("1.20.5"))
    assert release("install", folder)[0] == (None, None)
    # It starts when that is turned on, for which nothing is to be kept.
    words = ["configuration.high-availability\\.type=zookeeper",
             "configuration.high-availability\\.storageDir=s3://b/ha"]
    assert release("upgrade", folder, *words)[0] == ("prod/orders", made_of("prod/orders"))


def test_a_session_has_none_to_keep(chart, cluster, helm):  # noqa: F811
    folder = chart(flink_images.ours("1.20.5"), *HA)
    cluster.helm("install", "orders", folder, "--set", "flink.type=session")
    assert ids(cluster.server.all())[0] is None
    cluster.server.objects = {key: one for key, one in cluster.server.objects.items()
                              if one["metadata"]["name"] != "orders-jobmanager"}
    cluster.helm("upgrade", "orders", folder, "--set", "flink.type=job")
    documents = [one for one in cluster.server.all() if one["kind"] != "Secret"]
    found = [one for one in documents if one["metadata"]["name"] != "orders-jobmanager"
             or one["kind"] != "Deployment"]
    assert ids(found) == ("default/orders", made_of("default/orders"))


def test_high_availability_by_values(chart, helm, tmp_path):
    """Of a chart that was made without: a number is a cluster's id as well."""
    folder, values = chart(flink_images.ours("1.20.5")), tmp_path / "values.yaml"
    values.write_text("configuration: {high-availability: ZooKeeper, high-availability.cluster-id: 12}")
    words = ["--namespace", "prod", "--kube-version", "1.35.0"]

    def render(*more):
        return manifests.load(helm("template", "orders", folder, *words, *more))

    def retries(*more):
        return manifests.workload(render(*more), "jobmanager")["spec"]["backoffLimit"]
    assert ids(render("-f", values)) == (None, made_of("12"))
    values.write_text("configuration: {high-availability: ZooKeeper, high-availability.cluster-id: '${A}'}")
    assert ids(render("-f", values)) == (None, None), "only its pods know what it is"
    ha = ["--set", "configuration.high-availability\\.type=zookeeper"]
    assert ids(render(*ha)) == ("prod/orders", made_of("prod/orders"))
    assert [retries(*ha), retries(*ha, "--set", "job.retries=3"), retries("--set", "job.retries=0"),
            retries()] == [2 ** 31 - 1, 3, 0, 3]

    def told_of(folder, *more):
        return helm("install", "blue", folder, "--dry-run=client", *more).partition("NOTES:")[2]
    told = told_of(folder, *ha)
    assert "configuration.execution.checkpointing.interval=1min" in told
    assert "deploy blue-taskmanager" in told
    told = told_of(folder, *ha, "--set", "flink.type=session")
    assert "Another session with the same high-availability.storageDir" in told
    assert "interval" not in told
    assert "interval" not in told_of(chart(flink_images.ours("1.20.5"), *HA))


def test_retries_of_values_of_0_1(chart, cluster):  # noqa: F811
    """Lost pods would end the job sooner or later, and nobody has asked for that."""
    folder = chart(flink_images.ours("1.20.5"), *HA)
    old = [part for key, value in (("type", "kubernetes"), ("storageDir", "s3://b/ha")) for part in
           ("--set", "configuration.high-availability\\.%s=%s" % (key, value))]
    cluster.helm("install", "orders", OLD, *old)
    for more, retries in (([], 2 ** 31 - 1), (["--set", "job.retries=5"], 5)):
        cluster.delete("Job")
        cluster.helm("upgrade", "orders", folder, "--reuse-values", *more)
        assert cluster.find("Job", "orders-jobmanager")["spec"]["backoffLimit"] == retries


def test_wrong_ids_are_refused(chart, try_helm):
    folder = chart(flink_images.ours("1.20.5"), *HA)
    for value in ("job.clusterId=a b", "job.id=12"):
        done = try_helm("template", "a", folder, "--kube-version", "1.35.0", "--set", value)
        assert done.returncode != 0 and "job" in done.stderr
