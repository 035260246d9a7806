"""The class files of tests/lib/classes are what a JVM takes for one."""

import shutil
import subprocess

import classes
import miniature
import pytest

SAY = (classes.get_static("java/lang/System", "out", "Ljava/io/PrintStream;"),)
LINE = classes.call_virtual("java/io/PrintStream", "println", "(Ljava/lang/Object;)V")

JOB = [
    classes.entry("a/Job", major=52, uses=["a/Nowhere"], constants=[lambda pool: pool.long(1)],
                  inner=[("a/Job$In", "a/Job", "In", classes.STATIC)], methods=[
        classes.static("number", "(JLjava/lang/String;)I"),
        classes.static("of", "()Ljava/lang/Object;", classes.text("supplied")),
        classes.main(
            *SAY, classes.new("a/Thing"), classes.call_interface("a/Named", "name",
                                                                 "()Ljava/lang/String;"), LINE,
            *SAY, classes.method_reference("java/util/function/Supplier", "get",
                                           "()Ljava/lang/Object;", classes.REF_INVOKE_STATIC,
                                           "a/Job", "of", "()Ljava/lang/Object;"),
            classes.call_interface("java/util/function/Supplier", "get", "()Ljava/lang/Object;"),
            LINE)]),
    classes.interface("a/Named", classes.method("name", "()Ljava/lang/String;",
                                                access=classes.PUBLIC | classes.ABSTRACT)),
    classes.entry("a/Thing", interfaces=["a/Named"], fields=[classes.field("x", "I")], methods=[
        classes.constructor(), classes.method("name", "()Ljava/lang/String;",
                                              classes.text("a thing"))])]


def test_a_jvm_runs_them(tmp_path):
    if not shutil.which("java"):
        pytest.skip("java is needed and was not found")
    (tmp_path / "job.jar").write_bytes(miniature.jar(main_class="a.Job", extra=JOB))
    done = subprocess.run(["java", "-Xshare:auto", "-Xverify:all", "-jar", tmp_path / "job.jar"],
                          text=True, capture_output=True)
    assert done.stdout == "a thing\nsupplied\n", done.stderr
