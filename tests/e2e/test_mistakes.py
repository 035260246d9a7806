"""Mistakes of a user's day: each is told with its status, in words that name the thing and what to do,
and before anything is asked that need not be. `words` of a row is what is given beside a build that
would do; `asked` is how many requests the registry may see; the download server may see none unless
`fetched` says so.

As a program it prints the table:
    test_mistakes.py
"""

import base64
import json
import pathlib
import sys
import threading
from http.server import BaseHTTPRequestHandler

import apache
import miniature
import program as programs
import pytest
from program import AUTH, INPUT, IO, NETWORK, NOT_FOUND, USAGE, VERIFY
from registry import Listener, Threaded


class Counting(Threaded):
    """A registry of one word: what it answers stands in its repositories' names."""

    def __init__(self):
        self.requests = []
        outer = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def log_message(self, *_):
                pass

            def answer(self, status, code="", **headers):
                body = json.dumps({"errors": [{"code": code}]} if code else {}).encode()
                self.send_response(status)
                for name, value in {"Content-Length": len(body), **headers}.items():
                    self.send_header(name.replace("_", "-"), str(value))
                self.end_headers()
                if self.command != "HEAD":
                    self.wfile.write(body)

            def everything(self):
                outer.requests.append("%s %s" % (self.command, self.path))
                self.rfile.read(int(self.headers.get("Content-Length") or 0))
                right = "Basic " + base64.b64encode(b"ci:right").decode()
                if "/denied/" in self.path and self.command == "POST":
                    self.answer(403, "DENIED")
                elif "/missing/" in self.path and self.command == "POST":
                    self.answer(404, "NAME_UNKNOWN")
                elif self.headers.get("Authorization") != right:
                    self.answer(401, "UNAUTHORIZED", WWW_Authenticate='Basic realm="x"')
                elif self.command == "POST":
                    self.answer(202, Location=self.path + "x")
                else:
                    self.answer(200 if self.path == "/v2/" else 404)

            do_GET = do_HEAD = do_POST = do_PUT = do_PATCH = do_DELETE = everything

        self.serve(Handler)


class Place:
    """What the rows speak of."""

    def __init__(self, folder, flinkpack, inputs, server, registry):
        self.flinkpack, self.server, self.registry = flinkpack, server, registry
        self.base, self.job, self.archive = inputs.base, inputs.job, inputs.archive()
        self.folder = folder
        for name, data in {
                "page.jar": b"<html>", "two.jar": miniature.job_jar("com.example.Other"),
                "new.jar": miniature.job_jar(major=69), "none.jar": miniature.jar(["com/example/A"]),
                "new17.jar": miniature.job_jar(major=61), "broken.yaml": b"a: [\n", "jre.tar": b"",
                "unknown.yaml": b"job_jar: a.jar\n", "values.yaml": b"node-prot: 30001\n",
                "name.yaml": b"name: Orders_1\n", "patch.yaml": b"patch: [nowhere.yaml]\n",
                "wrong.sha512": b"0" * 128 + b"  flink-1.20.4-bin-scala_2.12.tgz\n",
                "auth.json": json.dumps({"auths": {registry.host: {"auth": self.auth("ci:wrong")}}}).encode(),
                "right.json": json.dumps({"auths": {registry.host: {"auth": self.auth("ci:right")}}}).encode(),
                "helper.json": json.dumps({"credHelpers": {registry.host: "gone"}}).encode()}.items():
            (folder / name).write_bytes(data)
            (folder / name).chmod(0o600)
        miniature.write_base(folder / "no-java.tar")
        self.write_without_java(folder / "no-java.tar")

    @staticmethod
    def auth(pair):
        return base64.b64encode(pair.encode()).decode()

    @staticmethod
    def write_without_java(path):
        import images
        path.write_bytes(images.make_tar([images.folder("usr"), images.folder("usr/bin"),
                                          images.file("usr/bin/bash", b"#!x", 0o755)]))

    def text(self, words):
        names = {"F": self.folder, "R": self.registry.host, "base": self.base, "job": self.job,
                 "archive": self.archive}
        return [str(word).format(**names) for word in words.split()]

    def run(self, row):
        """Status, words, and the requests to registry and download server."""
        given = self.text(row.get("words", ""))
        build = row.get("build", "release")
        words = [] if build == "none" else ["build"]
        if build == "release":
            words += ["--from-release", "--flink-version", "1.20.4"]
        if build in ("release", "source"):
            words += ["--apache-url", self.server.dlcdn, "--archive-url", self.server.archive,
                      "--checksum-url", self.server.downloads]
        if build != "none" and "--base" not in given:
            words += ["--base", self.base]
        if build != "none" and not row.get("no_job"):
            words += ["--job-jar", str(self.job)]
        if row.get("login"):
            words += ["--authfile", str(self.folder / "right.json")]
        env = {name: self.text(value)[0] if value else "" for name, value in row.get("env", {}).items()}
        del self.registry.requests[:], self.server.requests[:]
        result = self.flinkpack.try_run(*words, *given, "--retry", "0", cwd=self.folder, env=env) \
            if build != "none" else self.flinkpack.try_run(*given, cwd=self.folder, env=env)
        return result, len(self.registry.requests), len(self.server.requests)


PUSH = "--push --image-name {R}/team/job:1 "
ROWS = [
    dict(name="half a version", build="source", words="--from-release --flink-version 1.20", status=USAGE, said=["1.20"]),
    dict(name="version that is none", build="source", words="--from-release --flink-version 1.20.99", status=NOT_FOUND,
         said=["1.20.99", "releases"], fetched=4),
    dict(name="no version", build="source", words="--from-release", status=USAGE, said=["--flink-version 1.20.4"]),
    dict(name="no source", build="source", status=USAGE, said=["where Flink comes from", "--from-release"]),
    dict(name="two sources", words="--from-archive {archive}", status=USAGE, said=["only one of them"]),
    dict(name="Scala of another line", words="--scala-version 2.11", status=USAGE, said=["2.11", "2.12"]),
    dict(name="misspelt option", words="--job-jarr x", status=USAGE, said=["--job-jarr", "try: --job-jar"]),
    dict(name="misspelt command", build="none", words="biuld", status=USAGE, said=["try: flinkpack build"]),
    dict(name="jar that is not there", no_job=1, words="--job-jar target/none.jar", status=NOT_FOUND,
         said=["--job-jar: target/none.jar"]),
    dict(name="jar that is a web page", no_job=1, words="--job-jar page.jar", status=INPUT, said=["page.jar", "not a jar"]),
    dict(name="folder for a jar", no_job=1, words="--job-jar {F}", status=INPUT, said=["{F}"]),
    dict(name="class newer than the base's Java", no_job=1, words="--job-jar new.jar", status=INPUT,
         said=["new.jar", "Java 25", "Java 17", "--release 17"]),
    dict(name="class newer than the catalogue's Java", no_job=1, words="--job-jar new17.jar --base temurin-11-jre",
         status=INPUT, said=["Java 17", "Java 11", "--base temurin-17-jre"]),
    dict(name="no main class, warnings are errors", no_job=1, words="--job-jar none.jar --fail-on-warning",
         status=INPUT, said=["no jar has a Main-Class", "--job-classname"]),
    dict(name="two main classes", words="--job-jar two.jar", status=INPUT,
         said=["two main classes", "com.example.WordCount", "com.example.Other", "--job-classname"]),
    dict(name="main class of another job", words="--job-classname com.example.Gone", status=INPUT,
         said=["com.example.Gone", "com.example.WordCount"]),
    dict(name="path for a class", words="--job-classname com/example/Job", status=USAGE, said=["com.example.WordCount"]),
    dict(name="one jar twice", words="--job-jar {job}", status=USAGE, said=["the same name"]),
    dict(name="empty variable", no_job=1, env={"FLINKPACK_JOB_JAR": ""}, status=USAGE,
         said=["FLINKPACK_JOB_JAR: the value is empty"]),
    dict(name="misspelt variable", no_job=1, env={"FLINKPACK_JOBJAR": "x.jar"}, status=USAGE,
         said=["FLINKPACK_JOBJAR", "FLINKPACK_JOB_JAR"]),
    dict(name="misspelt key of a file", words="--config unknown.yaml", status=USAGE, said=["job_jar", "try: job-jar"]),
    dict(name="capital letters in a name", words="--image-name {R}/Team/job:1", status=USAGE, said=["Team/job"]),
    dict(name="tag that is none", words="-t 1.0+abc", status=USAGE, said=["--tag '1.0+abc'", "letters, digits"]),
    dict(name="push of a short name", words="--push --image-name job:1", status=USAGE,
         said=["names no registry", "registry.example.com/team/job"]),
    dict(name="no credentials", words=PUSH, status=AUTH, said=["{R}", "flinkpack login"], asked=5),
    dict(name="old password", words=PUSH + "--authfile auth.json", status=AUTH, said=["{R}", "auth.json"], asked=3),
    dict(name="no right to push", words="--push --image-name {R}/denied/job:1", login=1, status=AUTH,
         said=["{R}/denied/job"], asked=3),
    dict(name="repository that is not there", words="--push --image-name {R}/missing/job:1", login=1,
         status=NOT_FOUND, said=["/missing/job", "is the name right?"], asked=3),
    dict(name="broken DOCKER_AUTH_CONFIG", words=PUSH, env={"DOCKER_AUTH_CONFIG": "{{"}, status=INPUT,
         said=["DOCKER_AUTH_CONFIG"]),
    dict(name="file's name in DOCKER_AUTH_CONFIG", words=PUSH, env={"DOCKER_AUTH_CONFIG": "/root/config.json"},
         status=INPUT, said=["REGISTRY_AUTH_FILE"]),
    dict(name="no such file of credentials", words=PUSH + "--authfile gone.json", status=NOT_FOUND, said=["--authfile: gone.json"]),
    dict(name="credential helper that is missing", words=PUSH + "--authfile helper.json", status=AUTH,
         said=["docker-credential-gone", "helper"], asked=3),
    dict(name="registry that is not there", words="--push --image-name 127.0.0.1:1/team/job:1", status=NETWORK,
         said=["127.0.0.1:1"]),
    dict(name="proxy that is not there", words="--push --image-name registry.invalid/team/job:1",
         env={"HTTPS_PROXY": "http://127.0.0.1:1"}, status=NETWORK, said=["registry.invalid", "proxy", "127.0.0.1 port 1", "HTTPS_PROXY"]),
    dict(name="base that is none", words="--base temurin-17-jer", status=NOT_FOUND, said=["temurin-17-jer", "temurin-17-jre"]),
    dict(name="file for a base", words="--base jre.tar", status=NOT_FOUND, said=["--base rootfs:jre.tar"]),
    dict(name="base file that is not there", words="--base rootfs:none.tar", status=NOT_FOUND, said=["none.tar"]),
    dict(name="base without Java", words="--base rootfs:no-java.tar", status=INPUT, said=["no Java", "--base temurin-11-jre"]),
    dict(name="base that wants credentials", words="--base {R}/team/jre:17", status=AUTH, said=["{R}"], asked=3),
    dict(name="misspelt plugin", words="--plugin s3-fs-hadop", status=NOT_FOUND, said=["s3-fs-hadop", "s3-fs-hadoop", "=FILE"]),
    dict(name="plugin's file that is not there", words="--plugin mine=gone.jar", status=NOT_FOUND, said=["gone.jar"]),
    dict(name="library that is not there", words="--lib gone.jar", status=NOT_FOUND, said=["--lib", "gone.jar"]),
    dict(name="setting without a value", words="--conf parallelism.default", status=USAGE, said=["--conf", "KEY=VALUE"]),
    dict(name="broken file of settings", words="--conf broken.yaml", status=INPUT, said=["broken.yaml", "line 2"]),
    dict(name="another version in the archive", build="source", words="--from-archive {archive} --flink-version 1.20.3",
         status=INPUT, said=["1.20.4", "1.20.3"]),
    dict(name="wrong checksum", words="--flink-checksum wrong.sha512", status=VERIFY, said=["sha512 is", "expected sha512:0000"], fetched=3),
    dict(name="no distribution here", build="source", words="--from-local-dist {F}", status=NOT_FOUND, said=["{F}", "flink-dist"]),
    dict(name="misspelt platform", words="--platform linux/amd46", status=USAGE, said=["linux/amd46"]),
    dict(name="user's name", words="--user flink", status=USAGE, said=["--user 'flink'", "UID"]),
    dict(name="output in no folder", words="-o oci-archive:gone/a.tar", status=NOT_FOUND, said=["mkdir -p gone"]),
    dict(name="metadata in no folder", words="--metadata-file gone/m.json", status=NOT_FOUND, said=["--metadata-file"]),
    dict(name="nothing to add", words="--add gone.txt:/x", status=NOT_FOUND, said=["gone.txt"]),
    dict(name="manifests without a push", words="--generate k8s", status=USAGE, said=["--generate: needs --push"]),
    dict(name="misspelt value", words=PUSH + "--generate k8s --values values.yaml", status=USAGE, said=["node-prot", "node-port"]),
    dict(name="name that Kubernetes refuses", words=PUSH + "--generate k8s --values name.yaml", status=USAGE, said=["Orders_1"]),
    dict(name="patch that is not there", words=PUSH + "--generate k8s --values patch.yaml", status=NOT_FOUND, said=["nowhere.yaml"]),
    dict(name="offline, and not in the cache", words="--offline", status=NOT_FOUND, said=["--offline", "flink-1.20.4"]),
    dict(name="image that is not there", build="none", words="push gone {R}/team/job:1", status=NOT_FOUND, said=["gone"]),
]


@pytest.fixture(scope="module")
def servers():
    with apache.Apache() as server, Counting() as registry:
        server.add_release("1.20.4", current=True)
        yield server, registry


@pytest.fixture
def place(tmp_path, flinkpack, inputs, servers):
    folder = tmp_path / "work"
    folder.mkdir()
    return Place(folder, flinkpack, inputs, *servers)


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row["name"])
def test_mistake(row, place):
    result, asked, fetched = place.run(row)
    assert result.status == row["status"], result.err
    assert result.out == ""
    for word in row["said"]:
        assert place.text(word.replace(" ", "\x00"))[0].replace("\x00", " ") in result.err, result.err
    assert asked <= row.get("asked", 0), place.registry.requests
    assert fetched <= row.get("fetched", 0), place.server.requests
    assert programs.left_in(place.folder / "k8s") == []


def test_that_build_does(place):
    """Without a mistake it is made, after its registry was asked."""
    result, asked, fetched = place.run(dict(words="--dry-run"))
    assert (result.status, asked) == (0, 0) and fetched > 0, result.err


def main():
    import tempfile
    from conftest import Inputs
    with tempfile.TemporaryDirectory() as folder, apache.Apache() as server, Counting() as registry:
        server.add_release("1.20.4", current=True)
        for name in ("home", "work", "inputs"):
            (pathlib.Path(folder) / name).mkdir()
        place = Place(pathlib.Path(folder) / "work", programs.Program(folder + "/home"),
                      Inputs(folder + "/inputs"), server, registry)
        for row in ROWS:
            result, asked, fetched = place.run(row)
            lines = [line for line in result.err.splitlines()
                     if line.startswith(("flinkpack: error", "  try:"))]
            print("| %s | `%s` | %d | %s | %d + %d |" % (
                row["name"], " ".join([row.get("words", "").strip(), *row.get("env", {})]), result.status,
                " / ".join(lines).replace("flinkpack: error: ", "").replace("|", "\\|"), asked, fetched))


if __name__ == "__main__":
    sys.exit(main())
