"""generate --format operator: FlinkDeployment and FlinkSessionJob."""

import flink_images
import manifests
import pytest

# What the CRDs of Flink's operator have (flinkdeployments.flink.apache.org, v1beta1), as far as
# it is written; the pod template is checked with the schemas of Kubernetes.
JOB = {"jarURI": str, "entryClass": str, "args": [str], "parallelism": int, "upgradeMode": str,
       "state": str, "initialSavepointPath": str, "allowNonRestoredState": bool}
RESOURCE = {"cpu": (int, float), "memory": str}
DEPLOYMENT = {
    "image": str, "imagePullPolicy": str, "flinkVersion": str, "serviceAccount": str,
    "flinkConfiguration": {None: str}, "podTemplate": dict,
    "jobManager": {"replicas": int, "resource": RESOURCE},
    "taskManager": {"replicas": int, "resource": RESOURCE}, "job": JOB}
SESSION_JOB = {"deploymentName": str, "job": JOB}


def check(value, schema, path=""):
    if isinstance(schema, dict):
        assert isinstance(value, dict), path
        for key, member in value.items():
            assert key in schema or None in schema, path + "." + key
            check(member, schema.get(key, schema.get(None)), path + "." + key)
    elif isinstance(schema, list):
        for item in value:
            check(item, schema[0], path)
    else:
        assert isinstance(value, schema), (path, value)


@pytest.mark.parametrize("version, name", [
    ("1.13.6", "v1_13"), ("1.18.1", "v1_18"), ("1.20.5", "v1_20"), ("2.2.1", "v2_2")])
def test_a_job(flinkpack, version, name):
    flinkpack.has(flink_images.ours(version))
    [one] = flinkpack.documents("--format", "operator", "--parallelism", "4", "--slots", "2",
                                "--taskmanager-cpu", "500m", "--savepoint-dir", "s3://b/s",
                                "--from-savepoint", "s3://b/s/1", "-Da.b=true", "--",
                                "", "$X", "yes", "--config")
    check(one["spec"], DEPLOYMENT)
    spec = one["spec"]
    assert spec["flinkVersion"] == name
    assert spec["flinkConfiguration"]["a.b"] == "true"
    assert spec["job"]["args"] == ["", "$X", "yes", "--config"]
    assert spec["job"]["jarURI"] == "local:///opt/flink/usrlib/orders.jar"
    assert spec["job"]["upgradeMode"] == "savepoint"
    assert spec["taskManager"]["resource"] == {"cpu": 0.5, "memory": "1728m"}
    manifests.check_pod_security(spec["podTemplate"]["spec"])


@pytest.mark.parametrize("version", ["1.13.6", "1.18.1", "2.2.1"])
def test_a_session_and_its_job(flinkpack, version):
    flinkpack.has(flink_images.official(version))
    [cluster] = flinkpack.documents("--format", "operator")
    check(cluster["spec"], DEPLOYMENT)
    assert "job" not in cluster["spec"]
    [cluster, job] = flinkpack.documents("--format", "operator", "--jar-uri",
                                         "https://example.com/a.jar", "--parallelism", "2",
                                         "--job-classname", "A", "--", "x")
    check(job["spec"], SESSION_JOB)
    assert job["kind"] == "FlinkSessionJob"
    assert job["spec"]["deploymentName"] == cluster["metadata"]["name"]
    assert job["spec"]["job"]["jarURI"] == "https://example.com/a.jar"


def test_state_without_a_place_is_not_promised(orders):
    [one] = orders.documents("--format", "operator")
    assert one["spec"]["job"]["upgradeMode"] == "stateless"
    [one] = orders.documents("--format", "operator", "--ha", "--ha-dir", "s3://b/h")
    assert one["spec"]["job"]["upgradeMode"] == "last-state"
