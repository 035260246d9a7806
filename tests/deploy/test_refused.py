"""generate: what is refused, and what --values may hold."""

import flink_images
import images
import manifests
import pytest

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
    ("1.20.5", "job", ["-D", "rest.bind-port=9000"], "8081"),
    ("1.20.5", "job", ["-D", "jobmanager.rpc.bind-port=9000"], "6123"),
    ("1.20.5", "job", ["-D", "taskmanager.data.bind-port=9000"], "6121"),
    ("1.20.5", "job", ["--metrics", "-D", "metrics.reporter.prom.port=9250"], "9249"),
    ("1.20.5", "job", ["-D", "a=b #c"], "quote"),
    ("1.20.5", "job", ["--env", "FLINK_PROPERTIES=a"], "-D"),
    ("1.20.5", "job", ["--label", "app.kubernetes.io/name=x"], "Services"),
    ("1.20.5", "job", ["--volume", "hostpath:x:/x"], "KIND"),
    ("1.20.5", "job", ["--volume", "claim:x:/tmp"], "already"),
    ("1.20.5", "job", ["--allow-non-restored-state"], "--from-savepoint"),
    ("1.20.5", "job", ["--format", "compose", "--ha"], "no place"),
    ("1.20.5", "job", ["--flink-version", "1.19.0"], "1.20.5"),
    ("1.20.5", "job", ["--format", "helm"], "--output-dir"),
    ("1.20.5", "job", ["--format", "helm", "--output-dir", "c", "-n", "a"], "helm takes --namespace"),
    ("1.20.5", "job", ["stray"], "behind --"),
    ("1.20.5", "job", ["--checkpoint-dir", "folder"], "s3://"),
    ("1.20.5", "job", ["--checkpoint-interval", "60"], "10ms to 365d"),
    ("1.20.5", "job", ["--restart-strategy", "always"], "exponential-delay"),
    ("1.12.7", "job", ["--restart-strategy", "exponential-delay"], "1.13"),
    ("1.20.5", "job", ["--restart-strategy", "none", "--autoscale", "1:2"], "ends the job"),
    ("1.20.5", "job", ["--node-port", "99999"], "30081"),
    ("1.20.5", "job", ["--node-port", "29999"], "from 30000 to 32767"),
    ("1.20.5", "job", ["--node-port", "32768"], "--service-node-port-range"),
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
    # The notes of a template have the class in them.
    for form in ("template", "kubernetes") if what == "flinkpack.job-class" else ("kubernetes",):
        result = flinkpack.try_run("generate", "--image", flinkpack.image, "--format", form)
        assert result.status in (0, 2, 3)
        assert "id`" not in result.err or result.status
        if result.status == 0 and form == "kubernetes":
            manifests.check_all(manifests.load(result.out))
    expected = {"flinkpack.flink-version": 2, "flinkpack.type": 2, "FLINK_HOME": 3,
                "flinkpack.job-class": 3 if text.isascii() and text else 0}.get(what, 0)
    assert result.status == expected, result.err[:1000]


def test_official_images_have_limits(flinkpack):
    assert "1.10" in flinkpack.has(flink_images.official("1.9.3")).refuses()
    flinkpack.has(flink_images.official("2.2.1"))
    assert "FLINK-38587" in flinkpack.refuses("-D", "env.java.opts.all=-Xa -Xb")
    assert "--job-classname" in flinkpack.refuses("--type", "job")


def test_other_images_are_refused(flinkpack):
    flinkpack.has(images.Image([images.layer([images.folder("opt")])], {"Cmd": ["sh"]}))
    assert "flinkpack build" in flinkpack.refuses(status=3)
    assert "--image" in flinkpack.try_run("generate").err


def test_an_image_in_a_file_is_refused(flinkpack, tmp_path):
    images.write_layout(flink_images.ours("2.2.1"), tmp_path / "layout", "v1")
    result = flinkpack.try_run("generate", "--image", "oci:%s:v1" % (tmp_path / "layout"))
    assert result.status == 2 and "push it" in result.err


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


@pytest.mark.parametrize("option", ["--values", "--conf", "--patch", "--merge-patch"])
def test_a_file_that_is_not_there_is_told_with_its_option(option, orders):
    assert "%s: not-there: cannot be opened" % option in orders.refuses(option, "not-there", status=5)


def test_a_setting_without_a_value_is_told_what_to_be(orders):
    assert "try: KEY=VALUE, or a file of keys\n" in orders.refuses("--conf", "taskmanager.slots", status=5)


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
