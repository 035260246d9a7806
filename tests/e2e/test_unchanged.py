"""What a build takes for an image that is there already: what it is made of must not have changed.
Each pair is a build that is pushed, and another one to the same name; its digest is a cold one's."""

import tarfile

import miniature
import pytest


@pytest.fixture
def scene(flinkpack, inputs, registry, tmp_path):
    return Scene(flinkpack, inputs, registry, tmp_path)


class Scene:
    def __init__(self, flinkpack, inputs, registry, folder):
        self.flinkpack, self.folder = flinkpack, folder
        self.host = "%s/unchanged-%s" % (registry, folder.name.lower().strip("_"))
        self.flink = ["--from-archive", inputs.archive(), "--base", inputs.base]
        for name in "abc":
            (folder / (name + ".jar")).write_bytes(miniature.job_jar("com.example." + name.upper()))

    def job(self, name):
        return ["--job-jar", self.folder / (name + ".jar")]

    def build(self, name, *words, command="build"):
        return self.flinkpack.run(command, *words, "--image-name", "%s/%s:1" % (self.host, name),
                                  "--push")

    def upon(self, *words):
        return ["--from-image", self.host + "/x:1", *words]

    def check(self, name, words, command="build", done=False):
        """It is made, unless nothing has changed, and is what it would be from nothing."""
        warm = self.build(name, *words, command=command)
        assert ("nothing to do" in warm.err) == done, warm.err
        cold = self.build(name + "-cold", *words, "--no-cache", command=command)
        assert warm.digest == cold.digest


def test_nothing_has_changed(scene):
    scene.build("x", *scene.flink, *scene.job("a"))
    scene.check("x", [*scene.flink, *scene.job("a")], done=True)
    scene.build("y", *scene.upon(*scene.job("b")))
    scene.check("y", scene.upon(*scene.job("b")), done=True)


def test_another_job_below(scene):
    """Without a job of its own the image keeps the one that it is built upon."""
    for words in [], ["--conf", "a.b=c"]:
        scene.build("x", *scene.flink, *scene.job("a"))
        scene.build("y", *scene.upon(*words))
        scene.build("x", *scene.flink, *scene.job("c"))
        scene.check("y", scene.upon(*words))


@pytest.mark.parametrize("words", [["--compression", "zstd"], ["--source-date-epoch", "5"]],
                         ids=["compression", "time"])
def test_options_that_change_an_image_with_a_new_job(words, scene):
    scene.build("x", *scene.flink)
    scene.build("y", *scene.upon(*scene.job("b")))
    scene.check("y", scene.upon(*scene.job("b"), *words))


def test_an_assertion_is_not_skipped(scene):
    scene.build("x", *scene.flink)
    scene.build("y", *scene.upon(*scene.job("b")))
    assert "1.19.0" in scene.flinkpack.fail(
        3, "build", *scene.upon(*scene.job("b"), "--flink-version", "1.19.0"), "--image-name",
        scene.host + "/y:1", "--push")


def test_the_order_of_tars(scene):
    tars = []
    for name in "ab":
        (scene.folder / "f").write_text(name)
        plain = scene.folder / (name + ".tar")
        with tarfile.open(plain, "w") as tar:
            tar.add(scene.folder / "f", "opt/f")
        tars.append(["--layer", plain])
    scene.build("tools", *tars[0], *tars[1], command="append")
    scene.check("tools", [*tars[1], *tars[0]], command="append")


def test_a_cache_that_is_a_layout(scene):
    """Its blobs are not the cache's to remove."""
    layout = scene.folder / "layout"
    scene.flinkpack.run("build", *scene.flink, "-o", "oci:%s:v1" % layout)
    before = sorted(layout.rglob("*"))
    scene.flinkpack.fail(9, "cache", "clear", "--cache", layout)
    assert sorted(layout.rglob("*")) == before


def test_how_a_build_went_is_in_no_digest(scene):
    """A blob of the local store that is damaged is replaced, with a warning."""
    first = scene.flinkpack.run("build", *scene.flink, *scene.job("a"))
    for blob in (scene.flinkpack.store / "blobs/sha256").iterdir():
        data = blob.read_bytes()
        blob.chmod(0o644)
        blob.write_bytes(data[:-1] + bytes([data[-1] ^ 1]))
    again = scene.flinkpack.run("build", *scene.flink, *scene.job("a"))
    assert "warning: " in again.err and again.digest == first.digest
