"""sbom: what is inside an image, in both formats."""

import gzip
import io
import json
import zipfile

import images
import pytest
from program import NOT_FOUND, USAGE

APK = ("P:musl\nV:1.2.5-r0\nA:x86_64\nL:MIT\np:so:libc.musl-x86_64.so.1=1\n\n"
       "P:busybox\nV:1.36.1-r2\nA:x86_64\nL:GPL-2.0-only\nD:so:libc.musl-x86_64.so.1\n\n")


def properties(group, artifact, version):
    return ("META-INF/maven/%s/%s/pom.properties" % (group, artifact),
            "# made by Maven\r\nversion=%s\r\ngroupId = %s\r\nartifactId:%s\r\n"
            % (version, group, artifact))


def jar(*entries):
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in entries:
            archive.writestr(zipfile.ZipInfo(name, (2024, 1, 2, 3, 4, 6)), content)
    return data.getvalue()


NESTED = jar(properties("org.deep", "deepest", "0.1"))
JOB = jar(properties("com.acme", "orders", "2.0"), properties("org.lib", "helper", "${helper}"),
          properties("org.lib", "shaded", "3.1"), ("lib/inner.jar", NESTED),
          ("META-INF/NOTICE", "- org.noted:noted-lib:4.5 (bundled)\n- no coordinates\n"))


def write(tmp_path, *layers):
    image = images.Image([images.layer(entries) for entries in layers], created="2024-05-06T07:08:09Z")
    images.write_layout(image, tmp_path / "image", "1")
    return "oci:%s:1" % (tmp_path / "image")


@pytest.fixture
def image(tmp_path):
    return write(
        tmp_path,
        [images.file("etc/os-release", 'ID=alpine\nVERSION_ID=3.23.0\nPRETTY_NAME="Alpine Linux"\n'),
         images.file("lib/apk/db/installed", APK), images.file("opt/gone/a-1.0.jar", jar()),
         images.file("opt/java/release", 'JAVA_VERSION="17.0.9"\nIMPLEMENTOR="Acme"\n')],
        [images.file("opt/gone/.wh..wh..opq"), images.file("opt/flink/lib/flink-dist-1.20.4.jar", jar()),
         images.file("opt/flink/usrlib/orders-2.0.jar", JOB),
         images.file("opt/flink/usrlib/broken-1.jar", b"PK\x03\x04 and no more")])


def by(items, key):
    return {each[key]: each for each in items if key in each}


def test_cyclonedx(flinkpack, image):
    document = json.loads(flinkpack.run("sbom", image).out)
    assert (document["bomFormat"], document["specVersion"]) == ("CycloneDX", "1.6")
    assert document["metadata"]["timestamp"] == "2024-05-06T07:08:09Z"
    refs = by(document["components"], "bom-ref")
    assert len(refs) == len(document["components"])
    purls = by(document["components"], "purl")
    job = refs["jar:/opt/flink/usrlib/orders-2.0.jar"]
    assert job["purl"] == "pkg:maven/com.acme/orders@2.0"
    assert job["hashes"] == [{"alg": "SHA-256", "content": images.sha256(JOB).split(":")[1]}]
    assert {"pkg:maven/org.lib/shaded@3.1", "pkg:maven/org.deep/deepest@0.1",
            "pkg:maven/org.noted/noted-lib@4.5", "pkg:maven/org.apache.flink/flink-dist@1.20.4",
            "pkg:generic/openjdk@17.0.9", "pkg:generic/apache-flink@1.20.4",
            "pkg:apk/alpine/musl@1.2.5-r0?arch=x86_64&distro=alpine-3.23.0"} <= set(purls)
    assert not [each for each in refs if "helper" in each or "/opt/gone" in each]
    depends = by(document["dependencies"], "ref")
    known = set(refs) | {document["metadata"]["component"]["bom-ref"]}
    for each in document["dependencies"]:
        assert each["ref"] in known and set(each["dependsOn"]) <= known
    busybox = "pkg:apk/alpine/busybox@1.36.1-r2?arch=x86_64&distro=alpine-3.23.0"
    assert depends[busybox]["dependsOn"] == [
        "pkg:apk/alpine/musl@1.2.5-r0?arch=x86_64&distro=alpine-3.23.0"]
    assert "jar:/opt/flink/lib/flink-dist-1.20.4.jar" in \
        depends["pkg:generic/apache-flink@1.20.4"]["dependsOn"]
    assert refs["jar:/opt/flink/usrlib/broken-1.jar"]["version"] == "1"


def test_spdx(flinkpack, image):
    document = json.loads(flinkpack.run("sbom", "--format", "spdx", image).out)
    assert document["spdxVersion"] == "SPDX-2.3"
    ids = by(document["packages"], "SPDXID")
    assert len(ids) == len(document["packages"])
    for each in document["relationships"]:
        assert each["relatedSpdxElement"] in ids
        assert each["spdxElementId"] in ids or each["spdxElementId"] == "SPDXRef-DOCUMENT"
    assert by(document["packages"], "name")["musl"]["licenseDeclared"] == "MIT"


def test_same_again_and_remembered(flinkpack, image):
    first = flinkpack.run("sbom", image)
    again = flinkpack.run("sbom", image)
    anew = flinkpack.run("sbom", "--no-cache", image)
    assert first.out == again.out == anew.out
    assert "inventory" in first.err and "inventory" not in again.err and "inventory" in anew.err


def test_layer_of_another_image(flinkpack, tmp_path):
    """A layer that is not what the configuration says has no inventory under that name."""
    name = write(tmp_path, [images.file("a", "a")])
    blobs = tmp_path / "image/blobs/sha256"
    index = json.loads((tmp_path / "image/index.json").read_text())
    manifest = json.loads((blobs / index["manifests"][0]["digest"].split(":")[1]).read_text())
    other = gzip.compress(images.make_tar([images.file("b", "b")]))
    descriptor = manifest["layers"][0]
    descriptor["digest"], descriptor["size"] = images.sha256(other), len(other)
    (blobs / descriptor["digest"].split(":")[1]).write_bytes(other)
    text = json.dumps(manifest).encode()
    (blobs / images.sha256(text).split(":")[1]).write_bytes(text)
    index["manifests"][0].update(digest=images.sha256(text), size=len(text))
    (tmp_path / "image/index.json").write_text(json.dumps(index))
    assert "diff_id" in flinkpack.fail(8, "sbom", name)


def test_mistakes(flinkpack, tmp_path):
    assert "sbom" in flinkpack.fail(USAGE, "sbom")
    assert "cyclonedx" in flinkpack.fail(USAGE, "sbom", "--format", "swid", "x")
    flinkpack.fail(NOT_FOUND, "sbom", "oci:%s" % tmp_path)
    several = images.Index([images.Image([images.layer([images.file("a")])], architecture=each)
                            for each in ("amd64", "arm64")])
    images.write_layout(several, tmp_path / "several", "1")
    assert "--platform" in flinkpack.fail(USAGE, "sbom", "oci:%s:1" % (tmp_path / "several"))
    assert flinkpack.run("sbom", "--platform", "linux/arm64", "oci:%s:1" % (tmp_path / "several"))
