"""scripts/quickstart with a Maven project, whose Maven is a script here: the set-up, Flink and the
base are what an earlier run of scripts/quickstart has left."""

import os
import subprocess

import miniature
import pytest
from program import NOT_FOUND, ROOT, USAGE

QUICKSTART = ROOT / "scripts/quickstart"
POM = """<project>
  <parent><artifactId>parent</artifactId></parent>
  <artifactId>Orders</artifactId>
  <properties><flink.version>%s</flink.version></properties>
</project>
"""


class Project:
    def __init__(self, folder, version="1.20.4"):
        self.folder = folder / "a project"
        (self.folder / "target").mkdir(parents=True)
        (self.folder / "pom.xml").write_text(POM % version)

    def will_make(self, *names, status=0):
        """What its Maven makes."""
        jar = self.folder / "jar"
        jar.write_bytes(miniature.job_jar())
        lines = ["cp '%s' '%s/target/%s'" % (jar, self.folder, name) for name in names]
        maven = self.folder / "mvnw"
        maven.write_text("\n".join(["#!/bin/sh", *lines, "echo packaging $*", "exit %d" % status]))
        maven.chmod(0o755)

    def quickstart(self, *words):
        done = subprocess.run([QUICKSTART, "--project", self.folder, "--store",
                               self.folder / "store", *words], text=True, capture_output=True,
                              env={**os.environ, "CI": "true"}, timeout=600)
        return done.returncode, done.stdout + done.stderr


@pytest.fixture
def project(tmp_path):
    return Project(tmp_path)


def test_no_project(project):
    (project.folder / "pom.xml").unlink()
    status, said = project.quickstart()
    assert status == NOT_FOUND and "pom.xml" in said


@pytest.mark.parametrize("names, status, word", [
    ((), NOT_FOUND, "no jar"),
    (("original-orders.jar", "orders-sources.jar", "orders-tests.jar"), NOT_FOUND, "no jar"),
    (("orders.jar", "other.jar"), USAGE, "orders.jar other.jar"),
])
def test_no_jar_to_choose(names, status, word, project):
    project.will_make(*names)
    found, said = project.quickstart()
    assert (found, word in said) == (status, True), said
    assert "Getting Flink" not in said


def test_maven_that_fails(project):
    project.will_make("orders.jar", status=1)
    status, said = project.quickstart()
    assert status == 1 and "could not package" in said and "packaging -B" in said


def test_image_and_manifests(project):
    if not (ROOT / "build/quickstart").exists():
        pytest.skip("scripts/quickstart has not been run here")
    fat = "orders-1.0-jar-with-dependencies.jar"
    project.will_make("orders-1.0.jar", fat, "original-orders-1.0.jar", "orders-1.0-javadoc.jar")
    status, said = project.quickstart()
    assert status == 0, said
    assert "target/%s\n" % fat in said
    assert "\norders@sha256:" in said
    made = {path.name for path in (ROOT / "build/quickstart/manifests/orders").iterdir()}
    assert "kustomization.yaml" in made and len(made) > 3
