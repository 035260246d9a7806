"""generate --log-conf: log4j's configuration in every format."""

import shutil
import subprocess

import downloads
import flink_images
import manifests
import pytest
import schemas
import yaml

NEW = "rootLogger.level = INFO\nappender.c.layout.pattern = %d '\"{{ .x }} ${sys:log.file} $(Y) \u00e4\n"
OLD = "log4j.rootLogger=INFO, console\n"
FILE = "log4j-console.properties"
TARGET = "/opt/flink/conf/" + FILE


@pytest.fixture
def conf(tmp_path):
    path = tmp_path / "mine.properties"
    path.write_text("# mine\n" + NEW)
    return path


def check_pods(documents):
    config = [one for one in documents if FILE in one.get("data", {})]
    assert [one["data"][FILE] for one in config] == ["# mine\n" + NEW]
    for component in ("jobmanager", "taskmanager"):
        template = manifests.workload(documents, component)["spec"]["template"]
        assert "checksum/log-conf" in template["metadata"]["annotations"]
        [mount] = [one for one in template["spec"]["containers"][0]["volumeMounts"]
                   if one["mountPath"] == TARGET]
        assert mount["subPath"] == FILE and mount["readOnly"]
        [volume] = [one for one in template["spec"]["volumes"] if one["name"] == mount["name"]]
        assert volume["configMap"]["name"] == config[0]["metadata"]["name"]


@pytest.mark.parametrize("image", [flink_images.ours("1.20.5"), flink_images.official("2.2.1")])
def test_kubernetes_and_template(flinkpack, conf, image):
    flinkpack.has(image)
    documents = flinkpack.documents("--log-conf", conf)
    check_pods(documents)
    manifests.check_all(documents)


def test_template(orders, conf):
    text = orders.generate("--log-conf", conf, "--format", "template").out
    check_pods(manifests.load(text.replace("${FLINK_JOB_ARGUMENTS}", "")))


def test_helm(chart, flinkpack, helm, conf, tmp_path):
    folder = chart(flink_images.ours("1.20.5"), "--log-conf", conf)
    documents = manifests.load(helm("template", "orders", folder, "--kube-version", "1.35.0"))
    check_pods(documents)
    # The revision is that of the other format, and another for another file.
    plain = flinkpack.documents("--log-conf", conf)
    assert manifests.named(documents, "Job")["spec"]["template"]["metadata"]["labels"] | {
        "helm.sh/chart": ""} | {"app.kubernetes.io/managed-by": "flinkpack"} == manifests.named(
            plain, "Job")["spec"]["template"]["metadata"]["labels"] | {"helm.sh/chart": ""}
    other = tmp_path / "other.properties"
    other.write_text(NEW)
    revisions = {manifests.named(flinkpack.documents(*words), "Job")["spec"]["template"]["metadata"][
        "labels"]["flinkpack.revision"] for words in ([], ["--log-conf", conf], ["--log-conf", other])}
    assert len(revisions) == 3


def test_operator(orders, conf):
    [document] = orders.documents("--log-conf", conf, "--format", "operator")
    assert document["spec"]["logConfiguration"] == {FILE: "# mine\n" + NEW}
    assert TARGET not in str(document["spec"]["podTemplate"])
    downloads.need(schemas.OPERATOR)
    schemas.check_operator(document)


def test_compose(orders, conf, tmp_path):
    assert "--output-dir" in orders.refuses("--log-conf", conf, "--format", "compose")
    folder = tmp_path / "out"
    orders.generate("--log-conf", conf, "--format", "compose", "--output-dir", folder)
    assert (folder / FILE).read_text() == "# mine\n" + NEW
    document = yaml.safe_load((folder / "compose.yaml").read_text())
    for service in document["services"].values():
        assert service["volumes"] == ["./%s:%s:ro" % (FILE, TARGET)]
    program = downloads.program("DOCKER_COMPOSE", "docker-compose-2.26.1-amd64")
    subprocess.run([program, "-f", folder / "compose.yaml", "config", "-q"], check=True,
                   capture_output=True)


def test_windows_line_ends_become_others(flinkpack, tmp_path):
    path = tmp_path / "a.properties"
    path.write_bytes(OLD.replace("\n", "\r\n").encode())
    flinkpack.has(flink_images.ours("1.10.3"))
    [config] = [one for one in flinkpack.documents("--log-conf", path) if one["kind"] == "ConfigMap"]
    assert config["data"][FILE] == OLD


@pytest.mark.parametrize("version, name, content, told", [
    ("1.20.5", "logback.xml", b"<configuration/>", "expected a file *.properties"),
    ("1.20.5", "log4j2.yaml", NEW.encode(), "expected a file *.properties"),
    ("1.20.5", "a.properties", OLD.encode(), "is written for Log4j 1; Flink 1.20.5 has Log4j 2"),
    ("1.10.3", "a.properties", NEW.encode(), "is written for Log4j 2; Flink 1.10.3 has Log4j 1"),
    ("1.20.5", "a.properties", b"", "no loggers and no appenders"),
    ("1.20.5", "a.properties", b"# rootLogger\nstate.backend: rocksdb\n", "no loggers"),
    ("1.20.5", "a.properties", NEW.encode() + b"\0", "is not text"),
    ("1.20.5", "a.properties", NEW.encode() + b"\x1b[0m", "control characters"),
    ("1.20.5", "a.properties", NEW.encode() + b"\xff", "UTF-8"),
    ("1.20.5", "a.properties", NEW.encode() + b"#" * 131072, "less than 131072"),
])
def test_files_are_checked(flinkpack, tmp_path, version, name, content, told):
    path = tmp_path / name
    path.write_bytes(content)
    flinkpack.has(flink_images.ours(version))
    assert told in flinkpack.refuses("--log-conf", path)


def test_no_other_is_in_its_place(orders, conf):
    assert "already" in orders.refuses("--log-conf", conf, "--volume", "configmap:x:" + TARGET)


def test_what_envsubst_would_replace(orders, tmp_path):
    path = tmp_path / "a.properties"
    path.write_text("rootLogger.level = $FLINK_JOB\n")
    assert "envsubst" in orders.refuses("--log-conf", path, "--format", "template")


def test_it_is_read_once(orders, conf):
    done = subprocess.run([orders.binary, "generate", "--image", orders.image, "--log-conf",
                           "/dev/stdin"], input=conf.read_bytes(), capture_output=True, env=orders.env)
    assert done.returncode == 0, done.stderr
    check_pods(manifests.load(done.stdout.decode()))
    assert shutil.which("sh") is None or b"--log-conf FILE" in done.stderr


def test_marks_and_line_ends_of_windows_are_taken_off(orders, tmp_path):
    path = tmp_path / "windows.properties"
    path.write_bytes(b"\xef\xbb\xbf" + NEW.replace("\n", "\r\n").encode())
    [config] = [one for one in orders.documents("--log-conf", path) if FILE in one.get("data", {})]
    assert config["data"][FILE] == NEW
