"""generate --format template: the classic templates for envsubst."""

import json
import subprocess

import flink_images
import manifests
import program
import pytest

VARIABLES = "$FLINK_IMAGE_NAME $FLINK_JOB $FLINK_JOB_PARALLELISM $FLINK_JOB_ARGUMENTS"


def fill(text, arguments):
    program.need("envsubst")
    env = {"PATH": "/usr/bin:/bin", "FLINK_IMAGE_NAME": "registry.example.com/a:1",
           "FLINK_JOB": "com.example.Orders", "FLINK_JOB_PARALLELISM": "3",
           "FLINK_JOB_ARGUMENTS": arguments}
    return manifests.load(subprocess.run(["envsubst", VARIABLES], input=text, env=env, check=True,
                                         capture_output=True, text=True).stdout)


@pytest.mark.parametrize("version", ["1.6.0", "1.10.3", "1.20.5", "2.2.1"])
def test_filled_in(flinkpack, version):
    text = flinkpack.has(flink_images.ours(version)).generate("--format", "template").out
    words = ["--input", "a b", "yes", "5", ""]
    documents = fill(text, json.dumps(words)[1:-1])
    manifests.check_all(documents)
    assert manifests.workload(documents, "taskmanager")["spec"]["replicas"] == 3
    assert manifests.properties(documents)["parallelism.default"] == "3"
    one = manifests.container(documents, "jobmanager")
    assert one["image"] == "registry.example.com/a:1"
    assert one["args"] == ["job-cluster", "--job-classname", "com.example.Orders", "--", *words]
    assert fill(text, "")[-2]["spec"]["template"]["spec"]["containers"][0]["args"][-1] == "--"


def test_what_the_template_decides_is_refused(orders):
    assert "no place" in orders.refuses("--format", "template", "--parallelism", "2")
    assert "no place" in orders.refuses("--format", "template", "--", "x")
