"""generate --format helm: the chart's own files, and what a real helm renders."""

import json

import downloads
import flink_images
import manifests
import pytest
import schemas
from test_kubernetes import AWKWARD, FULL, KINDS, VERSIONS

WORDS = [word for word in FULL if word not in ("--namespace", "team")]
# --label team=orders was taken apart by that.
WORDS = WORDS[:WORDS.index("--label") + 1] + ["team=orders"] + [
    word for word in WORDS[WORDS.index("--label") + 1:] if word != "team=orders"]


def test_values(chart):
    folder = chart(flink_images.ours("1.20.5"), "--parallelism", "4", "--slots", "2", "--", "a", "")
    [values] = manifests.load((folder / "values.yaml").read_text())
    [about] = manifests.load((folder / "Chart.yaml").read_text())
    schema = json.loads((folder / "values.schema.json").read_text())
    assert about["apiVersion"] == "v2" and about["appVersion"] == "1.20.5"
    assert set(values) <= set(schema["properties"])
    assert values["image"]["repository"] == "registry.example.com/team/orders"
    assert values["image"]["tag"] == "1.2" and values["image"]["digest"].startswith("sha256:")
    assert values["flink"] == {"type": "job", "parallelism": 4}
    assert values["job"]["arguments"] == ["a", ""]


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("version", VERSIONS)
def test_rendered(chart, version, kind, helm):
    folder = chart(flink_images.ours(version, kind), "--parallelism", "5", "--slots", "2")
    helm("lint", "--strict", folder, "--kube-version", "1.35.0")
    documents = manifests.load(helm("template", "orders", folder, "--kube-version", "1.35.0"))
    manifests.check_all(ordered(documents))
    assert manifests.workload(documents, "taskmanager")["spec"]["replicas"] == 3
    other = "session" if kind == "job" else "job"
    documents = manifests.load(helm("template", "orders", folder, "--kube-version", "1.35.0",
                                    "--set", "flink.type=" + other))
    manifests.check_all(ordered(documents))
    expected = {"job": "Job", "session": "Deployment"}[other]
    assert manifests.workload(documents, "jobmanager")["kind"] == expected


def ordered(documents):
    """helm sorts by kind in its own way."""
    return sorted(documents, key=lambda one: manifests.ORDER.index(one["kind"]))


@pytest.mark.parametrize("kind", KINDS)
def test_every_option(chart, kind, helm):
    folder = chart(flink_images.ours("2.2.1", kind), *WORDS)
    helm("lint", "--strict", folder, "--kube-version", "1.35.0")
    documents = manifests.load(helm("template", "orders", folder, "--kube-version", "1.35.0"))
    manifests.check_all(ordered(documents))
    downloads.need(schemas.KUBERNETES)
    for document in documents:
        if document["kind"] != "Route":
            schemas.check_kubernetes(document, "1.36")


def test_the_same_as_without_helm(chart, flinkpack, helm):
    """What the chart renders for a release of the same name is what kubernetes is given."""
    words = ["--parallelism", "3", "--metrics", "-D", "a.b=c", "--", "--x", "$Y", "{{ .z }}"]
    folder = chart(flink_images.ours("1.18.1"), *words)
    rendered = manifests.load(helm("template", "orders", folder, "--kube-version", "1.35.0"))
    plain = flinkpack.documents(*words)
    for component in ("jobmanager", "taskmanager"):
        assert manifests.container(rendered, component) == manifests.container(plain, component)
    assert manifests.properties(rendered) == manifests.properties(plain)


def test_arguments_arrive_as_they_are(chart, helm):
    folder = chart(flink_images.ours("1.20.5"), "--env", "B={{ .Values.x }} {{", "--", *AWKWARD)
    documents = manifests.load(helm("template", "orders", folder, "--kube-version", "1.35.0"))
    assert manifests.argv(documents, "jobmanager") == [
        "job-cluster", "--job-classname", "com.example.Orders", "--", *AWKWARD]
    env = {one["name"]: one.get("value") for one in
           manifests.container(documents, "jobmanager")["env"]}
    assert env["B"] == "{{ .Values.x }} {{"


def test_high_availability_follows_the_release(chart, helm):
    folder = chart(flink_images.ours("2.2.1"), "--ha", "--ha-dir", "s3://b/h")
    documents = manifests.load(helm("template", "blue", folder, "--namespace", "team",
                                    "--kube-version", "1.35.0"))
    manifests.check_all(ordered(documents))
    conf = manifests.properties(documents)
    assert conf["kubernetes.cluster-id"] == "blue" and conf["kubernetes.namespace"] == "team"
    assert manifests.named(documents, "RoleBinding")["subjects"][0]["namespace"] == "team"


@pytest.mark.parametrize("values, told", [
    ("flink.type=cluster", "flink"), ("configuration.a=x\ny: z", "configuration"),
    ("configuration.a b=x", "a b"), ("paralellism=2", "paralellism")])
def test_values_are_checked(chart, try_helm, values, told):
    folder = chart(flink_images.ours("2.2.1"))
    result = try_helm("template", "a", folder, "--kube-version", "1.35.0", "--set", values)
    assert result.returncode != 0 and told in result.stderr


def test_numbers_are_written_as_they_are(chart, helm, tmp_path):
    """Not as 3.6e+06, as Helm does by itself with numbers of a file."""
    values = tmp_path / "values.yaml"
    values.write_text("configuration: {a: 3600000, b: 0.25, c: true, d: '1e3', e: 007.5}\n"
                      "taskmanager: {memoryMiB: 4194304, cpu: 0.5}\njobmanager: {cpu: 2}\n")
    folder = chart(flink_images.ours("1.20.5"))
    documents = manifests.load(helm("template", "a", folder, "--kube-version", "1.35.0", "-f",
                                    values))
    conf = manifests.properties(documents)
    assert [conf[key] for key in "abcde"] == ["3600000", "0.25", "true", "1e3", "7.5"]
    assert conf["taskmanager.memory.process.size"] == "4194304m"
    manifests.check_memory(documents)
    assert manifests.container(documents, "taskmanager")["resources"]["requests"]["cpu"] == "0.5"
    assert manifests.container(documents, "jobmanager")["resources"]["requests"]["cpu"] == "2"


@pytest.mark.parametrize("version, words, absent", [
    ("1.6.0", "cancel -m localhost:8081 --withSavepoint", "job.fromSavepoint"),
    ("2.2.1", "stop -m localhost:8081 --savepointPath", "cancel")])
def test_notes(chart, helm, version, words, absent):
    folder = chart(flink_images.ours(version))
    notes = helm("install", "blue", folder, "--dry-run=client").partition("NOTES:")[2]
    assert words in notes and absent not in notes
    assert "delete job blue-jobmanager --cascade=foreground" in notes


def test_memory_follows_the_values(chart, helm):
    for version in ("1.8.3", "1.20.5"):
        folder = chart(flink_images.ours(version))
        documents = manifests.load(helm("template", "a", folder, "--kube-version", "1.35.0", "--set",
                                        "taskmanager.memoryMiB=4096"))
        manifests.check_memory(documents)


def test_a_namespace_is_the_releases(orders, tmp_path):
    assert "no place" in orders.refuses("--format", "helm", "--namespace", "a", "--output-dir",
                                        tmp_path / "x")


def test_annotations_of_the_job(chart, helm):
    """Those of the values go before those of the options, and nothing before either."""
    folder = chart(flink_images.ours("2.2.1"), "--annotation", "a={{ .x }}: '\"", "--annotation",
                   "b=option")
    values = ["--set", "job.annotations.b=value", "--set-json",
              'job.annotations.argocd\\.argoproj\\.io/sync-options="Force=true,Replace=true"']

    def annotations(*words):
        documents = manifests.load(helm("template", "o", folder, "--kube-version", "1.35.0", *words))
        # The first one: with replaceOnUpgrade another takes its place before the release goes.
        return [one for one in documents if one["kind"] == "Job"][0]["metadata"].get("annotations")

    assert annotations() == {"a": "{{ .x }}: '\"", "b": "option"}
    assert annotations(*values) == {
        "a": "{{ .x }}: '\"", "b": "value",
        "argocd.argoproj.io/sync-options": "Force=true,Replace=true"}
    own = annotations(*values, "--set", "job.replaceOnUpgrade=true", "--set",
                      "job.annotations.helm\\.sh/hook-delete-policy=hook-succeeded")
    assert own["helm.sh/hook"] == "post-install,post-upgrade" and own["b"] == "value"
    assert own["helm.sh/hook-delete-policy"] == "hook-succeeded"
    folder = chart(flink_images.ours("2.2.1"))
    assert annotations() is None


@pytest.mark.parametrize("setting, told", [
    ("rest.port=9000", "has to be 8081"), ("rest.bind-port=9000", "has to be 8081"),
    ("jobmanager.rpc.bind-port=9000", "has to be 6123"), ("taskmanager.data.bind-port=6121", None),
    ("jobmanager.rpc.port=1", "has to be 6123"), ("taskmanager.data.port=0", "has to be 6121"),
    ("metrics.reporter.prom.port=9250", "has to be 9249"),
    ("taskmanager.memory.process.size=4g", "taskmanager.memoryMiB"),
    ("rest.port=8081", None), ("rest.bind-port=8081", None), ("metrics.reporters=a", None)])
def test_what_other_objects_count_on(chart, try_helm, setting, told):
    folder = chart(flink_images.ours("1.20.5"), "--metrics")
    key, value = setting.split("=")
    done = try_helm("template", "a", folder, "--kube-version", "1.35.0", "--set",
                    "configuration.%s=%s" % (key.replace(".", "\\."), value))
    assert (done.returncode == 0) == (told is None), done.stderr
    assert told is None or told in done.stderr


def test_a_session_that_all_reach_is_told(chart, helm):
    folder = chart(flink_images.ours("2.2.1"), "--ingress", "flink.example.com")

    def notes(*words):
        return helm("install", "blue", folder, "--dry-run=client", *words).partition("NOTES:")[2]

    assert "can upload a jar" in notes("--set", "flink.type=session")
    assert "can upload a jar" not in notes()
    off = "configuration.web\\.submit\\.enable=false"
    assert "can upload a jar" not in notes("--set", "flink.type=session", "--set", off)


def test_notes_have_the_folder_of_savepoints(chart, helm):
    folder = chart(flink_images.ours("2.2.1"), "--savepoint-dir", "s3://b/s")
    notes = helm("install", "blue", folder, "--dry-run=client").partition("NOTES:")[2]
    assert "--savepointPath 's3://b/s' JOB_ID" in notes
    notes = helm("install", "blue", folder, "--dry-run=client", "--set",
                 "configuration.execution\\.checkpointing\\.savepoint-dir=/a'; id").partition("NOTES:")[2]
    assert "--savepointPath '/a'\\''; id' JOB_ID" in notes
