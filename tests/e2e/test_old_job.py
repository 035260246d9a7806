"""--from-image of an image that has a job, with another one: as if there had been none."""

import json

import images
import miniature
import pytest
import validate

OURS = "flinkpack build # job"


class Jobs:
    """Images of jobs, each in a layout of its own."""

    def __init__(self, flinkpack, inputs, folder):
        self.flinkpack, self.inputs, self.folder, self.count = flinkpack, inputs, folder, 0
        self.old, self.new = folder / "old.jar", folder / "new.jar"
        self.old.write_bytes(miniature.job_jar("com.example.Old", year=2022))
        self.new.write_bytes(miniature.job_jar("com.example.New", year=2021))

    def build(self, *words, image=None, form="oci", **more):
        """Of an image, or of Flink; gives where it is."""
        self.count += 1
        to = "%s:%s" % (form, self.folder / ("image-%d" % self.count))
        start = (["--from-image", image] if image else
                 ["--from-archive", self.inputs.archive(), "--base", self.inputs.base])
        self.result = self.flinkpack.run("build", *start, *words, "--image-name", "job:v1", "-o",
                                         to + ":v1" if form == "oci" else to, **more)
        return to + ":v1" if form == "oci" else to

    def replaced(self, image, *words, removes=False, **more):
        """The image with the new job, validated."""
        where = self.build("--job-jar", self.new, *words, image=image, **more)
        made, = validate.layout(where[4:-3], "v1", removes=removes)
        assert made.digest == self.result.digest
        return made


@pytest.fixture
def jobs(flinkpack, inputs, tmp_path):
    return Jobs(flinkpack, inputs, tmp_path)


def removed(image):
    return [entry.path for entry in image.layers[-1].entries if "/.wh." in entry.path]


def has_one_job(image, gone=()):
    assert removed(image) == ["opt/flink/usrlib/.wh." + name for name in gone]
    assert [path for path in image.tree if path.endswith(".jar") and "/usrlib/" in path] == \
        ["opt/flink/usrlib/new.jar"]
    assert image.kinds()[-1] == "job"
    assert image.labels["flinkpack.type"] == "job"
    assert image.labels["flinkpack.job-jars"] == "new.jar"
    assert "flinkpack.job-class" not in image.labels and "FLINK_JOB_CLASSNAME" not in image.env


@pytest.mark.parametrize("words", [
    [], ["--job-classname", "com.example.Old", "--env", "A=b", "--label", "team=data"],
    ["--conf", "parallelism.default=3"]], ids=["plain", "class", "conf"])
def test_the_same_as_without_it(words, jobs):
    common = [word for word in words if "classname" not in word and "Old" not in word]
    session = jobs.build(*common)
    wanted = jobs.replaced(session)
    jobs.build("--job-jar", jobs.new, *common)
    assert jobs.result.digest == wanted.digest, "of one build, too"
    assert wanted.created == "2021-09-13T12:26:40Z", "not the old job's time"
    at_once = jobs.replaced(jobs.build("--job-jar", jobs.old, *words))
    has_one_job(at_once)
    assert at_once.document == wanted.document and at_once.digest == wanted.digest
    one_by_one = jobs.build("--job-jar", jobs.old, *words[:2 if "class" in str(words) else 0],
                            image=session)
    assert jobs.replaced(one_by_one).digest == wanted.digest
    assert "old.jar" in jobs.result.err
    # And so again and again.
    assert jobs.replaced(jobs.build("--job-jar", jobs.new, image=one_by_one)).digest == wanted.digest


def test_what_was_put_on_stays(jobs, tmp_path):
    """A library on top of the old job is ours as well: the job goes from below it."""
    library = tmp_path / "library.jar"
    library.write_bytes(miniature.jar())
    kept = jobs.build("--lib", library, image=jobs.build("--job-jar", jobs.old))
    assert "stays" in jobs.result.err
    made = jobs.replaced(kept)
    has_one_job(made)
    assert "opt/flink/lib/library.jar" in made.tree
    wanted = jobs.replaced(jobs.build("--lib", library, image=jobs.build()))
    assert [layer.digest for layer in made.layers] == [layer.digest for layer in wanted.layers]


@pytest.mark.parametrize("version, folder", [("1.6.0", "lib"), ("1.9.3", "lib"),
                                             ("1.10.3", "usrlib"), ("2.2.0", "usrlib")])
def test_every_era(version, folder, jobs):
    start = ["--from-archive", jobs.inputs.archive(version, scala="2.11" if version < "1.10" else
                                                   "2.12"), "--base", jobs.inputs.base]
    old = jobs.folder / "era"
    jobs.flinkpack.run("build", *start, "--job-jar", jobs.old, "-o", "oci:%s:v1" % old)
    made = jobs.replaced("oci:%s:v1" % old, *(
        ["--job-classname", "com.example.New"] if version < "1.8" else []))
    assert "opt/flink/%s/new.jar" % folder in made.tree
    assert "opt/flink/%s/old.jar" % folder not in made.tree and not removed(made)


def foreign(*more):
    return images.layer([images.folder("opt"), images.folder("opt/flink", 0o775, 9999),
                         images.folder("opt/flink/usrlib"), *more])


@pytest.mark.parametrize("on_top", [
    foreign(images.file("opt/flink/usrlib/theirs.txt", b"x")),
    foreign(images.file("opt/flink/usrlib/old.jar", b"changed")),
    foreign(images.file("opt/flink/usrlib/new.jar", b"in the way")),
    images.layer([images.folder("etc"), images.file("etc/motd", b"x")])], ids=["usrlib", "changes", "same", "elsewhere"])
def test_below_a_layer_of_others(on_top, jobs):
    """What that was made of stays; the old jars are removed on top."""
    where = jobs.build("--job-jar", jobs.old)
    path = where[4:-3]
    made, = validate.layout(path, "v1")
    images.put_on_top(path, made, [(on_top, "COPY x /y # buildkit")])
    new = jobs.replaced(where, removes=True)
    has_one_job(new, gone=["old.jar"])
    assert [layer.digest for layer in new.layers[:-2]] == [layer.digest for layer in made.layers]
    assert new.layers[-2].diff_id == on_top.diff_id
    assert new.read("opt/flink/usrlib/new.jar") == jobs.new.read_bytes()


def test_two_jobs_as_version_0_1_left_them(jobs):
    """Its labels tell of the last job alone, its history of both."""
    where = jobs.build("--job-jar", jobs.old)
    path = where[4:-3]
    made, = validate.layout(path, "v1")
    second = images.layer([images.folder("opt"), images.folder("opt/flink", 0o775, 9999),
                           images.folder("opt/flink/usrlib"),
                           images.file("opt/flink/usrlib/second.jar", jobs.old.read_bytes())])
    images.put_on_top(path, made, [(second, OURS)], {
        "flinkpack.job-jars": "second.jar",
        "flinkpack.recipes": json.dumps({"0" * 64: second.diff_id})})
    new = jobs.replaced(where)
    has_one_job(new)
    wanted = jobs.replaced(jobs.build())
    # But for the records of the layers below, which 0.1 did not keep.
    assert new.document["history"] == wanted.document["history"]
    assert [layer.digest for layer in new.layers] == [layer.digest for layer in wanted.layers]


@pytest.mark.parametrize("change", [
    lambda told: [], lambda told: told[:2], lambda told: told[-1:] + told],
    ids=["all", "most", "of more layers"])
def test_history_that_is_lost(change, jobs):
    where = jobs.build("--job-jar", jobs.old)
    path = where[4:-3]
    made, = validate.layout(path, "v1")
    made.document["history"] = change(made.document["history"])
    images.put_on_top(path, made, [])
    has_one_job(jobs.replaced(where, removes=True), gone=["old.jar"])


def test_images_of_others_keep_what_they_have(jobs):
    """Jars that nothing is known of may be the new job's libraries: a warning."""
    where = jobs.build("--job-jar", jobs.old)
    path = where[4:-3]
    made, = validate.layout(path, "v1")
    images.put_on_top(path, made, [], {"flinkpack.recipes": None})
    new = jobs.replaced(where)
    assert "opt/flink/usrlib/old.jar" in new.tree
    assert "stays beside the new job; if that is a job too" in jobs.result.err
    jobs.replaced(where, "--job-classname", "com.example.New")
    assert "stays beside the new job\n" in jobs.result.err


def test_an_archive_that_lost_its_annotations(jobs):
    archives = [jobs.build(*words, form="docker-archive") for words in
                ([], ["--job-jar", jobs.old])]
    wanted, made = map(jobs.replaced, archives)
    has_one_job(made)
    assert made.digest == wanted.digest


def test_several_platforms(jobs, registry):
    both = [images.base(architecture=name) for name in ("amd64", "arm64")]
    images.push(images.Index(both), registry, "old-job/base", "17")
    words = ["--platform", "linux/amd64,linux/arm64"]
    digests = []
    for job in ([], ["--job-jar", jobs.old]):
        jobs.flinkpack.run("build", "--from-archive", jobs.inputs.archive(), "--base",
                           registry + "/old-job/base:17", *words, *job, "--image-name",
                           "%s/old-job/flink:%d" % (registry, len(job)), "--push")
        where = jobs.build("--job-jar", jobs.new, *words,
                           image="%s/old-job/flink:%d" % (registry, len(job)))
        digests.append(jobs.result.digest)
        for made in validate.layout(where[4:-3], "v1"):
            has_one_job(made)
            assert made.annotations["org.opencontainers.image.base.name"] == \
                registry + "/old-job/base:17"
    assert digests[0] == digests[1]
