"""generate --values: keys of other charts, and one file for all formats."""

import subprocess

import flink_images
import manifests
import pytest

# What data-mill's charts had, which deployed Flink's first job images.
OLD = """
image: {repository: flink, tag: latest, pullPolicy: IfNotPresent}
taskmanager: {command: task-manager, replicaCount: 2}
jobmanager:
  command: "['job-cluster', '--job-classname', 'className', '-Dparallelism.default=2']"
nameOverride: ""
fullnameOverride: ""
resources:
  taskmanager: {requests: {cpu: 500m, memory: 1024Mi}}
  jobmanager: {requests: {cpu: 100m, memory: 1024Mi}}
"""

# A key and what is to be written in its place.
FOREIGN = [
    ("release: blue", "for release: name: blue"),
    ("release: [a]", "for release: name: NAME"),
    ("release: \"a\\tb\"", "name: a?b"),
    ("flink: {release: blue, config_file: x.yaml}", "flink.release: name: blue; for "
                                                    "flink.config_file: the keys of that file"),
    ("image: {repository: a/b, pullPolicy: Always}", "image.pullPolicy: nothing"),
    ("command: job-cluster", "command: job-classname: CLASS and arguments:"),
    ("replicaCount: 3", "replicaCount: replicas: 3"),
    ("resources: {}", "resources: jobmanager-memory, jobmanager-cpu, taskmanager-memory"),
    ("resources: {limits: {memory: 1Gi}}", "resources.limits.memory: jobmanager-memory and "),
    ("taskmanager: {resources: {limits: {cpu: 2}}}",
     "taskmanager.resources.limits.cpu: taskmanager-cpu: 2"),
    ("ingress: {enabled: true}", "ingress: ingress: HOST"),
    ("service: {type: NodePort}", "service: node-port: PORT"),
    ("job: {classname: com.x.Y, replaceOnUpgrade: true}", "job.classname: job-classname: com.x.Y; "
                                                          "for job.replaceOnUpgrade: nothing"),
    ("FLINK_JOB_PARALLELISM: 4", "FLINK_JOB_PARALLELISM: parallelism: 4"),
    ("replicaCount: 0", "replicaCount: replicas: N"),
    ("release: 'a: b'", "release: name: NAME"),
    ("livenessProbe: {}\nhttpRoute: {}\nautoscaling: {a: 1}", "livenessProbe: probes: on or off; for "
     "httpRoute: ingress: HOST; for autoscaling: autoscale: MIN:MAX"),
    ("jobmanager: {cpu: 1, preset: x}\nz: {a: 1, b: 2}", "jobmanager-cpu: 1; there is no such value: "
                                                        "jobmanager.preset, z"),
    ("apiVersion: apps/v1\nkind: Deployment", "--patch FILE"),
]


def test_every_key_of_an_old_chart_is_told_at_once(orders, tmp_path):
    values = tmp_path / "values.yaml"
    values.write_text(OLD)
    told = orders.refuses("--values", values)
    for line in ("image.pullPolicy: nothing", "taskmanager.command: nothing",
                 "taskmanager.replicaCount: replicas: 2",
                 "jobmanager.command: job-classname: CLASS and arguments: [ARGUMENT, ...]",
                 "nameOverride: name: NAME", "fullnameOverride: name: NAME",
                 "resources.taskmanager.requests.cpu: taskmanager-cpu: 500m",
                 "resources.taskmanager.requests.memory: taskmanager-memory: 1024Mi",
                 "resources.jobmanager.requests.cpu: jobmanager-cpu: 100m",
                 "resources.jobmanager.requests.memory: jobmanager-memory: 1024Mi"):
        assert "for %s" % line in told


@pytest.mark.parametrize("text, told", FOREIGN, ids=[one[0][:30] for one in FOREIGN])
def test_what_to_write_instead(orders, tmp_path, text, told):
    values = tmp_path / "values.yaml"
    values.write_text(text + "\n")
    assert told in orders.refuses("--values", values)


def test_the_values_of_a_chart_of_ours(chart, flinkpack, tmp_path):
    folder = chart(flink_images.ours("1.20.5"))
    told = flinkpack.refuses("--values", folder / "values.yaml")
    assert "there is no such" not in told
    for key in ("job.classname: job-classname: com.example.Orders", "image.digestOf: nothing",
                "taskmanager.memoryMiB: taskmanager-memory: SIZE, such as 1728Mi",
                "configuration: conf: {KEY: VALUE}"):
        assert key in told


@pytest.mark.parametrize("text", ["a: {b: {c: d}}", "x: [1, {y: 2}]", "jobs: {classname: a}"])
def test_what_nobody_knows_keeps_its_own_message(orders, tmp_path, text):
    values = tmp_path / "values.yaml"
    values.write_text(text + "\n")
    assert "%s: there is no such option" % text.split(":")[0] in orders.refuses("--values", values)


# Something for each format, and nothing that any of them knows alone.
ALL = """
namespace: team
ha: true
ha-dir: s3://b/ha
checkpoint-dir: s3://b/c
savepoint-dir: s3://b/s
ingress: flink.example.com
ingress-class: nginx
node-port: 30081
network-policy: true
pod-disruption-budget: true
retries: 2
ttl: 60
job-id: "00000000000000000000000000000001"
jar-uri: https://example.com/a.jar
claim: [state:1Gi:/state]
annotation: {a: b}
env-secret: [K=s:k]
fs-group: 5
parallelism: 4
slots: 2
replicas: 3
output: json
arguments: [--x]
from-savepoint: s3://b/s/1
allow-non-restored-state: true
conf: {high-availability.cluster-id: team/orders, a.b: c}
patch: [%s]
"""

LEFT_OUT = {
    ("kubernetes", "job"): "jar-uri",
    ("helm", "job"): "jar-uri, namespace, output, patch PATCH of Deployment",
    ("operator", "job"): "ingress, ingress-class, node-port, network-policy, pod-disruption-budget, "
                         "retries, ttl, job-id, replicas, conf high-availability.cluster-id",
    ("compose", "job"): "jar-uri, ha, ha-dir, ingress, namespace, env-secret, claim, annotation",
    ("template", "job"): "slots, parallelism, replicas, arguments, output, ha",
    ("kubernetes", "session"): "jar-uri, retries, ttl, job-id, arguments, from-savepoint, "
                               "allow-non-restored-state",
}


@pytest.mark.parametrize("form, kind", LEFT_OUT, ids=["-".join(one) for one in LEFT_OUT])
def test_one_file_for_all_formats(flinkpack, tmp_path, form, kind):
    values, patch = tmp_path / "values.yaml", tmp_path / "patch.yaml"
    patch.write_text("kind: Deployment\nmetadata: {labels: {x: y}}\n")
    values.write_text(ALL % patch)
    flinkpack.has(flink_images.ours("1.20.5", kind))
    result = flinkpack.generate("--values", values, "--format", form, "--output-dir", tmp_path / "o")
    told = [line for line in result.err.splitlines() if "has no place for" in line]
    assert len(told) == 1 and "left out: %s: --format %s" % (values, form) in told[0]
    for name in LEFT_OUT[form, kind].replace("PATCH", str(patch)).split(", "):
        assert name in told[0].partition(" for: ")[2].split(", "), told[0]
    if form == "compose":
        assert "patch %s of Deployment" % patch in told[0]
    if form == "operator":
        [document] = [one for path in sorted((tmp_path / "o").iterdir()) if "flinkdep" in path.name
                      for one in manifests.load(path.read_text())]
        assert document["spec"]["flinkConfiguration"]["a.b"] == "c"


def test_the_command_line_is_still_taken_at_its_word(orders, tmp_path):
    values = tmp_path / "values.yaml"
    values.write_text("ha: true\nha-dir: s3://b/h\nannotation: {a: b}\n")
    words = ["--values", values, "--format", "compose"]
    assert "--ha: has no place in --format compose" in orders.refuses(*words, "--ha")
    assert "--annotation: has no place" in orders.refuses(*words, "--annotation", "c=d")
    assert "no place for: ha, ha-dir, annotation\n" in orders.generate(*words).err


def test_flinks_own_keys_may_be_nested(orders, tmp_path):
    values = tmp_path / "values.yaml"
    values.write_text("conf: {execution: {checkpointing: {interval: 5s}}, a.b: c, d: [e, f]}\n")
    told = manifests.properties(orders.documents("--values", values))
    assert told["execution.checkpointing.interval"] == "5s" and told["a.b"] == "c"
    values.write_text("conf: {rest: {port: 9000}}\n")
    assert "rest.port=9000: the manifests need it to be 8081" in orders.refuses("--values", values)


def test_standard_input(orders):
    for words, text in ((["--values", "-"], "conf: {a.b: c}\n"), (["--conf", "-"], "a: {b: c}\n")):
        done = subprocess.run([orders.binary, "generate", "--image", orders.image, *words],
                              input=text, capture_output=True, text=True, env=orders.env)
        assert done.returncode == 0, done.stderr
        assert manifests.properties(manifests.load(done.stdout))["a.b"] == "c"
        assert "%s FILE" % words[0] in done.stderr


def test_files_may_be_pipes(orders, tmp_path):
    conf, patch = tmp_path / "conf.yaml", tmp_path / "patch.yaml"
    conf.write_text("a: {b: c}\n")
    patch.write_text("kind: Deployment\nmetadata: {labels: {team: x}}\n")
    words = [orders.binary, "generate", "--image", orders.image]
    done = subprocess.run(
        ["bash", "-c", "echo name: blue | \"$@\" --values /dev/stdin --conf <(cat %s) "
         "--patch <(cat %s) --merge-patch <(cat %s)" % (conf, patch, patch), "bash", *words],
        capture_output=True, text=True, env=orders.env)
    assert done.returncode == 0, done.stderr
    documents = manifests.load(done.stdout)
    assert manifests.properties(documents)["a.b"] == "c"
    assert manifests.workload(documents, "taskmanager")["metadata"]["labels"]["team"] == "x"
    assert manifests.workload(documents, "taskmanager")["metadata"]["name"] == "blue-taskmanager"
