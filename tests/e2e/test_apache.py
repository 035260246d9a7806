"""The stand-in for Apache's servers does what tests of --from-release rely on."""

import hashlib
import http.client
import io
import tarfile
import time
import urllib.error
import urllib.request

import apache
import pytest


@pytest.fixture
def server():
    with apache.Apache() as found:
        yield found


def get(url, **headers):
    request = urllib.request.Request(url, headers=headers)
    with urllib.request.urlopen(request, timeout=120) as answer:
        return answer.status, answer.headers, answer.read()


def status(url, **headers):
    try:
        return get(url, **headers)[0]
    except urllib.error.HTTPError as error:
        return error.code


@pytest.mark.parametrize("version, scala, hadoop, name", [
    ("1.5.6", "2.11", "28", "flink-1.5.6-bin-hadoop28-scala_2.11.tgz"),
    ("1.6.0", "2.11", None, "flink-1.6.0-bin-scala_2.11.tgz"),
    ("1.14.6", "2.12", None, "flink-1.14.6-bin-scala_2.12.tgz"),
    ("2.2.1", "2.12", None, "flink-2.2.1-bin-scala_2.12.tgz")])
def test_layout(server, version, scala, hadoop, name):
    server.add_release(version, scala, hadoop)
    path = "/flink/flink-%s/%s" % (version, name)
    data = get(server.archive + path)[2]
    line = get(server.archive + path + ".sha512")[2].decode()
    assert line == "%s  %s\n" % (hashlib.sha512(data).hexdigest(), name)
    assert status(server.dlcdn + path) == 404
    assert status(server.downloads + path + ".sha512") == 404
    names = tarfile.open(fileobj=io.BytesIO(data)).getnames()
    assert names[0] == "flink-" + version
    dist = "flink-dist_%s-" % scala if version.startswith("1.") else "flink-dist-"
    assert "flink-%s/lib/%s%s.jar" % (version, dist, version) in names


def test_current_releases_are_everywhere_but_for_checksums(server):
    data = server.add_release("2.2.1", current=True)
    path = "/flink/flink-2.2.1/flink-2.2.1-bin-scala_2.12.tgz"
    assert get(server.dlcdn + path)[2] == get(server.mirror + path)[2] == data
    assert status(server.dlcdn + path + ".sha512") == 404
    assert status(server.mirror + path + ".sha512") == 404
    assert status(server.downloads + path + ".sha512") == 200


def test_hadoop(server):
    data = server.add_hadoop()
    path = server.maven + "/org/apache/flink/flink-shaded-hadoop-2-uber/2.8.3-10.0/" \
        "flink-shaded-hadoop-2-uber-2.8.3-10.0.jar"
    assert get(path)[2] == data
    assert get(path + ".sha1")[2].decode() == hashlib.sha1(data).hexdigest()
    assert status(path + ".sha512") == 404


def test_ranges(server):
    server.put("/x", b"0123456789")
    _, headers, _ = get(server.url + "/x")
    code, answer, data = get(server.url + "/x", Range="bytes=4-", **{"If-Range": headers["ETag"]})
    assert (code, answer["Content-Range"], data) == (206, "bytes 4-9/10", b"456789")
    assert get(server.url + "/x", Range="bytes=4-", **{"If-Range": '"other"'})[0] == 200
    assert status(server.url + "/x", Range="bytes=10-") == 416
    assert [request.range for request in server.requests][-1] == "bytes=10-"


def test_faults(server):
    server.put("/x", bytes(100000))
    server.fault("^/x$", times=1, cut=1000)
    with pytest.raises(http.client.IncompleteRead) as broken:
        get(server.url + "/x")
    assert len(broken.value.partial) == 1000
    assert len(get(server.url + "/x")[2]) == 100000

    server.fault("^/x$", times=1, status=503)
    assert status(server.url + "/x") == 503
    server.fault("^/x$", times=1, html=True)
    assert get(server.url + "/x")[2].startswith(b"<!DOCTYPE html>")
    server.fault("^/x$", times=1, corrupt=True)
    assert get(server.url + "/x")[2] != bytes(100000)
    server.fault("^/x$", times=2, new_etag=True)
    assert get(server.url + "/x")[1]["ETag"] != get(server.url + "/x")[1]["ETag"]
    server.fault("^/x$", times=1, no_ranges=True)
    assert get(server.url + "/x", Range="bytes=5-")[0] == 200
    server.fault("^/x$", times=1, rate=1000000)
    before = time.monotonic()
    get(server.url + "/x")
    assert time.monotonic() - before > 0.05
    assert server.count("^/x$") == 9
