"""The manifests against the schemas of Kubernetes, unknown fields being errors.

Needs the Python package kubernetes-validate, which carries the schemas; skipped without it.
"""

import flink_images
import pytest
from test_kubernetes import FULL, KINDS, VERSIONS

kubernetes_validate = pytest.importorskip(
    "kubernetes_validate", reason="the package kubernetes-validate is not installed")

RELEASES = ["1.29", "1.36"]


def check(documents):
    for release in RELEASES:
        for document in documents:
            if not document["apiVersion"].startswith(("route.openshift.io/", "flink.apache.org/")):
                kubernetes_validate.validate(document, release, strict=True)


@pytest.mark.parametrize("words", [[], FULL], ids=["plain", "full"])
@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("version", VERSIONS)
def test_every_version(flinkpack, version, kind, words):
    check(flinkpack.has(flink_images.ours(version, kind)).documents(*words))


def test_the_check_finds_something(orders):
    documents = orders.documents()
    documents[-1]["spec"]["replica"] = 1
    with pytest.raises(kubernetes_validate.ValidationError):
        check(documents)


def test_high_availability_and_scaling(orders):
    check(orders.documents("--ha", "--ha-dir", "s3://b/h", "--namespace", "a", "--autoscale", "1:3",
                           "--probes", "off", "--ttl", "0", "--run-as-user", "5", "--fs-group", "0"))


def test_templates_of_the_operator(flinkpack):
    flinkpack.has(flink_images.official("2.2.1"))
    words = ["--pull-secret", "a", "--toleration", "x", "--env", "A=b", "--claim", "s:1Gi:/s"]
    [claim, deployment] = flinkpack.documents("--format", "operator", *words)
    pod = {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "x"},
           "spec": deployment["spec"]["podTemplate"]["spec"]}
    check([claim, pod])
