"""The entrypoint under every shell it may meet, with stand-ins for Flink's own scripts."""

import glob
import json
import os
import shutil
import subprocess

import pytest
import yaml
from flink_home import FLAT, JARS, SCRIPT, SHELLS, Home

VERSIONS = ["1.6.4", "1.14.6", "1.20.4", "2.2.1"]
VERBS = {"job-cluster": "standalone-job.sh", "standalone-job": "standalone-job.sh",
         "task-manager": "taskmanager.sh", "taskmanager": "taskmanager.sh",
         "jobmanager": "jobmanager.sh", "history-server": "historyserver.sh"}


@pytest.fixture(params=sorted(SHELLS))
def shell(request):
    if shutil.which(SHELLS[request.param][0]) is None:
        pytest.skip("there is no %s here" % request.param)
    return request.param


@pytest.fixture
def home(tmp_path, shell):
    return lambda version="1.20.4": Home(tmp_path, version, shell)


def test_shellcheck():
    if shutil.which("shellcheck") is None:
        pytest.skip("there is no shellcheck here")
    subprocess.run(["shellcheck", "-s", "sh", str(SCRIPT)], check=True)


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize("verb", sorted(VERBS))
def test_verb(home, verb, version):
    words = ["--port", "a b", "", "it's \"quoted\"", "$HOME", "*"]
    record = home(version).run(verb, *words)
    assert record["script"] == VERBS[verb]
    assert record["args"] == ["start-foreground", *words]
    assert record["conf"].endswith("flink/conf")
    assert "FLINK_CONF_DIR" not in record["env"]


@pytest.mark.parametrize("version", VERSIONS)
def test_properties(home, version):
    here = home(version)
    before = here.conf.read_text()
    memory = "jobmanager.memory.process.size" if here.yaml else "jobmanager.heap.size"
    record = here.run("job-cluster", JOB_MANAGER_RPC_ADDRESS="jm.example",
                      TASK_MANAGER_NUMBER_OF_TASK_SLOTS="3", NODE="node 7", FLINK_PROPERTIES="""
        # set by the platform
        env.java.opts: -Da="b c" -XX:+UseG1GC -Dd='e'
        %s: 512m
        metrics.scope: one two  three
        rack: ${NODE}/x

        taskmanager.numberOfTaskSlots: 4
        last:value""" % memory)
    found = here.settings(record)
    opts = """-Da="b c" -XX:+UseG1GC -Dd='e'"""
    if here.yaml:
        assert found["env.java.opts"] == "'%s'" % opts.replace("'", "''")
        assert found["env.java.opts.all"] == "--add-opens=java.base/java.lang=ALL-UNNAMED"
        assert found["metrics.scope"] == "'one two  three'"
        assert found["rack"] == "'node 7/x'"
        assert found[memory] == "'512m'"
        assert found["jobmanager.rpc.port"] == "6123"
        assert found["quoted.key"] == "'a # b'"
    else:
        assert found["env.java.opts"] == opts
        assert found["metrics.scope"] == "one two  three"
        assert found["rack"] == "node 7/x"
        assert found[memory] == "512m"
    assert found["jobmanager.rpc.address"] == "jm.example"
    assert found["taskmanager.numberOfTaskSlots"] == "4"
    assert found["last"] == "value"
    assert here.conf.read_text() == before
    assert record["conf"].startswith(str(here.tmp))
    assert os.stat(record["conf"]).st_mode & 0o077 == 0
    assert os.path.exists(record["conf"] + "/log4j-console.properties")


def test_lists_and_texts_of_config_yaml(home):
    here = home("2.2.1")
    record = here.run("taskmanager", FLINK_PROPERTIES="a.b: [x, y]\nc: 1.10\nd: true\ne: {f: g}")
    text = record["files"]["config.yaml"]
    assert "pipeline:\n  jars:\n    - a.jar\n    - b.jar\n  note: |\n    one: 1\n    # two\n" in text
    assert "a.b: [x, y]\nc: '1.10'\nd: true\ne: {f: g}\n" in text
    record = here.run("taskmanager", FLINK_PROPERTIES="pipeline.jars: [c]\npipeline.note: short")
    found = read_as_flink(record["files"]["config.yaml"])
    assert found["pipeline.jars"] == ["c"] and found["pipeline.note"] == "short"


def read_as_flink(text):
    """{key: value}: keys that are nested are joined, and the last of two counts. Flink refuses two of
    a name beside each other."""
    node = yaml.compose(text)
    names = [key.value for key, _ in node.value]
    assert len(names) == len(set(names)), text

    def flat(value, path):
        for key, inner in value.items():
            name = path + str(key)
            if isinstance(inner, dict):
                yield from flat(inner, name + ".")
            else:
                yield name, inner
    return dict(flat(yaml.safe_load(text), ""))


SET = "z: 1"
# A config.yaml, and what the environment sets.
FILES = [
    ("pipeline.jars: [\n  a.jar,\n  b.jar\n]\nd: 3\n", SET), ("a: 1\n...\n", SET),
    ("--- # x\na: 1\n", SET), ("%YAML 1.1\n---\na: 1\n", SET), ("a: 1\nz: 5\nb: 2\n", SET),
    ("a:\n  b:\n    c: 1\n  x: 5\nz.y: 7\n", "a.b.c: 9\nz.y: 8"), ("z: [\n1,\n2\n]\nb: 2\n", SET),
    ('z: "x\ny: 3\n  w"\nb: 2\n', SET), ("z: 'it''s\n\nq: 1'\nb: 2\n", SET),
    ("z: |\n  text: 1\n  # no\n\n  more\nb: 2\n", SET), ("z: it's\n  going 'on [\nb: 2\n", SET),
    ("z:\n- a\n- b: 'x\n  y'\n  c: [1,\n2]\nb: 2\n", SET), ("z:\n  - a\n  - b\nb: 2\n", SET),
    ("ha:\n  dir: s3://x\n  # note\n  deep:\n    er: [1,\n 2]\n  jars:\n  - a\nb: 2\n", "ha: zk\nha.deep.er: 5"),
    ("a:\n  b:\n    c: 1\n    d: 2\n  e: 3\nf: 4\n", "a: 1\na.b: 2"), ('"z" : 5\nb: 2\n', SET),
    ("'z': {a: 'b}',\n c: \"]\" }\nb: 2\n", "y: 1"), ("  a: 1\n  z: 2\n  b:\n    c: 3\n", SET),
    ("{}\n", SET), ("", SET), ("# only\n", SET), ("\ufeffz: 1\nb: 2\n", SET),
    ("a: &x [1,\n2]\nb: *x\nc: !!str 5\nd: !!map\n  e: f\nz: 7 # c\n", SET),
    ("a: http://x:80/y # c: d\nb: x#y\nz: {}\nk: {\n}\n", SET),
    ("a: [\"x\", 'y, ]',\n  # comment ]\n  z]\nz: 3\n", SET), ("a: b\r\nz: 3\r\nc:\r\n  d: e\r\n", SET),
    ("a: >-\n  x\n\n  y: 'z\n\nz: 4\nb: 2", SET), ("a:\n  x\n  y's [z\nz: 4\n", SET),
    ("a: {b: c}\nz:\nb: 2\n", "z: 1\na.b: d"), ("z: # c\n  y: 1\n  'x.w': [2\n ]\nb: 2\n", SET),
    ("l:\n  - - a\n    - 'b\n  c'\n  - k: |\n      'x\n    m: [1,\n2]\nz: 1\n", SET),
    ("z:\n  x 'y\nb: 2\n", SET), ("a: \"x \\\n  y\"\nz: 2\n", SET), ("a: 'x' # it's\nz: 2\n", SET),
    ("a: [b, c] # it's [\nz: 2\n", SET), ("? a\n: b\nz: 3\n", SET), ("a: -5\nb: -x\nz: 4\n", SET),
    ("a: [{b: c}, {d: [e]}]\nz: 3\n", SET), ("\"z #\": 4\nb: 2\n", "'z #': 5"),
]


def test_config_yaml_of_any_form(home):
    """Whatever a YAML reader makes of the file, it makes of the merged one, but for what is set."""
    here = home("2.2.1")
    for text, properties in FILES:
        here.conf.write_text(text)
        here.run("sh", "-c", "cat $FLINK_CONF_DIR/config.yaml", FLINK_PROPERTIES=properties)
        merged = here.out
        wanted = read_as_flink(text.lstrip("\ufeff")) if yaml.compose(text) else {}
        wanted.update(yaml.safe_load(properties))
        assert read_as_flink(merged) == wanted, merged


@pytest.mark.parametrize("text", ["{a: 1}\n", "--- {\na: 1}\n", "z: {a: 1}\n"])
def test_braces_that_cannot_be_changed(home, text):
    here = home("2.2.1")
    here.conf.write_text(text)
    assert "a map in braces" in here.run("taskmanager", status=2, FLINK_PROPERTIES="z: 1")
    assert here.run("taskmanager")["files"]["config.yaml"] == text


@pytest.mark.parametrize("version", ["1.14.6", "2.2.1"])
def test_what_was_set_is_found_by_who_comes_later(home, version):
    """As by kubectl exec, whose process has none of the entrypoint's environment."""
    here = home(version)
    link = here.tmp / "flink-conf"
    record = here.run("job-cluster", "-Drest.port=99", "-D", "a=b c", "-D", "x", "yy", "-Dd=#", "-s", "/x",
                      "-Dexecution.savepoint.path=/x", "in", "-Djobs=own", FLINK_PROPERTIES="rest.port: 5")
    assert str(link.resolve()) == record["conf"]
    found = here.settings(record)
    assert (found["rest.port"], found["a"].strip("'"), found["x"]) == ("99", "b c", "yy")
    assert "jobs" not in found and "execution.savepoint.path" not in found
    assert ("d" in found) == here.yaml
    # Another start goes before, a command does not.
    record = here.run("task-manager", "-Dtaskmanager.host=me")
    here.run("sh", "-c", ":", FLINK_PROPERTIES="a: 1")
    assert str(link.resolve()) == record["conf"]
    assert here.settings(record)["taskmanager.host"] == "me"
    # Arguments alone are no reason not to start.
    shutil.rmtree(here.tmp)
    assert here.run("task-manager", "-Dtaskmanager.host=me")["conf"].endswith("flink/conf")


def test_old_and_new_file_side_by_side(home):
    here = home("1.20.4")
    (here.folder / "conf/flink-conf.yaml").write_text(FLAT)
    record = here.run("taskmanager", JOB_MANAGER_RPC_ADDRESS="jm")
    assert "jobmanager.rpc.address: jm\n" in record["files"]["flink-conf.yaml"]
    assert "jobmanager.rpc.address: jm\n" in record["files"]["config.yaml"]


def test_read_only_conf(home):
    here = home("1.14.6")
    # A mounted ConfigMap: links to a folder of one version of it.
    data = here.folder / "conf/..2026"
    data.mkdir()
    shutil.move(here.conf, data / here.conf.name)
    (here.folder / "conf/..data").symlink_to("..2026")
    here.conf.symlink_to("..data/" + here.conf.name)
    for path in (data / here.conf.name, data, here.folder / "conf"):
        path.chmod(path.stat().st_mode & ~0o222)
    record = here.run("taskmanager", JOB_MANAGER_RPC_ADDRESS="jm")
    assert here.settings(record)["jobmanager.rpc.address"] == "jm"
    assert here.conf.read_text() == FLAT
    (here.folder / "conf").chmod(0o755)
    data.chmod(0o755)


def test_no_conf_at_all(home):
    here = home("2.2.1")
    shutil.rmtree(here.folder / "conf")
    record = here.run("taskmanager", JOB_MANAGER_RPC_ADDRESS="jm")
    assert record["files"] == {"config.yaml": "jobmanager.rpc.address: jm\n"}


def test_no_place_for_the_configuration(home):
    here = home("2.2.1")
    here.tmp.rmdir()
    words = here.run("taskmanager", status=2, JOB_MANAGER_RPC_ADDRESS="jm")
    assert "mount a writable" in words


@pytest.mark.parametrize("properties, words", [
    ("what", "'what' is not of the form"), (": what", "': what' is not of the form"),
    ("jobmanager:\n  rpc:\n    address: x", "'jobmanager' has no value; write whole keys")])
def test_bad_properties(home, properties, words):
    assert words in home().run("taskmanager", status=2, FLINK_PROPERTIES=properties)


@pytest.mark.parametrize("version", VERSIONS)
def test_main_class(home, version):
    here = home(version)
    given = {"FLINK_JOB_CLASSNAME": "com.example.Job"}
    assert here.run("job-cluster", "-Da=b", "--in", "x", **given)["args"] == [
        "start-foreground", "--job-classname", "com.example.Job", "-Da=b", "--in", "x"]
    for words in (["-j", "X"], ["--job-classname", "X"], ["--job-classname=X"],
                  ["-D", "a=b", "-n", "-s", "0", "-j", "X"]):
        assert here.run("standalone-job", *words, **given)["args"] == ["start-foreground", *words]
    # What follows the job's own first argument is the job's.
    assert here.run("job-cluster", "in", "-j", "X", **given)["args"][1] == "--job-classname"
    # A template whose FLINK_JOB is not set.
    assert here.run("job-cluster", "--job-classname", "", "--in", "x")["args"][1:] == ["--in", "x"]
    assert here.run("job-cluster", "--job-classname", "", "--in", "x", **given)["args"][1:] == [
        "--job-classname", "com.example.Job", "--in", "x"]


def test_what_a_version_cannot(home):
    assert "1.6.0 is the first" in home("1.5.6").run("job-cluster", status=2)


def test_savepoint_that_would_be_ignored(home):
    assert "start without state" in home("1.6.0").run("job-cluster", "--fromSavepoint", "s3://x",
                                                       status=2)


LOST = [
    "--restoreMode CLAIM -s s3://x/y", "-s s3://x/y --claimMode=CLAIM", "-rm CLAIM -s s3://x/y",
    "--parallelism 4 --fromSavepoint s3://x/y", "-p 4 -s /x", "-d -n -s /x", "in -s=/x/savepoint-1f-2",
    "in -ss3://x/chk-3", "--nope -s /x/chk-3/_metadata", "-rm CLAIM -n", "in --from-savepoint /x",
    "in --fromSavepoint=s3://x/y", "in --fromSavepoint s3://x/y", "in -fromSavepoint /x",
    "in -Dexecution.savepoint.path=s3://x", "in -Dexecution.state-recovery.path=s3://x",
    "--fromsavepoint s3://x", "--from-savepoint s3://x", "--savepoint /x", "-- --fromSavepoint /x",
    "-jid=00 -s /x"]
# What may as well be an option of the job's own: said, as Flink gets no savepoint by it.
SAID = ["-- -s s3://x", "in -s=/x/y", "in -ss3://x/y", "--in x -s /y", "--nope -n -s /x", "-nq -s /x",
        "in --savepoint /x", "--in x --savepoint-dir s3://x", "in --savepointDir=/x", "in --savepoints a/b"]
KEPT = [
    "-s s3://x/y", "-n -s s3://x/y in", "-ss3://x", "-ns s3://x", "--from s3://x --in --size 4",
    "--fromSavepoint=s3://x -- --fromSavepoint s3://other", "-D a b -s /x", "-D a=b -Dc=d -s /x",
    "-jid 00 -s /x", "--job-i 00 -s /x", "--job-c X -s /x", "in -s 5", "in -source=s3://x/y",
    "in --fromSource /x", "-- in -s 5", "in -- -s /x", "--size 4 -S /x", "in --statePath /x", "-r 1"]


def test_savepoint_that_flink_would_not_see(home, shell):
    here = home({"dash": "1.20.4", "bash": "2.2.1", "busybox": "1.14.6"}[shell])
    for words in LOST:
        assert "job" in here.run("job-cluster", *words.split(), status=2), words
    for words in KEPT:
        assert here.run("job-cluster", *words.split())["args"][1:] == words.split(), words
        assert "savepoint" not in here.err, words
    for words in SAID:
        assert here.run("job-cluster", *words.split())["args"][1:] == words.split(), words
        assert "so it is the job's: Flink starts without a savepoint" in here.err, words


def test_options_of_a_version(home):
    """What a version has no option for ends its options."""
    for version, words in [("1.6.4", "-jid 00"), ("1.6.4", "--host x"), ("1.14.6", "--jars a"),
                           ("2.2.1", "-r 1"), ("2.2.1", "-h x")]:
        here = home(version)
        here.run("job-cluster", *words.split(), "-s", "s3://x", status=2)
        shutil.rmtree(here.folder.parent)
    for version, words in [("1.14.6", "-h x"), ("1.14.6", "--host x"), ("1.20.4", "--jars a"),
                           ("2.2.1", "--jars a"), ("1.6.4", "--webui-port 1")]:
        here = home(version)
        here.run("job-cluster", *words.split(), "-s", "s3://x")
        shutil.rmtree(here.folder.parent)


def test_settings_of_a_savepoint(home):
    """Older versions start without state where they do not know the key."""
    here = home("1.14.6")
    path = "execution.savepoint.path"
    here.run("job-cluster", "-D%s=/x" % path)
    here.run("job-cluster", FLINK_PROPERTIES=path + ": /x")
    here.record.unlink()
    for words, env in [(["-Dexecution.state-recovery.path=/x"], {}),
                       ([], {"FLINK_PROPERTIES": "execution.state-recovery.path: /x"})]:
        assert "use --fromSavepoint" in here.run("job-cluster", *words, status=2, **env)
    for words in (["-D%s=/x" % path], ["-s", "/x"]):
        here.run("job-cluster", "-Dexecution.state-recovery.path=/x", *words)
    shutil.rmtree(here.folder.parent)
    here = home("1.6.4")
    assert "use --fromSavepoint" in here.run("job-cluster", "-D", path + "=/x", status=2)


OWN = ["STACK", "NL", "TAB", "REPLY", "SETTINGS", "INDENT", "BLANK", "path", "value", "mode", "line",
       "options", "first", "flink", "jar", "library", "private", "script", "passwd", "found"]


@pytest.mark.parametrize("version", ["1.14.6", "1.20.4"])
def test_variables_of_any_name(home, version):
    """What the image's environment has is neither read as the script's own, nor changed by it."""
    here = home(version)
    env = {name: "is-%d" % i for i, name in enumerate(OWN)}
    lines = ["%s.x: ${%s}" % (name, name) for name in OWN]
    record = here.run("job-cluster", "-n", FLINK_PROPERTIES="\n".join(lines), **env)
    found = here.settings(record)
    for name, value in env.items():
        assert (found[name + ".x"], record["env"][name]) == (value, value)


def test_keys_that_yaml_would_read_otherwise(home):
    here = home("2.2.1")
    properties = "\"quoted.key\": 1\n'rest.port': 2\n*a: 3\n!b: 4\n- c: 5\na #b: 6\nnull: 7\na #b: 8"
    found = here.settings(here.run("taskmanager", FLINK_PROPERTIES=properties))
    assert (found["quoted.key"], found["rest.port"]) == ("1", "2")
    for key, value in {"*a": "3", "!b": "4", "- c": "5", "a #b": "8", "null": "7"}.items():
        assert found["'%s'" % key] == value


def test_host_that_would_be_the_jobs(home):
    here = home("2.2.1")
    assert "-Djobmanager.rpc.address" in here.run("standalone-job", "--host", "x", status=2)
    assert here.run("job-cluster", "in", "--host")["args"] == ["start-foreground", "in", "--host"]


@pytest.mark.parametrize("version", VERSIONS)
def test_variables_that_end_in_line_breaks(home, version):
    here = home(version)
    record = here.run("taskmanager", JOB_MANAGER_RPC_ADDRESS="jm\n", NUMBER="3\r\n\n",
                      TASK_MANAGER_NUMBER_OF_TASK_SLOTS="2\n", FLINK_PROPERTIES="a.b: ${NUMBER}")
    found = here.settings(record)
    assert (found["jobmanager.rpc.address"], found["a.b"]) == ("jm", "3")
    assert found["taskmanager.numberOfTaskSlots"] == "2"


@pytest.mark.parametrize("value", ["a\nb: c", "a\rb", "a#b", "#"])
def test_values_that_the_old_file_cannot_hold(home, value):
    words = home("1.14.6").run("taskmanager", status=2, V=value, FLINK_PROPERTIES="k.e.y: ${V}")
    assert "k.e.y: the value has a line break or a '#'" in words
    assert "a.b" not in words


def test_empty_values(home, tmp_path):
    here = home("1.14.6")
    found = here.settings(here.run("taskmanager", V="", FLINK_PROPERTIES="jobmanager.heap.size: ${V}"))
    assert "jobmanager.heap.size" not in found
    shutil.rmtree(here.folder.parent)
    here = home("1.20.4")
    found = here.settings(here.run("taskmanager", V="", FLINK_PROPERTIES="a: ${V}\nb: ''\nc: \"\""))
    assert (found["a"], found["b"], found["c"]) == ("''", "''", '""')
    here.record.unlink()
    assert "'a' has no value" in here.run("taskmanager", status=2, FLINK_PROPERTIES="a: ${UNSET}")


@pytest.mark.parametrize("verb, version", [("jobmanager", "1.14.6"), ("jobmanager", "2.2.1"),
                                           ("task-manager", "1.5.6"), ("taskmanager", "1.10.0")])
def test_options_become_configuration(home, verb, version):
    here = home(version)
    record = here.run(verb, "-Djobmanager.rpc.address=jm", "-D", "a.b=c d", "x y",
                      JOB_MANAGER_RPC_ADDRESS="other")
    assert record["args"] == ["start-foreground", "x y"]
    found = here.settings(record)
    assert found["jobmanager.rpc.address"] == "jm"
    assert found["a.b"].strip("'") == "c d"


def test_pass_through(home):
    here = home()
    here.run("sh", "-c", 'printf "[%s]" "$0" "$@"', "a b", "", "*")
    assert here.out == "[a b][][*]"
    here.run("sh", "-c", 'exit 7', status=7)
    record = here.run("taskmanager.sh", "x", JOB_MANAGER_RPC_ADDRESS="jm")
    assert record["args"] == ["x"]
    assert record["conf"].startswith(str(here.tmp))
    here.record.unlink()
    assert "the command comes before its options" in here.run("--port", "1", status=2)


@pytest.mark.parametrize("words", [[], ["help"], ["--help"]])
def test_help(home, words):
    here = home()
    assert here.run(*words) is None
    for verb in [*VERBS, "help", "FLINK_PROPERTIES"]:
        assert verb in here.out


def test_plugins(home):
    here = home()
    for name in ("flink-s3-fs-hadoop-1.20.4.jar", "flink-cep-1.20.4.jar"):
        (here.folder / "opt" / name).write_text(name)
    here.run("taskmanager",
             ENABLE_BUILT_IN_PLUGINS="flink-s3-fs-hadoop-1.20.4.jar;flink-cep-1.20.4.jar;")
    linked = here.folder / "plugins/flink-s3-fs-hadoop-1.20.4/flink-s3-fs-hadoop-1.20.4.jar"
    assert linked.read_text() == linked.name
    assert (here.folder / "plugins/flink-cep-1.20.4/flink-cep-1.20.4.jar").exists()
    # Already there: nothing is written, so a read-only image is no trouble.
    (here.folder / "opt" / linked.name).unlink()
    linked.unlink()
    linked.write_text("built in")
    here.run("taskmanager", ENABLE_BUILT_IN_PLUGINS=linked.name)
    here.record.unlink()
    assert "there is no" in here.run("taskmanager", status=2, ENABLE_BUILT_IN_PLUGINS="no.jar")
    assert "is not the name of a jar" in here.run("taskmanager", status=2,
                                                  ENABLE_BUILT_IN_PLUGINS="../x.jar")


def test_plugins_that_cannot_be_linked(home):
    here = home()
    (here.folder / "opt/a.jar").touch()
    shutil.rmtree(here.folder / "plugins")
    (here.folder / "plugins").touch()
    assert "build the image with --plugin" in here.run("taskmanager", status=2,
                                                       ENABLE_BUILT_IN_PLUGINS="a.jar")


def test_log_folder(home):
    here = home()
    assert "FLINK_LOG_DIR" not in here.run("taskmanager")["env"]
    (here.folder / "log").rmdir()
    assert here.run("taskmanager")["env"]["FLINK_LOG_DIR"] == str(here.tmp / "flink-log")
    assert here.run("taskmanager", FLINK_LOG_DIR="/x")["env"]["FLINK_LOG_DIR"] == "/x"


@pytest.mark.parametrize("quota, arenas", [
    ({"cpu.max": "100000 100000\n"}, "1"), ({"cpu.max": "50000 100000"}, "1"),
    ({"cpu.max": "150000 100000\n"}, "8"), ({"cpu.max": "max 100000\n"}, None),
    ({"cpu.max": ""}, None), ({"cpu.max": "100000 0\n"}, None), ({}, None),
    ({"cpu.max": "99999999999999999999999 100000\n"}, None),
    ({"cpu.max": "9223372036854775807 1\n"}, None), ({"cpu.max": "100000 9223372036854775808"}, None),
    ({"cpu/cpu.cfs_quota_us": "300000\n"}, None),
    ({"cpu/cpu.cfs_quota_us": "300000\n", "cpu/cpu.cfs_period_us": "100000\n"}, "12"),
    ({"cpu/cpu.cfs_quota_us": "-1\n", "cpu/cpu.cfs_period_us": "100000\n"}, None)])
def test_jemalloc(home, tmp_path, quota, arenas):
    """Where Alpine has it, with arenas for the processors that the cgroup's quota is for."""
    here = home()
    (tmp_path / "lib").mkdir()
    for name, text in quota.items():
        path = tmp_path / "cgroup" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    here.script = tmp_path / "docker-entrypoint.sh"
    here.script.write_text(SCRIPT.read_text().replace("/sys/fs/cgroup", str(tmp_path / "cgroup"))
                           .replace("/usr/lib", str(tmp_path / "lib")))
    assert not {"MALLOC_CONF", "LD_PRELOAD"} & set(here.run("taskmanager")["env"])
    library = tmp_path / "lib/libjemalloc.so.2"
    library.touch()
    env = here.run("taskmanager")["env"]
    assert env["LD_PRELOAD"] == str(library)
    assert env.get("MALLOC_CONF") == (arenas and "narenas:" + arenas)
    env = here.run("taskmanager", MALLOC_CONF="a:b")["env"]
    assert env["MALLOC_CONF"] == ("a:b,narenas:" + arenas if arenas else "a:b")
    assert here.run("taskmanager", MALLOC_CONF="narenas:3")["env"]["MALLOC_CONF"] == "narenas:3"
    assert "LD_PRELOAD" not in here.run("taskmanager", DISABLE_JEMALLOC="true")["env"]


class Container:
    """The entrypoint in a container, as a user whom its /etc/passwd may not have."""

    def __init__(self, here):
        if shutil.which("bwrap") is None:
            pytest.skip("there is no bwrap here")
        self.here, self.folder = here, here.folder.parent
        self.etc = self.folder / "passwd"
        self.etc.write_text("root:x:0:0:root:/root:/bin/sh\nsome:x:42:42::/:/bin/sh")
        self.binds = ["--bind", self.folder, self.folder, "--ro-bind", self.etc, "/etc/passwd",
                      "--ro-bind", SCRIPT, "/tmp/docker-entrypoint.sh"]

    def run(self, uid, **env):
        words = ["bwrap", "--unshare-user", "--uid", uid, "--gid", 0, "--ro-bind", "/", "/",
                 "--proc", "/proc", "--dev", "/dev", "--tmpfs", "/tmp", *self.binds]
        words = [str(word) for word in words]
        env = dict(PATH=os.environ["PATH"], FLINK_HOME=str(self.here.folder), TMPDIR="/tmp",
                   DISABLE_JEMALLOC="true", **env)
        done = subprocess.run([*words, "true"], env=env, capture_output=True, text=True)
        if done.returncode != 0:
            pytest.skip("bwrap: " + done.stderr.strip()[-100:])
        words += [*SHELLS[self.here.shell], "/tmp/docker-entrypoint.sh", "/usr/bin/id", "-un"]
        done = subprocess.run(words, env=env, text=True, capture_output=True, timeout=300)
        return done.stdout.strip(), done.stderr


def test_user_without_a_name(home):
    container = Container(home())
    (library,) = [*glob.glob("/usr/lib/*-linux-gnu/libnss_wrapper.so")] or [None]
    if library:
        assert container.run(4242) == ("flink", "")
        assert container.run(42) == ("some", "")
        container.binds += ["--ro-bind", "/dev/null", library]
    name, words = container.run(4242)
    assert name != "flink" and words.count("docker-entrypoint.sh") == 1
    assert "the user 4242 has no name in /etc/passwd" in words and "--user 4242" in words
    for uid, name in [(0, "root"), (42, "some")]:
        assert container.run(uid) == (name, "")
    assert "docker-entrypoint.sh" not in container.run(4242, NSS_WRAPPER_PASSWD="/x")[1]


def test_replaces_itself(home):
    """The script that was started is the process itself, so that signals reach it."""
    here = home()
    env = dict(PATH=os.environ["PATH"], FLINK_HOME=str(here.folder), TMPDIR=str(here.tmp),
               RECORD=str(here.record), JOB_MANAGER_RPC_ADDRESS="jm")
    process = subprocess.Popen([*SHELLS[here.shell], str(SCRIPT), "task-manager"], env=env)
    assert process.wait(timeout=300) == 0
    assert json.loads(here.record.read_text())["pid"] == process.pid
