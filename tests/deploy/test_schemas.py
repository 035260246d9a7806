"""The manifests against the schemas of Kubernetes and of Flink's operator."""

import copy
import functools
import json
import operator

import downloads
import flink_images
import pytest
import schemas
from test_kubernetes import FULL, KINDS, VERSIONS

RELEASES = ["1.29", "1.36"]

# What an operator's manifests can have; a FlinkDeployment has no place for the rest.
OPERATOR = ["--parallelism", "5", "--slots", "2", "--metrics", "--namespace",
            "team", "--pull-secret", "regcred", "--node-selector", "pool=flink", "--toleration",
            "flink=yes:NoSchedule", "--toleration", "spot", "--label", "team=orders",
            "--annotation", "example.com/owner=yes", "--env", "A=$(POD_IP) $X", "--env-secret",
            "KEY=s3:access", "--env-secret", "more", "--volume", "secret:certs:/certs", "--claim",
            "state:10Gi:/state:nfs", "--checkpoint-dir", "s3://b/c", "--savepoint-dir", "s3://b/s",
            "-D", "env.java.opts=-Xss1m -Dx=y", "-D", "a.b=true", "--jobmanager-memory", "2g",
            "--taskmanager-memory", "4Gi", "--taskmanager-cpu", "500m", "--jobmanager-cpu", "0.25",
            "--ha", "--ha-dir", "s3://b/h", "--run-as-user", "5", "--fs-group", "0",
            "--service-account", "flink-jobs"]
JOB = ["--from-savepoint", "s3://b/s/1", "--allow-non-restored-state", "--", "", "5", "yes", "$X"]


@pytest.fixture(scope="module", autouse=True)
def archives():
    downloads.need(schemas.KUBERNETES)


@pytest.fixture
def crds():
    downloads.need(schemas.OPERATOR)


def check(documents):
    for document in documents:
        if document["apiVersion"].startswith("flink.apache.org/"):
            schemas.check_operator(document)
        elif not document["apiVersion"].startswith("route.openshift.io/"):
            for release in RELEASES:
                schemas.check_kubernetes(document, release)


@pytest.mark.parametrize("words", [[], FULL], ids=["plain", "full"])
@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("version", VERSIONS)
def test_every_version(flinkpack, version, kind, words):
    check(flinkpack.has(flink_images.ours(version, kind)).documents(*words))


def test_high_availability_and_scaling(orders):
    check(orders.documents("--ha", "--ha-dir", "s3://b/h", "--namespace", "a", "--autoscale", "1:3",
                           "--probes", "off", "--ttl", "0", "--run-as-user", "5", "--fs-group", "0"))


@pytest.mark.parametrize("words", [[], OPERATOR], ids=["plain", "full"])
@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("version", ["1.13.6", "1.18.1", "1.20.5", "2.0.2", "2.2.1"])
def test_custom_resources(flinkpack, crds, version, kind, words):
    flinkpack.has(flink_images.ours(version, kind))
    more = JOB if kind == "job" else ["--jar-uri", "https://example.com/a.jar", *JOB]
    documents = flinkpack.documents("--format", "operator", *words, *(more if words else []))
    check(documents)
    [deployment] = [one for one in documents if one["kind"] == "FlinkDeployment"]
    check([{"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "x"},
            "spec": deployment["spec"]["podTemplate"]["spec"]}])


def test_custom_resources_of_official_images(flinkpack, crds):
    flinkpack.has(flink_images.official("2.2.1"))
    check(flinkpack.documents("--format", "operator", "--claim", "s:1Gi:/s"))
    check(flinkpack.documents("--format", "operator", "--type", "job", "--job-classname", "A"))


def lists_of(value, path=()):
    """The paths of all lists of objects in a document."""
    for key, one in value.items() if isinstance(value, dict) else enumerate(value):
        if isinstance(one, list) and one and isinstance(one[0], dict):
            yield (*path, key), one
        if isinstance(one, (dict, list)):
            yield from lists_of(one, (*path, key))


def patch_for(document, path, item):
    """A patch with `item` in the list at `path`; None where a list on the way has no key."""
    result = [item]
    for number in reversed(range(len(path))):
        if not isinstance(path[number], int):
            result = {path[number]: result}
            continue
        key = schemas.merge_key(document, path[:number], "1.36")
        here = functools.reduce(operator.getitem, path[:number + 1], document)
        if key is None:
            return None
        result = [{key: here[key], **result}]
    return {"kind": document["kind"], "metadata": {"name": document["metadata"]["name"]}, **result}


@pytest.mark.parametrize("kind", ["Job", "Deployment", "Service", "Ingress", "RoleBinding"])
def test_patches_merge_lists_as_kubernetes_does(orders, tmp_path, kind):
    """An item that is new: the list grows where Kubernetes has a key to merge by, else it is
    replaced. The key is what the schema says."""
    words = [*FULL, "--ha", "--ha-dir", "s3://b/h"]
    [first, *_] = [one for one in orders.documents(*words) if one["kind"] == kind]
    checked = 0
    for path, items in lists_of(first):
        key = schemas.merge_key(first, path, "1.36")
        item = {key: 4711 if key in ("port", "containerPort") else "new"} if key else {"new": "x"}
        patch = patch_for(first, path, item)
        if patch is None:
            continue
        file = tmp_path / "patch.yaml"
        file.write_text(json.dumps(patch))
        at = [one for one in orders.documents(*words, "--patch", file)
              if one["metadata"]["name"] == first["metadata"]["name"] and one["kind"] == kind][0]
        at = functools.reduce(operator.getitem, path, at)
        assert at == ([*items, item] if key else [item]), path
        checked += 1
    assert checked


# Where, and what to put there; ... takes it away.
WRONG = [
    ("Deployment", ["spec", "replica"], 1),
    ("Deployment", ["spec", "replicas"], "1"),
    ("Deployment", ["spec", "replicas"], None),
    ("Deployment", ["spec", "replicas"], True),
    ("Deployment", ["spec", "selector"], ...),
    ("Deployment", ["spec", "template", "spec", "containers", 0, "args"], "x"),
    ("Deployment", ["spec", "template", "spec", "containers", 0, "args", 0], 5),
    ("FlinkDeployment", ["spec", "job", "upgradeMode"], "sometimes"),
    ("FlinkDeployment", ["spec", "flinkVersion"], "v1_21"),
    ("FlinkDeployment", ["spec", "flinkConfiguration", "a"], True),
    ("FlinkDeployment", ["spec", "taskManager", "resource", "cpu"], "1"),
    ("FlinkDeployment", ["spec", "taskManager", "slots"], 1),
    ("FlinkDeployment", ["spec", "podTemplate", "spec", "container"], []),
    ("FlinkDeployment", ["spec", "podTemplate", "spec", "containers", 0, "env"], {}),
    ("FlinkDeployment", ["spec", "podTemplate", "spec", "volumes", 0, "emptydir"], {}),
]


@pytest.mark.parametrize("kind, path, value", WRONG)
def test_the_checks_find_something(orders, crds, kind, path, value):
    documents = orders.documents(*(["--format", "operator"] if kind.startswith("Flink") else []))
    check(documents)
    document = copy.deepcopy([one for one in documents if one["kind"] == kind][0])
    at = document
    for step in path[:-1]:
        at = at[step]
    if value is ...:
        del at[path[-1]]
    else:
        at[path[-1]] = value
    with pytest.raises(schemas.Wrong):
        check([document])
