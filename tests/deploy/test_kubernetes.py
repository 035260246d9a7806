"""generate --format kubernetes: what is written, for every version and both types."""

import json
import random
import re
import shutil
import subprocess

import downloads
import flink_images
import images
import manifests
import pytest

VERSIONS = ["1.6.0", "1.8.3", "1.10.3", "1.13.6", "1.18.1", "1.20.5", "2.2.1"]
KINDS = ["job", "session"]

# Everything that can be asked for at once.
FULL = ["--parallelism", "5", "--slots", "2", "--metrics", "--node-port", "--ingress",
        "flink.example.com", "--ingress-class", "nginx", "--ingress-tls", "tls", "--route",
        "--pod-disruption-budget", "--network-policy", "--namespace", "team", "--pull-secret",
        "regcred", "--node-selector", "pool=flink", "--toleration", "flink=yes:NoSchedule",
        "--toleration", "spot", "--label", "team=orders", "--annotation", "example.com/owner=yes",
        "--env", "A=$(POD_IP) $X", "--env-secret", "KEY=s3:access", "--env-secret", "more",
        "--volume", "secret:certs:/certs", "--claim", "state:10Gi:/state:nfs", "--checkpoint-dir",
        "s3://b/c", "--savepoint-dir", "s3://b/s", "-D", "env.java.opts=-Xss1m -Dx=y",
        "--jobmanager-memory", "2g", "--taskmanager-memory", "4Gi", "--taskmanager-cpu", "500m"]


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("version", VERSIONS)
def test_every_version(flinkpack, version, kind):
    documents = flinkpack.has(flink_images.ours(version, kind)).documents()
    manifests.check_all(documents)
    workload = "Job" if kind == "job" else "Deployment"
    assert manifests.workload(documents, "jobmanager")["kind"] == workload
    assert manifests.argv(documents, "taskmanager") == [
        "task-manager", "-Dtaskmanager.host=10.0.0.1"]
    jobmanager = manifests.argv(documents, "jobmanager")
    assert jobmanager == (["job-cluster", "--job-classname", "com.example.Orders"]
                          if kind == "job" else ["jobmanager"])


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("version", VERSIONS)
def test_every_option(flinkpack, version, kind):
    documents = flinkpack.has(flink_images.ours(version, kind)).documents(*FULL)
    manifests.check_all(documents)
    assert manifests.workload(documents, "taskmanager")["spec"]["replicas"] == 3
    assert all(one["metadata"]["namespace"] == "team" for one in documents)
    env = {one["name"]: one.get("value") for one in
           manifests.container(documents, "jobmanager")["env"]}
    assert manifests.expand(env["A"], {"POD_IP": "1"}) == "$(POD_IP) $X"


@pytest.mark.parametrize("version", ["1.12.7", "1.13.6", "1.16.3", "1.18.1", "2.2.1"])
def test_high_availability(flinkpack, version):
    documents = flinkpack.has(flink_images.ours(version)).documents(
        "--ha", "--ha-dir", "s3://b/ha", "--namespace", "team")
    manifests.check_all(documents)
    conf = manifests.properties(documents)
    assert conf["kubernetes.namespace"] == "team" and conf["kubernetes.cluster-id"] == "orders"
    assert "jobmanager.rpc.address" not in conf
    key = "high-availability.type" if version >= "1.17" else "high-availability"
    factory = "org.apache.flink.kubernetes.highavailability.KubernetesHaServicesFactory"
    assert conf[key] == ("kubernetes" if version >= "1.16" else factory)
    for template in manifests.pod_templates(documents):
        assert template["spec"]["serviceAccountName"] == "orders"
        assert template["spec"]["automountServiceAccountToken"] is True
    env = {one["name"]: one for one in manifests.container(documents, "jobmanager")["env"]}
    address = env["JOB_MANAGER_RPC_ADDRESS"]["valueFrom"]["fieldRef"]["fieldPath"]
    assert address == "status.podIP"


def test_no_token_unless_needed(orders):
    for template in manifests.pod_templates(orders.documents()):
        assert template["spec"]["automountServiceAccountToken"] is False


def test_read_only_root_and_no_user_id(orders):
    documents = orders.documents()
    for template in manifests.pod_templates(documents):
        assert "runAsUser" not in template["spec"]["securityContext"]
        assert "fsGroup" not in template["spec"]["securityContext"]
        security = template["spec"]["containers"][0]["securityContext"]
        assert security["readOnlyRootFilesystem"] is True


@pytest.mark.parametrize("user", [None, "flink", "root", "0"])
def test_a_user_without_a_number_gets_one(flinkpack, user):
    image = flink_images.official("2.2.1", user)
    for template in manifests.pod_templates(flinkpack.has(image).documents()):
        assert template["spec"]["securityContext"]["runAsUser"] == 9999


def test_openshift_chooses_the_user(flinkpack):
    flinkpack.has(flink_images.official("2.2.1", "flink"))
    for template in manifests.pod_templates(
            flinkpack.documents("--route", "--claim", "s:1Gi:/s")):
        assert set(template["spec"]["securityContext"]) == {"runAsNonRoot", "seccompProfile"}


@pytest.mark.parametrize("version", ["1.10.3", "1.14.6", "1.20.5", "2.2.1"])
def test_official_images(flinkpack, version):
    flinkpack.has(flink_images.official(version))
    documents = flinkpack.documents()
    manifests.check_all(documents)
    assert manifests.argv(documents, "jobmanager") == ["jobmanager"]
    job = flinkpack.documents("--type", "job", "--job-classname", "A", "--", "x")
    assert manifests.argv(job, "jobmanager") == [
        "standalone-job", "--job-classname", "A", "--", "x"]
    assert manifests.argv(job, "taskmanager")[0] == "taskmanager"
    env = {one["name"]: one.get("value") for one in
           manifests.container(job, "jobmanager")["env"]}
    assert env["JOB_MANAGER_RPC_ADDRESS"] == "orders-jobmanager"


def random_argument(generator):
    alphabets = ["abc -=$(){}'\"\\#:,[]&*!|>%@`~?\t\n", "0123456789.eE+-_:xo",
                 "\x01\x07\x1b\x7f\x85\xa0\u2028\ufeff\U0001f600\u00e9\u4e2d", "yesnotrufalnd~<="]
    alphabet = generator.choice(alphabets)
    return "".join(generator.choice(alphabet) for _ in range(generator.randrange(0, 9)))


AWKWARD = ["--config", "prod", "--job", "5", "a b", '"q"', "$X", "$(POD_IP)", "$$(POD_IP)", "$", "$$",
           "", "yes", "no", "null", "~", "1.10", "0x1f", "1_000", "12:30:45", "2026-11-22", "-",
           "--", "- a", "a: b", "a #b", "#", "!tag", "&a", "*a", "%d", "@", "`", "{}", "[]", "{{ .x }}",
           "'", "\\", "\n", "a\nb\n", "\t", " a", "a ", "|", ">", "?", "=", "<<", ".inf", ".5", "+1",
           "é", "中", "\U0001f600", "\x7f", "\x85", "\u2028", "\ufeff", "a:", "-Dx=y", "--host", "on"]


def test_arguments_arrive_as_they_are(orders):
    generator = random.Random(20261122)
    words = AWKWARD + [random_argument(generator) for _ in range(400)]
    expected = ["job-cluster", "--job-classname", "com.example.Orders", "--", *words]
    assert manifests.argv(orders.documents("--", *words), "jobmanager") == expected
    as_json = json.loads(orders.generate("-o", "json", "--", *words).out)
    assert manifests.argv(as_json["items"], "jobmanager") == expected


def test_what_is_not_unicode_is_refused(orders):
    assert "UTF-8" in orders.refuses("--", b"\xff".decode("utf-8", "surrogateescape"))


def test_options_go_before_arguments(orders):
    words = ["--from-savepoint", "s3://b/sp 1", "--allow-non-restored-state", "--job-id", "0" * 32]
    assert manifests.argv(orders.documents(*words, "--", "--x"), "jobmanager") == [
        "job-cluster", "--job-classname", "com.example.Orders", "--job-id", "0" * 32,
        "--fromSavepoint", "s3://b/sp 1", "--allowNonRestoredState", "--", "--x"]
    old = orders.documents("--fromSavepoint", "s3://b/sp", "--allowNonRestoredState")
    assert "--fromSavepoint" in manifests.argv(old, "jobmanager")


def test_bytes_do_not_change(orders):
    assert orders.generate(*FULL).out == orders.generate(*FULL).out


def test_json_is_the_same(orders):
    documents = orders.documents(*FULL)
    as_json = json.loads(orders.generate("-o", "json", *FULL).out)
    assert as_json["kind"] == "List" and as_json["items"] == documents


def test_folder(orders, tmp_path):
    words = ["--node-port", "30099"]
    result = orders.generate("--output-dir", tmp_path / "out" / "k8s", *words)
    assert result.out == ""
    folder = tmp_path / "out" / "k8s"
    [kustomization] = manifests.load((folder / "kustomization.yaml").read_text())
    loaded = [manifests.load((folder / name).read_text())[0]
              for name in kustomization["resources"]]
    assert loaded == orders.documents(*words)
    assert {one.name for one in folder.iterdir()} == {
        "kustomization.yaml", *kustomization["resources"]}
    [image] = kustomization["images"]
    used = manifests.container(loaded, "jobmanager")["image"]
    assert used == image["name"] + "@" + image["digest"]


def test_kustomize_makes_the_same_of_a_folder(orders, tmp_path):
    program = downloads.program("KUBECTL", "kubectl-1.35.2-amd64")
    folder = tmp_path / "k8s"
    orders.generate("--output-dir", folder, *FULL)

    def kustomize():
        done = subprocess.run([program, "kustomize", folder], capture_output=True, text=True)
        assert done.returncode == 0, done.stderr
        return manifests.load(done.stdout)

    def by_name(documents):
        return sorted(documents, key=lambda one: (one["kind"], one["metadata"]["name"]))

    assert by_name(kustomize()) == by_name(orders.documents(*FULL))
    file = folder / "kustomization.yaml"
    file.write_text(re.sub("digest: sha256:.*", "digest: sha256:" + "1" * 64, file.read_text()))
    assert manifests.container(kustomize(), "taskmanager")["image"].endswith("@sha256:" + "1" * 64)


def test_files_of_before_are_told_of(orders, tmp_path):
    folder, elsewhere = tmp_path / "link", tmp_path / "real"
    elsewhere.mkdir()
    folder.symlink_to(elsewhere)
    assert "was there" not in orders.generate("--output-dir", folder, "--node-port").err
    (elsewhere / "notes.txt").touch()
    err = orders.generate("--output-dir", folder).err
    assert err.count("was there before") == 1
    assert "link/orders-jobmanager-ui-service.yaml: was there before" in err
    chart = tmp_path / "chart"
    orders.generate("--format", "helm", "--output-dir", chart, "--ha", "--ha-dir", "s3://b")
    assert "chart/templates/role.yaml: was there" in orders.generate(
        "--format", "helm", "--output-dir", chart).err


def test_folders_that_cannot_be(orders, tmp_path):
    (tmp_path / "file").touch()
    for folder in (tmp_path / "file", tmp_path / "file/below", "/proc/none", ""):
        result = orders.try_run("generate", "--image", orders.image, "--output-dir", folder)
        assert result.status in (2, 9) and result.out == "", result.err


def test_what_to_do_is_told(orders):
    err = orders.generate("--namespace", "team", "--savepoint-dir", "s3://b/s").err
    delete = err.index("kubectl -n team delete job orders-jobmanager --cascade=foreground")
    assert err.index("--savepointPath s3://b/s") < delete < err.index("--from-savepoint PATH")
    assert "port-forward service/orders-jobmanager 8081" in err
    assert "-l app.kubernetes.io/instance=orders" in err
    assert orders.generate("--quiet").err == ""


def test_single_platforms_choose_their_nodes(flinkpack):
    arm = flink_images.ours("2.2.1", architecture="arm64")
    for template in manifests.pod_templates(flinkpack.has(arm).documents()):
        assert template["spec"]["nodeSelector"] == {"kubernetes.io/arch": "arm64"}
    shutil.rmtree(flinkpack.store)
    both = images.Index([flink_images.ours("2.2.1"), arm])
    for template in manifests.pod_templates(flinkpack.has(both).documents()):
        assert "nodeSelector" not in template["spec"]


def test_configuration(orders, tmp_path):
    conf = tmp_path / "config.yaml"
    conf.write_text("state:\n  backend:\n    type: rocksdb\nparallelism:\n  default: 6\n"
                    "pipeline.jars: [a, b]\njobmanager:\n  bind-host: localhost\n"
                    "execution.checkpointing.interval: 1min\n")
    result = orders.generate("--conf", conf, "-D", "state.backend.type=hashmap", "-Da.b=1",
                             "--slots", "4")
    documents = manifests.load(result.out)
    settings = manifests.properties(documents)
    assert settings["state.backend.type"] == "hashmap" and settings["a.b"] == "1"
    assert settings["pipeline.jars"] == "a;b"
    assert settings["jobmanager.bind-host"] == "0.0.0.0"
    assert "jobmanager.bind-host" in result.err
    assert manifests.workload(documents, "taskmanager")["spec"]["replicas"] == 2


def test_autoscaling(orders):
    documents = orders.documents("--autoscale", "1:8")
    manifests.check_all(documents)
    assert manifests.properties(documents)["scheduler-mode"] == "reactive"
    assert "replicas" not in manifests.workload(documents, "taskmanager")["spec"]
    scaler = manifests.named(documents, "HorizontalPodAutoscaler")
    assert (scaler["spec"]["minReplicas"], scaler["spec"]["maxReplicas"]) == (1, 8)


def test_tls_has_no_http_probes(orders):
    documents = orders.documents("-D", "security.ssl.rest.enabled=true")
    one = manifests.container(documents, "jobmanager")
    assert all("httpGet" not in one[key] for key in one if key.endswith("Probe"))
    off = manifests.container(orders.documents("--probes", "off"), "jobmanager")
    assert not [key for key in off if key.endswith("Probe")]


def test_a_job_retries_what_flink_has_not_decided(orders):
    spec = manifests.named(orders.documents("--retries", "0", "--ttl", "60"), "Job")["spec"]
    assert spec["backoffLimit"] == 0 and spec["ttlSecondsAfterFinished"] == 60
    assert spec["template"]["spec"]["restartPolicy"] == "Never"
    rules = spec["podFailurePolicy"]["rules"]
    assert rules[0]["onExitCodes"]["values"] == [163]


def test_patches(orders, tmp_path):
    strategic, merge = tmp_path / "s.yaml", tmp_path / "m.yaml"
    strategic.write_text("""
kind: Deployment
metadata: {name: orders-taskmanager}
spec:
  template:
    spec:
      containers:
        - name: taskmanager
          env: [{name: EXTRA, value: "yes"}]
          volumeMounts: [{mountPath: /opt/flink/log, $patch: delete}]
      priorityClassName: high
      enableServiceLinks: null
""")
    merge.write_text("kind: Job\nspec: {backoffLimit: 9, podFailurePolicy: null}\n")
    documents = orders.documents("--patch", strategic, "--merge-patch", merge)
    pod = manifests.workload(documents, "taskmanager")["spec"]["template"]["spec"]
    assert pod["priorityClassName"] == "high" and "enableServiceLinks" not in pod
    [one] = pod["containers"]
    assert one["env"][-1] == {"name": "EXTRA", "value": "yes"} and len(one["env"]) > 1
    assert [mount["mountPath"] for mount in one["volumeMounts"]] == ["/tmp"]
    job = manifests.named(documents, "Job")["spec"]
    assert job["backoffLimit"] == 9 and "podFailurePolicy" not in job
    merge.write_text("kind: Secret\n")
    assert "no Secret" in orders.refuses("--patch", merge, status=3)
    merge.write_text("spec: {a: b}\n")
    assert "has no kind" in orders.refuses("--patch", merge, status=3)
    merge.write_text("kind: Job\nmetadata: {$patch: replace}\n")
    assert "takes away" in orders.refuses("--patch", merge, status=3)
    merge.write_text("[{op: remove, path: /spec}]\n")
    assert "mapping" in orders.refuses("--patch", merge, status=3)


def test_values(orders, tmp_path):
    values = tmp_path / "values.yaml"
    values.write_text("""
image: {repository: registry.example.com/team/orders, tag: "1.2"}
flink: {type: job}
parallelism: 8
slots: 4
arguments: [--input, "", "1.10"]
conf: {state.backend.type: rocksdb}
label: [team=orders]
ha: false
""")
    result = orders.run("generate", "--values", values)
    documents = manifests.load(result.out)
    assert manifests.workload(documents, "taskmanager")["spec"]["replicas"] == 2
    assert manifests.argv(documents, "jobmanager")[-4:] == ["--", "--input", "", "1.10"]
    assert manifests.properties(documents)["state.backend.type"] == "rocksdb"
    documents = orders.documents("--values", values, "--parallelism", "4", "--", "x")
    assert manifests.workload(documents, "taskmanager")["spec"]["replicas"] == 1
    assert manifests.argv(documents, "jobmanager")[-2:] == ["--", "x"]
    for text, told in [("flink: {kind: job}", "flink: kind"), ("flink: job", "mapping"),
                       ("flink: {type: job}\ntype: job", "twice"),
                       ("image: {repository: a, tags: 1}", "image: tags"),
                       ("image: {tag: 1}", "repository"), ("image: [a]", "list"),
                       ("name: null", "plain value"), ("arguments: [null]", "plain value"),
                       ("parallelism: 1e3", "whole number"), ("- name", "mapping"),
                       ("values: x", "command line")]:
        values.write_text(text + "\n")
        assert told in orders.refuses("--values", values)
    for text, told in [("a: &a [x]\nb: *a", "aliases"), ("name: a\nname: b", "twice"),
                       ("name: !!binary YQ==", "tag"), ("name: a\n---\nname: b", "second"),
                       ("conf: " + "[" * 1000, "nested"), ("name: \"a\\0b\"", "NUL")]:
        values.write_text(text + "\n")
        assert told in orders.refuses("--values", values, status=3)


def test_what_linux_does_not_hand_over_is_refused(orders, tmp_path):
    values = tmp_path / "values.yaml"
    values.write_text("arguments: [%s]\n" % ("x" * 131071))
    assert len(manifests.argv(orders.documents("--values", values), "jobmanager")[-1]) == 131071
    values.write_text("arguments: [%s]\n" % ("x" * 131072))
    assert "131072 bytes" in orders.refuses("--values", values)
    values.write_text("conf: {a: %s, b: %s}\n" % ("x" * 70000, "y" * 70000))
    assert "build --conf" in orders.refuses("--values", values)


def test_values_stay_as_they_are_written(orders, tmp_path):
    """What YAML would take for dates, octal numbers and so on."""
    words = ["2026-11-22", "012", "0x1", "1e3", "1_000", "yes", "off", "1.10", ".5", "12:30:45",
             "9223372036854775808", "-0", "+1", "0o17"]
    values = tmp_path / "values.yaml"
    values.write_text("arguments: [%s]\nenv: {A: 012, B: yes, C: 1.10}\nconf: {a: 012, b: 1.10}\n"
                      % ", ".join(words))
    documents = orders.documents("--values", values)
    assert manifests.argv(documents, "jobmanager")[4:] == words
    env = manifests.container(documents, "jobmanager")["env"]
    assert [one.get("value") for one in env][-3:] == ["012", "yes", "1.10"]
    conf = manifests.properties(documents)
    assert (conf["a"], conf["b"]) == ("012", "1.10")


# What cannot be, and a word of the reason.
REFUSED = [
    ("1.6.0", "job", ["--from-savepoint", "s3://b/s"], "FLINK-10164"),
    ("1.6.0", "job", ["--job-id", "0" * 32], "1.8.0"),
    ("1.10.3", "job", ["--ha", "--ha-dir", "s3://b"], "1.12"),
    ("1.20.5", "job", ["--ha", "--namespace", "a"], "--ha-dir"),
    ("1.20.5", "job", ["--ha", "--ha-dir", "s3://b"], "--namespace"),
    ("1.10.3", "job", ["--autoscale", "1:2"], "1.13"),
    ("1.20.5", "session", ["--autoscale", "1:2"], "--type job"),
    ("1.20.5", "job", ["--autoscale", "3:2"], "MIN:MAX"),
    ("1.12.7", "job", ["--format", "operator"], "1.13"),
    ("2.2.1", "job", ["--queryable-state"], "Flink 2"),
    ("1.20.5", "session", ["--type", "job"], "no job"),
    ("1.20.5", "session", ["--", "x"], "--type job"),
    ("1.5.6", "job", [], "1.6.0"),
    ("1.20.5", "job", ["--taskmanager-memory", "512m"], "982Mi"),
    ("1.20.5", "job", ["--jobmanager-memory", "1g", "-D", "jobmanager.memory.process.size=2g"],
     "add up"),
    ("1.20.5", "job", ["--parallelism", "5", "--slots", "2", "--replicas", "2"], "3 are needed"),
    ("1.20.5", "job", ["--name", "Orders"], "lower-case"),
    ("1.20.5", "job", ["--name", "a" * 46], "45"),
    ("1.20.5", "job", ["-D", "rest.port=9000"], "8081"),
    ("1.20.5", "job", ["-D", "a=b #c"], "quote"),
    ("1.20.5", "job", ["--env", "FLINK_PROPERTIES=a"], "-D"),
    ("1.20.5", "job", ["--label", "app.kubernetes.io/name=x"], "Services"),
    ("1.20.5", "job", ["--volume", "hostpath:x:/x"], "KIND"),
    ("1.20.5", "job", ["--volume", "claim:x:/tmp"], "already"),
    ("1.20.5", "job", ["--allow-non-restored-state"], "--from-savepoint"),
    ("1.20.5", "job", ["--format", "compose", "--ha"], "no place"),
    ("1.20.5", "job", ["--flink-version", "1.19.0"], "1.20.5"),
    ("1.20.5", "job", ["--format", "helm"], "--output-dir"),
    ("1.20.5", "job", ["stray"], "behind --"),
    ("1.20.5", "job", ["--checkpoint-dir", "folder"], "s3://"),
    ("1.20.5", "job", ["--node-port", "99999"], "30081"),
    ("1.20.5", "job", ["--namespace", "a.b"], "namespace"),
    ("1.20.5", "job", ["--ingress-class", "x"], "--ingress,"),
    ("1.20.5", "job", ["--ingress-tls", "x"], "--ingress,"),
    ("1.20.5", "job", ["--jar-uri", "https://x/a.jar"], "--format kubernetes"),
    ("1.20.5", "job", ["--savepoint-dir", "s3://a b"], "blanks"),
    ("1.20.5", "job", ["--claim", "a:1Gi:/x", "--claim", "a:1Gi:/y"], "two"),
    ("1.20.5", "job", ["--claim", "a:1Gi:/"], "NAME:SIZE:PATH"),
    ("1.20.5", "job", ["--claim", "a:1Gi:/../x"], "NAME:SIZE:PATH"),
    ("1.20.5", "job", ["--volume", "claim:d:/opt/flink/log/"], "PATH"),
    ("1.20.5", "job", ["--savepoint-dir", "s3://a\u2028b"], "control"),
    ("1.20.5", "job", ["-D", "a=b\x7fc"], "control"),
    ("1.20.5", "job", ["--toleration", "a:Sometimes"], "NoExecute"),
    ("1.20.5", "job", ["--toleration", "a b"], "KEY"),
    ("1.20.5", "job", ["--env-secret", "A=s:a b"], "SECRET:KEY"),
    ("1.20.5", "job", ["--job-classname", "com.x; id"], "class"),
    ("1.20.5", "job", ["--job-classname", "--host"], "class"),
    ("1.20.5", "job", ["--format", "template", "--env", "A=$FLINK_JOB"], "envsubst"),
]


@pytest.mark.parametrize("version, kind, words, reason", REFUSED,
                         ids=[" ".join([row[0], row[1], *row[2]])[:60] for row in REFUSED])
def test_refused(flinkpack, version, kind, words, reason):
    assert reason in flinkpack.has(flink_images.ours(version, kind)).refuses(*words)


# What an image can say of itself to get something into manifests, or into what is printed.
HOSTILE = ["1.20.5\n---\nkind: Evil", "$(POD_IP) {{ .Values.x }} ${HOME} `id`", "a: b # c", "'\"\\",
           "\u2028\x85\u2029", "~", "!x", "*a", "&a", "/opt/../x", "/opt/x; id", "x" * 100000, ""]


@pytest.mark.parametrize("text", HOSTILE, ids=[repr(one)[:20] for one in HOSTILE])
@pytest.mark.parametrize("what", ["flinkpack.flink-version", "flinkpack.type", "flinkpack.job-class",
                                  "flinkpack.job-jars", "FLINK_HOME", "FLINK_TGZ_URL", "User"])
def test_hostile_images(flinkpack, what, text):
    image = flink_images.ours("1.20.5")
    config = image.document["config"]
    if what == "User":
        config["User"] = text
    elif what.startswith("flinkpack."):
        config["Labels"][what] = text
    else:
        config["Env"] = [one for one in config["Env"] if not one.startswith(what + "=")]
        config["Env"].append("%s=%s" % (what, text))
    image.seal()
    flinkpack.has(image)
    for form in ("kubernetes", "template"):
        result = flinkpack.try_run("generate", "--image", flinkpack.image, "--format", form)
        assert result.status in (0, 2, 3)
        assert "id`" not in result.err or result.status
        if result.status == 0 and form == "kubernetes":
            manifests.check_all(manifests.load(result.out))
    expected = {"flinkpack.flink-version": 2, "flinkpack.type": 2, "FLINK_HOME": 3,
                "flinkpack.job-class": 3 if text.isascii() and text else 0}.get(what, 0)
    assert result.status == expected, result.err[:1000]


def test_hidden_folders_can_be_mounted(orders):
    for path in ("/opt/flink/.aws", "/...", "/.x/..y"):
        one = manifests.container(orders.documents("--volume", "secret:a:" + path), "jobmanager")
        assert one["volumeMounts"][-1]["mountPath"] == path


def test_a_pull_secret_is_there_once(orders):
    for template in manifests.pod_templates(orders.documents("--pull-secret", "a", "--pull-secret",
                                                             "b", "--pull-secret", "a")):
        assert template["spec"]["imagePullSecrets"] == [{"name": "a"}, {"name": "b"}]


def test_the_later_variable_is_meant(orders):
    documents = orders.documents("--env", "A=1", "--env", "B=2", "--env", "A=3", "--env-secret",
                                 "B=s:key")
    env = manifests.container(documents, "jobmanager")["env"]
    assert [one["name"] for one in env][-2:] == ["A", "B"]
    assert env[-2]["value"] == "3" and "secretKeyRef" in env[-1]["valueFrom"]


def test_official_images_have_limits(flinkpack):
    assert "1.10" in flinkpack.has(flink_images.official("1.9.3")).refuses()
    flinkpack.has(flink_images.official("2.2.1"))
    assert "FLINK-38587" in flinkpack.refuses("-D", "env.java.opts.all=-Xa -Xb")
    assert "--job-classname" in flinkpack.refuses("--type", "job")


def test_other_images_are_refused(flinkpack):
    flinkpack.has(images.Image([images.layer([images.folder("opt")])], {"Cmd": ["sh"]}))
    assert "flinkpack build" in flinkpack.refuses(status=3)
    assert "--image" in flinkpack.try_run("generate").err


def test_a_name_without_a_registry_is_warned_of(flinkpack):
    flinkpack.has(flink_images.ours("2.2.1"), "orders:1.0")
    result = flinkpack.generate()
    image = manifests.container(manifests.load(result.out), "jobmanager")["image"]
    assert image == "orders:1.0" and "names no registry" in result.err


def test_an_image_in_a_file_is_refused(flinkpack, tmp_path):
    images.write_layout(flink_images.ours("2.2.1"), tmp_path / "layout", "v1")
    result = flinkpack.try_run("generate", "--image", "oci:%s:v1" % (tmp_path / "layout"))
    assert result.status == 2 and "push it" in result.err


def test_every_option_is_in_the_help(flinkpack):
    text = flinkpack.run("generate", "--help").out
    for word in FULL:
        if word.startswith("--"):
            assert word in text.split(), word
    assert "generate" in flinkpack.run("man").out
