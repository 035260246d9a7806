"""Running out of memory is an error with a status of its own: never a crash, a false reason, or an
image that is another one."""

import json
import os
import re
import resource
import shutil
import subprocess
import time

import images
import miniature
import program
import pytest

# Refuses memory from the call whose number is in FAIL_FROM on, or that one only with FAIL_ONCE.
SHIM = r"""
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
extern void *__libc_malloc(size_t), *__libc_calloc(size_t, size_t), *__libc_realloc(void *, size_t);
static atomic_long calls;
static long from = -1, once, counts;
__attribute__((constructor)) static void begin(void)
{
    const char *text = getenv("FAIL_FROM");
    once = getenv("FAIL_ONCE") != NULL;
    counts = getenv("FAIL_COUNT") != NULL;
    atomic_store(&calls, 0);
    from = text != NULL ? atol(text) : -1;
}
__attribute__((destructor)) static void end(void)
{
    char text[32];
    if (counts)
        (void) !write(2, text, (size_t) snprintf(text, sizeof(text), "\nCALLS %ld\n", calls));
}
static int refuses(void)
{
    long n = ++calls;
    if (from < 0 || (once ? n != from : n < from))
        return 0;
    errno = ENOMEM;
    return 1;
}
void *malloc(size_t n) { return refuses() ? NULL : __libc_malloc(n); }
void *calloc(size_t n, size_t m) { return refuses() ? NULL : __libc_calloc(n, m); }
void *realloc(void *p, size_t n) { return refuses() ? NULL : __libc_realloc(p, n); }
void *reallocarray(void *p, size_t n, size_t m)
{
    size_t all;
    if (__builtin_mul_overflow(n, m, &all)) { errno = ENOMEM; return NULL; }
    return realloc(p, all);
}
"""


@pytest.fixture(scope="module")
def shim(tmp_path_factory):
    folder = tmp_path_factory.mktemp("shim")
    (folder / "shim.c").write_text(SHIM)
    compiler = shutil.which("cc") or shutil.which("gcc")
    done = subprocess.run([compiler, "-shared", "-fPIC", "-o", folder / "shim.so", folder / "shim.c"],
                          capture_output=True, text=True)
    if done.returncode != 0:
        pytest.skip("malloc cannot be replaced here: " + done.stderr[:200])
    return folder / "shim.so"


@pytest.fixture(scope="module")
def inputs(tmp_path_factory):
    """A distribution, a base and a job, and a layout with zstd and gzip in it."""
    folder = tmp_path_factory.mktemp("inputs")
    miniature.write_folder(folder, "1.20.4")
    miniature.write_base(folder / "base.tar")
    (folder / "job.jar").write_bytes(miniature.job_jar())
    images.write_layout(images.base(), folder / "layout", "v1")
    subprocess.run(["tar", "-C", folder, "-I", "zstd", "-cf", folder / "files.tar.zst", "base.tar"],
                   check=True)
    return folder


@pytest.fixture
def flinkpack(tmp_path):
    return program.Program(tmp_path, program.built("release"))


def words_of(what, inputs):
    top = next(inputs.glob("flink-*"))
    return {
        "build": ["build", "--from-local-dist", top, "--base", "rootfs:%s" % (inputs / "base.tar"),
                  "--job-jar", inputs / "job.jar", "--conf", "a.b=c", "-o", "oci:out",
                  "--image-name", "job:1", "--threads", "2"],
        "append": ["append", "--base", "oci:%s" % (inputs / "layout"), "--layer",
                   inputs / "files.tar.zst", "-o", "oci-archive:out.tar", "--image-name", "x:1"],
        "inspect": ["inspect", "oci:%s" % (inputs / "layout"), "--format", "json"],
    }[what]


def check(flinkpack, words, result, expected):
    """Either all went well, or there was no memory, and nothing is left of what was begun."""
    assert result.status in (0, program.IO), (result.status, result.err)
    if result.status == 0:
        assert result.out == expected
    else:
        assert "flinkpack: error: out of memory\n" in result.err and result.out == ""
    assert not [path for path in program.left_in(flinkpack.home) if "partial" in path or
                ".flinkpack-" in path]
    shutil.rmtree(flinkpack.home / "out", True)
    (flinkpack.home / "out.tar").unlink(True)


@pytest.mark.parametrize("once", [False, True])
@pytest.mark.parametrize("what", ["build", "append", "inspect"])
def test_each_allocation_may_fail(flinkpack, shim, inputs, what, once):
    words = words_of(what, inputs)
    preload = {"LD_PRELOAD": str(shim)}
    result = flinkpack.run(*words, env={**preload, "FAIL_COUNT": "1"})
    expected, calls = result.out, int(re.search(r"CALLS (\d+)", result.err)[1])
    assert calls > 100
    shutil.rmtree(flinkpack.home / "out", True)
    (flinkpack.home / "out.tar").unlink(True)
    failed = 0
    # The reserve itself is what is asked for first.
    for number in sorted({10 + (calls - 10) * step // 40 for step in range(40)}):
        env = {**preload, "FAIL_FROM": str(number), **({"FAIL_ONCE": "1"} if once else {})}
        result = flinkpack.try_run(*words, env=env)
        failed += result.status != 0
        check(flinkpack, words, result, expected)
    assert failed > 15


@pytest.mark.parametrize("what", ["build", "append"])
def test_limits_of_the_shell(flinkpack, inputs, what):
    words = words_of(what, inputs)
    expected = flinkpack.run(*words).out
    shutil.rmtree(flinkpack.home / "out", True)
    (flinkpack.home / "out.tar").unlink(True)
    seen = set()
    for megabytes in range(24, 260, 12):
        size = megabytes << 20
        result = flinkpack.try_run(*words, preexec_fn=lambda size=size: resource.setrlimit(
            resource.RLIMIT_AS, (size, size)))
        seen.add(result.status)
        if result.status == 127:  # the libraries themselves do not fit
            continue
        check(flinkpack, words, result, expected)
    assert 0 in seen or program.IO in seen


def test_programs_read_it_too(flinkpack, shim, inputs):
    words = [*words_of("inspect", inputs), "--progress", "json"]
    result = flinkpack.try_run(*words, env={"LD_PRELOAD": str(shim), "FAIL_COUNT": "1"})
    calls = int(re.search(r"CALLS (\d+)", result.err)[1])
    result = flinkpack.try_run(*words, env={"LD_PRELOAD": str(shim), "FAIL_FROM": str(calls // 2)})
    assert result.status == program.IO
    event = json.loads(result.err.splitlines()[-1])
    assert (event["event"], event["status"], event["text"]) == ("error", 9, "out of memory")


def test_memory_is_nobody_elses(flinkpack):
    """No core dump, and no look into the environment, as passwords may be there."""
    more = {"user": 65534, "group": 65534, "extra_groups": []} if os.geteuid() == 0 else {}
    if more:
        flinkpack.home.chmod(0o777)
    process = subprocess.Popen([flinkpack.binary, "login", "registry.example.com", "-u", "x",
                                "--password-stdin", "--offline"], env=flinkpack.env, cwd="/",
                               stdin=subprocess.PIPE, stderr=subprocess.PIPE, **more)
    try:
        limits = ""
        until = time.monotonic() + 30
        while time.monotonic() < until:
            limits = open("/proc/%d/limits" % process.pid).read()
            if re.search(r"Max core file size +0 +0 ", limits):
                break
            time.sleep(0.01)
        assert re.search(r"Max core file size +0 +0 ", limits), limits
        assert os.stat("/proc/%d/environ" % process.pid).st_uid == 0
    finally:
        process.kill()
        process.communicate()
