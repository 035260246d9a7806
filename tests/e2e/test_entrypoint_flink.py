"""What the entrypoint makes of values and words, as Flink's own classes read it."""

import os
import shutil
import subprocess

import program
import pytest
from flink_home import Home
from real_flink import kept_dist, versions  # noqa: F401 (fixture)
from test_entrypoint import KEPT, LOST

PROBE = program.ROOT / "tests/data/flink/Probe.java"

# The value of a variable V that stands alone: Flink reads it as it is.
ALONE = [
    "-----BEGIN X-----\nabc=\ndef: 1\n-----END X-----", "a\n\nb", "\na", "x\nrest.port: 99",
    "it's 'a'b'", "'a'", '"a"', '"a" "b"', "", "a #b # c", "#x", "a: b", "a:", "  a  ", "\ta\tb\t",
    "\u00fc\u20ac\U0001f600\u00a0\u2028\ufeff", "C:\\path\\n", "\\", "a\x01\x1b\x7fb\rc", "[a, b",
    "[a]", "{a: b}", "&a", "*", "!x", "|", ">-", "%x", "@x", "`x", "- a", "? a", "~", "null",
    "True", "yes", "0o17", "007", "1.10", "1e3", ".nan", "2020-01-01", "1:20:30", "<<", "=", "---",
    "...", "${HOME} $x", "1" * 30, "x" * 9000, "'\"\\\\n" * 900, "a'\"\\\\\tb\r\n" * 900 + "c", "*?[a]", "%s\\n%%", "-n"]
# A text of FLINK_PROPERTIES, what is in V, and what Flink reads.
TEXTS = [
    ("${V}", "hunter2\n", "hunter2"), ("${V}", "hunter2\r\n\n", "hunter2"), ("''", "", ""),
    ('"${V}"', "", ""), ("'a'b'", "", "'a'b'"), ('"x${V}y"', 'a"\\b\nc', 'xa"\\b\ncy'),
    ("'x''${V}y'", "a'b\nc", "x'a'b\ncy"), ('"a\\tb\\u00e9\\x41"', "", "a\tb\u00e9A"),
    ('"-Da=b c" "-Dd=e"', "", '"-Da=b c" "-Dd=e"'), ("'-Da' '-Dd=e'", "", "'-Da' '-Dd=e'"),
    ("[x] [y]", "", "[x] [y]"), ("{host}.{tm_id}", "", "{host}.{tm_id}"), ("{host}", "", "{host}"),
    ('"C:\\path"', "", '"C:\\path"'), ("[a, ${V}]", "b\nfoo: 1", "[a, b\nfoo: 1]"),
    ("[a, ${V}]", "b", "[a, b]"), ("[*.a, 'b']", "", "[*.a, 'b']"), ("{a: b: c}", "", "{a: b: c}"),
    ('"a b" # note', "", "a b"), ("a b # note", "", "a b"), ("{}", "", "{}")]
# The same for flink-conf.yaml, which knows no quotes.
OLD = [
    ("${V}", "hunter2\n", "hunter2"), ("'a'b'", "", "'a'b'"), ('"${V}"', 'a"\\', '"a"\\"'),
    ("${V}", "a: b", "a: b"), ("[x] [y]", "", "[x] [y]"), ("${V}", "C:\\p", "C:\\p"),
    ("${V}", "\u00fc\U0001f600", "\u00fc\U0001f600"), ('"a b" # note', "", '"a b"'),
    ("${V}", "null", "null"), ("${V}", "a\tb", "a\tb")]


@pytest.fixture(params=["1.20", "2"], scope="module")
def flink(request, versions):  # noqa: F811
    program.need("java")
    return kept_dist(versions[request.param])


def probe(flink, *words, text=""):
    """The probe's groups: {words: {key: value}}; None for what Flink refuses."""
    jars = ":".join(map(str, sorted(flink.glob("lib/*.jar"))))
    done = subprocess.run(["java", "-XX:TieredStopAtLevel=1", "-cp", jars, str(PROBE), *words],
                          input=text, text=True, capture_output=True, timeout=600)
    assert done.returncode == 0, done.stderr
    groups = {}
    for line in done.stdout.splitlines():
        key, _, value = line.partition("\t")
        if key in ("folder", "words"):
            found = groups[value] = {}
        elif key == "refused":
            found["refused"] = value
        else:
            found[key] = bytes.fromhex(value).decode("utf-16-be", "surrogatepass")
    return groups


def merged(tmp_path, shell, rows, old=False):
    """The folder of the configuration that the entrypoint makes of these rows."""
    here = Home(tmp_path / shell, "1.14.6" if old else "1.20.4", shell)
    env = {"V_%d" % i: value for i, (_, value, _) in enumerate(rows)}
    lines = ["k.%d: %s" % (i, text.replace("${V}", "${V_%d}" % i))
             for i, (text, _, _) in enumerate(rows)]
    return here.run("taskmanager", FLINK_PROPERTIES="\n".join(lines), **env)["conf"]


def test_values_as_flink_reads_them(flink, tmp_path):
    rows = [("${V}", value, value) for value in ALONE] + TEXTS
    tables = {}
    for shell in ("dash", "bash", "busybox"):
        if shutil.which(shell):
            tables[merged(tmp_path / "new", shell, rows)] = rows
            if flink.name.startswith("flink-1."):
                tables[merged(tmp_path / "old", shell, OLD, old=True)] = OLD
    read = probe(flink, "conf", *tables)
    for folder, table in tables.items():
        found = {key: value for key, value in read[folder].items() if key.startswith("k.")}
        for i, row in enumerate(table):
            assert found.pop("k.%d" % i) == row[2], row
        assert not found
        assert "rest.port" not in read[folder] and "foo" not in read[folder]


def test_words_as_flink_reads_them(flink):
    """Flink finds a savepoint in all that the entrypoint takes, and in nothing that it refuses."""
    read = probe(flink, "words", str(flink / "conf"), text="\n".join([*LOST, *KEPT]))
    for words in LOST + KEPT:
        if "refused" in read[words]:
            continue
        path = read[words].get("execution.state-recovery.path") or \
            read[words].get("execution.savepoint.path")
        if words in LOST and "ode" not in words:
            assert path is None, words
        elif words.startswith(("-s", "-n", "--from", "-D", "-jid", "--job")):
            assert path is not None or "-s" not in words and "--from" not in words, words
        assert read[words].get("execution.state-recovery.claim-mode") == "NO_CLAIM", words
