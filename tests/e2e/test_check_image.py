"""check --image: the job of an image that is there, ours or made from the official one."""

import gzip
import json
import os

import classes
import images
import miniature
import pytest

VERSION = "1.20.4"
MAP = "org/apache/flink/api/common/functions/MapFunction"
GONE = "org/apache/flink/api/java/Nowhere"
HOME = "opt/flink"


def flink_dist():
    """A jar of Flink that has a class to be found."""
    found = classes.interface(MAP, classes.method("map", access=classes.PUBLIC | classes.ABSTRACT))
    return miniature.jar(extra=[found])


def job_jar(uses, name="com/acme/Job"):
    """A job whose main method calls a static method of a class."""
    job = classes.entry(name, methods=[classes.main(classes.call(uses, "run", "()V"))])
    return miniature.jar(main_class=name.replace("/", "."), extra=[job])


def library(name):
    """A class with that method."""
    return miniature.jar(extra=[classes.entry(name, methods=[classes.static("run")])])


class Judge:
    def __init__(self, program, folder):
        self.program, self.folder = program, folder

    def check(self, image, *words, **more):
        result = self.program.try_run("check", "--image", image, *words, "-o", "json", **more)
        assert result.out, result.err
        told = json.loads(result.out)
        assert result.status == (3 if told["errors"] else 0)
        self.is_clean()
        return told

    def is_clean(self):
        """No copy of a jar is left anywhere."""
        for at, _, names in os.walk(self.program.home):
            assert not [name for name in names if name.endswith(".jar") and ".flinkpack-" in at]

    def build(self, jar, *words, version=VERSION, more=()):
        (self.folder / "job.jar").write_bytes(jar)
        (self.folder / "flink.tgz").write_bytes(
            gzip.compress(miniature.tar(version, more=more), 1, mtime=0))
        images.write_layout(images.base(), self.folder / "base")
        self.program.run("build", "--check", "off", "--from-archive", self.folder / "flink.tgz",
                         "--base", "oci:%s" % (self.folder / "base"), "--job-jar",
                         self.folder / "job.jar", "--image-name", "team/job:1", *words)
        return "team/job:1"


@pytest.fixture
def judge(flinkpack, tmp_path):
    return Judge(flinkpack, tmp_path)


DIST = [("lib/flink-dist-%s.jar" % VERSION, (0o644, flink_dist()))]


def names(told):
    return {one["name"] for one in told["findings"] if one["severity"] != "info"}


def about(told, text):
    return [one for one in told["findings"] if text in json.dumps(one)]


def test_image_of_ours(judge):
    (judge.folder / "lib.jar").write_bytes(library("com/acme/Other"))
    image = judge.build(job_jar("com/acme/Other"), "--lib", judge.folder / "lib.jar", more=DIST)
    told = judge.check(image)
    assert told["jars"] == ["/opt/flink/usrlib/job.jar"]
    assert told["flink"]["version"] == VERSION and told["java"] == 17
    assert not about(told, "com/acme/Other") and not about(told, "com.acme.Other")
    assert not [one for one in told["findings"] if one["where"].endswith(".yaml")]


def test_what_the_image_lacks(judge):
    image = judge.build(job_jar(GONE), more=DIST)
    cold = judge.check(image)
    found = about(cold, GONE) or about(cold, GONE.replace("/", "."))
    assert found and found[0]["name"] in ("flink-class", "flink-api-removed")
    assert found[0]["where"] == "/opt/flink/usrlib/job.jar"
    assert str(judge.program.home) not in json.dumps(cold)
    assert judge.check(image) == cold
    assert judge.check(image, env={"FLINKPACK_CACHE": str(judge.folder / "none")}) == cold
    text = judge.program.try_run("check", "--image", image)
    assert "/opt/flink/usrlib/job.jar" in text.out and "with Flink %s" % VERSION in text.out


def test_job_before_usrlib(judge):
    image = judge.build(job_jar(GONE), version="1.8.3")
    told = judge.check(image)
    assert [jar for jar in told["jars"] if jar.startswith("/opt/flink/lib/")]


def official(layers=(), **config):
    """An image that somebody made from the official one."""
    made = images.official_flink(VERSION)
    parent = {**made.document["config"], **config}
    return images.Image(made.layers + [
        images.layer([images.file(HOME + "/lib/flink-dist-%s.jar" % VERSION, flink_dist())]),
        *layers], parent, docker=True)


def test_image_from_the_official_one(judge, registry):
    """Its jar is the topmost of three, one is removed again, and its settings are judged."""
    usrlib = HOME + "/usrlib"
    made = official(
        [images.layer([images.folder(usrlib), images.file(usrlib + "/app.jar", b"old"),
                       images.file(usrlib + "/removed.jar", b"no jar")]),
         images.layer([images.file(usrlib + "/.wh.removed.jar"),
                       images.file(usrlib + "/app.jar", job_jar(GONE))])],
        Env=["PATH=/opt/flink/bin:/usr/bin:/opt/java/openjdk/bin", "FLINK_HOME=/opt/flink",
             "FLINK_PROPERTIES=taskmanager.numberOfTaskSlots: many"],
        Cmd=["standalone-job", "--job-classname", "com.acme.Job"])
    images.push(made, registry, "check/official", "1")
    told = judge.check(registry + "/check/official:1")
    assert told["jars"] == ["/opt/flink/usrlib/app.jar"]
    assert about(told, GONE) or about(told, GONE.replace("/", "."))
    assert "main-class-missing" not in names(told)
    slots, = about(told, "numberOfTaskSlots")
    assert slots["name"] == "conf-value" and slots["where"] == "FLINK_PROPERTIES"
    assert judge.check(registry + "/check/official:1") == told


def test_class_that_is_not_there(judge):
    made = official([images.layer([images.folder(HOME + "/usrlib"), images.file(
        HOME + "/usrlib/app.jar", job_jar("com/acme/Job"))])],
        Cmd=["standalone-job", "-j", "com.acme.Mistaken"])
    images.write_layout(made, judge.folder / "image")
    told = judge.check("oci:%s" % (judge.folder / "image"))
    assert "main-class-missing" in names(told)


def test_session_image(judge):
    images.write_oci_archive(official(), judge.folder / "image.tar")
    told = judge.check("oci-archive:%s" % (judge.folder / "image.tar"))
    assert told["jars"] == [] and told["errors"] == 0


def test_no_jar_in_the_image(judge):
    """A file that only has the name of a jar is named as the image has it."""
    made = official([images.layer([images.folder(HOME + "/usrlib"), images.file(
        HOME + "/usrlib/app.jar", b"no jar")])])
    images.write_layout(made, judge.folder / "image")
    err = judge.program.fail(3, "check", "--image", "oci:%s" % (judge.folder / "image"))
    assert "/opt/flink/usrlib/app.jar: not a jar" in err and ".flinkpack-" not in err
    judge.is_clean()


def test_usage(judge):
    (judge.folder / "job.jar").write_bytes(job_jar("com/acme/Job"))
    err = judge.program.fail(2, "check", "job.jar", "--image", "team/job:1")
    assert "--image" in err and "--from-image" in err
    err = judge.program.fail(2, "check", "--image", "team/job:1", "--lib", "job.jar")
    assert "--lib does not go with --image" in err
    judge.program.fail(5, "check", "--image", "oci:%s" % (judge.folder / "nothing"))
    images.write_layout(images.base(), judge.folder / "base")
    assert "no Flink" in judge.program.fail(3, "check", "--image",
                                            "oci:%s" % (judge.folder / "base"))


def test_file_of_the_project_does_not_matter(judge):
    """What flinkpack.yaml says of the image to be is not what is in this one."""
    images.write_layout(official(), judge.folder / "image")
    (judge.folder / "flinkpack.yaml").write_text(
        "from-release: true\nflink-version: 1.6.0\njob-jar: missing.jar\noutput: oci:out\n")
    told = judge.check("oci:image", cwd=judge.folder)
    assert told["flink"]["version"] == VERSION and told["jars"] == []
    assert not (judge.folder / "out").exists()
