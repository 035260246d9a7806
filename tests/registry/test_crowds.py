"""Many at once, and what is left when some are killed."""

import os
import random
import subprocess
import time

import images
import program as programs
import pytest
import registry
from transfer import pull, skopeo_digest

CROWD = 100 if os.environ.get("FLINKPACK_TESTS_LONG") else 30
KILLS = 20


@pytest.fixture
def large(tmp_path):
    layers = [images.layer([images.file("data%d" % i, os.urandom(1 << 20))]) for i in range(4)]
    images.write_layout(images.Image(layers), tmp_path / "large", "v1")
    return "oci:%s:v1" % (tmp_path / "large")


def test_crowd_pushes_one_image(flinkpack, large, tmp_path):
    flinkpack.env["FLINKPACK_RETRY_DELAY"] = "500ms"  # all of them want the registry at once
    with registry.Registry(tmp_path / "r") as r:
        name = r.host + "/team/orders:1"
        running = [flinkpack.start("push", large, name) for _ in range(CROWD)]
        digests = set()
        for process in running:
            out, err = process.communicate(timeout=600)
            assert process.returncode == 0, err
            digests.add(out.strip().rpartition("@")[2])
        assert len(digests) == 1
        assert skopeo_digest(name) == digests.pop()


def test_crowd_pulls_one_image(flinkpack, large, tmp_path):
    """Into one store: no blob is fetched twice."""
    with registry.Registry(tmp_path / "r") as r, registry.FaultProxy(r.port) as proxy:
        flinkpack.run("push", large, r.host + "/team/orders:1")
        running = [flinkpack.start("pull", proxy.host + "/team/orders:1") for _ in range(8)]
        for process in running:
            _, err = process.communicate(timeout=600)
            assert process.returncode == 0, err
        fetched = [path for method, path in proxy.requests
                   if method == "GET" and "/blobs/" in path]
        assert len(fetched) == len(set(fetched)) == 5


def kill_at_moments(flinkpack, words, seconds):
    """Runs that took this long are killed somewhere in the middle. Where one is quicker than those
    before it, as on a machine that is no longer busy, its time counts from then on."""
    chance = random.Random(7)
    killed = 0
    for _ in range(KILLS):
        begin = time.monotonic()
        process = flinkpack.start(*words())
        try:
            process.communicate(timeout=chance.uniform(0, seconds))
        except subprocess.TimeoutExpired:
            process.kill()
            process.communicate()
        if process.returncode == -9:
            killed += 1
        else:
            seconds = min(seconds, time.monotonic() - begin)
    return killed


def test_killed_pushes_can_be_run_again(flinkpack, large, tmp_path):
    def slowly(n, method, path):
        time.sleep(0.01)

    with registry.Registry(tmp_path / "r") as r, registry.FaultProxy(r.port, slowly) as proxy:
        begin = time.monotonic()
        expected = flinkpack.run("push", large, proxy.host + "/first/orders:1").digest
        took = time.monotonic() - begin
        numbers = iter(range(KILLS))
        killed = kill_at_moments(
            flinkpack, lambda: ("push", large, "%s/team-%d/orders:1" % (
                proxy.host, next(numbers))), took)
        assert killed >= KILLS // 2
        for n in range(KILLS):
            name = "%s/team-%d/orders:1" % (r.host, n)
            before = flinkpack.try_run("inspect", name)
            if before.status == 0:  # a tag that is there is whole
                assert pull(flinkpack, name) == expected
            assert flinkpack.run("push", large, name).digest == expected
        assert pull(flinkpack, name) == expected


def test_killed_pulls_can_be_run_again(flinkpack, large, tmp_path):
    with registry.Registry(tmp_path / "r") as r:
        expected = flinkpack.run("push", large, r.host + "/team/orders:1").digest
        begin = time.monotonic()
        programs.Program(tmp_path / "other", flinkpack.binary).run(
            "pull", r.host + "/team/orders:1")
        took = time.monotonic() - begin
        kill_at_moments(flinkpack, lambda: ("pull", r.host + "/team/orders:1"), took)
        assert pull(flinkpack, r.host + "/team/orders:1") == expected
        flinkpack.run("pull", r.host + "/team/orders:1")
        assert not [each for each in programs.left_in(flinkpack.store) if "partial" in each]
