"""What a build says of the image that it makes: bills of materials and provenance."""

import json
import shutil

import images
import miniature
import pytest
from program import NOT_FOUND, USAGE
from signatures import SIGN, Key, Repository

GITLAB = {"GITLAB_CI": "true", "CI_PROJECT_URL": "https://bot:s3cr3t@git.example.com/team/orders",
          "CI_JOB_URL": "https://git.example.com/team/orders/-/jobs/7", "CI_RUNNER_ID": "12",
          "CI_COMMIT_REF_NAME": "main", "CI_COMMIT_SHA": "0123456789abcdef"}
GITHUB = {"GITHUB_ACTIONS": "true", "GITHUB_SERVER_URL": "https://github.example.com",
          "GITHUB_REPOSITORY": "team/orders", "GITHUB_RUN_ID": "8", "GITHUB_RUN_ATTEMPT": "2",
          "GITHUB_REF": "refs/tags/v1", "GITHUB_SHA": "fedcba",
          "GITHUB_WORKFLOW_REF": "team/orders/.github/workflows/ci.yml@refs/tags/v1"}
JENKINS = {"JENKINS_URL": "https://ci.example.com/", "BUILD_URL": "https://ci.example.com/job/o/9/",
           "GIT_URL": "https://git.example.com/team/orders.git", "GIT_BRANCH": "origin/main",
           "GIT_COMMIT": "aaaa"}
STATED = {"FLINKPACK_BUILDER_ID": "https://tekton.example.com/ci",
          "FLINKPACK_BUILD_URL": "https://tekton.example.com/ci/runs/10"}
NOWHERE = {name: "" for each in (GITLAB, GITHUB, JENKINS) for name in each}


@pytest.fixture
def project(flinkpack, tmp_path):
    images.write_layout(images.base(), tmp_path / "base", "v1")
    (tmp_path / "job.jar").write_bytes(miniature.job_jar())
    (tmp_path / "lib.jar").write_bytes(miniature.jar(["org/x/Lib"]))
    miniature.write_folder(tmp_path, "1.20.4")

    def build(*words, env=None, base="oci:%s:v1" % (tmp_path / "base"), status=0):
        words = ("build", "--from-local-dist", tmp_path / "flink-1.20.4", "--base", base, "--job-jar",
                 tmp_path / "job.jar", "--lib", tmp_path / "lib.jar", *words)
        env = {**NOWHERE, **(env or {})}
        return (flinkpack.fail(status, *words, env=env) if status else
                flinkpack.run(*words, env=env))
    return build


def provenance(project, tmp_path, **more):
    path = tmp_path / "provenance.json"
    result = project("--provenance-file", path, **more)
    return json.loads(path.read_text()), result


def test_inputs(project, tmp_path):
    document, _ = provenance(project, tmp_path)
    inputs = document["buildDefinition"]["resolvedDependencies"]
    found = {each["name"]: each for each in inputs}
    assert set(found) == {"base", "flink", "job", "lib"}
    for name, file in ("job", "job.jar"), ("lib", "lib.jar"):
        digest = images.sha256((tmp_path / file).read_bytes()).split(":")[1]
        assert found[name] == {"name": name, "uri": "file:" + file, "digest": {"sha256": digest}}
    assert str(tmp_path) not in json.dumps(document)
    layers = document["buildDefinition"]["internalParameters"]["layers"]["linux/amd64"]
    assert [each["kind"] for each in layers] == ["distribution", "setup", "job"]
    assert provenance(project, tmp_path)[0] == document  # reused layers are the same layers


@pytest.mark.parametrize("env, builder, invocation, source, commit", [
    (GITLAB, "https://git.example.com/team/orders/-/runners/12",
     "https://git.example.com/team/orders/-/jobs/7",
     "git+https://git.example.com/team/orders@refs/heads/main", "0123456789abcdef"),
    ({**GITLAB, "CI_COMMIT_TAG": "main"}, "https://git.example.com/team/orders/-/runners/12",
     "https://git.example.com/team/orders/-/jobs/7",
     "git+https://git.example.com/team/orders@refs/tags/main", "0123456789abcdef"),
    (GITHUB, "https://github.example.com/" + GITHUB["GITHUB_WORKFLOW_REF"],
     "https://github.example.com/team/orders/actions/runs/8/attempts/2",
     "git+https://github.example.com/team/orders@refs/tags/v1", "fedcba"),
    (JENKINS, "https://ci.example.com/", "https://ci.example.com/job/o/9/",
     "git+https://git.example.com/team/orders.git@origin/main", "aaaa"),
    (STATED, STATED["FLINKPACK_BUILDER_ID"], STATED["FLINKPACK_BUILD_URL"], None, None),
    ({}, "https://flinkpack.invalid/local", None, None, None)])
def test_who_made_it(project, tmp_path, env, builder, invocation, source, commit):
    document, result = provenance(project, tmp_path, env=env)
    run = document["runDetails"]
    assert run["builder"]["id"] == builder
    assert run["metadata"].get("invocationId") == invocation
    inputs = document["buildDefinition"]["resolvedDependencies"]
    sources = [each for each in inputs if each["name"] == "source"]
    assert [each["uri"] for each in sources] == ([source] if source else [])
    assert [each["digest"] for each in sources] == ([{"gitCommit": commit}] if source else [])
    assert "s3cr3t" not in json.dumps(document) + result.out + result.err


def test_sboms_of_a_build(project, flinkpack, tmp_path):
    plain = project().digest
    result = project("--sbom", "cyclonedx=%s" % (tmp_path / "a.json"), "--sbom",
                     "spdx=%s" % (tmp_path / "b.json"))
    assert result.digest == plain
    document = json.loads((tmp_path / "a.json").read_text())
    assert document["metadata"]["component"]["version"] == plain
    assert json.loads((tmp_path / "b.json").read_text())["spdxVersion"] == "SPDX-2.3"
    shown = json.loads(flinkpack.run("sbom", "flink-job").out)
    assert shown["components"][1:] == document["components"][1:]


def test_several_platforms(project, tmp_path):
    index = images.Index([images.base(architecture=each) for each in ("amd64", "arm64")])
    images.write_layout(index, tmp_path / "bases", "v1")
    base = "oci:%s:v1" % (tmp_path / "bases")
    words = ("--platform", "linux/amd64,linux/arm64")
    text = project(*words, "--sbom", "spdx=%s" % (tmp_path / "one.json"), base=base, status=USAGE)
    assert "{arch}" in text
    project(*words, "--sbom", "cyclonedx=%s" % (tmp_path / "{arch}.json"), base=base)
    digests = {json.loads((tmp_path / (each + ".json")).read_text())["metadata"]["component"]["version"]
               for each in ("amd64", "arm64")}
    assert len(digests) == 2


CYCLONEDX, SPDX = "https://cyclonedx.org/bom", "https://spdx.dev/Document"
PROVENANCE = "https://slsa.dev/provenance/v1"


def test_attached_unsigned(project, registry, tmp_path):
    """Without a key the documents refer to the image as they are, and are there once."""
    plain = project().digest
    name = "%s/attached/orders:1" % registry
    words = ("--image-name", name, "--push", "--sbom", "cyclonedx=%s" % (tmp_path / "sbom.json"),
             "--sbom", "spdx", "--provenance")
    repository = Repository(registry, "attached/orders")
    for _ in range(2):
        assert project(*words).digest == plain
        found = repository.referrers(plain)
        types = sorted(each["artifactType"] for each in found)
        assert types == ["application/spdx+json", "application/vnd.cyclonedx+json",
                         "application/vnd.in-toto+json"]
    documents = {each["artifactType"]: repository.layer_of(each["digest"]) for each in found}
    sbom = json.loads((tmp_path / "sbom.json").read_text())
    assert json.loads(documents["application/vnd.cyclonedx+json"]) == sbom
    statement = json.loads(documents["application/vnd.in-toto+json"])
    assert statement["subject"] == [{"digest": {"sha256": plain.split(":")[1]}}]
    assert statement["predicateType"] == PROVENANCE


def test_inventories_of_a_team(project, registry, flinkpack, tmp_path):
    """On another machine no layer is read that the repository of records knows."""
    name = "%s/teams/orders:1" % registry
    words = ("--image-name", name, "--push", "--cache-repo", "%s/teams/cache" % registry, "--sbom")
    first = project(*words, "cyclonedx=%s" % (tmp_path / "one.json"))
    assert "inventory" in first.err
    for each in (flinkpack.cache, flinkpack.store):
        shutil.rmtree(each)
    again = project(*words, "cyclonedx=%s" % (tmp_path / "two.json"))
    assert again.digest == first.digest and "inventory" not in again.err
    assert (tmp_path / "one.json").read_text() == (tmp_path / "two.json").read_text()


def test_attached_and_signed(project, registry, flinkpack, tmp_path):
    key = Key(tmp_path / "keys", "key", "ed25519")
    name = "%s/signed/orders:1" % registry
    words = ("--image-name", name, "--push", "--sbom", "cyclonedx", "--provenance", "--sign-key",
             key.private)
    result = project(*words)
    repository = Repository(registry, "signed/orders")
    bundles = repository.bundles(result.digest, key)
    assert sorted(bundles) == sorted([SIGN, CYCLONEDX, PROVENANCE])
    assert project(*words).digest == result.digest
    assert sorted(repository.bundles(result.digest, key)) == sorted(bundles)
    assert flinkpack.run("verify", name, "--key", key.public).digest == result.digest
    shown = flinkpack.run("inspect", name).out
    for each in CYCLONEDX, PROVENANCE:
        assert each in shown


def test_attached_to_platforms(project, registry, tmp_path):
    """A bill of materials is about the image of one platform, provenance about all of them."""
    index = images.Index([images.base(architecture=each) for each in ("amd64", "arm64")])
    images.write_layout(index, tmp_path / "bases", "v1")
    name = "%s/platforms/orders:1" % registry
    result = project("--platform", "linux/amd64,linux/arm64", "--image-name", name, "--push", "--sbom",
                     "cyclonedx", "--provenance", base="oci:%s:v1" % (tmp_path / "bases"))
    repository = Repository(registry, "platforms/orders")
    index = repository.document(result.digest)
    types = [[each["artifactType"] for each in repository.referrers(digest)] for digest in
             [result.digest] + [each["digest"] for each in index["manifests"]]]
    assert types == [["application/vnd.in-toto+json"]] + 2 * [["application/vnd.cyclonedx+json"]]


def test_mistakes(project, tmp_path):
    assert "cyclonedx or spdx" in project("--sbom", "swid", status=USAGE)
    assert "no file" in project("--sbom", "spdx=", status=USAGE)
    for words in (["--sbom", "spdx=%s" % (tmp_path / "no" / "such.json")],
                  ["--provenance-file", tmp_path / "no" / "such.json"]):
        text = project(*words, status=NOT_FOUND)
        assert words[0] + ": " in text and "layer" not in text
