"""generate --format helm: what a chart renders is what --format kubernetes makes.

A pod is described twice, in C and in the chart's templates: these tests hold the one to the other.
"""

import pathlib

import flink_images
import gotemplate
import manifests
import program as programs
import pytest
from test_helm import WORDS

TEMPLATES = programs.ROOT / "builder/deploy/chart/templates"
LOG_CONF = "rootLogger.level = INFO\nappender.a.type = {{ .x }}\n"
HA = ["--ha", "--ha-dir", "s3://b/h"]

OURS = {"old job": ("1.6.0", "job"), "job": ("1.20.5", "job"), "session": ("2.2.1", "session")}
IMAGES = {name: flink_images.ours(*what) for name, what in OURS.items()}
IMAGES["official"] = flink_images.official("2.2.0")

CASES = [
    ("old job", []),
    ("job", []),
    ("session", []),
    ("official", []),
    ("official", HA),
    ("job", ["--parallelism", "5", "--slots", "2", "--ttl", "3600000", "--fs-group", "4294967294",
             "--probes", "off", "--", "--x", "$Y", "{{ .z }}", ""]),
    ("job", WORDS),
    ("session", WORDS),
    ("official", ["--run-as-user", "4242", "--env", "A=b", "--claim", "state:1Gi:/state"]),
    ("old job", ["--queryable-state", "--retries", "0"]),
    ("job", [*HA, "--metrics", "--network-policy", "--label", "helm.sh/chart=mine"]),
    ("job", [*HA, "--service-account", "flink", "--from-savepoint", "s3://b/s",
             "--allow-non-restored-state"]),
    ("session", [*HA, "--replicas", "3"]),
    ("job", ["--autoscale", "1:8", "--checkpoint-dir", "s3://b/c"]),
    ("job", ["--log-conf", "LOG_CONF", "--annotation", "a={{ .x }}: '\"", "--env", "A={{ {{"]),
    ("session", ["--route", "flink.example.com", "--claim", "state:1Gi:/state",
                 "-D", "security.ssl.rest.enabled=true"]),
]


def plain(document):
    """A document without what only Helm, or only its absence, puts there."""
    metadata = document["metadata"]
    metadata.pop("namespace", None)
    annotations = metadata.pop("annotations", {})
    metadata["annotations"] = {key: value for key, value in annotations.items()
                               if not key.startswith(("flinkpack/", "helm.sh/resource-policy"))}
    templates = [document["spec"]["template"]] if document["kind"] in manifests.WORKLOADS else []
    for one in [document, *templates]:
        labels = one["metadata"]["labels"]
        for key in ("app.kubernetes.io/managed-by", "helm.sh/chart"):
            labels.pop(key, None)
        # A hash of lines whose order differs; those are compared themselves.
        one["metadata"].get("annotations", {}).pop("checksum/config", None)
    if "FLINK_PROPERTIES" in document.get("data", {}):
        lines = document["data"].pop("FLINK_PROPERTIES").splitlines()
        document["data"]["settings"] = sorted(line for line in lines)
    for subject in document.get("subjects", ()):
        subject.pop("namespace", None)
    return document


def by_name(documents):
    found = {(one["kind"], one["metadata"]["name"]): plain(one) for one in documents}
    assert len(found) == len(documents)
    return found


def prepare(tmp_path, words):
    path = tmp_path / "log4j.properties"
    path.write_text(LOG_CONF)
    return [str(path) if word == "LOG_CONF" else word for word in words]


@pytest.mark.parametrize("image, words", CASES)
def test_the_same_objects(chart, flinkpack, tmp_path, image, words):
    words = prepare(tmp_path, words)
    folder = chart(IMAGES[image], *words)
    rendered = gotemplate.Chart(folder, "orders", "team").render()
    documents = flinkpack.documents("--namespace", "team", *words)
    assert by_name(rendered.values()) == by_name(documents)


@pytest.mark.parametrize("image, words", [("job", ["--metrics", "--node-port"]), ("session", HA)])
def test_the_other_type(chart, flinkpack, image, words):
    """A chart is for both types of clusters, whatever its image has."""
    folder = chart(IMAGES[image], *words)
    release = gotemplate.Chart(folder, "orders", "team")
    other = "session" if release.root["Values"]["flink"]["type"] == "job" else "job"
    release.root["Values"]["flink"]["type"] = other
    documents = list(release.render().values())
    kind = {"job": "Job", "session": "Deployment"}[other]
    assert manifests.workload(documents, "jobmanager")["kind"] == kind
    manifests.check_selectors(documents)
    manifests.check_references(documents)
    if other == "session":
        plain_words = ["--namespace", "team", "--type", "session", *words]
        assert by_name(documents) == by_name(flinkpack.documents(*plain_words))


def test_every_template_is_used(chart):
    """A document without a template, or a template without a document, is a mistake of ours."""
    seen = set()
    for words in (WORDS, HA, ["--autoscale", "1:8"]):
        seen |= {path.name for path in pathlib.Path(chart(IMAGES["job"], *words), "templates").iterdir()}
    assert seen - {path.name for path in TEMPLATES.iterdir()} == {
        "_options.tpl", "persistentvolumeclaim-state.yaml"}
    assert {path.name for path in TEMPLATES.iterdir()} <= seen


def test_a_job_that_is_replaced(chart):
    """The hook takes the place of the Job before the release goes."""
    release = gotemplate.Chart(chart(IMAGES["job"]), "orders", "team")
    assert "job-stop.yaml" not in release.render()
    release.root["Values"]["job"]["replaceOnUpgrade"] = True
    documents = release.render()
    stop, job = documents["job-stop.yaml"], documents["job-jobmanager.yaml"]
    assert stop["metadata"]["name"] == job["metadata"]["name"]
    assert stop["metadata"]["annotations"]["helm.sh/hook"] == "pre-delete"
    assert job["metadata"]["annotations"]["helm.sh/hook"] == "post-install,post-upgrade"


@pytest.mark.parametrize("key, value, told", [
    ("rest.port", "99", "has to be 8081"),
    ("taskmanager.memory.process.size", "9g", "taskmanager.memoryMiB")])
def test_values_that_objects_count_on(chart, key, value, told):
    release = gotemplate.Chart(chart(IMAGES["job"]), "orders", "team")
    release.root["Values"]["configuration"][key] = value
    with pytest.raises(gotemplate.Failed, match=told):
        release.render()


@pytest.mark.parametrize("image, words", [("job", WORDS), ("session", HA), ("official", HA)])
def test_helm_renders_the_same(chart, helm, image, words):
    """The renderer of these tests is held to the real one."""
    folder = chart(IMAGES[image], *words)
    own = list(gotemplate.Chart(folder, "orders", "team").render().values())
    real = manifests.load(helm("template", "orders", folder, "--namespace", "team",
                               "--kube-version", "1.35.0"))
    assert by_name(real) == by_name(own)
