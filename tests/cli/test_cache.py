"""cache show, prune and clear, and builds whose cache cannot be used."""

import json
import os
import time

import program as programs
import pytest

HOUR = 3600


def keep(path, data=b"x", hours=0):
    """A file that was used that long ago."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    path.write_bytes(data)
    then = time.time() - hours * HOUR
    os.utime(path, (then, then))


def keep_download(cache, name, hours, data=b"x"):
    for suffix in ("", ".url", ".sha512"):
        keep(cache / (name + suffix), data if not suffix else b"x", hours)


def shown(flinkpack):
    return json.loads(flinkpack.run("cache", "show", "--format", "json").out)


def append(flinkpack, tmp_path, *more, **options):
    (tmp_path / "file").write_text("text")
    return flinkpack.run("append", "--add", "%s:/file" % (tmp_path / "file"), "--image-name", "x:1",
                         "-o", "oci:%s" % (tmp_path / "out"), *more, **options)


def test_an_empty_cache_shows_nothing_and_is_not_made(flinkpack):
    lines = flinkpack.run("cache", "show").out.splitlines()
    assert lines[0] == "%s, at most 10.7 GB" % flinkpack.cache
    assert [line.split()[:2] for line in lines[3:]] == [
        [part, "0"] for part in ("blobs", "records", "downloads", "packages", "leftovers", "all")]
    assert shown(flinkpack)["entries"] == []
    flinkpack.run("cache", "prune")
    flinkpack.run("cache", "clear")
    assert not flinkpack.cache.exists()


def test_downloads_are_shown_and_pruned_by_their_use(flinkpack):
    keep_download(flinkpack.cache, "flink-1.tgz", 5, b"x" * 20000)
    keep_download(flinkpack.cache, "flink-2.tgz", 3, b"x" * 20000)
    keep(flinkpack.cache / "apk/bash-5.apk", hours=4)
    keep(flinkpack.cache / "mine.txt", hours=100)
    entries = shown(flinkpack)["entries"]
    assert [(entry["part"], entry["name"]) for entry in entries] == [
        ("downloads", "flink-1.tgz"), ("packages", "apk/bash-5.apk"), ("downloads", "flink-2.tgz")]
    assert sum(entry["size"] for entry in entries) == shown(flinkpack)["size"]
    result = flinkpack.run("cache", "prune", "--max-size", "30K")
    assert "2 removed, " in result.err
    assert [entry["name"] for entry in shown(flinkpack)["entries"]] == ["flink-2.tgz"]
    assert flinkpack.run("cache", "prune").err.endswith("0 removed, 0 B freed\n")
    flinkpack.run("cache", "clear")
    assert shown(flinkpack)["entries"] == []
    assert [path.name for path in flinkpack.cache.iterdir() if path.is_file()] == ["mine.txt"]


def test_layers_are_kept_within_the_bound(flinkpack, tmp_path):
    assert "reused" not in append(flinkpack, tmp_path).err
    parts = [entry["part"] for entry in shown(flinkpack)["entries"]]
    assert "blobs" in parts and "records" in parts
    again = append(flinkpack, tmp_path)
    assert "reused" in again.err
    assert append(flinkpack, tmp_path, "--no-cache").out == again.out
    assert append(flinkpack, tmp_path, "--cache-max-size", "0").out == again.out
    assert shown(flinkpack)["entries"] == []
    assert "reused" not in append(flinkpack, tmp_path, "--no-cache").err
    assert shown(flinkpack)["entries"] == []


@pytest.mark.parametrize("words, status, text", [
    (["show", "--max-size", "1G"], programs.USAGE, "--max-size goes with: cache prune"),
    (["prune", "--max-size", "1X"], programs.USAGE, "--max-size"),
    (["shrink"], programs.USAGE, "expected show, prune, or clear"),
])
def test_mistakes(flinkpack, words, status, text):
    assert text in flinkpack.fail(status, "cache", *words)


def test_a_directory_of_others_is_no_cache_and_no_failure(flinkpack, tmp_path):
    flinkpack.cache.mkdir(parents=True)
    (flinkpack.cache / "records").mkdir()
    (flinkpack.cache / "records").chmod(0o777)
    for what in ("show", "prune", "clear"):
        error = flinkpack.fail(programs.IO, "cache", what)
        assert "%s/records belongs to another user, or others can write" % flinkpack.cache in error
    result = append(flinkpack, tmp_path, "--fail-on-warning")
    assert "no cache of layers: %s/records" % flinkpack.cache in result.err
    assert "no cache" not in append(flinkpack, tmp_path, "--no-cache").err


def test_what_cannot_be_removed_is_named(flinkpack):
    keep_download(flinkpack.cache, "flink-1.tgz", 5)
    (flinkpack.cache / "flink-1.tgz.sha512").unlink()
    (flinkpack.cache / "flink-1.tgz.sha512").mkdir()
    keep(flinkpack.cache / "flink-1.tgz.sha256", hours=5)
    keep_download(flinkpack.cache, "flink-2.tgz", 1)
    error = flinkpack.fail(programs.IO, "cache", "clear")
    assert "%s/flink-1.tgz: cannot be removed" % flinkpack.cache in error
    assert not (flinkpack.cache / "flink-2.tgz").exists()
