"""What is in a job's jar, and what becomes of it in the image."""

import shutil
import struct

import classes as class_files
import images
import miniature
import pytest
import validate
from program import INPUT, USAGE

FLINK = "org/apache/flink/"
OLD, NEW = ("1.6.4", "8.0.402"), ("1.20.4", "17.0.9")


class Job:
    """Builds images of a jar that each test makes anew."""

    def __init__(self, flinkpack, inputs, folder):
        self.flinkpack, self.inputs, self.folder = flinkpack, inputs, folder

    def words(self, version, java, *more, base=(), name="job.jar", **jar):
        path = self.folder / name
        path.write_bytes(miniature.job_jar(**jar))
        layers = images.base_layers(java) + [images.layer(list(base))]
        image = images.Image(layers, dict(images.BASE_CONFIG))
        images.write_layout(image, self.folder / "base", "b")
        return ["build", "--from-local-dist", self.inputs.dist(version), "--base",
                "oci:%s:b" % (self.folder / "base"), *(more or ["--job-jar", path]),
                "-o", "oci:%s:v1" % (self.folder / "out")]

    def build(self, flink, *more, **jar):
        result = self.flinkpack.run(*self.words(*flink, *more, **jar))
        (image,) = validate.layout(self.folder / "out", "v1")
        return result.err, image

    def fail(self, status, flink, *more, **jar):
        return self.flinkpack.fail(status, *self.words(*flink, *more, **jar))


@pytest.fixture
def job(flinkpack, inputs, tmp_path):
    return Job(flinkpack, inputs, tmp_path)


@pytest.mark.parametrize("option, name, called", [
    ("--job-jar", "job.zip", "job.zip.jar"), ("--job-artifacts", "job", "job.jar"),
    ("--job-jar", "job.JAR", "job.jar"), ("--job-jar", "job.jar", "job.jar"),
    ("--job-jar", "a,b.jar", "a_b.jar"), ("--job-artifacts", "a,b", "a_b.jar")])
def test_names(job, option, name, called):
    """Flink takes *.jar only; what is called otherwise gets such a name."""
    err, image = job.build(NEW, option, job.folder / name, name=name)
    assert "opt/flink/usrlib/" + called in image.tree
    assert image.config["Labels"]["flinkpack.job-jars"] == called
    assert ("called %s in the image" % called in err) == (name != called)


def test_names_that_become_equal(job):
    (job.folder / "job").write_bytes(miniature.job_jar())
    assert "same name" in job.fail(USAGE, NEW, "--job-jar", job.folder / "job", "--job-jar",
                                   job.folder / "job.jar")


def test_artifacts_that_are_no_job_keep_their_names(job):
    data = job.folder / "data.zip"
    data.write_bytes(miniature.jar(["a/B"]))
    image = job.build(NEW, "--job-artifacts", "%s,%s" % (job.folder / "job.jar", data))[1]
    assert "opt/flink/usrlib/data.zip" in image.tree


def test_flink_in_a_job(job):
    """Before 1.10 the job's classes come first, and such a job stops Flink."""
    extra = [(FLINK + "streaming/runtime/tasks/StreamTask.class", b"x"),
             (FLINK + "runtime/jobgraph/JobGraph.class", b"x")]
    err = job.fail(INPUT, OLD, extra=extra)
    assert "job.jar bundles Flink itself" in err and "of Flink 1.6.4" in err
    assert "'provided'" in err and "Flink 1.10" in err
    lib = job.folder / "lib.jar"
    lib.write_bytes(miniature.jar(extra=extra))
    err = job.build(NEW, "--job-jar", job.folder / "job.jar", "--lib", lib, extra=extra)[0]
    assert err.count("it bundles Flink itself") == err.count("[flink-bundled]") == 2


def test_connectors_in_a_job(job):
    names = ["streaming/connectors/kafka/FlinkKafkaConsumer", "runtime/fs/hdfs/HadoopFileSystem"]
    job.build(OLD, extra=[(FLINK + name + ".class", b"x") for name in names])


def class_that_uses(*names, name="a/Main", major=52):
    """A class file whose constant pool refers to these classes, behind a long and a text."""
    return class_files.make(name, uses=names, major=major, constants=[
        lambda pool: pool.long(1), lambda pool: pool.utf8("hello")])


NEWER = class_files.entry("io/a/Newer", major=66)
OTHER = ("io/a/Other.class", class_that_uses("io/a/Newer", name="io/a/Other", major=65))


def build_classes(job, *classes, main_class="a.Main", status=0, words=()):
    """With Java 17; what is said."""
    command = job.words(*NEW, "--job-jar", job.folder / "job.jar", *words)
    (job.folder / "job.jar").write_bytes(miniature.jar(main_class=main_class, extra=classes))
    return job.flinkpack.fail(status, *command) if status else job.flinkpack.run(*command).err


@pytest.mark.parametrize("main_class, words", [
    ("a.Main", []), (None, ["--job-classname", "a.Main"])], ids=["manifest", "option"])
def test_newer_classes_that_nothing_refers_to(main_class, words, job):
    """Helpers that a library looks up by name, and what shading leaves."""
    main = ("a/Main.class", class_that_uses("java/lang/Object"))
    words = [*words, "-v"]
    err = build_classes(job, main, NEWER, OTHER, main_class=main_class, words=words)
    assert "io.a.Other needs Java 21" in err and "nothing that the job reaches uses it" in err
    left = [(place + "io/a/Newer.class", NEWER[1]) for place in (
        "META-INF/versions/22/", "shaded/META-INF/versions/22/", "BOOT-INF/classes/")]
    assert "needs Java" not in build_classes(job, main, *left, main_class=main_class, words=words)


@pytest.mark.parametrize("main, more, said", [
    (class_that_uses("io/a/Newer"), [], "io/a/Newer, to which a/Main.class refers, needs Java 22"),
    (class_that_uses("[[Lio/a/Newer;"), [], "io/a/Newer, to which a/Main.class refers,"),
    (class_that_uses(major=65), [], "the job's class a.Main needs Java 21"),
    (class_that_uses(), [("META-INF/services/x.Y", "# x\n io.a.Newer # y\n")],
     "io/a/Newer, which a list in META-INF/services names, needs Java 22")],
    ids=["class", "array", "main", "service"])
def test_newer_classes_that_are_loaded(main, more, said, job):
    err = build_classes(job, ("a/Main.class", main), NEWER, *more, status=INPUT)
    assert said in err and "has Java 17" in err and "--release 17" in err
    has_base = "--base temurin-21-jre" in err.split("try: ")[1]
    assert has_base == ("Java 21" in said), "no base of the catalogue has Java 22"


@pytest.mark.parametrize("service, classes", [
    ("javax.annotation.processing.Processor", [NEWER]), ("io.a.Other", [NEWER, OTHER])],
    ids=["processor", "service-that-is-newer"])
def test_newer_classes_in_lists_of_services_that_nobody_asks_for(service, classes, job):
    """Annotation processors, and libraries that are newer as a whole."""
    main = ("a/Main.class", class_that_uses("java/lang/Object"))
    services = ("META-INF/services/" + service, "io.a.Newer\n")
    err = build_classes(job, main, services, *classes, words=["-v"])
    assert "nothing that the job reaches uses it" in err


def test_newer_classes_of_a_job_that_nothing_names(job):
    err = build_classes(job, OTHER, main_class=None, status=INPUT)
    assert "needs Java 21" in err and "--base temurin-21-jre" in err


def test_connector_that_is_missing(job):
    """The jar of a plain "mvn package": without it the job dies when it runs."""
    kafka = FLINK + "streaming/connectors/kafka/FlinkKafkaConsumer"
    words = job.words(*OLD)
    path = job.folder / "job.jar"

    def make(path, *extra):
        path.write_bytes(miniature.jar(main_class="a.Main", extra=[
            ("a/Main.class", class_that_uses("java/lang/Object", kafka)), *extra]))
    make(path)
    err = job.flinkpack.fail(INPUT, *words)
    assert "class a.Main uses %s, which no jar" % kafka in err and "--lib" in err
    make(path, (kafka + ".class", b"x"))
    job.flinkpack.run(*words)
    make(path)
    lib = job.folder / "kafka.jar"
    lib.write_bytes(miniature.jar([kafka]))
    job.flinkpack.run(*words, "--lib", lib)
    # What is not looked into may have it.
    job.flinkpack.run(*words, "--add", "%s:/opt/flink/lib/kafka.jar" % lib)
    make(path, ("lib/kafka.jar", lib.read_bytes()))
    job.flinkpack.run(*words)


def test_new_connector_that_is_missing(job):
    kafka = FLINK + "connector/kafka/source/KafkaSource"
    words = job.words(*NEW)
    (job.folder / "job.jar").write_bytes(miniature.jar(main_class="a.Main", extra=[
        ("a/Main.class", class_that_uses(FLINK + "connector/file/src/FileSource", kafka))]))
    assert "uses %s, which no jar" % kafka in job.flinkpack.fail(INPUT, *words)
    dist = job.folder / "dist"
    shutil.copytree(job.inputs.dist(NEW[0]), dist)
    (dist / "lib/company.jar").write_bytes(miniature.jar([kafka]))
    job.flinkpack.run(*words[:2], dist, *words[3:])


# --- native code ---

X86, ARM = 62, 183
MUSL = [images.folder("lib"), images.file("lib/ld-musl-x86_64.so.1", "x", 0o755)]
COMPAT = [*MUSL, images.link("lib/ld-linux-x86-64.so.2", "ld-musl-x86_64.so.1")]


def elf(*needed, machine=X86):
    """A shared library that needs these."""
    names = b"\0" + b"".join(name.encode() + b"\0" for name in needed)
    dynamic, at = b"", 1
    for name in needed:
        dynamic += struct.pack("<qQ", 1, at)
        at += len(name) + 1
    dynamic += struct.pack("<qQqQ", 5, 0x1000 + 512, 0, 0)
    head = b"\x7fELF\2\1\1".ljust(16, b"\0")
    head += struct.pack("<HHIQQQIHHHHHH", 3, machine, 1, 0, 64, 0, 0, 64, 56, 2, 0, 0, 0)
    load = struct.pack("<IIQQQQQQ", 1, 4, 0, 0x1000, 0x1000, 1024, 1024, 8)
    found = struct.pack("<IIQQQQQQ", 2, 4, 256, 0x1100, 0x1100, len(dynamic), len(dynamic), 8)
    return (((head + load + found).ljust(256, b"\0") + dynamic).ljust(512, b"\0") + names).ljust(1024, b"\0")


GLIBC, NATIVE = elf("libc.so.6"), "is native code for glibc"


@pytest.mark.parametrize("flink", [OLD, NEW])
def test_native_code(job, flink):
    """It is the job's: no version of Flink makes a difference."""
    extra = [("linux/libzstd.so", GLIBC)]
    assert NATIVE not in job.build(flink, extra=extra)[0]
    err = job.fail(INPUT, flink, base=MUSL, extra=extra)
    assert "linux/libzstd.so " + NATIVE in err and "has musl without gcompat" in err
    assert "--package" not in err  # the base is not one of apk
    assert NATIVE in job.build(flink, base=COMPAT, extra=extra)[0]
    path = job.folder / "job.jar"
    err = job.build(flink, "--job-jar", path, "--allow-musl-natives", base=MUSL, extra=extra)[0]
    assert NATIVE in err


@pytest.mark.parametrize("base, severity", [(MUSL, "error"), (COMPAT, "warning"), ((), None)],
                         ids=["musl", "gcompat", "glibc"])
def test_native_code_is_a_finding(base, severity, job):
    words = job.words(*NEW, base=base, extra=[("linux/libzstd.so", GLIBC)])[1:-2]
    told = job.flinkpack.try_run("check", *words)
    assert told.status == (INPUT if severity == "error" else 0)
    lines = [line for line in told.out.splitlines() if "[native-code]" in line]
    assert [line.partition(":")[0] for line in lines] == ([severity] if severity else [])
    words.append("--allow-musl-natives")
    assert job.flinkpack.try_run("check", *words).status == 0


def test_native_code_for_a_base_that_cannot_be_had(job):
    """All else is judged, unless nothing at all is known of the base."""
    job.words(*NEW, extra=[("linux/libzstd.so", GLIBC)])
    words = ["check", job.folder / "job.jar", "--from-local-dist", job.inputs.dist(NEW[0]),
             "--offline", "--conf", "state.backend.type=rocksdbb"]
    told = job.flinkpack.try_run(*words)
    assert told.status == INPUT and "[conf-value]" in told.out and "[native-code]" not in told.out
    assert "native code is not judged, as the base's layers cannot be had: " in told.err
    job.flinkpack.fail(5, *words, "--base", "oci:nowhere")


def test_native_code_of_an_image(job):
    """What a build was told to accept is still there."""
    extra = [("linux/libzstd.so", GLIBC)]
    job.build(NEW, "--job-jar", job.folder / "job.jar", "--allow-musl-natives", base=MUSL,
              extra=extra)
    told = job.flinkpack.try_run("check", "--image", "oci:%s:v1" % (job.folder / "out"))
    line, = [line for line in told.out.splitlines() if "[native-code]" in line]
    assert told.status == INPUT and line.startswith("error: /opt/flink/usrlib/job.jar: ")
    assert "linux/libzstd.so " + NATIVE in line


@pytest.mark.parametrize("extra", [
    [("a/libx.so", elf("libc.musl-x86_64.so.1"))], [("a/libx.so", elf("libm.so"))],
    [("arm/libx.so", elf("libc.so.6", machine=ARM))],
    [("glibc/libx-1.2.so", GLIBC), ("musl/libx-1.2.so", elf("libc.musl-x86_64.so.1"))],
    [("libx-linux64.so", GLIBC), ("libx-linux64-musl.so", elf("libc.musl-x86_64.so.1"))]])
def test_native_code_that_runs_on_musl(job, extra):
    assert NATIVE not in job.build(NEW, base=MUSL, extra=extra)[0]


def test_native_code_of_two_libraries(job):
    """A library for musl says nothing of another, nor of another machine's."""
    for other in (("liby.so", elf("libc.musl-x86_64.so.1")),
                  ("libx.so", elf("libc.musl-aarch64.so.1", machine=ARM))):
        assert "a/libx.so " + NATIVE in job.fail(INPUT, NEW, base=MUSL,
                                                 extra=[("a/libx.so", GLIBC), other])


def test_native_code_that_needs_more(job):
    extra = [("libx.so", elf("libstdc++.so.6", "libc.so.6", "ld-linux-x86-64.so.2"))]
    assert "musl without libstdc++" in job.fail(INPUT, NEW, base=COMPAT, extra=extra)
    more = [*COMPAT, images.file("usr/lib/libstdc++.so.6", "x")]
    assert NATIVE in job.build(NEW, base=more, extra=extra)[0]


def test_native_code_of_libraries(job):
    """What lies in lib/ and plugins/ need not be used: it is said."""
    extra = [("linux/libzstd.so", GLIBC)]
    (job.folder / "lib.jar").write_bytes(miniature.jar(extra=extra))
    job.build(NEW, base=MUSL)
    for option, value in (("--lib", job.folder / "lib.jar"),
                          ("--plugin", "mine=%s" % (job.folder / "lib.jar"))):
        words = ["--job-jar", job.folder / "job.jar", option, value]
        err = job.build(NEW, *words, base=MUSL)[0]
        assert "warning: %s " % option in err and "libzstd.so " + NATIVE in err
        assert "without gcompat" in err
        assert NATIVE not in job.build(NEW, *words)[0]
