"""flinkpack check: what is told of a job, to people and to programs, and the statuses."""

import gzip
import json

import classes
import miniature
import pytest

VERSION = "1.20.4"
JOB = "com/example/Job"


@pytest.fixture
def check(flinkpack, tmp_path):
    """Judges jars of the given classes against a miniature distribution."""
    archive = tmp_path / "flink.tgz"
    archive.write_bytes(gzip.compress(miniature.tar(VERSION), 1, mtime=0))

    class Check:
        program, folder, flink = flinkpack, tmp_path, ["--from-archive", archive]

        def jar(self, *calls, name="job.jar"):
            job = classes.entry(JOB, methods=[classes.main(*calls)])
            (tmp_path / name).write_bytes(miniature.jar(main_class="com.example.Job", extra=[job]))
            return name

        def json(self, *words, flink=None):
            result = flinkpack.try_run("check", *words, *(flink or self.flink), "-o", "json")
            return result.status, json.loads(result.out)

    return Check()


def test_a_good_job(check):
    jar = check.jar()
    result = check.program.run("check", jar, *check.flink)
    assert result.out.splitlines()[-1].startswith("job.jar: nothing wrong with Flink 1.20.4 on Java 11")
    status, told = check.json(jar)
    assert status == 0
    assert told["flink"] == {"version": VERSION, "classes": True} and told["java"] == 11
    assert told["jars"] == ["job.jar"] and told["errors"] == told["warnings"] == 0


@pytest.mark.parametrize("words, text", [
    ([], "check: nothing says which Flink the job is for"),
    (["--flink-version", VERSION], "check: no jar is named"),
    (["job.jar", "--flink-version", VERSION, "--allow", "flink-clas"],
     "--allow 'flink-clas': no finding has that name\n  try: --allow flink-class\n"),
    (["job.jar", "--flink-version", VERSION, "-o", "yaml"], "--output: expected one of text json"),
])
def test_usage(words, text, check):
    check.jar()
    assert text in check.program.fail(2, "check", *words)


def test_what_is_no_jar(check):
    (check.folder / "notes.jar").write_text("notes")
    assert "not a jar" in check.program.fail(3, "check", "notes.jar", *check.flink)
    check.program.fail(5, "check", "none.jar", *check.flink)


def test_jars_of_a_file_are_judged(check):
    check.jar(name="a.jar"), check.jar(name="b.jar")
    (check.folder / "flinkpack.yaml").write_text(
        "from-archive: flink.tgz\njob-jar: a.jar\noutput: oci:out\n")
    assert check.program.run("check").out.startswith("a.jar: ")
    assert check.program.run("check", "b.jar").out.startswith("b.jar: ")
    assert not (check.folder / "out").exists()


def test_the_last_words_name_what_is_wrong(check):
    told = check.program.try_run("check", check.jar(), *check.flink,
                                 "--conf", "state.backend.type=rocksdbb")
    assert told.status == 3 and told.err.endswith("error: the job cannot run as it is: conf-value\n  try: mend that; "
                                                  "--allow conf-value is for what you know to run all the same\n")


def test_what_is_allowed_is_counted(check):
    words = [check.jar(), "--conf", "state.backend.type=rocksdbb", "--allow", "conf-value"]
    status, told = check.json(*words)
    assert status == 0 and told["allowed"] == 1 and told["findings"] == []
    last = check.program.run("check", *words, *check.flink).out.splitlines()[-1]
    assert "nothing wrong" in last and last.endswith("; --allow passed over 1")


def test_a_release_that_is_not_at_hand(check):
    release = ["--flink-version", VERSION, "--offline"]
    status, told = check.json(check.jar(), flink=release)
    assert status == 0 and told["flink"]["classes"] is False
    out = check.program.run("check", "job.jar", *release).out
    assert out.endswith("; Flink's classes were not at hand\n")


def test_a_plugin_that_is_nowhere(check):
    """As a build ends; and nothing else may count on it."""
    message = check.program.fail(5, "check", check.jar(), *check.flink, "--plugin", "s3-fs-presta")
    assert "--plugin s3-fs-presta: the distribution's opt/ has no such jar" in message
    assert check.json("job.jar", "--plugin", "s3-fs-presto")[0] == 0


def test_what_build_takes_counts(check):
    """On the command line as in the file that a build reads."""
    words = [check.jar(), "--conf", "execution.checkpointing.dir=s3://bucket/a"]
    plugin = "ENABLE_BUILT_IN_PLUGINS=flink-s3-fs-presto-1.20.4.jar"
    status, told = check.json(*words)
    assert status == 3 and [one["name"] for one in told["findings"]] == ["filesystem-missing"]
    assert check.json(*words, "--env", plugin)[0] == 0
    (check.folder / "flinkpack.yaml").write_text("env: {%s}\n" % plugin.replace("=", ": "))
    assert check.json(*words)[0] == 0
    assert "--env: expected NAME=VALUE" in check.program.fail(2, "check", *words, "--env", "=x")


def test_names_are_listed(check):
    text = check.program.run("check", "--help").out
    names = text.split("Findings, by their names:\n")[1]
    assert "  flink-class " in names and "  conf-memory " in names
    assert r"flink\-class" in check.program.run("man").out


MISSING = classes.call("org/apache/flink/connector/kafka/source/KafkaSource", "builder",
                       "()Lorg/apache/flink/connector/kafka/source/KafkaSourceBuilder;")


@pytest.mark.parametrize("words, status", [
    ([], 3), (["--conf", "pipeline.classpaths=file:///mnt/kafka.jar"], 0),
    (["--conf", "pipeline.name=x"], 3)])
def test_jars_that_settings_name_are_not_known(words, status, check):
    found, told = check.json(check.jar(MISSING), *words)
    assert found == status
    assert [one["name"] for one in told["findings"] if one["severity"] != "info"] == ["flink-class"]


@pytest.mark.parametrize("words, status", [([], 3), (["--lib", "backend.jar"], 0)])
def test_a_state_backend_of_a_library(words, status, check):
    factory = classes.entry("com/acme/state/Factory")
    (check.folder / "backend.jar").write_bytes(miniature.jar(extra=[factory]))
    setting = "state.backend.type=com.acme.state.Factory"
    assert check.json(check.jar(), "--conf", setting, *words)[0] == status


def test_a_file_system_of_a_library(check):
    (check.folder / "odd.jar").write_bytes(miniature.jar(extra=[
        classes.entry("com/acme/Buckets"),
        ("META-INF/services/org.apache.flink.core.fs.FileSystemFactory", b"com.acme.Buckets\n")]))
    words = [check.jar(), "--conf", "state.checkpoints.dir=s3://bucket/x"]
    assert check.json(*words)[0] == 3
    assert check.json(*words, "--lib", "odd.jar")[0] == 0
    assert check.json(*words, "--plugin", "buckets=odd.jar")[0] == 0


def test_variables_of_the_image_count(check):
    words = [check.jar(), "--conf", "state.checkpoints.dir=s3://bucket/x"]
    built_in = f"ENABLE_BUILT_IN_PLUGINS=flink-s3-fs-presto-{VERSION}.jar"
    assert check.json(*words)[0] == 3
    assert check.json(*words, "--env", built_in)[0] == 0
    missing = [check.jar(MISSING), "--env", "HADOOP_CLASSPATH=/opt/hadoop/*"]
    assert check.json(*missing)[0] == 0


def test_settings_are_judged(check):
    status, told = check.json(check.jar(), "--conf", "state.backend.type=rocksdbb",
                              "--conf", "taskmanager.memory.flink.size=4g")
    assert status == 3 and told["errors"] == told["warnings"] == 1
    value, memory = told["findings"]
    assert (value["name"], value["severity"], value["entry"]) == \
        ("conf-value", "error", "state.backend.type")
    assert (memory["name"], memory["severity"]) == ("conf-memory", "warning")
    assert check.program.try_run("check", "job.jar", *check.flink, "--allow", "conf-value",
                                 "--conf", "state.backend.type=rocksdbb").status == 0
