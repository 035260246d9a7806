"""--from-release against a stand-in for Apache's servers and Maven Central, on loopback."""

import ctypes
import gzip
import hashlib
import json
import os
import signal
import threading
import time

import apache
import miniature
import program
import pytest
import validate
from program import INPUT, NETWORK, NOT_FOUND, USAGE, VERIFY, left_in

SEVEN = 7  # requests that a cut download may need at the most


@pytest.fixture
def server():
    with apache.Apache() as found:
        yield found


def servers(found):
    return ["--apache-url", found.dlcdn, "--archive-url", found.archive,
            "--checksum-url", found.downloads]


def words(found, inputs, version, *more):
    return ["--from-release", "--flink-version", version, *servers(found), "--base", inputs.base,
            *more]


def layout(flinkpack, result):
    image, = validate.layout(flinkpack.home / "out", "latest")
    assert image.digest == result.digest
    return image


@pytest.mark.parametrize("version, scala, hadoop", [
    ("1.5.6", "2.11", None), ("1.6.0", "2.11", None), ("1.6.0", "2.11", "28"),
    ("1.7.2", "2.12", None), ("1.7.2", "2.11", "26"), ("1.8.3", "2.11", None),
    ("1.10.3", "2.11", None), ("1.14.6", "2.12", None), ("1.20.4", "2.12", None),
    ("2.2.0", "2.12", None)])
@pytest.mark.parametrize("with_job", [True, False], ids=["job", "session"])
def test_every_era(version, scala, hadoop, with_job, flinkpack, inputs, server):
    data = server.add_release(version, scala, hadoop)
    more = ["--scala-version", scala] if version.startswith("1.7") else []
    more += ["--hadoop-version", hadoop] if hadoop else []
    if with_job and version.startswith("1.5."):
        error = flinkpack.fail(USAGE, *words(server, inputs, version, *more, "--job-jar", inputs.job))
        assert "1.6.0" in error
        return
    more += ["--job-jar", inputs.job] if with_job else []
    result = flinkpack.run(*words(server, inputs, version, *more, "-o",
                                  "oci:%s" % (flinkpack.home / "out")))
    image = layout(flinkpack, result)
    assert image.labels["flinkpack.flink-version"] == version
    assert image.labels["flinkpack.type"] == ("job" if with_job else "session")
    # The release's own bytes are a layer.
    assert "sha256:" + hashlib.sha256(data).hexdigest() in [at.digest for at in image.layers]
    folder = "usrlib" if version.startswith(("1.10", "1.14", "1.20", "2.")) else "lib"
    assert ("opt/flink/%s/job.jar" % folder in image.tree) == with_job


def test_the_plainest_command_line(flinkpack, inputs, server):
    """The one of the README, but for the servers and the base."""
    server.add_release("1.6.0", "2.11")
    result = flinkpack.run(*words(server, inputs, "1.6.0"))
    assert result.name.startswith("flink-job@sha256:")
    assert "flink-job:latest" in flinkpack.run("images").out


def test_a_current_release_comes_from_the_cdn(flinkpack, inputs, server):
    server.add_release("2.2.0", current=True)
    flinkpack.run(*words(server, inputs, "2.2.0"))
    assert server.count(r"^/dlcdn/.*tgz$") == 1
    assert server.count(r"^/archive/.*tgz$") == 0
    # The second time it is in the cache, and verified there.
    flinkpack.run(*words(server, inputs, "2.2.0"))
    assert server.count(r"\.tgz$") == 1


def test_offline_takes_the_cache_and_nothing_else(flinkpack, inputs, server):
    server.add_release("2.2.0", current=True)
    online = flinkpack.run(*words(server, inputs, "2.2.0"))
    before = len(server.requests)
    offline = flinkpack.run(*words(server, inputs, "2.2.0", "--offline"))
    assert offline.digest == online.digest
    assert len(server.requests) == before
    error = flinkpack.fail(NOT_FOUND, *words(server, inputs, "2.1.0", "--offline"))
    assert "--offline" in error and "2.1.0" in error
    assert len(server.requests) == before


def test_mirrors_come_first_but_do_not_vouch_for_themselves(flinkpack, inputs, server):
    server.add_release("2.2.0", current=True)
    mirrored = words(server, inputs, "2.2.0", "--flink-mirror", server.mirror)
    flinkpack.run(*mirrored)
    assert server.count(r"^/mirror/.*\.tgz$") == 1
    assert server.count(r"^/dlcdn/.*\.tgz$") == 0
    assert server.count(r"^/mirror/.*sha512") == 0


def test_a_mirror_that_lies_is_found_out(flinkpack, inputs, server):
    data = server.add_release("2.2.0", current=True)
    name = "/flink/flink-2.2.0/" + apache.archive_name("2.2.0", "2.12")
    other = apache.archive("2.2.0", "2.12", padding=4096)
    server.put("/mirror" + name, other)
    server.put("/mirror" + name + ".sha512", apache.sums("sha512", other, name))
    result = flinkpack.try_run(*words(server, inputs, "2.2.0", "--flink-mirror", server.mirror,
                                      "-o", "oci:%s" % (flinkpack.home / "out")))
    # Either it says so and stops, or it says so and takes the release from Apache.
    assert "sha512" in result.err.lower() or "checksum" in result.err.lower(), result.err
    if result.status == 0:
        digests = [at.digest for at in layout(flinkpack, result).layers]
        assert "sha256:" + hashlib.sha256(data).hexdigest() in digests
    else:
        assert result.status == VERIFY


def test_a_checksum_of_ones_own(flinkpack, inputs, server):
    data = server.add_release("2.2.0", current=True)
    good = hashlib.sha512(data).hexdigest()
    flinkpack.run(*words(server, inputs, "2.2.0", "--flink-checksum", "sha512:" + good))
    assert server.count(r"sha512$") == 0
    path = flinkpack.home / "mine.sha512"
    path.write_bytes(apache.sums("sha512", data, apache.archive_name("2.2.0", "2.12")))
    flinkpack.run(*words(server, inputs, "2.2.0", "--flink-checksum", path))
    bad = good[:-1] + ("0" if good[-1] != "0" else "1")
    error = flinkpack.fail(VERIFY, *words(server, inputs, "2.2.0", "--flink-checksum",
                                          "sha512:" + bad))
    assert bad in error and good[:16] in error


@pytest.mark.parametrize("which", ["checksum", "apache", "mirror", "own", "pinned", "maven"])
def test_plain_http_is_for_hosts_that_are_named(which, flinkpack, inputs, server):
    """The stand-in is the proxy as well, and so whoever sits on the way to these hosts."""
    version, name = "1.14.6", apache.archive_name("1.14.6", "2.12")
    data = server.add_release(version, current=True)
    server.add_hadoop()
    for path in list(server.files):
        server.put("http://far.example.com" + path, server.files[path])
    far = {"checksum": ["--checksum-url", "http://far.example.com/downloads"],
           "apache": ["--apache-url", "http://far.example.com/dlcdn"],
           "mirror": ["--flink-mirror", "http://far.example.com/mirror"],
           "own": ["--flink-checksum", "http://far.example.com/archive/dist/flink/flink-%s/%s.sha512"
                   % (version, name)],
           "pinned": ["--flink-mirror", "http://far.example.com/mirror", "--flink-checksum",
                      "sha512:" + hashlib.sha512(data).hexdigest()],
           "maven": ["--maven-repository", "http://far.example.com/maven2"]}[which]
    hadoop = ["--hadoop-version", "2.8", "--maven-repository", server.maven]
    command = words(server, inputs, version, *hadoop, *far)
    env = {"http_proxy": server.url}
    error = flinkpack.fail(USAGE, *command, env=env)
    assert "http://far.example.com/" in error and "--insecure-http far.example.com" in error
    # Another host, or one for registries, is not this one.
    flinkpack.fail(USAGE, *command, "--insecure-http", "example.com", "--insecure-registry",
                   "far.example.com", env=env)
    assert server.count(r"^http:") == 0
    flinkpack.run(*command, env={**env, "FLINKPACK_INSECURE_HTTP": "far.example.com"})
    assert server.count(r"^http://far.example.com/") > 0
    # A checksum that was recorded then is no more trusted than the way that it came; an archive that
    # is in the cache need not come over any.
    asked = len(server.requests)
    if which in ("checksum", "maven", "own"):
        flinkpack.fail(USAGE, *command, "--no-cache", env=env)
    else:
        flinkpack.run(*command, env=env)
    assert len(server.requests) == asked


def test_a_checksum_of_an_archive(flinkpack, inputs, server, tmp_path):
    data = apache.archive("2.2.0", "2.12")
    archive = tmp_path / "mine.tgz"
    archive.write_bytes(data)
    build = ["build", "--from-archive", archive, "--base", inputs.base]
    good = hashlib.sha512(data).hexdigest()
    plain = flinkpack.run(*build)
    assert flinkpack.run(*build, "--flink-checksum", "sha512:" + good).digest == plain.digest
    sums = tmp_path / "mine.sha512"
    sums.write_bytes(apache.sums("sha512", data, "mine.tgz"))
    assert flinkpack.run(*build, "--flink-checksum", sums).digest == plain.digest
    bad = good[:-1] + ("0" if good[-1] != "0" else "1")
    error = flinkpack.fail(VERIFY, *build, "--flink-checksum", "sha512:" + bad)
    assert bad in error and good in error and str(archive) in error


def when_opened(path, act):
    """Call act() as soon as somebody opens the file."""
    libc = ctypes.CDLL(None)
    notify = libc.inotify_init1(os.O_CLOEXEC)
    assert libc.inotify_add_watch(notify, os.fsencode(path), 0x20) > 0  # IN_OPEN

    def wait():
        os.read(notify, 4096)
        act()
        os.close(notify)

    return threading.Thread(target=wait, daemon=True)


def when_there(path, act):
    def wait():
        while not path.exists():
            time.sleep(0)
        act()

    return threading.Thread(target=wait, daemon=True)


@pytest.mark.parametrize("slim", [False, True], ids=["as-it-is", "slim"])
@pytest.mark.parametrize("cached", [False, True], ids=["fetched", "cached"])
def test_another_archive_under_the_name(cached, slim, flinkpack, inputs, server):
    """Whoever else may write to the cache gets nothing of theirs under a checksum."""
    data = server.add_release("2.2.0", current=True, padding=1 << 20)
    evil = gzip.compress(miniature.tar("2.2.0", more={"lib/evil.jar": (0o644, b"EVIL")}), mtime=0)
    path = flinkpack.cache / apache.archive_name("2.2.0", "2.12")
    ready = flinkpack.home / "evil"
    path.parent.mkdir(parents=True, exist_ok=True)
    ready.write_bytes(evil)
    if cached:
        path.write_bytes(data)
    swapper = (when_opened if cached else when_there)(path, lambda: ready.rename(path))
    swapper.start()
    result = flinkpack.run(*words(
        server, inputs, "2.2.0", "--flink-checksum", "sha512:" + hashlib.sha512(data).hexdigest(),
        "-o", "oci:%s" % (flinkpack.home / "out"), *(["--slim"] if slim else [])))
    swapper.join(10)
    assert path.read_bytes() == evil
    image = layout(flinkpack, result)
    assert "flink-2.2.0/lib/evil.jar" not in image.tree
    if not slim:
        assert "sha256:" + hashlib.sha256(data).hexdigest() in [at.digest for at in image.layers]


def test_wrong_checksum(flinkpack, inputs, server):
    server.add_release("2.2.0", current=True)
    server.fault(r"\.tgz$", corrupt=True)
    error = flinkpack.fail(VERIFY, *words(server, inputs, "2.2.0"))
    assert "SHA-512" in error or "sha512" in error
    assert [path for path in left_in(flinkpack.cache) if path.endswith(".tgz")] == []


def test_html_instead_of_an_archive(flinkpack, inputs, server):
    server.add_release("2.2.0", current=True)
    server.fault(r"\.tgz$", html=True)
    result = flinkpack.try_run(*words(server, inputs, "2.2.0"))
    assert result.status in (INPUT, NOT_FOUND, VERIFY), result.err
    assert "HTML" in result.err or "page" in result.err


def test_unknown_release(flinkpack, inputs, server):
    error = flinkpack.fail(NOT_FOUND, *words(server, inputs, "1.20.99"))
    assert "1.20.99" in error
    # It says where it has looked, and what there is.
    assert server.host in error
    assert "1.20." in error.replace("1.20.99", "")


@pytest.mark.parametrize("more, part", [
    (["--scala-version", "2.10"], "2.11"), (["--scala-version", "2.13"], "2.12"),
    (["--hadoop-version", "2.9"], "2.8")])
def test_unknown_variant(more, part, flinkpack, inputs, server):
    error = flinkpack.fail(USAGE, *words(server, inputs, "1.7.2", *more))
    assert more[1] in error and part in error
    assert server.requests == []


def test_a_cut_download_is_resumed(flinkpack, inputs, server):
    data = server.add_release("2.2.0", current=True, padding=400000)
    server.fault(r"^/dlcdn/.*\.tgz$", times=3, cut=100000)
    result = flinkpack.run(*words(server, inputs, "2.2.0", "-o", "oci:%s" % (flinkpack.home / "out")))
    assert "sha256:" + hashlib.sha256(data).hexdigest() in \
        [at.digest for at in layout(flinkpack, result).layers]
    ranges = [request.range for request in server.requests if request.path.endswith(".tgz")]
    assert any(ranges) and len(ranges) <= SEVEN


def test_another_object_under_way_is_started_over(flinkpack, inputs, server):
    server.add_release("2.2.0", current=True, padding=400000)
    server.fault(r"^/dlcdn/.*\.tgz$", times=2, cut=100000, new_etag=True)
    flinkpack.run(*words(server, inputs, "2.2.0"))


def test_an_interrupted_download_goes_on_where_it_was(flinkpack, inputs, server):
    # Of twenty seconds one is enough, however late that is noticed.
    server.add_release("2.2.0", current=True, padding=8000000)
    server.fault(r"^/dlcdn/.*\.tgz$", times=1, rate=400000)
    process = flinkpack.start(*words(server, inputs, "2.2.0"))
    partial = None
    for _ in range(2400):
        found = [path for path in flinkpack.cache.rglob("*") if path.is_file()]
        partial = next((path for path in found if path.stat().st_size > 300000), None)
        if partial is not None:
            break
        time.sleep(0.05)
    assert partial is not None, "nothing was downloaded"
    process.send_signal(signal.SIGINT)
    _, error = process.communicate(timeout=300)
    assert process.returncode == 130, error
    before = len(server.requests)
    flinkpack.run(*words(server, inputs, "2.2.0"))
    again = [at for at in server.requests[before:] if at.path.endswith(".tgz")]
    assert len(again) == 1 and again[0].range is not None


def test_a_base_that_cannot_be_had_ends_the_download(flinkpack, inputs, server, tmp_path):
    server.add_release("2.2.0", current=True, padding=1000000)
    server.fault(r"^/dlcdn/.*\.tgz$", rate=50000)
    broken = tmp_path / "base.tar"
    broken.write_bytes(b"no archive" * 1000)
    error = flinkpack.fail(INPUT, *words(server, inputs, "2.2.0", "--base",
                                         "oci-archive:%s" % broken))
    assert str(broken) in error
    assert not list(flinkpack.cache.rglob("*.tgz")), "waited for what is of no use any more"


def test_a_server_that_fails_for_ever(flinkpack, inputs, server):
    server.add_release("2.2.0", current=True)
    server.fault(r".*", status=403)
    result = flinkpack.try_run(*words(server, inputs, "2.2.0"))
    assert result.status in (NOT_FOUND, NETWORK), result.err
    assert "403" in result.err
    assert program.left_in(flinkpack.cache) == []


def test_builds_side_by_side_download_once(flinkpack, inputs, server):
    server.add_release("2.2.0", current=True, padding=400000)
    server.fault(r"^/dlcdn/.*\.tgz$", times=1, rate=400000)
    running = [flinkpack.start(*words(server, inputs, "2.2.0")) for _ in range(3)]
    digests = set()
    for process in running:
        out, error = process.communicate(timeout=600)
        assert process.returncode == 0, error
        digests.add(out)
    assert len(digests) == 1
    assert len([at for at in server.requests if at.path.endswith(".tgz")]) == 1
    assert sorted(path.suffix for path in flinkpack.cache.rglob("flink-*")) == \
        [".sha512", ".tgz", ".url"]


@pytest.mark.parametrize("version, artifact, suffix", [
    ("1.8.3", "flink-shaded-hadoop2-uber", "1.8.3"),
    ("1.14.6", "flink-shaded-hadoop-2-uber", "10.0")])
def test_hadoop_from_maven(version, artifact, suffix, flinkpack, inputs, server):
    server.add_release(version, "2.12" if version != "1.8.3" else "2.11")
    data = server.add_hadoop("2.8.3", suffix, artifact)
    metadata = flinkpack.home / "metadata.json"
    result = flinkpack.run(*words(server, inputs, version, "--hadoop-version", "2.8",
                                  "--maven-repository", server.maven, "--metadata-file", metadata,
                                  "-o", "oci:%s" % (flinkpack.home / "out")))
    image = layout(flinkpack, result)
    name = "%s-2.8.3-%s.jar" % (artifact, suffix)
    assert image.read("opt/flink/lib/" + name) == data
    assert image.kinds()[2] == "hadoop"
    told = {one["kind"]: one for one in json.loads(metadata.read_text())["inputs"]}
    assert told["hadoop"]["digest"] == "sha256:" + hashlib.sha256(data).hexdigest()


def test_hadoop_with_a_wrong_checksum(flinkpack, inputs, server):
    server.add_release("1.14.6")
    server.add_hadoop("2.8.3", "10.0")
    server.fault(r"\.jar$", corrupt=True)
    error = flinkpack.fail(VERIFY, *words(server, inputs, "1.14.6", "--hadoop-version", "2.8",
                                          "--maven-repository", server.maven))
    assert "flink-shaded-hadoop-2-uber-2.8.3-10.0.jar" in error


def test_a_slow_server_is_waited_for(flinkpack, inputs, server):
    server.add_release("2.2.0", current=True, padding=60000)
    server.fault(r"\.tgz$", rate=40000)
    result = flinkpack.run(*words(server, inputs, "2.2.0", "--progress", "plain"))
    assert "download" in result.err


def test_a_server_trusted_once_is_not_trusted_for_ever(flinkpack, inputs, server):
    server.add_release("2.2.0", current=True)
    flinkpack.run(*words(server, inputs, "2.2.0"))
    elsewhere = ["--checksum-url", server.url + "/nobody", "--archive-url", server.url + "/nobody"]
    error = flinkpack.fail(NOT_FOUND, *words(server, inputs, "2.2.0", *elsewhere))
    assert server.url + "/nobody" in error


def test_an_archive_trusted_once_is_not_trusted_for_ever(flinkpack, inputs, server):
    """Whose archive vouched for a release where Apache's checksums had none of it."""
    data = server.add_release("1.20.1")
    name = apache.archive_name("1.20.1", "2.12")
    at = "/other/flink/flink-1.20.1/" + name
    other = apache.archive("1.20.1", "2.12", padding=4096)
    server.put(at, other)
    server.put(at + ".sha512", apache.sums("sha512", other, name))
    flinkpack.run(*words(server, inputs, "1.20.1"), "--archive-url", server.url + "/other")
    result = flinkpack.run(*words(server, inputs, "1.20.1", "-o",
                                  "oci:%s" % (flinkpack.home / "out")))
    digests = [each.digest for each in layout(flinkpack, result).layers]
    assert "sha256:" + hashlib.sha256(data).hexdigest() in digests
    # Apache's own archive vouches from then on, also without a network.
    flinkpack.run(*words(server, inputs, "1.20.1", "--offline"))
