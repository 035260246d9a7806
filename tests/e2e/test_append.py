"""append: files on any image, or on none."""

import gzip
import json
import lzma
import os
import pathlib
import shutil
import subprocess

import container
import images
import pytest
import validate
from program import INPUT, NOT_FOUND, USAGE, need

BUSYBOX = pathlib.Path("/bin/busybox")
EPOCH_1980 = "1980-01-01T00:00:00Z"


def read(path, name="1", **options):
    return validate.layout(path, name, flink=False, **options)


class Base:
    """An image that says all that an image can say."""

    created = "2021-02-03T04:05:06Z"
    config = {"Entrypoint": ["/bin/app"], "Cmd": ["serve"], "Env": ["PATH=/bin", "LANG=C"],
              "User": "65534", "WorkingDir": "/srv", "StopSignal": "SIGINT",
              "Labels": {"org.opencontainers.image.title": "base", "who": "me"},
              "Healthcheck": {"Test": ["NONE"]}}

    def __init__(self, folder, architectures=("amd64",)):
        layers = [images.folder("bin"), images.folder("srv"), images.folder("tmp", 0o1777),
                  images.folder("usr"), images.folder("usr/lib"), images.link("lib", "usr/lib"),
                  images.file("bin/app", "app", 0o755)]
        made = [images.Image([images.layer(layers)], self.config, created=self.created,
                             architecture=architecture) for architecture in architectures]
        image = made[0] if len(made) == 1 else images.Index(made)
        images.write_layout(image, folder, "v1")
        self.image, self.name = image, "oci:%s:v1" % folder


@pytest.fixture
def base(tmp_path):
    return Base(tmp_path / "base")


def write(path, text="x", mode=0o644):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    path.chmod(mode)
    return path


def test_on_nothing(flinkpack, tmp_path):
    app = write(tmp_path / "app", "program", 0o700)
    os.utime(app, (1, 1))
    result = flinkpack.run(
        "append", "--add", "%s:/usr/bin/app" % app, "--add", "%s:/etc/app.conf:0640" % app,
        "--entrypoint", "/usr/bin/app", "--cmd=--port=80", "--cmd", "", "--env", "A=b=c",
        "--user", "65532:65532", "--workdir", "/etc", "--label", "l=m", "--annotation", "n=o",
        "--image-name", "example.com/team/app:1", "-t", "2", "-o", "oci:%s" % (tmp_path / "out"),
        "--metadata-file", tmp_path / "m.json", "--digest-file", tmp_path / "digest")
    image, = read(tmp_path / "out", ours=1)
    assert result.name == "example.com/team/app@" + image.digest
    assert (tmp_path / "digest").read_text() == image.digest
    assert read(tmp_path / "out", "2")[0].digest == image.digest
    assert image.config == {"Entrypoint": ["/usr/bin/app"], "Cmd": ["--port=80", ""],
                            "Env": ["A=b=c"], "User": "65532:65532", "WorkingDir": "/etc",
                            "Labels": {"l": "m"}}
    assert image.created == EPOCH_1980
    assert image.annotations.pop("flinkpack.recipe")
    assert image.annotations == {"org.opencontainers.image.created": EPOCH_1980, "n": "o"}
    assert image.document["history"] == [
        {"created": EPOCH_1980, "created_by": "flinkpack append # files"}]
    assert set(image.tree) == {"usr", "usr/bin", "usr/bin/app", "etc", "etc/app.conf"}
    assert image.tree["usr/bin/app"].attributes() == "0755 0:0"
    assert image.tree["etc/app.conf"].attributes() == "0640 0:0"
    told = json.loads((tmp_path / "m.json").read_text())
    assert told["containerimage.digest"] == image.digest
    assert "flinkVersion" not in told and told["inputs"] == []


def test_on_a_base(flinkpack, tmp_path, base):
    library = write(tmp_path / "libx.so")
    flinkpack.run("append", "--base", base.name, "--add", "%s:/lib/" % library, "--env", "LANG=de",
                  "--add", "%s:/tmp/" % library, "--image-name", "app:1",
                  "-o", "oci:%s" % (tmp_path / "out"), "--metadata-file", tmp_path / "m.json")
    image, = read(tmp_path / "out", ours=1)
    assert image.config == {**Base.config, "Env": ["PATH=/bin", "LANG=de"]}
    assert image.created == Base.created
    assert [entry["created_by"] for entry in image.document["history"]] == [
        "made for a test", "flinkpack append # files"]
    # Where links lead, and without a change to what is there.
    assert image.tree["usr/lib/libx.so"].kind == "file" and image.tree["lib"].kind == "link"
    assert image.tree["tmp"].mode == 0o1777
    assert image.manifest["layers"][0]["digest"] == images.sha256(base.image.layers[0].data)
    told = json.loads((tmp_path / "m.json").read_text())
    assert told["inputs"][0]["digest"] == base.image.descriptor()["digest"]


def test_entrypoint_of_its_own_drops_the_command(flinkpack, tmp_path, base):
    app = write(tmp_path / "app")
    flinkpack.run("append", "--base", base.name, "--add", "%s:/app" % app, "--entrypoint",
                  '["/app", "a b"]', "--image-name", "app:1", "-o", "oci:%s" % (tmp_path / "out"))
    image, = read(tmp_path / "out")
    assert image.config["Entrypoint"] == ["/app", "a b"] and "Cmd" not in image.config
    flinkpack.run("append", "--base", base.name, "--add", "%s:/app" % app, "--entrypoint", "",
                  "--cmd", "sh", "--image-name", "app:2", "-o", "oci:%s" % (tmp_path / "out"))
    image, = read(tmp_path / "out", "2")
    assert "Entrypoint" not in image.config and image.config["Cmd"] == ["sh"]


def test_platforms_have_files_of_their_own(flinkpack, tmp_path):
    base = Base(tmp_path / "base", ("amd64", "arm64"))
    for architecture in "amd64", "arm64":
        write(tmp_path / architecture / "app", architecture)
        (tmp_path / (architecture + ".tar")).write_bytes(
            images.make_tar([images.file("only", architecture)]))
    shared = write(tmp_path / "shared")
    for name in base.name, "scratch":
        out = tmp_path / ("out-" + name[:3])
        flinkpack.run("append", "--base", name, "--platform", "linux/amd64,linux/arm64",
                      "--add", "%s/{arch}/app:/" % tmp_path, "--add", "%s:/shared" % shared,
                      "--layer", "%s/{arch}.tar" % tmp_path, "--image-name", "app:1",
                      "-o", "oci:%s" % out)
        found = read(out, ours=1)
        assert [image.document["architecture"] for image in found] == ["amd64", "arm64"]
        for image in found:
            architecture = image.document["architecture"].encode()
            assert image.read("app") == architecture and image.read("only") == architecture
            assert image.read("shared") == b"x"


def zstd(data):
    need("zstd")
    return subprocess.run(["zstd", "-qc"], input=data, capture_output=True, check=True).stdout


@pytest.mark.parametrize("pack,kept", [(gzip.compress, True), (zstd, True), (lzma.compress, False),
                                       (bytes, False)], ids=["gzip", "zstd", "xz", "plain"])
def test_layer_as_it_is(pack, kept, flinkpack, tmp_path, base):
    tar = images.make_tar([images.folder("usr/lib"), images.file("srv/.wh.gone"),
                           images.file("usr/lib/mine", "m", 0o600, 7, 8, mtime=5),
                           images.file("usr/lib/theirs", "t", 0o600, 7, 8, mtime=5)])
    file, out = tmp_path / "layer", tmp_path / "out"
    file.write_bytes(pack(tar))
    mine = write(tmp_path / "mine", "over it")
    flinkpack.run("append", "--base", base.name, "--layer", file, "--add", "%s:/lib/mine" % mine,
                  "--image-name", "app:1", "-o", "oci:%s" % out)
    config = json.loads(flinkpack.run("inspect", "--image-config", "oci:%s" % out).out)
    layer = json.loads(flinkpack.run("inspect", "--raw", "oci:%s" % out).out)["layers"][1]
    assert config["rootfs"]["diff_ids"][1] == images.sha256(tar)
    assert [entry["created_by"] for entry in config["history"][1:]] == [
        "flinkpack append # layer", "flinkpack append # files"]
    assert (layer["digest"] == images.sha256(file.read_bytes())) == kept
    kind = "zstd" if pack == zstd else "gzip"
    assert layer["mediaType"] == "application/vnd.oci.image.layer.v1.tar+" + kind
    if pack != zstd:
        image, = read(out, ours=1)
        assert image.read("usr/lib/mine") == b"over it"
        assert image.tree["usr/lib/theirs"].attributes() == "0600 7:8"


def test_pushed_and_pulled(flinkpack, tmp_path, registry, base):
    for tool in ("skopeo", "umoci"):
        need(tool)
    name = "%s/append/app:1" % registry
    result = flinkpack.run("append", "--base", base.name, "--add",
                           "%s:/data/x" % write(tmp_path / "x"), "--image-name", name, "--push")
    subprocess.run(["skopeo", "--insecure-policy", "copy", "-q", "--src-tls-verify=false",
                    "docker://" + name, "oci:%s:1" % (tmp_path / "pulled")], check=True)
    image, = read(tmp_path / "pulled")
    assert result.name == "%s/append/app@%s" % (registry, image.digest)
    rootless = [] if os.geteuid() == 0 else ["--rootless"]
    subprocess.run(["umoci", "unpack", *rootless, "--image", "%s:1" % (tmp_path / "pulled"),
                    tmp_path / "bundle"], check=True, capture_output=True)
    assert (tmp_path / "bundle/rootfs/data/x").read_text() == "x"
    # On an image of a registry, which is named where others can look it up.
    more = flinkpack.run("append", "--base", name, "--add", "%s:/y" % (tmp_path / "x"),
                         "--image-name", "%s/append/more:1" % registry, "--push")
    image, = validate.registry(registry, "append/more", "1", flink=False)
    assert more.digest == image.digest
    assert image.annotations["org.opencontainers.image.base.name"] == name
    assert image.annotations["org.opencontainers.image.base.digest"] == result.digest


def test_runs(flinkpack, tmp_path):
    container.need()
    need("umoci")
    if not BUSYBOX.exists() or subprocess.run(["ldd", BUSYBOX], capture_output=True).returncode == 0:
        pytest.skip("%s is not there, or not static" % BUSYBOX)
    flinkpack.run("append", "--add", "%s:/bin/sh" % BUSYBOX, "--cmd", "/bin/sh",
                  "--image-name", "app:1", "-o", "oci:%s" % (tmp_path / "out"))
    rootless = [] if os.geteuid() == 0 else ["--rootless"]
    subprocess.run(["umoci", "unpack", *rootless, "--image", "%s:1" % (tmp_path / "out"),
                    tmp_path / "bundle"], check=True, capture_output=True)
    done = subprocess.run(["bwrap", "--unshare-user", "--uid", "65532", "--ro-bind",
                           tmp_path / "bundle/rootfs", "/", "/bin/sh", "-c", "echo it runs"],
                          text=True, capture_output=True)
    assert done.stdout == "it runs\n", done.stderr


def test_same_inputs_same_digest(flinkpack, tmp_path):
    folder = tmp_path / "in"
    for name in "b", "a", "c/d":
        write(folder / name)
    words = ["append", "--image-name", "app:1", "--dry-run"]
    first = flinkpack.run(*words, "--add", "%s:/in" % folder).digest
    copy = tmp_path / "copy"
    shutil.copytree(folder, copy)
    for at, _, files in os.walk(copy):
        for name in files:
            os.utime(os.path.join(at, name), (9, 9))
            os.chmod(os.path.join(at, name), 0o600)
    assert flinkpack.run(*words, "--add", "%s:/in" % copy, "--threads", "3").digest == first
    stamped = flinkpack.run(*words[:-1], "--add", "%s:/in" % copy, "-o", "oci:%s" % (tmp_path / "o"),
                            env={"SOURCE_DATE_EPOCH": "1600000000"}).digest
    assert stamped != first
    image, = read(tmp_path / "o")
    assert image.created == image.document["history"][0]["created"] == "2020-09-13T12:26:40Z"


def test_a_file_of_options_is_read_where_it_is_named(flinkpack, tmp_path):
    (tmp_path / "flinkpack.yaml").write_text("label: {from: file}\n")
    words = ["append", "--image-name", "app:1", "--dry-run", "--add", "%s:/x" % write(tmp_path / "x")]
    plain = flinkpack.run(*words, cwd=tmp_path).digest
    assert flinkpack.run(*words, "--label", "from=file", cwd=tmp_path).digest == \
        flinkpack.run(*words, "--config", "flinkpack.yaml", cwd=tmp_path).digest != plain


def test_layers_that_are_none(flinkpack, tmp_path):
    def refused(data, status=INPUT):
        file = tmp_path / "layer"
        file.write_bytes(data)
        said = flinkpack.fail(status, "append", "--layer", file, "--image-name", "app:1")
        assert str(file) in said
        return said

    tar = images.make_tar([images.file("x", "y" * 5000)])
    refused(b"")
    refused(b"PK\3\4 not a tar" * 100)
    refused(tar[:1024])
    refused(gzip.compress(tar)[:-4])
    refused(gzip.compress(tar) + b"more")
    assert ".." in refused(images.make_tar([images.file("a/../../x")]))
    assert not list(flinkpack.store.glob("blobs/sha256/*"))


def test_wrong_input(flinkpack, tmp_path, base):
    x = "%s:/x" % write(tmp_path / "x")

    def refused(status, *words):
        return flinkpack.fail(status, "append", *words)

    def named(status, *words):
        return refused(status, "--image-name", "app:1", *words)

    assert "--image-name" in refused(USAGE, "--add", x)
    assert "nothing is put on the base" in named(USAGE)
    assert "nothing is put on the base" in named(USAGE, "--base", base.name, "--entrypoint", "/a")
    assert "SRC:/DEST" in named(USAGE, "--add", str(tmp_path / "x"))
    assert "SRC:/DEST" in named(USAGE, "--add", "%s:x" % (tmp_path / "x"))
    assert "{arch}" in named(USAGE, "--add", "{arch}/x")
    assert "'no/amd64/x'" in named(NOT_FOUND, "--add", "no/{arch}/x:/x")
    assert "no/amd64.tar" in named(NOT_FOUND, "--layer", "no/{arch}.tar")
    assert "linux/s390x" in named(NOT_FOUND, "--base", base.name, "--platform", "linux/s390x",
                                  "--add", x)
    assert "made for linux" in named(USAGE, "--platform", "windows/amd64", "--add", x)
    assert "--base" in named(NOT_FOUND, "--base", "oci:%s" % (tmp_path / "none"), "--add", x)
    assert "--base" in named(NOT_FOUND, "--base", "none:1", "--add", x, "--offline")
    assert "--base" in named(NOT_FOUND, "--base", "none", "--add", x)
    assert "--cmd" in named(USAGE, "--add", x, "--cmd", "[sh]")
    assert "--workdir" in named(USAGE, "--add", x, "--workdir", "srv")
    assert "--user" in named(USAGE, "--add", x, "--user", "")
    assert "folder" in named(INPUT, "--base", base.name, "--add", "%s:/srv" % (tmp_path / "x"))
    assert "--push" in named(USAGE, "--add", x, "--push")
    assert "--job-jar" in named(USAGE, "--add", x, "--job-jar", "x.jar")
    said = flinkpack.run("append", "--image-name", "app:1", "--add", x, "--entrypoint", "/y").err
    assert "--entrypoint /y: the image has no such file" in said
