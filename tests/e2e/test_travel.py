"""Layers travel to a registry while the next ones are made. What is told apart is the order of
requests, never a time: the second platform gets no packages before the first has arrived."""

import http.server
import random
import shutil
import threading
import time
import urllib.error
import urllib.request
import zipfile

import alpine
import images
import pytest
import registry as registries


class Holding:
    """Serves a folder, but asks `wait` before it answers for aarch64."""

    def __init__(self, folder, wait):
        class Handler(http.server.SimpleHTTPRequestHandler):
            def do_GET(self):
                if "/aarch64/" in self.path:
                    wait()
                super().do_GET()

            def log_message(self, *words):
                pass

        self.server = http.server.ThreadingHTTPServer(
            ("127.0.0.1", 0), lambda *words: Handler(*words, directory=str(folder)))
        self.url = "http://127.0.0.1:%d" % self.server.server_address[1]
        threading.Thread(target=self.server.serve_forever, daemon=True).start()


def two_platforms(url, keys):
    bases = [alpine.base([url + "/v3.20/main"], keys, arch=arch + "\n")
             for arch in ("x86_64", "aarch64")]
    bases[1].document["architecture"] = bases[1].platform["architecture"] = "arm64"
    bases[1].seal()
    return images.Index(bases)


def committed(proxy):
    with proxy.lock:
        return [path for number, (method, path) in enumerate(proxy.requests)
                if method == "PUT" and "/blobs/uploads/" in path and number in proxy.spans]


def test_a_platform_travels_while_the_next_is_made(flinkpack, inputs, demo, registry, tmp_path):
    """And where that one cannot be made, nothing is named. What is small waits, as it may turn out
    not to be needed."""
    late = []
    dist = tmp_path / "flink-1.20.4"
    shutil.copytree(inputs.dist(), dist, symlinks=True)
    with zipfile.ZipFile(dist / "lib/large.jar", "w") as jar:
        jar.writestr("data", random.Random(1).randbytes(1200000))
    with registries.FaultProxy(int(registry.rpartition(":")[2])) as proxy:
        def wait_for_the_first():
            for _ in range(450):
                if committed(proxy):
                    return
                time.sleep(0.1)
            late.append(len(committed(proxy)))

        holding = Holding(demo, wait_for_the_first)
        images.push(two_platforms(holding.url, demo / "keys"), registry, "base/alpine", "3")
        text = flinkpack.fail(5, "build", "--from-local-dist", dist, "--base",
                              registry + "/base/alpine:3", "--platform", "linux/amd64,linux/arm64",
                              "--job-jar", inputs.job, "--image-name",
                              proxy.host + "/out/travel:v1", "--push")
        holding.server.shutdown()
        assert not late, text
        assert len(committed(proxy)) == 1
        assert not [path for method, path in proxy.requests
                    if method == "PUT" and "/manifests/" in path]
    with pytest.raises(urllib.error.HTTPError) as failed:
        urllib.request.urlopen("http://%s/v2/out/travel/manifests/v1" % registry)
    assert failed.value.code == 404
