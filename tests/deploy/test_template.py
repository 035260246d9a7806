"""generate --format template: the classic templates for envsubst."""

import json

import flink_images
import manifests
import pytest


def fill(text, arguments, listed=True):
    return manifests.fill_in(text, listed, FLINK_IMAGE_NAME="registry.example.com/a:1",
                             FLINK_JOB="com.example.Orders", FLINK_JOB_PARALLELISM="3",
                             FLINK_JOB_ARGUMENTS=arguments)


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
    head = ["job-cluster", "--job-classname", "com.example.Orders"]
    assert one["args"] == [*head, *words]
    assert manifests.container(fill(text, ""), "jobmanager")["args"] == head


def test_resumed_the_classic_way(flinkpack):
    """Flink's own options stand before the job's in FLINK_JOB_ARGUMENTS, as the old README has it."""
    result = flinkpack.has(flink_images.ours("1.6.1")).generate("--format", "template")
    assert '"--fromSavepoint", "PATH"' in result.err
    words = ["--fromSavepoint", "s3://b/savepoint-1", "--allowNonRestoredState", "--input", "a"]
    filled = fill(result.out, json.dumps(words)[1:-1])
    assert manifests.argv(filled, "jobmanager") == [
        "job-cluster", "--job-classname", "com.example.Orders", *words]


def test_resumed_by_option(orders):
    words = ["--from-savepoint", 's3://b/s"p $x', "--allow-non-restored-state", "--job-id", "0" * 32]
    text = orders.generate("--format", "template", *words).out
    assert manifests.argv(fill(text, '"--", "--config", "prod"'), "jobmanager") == [
        "job-cluster", "--job-classname", "com.example.Orders", "--job-id", "0" * 32,
        "--fromSavepoint", 's3://b/s"p $x', "--allowNonRestoredState", "--", "--config", "prod"]


def test_envsubst_without_a_list(orders):
    """Plain 'envsubst < FILE' is how it was always called: nothing else may look like a variable."""
    text = orders.generate("--format", "template").out
    assert fill(text, '"--input", "a"', False) == fill(text, '"--input", "a"')


def test_what_envsubst_would_replace_is_refused(orders):
    assert "envsubst" in orders.refuses("--format", "template", "--from-savepoint", "s3://$FLINK_JOB")


def test_what_the_template_decides_is_refused(orders):
    assert "no place" in orders.refuses("--format", "template", "--parallelism", "2")
    assert "no place" in orders.refuses("--format", "template", "--", "x")
