"""Bases as other tools leave them: what every runtime takes is taken, and what is made is right."""

import base64
import gzip
import json
import os
import shutil

import images
import pytest
import validate

from program import INPUT, NOT_FOUND, USAGE, VERIFY


class Bases:
    """Builds a job on a base; gives what was made, validated, and what was said."""

    def __init__(self, flinkpack, inputs, folder):
        self.flinkpack, self.inputs, self.folder = flinkpack, inputs, folder

    def words(self, base):
        return ["build", "--from-archive", self.inputs.archive(), "--job-jar", self.inputs.job,
                "--base", base, "-o", "oci:%s:v1" % (self.folder / "out")]

    def run(self, image, *words):
        if not isinstance(image, str):
            images.write_layout(image, self.folder / "base", "b")
            image = "oci:%s:b" % (self.folder / "base")
        self.said = self.flinkpack.run(*self.words(image), *words).err

    def build(self, image, *words):
        self.run(image, *words)
        return validate.layout(self.folder / "out", "v1",
                               as_is=[images.sha256(self.inputs.archive().read_bytes())])[0]


@pytest.fixture
def bases(flinkpack, inputs, tmp_path):
    return Bases(flinkpack, inputs, tmp_path)


def base(*layers, **members):
    made = images.base()
    made.layers += layers
    made.document["rootfs"]["diff_ids"] = [one.diff_id for one in made.layers]
    made.document.update(members)
    made.platform = None
    made.seal()
    return made


def test_documents(bases):
    """Squashed ones keep the history, Go writes null for nothing, crane names no platform."""
    told = [{"created_by": "squashed"}, None, {"created_by": "CMD", "empty_layer": True}, None]
    made = bases.build(base(architecture="", os=None, created=None, history=told, author=None))
    assert "taken for linux/amd64" in bases.said
    history = made.document["history"]
    assert history[0] == {"created_by": "squashed", "empty_layer": True}
    assert [one.get("empty_layer", False) for one in history[:4]] == [True, False, True, False]
    made = bases.build(base(architecture="AMD64", os="Linux", config=None, history=None))
    assert (made.document["os"], made.document["architecture"]) == ("linux", "amd64")


def test_a_platform_that_the_index_alone_says(bases, flinkpack):
    image = base(architecture="", os="")
    image.platform = {"os": "linux", "architecture": "amd64"}
    images.write_layout(images.Index([image]), bases.folder / "base", "b")
    bases.build("oci:%s" % (bases.folder / "base"))
    assert "does not say" not in bases.said
    assert "linux/amd64" in flinkpack.run("inspect", "oci:%s" % (bases.folder / "base")).out
    image.platform = None
    images.write_layout(image, bases.folder / "alone", "b")
    err = flinkpack.fail(INPUT, *bases.words("oci:%s" % (bases.folder / "alone")),
                         "--platform", "linux/amd64,linux/arm64")
    assert "does not say for which platform" in err and "one --platform" in err


def test_layers(bases):
    """Nothing in them, twice the same, names as macOS and kaniko make them."""
    plain = images.layer([images.folder("./srv"), images.file("/srv/./a", "x")], compressed=False)
    odd = images.layer([images.file(name, "x") for name in ("srv/Icon\r", "srv/a\tb", "srv/a\nb")])
    layers = [plain, plain, odd, images.Layer(b""), images.Layer(bytes(1024)),
              images.Layer(b"", compressed=False)]
    bases.run(base(*layers))
    out = bases.folder / "out"
    index = json.loads((out / "index.json").read_text())
    manifest = json.loads((out / "blobs/sha256" / index["manifests"][0]["digest"][7:]).read_text())
    assert [one["digest"] for one in manifest["layers"][2:8]] == [one.digest for one in layers]
    for layer in layers:
        assert (out / "blobs/sha256" / layer.digest[7:]).read_bytes() == layer.data
    assert not set(bases.said) & set("\r\t")


def test_a_layout_of_links(bases, flinkpack):
    """As Bazel and Nix make them; what a link leads to is held to its digest all the same."""
    images.write_layout(base(), bases.folder / "base", "b")
    kept = bases.folder / "kept"
    os.rename(bases.folder / "base/blobs", kept)
    os.symlink(kept, bases.folder / "base/blobs")
    os.rename(bases.folder / "base/index.json", bases.folder / "index")
    os.symlink("../index", bases.folder / "base/index.json")
    for blob in list((kept / "sha256").iterdir()):
        os.rename(blob, bases.folder / blob.name)
        os.symlink(bases.folder / blob.name, blob)
    words = "oci:%s:b" % (bases.folder / "base")
    made = bases.build(words)
    out = bases.folder / "out/blobs/sha256"
    assert not [path for path in out.iterdir() if path.is_symlink()]
    layer = bases.folder / made.layers[0].digest[7:]
    layer.write_bytes(bytes(layer.stat().st_size))
    assert "damaged or forged" in bases.flinkpack.fail(VERIFY, *bases.words(words), "--no-cache")
    os.unlink(bases.folder / "index")
    assert "base/index.json: is a link that leads nowhere" in bases.flinkpack.fail(
        NOT_FOUND, *bases.words(words))


@pytest.mark.parametrize("words", [
    [], ["--env", "JAVA_HOME=/opt/java/openjdk"],
    ["--env", "PATH=/opt/java/openjdk/bin:/usr/bin"]], ids=["nothing", "home", "path"])
def test_java_whose_variables_are_lost(words, bases):
    """docker export and docker import lose them."""
    made = bases.build(base(config={}), *words)
    assert made.env["JAVA_HOME"] == "/opt/java/openjdk"


def test_java_that_is_not_there(bases, flinkpack):
    images.write_layout(base(config={}), bases.folder / "base", "b")
    words = bases.words("oci:%s:b" % (bases.folder / "base"))
    for home in ("/opt/jdk", ""):
        err = flinkpack.fail(INPUT, *words, "--env", "JAVA_HOME=" + home)
        assert "JAVA_HOME=%s:" % home in err and "it has one in /opt/java/openjdk" in err
    err = flinkpack.fail(INPUT, *words, "--env", "PATH=/opt/java/openjdk/bin:$PATH")
    assert "has no bash there" in err and "nothing in it is expanded" in err
    (bases.folder / "jdk").mkdir()
    made = bases.build("oci:%s:b" % (bases.folder / "base"), "--env", "JAVA_HOME=/opt/jdk",
                       "--add", "%s:/opt/jdk" % (bases.folder / "jdk"))
    assert made.env["JAVA_HOME"] == "/opt/jdk"


def test_more_layers_than_docker_runs(bases):
    many = [images.layer([images.file("srv/%d" % i, "x")]) for i in range(121)]
    bases.run(base(*many))
    assert "has 126 layers" in bases.said and "at most 125" in bases.said
    bases.run(base(*many[1:]))
    assert "layers, and Docker" not in bases.said


def test_scripts_from_windows(bases, flinkpack):
    """Nothing runs a script whose first line ends with a CR."""
    script = bases.folder / "run.sh"
    script.write_bytes(b"#!/usr/bin/env bash\r\necho\r\n")
    bases.run(base(), "--add", "%s:/opt/run.sh" % script)
    assert "the lines of '%s' end as on Windows" % script in bases.said
    dist = bases.folder / "dist"
    shutil.copytree(bases.inputs.dist(), dist)
    shutil.copy(script, dist / "bin/taskmanager.sh")
    words = bases.words(bases.inputs.base)
    words[1:3] = ["--from-local-dist", dist]
    err = flinkpack.fail(INPUT, *words)
    assert "bin/taskmanager.sh end as on Windows" in err and "dos2unix" in err


@pytest.fixture
def pinned(flinkpack, registry, tmp_path):
    """Pins an image of three platforms; gives the entry, its folder, and the images."""
    made = {"linux/" + name: images.base(architecture=name)
            for name in ("amd64", "arm64", "s390x")}
    images.push(images.Index(list(made.values())), registry, "bases/pinned", "17")
    entry = {"description": "d", "libc": "glibc", "java": 17,
             "reference": registry + "/bases/pinned:17"}
    (tmp_path / "mine.json").write_text(json.dumps(entry))

    def pin(*words, run=flinkpack.run):
        return run("base", "pin", "mine", "--base-images", tmp_path,
                   "--insecure-registry", registry, *words)
    return pin, entry, made


def unpack(text):
    return json.loads(gzip.decompress(base64.b64decode(text)))


def test_a_pin_tells_what_the_layers_say(pinned, flinkpack, inputs, tmp_path):
    pin, entry, made = pinned
    out = pin().out
    told = json.loads(out)
    facts = {name: unpack(text) for name, text in told.pop("facts").items()}
    digests = {name: image.descriptor()["digest"] for name, image in made.items()}
    assert told == {**entry, "digests": digests}
    assert sorted(facts) == ["linux/amd64", "linux/arm64"]
    for name, one in facts.items():
        assert one["diffIds"] == made[name].document["rootfs"]["diff_ids"]
        assert one["facts"]["bash"] and one["facts"]["java"] == 17
        assert one["facts"]["texts"]["etc/passwd"] == images.PASSWD
        assert "/bin =usr/bin\n" in one["facts"]["tree"]
    (tmp_path / "mine.json").write_text(out)
    assert pin().out == out
    words = ("--base-images", tmp_path)
    shown = flinkpack.run("base", "show", "mine", *words).out
    assert shown.count(", with its facts") == 2
    flinkpack.run("build", "--from-local-dist", inputs.dist(), "--base", "mine", *words,
                  "-o", "oci:%s:v1" % (tmp_path / "out"))


def test_a_pin_of_chosen_platforms(pinned, flinkpack):
    pin, _, made = pinned
    told = json.loads(pin("--platform", "linux/s390x,linux/amd64").out)
    assert len(told["digests"]) == len(made)
    assert sorted(told["facts"]) == ["linux/amd64", "linux/s390x"]
    assert "linux/ppc64le" in pin("--platform", "linux/ppc64le",
                                  run=lambda *words: flinkpack.fail(NOT_FOUND, *words))
    assert "--platform" in pin("--platform", "mips", run=lambda *words: flinkpack.fail(USAGE, *words))


def test_a_pinned_base_is_not_downloaded(pinned, flinkpack, inputs, registry, tmp_path):
    """With the facts of its entry, and without them: the same image."""
    pin, _, made = pinned
    told, seen = json.loads(pin().out), []
    layers = {layer.digest[7:] for layer in made["linux/amd64"].layers}
    for facts in (True, False):
        if not facts:
            del told["facts"]
        (tmp_path / "mine.json").write_text(json.dumps(told))
        shutil.rmtree(flinkpack.store)
        shutil.rmtree(flinkpack.cache, ignore_errors=True)
        name = "%s/team/pinned-%d:1" % (registry, facts)
        out = flinkpack.run("build", "--from-local-dist", inputs.dist(), "--job-jar", inputs.job,
                            "--base", "mine", "--base-images", tmp_path, "--image-name", name,
                            "--push", "--insecure-registry", registry).out
        kept = {name for _, _, names in os.walk(flinkpack.home) for name in names}
        assert layers & kept == (set() if facts else layers)
        seen.append(out.split("@")[1])
    assert seen[0] == seen[1]
