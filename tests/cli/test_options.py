"""Options: from where they come, and what is said of those that are wrong."""

import json
import os
import subprocess

import pytest


def test_unknown_commands_get_a_suggestion(flinkpack):
    text = flinkpack.fail(2, "biuld")
    assert text == "flinkpack: error: there is no command 'biuld'\n  try: flinkpack build\n"


def test_unknown_options_get_a_suggestion(flinkpack):
    text = flinkpack.fail(2, "--from-relase", "--flink-version", "1.20.4")
    assert text.startswith("flinkpack: error: --from-relase: there is no such option")
    assert "try: --from-release\n" in text


@pytest.mark.parametrize("words", [
    ["-v"], ["-q"], ["-vq"], ["--progress", "plain"], ["--progress=plain"], ["-v", "--progress", "none"],
    ["--config", "options.yaml"],
])
def test_general_options_may_come_before_the_command(flinkpack, words):
    (flinkpack.home / "options.yaml").write_text("quiet: false\n")
    assert flinkpack.run(*words, "images").out.startswith("NAME")
    assert "there is no command 'imges'" in flinkpack.fail(2, *words, "imges")
    assert "nothing says where Flink comes from" in flinkpack.fail(2, *words)


def test_general_options_before_the_command_count(flinkpack):
    result = flinkpack.try_run("--progress", "json", "inspect", "orders")
    assert json.loads(result.err)["status"] == 5


def test_a_command_among_options_is_told_to_come_first(flinkpack):
    text = flinkpack.fail(2, "--from-release", "pull", "orders")
    assert "try: the command comes first: flinkpack pull ...\n" in text


def test_options_of_other_commands_are_told_apart(flinkpack):
    assert "an option of another command" in flinkpack.fail(2, "push", "--job-jar", "x", "y")


@pytest.mark.parametrize("words, text", [
    (["--job-jar", ""], "--job-jar: the value is empty\n  try: leave it out for a session image\n"),
    (["--job-jar="], "--job-jar: the value is empty\n  try: leave it out for a session image\n"),
    (["--job-artifacts", ""], "--job-artifacts: the value is empty\n  try: leave it out for a session image\n"),
    (["--flink-version="], "--flink-version: the value is empty\n"),
    (["--flink-version"], "--flink-version: VERSION is missing"),
    (["--from-archive", "--slim"], "--from-archive: FILE is missing"),
    (["--progress", "fast"], "--progress: expected one of auto tty plain json none"),
    (["--threads", "0"], "--threads: expected a whole number from 1 to"),
    (["--from-release", "--from-archive", "x"],
     "--from-release and --from-archive: only one of them can be given"),
    (["--slim=perhaps"], "--slim: expected true or false, not 'perhaps'"),
    (["build", "stray"], "build: 'stray' is one argument too many"),
    (["--job-jar", "a.jar", "target/b.jar"], "try: each jar has an option of its own: --job-jar target/b.jar"),
    (["--from-release", "1.20.4"], "try: --flink-version 1.20.4"),
    (["generate", "r.example.com/a:1"], "try: --image r.example.com/a:1; arguments of the job"),
    (["login", "r.example.com", "-u", "ci", "-p", "secret"], "try: --password-stdin"),
    (["--with-python2", "--from-release"], "--with-python2: Python 2 is out of support"),
    (["--source-date-epoch", "yesterday"], "--source-date-epoch: expected a whole number"),
    (["--env", "1A=b"], "--env: expected NAME=VALUE, not '1A=b'"),
    (["--env", "A-B=c"], "--env: expected NAME=VALUE, not 'A-B=c'"),
    (["--env", "A"], "--env: expected NAME=VALUE, not 'A'"),
    (["--label", "a"], "--label: expected KEY=VALUE, not 'a'"),
    (["--annotation", "=a"], "--annotation: expected KEY=VALUE, not '=a'"),
    (["--insecure-registry", "http://foo"], "--insecure-registry: expected HOST[:PORT], not"),
    (["--insecure-registry", "foo:5000,bar/baz"], "expected HOST[:PORT], not 'bar/baz'"),
    (["--insecure-registry", "foo:http"], "expected HOST[:PORT], not 'foo:http'"),
    (["--from-release", "--flink-version", "1.20.4", "--image-name", "a:b:c"], "error: --image-name: image name 'a:b:c': "),
    (["--from-release", "--flink-version", "1.20.4", "--image-name", "a/b", "--push"],
     "try: name it in full, as in --image-name registry.example.com/a/b\n"),
    (["--from-release", "--flink-version", "1.20.4", "--image-name", "b", "--push"],
     "try: name it in full, as in --image-name registry.example.com/team/b\n"),
])
def test_wrong_options_are_usage_errors(flinkpack, words, text):
    assert text in flinkpack.fail(2, *words)


@pytest.mark.parametrize("words, text", [
    (["--base-images", "nope"], "--base-images: nope: no such folder"),
    (["--from-archive", "x", "--authfile", "nope.json"], "--authfile: nope.json: no such file"),
])
def test_what_does_not_exist_is_not_found(flinkpack, words, text):
    assert text in flinkpack.fail(5, *words)


def test_store_that_is_a_file(flinkpack, tmp_path):
    """It would look like a store that is empty."""
    (tmp_path / "file").touch()
    text = flinkpack.fail(3, "images", "--store", tmp_path / "file")
    assert "--store: %s: a file, not a folder\n" % (tmp_path / "file") in text


@pytest.mark.parametrize("words", [
    ["push"], ["pull"], ["tag", "one"], ["inspect"], ["inspect", "a", "b"], ["rmi"], ["login"],
    ["logout"], ["base"], ["completion"], ["help", "a", "b"], ["inspect", ""],
])
def test_the_number_of_arguments_is_checked(flinkpack, words):
    text = flinkpack.fail(2, *words)
    assert text.startswith("flinkpack: error: " + words[0])


def test_kubernetes_certificates_warns(flinkpack):
    text = flinkpack.fail(5, "--kubernetes-certificates", "x", "--from-archive", "none.tgz")
    assert "warning: --kubernetes-certificates: has no effect" in text
    assert "none.tgz: cannot be opened" in text


def test_environment_counts(flinkpack):
    text = flinkpack.fail(5, "build", env={"FLINKPACK_FROM_ARCHIVE": "by-variable.tgz"})
    assert "by-variable.tgz" in text


def test_arguments_go_before_the_environment(flinkpack):
    text = flinkpack.fail(5, "build", "--from-archive", "by-argument.tgz",
                          env={"FLINKPACK_FROM_ARCHIVE": "by-variable.tgz"})
    assert "by-argument.tgz" in text and "by-variable" not in text


def test_errors_name_the_variable(flinkpack):
    text = flinkpack.fail(2, "images", env={"FLINKPACK_PROGRESS": "fast"})
    assert "FLINKPACK_PROGRESS: expected one of" in text
    text = flinkpack.fail(2, "build", env={"SOURCE_DATE_EPOCH": "yesterday"})
    assert "SOURCE_DATE_EPOCH: expected a whole number" in text


def test_misspelt_variables_warn(flinkpack):
    result = flinkpack.run("images", env={"FLINKPACK_FLINK_MIROR": "x"})
    assert "FLINKPACK_FLINK_MIROR sets no option; did you mean FLINKPACK_FLINK_MIRROR?" in result.err


@pytest.mark.parametrize("name", ["JOB_JAR", "JOB_ARTIFACTS", "FLINK_VERSION", "IMAGE_NAME", "TAG",
                                  "BASE", "PUSH", "STORE"])
def test_empty_variables_are_errors(flinkpack, name):
    text = flinkpack.fail(2, "--from-archive", "x", env={"FLINKPACK_" + name: ""}) \
        if name != "FLINK_VERSION" else flinkpack.fail(2, "--from-release", env={"FLINKPACK_" + name: ""})
    assert "FLINKPACK_%s: the value is empty\n  try: " % name in text
    # What goes before it makes it of no account.
    assert "x: cannot be opened" in flinkpack.fail(5, "--from-archive", "x", "--job-jar", "x",
                                                   env={"FLINKPACK_JOB_JAR": ""})


@pytest.mark.parametrize("name", ["FLINKPACK_JOBJAR", "FLINKPACK_JOB_JARS", "FLINKPACK_JOB_ARTIFACT"])
def test_a_misspelt_variable_makes_no_session_image(flinkpack, name):
    env = {name: "job.jar"}
    text = flinkpack.fail(2, "--from-archive", "x", env=env)
    assert "%s sets no option, and nothing else names a job\n  try: FLINKPACK_JOB_" % name in text
    text = flinkpack.fail(5, "--from-archive", "x", "--job-jar", "x", env=env)
    assert "warning: %s sets no option; did you mean FLINKPACK_JOB_" % name in text
    assert "warning: " + name in flinkpack.run("images", env=env).err
    assert flinkpack.run("version", env=env).err == ""


def test_an_empty_list_in_the_file_makes_no_session_image(flinkpack):
    for value in ("[]", "''", ""):
        (flinkpack.home / "flinkpack.yaml").write_text("job-jar: %s\n" % value)
        assert "flinkpack.yaml: job-jar: " in flinkpack.fail(2, "--from-archive", "x")


def test_a_file_that_is_not_read_is_named(flinkpack):
    path = flinkpack.home / "flinkpack.yml"
    path.write_text("from-archive: by-file.tgz\n")
    said = "flinkpack.yml is not read; did you mean flinkpack.yaml? Or name it: --config flinkpack.yml"
    assert said in flinkpack.fail(2, "build")
    assert said not in flinkpack.fail(5, "build", "--config", "flinkpack.yml")
    assert said in flinkpack.fail(3, "images", "--fail-on-warning")


def test_file_counts(flinkpack):
    (flinkpack.home / "flinkpack.yaml").write_text("from-archive: by-file.tgz\n")
    assert "by-file.tgz" in flinkpack.fail(5, "build")
    text = flinkpack.fail(5, "build", env={"FLINKPACK_FROM_ARCHIVE": "by-variable.tgz"})
    assert "by-variable.tgz" in text and "by-file" not in text


def test_another_way_to_flink_on_the_command_line_replaces_that_of_the_file(flinkpack):
    (flinkpack.home / "flinkpack.yaml").write_text(
        "from-release: true\nflink-version: 1.20.4\nflink-mirror: [http://127.0.0.1:1]\n")
    assert "by-argument.tgz" in flinkpack.fail(5, "build", "--from-archive", "by-argument.tgz")


def test_file_is_looked_for_in_the_working_folder_only(flinkpack):
    (flinkpack.home / "flinkpack.yaml").write_text("from-archive: by-file.tgz\n")
    below = flinkpack.home / "below"
    below.mkdir()
    assert "nothing says where Flink comes from" in flinkpack.fail(2, "build", cwd=below)


def test_file_can_be_named(flinkpack):
    (flinkpack.home / "other.yaml").write_text("from-archive: by-other-file.tgz\n")
    assert "by-other-file.tgz" in flinkpack.fail(5, "build", "--config", "other.yaml")
    assert "by-other-file.tgz" in flinkpack.fail(5, "build", env={"FLINKPACK_CONFIG": "other.yaml"})
    assert "--config: missing.yaml" in flinkpack.fail(5, "build", "--config", "missing.yaml")


def test_what_a_file_decides_is_told_where_nobody_named_it(flinkpack):
    (flinkpack.home / "flinkpack.yaml").write_text(
        "authfile: auth.json\ninsecure-registry: [a.example.com, b.example.com]\nretry: 0\n"
        "mirror: [docker.io=m.example.com]\nquiet: true\n")
    for name in ("auth.json", "mine.json"):
        (flinkpack.home / name).write_text("{}")

    def told(*words, **more):
        return flinkpack.fail(6, "pull", "127.0.0.1:1/team/orders:1", "--retry", "0", *words, **more)

    for name in ("authfile", "insecure-registry", "mirror"):
        assert told().count(
            "flinkpack.yaml, found in the working directory, sets %s, and so " % name) == 1
    assert "sets retry" not in told() and "sets quiet" not in told()
    # The file's own word silences nothing, whoever runs it can.
    assert "sets authfile" in told("--progress", "none")
    assert "sets authfile" in told("--quiet")
    over = told("--authfile", "mine.json")
    assert "sets authfile" not in over and "sets insecure-registry" in over
    assert "sets" not in told("--config", "flinkpack.yaml")
    assert "sets" not in told(env={"FLINKPACK_CONFIG": "flinkpack.yaml"})
    # And how to have none of it.
    assert "sets" not in told("--config", "/dev/null")


def test_quiet_leaves_warnings(flinkpack):
    env = {"HOME": "", "TMPDIR": str(flinkpack.home)}
    del flinkpack.env["FLINKPACK_STORE"]
    assert "warning" in flinkpack.run("images", "-q", env=env).err
    assert "warning" in flinkpack.run("images", env={**env, "FLINKPACK_QUIET": "1"}).err
    text = flinkpack.fail(3, "images", "-q", "--fail-on-warning", env=env)
    assert "error: --fail-on-warning: HOME is not set" in text


def test_only_what_counts_is_told(flinkpack):
    """A mirror of releases is of no account where none is fetched."""
    (flinkpack.home / "flinkpack.yaml").write_text(
        "flink-mirror: [https://m.example.com]\nflink-checksum: sums\nimage-name: r.example.com/a\n")
    (flinkpack.home / "a.tgz").write_text("no archive")
    text = flinkpack.fail(3, "build", "--from-archive", "a.tgz", "--base", "rootfs:a.tgz")
    assert "sets flink-" not in text
    assert "sets image-name, and so where something is sent or written" in text


def test_a_file_that_the_file_names_is_nobodys_choice_either(flinkpack):
    (flinkpack.home / "flinkpack.yaml").write_text("values: values.yaml\n")
    (flinkpack.home / "values.yaml").write_text("ca-file: ca.pem\nname: n\nimage: none\n")
    text = flinkpack.fail(5, "generate")
    assert "values.yaml, found in the working directory, sets ca-file, and so who gets cred" in text
    assert "sets" not in flinkpack.fail(5, "generate", "--values", "values.yaml")
    assert "sets" not in flinkpack.fail(5, "generate", "--config", "flinkpack.yaml")


def run_with_input(flinkpack, *words, env):
    return subprocess.run([flinkpack.binary, *words], input="secret", cwd=flinkpack.home, text=True,
                          env={**flinkpack.env, **env}, capture_output=True)


@pytest.mark.parametrize("words", [("login", "127.0.0.1:1", "-u", "me", "--password-stdin"),
                                   ("logout", "127.0.0.1:1"), ("rmi", "none")])
def test_state_of_the_user_is_changed_as_the_user_says(flinkpack, words):
    """A checkout decides nothing of where credentials go, or which store loses an image."""
    (flinkpack.home / "flinkpack.yaml").write_text(
        "offline: true\nstore: theirs\nauthfile: theirs.json\nno-such-key: 1\n")
    env = {"FLINKPACK_STORE": str(flinkpack.home / "mine"),
           "REGISTRY_AUTH_FILE": str(flinkpack.home / "mine.json")}
    offline = ["--offline"] if words[0] == "login" else []
    said = run_with_input(flinkpack, *words, *offline, env=env)
    assert "theirs" not in said.stderr and not (flinkpack.home / "theirs.json").exists()
    assert said.returncode == (5 if words[0] == "rmi" else 0), said.stderr
    # One that is named is read.
    said = run_with_input(flinkpack, *words, "--config", "flinkpack.yaml", env=env)
    assert said.returncode == 2 and "no-such-key" in said.stderr


def test_wrong_keys_are_errors(flinkpack):
    (flinkpack.home / "flinkpack.yaml").write_text("job_jar: a.jar\n")
    text = flinkpack.fail(2, "build")
    assert "flinkpack.yaml: job_jar: there is no such option\n  try: job-jar\n" in text
    assert flinkpack.fail(2, "images") == text


def test_a_file_that_is_no_yaml_is_a_usage_error(flinkpack):
    (flinkpack.home / "flinkpack.yaml").write_text("job-jar: [\n")
    assert "flinkpack.yaml: line 2" in flinkpack.fail(2, "images")


def test_a_file_of_options_that_is_none(flinkpack):
    """It is there, so nobody may think that it counts while it does not; nor is it waited for."""
    path = flinkpack.home / "flinkpack.yaml"
    os.mkfifo(path)
    assert "flinkpack.yaml: is a pipe or device" in flinkpack.fail(3, "images")
    path.unlink()
    path.symlink_to("nowhere.yaml")
    assert "flinkpack.yaml: cannot be opened" in flinkpack.fail(5, "images")
    path.unlink()
    (flinkpack.home / "real.yaml").write_text("quiet: true\n")
    path.symlink_to("real.yaml")
    flinkpack.run("images")


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost:5000", "[::1]:5000", "[::1]", "a.b-c:1"])
def test_hosts_are_hosts(flinkpack, host):
    text = flinkpack.fail(5, "--insecure-registry", host, "--from-archive", "none.tgz")
    assert "none.tgz: cannot be opened" in text


def test_files_in_place_of_images_are_told_apart(flinkpack):
    (flinkpack.home / "jre.tar").write_text("")
    (flinkpack.home / "JRE.tar").write_text("")
    text = flinkpack.fail(5, "--from-archive", "x", "--base", "jre.tar")
    assert "try: for the file: --base rootfs:jre.tar\n" in text
    text = flinkpack.fail(2, "--from-archive", "x", "--base", "JRE.tar")
    assert "try: for the file: --base rootfs:JRE.tar\n" in text
    text = flinkpack.fail(5, "--from-image", "jre.tar")
    assert "try: for the file: --from-image oci-archive:jre.tar\n" in text
    text = flinkpack.fail(2, "--from-local-dist", "jre.tar")
    assert "try: --from-archive jre.tar\n" in text


def test_images_that_are_not_here_are_on_docker_hub_perhaps(flinkpack):
    """Short names are; others could be anybody's there, and without a network nothing is."""
    assert "on Docker Hub: docker.io/team/flink:1.20" in \
        flinkpack.fail(5, "--from-image", "team/flink:1.20")
    assert "on Docker Hub: docker.io/library/flink:1.20" in \
        flinkpack.fail(5, "--from-image", "flink:1.20", "--offline")
    assert "on Docker Hub: docker.io/library/eclipse-temurin:17-jre" in \
        flinkpack.fail(5, "--from-archive", "x", "--base", "eclipse-temurin:17-jre", "--offline")


def test_a_home_that_cannot_be_written_to_is_told(flinkpack, tmp_path):
    env = {"HOME": "", "TMPDIR": str(tmp_path)}
    del flinkpack.env["FLINKPACK_STORE"]
    result = flinkpack.run("images", env=env)
    assert "HOME is not set: the local store is %s/flinkpack-%d;" % (
        tmp_path, os.geteuid()) in result.err
    assert "HOME cannot be written to: " in flinkpack.run(
        "images", env={**env, "HOME": "relative"}).err
    del flinkpack.env["FLINKPACK_CACHE"]
    assert flinkpack.fail(9, "images", env={**env, "TMPDIR": "/proc/nowhere"})


def test_a_directory_for_downloads_is_all_that_a_job_needs(flinkpack, tmp_path):
    """Where nothing else can be written to, the store is in it."""
    del flinkpack.env["FLINKPACK_STORE"]
    nowhere = {"HOME": "", "TMPDIR": "/proc/nowhere", "FLINKPACK_CACHE": str(tmp_path / "one")}
    (flinkpack.home / "tool").write_text("tool")
    words = ["append", "--add", "tool:/tool", "--image-name", "tool:1"]
    result = flinkpack.run(*words, env=nowhere)
    assert "cannot make the local store: " in result.err
    assert ": it is in the cache, %s/one/store; --store DIR or " % tmp_path in result.err
    assert flinkpack.run("images", "--format", "names", env=nowhere).out == "tool:1\n"
    del flinkpack.env["FLINKPACK_CACHE"], nowhere["FLINKPACK_CACHE"]
    assert flinkpack.fail(9, *words, env=nowhere)


def test_a_store_that_cannot_be_made_is_an_error_of_the_file_system(flinkpack, tmp_path):
    assert "/proc/nowhere" in flinkpack.fail(9, "pull", "--store", "/proc/nowhere", "docker.io/x")


def test_keys_of_other_commands_are_fine(flinkpack):
    (flinkpack.home / "flinkpack.yaml").write_text("job-jar: [a.jar]\nquiet: true\n")
    assert flinkpack.run("images").out.startswith("NAME")


def test_errors_in_json(flinkpack):
    result = flinkpack.try_run("build", "--progress", "json")
    assert result.status == 2 and result.out == ""
    last = json.loads(result.err.splitlines()[-1])
    assert last["event"] == "error" and last["status"] == 2
    assert "nothing says where Flink comes from" in last["text"]
    assert last["hint"]


def test_errors_in_json_even_of_the_command_line(flinkpack):
    result = flinkpack.try_run("build", "--progress=json", "--no-such-option")
    assert result.status == 2
    assert json.loads(result.err)["text"].startswith("--no-such-option")


def test_quiet_still_tells_of_errors(flinkpack):
    assert "nothing says where" in flinkpack.fail(2, "build", "--quiet")


def test_a_full_standard_output_is_an_error(flinkpack):
    with open("/dev/full", "w") as full:
        done = subprocess.run([flinkpack.binary, "--help"], stdout=full, stderr=subprocess.PIPE,
                              text=True, env=flinkpack.env)
    assert done.returncode == 9
    assert "standard output: No space left on device" in done.stderr


def test_unwritable_result_files_are_told_of_before_the_build(flinkpack):
    text = flinkpack.fail(5, "--from-archive", "x.tgz", "--metadata-file", "nowhere/m.json")
    assert "--metadata-file" in text and "x.tgz" not in text
    text = flinkpack.fail(5, "--from-archive", "x.tgz", "--digest-file", "nowhere/digest")
    assert "--digest-file" in text and "x.tgz" not in text
