"""A build judges its job: what is told, what ends it, and that an image that is there already is no
reason to keep silent."""

import classes
import miniature
import pytest

NOTE = "[class-missing]"
WRONG = ["--conf", "parallelism.default=many"]
TOLD = "[conf-value]"


@pytest.fixture
def scene(flinkpack, inputs, registry, tmp_path):
    return Scene(flinkpack, inputs, registry, tmp_path)


class Scene:
    def __init__(self, flinkpack, inputs, registry, folder):
        self.flinkpack, self.folder = flinkpack, folder
        self.repository = "%s/judged-%s" % (registry, folder.name.lower().strip("_"))
        self.flink = ["--from-archive", inputs.archive(), "--base", inputs.base]
        self.jar("job.jar")
        self.jar("thin.jar", classes.call("com/other/Lib", "go", "()V"))

    def jar(self, name, *calls):
        job = classes.entry("com/example/Job", methods=[classes.main(*calls)])
        (self.folder / name).write_bytes(miniature.jar(main_class="com.example.Job", extra=[job]))

    def words(self, jar, *more, tag="1", flink=None):
        return ["build", *(flink or self.flink), "--job-jar", self.folder / jar, *more,
                "--image-name", "%s:%s" % (self.repository, tag), "--push"]

    def build(self, jar, *more, **also):
        return self.flinkpack.run(*self.words(jar, *more, **also))


def test_findings_are_warnings(scene):
    text = scene.build("thin.jar").err
    assert "warning: " in text and "com.other.Lib" in text and NOTE in text
    assert NOTE not in scene.build("job.jar", tag="2").err


def test_what_an_error_is_ends_a_strict_build(scene):
    assert TOLD in scene.build("job.jar", *WRONG, tag="good").err
    text = scene.flinkpack.fail(3, *scene.words("job.jar", *WRONG, "--check", "strict"))
    assert "error: --conf: parallelism.default: 'many'" in text and TOLD in text
    assert "--allow conf-value" in text
    scene.flinkpack.fail(5, "inspect", scene.repository + ":1")
    scene.build("job.jar", *WRONG, "--check", "strict", "--allow", "conf-value")
    assert NOTE in scene.flinkpack.fail(3, *scene.words("thin.jar", "--check", "strict"))


def test_what_is_allowed_is_not_told(scene):
    for words in (["--allow", "class-missing"], ["--check", "off"],
                  ["--allow", "conf-value,class-missing"]):
        assert NOTE not in scene.build("thin.jar", *words).err
    assert "no finding has that name\n  try: --allow class-missing" in \
        scene.flinkpack.fail(2, *scene.words("thin.jar", "--allow", "clas-missing"))


def test_a_warning_fails_where_warnings_fail(scene):
    assert NOTE in scene.flinkpack.fail(3, *scene.words("thin.jar", "--fail-on-warning"))
    scene.flinkpack.fail(5, "inspect", scene.repository + ":1")


HOW = pytest.mark.parametrize("words", [["--check", "off"], ["--allow", "conf-value,class-missing"], []],
                              ids=["off", "allowed", "told"])


@HOW
def test_an_image_that_is_there_is_judged_too(words, scene):
    """It has the same digest, however its job was judged."""
    first = scene.build("job.jar", *WRONG, *words)
    assert (TOLD in first.err) == (words == [])
    again = scene.build("job.jar", *WRONG)
    assert "nothing to do" in again.err and TOLD in again.err
    assert again.digest == first.digest


@HOW
def test_a_job_for_an_image_is_judged_again(words, scene):
    scene.build("job.jar", tag="below")
    flink = ["--from-image", scene.repository + ":below"]
    first = scene.build("job.jar", *WRONG, *words, flink=flink)
    assert (TOLD in first.err) == (words == [])
    assert TOLD in scene.build("job.jar", *WRONG, flink=flink).err


def test_the_file_says_how(scene):
    (scene.folder / "flinkpack.yaml").write_text("allow: [class-missing]\ncheck: strict\n")
    words = scene.words("thin.jar")
    assert NOTE not in scene.flinkpack.run(*words, cwd=scene.folder).err
