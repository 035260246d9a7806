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
        "--run-as-user", "4242",
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


@pytest.mark.parametrize("words", [[], ["--format", "operator"]])
def test_a_user_with_a_name(flinkpack, words):
    """Hadoop fails for a user whom /etc/passwd does not have."""
    image = flinkpack.has(flink_images.ours("1.20.5", "job"))
    documents = image.documents("--run-as-user", "4242", *words)
    passwd, = [one for one in documents if "passwd" in one.get("data", ())]
    assert "\nflink:x:4242:0::/opt/flink:" in passwd["data"]["passwd"]
    specs = [one["spec"] for one in manifests.pod_templates(documents)] or \
        [one["spec"]["podTemplate"]["spec"] for one in documents if "podTemplate" in one.get("spec", ())]
    assert specs
    for pod in specs:
        mount, = [one for one in pod["containers"][0]["volumeMounts"] if one["name"] == "passwd"]
        assert (mount["mountPath"], mount["subPath"]) == ("/etc/passwd", "passwd")
        volume, = [one for one in pod["volumes"] if one["name"] == "passwd"]
        assert volume["configMap"]["name"] == passwd["metadata"]["name"]
        assert "fsGroup" not in pod["securityContext"]
    for more in (["--run-as-user", "9999"], [],
                 ["--run-as-user", "4242", "--volume", "configmap:mine:/etc/passwd"]):
        assert "flink:x:" not in json.dumps(image.documents(*more, *words))


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
    address = env["JOB_MANAGER_RPC_ADDRESS"]
    assert address == manifests.properties(job)["jobmanager.rpc.address"]
    assert manifests.named(job, "Service", address)


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


def test_a_savepoint_among_the_arguments_is_told_of(orders):
    for word in ("--fromSavepoint", "--fromSavepoint=s3://b/s"):
        assert "--from-savepoint is an option" in orders.generate("--", word, "s3://b/s").err
    assert "savepoint is an option" not in orders.generate("--", "--fromSavepoints").err


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


@pytest.mark.parametrize("words, both", [
    ([], False), (["--ha", "--ha-dir", "s3://b/h", "--namespace", "team"], True), (["--format", "template"], True),
    (["-D", "high-availability=zookeeper"], True)])
def test_steps_delete_what_would_find_the_next_job(orders, words, both):
    """Where every version finds the leader, TaskManagers of before have to be gone."""
    err = orders.generate(*words).err
    [step] = [line for line in err.splitlines() if " 3. " in line]
    assert ("deploy/orders-taskmanager" in step) == both and "--cascade=foreground" in step
    assert ("flinkpack.revision!=" in err) == ("--ha" not in words and "template" not in words)


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


SYNC = "argocd.argoproj.io/sync-options"


def test_argo_is_told_nothing(orders, tmp_path):
    """Force and Replace would restart the job at each sync; whoever wants that can say so."""
    assert "argo" not in orders.generate(*FULL).out.lower()
    words = ["--annotation", SYNC + "=Prune=false"]
    for one in orders.documents(*words):
        assert one["metadata"]["annotations"] == {SYNC: "Prune=false"}
    patch = tmp_path / "patch.yaml"
    patch.write_text("kind: Job\nmetadata: {annotations: {%s: 'Force=true'}}\n" % SYNC)
    job = manifests.named(orders.documents("--patch", patch), "Job")
    assert job["metadata"]["annotations"] == {SYNC: "Force=true"}


def test_volumes_are_not_deleted_without_a_word(orders):
    result = orders.generate("--claim", "state:1Gi:/state")
    assert "# 'kubectl delete -f' and '-k' delete this" in result.out
    [line] = [line for line in result.err.splitlines() if "delete pvc" in line]
    assert "what is on these volumes" in line
    [line] = [line for line in result.err.splitlines() if "clean up:" in line]
    assert "pvc" not in line and "delete -" not in line
    operator = orders.generate("--format", "operator", "--claim", "state:1Gi:/state")
    assert "delete pvc" in operator.err and "delete this as well" in operator.out
    assert "pvc" not in orders.generate().err


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


def test_a_patch_that_knows_the_address_of_before(orders, tmp_path):
    patch = tmp_path / "patch.yaml"
    patch.write_text("kind: ConfigMap\ndata: {FLINK_PROPERTIES: 'jobmanager.rpc.address: %s'}\n"
                     % "orders-jobmanager")
    assert "warning: --patch: jobmanager.rpc.address" in orders.generate("--patch", patch).err
    patch.write_text("kind: ConfigMap\ndata: {more: 'jobmanager.rpc.address: a'}\n")
    assert "warning" not in orders.generate("--patch", patch).err


def test_secrets_in_manifests_are_told(orders):
    err = orders.generate("-D", "s3.secret-key=hidden1", "--env", "DB_PASSWORD=hidden2", "-D",
                          "s3.access-key=AKIA", "-D", "s3.region=${REGION}").err
    assert "-D s3.secret-key: looks like a secret" in err
    assert "--env DB_PASSWORD: looks like a secret" in err
    assert "hidden" not in err and "access-key:" not in err
    assert "looks like" not in orders.generate("-D", "s3.secret-key=${KEY}", "--env-secret",
                                               "KEY=s3:key").err


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


def test_a_name_without_a_registry_is_warned_of(flinkpack):
    flinkpack.has(flink_images.ours("2.2.1"), "orders:1.0")
    result = flinkpack.generate()
    image = manifests.container(manifests.load(result.out), "jobmanager")["image"]
    assert image == "orders:1.0" and "names no registry" in result.err


def test_every_option_is_in_the_help(flinkpack):
    text = flinkpack.run("generate", "--help").out
    for word in FULL:
        if word.startswith("--"):
            assert word in text.split(), word
    assert "generate" in flinkpack.run("man").out
