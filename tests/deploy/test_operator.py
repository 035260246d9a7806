"""generate --format operator: FlinkDeployment and FlinkSessionJob. Their schemas are in
test_schemas; here is what the operator's validator asks for beyond that."""

import flink_images
import manifests
import pytest

# The old names, which operators know that are built on a Flink of before 1.20.
OLD_NAMES = {"checkpoint": "state.checkpoints.dir", "savepoint": "state.savepoints.dir"}
NEW_NAMES = {"checkpoint": "execution.checkpointing.dir",
             "savepoint": "execution.checkpointing.savepoint-dir"}


@pytest.mark.parametrize("version, name, keys", [
    ("1.13.6", "v1_13", OLD_NAMES), ("1.18.1", "v1_18", OLD_NAMES), ("1.20.5", "v1_20", OLD_NAMES),
    ("2.2.1", "v2_2", NEW_NAMES)])
def test_a_job(flinkpack, version, name, keys):
    flinkpack.has(flink_images.ours(version))
    [one] = flinkpack.documents("--format", "operator", "--parallelism", "4", "--slots", "2",
                                "--taskmanager-cpu", "500m", "--savepoint-dir", "s3://b/s",
                                "--checkpoint-dir", "s3://b/c",
                                "--from-savepoint", "s3://b/s/1", "-Da.b=true", "--",
                                "", "$X", "yes", "--config")
    spec = one["spec"]
    assert spec["flinkVersion"] == name
    assert spec["flinkConfiguration"]["a.b"] == "true"
    assert spec["flinkConfiguration"][keys["checkpoint"]] == "s3://b/c"
    assert spec["flinkConfiguration"][keys["savepoint"]] == "s3://b/s"
    assert spec["job"]["args"] == ["", "$X", "yes", "--config"]
    assert spec["job"]["jarURI"] == "local:///opt/flink/usrlib/orders.jar"
    assert spec["job"]["upgradeMode"] == "savepoint"
    assert spec["taskManager"]["resource"] == {"cpu": 0.5, "memory": "1728m"}
    manifests.check_pod_security(spec["podTemplate"]["spec"])


@pytest.mark.parametrize("version", ["1.13.6", "1.18.1", "2.2.1"])
def test_a_session_and_its_job(flinkpack, version):
    flinkpack.has(flink_images.official(version))
    [cluster] = flinkpack.documents("--format", "operator", "--replicas", "3")
    assert "job" not in cluster["spec"] and cluster["spec"]["taskManager"]["replicas"] == 3
    [cluster, job] = flinkpack.documents("--format", "operator", "--jar-uri",
                                         "https://example.com/a.jar", "--parallelism", "2",
                                         "--job-classname", "A", "--", "x")
    assert job["kind"] == "FlinkSessionJob"
    assert job["spec"]["deploymentName"] == cluster["metadata"]["name"]
    assert job["spec"]["job"]["jarURI"] == "https://example.com/a.jar"


def test_state_without_a_place_is_not_promised(orders):
    checkpoints, savepoints = ["--checkpoint-dir", "s3://b/c"], ["--savepoint-dir", "s3://b/s"]
    ha = ["--ha", "--ha-dir", "s3://b/h"]
    for words, mode, told in [([], "stateless", "without its state"),
                              (checkpoints, "stateless", "without its state"),
                              ([*checkpoints, *ha], "last-state", "from its state"),
                              ([*checkpoints, *ha, *savepoints], "savepoint", "from its state"),
                              (["-D", "state.checkpoints.dir=s3://b/c", "-D",
                                "state.savepoints.dir=s3://b/s"], "savepoint", "from its state")]:
        result = orders.generate("--format", "operator", *words)
        [one] = manifests.load(result.out)
        assert one["spec"]["job"]["upgradeMode"] == mode
        assert told in result.err
    assert "--checkpoint-dir" in orders.refuses("--format", "operator", *savepoints)
    assert "--checkpoint-dir" in orders.refuses("--format", "operator", *ha)


@pytest.mark.parametrize("key", ["kubernetes.cluster-id", "kubernetes.namespace",
                                 "high-availability.cluster-id"])
def test_keys_of_the_operator_are_refused(orders, key):
    assert key in orders.refuses("--format", "operator", "-D", key + "=a")


def test_replicas_are_the_parallelism(orders):
    words = ["--format", "operator", "--replicas", "3", "--slots", "2"]
    [one] = orders.documents(*words)
    assert one["spec"]["job"]["parallelism"] == 6 and "replicas" not in one["spec"]["taskManager"]
    assert "parallelism 6" in orders.refuses(*words, "--parallelism", "5")


@pytest.mark.parametrize("version, told", [("1.14.6", "from 1.7 on the operator refuses"),
                                           ("1.20.5", "needs Flink's operator, and"),
                                           ("2.0.2", "from version 1.12"),
                                           ("2.2.1", "from version 1.13")])
def test_which_operator_is_needed_is_told(flinkpack, version, told):
    flinkpack.has(flink_images.ours(version))
    assert told in flinkpack.generate("--format", "operator").err


@pytest.mark.parametrize("version", ["1.12.7", "1.21.0", "2.5.0"])
def test_versions_that_no_operator_knows(flinkpack, version):
    assert "1.13 to 2.4" in flinkpack.has(flink_images.ours(version)).refuses("--format", "operator")


def test_what_to_do_is_in_the_namespace(orders, tmp_path):
    folder = tmp_path / "a folder"
    err = orders.generate("--format", "operator", "--namespace", "team", "--output-dir", folder).err
    assert "kubectl -n team apply -k '%s'" % folder in err
    assert err.count("kubectl") == err.count("kubectl -n team")
    [kustomization] = manifests.load((folder / "kustomization.yaml").read_text())
    assert "images" not in kustomization


def test_names_of_jars_are_escaped(flinkpack):
    image = flink_images.ours("1.20.5")
    image.document["config"]["Labels"]["flinkpack.job-jars"] = "my job#1%.jar,b.jar"
    image.seal()
    [one] = flinkpack.has(image).documents("--format", "operator")
    assert one["spec"]["job"]["jarURI"] == "local:///opt/flink/usrlib/my%20job%231%25.jar"


def test_patches_keep_cpu_a_number(orders, tmp_path):
    patch = tmp_path / "patch.yaml"
    patch.write_text("kind: FlinkDeployment\nspec: {taskManager: {resource: {cpu: 2.5}}}\n")
    [one] = orders.documents("--format", "operator", "--patch", patch)
    assert one["spec"]["taskManager"]["resource"]["cpu"] == 2.5


def test_metrics_are_found(orders):
    [one] = orders.documents("--format", "operator", "--metrics", "--label", "a=b")
    metadata = one["spec"]["podTemplate"]["metadata"]
    assert metadata == {"labels": {"a": "b"}, "annotations": {
        "prometheus.io/scrape": "true", "prometheus.io/port": "9249"}}


def test_one_name_in_two_namespaces_is_told_of(orders):
    """The operator takes the name alone for high-availability.cluster-id, and no other from a user."""
    words = ["--format", "operator", "--namespace", "prod", "--checkpoint-dir", "s3://b/c"]
    assert "identity:" not in orders.generate(*words).err
    assert "'orders' of another namespace" in orders.generate(*words, "--ha", "--ha-dir", "s3://b/ha").err
