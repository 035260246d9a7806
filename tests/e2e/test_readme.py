"""The command lines of README.md as they stand: with the real names of Apache's servers, of Docker
Hub, of Alpine's and of a team's registry, all of which are stand-ins here."""

import hashlib
import re
import subprocess

import alpine
import apache
import images
import internet
import miniature
import pytest
import vendors
from program import ROOT, Program, built

TEXT = (ROOT / "README.md").read_text()
# What sets up or builds flinkpack itself has tests of its own.
OURS = ("scripts/", "export PATH=")


def blocks(kind):
    found = re.findall(r"^( *)```(\w*)\n(.*?)^\1```$", TEXT, re.MULTILINE | re.DOTALL)
    return [re.sub("^" + indent, "", text, flags=re.MULTILINE)
            for indent, language, text in found if language == kind]


COMMANDS = [text for text in blocks("") if not text.startswith(OURS)]


def release(version, scala):
    """What Apache's servers have of it, by path."""
    name, data = apache.archive_name(version, scala), apache.archive(version, scala)
    path = "/flink/flink-%s/%s" % (version, name)
    return {path: data, path + ".sha512": apache.sums("sha512", data, name)}


def serve(files, prefix=""):
    def answer(request):
        data = files.get(request.path.removeprefix(prefix))
        return internet.Answer(404) if data is None else internet.Answer(200, data)
    return answer


def serve_folder(folder, prefix):
    def answer(request):
        path = folder / request.path.removeprefix(prefix).lstrip("/")
        return internet.Answer(200, path.read_bytes()) if path.is_file() else internet.Answer(404)
    return answer


def packages(folder):
    def spec(name, *files):
        return alpine.write_spec(folder / "specs", name, "1.0-r0", files=files)
    return alpine.make_repository(
        folder / "repository", spec("bash", ("bin/bash", "#!", 0o755)), spec("snappy"),
        spec("libc6-compat"), spec("python3", ("usr/bin/python3", "#!", 0o755)),
        spec("py3-ruamel.yaml"))


def write_program(path, *lines):
    path.write_text("".join(line + "\n" for line in ("#!/bin/sh", *lines)))
    path.chmod(0o755)


def write_project(folder, files):
    """What the lines name."""
    for name in ("target/wordcount.jar", "target/orders-1.0.jar", "job.jar", "orders.jar"):
        path = folder / name
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(miniature.job_jar())
    for architecture in ("amd64", "arm64"):
        (folder / "out" / architecture).mkdir(parents=True)
        (folder / "out" / architecture / "tool").write_text("tool")
    (folder / "token").write_text("secret\n")
    (folder / "job.py").write_text("print()\n")
    (folder / "values.yaml").write_text("parallelism: 4\n")
    for path, data in files.items():
        name = path.rpartition("/")[2]
        (folder / name.replace("-bin-scala_2.12.tgz.sha512", ".sha512")).write_bytes(data)
    images.write_oci_archive(images.base(), folder / "jre.tar", "11")


@pytest.fixture(scope="module")
def project(tmp_path_factory):
    """Runs lines in a folder whose internet is made of stand-ins; all of them in one, as a reader
    would who follows the text."""
    folder = tmp_path_factory.mktemp("readme")
    new, repository = release("1.20.4", "2.12"), packages(folder)
    hub, team = vendors.DockerHub({}), vendors.Model("registry.example.com", {"USER": "secret"})
    hub.add(alpine.base(["https://dl-cdn.alpinelinux.org/alpine/v3.20/main"], repository / "keys",
                        java="11"), "library/eclipse-temurin", "11-jre-alpine")
    hub.add(images.official_flink("1.20.4"), "library/flink", "1.20.4-java17")
    hosts = {**hub.hosts(), **team.hosts(), "dlcdn.apache.org": serve({}),
             "downloads.apache.org": serve(new),
             "archive.apache.org": serve({**new, **release("1.6.0", "2.11")}, "/dist"),
             "dl-cdn.alpinelinux.org": serve_folder(repository, "/alpine")}
    work, tools = folder / "project", folder / "tools"
    work.mkdir()
    tools.mkdir()
    write_project(work, new)
    (tools / "flinkpack").symlink_to(built("dev"))
    for name in ("cosign", "docker", "mvn"):
        write_program(tools / name)
    write_program(tools / "kubectl", 'case "$*" in *"-f -") exec cat ;; esac')
    program = Program(folder, tools / "flinkpack")
    program.run("append", "--add", "project/token:/x", "--image-name", "wordcount:v1")
    with internet.Internet(folder / "net", hosts) as net:
        env = {**program.env, **net.environment(), "PATH": "%s:%s" % (tools, program.env["PATH"]),
               "CURL_CA_BUNDLE": str(net.authority.certificate)}

        def run(text):
            done = subprocess.run(["bash", "-euo", "pipefail", "-c", text], cwd=work, env=env,
                                  text=True, capture_output=True, timeout=120)
            assert done.returncode == 0, "%s\n%s%s" % (text, done.stdout, done.stderr)
            assert "Sanitizer" not in done.stderr
            return done.stdout
        run.team, run.work, run.net = team, work, net
        run.archive = hashlib.sha256(new[next(iter(new))]).hexdigest()
        # Who reads from the top may come to a push before the login.
        run("flinkpack login registry.example.com -u USER --password-stdin < token")
        yield run


def test_there_are_lines():
    """Else nothing below is tested."""
    assert len(COMMANDS) > 10 and sum("flinkpack" in text for text in COMMANDS) > 10


@pytest.mark.parametrize("text", COMMANDS, ids=[
    " ".join(text.replace("\\\n", "").split()[:4]) for text in COMMANDS])
def test_lines_work_as_they_stand(text, project):
    if "orders:1.1" in text:
        project("flinkpack push registry.example.com/team/orders:1.0 "
                "registry.example.com/team/orders:1.1")
    project(text)


def test_options_of_commands_that_are_named_in_passing(project):
    """Those of the table of sources; each makes an image."""
    rows = re.findall(r"^\| `(--from-[^`]+)` \|", TEXT, re.MULTILINE)
    assert len(rows) == 4
    for row in rows:
        words = row.replace("flink-1.20.4-bin.tgz", "flink-1.20.4-bin-scala_2.12.tgz")
        if "--from-local-dist" not in row:
            project("flinkpack %s --job-jar orders.jar --image-name tried:1" % words)


def test_the_file_of_options(project):
    text, = [text for text in blocks("yaml") if text.startswith("from-release")]
    (project.work / "flinkpack.yaml").write_text(text)
    made = project("flinkpack build --plugin s3-fs-presto=orders.jar --dry-run 2>&1")
    assert "registry.example.com/team/orders@sha256:" in made
    (project.work / "flinkpack.yaml").unlink()


def test_the_layer_is_apaches_file(project):
    """What the README's line prints is that blob, and nothing else."""
    text, = [text for text in COMMANDS if "sha512sum" in text]
    assert project(text).splitlines()[-1].endswith("orders/blobs/sha256/" + project.archive)


def test_contents(project):
    """Every entry of the table of contents leads somewhere."""
    names = {re.sub(r"[^\w -]", "", line.lstrip("# ").lower()).replace(" ", "-")
             for line in TEXT.splitlines() if line.startswith("#")}
    links = re.findall(r"\]\(#([^)]+)\)", TEXT)
    assert len(links) > 8 and set(links) <= names
