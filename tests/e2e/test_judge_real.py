"""Jobs of Flink's own releases, and jobs made here, are judged with a real Flink as that Flink takes
them: what each case says was seen by submitting the jar (scripts/judge-truth)."""

import json

import classes
import downloads
import miniature
import program as programs
import pytest
import real_flink
from program import INPUT, Program

BASE = "temurin-17-jre-alpine"


@pytest.fixture(scope="module", params=real_flink.LINES)
def flink(request, versions, tmp_path_factory):
    programs.built("release")
    dist = real_flink.kept_dist(versions[request.param])
    return request.param, dist, tmp_path_factory.mktemp("judge-real")


def judge(flink, jar, status):
    """The findings above info, as {name: severity, the worst}."""
    _, dist, folder = flink
    program = Program(folder / "home", programs.find("release"))
    told = program.try_run("check", "--from-local-dist", dist, "--base", BASE, "-o", "json", jar)
    assert told.status == status, told.out + told.err
    found = {}
    for one in json.loads(told.out)["findings"]:
        if one["severity"] != "info" and found.get(one["name"]) != "error":
            found[one["name"]] = one["severity"]
    return found


REMOVED, NEWER = {"flink-api-removed": "error"}, {"flink-class": "error"}


@pytest.mark.parametrize("example, wrong", [
    (("streaming_2.11", "1.6.0", "WordCount"), {"2": REMOVED}),
    (("streaming_2.11", "1.12.5", "WordCount"), {"2": REMOVED}),
    (("batch_2.11", "1.12.2", "KMeans"), {"2": REMOVED}),
    (("table_2.12", "1.16.2", "WordCountSQLExample"), {}),
    (("streaming", "1.20.0", "SessionWindowing"), {"2": REMOVED}),
    (("streaming", "2.3.0", "SessionWindowing"), {"1.20": NEWER})],
    ids=lambda one: downloads.example(*one) if isinstance(one, tuple) else "")
def test_examples(example, wrong, flink):
    expected = wrong.get(flink[0], {})
    found = judge(flink, downloads.need(downloads.example(*example)), INPUT if expected else 0)
    assert {**found, **expected} == found
    assert bool(found) == bool(expected), found


ENVIRONMENT = "org/apache/flink/streaming/api/environment/StreamExecutionEnvironment"
START = (classes.call(ENVIRONMENT, "getExecutionEnvironment", "()L%s;" % ENVIRONMENT), classes.POP)


def job(*code, **more):
    return [classes.entry("com/acme/Job", methods=[classes.main(*START, *code)], **more)]


KAFKA = "org/apache/flink/connector/kafka/source/KafkaSource"
SOURCE = "org/apache/flink/streaming/api/functions/source/SourceFunction"
MADE = {
    "good": (job(), {}, {}),
    "java 21": (job(major=65), {"java-version": "error"}, {"java-version": "error"}),
    "kafka": (job(classes.call(KAFKA, "builder", "()L%sBuilder;" % KAFKA), classes.POP),
              {"flink-class": "error"}, {"flink-class": "error"}),
    # Flink itself has what the JDK has no more.
    "jaxb": (job(classes.load_class("javax/xml/bind/JAXBContext"), classes.POP), {}, {}),
    "source": ([*job(classes.new("com/acme/Source"), classes.POP),
                classes.entry("com/acme/Source", interfaces=[SOURCE],
                              methods=[classes.constructor()])], {}, REMOVED),
}


@pytest.mark.parametrize("name", MADE)
def test_jobs_made_here(name, flink, tmp_path):
    entries, *expected = MADE[name]
    wrong = expected[real_flink.LINES.index(flink[0])]
    (tmp_path / "job.jar").write_bytes(miniature.jar(main_class="com.acme.Job", extra=entries))
    assert judge(flink, tmp_path / "job.jar", INPUT if wrong else 0) == wrong
