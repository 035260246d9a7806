"""Warnings: where they stand, and what they end where somebody says so."""

import json

import miniature
import pytest
import validate
from program import INPUT, NOT_FOUND, build

UNPUSHED = "goes to the local store only (CI is set): --push sends it to its registry"


@pytest.fixture
def words(inputs):
    return ["--from-archive", inputs.archive(), "--base", inputs.base]


@pytest.fixture
def no_main(tmp_path):
    """A job that is warned of: nothing says which class is its main class."""
    path = tmp_path / "no-main.jar"
    path.write_bytes(miniature.jar(["com/example/Job"]))
    return path


def test_they_stand_in_the_metadata(flinkpack, words, no_main, tmp_path):
    def told(*more):
        build(flinkpack, *words, *more, "--metadata-file", tmp_path / "m.json", "-q")
        return json.loads((tmp_path / "m.json").read_text())["warnings"]

    assert told() == []
    warning, = told("--job-jar", no_main)
    assert warning.startswith("no jar has a Main-Class")


@pytest.mark.parametrize("where", ["oci:%s/out:v1", "oci-archive:%s/out.tar"])
def test_they_end_a_build_before_anything_is_written(flinkpack, words, no_main, tmp_path, where):
    said = flinkpack.fail(INPUT, "build", *words, "--job-jar", no_main, "-o", where % tmp_path,
                          "--fail-on-warning", "--metadata-file", tmp_path / "m.json")
    assert "flinkpack: warning: no jar has a Main-Class" in said
    assert "flinkpack: error: --fail-on-warning: no jar has a Main-Class" in said
    assert not (tmp_path / "out").exists() and not (tmp_path / "out.tar").exists()
    assert not (tmp_path / "m.json").exists()
    build(flinkpack, *words, "-o", "oci:%s:v1" % (tmp_path / "fine"), "--fail-on-warning")
    validate.layout(tmp_path / "fine", "v1")


def test_they_end_a_push_before_the_image_has_a_name(flinkpack, words, no_main, registry):
    name = registry + "/warned/job:v1"
    flinkpack.fail(INPUT, "build", *words, "--job-jar", no_main, "--image-name", name, "--push",
                   "--fail-on-warning")
    flinkpack.fail(NOT_FOUND, "inspect", name)


def test_a_name_of_a_registry_that_is_not_pushed(flinkpack, words, tmp_path):
    name = ["--image-name", "registry.example.com/team/job:1"]
    assert UNPUSHED in build(flinkpack, *words, *name, env={"CI": "true"}).err
    for env in ({}, {"CI": "false"}):
        assert UNPUSHED not in build(flinkpack, *words, *name, env=env).err
    for more in (["--image-name", "job"], [*name, "-o", "oci-archive:%s/a.tar" % tmp_path],
                 [*name, "--dry-run"]):
        assert UNPUSHED not in build(flinkpack, *words, *more, env={"CI": "true"}).err


def test_the_version_of_another_source_is_an_assertion(flinkpack, words, inputs):
    name = build(flinkpack, *words, "--flink-version", "1.20.4").name
    base = words[2:]
    for source, path in (("--from-archive", inputs.archive()), ("--from-local-dist", inputs.dist())):
        said = flinkpack.fail(INPUT, "build", source, path, *base, "--flink-version", "1.20.3")
        assert "%s holds Flink 1.20.4, and --flink-version says 1.20.3" % path in said
    said = flinkpack.fail(INPUT, "build", "--from-image", name.partition("@")[0], "--flink-version",
                          "2.2.0", "--job-jar", inputs.job)
    assert "holds Flink 1.20.4, and --flink-version says 2.2.0" in said
    build(flinkpack, "--from-image", name.partition("@")[0], "--flink-version", "1.20.4",
          "--job-jar", inputs.job)
    # A variable is for other builds.
    build(flinkpack, *words, env={"FLINKPACK_FLINK_VERSION": "1.19.1"})
