"""What scripts/ci has for CI systems, run as it stands: each file is read as its system reads it,
and its commands are executed with what that system gives them. Apache, the registry and the place
where flinkpack's files are kept are stand-ins on loopback."""

import base64
import http.server
import json
import os
import pathlib
import re
import shutil
import subprocess
import threading
from xml.etree import ElementTree

import apache
import pytest
import registry as registries
import yaml
from program import ROOT, SANITIZERS, built, need

CI = ROOT / "scripts/ci"
FLINK = "1.20.4"
USER, PASSWORD = "robot$ci", "it's \"secret\" $HOME"


def documents(name):
    return list(yaml.safe_load_all((CI / name).read_text()))


class Runner:
    """A machine that has a shell, curl and nothing of ours, with a registry that wants a login."""

    def __init__(self, folder, registry, releases, files, inputs):
        self.folder, self.registry = folder, registry
        self.workspace = folder / "workspace"
        (self.workspace / "target").mkdir(parents=True)
        shutil.copy(inputs.job, self.workspace / "target/job.jar")
        self.env = {
            "PATH": os.environ["PATH"], "HOME": str(folder / "home"), "TMPDIR": str(folder),
            "TOOLS_URL": files, "FLINKPACK_BASE": inputs.base,
            "FLINKPACK_APACHE_URL": releases.dlcdn, "FLINKPACK_ARCHIVE_URL": releases.archive,
            "FLINKPACK_CHECKSUM_URL": releases.downloads, **SANITIZERS}
        os.mkdir(folder / "home")

    def run(self, script, shell=("bash", "-e", "-o", "pipefail"), words=(), **env):
        """What a system does with a script: a file, given to the shell."""
        path = self.folder / "script"
        path.write_text(script)
        done = subprocess.run([*shell, str(path), *words], cwd=self.workspace, text=True,
                              env={**self.env, **env}, capture_output=True, timeout=600)
        assert PASSWORD not in done.stdout + done.stderr
        assert done.returncode == 0, done.stderr
        return done

    def tags(self, repository):
        done = subprocess.run(
            ["skopeo", "list-tags", "--tls-verify=false", "--creds", "%s:%s" % (USER, PASSWORD),
             "docker://%s/%s" % (self.registry, repository)], text=True, capture_output=True)
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout)["Tags"]


@pytest.fixture(scope="module")
def files(tmp_path_factory):
    """The directory that a team keeps flinkpack's files in, by HTTP."""
    folder = tmp_path_factory.mktemp("files")
    for machine in "amd64", "arm64":
        shutil.copy(built("dev"), folder / ("flinkpack-linux-" + machine))

    class Handler(http.server.SimpleHTTPRequestHandler):
        def __init__(self, *words):
            super().__init__(*words, directory=folder)

        def log_message(self, *_):
            pass

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield "http://127.0.0.1:%d" % server.server_port
        server.shutdown()


@pytest.fixture(scope="module")
def releases():
    with apache.Apache() as found:
        found.add_release(FLINK, current=True)
        yield found


@pytest.fixture(scope="module")
def guarded(tmp_path_factory):
    for tool in "docker-registry", "htpasswd", "skopeo", "curl":
        need(tool)
    with registries.Registry(tmp_path_factory.mktemp("guarded"), users={USER: PASSWORD}) as found:
        yield found.host


@pytest.fixture
def runner(tmp_path, guarded, releases, files, inputs):
    return Runner(tmp_path, guarded, releases, files, inputs)


def docker_config(host):
    auth = base64.b64encode(("%s:%s" % (USER, PASSWORD)).encode()).decode()
    return json.dumps({"auths": {host: {"auth": auth}}})


def test_every_file_is_tried():
    assert {path.name for path in CI.iterdir()} == {
        "gitlab.yml", "action.yml", "tekton.yaml", "Jenkinsfile", "kubernetes-job.yaml",
        "maven.xml", "image.gradle.kts"}


def interpolate(value, inputs):
    """GitLab's $[[ inputs.NAME ]]."""
    return re.sub(r"\$\[\[ inputs\.([a-z-]+) \]\]", lambda found: inputs[found[1]], value)


def gitlab(runner, with_login=True, **given):
    spec, jobs = documents("gitlab.yml")
    job, = jobs.values()
    inputs = {name: (more or {}).get("default") for name, more in spec["spec"]["inputs"].items()}
    inputs.update(given)
    lines = [line for line in job["before_script"] if with_login or "login" not in line]
    script = "\n".join(interpolate(line, inputs) for line in lines + job["script"])
    project = str(runner.workspace)
    variables = {
        "CI_PROJECT_DIR": project, "CI_REGISTRY": runner.registry, "CI_REGISTRY_USER": USER,
        "CI_REGISTRY_PASSWORD": PASSWORD, "CI_REGISTRY_IMAGE": runner.registry + "/team/gitlab",
        "CI_COMMIT_SHORT_SHA": "0123abcd", "CI": "true"}
    for name, value in job["variables"].items():
        variables[name] = value.replace("$CI_PROJECT_DIR", project)
    for path in job["cache"]["paths"]:
        assert variables["FLINKPACK_CACHE"].endswith(path)
    return script, variables


def test_gitlab(runner):
    script, variables = gitlab(runner, **{"flink-version": FLINK, "job-jar": "target/job.jar"})
    runner.run(script, **variables)
    assert runner.tags("team/gitlab") == ["0123abcd"]
    made = json.loads((runner.workspace / "image.json").read_text())
    assert "0123abcd" in json.dumps(made)
    # The cache is kept for the next job, the login is not.
    assert list((runner.workspace / ".cache/flinkpack").rglob("*.tgz"))
    assert not list((runner.folder / "home").rglob("config.json"))


def test_gitlab_with_its_own_variable(runner):
    script, variables = gitlab(runner, False, **{
        "flink-version": FLINK, "job-jar": "target/job.jar", "tag": "env"})
    runner.run(script, **{**variables, "CI_REGISTRY_PASSWORD": "none",
                          "DOCKER_AUTH_CONFIG": docker_config(runner.registry)})
    assert "env" in runner.tags("team/gitlab")


def test_github(runner):
    action, = documents("action.yml")
    given = {"flink-version": FLINK, "job-jar": "target/job.jar", "username": USER,
             "image-name": runner.registry + "/team/github:1.0", "password": PASSWORD,
             "options": "--label team=a --label stage=b", "url": runner.env["TOOLS_URL"]}
    assert set(given) == set(action["inputs"])
    context = runner.folder / "context"
    context.mkdir()
    env = {"RUNNER_TEMP": str(context), "GITHUB_PATH": str(context / "path"),
           "GITHUB_ENV": str(context / "env"), "GITHUB_OUTPUT": str(context / "output"),
           "GITHUB_STEP_SUMMARY": str(context / "summary"), "CI": "true"}
    for name in "path", "env", "output":
        (context / name).touch()
    for step in action["runs"]["steps"]:
        if "run" not in step:
            continue
        assert step["shell"] == "bash"
        mine = {name: re.sub(r"\$\{\{ inputs\.([a-z-]+) \}\}", lambda found: given[found[1]], value)
                for name, value in step.get("env", {}).items()}
        # What a user gives is never part of a script.
        assert "${{" not in step["run"]
        earlier = dict(line.split("=", 1) for line in (context / "env").read_text().splitlines())
        path = ":".join([*(context / "path").read_text().splitlines(), runner.env["PATH"]])
        runner.run(step["run"], **{**env, **earlier, **mine, "PATH": path})
    assert runner.tags("team/github") == ["1.0"]
    assert re.fullmatch(r"image=%s/team/github@sha256:[0-9a-f]{64}\n" % runner.registry,
                        (context / "output").read_text())


def on_the_path(runner):
    """The program as the image of flinkpack itself has it."""
    folder = runner.folder / "bin"
    folder.mkdir()
    (folder / "flinkpack").symlink_to(built("dev"))
    return "%s:%s" % (folder, runner.env["PATH"])


def test_tekton(runner):
    task, pipeline = documents("tekton.yaml")
    results = {each["name"]: runner.folder / each["name"] for each in task["spec"]["results"]}
    credentials = runner.folder / "credentials"
    credentials.mkdir()
    (credentials / ".dockerconfigjson").write_text(docker_config(runner.registry))
    values = {
        "params.flink-version": FLINK, "params.job-jar": "target/job.jar",
        "params.image-name": runner.registry + "/team/tekton:1.0",
        "workspaces.credentials.bound": "true", "workspaces.credentials.path": str(credentials),
        **{"results.%s.path" % name: str(path) for name, path in results.items()}}
    step, = task["spec"]["steps"]
    env = {each["name"]: re.sub(r"\$\(([^)]+)\)", lambda found: values[found[1]], each["value"])
           for each in step["env"]}
    env["FLINKPACK_CACHE"] = str(runner.folder / "cache")
    assert step["args"] == ["$(params.options[*])"]
    assert "$(" not in re.sub(r"\$\(flinkpack", "", step["script"])
    runner.run(step["script"], ("sh",), ["--label", "a=b c"], PATH=on_the_path(runner), **env)
    assert runner.tags("team/tekton") == ["1.0"]
    digest = results["IMAGE_DIGEST"].read_text()
    assert results["IMAGE_URL"].read_text() == "%s/team/tekton@%s" % (runner.registry, digest)
    # The pipeline gives the task what it asks for.
    each, = pipeline["spec"]["tasks"]
    assert each["taskRef"]["name"] == task["metadata"]["name"]
    wanted = {one["name"] for one in task["spec"]["params"] if "default" not in one}
    assert {one["name"] for one in each["params"]} == wanted
    assert {one["name"] for one in each["workspaces"]} == {
        one["name"] for one in task["spec"]["workspaces"]}


def test_jenkins(runner):
    need("git")
    text = (CI / "Jenkinsfile").read_text()
    env = dict(re.findall(r"^ +([A-Z_]+) = '([^']*)'$", text, re.M))
    assert set(env) == {"FLINK_VERSION", "JOB_JAR", "IMAGE"}
    scripts = re.findall(r"sh '''\n(.*?)'''", text, re.S)
    assert len(scripts) == 2
    for words in (["init", "-q"], ["-c", "user.name=a", "-c", "user.email=a@example.com", "commit",
                                   "-q", "--allow-empty", "-m", "first"]):
        subprocess.run(["git", *words], cwd=runner.workspace, check=True,
                       env={**runner.env, "GIT_CONFIG_GLOBAL": "/dev/null"})
    env = {**env, "FLINK_VERSION": FLINK, "IMAGE": runner.registry + "/team/jenkins",
           "FLINKPACK_CACHE": str(runner.folder / "cache"), "REGISTRY_USER": USER,
           "REGISTRY_PASSWORD": PASSWORD}
    for script in scripts:
        runner.run(script.replace("\\\\", "\\"), ("sh", "-e"), **env)
    tag, = runner.tags("team/jenkins")
    assert re.fullmatch(r"[0-9a-f]{7,}", tag)


def test_kubernetes_job(runner):
    need("wget")
    config, job = documents("kubernetes-job.yaml")
    spec = job["spec"]
    lines = config["data"]["jobs.txt"].splitlines()
    assert spec["completionMode"] == "Indexed" and spec["completions"] == len(lines)
    container, = spec["template"]["spec"]["containers"]
    jar = runner.workspace / "target/job.jar"
    (runner.folder / "jobs.txt").write_text("".join(
        "%s/team/%s:1.0 %s/%s\n" % (runner.registry, name, runner.env["TOOLS_URL"], name)
        for name in ("one", "two")))
    (runner.folder / "auth.json").write_text(docker_config(runner.registry))
    served = runner.folder / "served"
    served.mkdir()
    path = on_the_path(runner)
    # The jar comes from a repository of jars; here wget copies it.
    fake = runner.folder / "bin/wget"
    fake.write_text("#!/bin/sh\n[ \"$1 $2\" = '-q -O' ] && cp %s \"$3\"\n" % jar)
    fake.chmod(0o755)
    for index in range(2):
        done = subprocess.run(
            [*container["command"], *container["args"]], cwd=served, text=True, timeout=600,
            capture_output=True, env={
                **runner.env, "PATH": path, "JOB_COMPLETION_INDEX": str(index),
                "JOBS": str(runner.folder / "jobs.txt"), "FLINK_VERSION": FLINK,
                "FLINKPACK_CACHE": str(runner.folder / "cache"),
                "REGISTRY_AUTH_FILE": str(runner.folder / "auth.json")})
        assert done.returncode == 0, done.stderr
    assert runner.tags("team/one") == runner.tags("team/two") == ["1.0"]


def test_maven(runner):
    profile = ElementTree.parse(CI / "maven.xml").getroot()
    configuration = profile.find(".//configuration")
    values = {"flink.version": FLINK, "project.build.directory": "target",
              "project.build.finalName": "job", "image.name": runner.registry + "/team/maven:1.0"}
    words = [re.sub(r"\$\{([a-zA-Z.]+)\}", lambda found: values[found[1]], each.text)
             for each in configuration.iter("argument")]
    assert configuration.findtext("executable") == "flinkpack"
    run_words(runner, words)
    assert runner.tags("team/maven") == ["1.0"]


def test_gradle(runner):
    text = (CI / "image.gradle.kts").read_text()
    inside = re.search(r"commandLine\((.*?),\n    \)", text, re.S)[1]
    values = {'providers.gradleProperty("flinkVersion").get()': FLINK,
              "jar.get().asFile.path": "target/job.jar",
              'providers.gradleProperty("imageName").get()': runner.registry + "/team/gradle:1.0"}
    words = [values.get(word.strip(), word.strip().strip('"')) for word in inside.split(",")]
    assert words[0] == "flinkpack"
    run_words(runner, words[1:])
    assert runner.tags("team/gradle") == ["1.0"]


def run_words(runner, words):
    done = subprocess.run([built("dev"), *words], cwd=runner.workspace, text=True,
                          capture_output=True, timeout=600, env={
                              **runner.env, "DOCKER_AUTH_CONFIG": docker_config(runner.registry)})
    assert done.returncode == 0, done.stderr


def test_the_name_of_old(runner, inputs):
    """scripts/build.sh from a Flink checkout's flink-container/docker, as its README has it."""
    checkout = runner.folder / "flink/flink-container/docker"
    checkout.mkdir(parents=True)
    name = pathlib.Path(shutil.copy(ROOT / "scripts/build.sh", checkout))
    env = {**runner.env, "PATH": on_the_path(runner), "FLINKPACK_STORE": str(runner.folder / "s")}
    for words in (["--from-release", "--flink-version", FLINK],
                  ["--from-archive", inputs.archive()]):
        done = subprocess.run(["./" + name.name, *words, "--job-jar", inputs.job, "--image-name",
                               "flink-job"], cwd=checkout, env=env, text=True, capture_output=True)
        assert done.returncode == 0, done.stderr
        assert done.stdout.startswith("flink-job@sha256:")
    alone = {**env, "PATH": "/usr/bin:/bin"}
    done = subprocess.run(["./" + name.name], cwd=checkout, env=alone, capture_output=True, text=True)
    assert done.returncode == 127 and "PATH" in done.stderr
