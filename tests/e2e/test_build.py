"""Every way in, every base, every way out: with distributions in miniature and real tools."""

import gzip
import json
import os
import shutil
import subprocess
import tarfile
import time
import urllib.error
import urllib.request

import images
import miniature
import pytest
import registry as registries
import validate
from program import need

LIB = "opt/flink/lib/flink-dist-1.20.4.jar"
DIST = "flink-1.20.4/lib/flink-dist-1.20.4.jar"


def built(flinkpack, *words, name=None, **options):
    """Build to an OCI layout; the image, validated."""
    where = flinkpack.home / "out"
    result = flinkpack.run("build", *words, "-o", "oci:%s:%s" % (where, name or "v1"))
    image, = validate.layout(where, name or "v1", **options)
    assert result.digest == image.digest
    return image


def is_flink(image, version="1.20.4"):
    """The image is a whole one: Flink, linked to where the distribution lies, and the job."""
    assert image.labels["flinkpack.flink-version"] == version
    assert image.env["FLINK_HOME"] == "/opt/flink"
    assert image.env["PATH"].startswith("/opt/flink/bin:")
    assert image.config["WorkingDir"] == "/opt/flink"
    assert image.config["Entrypoint"] == ["/docker-entrypoint.sh"]
    assert image.config["Cmd"] == ["help"]
    assert image.resolve("opt/flink/lib/flink-dist-%s.jar" % version).path == \
        "flink-%s/lib/flink-dist-%s.jar" % (version, version)
    assert image.tree["docker-entrypoint.sh"].mode == 0o755
    assert image.tree["opt/flink/bin"].kind == "dir"
    assert image.tree["opt/flink/bin/standalone-job.sh"].kind == "file"
    script = image.read("flink-%s/bin/flink" % version)
    assert script and image.read("opt/flink/bin/flink") == script


def test_scripts_find_what_the_entrypoint_has_made(flinkpack, inputs, tmp_path):
    """bin/config.sh, which each of them reads first, even where conf/ cannot be written."""
    image = built(flinkpack, "--from-archive", inputs.archive(), "--base", inputs.base)
    script = tmp_path / "config.sh"
    script.write_bytes(image.read("opt/flink/bin/config.sh"))
    assert script.read_text().startswith("#!/usr/bin/env bash\n# What /docker-entrypoint.sh")
    assert script.read_text().endswith("# config.sh\n")

    def found(**env):
        return subprocess.run(["bash", "-uc", ". %s; echo ${FLINK_CONF_DIR:-none}" % script], text=True,
                              env={"PATH": os.environ["PATH"], "TMPDIR": str(tmp_path), **env},
                              check=True, capture_output=True).stdout.strip()

    assert found() == "none"
    (tmp_path / "private").mkdir()
    (tmp_path / "flink-conf").symlink_to("private")
    assert found() == str(tmp_path / "flink-conf")
    assert found(FLINK_CONF_DIR="/mine") == "/mine"
    if os.geteuid() == 0:
        os.chown(tmp_path / "private", 65534, 65534)
        assert found() == "none"


@pytest.mark.parametrize("version, name", [("1.14.6", "flink-conf.yaml"), ("2.2.0", "config.yaml")])
def test_ports_are_those_of_the_official_image(version, name, flinkpack, inputs):
    words = ["--from-archive", inputs.archive(version), "--base", inputs.base]
    conf = built(flinkpack, *words).read("opt/flink/conf/" + name).decode()
    assert conf.endswith("blob.server.port: 6124\nquery.server.port: 6125\n")
    conf = built(flinkpack, *words, "--conf", "blob.server.port=7000").read("opt/flink/conf/" + name)
    assert b"blob.server.port: 7000\n" in conf and b"6124" not in conf and b"6125" in conf


def test_conf_file_of_any_yaml(flinkpack, inputs, tmp_path):
    path = tmp_path / "more.yaml"
    for text in ("a.b: [\n  x,\n  y\n]\nd: 3\n", "--- # x\na: {b: [x, y]}\nd: 3\n...\n",
                 "%YAML 1.1\n---\n{a.b: [x, y], d: 3}\n", "a.b: x;y\nd: 3\n"):
        path.write_text(text)
        conf = built(flinkpack, "--from-archive", inputs.archive(), "--base", inputs.base, "--conf",
                     path).read("opt/flink/conf/config.yaml").decode()
        assert "a.b: x;y\nd: 3\n" in conf


# --- Flink from ---

@pytest.mark.parametrize("kind", ["tgz", "tar", "tar.zst", "tar.xz"])
def test_from_archive(kind, flinkpack, inputs):
    archive = inputs.archive(kind=kind)
    image = built(flinkpack, "--from-archive", archive, "--base", inputs.base,
                  "--job-jar", inputs.job)
    is_flink(image)
    assert image.kinds() == [None, "flink-1.20.4", "setup", "job"]
    assert image.read("opt/flink/usrlib/job.jar") == inputs.job.read_bytes()


def test_a_release_archive_is_the_layer(flinkpack, inputs):
    archive = inputs.archive()
    image = built(flinkpack, "--from-archive", archive, "--base", inputs.base, "--job-jar",
                  inputs.job)
    layer = image.layers[1]
    assert layer.size == archive.stat().st_size
    assert layer.digest == images.sha256(archive.read_bytes())


def test_an_archive_below_a_dot_is_repacked(flinkpack, inputs):
    archive = inputs.archive(rooted="./")
    image = built(flinkpack, "--from-archive", archive, "--base", inputs.base, "--job-jar",
                  inputs.job)
    is_flink(image)
    assert image.layers[1].digest != images.sha256(archive.read_bytes())
    assert image.tree[DIST].attributes() == "0644 0:0"
    assert image.layers[1].entries[0].raw.rstrip("/") == "flink-1.20.4"


def test_the_rest_of_a_distribution_is_linked(flinkpack, inputs, tmp_path):
    # The last two names look like what is placed in another way.
    more = [(name, (0o644, b"x\n")) for name in ("bin conf", "li")]
    archive = tmp_path / "flink-1.20.4-bin.tar"
    archive.write_bytes(miniature.tar("1.20.4", more=more))
    image = built(flinkpack, "--from-archive", archive, "--base", inputs.base)
    for name in ("LICENSE", "NOTICE", "licenses", "bin conf", "li"):
        assert image.tree["opt/flink/" + name].target == "/flink-1.20.4/" + name


def test_what_is_not_fit_for_a_layer_is_repacked(flinkpack, inputs):
    # An id that user namespaces do not map, and a file that only its owner may read.
    for more in ({"owner": (1234567, 20)}, {"owner": (0, 70000)}):
        image = built(flinkpack, "--from-archive", inputs.archive(**more), "--base", inputs.base,
                      "--job-jar", inputs.job)
        is_flink(image)
        assert image.tree[DIST].attributes() == "0644 0:0"


def test_from_local_dist_given(flinkpack, inputs):
    image = built(flinkpack, "--from-local-dist", inputs.dist(), "--base", inputs.base,
                  "--job-jar", inputs.job)
    is_flink(image)
    assert image.tree["flink-1.20.4/bin/config.sh"].attributes() == "0755 0:0"


@pytest.mark.parametrize("place", ["flink-dist/target/flink-1.20.4-bin/flink-1.20.4",
                                   "build-target"])
def test_from_local_dist_found(place, flinkpack, inputs):
    source = flinkpack.home / "source"
    where = source / place
    where.parent.mkdir(parents=True)
    shutil.copytree(inputs.dist(), where)
    module = source / "flink-streaming" / "src"
    module.mkdir(parents=True)
    result = flinkpack.run("build", "--from-local-dist", "--base", inputs.base, "--job-jar",
                           inputs.job, "-o", "oci:%s:v1" % (flinkpack.home / "out"), cwd=module)
    image, = validate.layout(flinkpack.home / "out", "v1")
    is_flink(image)
    assert result.digest == image.digest


def test_build_may_be_left_out(flinkpack, inputs):
    flinkpack.run("--from-local-dist", inputs.dist(), "--base", inputs.base, "--job-jar",
                  inputs.job, "--image-name", "mine:v1")
    image, = validate.layout(flinkpack.store, "mine:v1")
    is_flink(image)


@pytest.mark.parametrize("version, scala, conf, place", [
    ("1.6.0", "2.11", "flink-conf.yaml", "opt/flink/lib/job.jar"),
    ("1.9.3", "2.12", "flink-conf.yaml", "opt/flink/lib/job.jar"),
    ("1.14.6", "2.12", "flink-conf.yaml", "opt/flink/usrlib/job.jar"),
    ("2.2.0", "2.12", "config.yaml", "opt/flink/usrlib/job.jar"),
])
def test_versions_differ(version, scala, conf, place, flinkpack, inputs, tmp_path):
    # Each runs on a Java of its own.
    java = {"1.6.0": "1.8.0_402", "1.9.3": "1.8.0_402", "1.14.6": "11.0.22"}.get(version, "17.0.9")
    images.write_layout(images.base(java=java), tmp_path / "base", "b")
    image = built(flinkpack, "--from-archive", inputs.archive(version, scala=scala), "--base",
                  "oci:%s:b" % (tmp_path / "base"), "--job-jar", inputs.job)
    assert image.labels["flinkpack.flink-version"] == version
    assert image.labels["flinkpack.scala-version"] == scala
    assert image.read(place) == inputs.job.read_bytes()
    assert ("opt/flink/usrlib" in image.tree) == ("usrlib" in place)
    assert "opt/flink/conf/" + conf in image.tree
    classname = "com.example.WordCount" if version == "1.6.0" else None
    assert image.env.get("FLINK_JOB_CLASSNAME") == classname


def test_a_session_image_has_no_usrlib(flinkpack, inputs):
    image = built(flinkpack, "--from-local-dist", inputs.dist(), "--base", inputs.base)
    assert image.labels["flinkpack.type"] == "session"
    assert image.kinds() == [None, "flink-1.20.4", "setup"]
    assert "opt/flink/usrlib" not in image.tree


def test_from_image_of_ours(flinkpack, inputs):
    flinkpack.run("build", "--from-local-dist", inputs.dist(), "--base", inputs.base,
                  "--image-name", "session:v1")
    session, = validate.layout(flinkpack.store, "session:v1")
    image = built(flinkpack, "--from-image", "session:v1", "--job-jar", inputs.job)
    is_flink(image)
    assert image.kinds()[-1] == "job"
    assert [one.digest for one in image.layers[:-1]] == [one.digest for one in session.layers]
    assert image.read("opt/flink/usrlib/job.jar") == inputs.job.read_bytes()


def test_from_image_with_a_job(flinkpack, inputs, tmp_path):
    """What is added beside the job leaves it the job; another job brings its own class."""
    (tmp_path / "own.jar").write_bytes(miniature.jar())
    (tmp_path / "old.jar").write_bytes(miniature.jar(["com/example/Old", "com/example/New"],
                                                     "com.example.New"))
    flinkpack.run("build", "--from-local-dist", inputs.dist(), "--base", inputs.base, "--job-jar",
                  tmp_path / "old.jar", "--job-classname", "com.example.Old", "--image-name", "first:v1")
    result = flinkpack.run("build", "--from-image", "first:v1", "--lib", tmp_path / "own.jar",
                           "--image-name", "kept:v1")
    assert "no --job-jar: the job that is in the image stays" in result.err
    [kept] = validate.layout(flinkpack.store, "kept:v1")
    assert kept.labels["flinkpack.type"] == "job"
    assert kept.labels["flinkpack.job-class"] == "com.example.Old"
    assert kept.env["FLINK_JOB_CLASSNAME"] == "com.example.Old"
    other = built(flinkpack, "--from-image", "first:v1", "--job-jar", inputs.job)
    assert other.labels["flinkpack.type"] == "job"
    assert "flinkpack.job-class" not in other.labels
    assert "FLINK_JOB_CLASSNAME" not in other.env


def test_from_the_official_image(flinkpack, inputs, registry):
    images.push(images.official_flink(), registry, "library/flink", "1.20.4")
    image = built(flinkpack, "--from-image", registry + "/library/flink:1.20.4", "--job-jar",
                  inputs.job, ours=1, flink=False)
    assert image.kinds() == [None] * 4 + ["job"]
    assert image.config["User"] == "flink", "what Flink's own image says stays"
    assert image.config["Cmd"] == ["help"]
    assert image.labels["flinkpack.flink-version"] == "1.20.4"
    assert image.tree["opt/flink"].attributes() == "0755 9999:9999"
    assert image.tree["opt/flink/usrlib/job.jar"].mode == 0o644


# --- with ---

def test_secrets_in_an_image_are_told_once(flinkpack, inputs, tmp_path):
    (tmp_path / "more.yaml").write_text("metrics.reporter.dghttp.apikey: hidden1\n")
    (tmp_path / "flinkpack.yaml").write_text("env: {DB_PASSWORD: hidden2}\n")
    result = flinkpack.run(
        "build", "--from-archive", inputs.archive(), "--base", inputs.base, "--job-jar", inputs.job,
        "--conf", tmp_path / "more.yaml", "--conf", "s3.secret-key=hidden3", "--label",
        "x=ghp_%040d" % 0, "--conf", "s3.secret-key=hidden3", "--dry-run", cwd=tmp_path,
        env={"FLINKPACK_CONFIG": "flinkpack.yaml"})
    told = [line for line in result.err.splitlines() if "looks like a secret" in line]
    assert len(told) == 1 and "hidden" not in result.err and "ghp_" not in result.err
    for name in ("metrics.reporter.dghttp.apikey (--conf)", "DB_PASSWORD (--env)",
                 "s3.secret-key (--conf)", "x (--label)"):
        assert told[0].count(name) == 1, told


def test_what_goes_with_it(flinkpack, inputs, tmp_path):
    (tmp_path / "connector.jar").write_bytes(miniature.jar())
    (tmp_path / "own.jar").write_bytes(miniature.jar())
    (tmp_path / "more").mkdir()
    (tmp_path / "more/run").write_text("#!/bin/sh\n")
    (tmp_path / "more/run").chmod(0o700)
    image = built(
        flinkpack, "--from-archive", inputs.archive(), "--base", inputs.base, "--job-jar",
        inputs.job, "--lib", tmp_path / "connector.jar", "--plugin", "s3-fs-hadoop", "--plugin",
        "mine=%s" % (tmp_path / "own.jar"), "--conf", "parallelism.default=3", "--conf",
        "env.java.opts.all=-Da=b -Dc=d", "--add", "%s:/opt/more" % (tmp_path / "more"), "--add",
        "%s:/etc/app/job.conf:0600" % inputs.job, "--label", "team=data", "--env", "A=b c",
        "--annotation", "org.opencontainers.image.vendor=us", "--job-classname", "com.example.WordCount")
    assert image.tree["opt/flink/lib/connector.jar"].kind == "file"
    plugin = "opt/flink/plugins/s3-fs-hadoop/flink-s3-fs-hadoop-1.20.4.jar"
    assert image.resolve(plugin).path == "flink-1.20.4/opt/flink-s3-fs-hadoop-1.20.4.jar"
    assert image.tree["opt/flink/plugins/mine/own.jar"].kind == "file"
    conf = image.read("opt/flink/conf/config.yaml").decode()
    settings = [line for line in conf.splitlines() if not line.lstrip().startswith("#")]
    assert [line for line in settings if "localhost" in line] == ["    address: localhost"]
    assert "parallelism.default: 3" in settings and "-Da=b -Dc=d" in conf
    assert image.tree["opt/more/run"].mode == 0o755
    assert image.tree["etc/app/job.conf"].mode == 0o600
    assert image.labels["team"] == "data" and image.env["A"] == "b c"
    assert image.labels["flinkpack.plugins"] == (
        "mine/own.jar,s3-fs-hadoop/flink-s3-fs-hadoop-1.20.4.jar")
    assert image.annotations["org.opencontainers.image.vendor"] == "us"
    assert image.env["FLINK_JOB_CLASSNAME"] == "com.example.WordCount"


def test_slim_keeps_what_was_asked_for(flinkpack, inputs):
    image = built(flinkpack, "--from-archive", inputs.archive(), "--base", inputs.base,
                  "--job-jar", inputs.job, "--slim", "--plugin", "s3-fs-presto")
    jars = [name for name in image.tree if name.startswith("flink-1.20.4/opt/")]
    assert jars == ["flink-1.20.4/opt/flink-s3-fs-presto-1.20.4.jar"]
    assert "flink-1.20.4/examples" not in image.tree
    dead = [entry for entry in image.tree.values()
            if entry.kind == "link" and entry.path.startswith("opt/flink")
            and image.resolve(entry.path) is None]
    assert not dead


def test_another_user(flinkpack, inputs):
    image = built(flinkpack, "--from-archive", inputs.archive(), "--base", inputs.base,
                  "--job-jar", inputs.job, "--user", "1001:0", user="1001:0")
    assert image.read("etc/passwd").decode() == images.PASSWD + (
        "flink:x:1001:0::/opt/flink:/bin/sh\n")
    assert "flink" not in image.read("etc/group").decode()
    again = built(flinkpack, "--from-image", "oci:%s:v1" % (flinkpack.home / "out"), "--user",
                  "1002", name="v2", flink=False)
    assert "\nflink-1002:x:1002:0:" in again.read("etc/passwd").decode()


def test_passwd_that_a_group_may_write(flinkpack, inputs, tmp_path):
    """As bases for OpenShift had it once: whoever is in the group 0 could become root."""
    base = images.Image([*images.base_layers(), images.layer([images.file(
        "etc/passwd", images.PASSWD, 0o664)])], dict(images.BASE_CONFIG))
    images.write_layout(base, tmp_path / "base", "b")
    words = ["--from-archive", inputs.archive(), "--base", "oci:%s:b" % (tmp_path / "base"),
             "--job-jar", inputs.job]
    image = built(flinkpack, *words)
    assert image.tree["etc/passwd"].attributes() == "0644 0:0"
    # Also where there is nothing to add to it.
    image = built(flinkpack, *words, "--user", "0", name="v2", flink=False)
    assert image.tree["etc/passwd"].attributes() == "0644 0:0"
    assert image.read("etc/passwd").decode() == images.PASSWD


def test_the_account_is_added_to_the_base_s(flinkpack, inputs):
    image = built(flinkpack, "--from-archive", inputs.archive(), "--base", inputs.base,
                  "--job-jar", inputs.job)
    assert image.read("etc/passwd").decode().startswith(images.PASSWD)
    assert "flink:x:9999:9999:" in image.read("etc/passwd").decode()
    assert "flink:x:9999:" in image.read("etc/group").decode()
    assert image.tree["etc/shadow"].attributes() == "0640 0:42"


def test_options_from_environment_and_file(flinkpack, inputs):
    (flinkpack.home / "flinkpack.yaml").write_text(
        "image-name: from-file:v1\njob-jar: %s\nlabel:\n  a: file\n" % inputs.job)
    flinkpack.run("build", "--from-local-dist", inputs.dist(),
                  env={"FLINKPACK_BASE": inputs.base, "FLINKPACK_LABEL": "a=environment"})
    image, = validate.layout(flinkpack.store, "from-file:v1")
    assert image.labels["a"] == "environment"
    assert image.labels["flinkpack.type"] == "job"


# --- on ---

BASES = {
    "rootfs": lambda path, image: "rootfs:" + path,
    "oci": lambda path, image: images.write_layout(image, path, "b") or "oci:%s:b" % path,
    "oci-archive": lambda path, image: (images.write_oci_archive(image, path, "b")
                                        or "oci-archive:" + path),
    "docker-archive": lambda path, image: (images.write_docker_archive(image, path)
                                           or "docker-archive:" + path),
}


@pytest.mark.parametrize("form", BASES)
@pytest.mark.parametrize("compressed", [True, False], ids=["gzip", "plain"])
def test_bases(form, compressed, flinkpack, inputs, tmp_path):
    path = str(tmp_path / "base")
    image = images.base(compressed=compressed)
    if form == "rootfs":
        plain = inputs.base.partition(":")[2]
        with open(path, "wb") as out:
            subprocess.run(["gzip", "-nc", plain] if compressed else ["cat", plain], stdout=out,
                           check=True)
    made = built(flinkpack, "--from-archive", inputs.archive(), "--base", BASES[form](path, image),
                 "--job-jar", inputs.job)
    is_flink(made)
    if form != "rootfs":
        assert [one.diff_id for one in made.layers[:2]] == [one.diff_id for one in image.layers]
        assert made.env["LANG"] == "en_US.UTF-8"
        assert made.labels["maintainer"] == "nobody"
        assert "org.opencontainers.image.title" not in made.labels
    if form in ("oci", "oci-archive"):
        assert [one.digest for one in made.layers[:2]] == [one.digest for one in image.layers]


@pytest.mark.parametrize("docker", [False, True], ids=["oci", "docker"])
def test_bases_in_a_registry(docker, flinkpack, inputs, registry):
    amd, arm = (images.base(architecture=name, docker=docker) for name in ("amd64", "arm64"))
    arm.document["config"]["Labels"] = {"which": "arm"}
    arm.seal()
    repository = "base/" + ("docker" if docker else "oci")
    index = images.Index([arm, amd], docker)
    images.push(index, registry, repository, "17")
    name = "%s/%s:17" % (registry, repository)
    image = built(flinkpack, "--from-archive", inputs.archive(), "--base", name, "--job-jar",
                  inputs.job)
    is_flink(image)
    assert "which" not in image.labels
    assert [one.digest for one in image.layers[:2]] == [one.digest for one in amd.layers]
    assert image.annotations["org.opencontainers.image.base.name"] == name
    # The manifest that the layers came from; facts differ on index or manifest, both resolve.
    assert image.annotations["org.opencontainers.image.base.digest"] in (
        amd.descriptor()["digest"], index.descriptor()["digest"])
    arm_image = built(flinkpack, "--from-archive", inputs.archive(), "--base", name, "--job-jar",
                      inputs.job, "--platform", "linux/arm64", name="arm")
    assert arm_image.labels["which"] == "arm"


def test_several_platforms_make_an_index(flinkpack, inputs, registry):
    both = [images.base(architecture=name) for name in ("amd64", "arm64")]
    both[1].document.update({"variant": "v8", "os.version": "1.2", "os.features": ["one"]})
    both[1].seal()
    images.push(images.Index(both), registry, "base/two", "17")
    where = flinkpack.home / "out"
    result = flinkpack.run("build", "--from-archive", inputs.archive(), "--base",
                           registry + "/base/two:17", "--platform", "linux/amd64,linux/arm64",
                           "--job-jar", inputs.job, "-o", "oci:%s:v1" % where)
    made = validate.layout(where, "v1")
    assert [image.document["architecture"] for image in made] == ["amd64", "arm64"]
    for image in made:
        is_flink(image)
        assert image.index["annotations"]["org.opencontainers.image.created"] == image.created
    assert [one.digest for one in made[0].layers[2:]] == [one.digest for one in made[1].layers[2:]]
    listed = json.loads((where / "index.json").read_bytes())["manifests"][0]
    assert listed["digest"] == result.digest and listed["mediaType"] == images.OCI_INDEX


# --- to ---

def job_words(inputs):
    return ["--from-archive", inputs.archive(), "--base", inputs.base, "--job-jar", inputs.job]


def test_to_the_local_store(flinkpack, inputs):
    result = flinkpack.run("build", *job_words(inputs))
    image, = validate.layout(flinkpack.store, "flink-job:latest")
    assert result.name == "flink-job:latest@" + image.digest or \
        result.name == "flink-job@" + image.digest


@pytest.mark.parametrize("words, steps", [
    (["--image-name", "app:1"], ["inspect app:1", "push app:1 REGISTRY/app:1"]),
    (["--image-name", "r.example.com/team/app"],
     ["inspect r.example.com/team/app:latest", "push r.example.com/team/app:latest"]),
    (["-o", "oci:it's here"], ["inspect oci:'it'\\''s here':latest"]),
    (["-o", "oci-archive:a.tar"], ["inspect oci-archive:a.tar"]),
], ids=["store", "registry", "quoted", "archive"])
def test_what_to_type_next(words, steps, flinkpack, inputs):
    err = flinkpack.run("build", *job_words(inputs), *words).err
    said = [line[6:] for line in err.splitlines() if line.startswith("next: ")]
    assert said == ["flinkpack " + step for step in steps]
    if len(steps) == 1:
        subprocess.run("PATH=%s:$PATH; %s" % (os.path.dirname(flinkpack.binary), said[0]), shell=True,
                       check=True, cwd=flinkpack.home, env=flinkpack.env, capture_output=True)


def test_all_outputs_at_once_hold_the_same(flinkpack, inputs, registry, tmp_path):
    name = registry + "/out/all:v1"
    result = flinkpack.run(
        "build", *job_words(inputs), "--image-name", name, "-t", "v2", "-t",
        registry + "/out/other:v3", "--push", "-o", "oci:%s" % (tmp_path / "layout"), "-o",
        "oci-archive:%s" % (tmp_path / "oci.tar"), "-o",
        "docker-archive:%s" % (tmp_path / "docker.tar"), "--metadata-file", tmp_path / "m.json",
        "--digest-file", tmp_path / "digest")
    found = [validate.layout(tmp_path / "layout", tag)[0] for tag in ("v1", "v2")]
    found += validate.oci_archive(tmp_path / "oci.tar", "v1")
    for repository, tag in (("out/all", "v1"), ("out/all", "v2"), ("out/other", "v3")):
        found += validate.registry(registry, repository, tag)
    assert {image.digest for image in found} == {result.digest}
    docker, = validate.docker_archive(tmp_path / "docker.tar", name)
    assert docker.document == found[0].document
    assert (tmp_path / "digest").read_text().strip() == result.digest
    metadata = json.loads((tmp_path / "m.json").read_bytes())
    assert metadata["containerimage.digest"] == result.digest
    assert {one["kind"] for one in metadata["inputs"]} == {"base", "flink", "job"}


def test_a_layout_shares_the_files_of_the_store_in_use(flinkpack, inputs, tmp_path):
    store, out = tmp_path / "another-store", tmp_path / "layout"
    flinkpack.run("build", *job_words(inputs), "--image-name", "app:1", "--store", "%s/" % store)
    flinkpack.run("push", "app:1", "oci:%s" % out, "--store", "%s/" % store)
    image, = validate.layout(out, "1")
    for layer in image.manifest["layers"]:
        name = "blobs/sha256/" + layer["digest"][7:]
        assert (store / name).stat().st_ino == (out / name).stat().st_ino


def test_two_images_in_one_layout(flinkpack, inputs, tmp_path):
    where = tmp_path / "layout"
    flinkpack.run("build", *job_words(inputs), "-o", "oci:%s:a" % where)
    flinkpack.run("build", *job_words(inputs), "--label", "x=y", "-o", "oci:%s:b" % where)
    first, = validate.layout(where, "a")
    second, = validate.layout(where, "b")
    assert first.digest != second.digest
    flinkpack.run("build", *job_words(inputs), "--label", "x=z", "-o", "oci:%s:b" % where)
    assert validate.layout(where, "a")[0].digest == first.digest
    assert validate.layout(where, "b")[0].digest != second.digest


def test_an_archive_is_replaced_whole(flinkpack, inputs, tmp_path):
    for _ in range(2):
        flinkpack.run("build", *job_words(inputs), "-o", "docker-archive:%s" % (tmp_path / "d.tar"))
        validate.docker_archive(tmp_path / "d.tar")
    assert sorted(path.name for path in tmp_path.iterdir() if path.is_file()) == ["d.tar"]


def test_dry_run_writes_no_image(flinkpack, inputs, tmp_path):
    words = [*job_words(inputs), "-o", "oci:%s:v1" % (tmp_path / "l")]
    told = flinkpack.run("build", *words, "--dry-run")
    assert not (tmp_path / "l").exists()
    if told.out:
        assert told.digest == flinkpack.run("build", *words).digest


def test_metadata_for_a_pipe(flinkpack, inputs):
    out = flinkpack.run("build", *job_words(inputs), "--metadata-file", "/dev/stdout",
                        "--digest-file", "/dev/null").out
    metadata, _, name = out.rstrip("\n").rpartition("\n")
    assert json.loads(metadata)["containerimage.digest"] == name.rpartition("@")[2]


def test_a_second_push_moves_nothing(flinkpack, inputs, registry, tmp_path):
    words = [*job_words(inputs), "--image-name", registry + "/out/again:v1", "--push",
             "--metadata-file", tmp_path / "m.json"]
    flinkpack.run("build", *words)
    flinkpack.run("build", *words)
    output, = json.loads((tmp_path / "m.json").read_bytes())["outputs"]
    assert output["movedBytes"] == 0 and output["moved"] == 0


def test_base_layers_are_mounted(flinkpack, inputs, registry, tmp_path):
    images.push(images.base(), registry, "base/mount", "17")
    flinkpack.run("build", "--from-archive", inputs.archive(), "--base", registry + "/base/mount:17",
                  "--job-jar", inputs.job, "--image-name", registry + "/out/mounted:v1", "--push",
                  "--metadata-file", tmp_path / "m.json")
    output, = json.loads((tmp_path / "m.json").read_bytes())["outputs"]
    assert output["mounted"] == 2
    validate.registry(registry, "out/mounted", "v1")


def test_a_release_is_on_its_way_while_the_base_is_waited_for(flinkpack, inputs, registry,
                                                              tmp_path):
    """The base is held back until the release archive is in both repositories."""
    images.push(images.base(), registry, "base/early", "17")
    archive = tmp_path / "flink-1.20.4.tgz"
    # Smaller blobs wait until it is known what the names stand for.
    more = [("lib/large.jar", (0o644, miniature.jar(extra=[("data", os.urandom(2 << 20))])))]
    archive.write_bytes(gzip.compress(miniature.tar("1.20.4", more=more), mtime=0))
    digest = images.sha256(archive.read_bytes())
    late = []

    def is_there(repository):
        try:
            url = "http://%s/v2/%s/blobs/%s" % (registry, repository, digest)
            return urllib.request.urlopen(urllib.request.Request(url, method="HEAD")).status == 200
        except urllib.error.HTTPError:
            return False

    def hold_base(_, method, path):
        if method != "GET" or "/base/early/blobs/" not in path:
            return None
        for _ in range(450):
            if is_there("out/early") and is_there("out/early-too"):
                return None
            time.sleep(0.1)
        late.append(path)
        return registries.Fault(status=404)

    with registries.FaultProxy(int(registry.rpartition(":")[2]), hold_base) as proxy:
        err = flinkpack.run("build", "--from-archive", archive, "--base",
                            proxy.host + "/base/early:17", "--job-jar", inputs.job, "--image-name",
                            proxy.host + "/out/early:v1", "-t", proxy.host + "/out/early-too:v1",
                            "--push").err
        asked = [path for _, path in proxy.requests]
    assert not late
    # The second repository mounts what the first has got.
    assert "/v2/out/early-too/blobs/uploads/?mount=%s&from=out%%2Fearly" \
        % digest.replace(":", "%3A") in asked
    for repository in ("out/early", "out/early-too"):
        validate.registry(registry, repository, "v1")
        assert "push layer %s to %s/%s: " % (digest[:19], proxy.host, repository) in err


def test_each_line_of_a_push_to_several_places_says_where(flinkpack, inputs, registry, tmp_path):
    flinkpack.run("build", *job_words(inputs), "--image-name", "app:1")
    places = [registry + "/out/here:1", "oci:%s" % (tmp_path / "there")]
    both = flinkpack.run("push", "app:1", *places).err.splitlines()
    digest = images.sha256(inputs.archive().read_bytes())[:19]
    assert [line.rpartition(":")[0] for line in both if digest in line] == [
        "push layer %s to %s/out/here" % (digest, registry),
        "copy layer %s to %s" % (digest, places[1])]
    one = flinkpack.run("push", "app:1", registry + "/out/alone:1").err
    assert "push layer %s: " % digest in one


# --- what other tools say ---

@pytest.fixture
def outputs(flinkpack, inputs, registry, tmp_path):
    """One image at four places, by the names skopeo has for them."""
    name = registry + "/out/tools:v1"
    flinkpack.run("build", *job_words(inputs), "--image-name", name, "--push", "-o",
                  "oci:%s:v1" % (tmp_path / "layout"), "-o",
                  "oci-archive:%s:v1" % (tmp_path / "oci.tar"), "-o",
                  "docker-archive:%s" % (tmp_path / "docker.tar"))
    return {"docker": "docker://" + name, "oci": "oci:%s:v1" % (tmp_path / "layout"),
            "oci-archive": "oci-archive:%s:v1" % (tmp_path / "oci.tar"),
            "docker-archive": "docker-archive:%s" % (tmp_path / "docker.tar")}


def skopeo(*words):
    need("skopeo")
    done = subprocess.run(["skopeo", "--insecure-policy", *map(str, words)], text=True,
                          capture_output=True)
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_skopeo_takes_every_output(outputs, tmp_path):
    told = {}
    for form, where in outputs.items():
        flags = ["--tls-verify=false"] if form == "docker" else []
        told[form] = json.loads(skopeo("inspect", *flags, where))
        flags = ["--src-tls-verify=false"] if form == "docker" else []
        skopeo("copy", *flags, where, "oci:%s:x" % (tmp_path / ("copy-" + form)))
        # Docker's own media types on the way: its annotations are lost, the rest has to stand.
        validate.layout(tmp_path / ("copy-" + form), "x", flink=form != "docker-archive")
    assert {one["Architecture"] for one in told.values()} == {"amd64"}
    assert len({one["Digest"] for one in told.values() if "Digest" in one}) <= 2
    assert told["docker"]["Digest"] == told["oci"]["Digest"] == told["oci-archive"]["Digest"]


def umoci_unpack(layout, bundle, *words):
    need("umoci")
    done = subprocess.run(["umoci", "unpack", *words, "--image", layout, str(bundle)], text=True,
                          capture_output=True)
    assert done.returncode == 0, done.stderr
    return bundle / "rootfs"


def stat_of(root):
    found = {}
    for at, folders, names in os.walk(root):
        for name in [*folders, *names]:
            path = os.path.join(at, name)
            info = os.lstat(path)
            mode = "link" if os.path.islink(path) else oct(info.st_mode & 0o7777)
            found[os.path.relpath(path, root)] = (mode, info.st_uid, info.st_gid)
    return found


def expected_stat(image):
    return {path: ("link" if entry.kind == "link" else oct(entry.mode), entry.uid, entry.gid)
            for path, entry in image.flatten().items()}


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can see what owners come out")
def test_umoci_unpacks_with_owners_as_root(outputs, tmp_path):
    layout = outputs["oci"].removeprefix("oci:")
    found = stat_of(umoci_unpack(layout, tmp_path / "bundle"))
    image, = validate.layout(*layout.rsplit(":", 1))
    assert found == expected_stat(image)


def test_umoci_unpacks_without_root(outputs, tmp_path):
    layout = outputs["oci"].removeprefix("oci:")
    found = stat_of(umoci_unpack(layout, tmp_path / "bundle", "--rootless"))
    image, = validate.layout(*layout.rsplit(":", 1))
    assert {path: mode for path, (mode, _, _) in found.items()} == \
        {path: mode for path, (mode, _, _) in expected_stat(image).items()}


def docker_stat(docker, name, folder):
    """The container's files as Docker exports them."""
    container = docker("create", name, "none").strip()
    docker("export", "-o", folder / "export.tar", container)
    docker("rm", container)
    found = {}
    with tarfile.open(folder / "export.tar") as tar:
        for info in tar:
            mode = "link" if info.issym() else oct(info.mode & 0o7777)
            found[info.name.rstrip("/")] = (mode, info.uid, info.gid)
    return found


@pytest.mark.parametrize("form", ["docker-archive", "docker"])
def test_docker_takes_it(form, docker, outputs, tmp_path):
    where = outputs[form]
    if form == "docker":
        name = where.removeprefix("docker://")
        docker("pull", name)
    else:
        told = docker("load", "-i", where.removeprefix("docker-archive:"))
        name = told.strip().rpartition("Loaded image: ")[2]
    found = docker_stat(docker, name, tmp_path)
    image, = validate.layout(*outputs["oci"].removeprefix("oci:").rsplit(":", 1))
    # What Docker itself puts into every container is not the image's.
    ours = {path: value for path, value in expected_stat(image).items()
            if not path.startswith(("dev", "proc", "sys"))
            and path not in ("etc/hosts", "etc/hostname", "etc/resolv.conf", "etc/mtab")}
    assert {path: found.get(path) for path in ours} == ours


# --- a layer that another tool adds ---

OTHER = {
    "bare": lambda where: [images.file("opt/flink/%s/other.jar" % where, b"other")],
    "with parents": lambda where: [images.folder("opt"), images.folder("opt/flink"),
                                   images.folder("opt/flink/" + where),
                                   images.file("opt/flink/%s/other.jar" % where, b"other")],
}


@pytest.mark.parametrize("form", OTHER)
@pytest.mark.parametrize("where, stays", [("usrlib", "job.jar"), ("lib", "flink-dist-1.20.4.jar")])
def test_a_layer_on_top_merges(form, where, stays, flinkpack, inputs, tmp_path):
    path = tmp_path / "layout"
    flinkpack.run("build", *job_words(inputs), "-o", "oci:%s:v1" % path)
    made, = validate.layout(path, "v1")
    extra = images.layer(OTHER[form](where))
    images.put_on_top(path, made, [(extra, "COPY")])
    root = umoci_unpack("%s:v1" % path, tmp_path / "bundle", "--rootless")
    names = os.listdir(root / "opt/flink" / where)
    assert "other.jar" in names and stays in names
    assert (root / "flink-1.20.4/lib/flink-dist-1.20.4.jar").exists()
