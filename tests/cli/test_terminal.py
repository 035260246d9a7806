"""What is seen on a terminal, and that none of it goes to standard output."""

import os
import pty
import re
import select
import subprocess

import images
import pytest


def on_terminal(flinkpack, *words, env=None, timeout=300):
    """Run with standard error on a terminal of 80 columns: status, output, what was seen."""
    leader, follower = pty.openpty()
    process = subprocess.Popen([flinkpack.binary, *map(str, words)], cwd=flinkpack.home,
                               env={**flinkpack.env, "TERM": "xterm", **(env or {})},
                               stdin=follower, stdout=subprocess.PIPE, stderr=follower,
                               start_new_session=True,
                               preexec_fn=lambda: os.close(os.open(os.ttyname(follower),
                                                                   os.O_RDWR)))
    os.close(follower)
    seen = b""
    while select.select([leader], [], [], timeout)[0]:
        try:
            piece = os.read(leader, 65536)
        except OSError:
            break
        if not piece:
            break
        seen += piece
    out = process.stdout.read()
    os.close(leader)
    return process.wait(), out.decode(), seen.decode()


@pytest.fixture
def big(flinkpack):
    path = flinkpack.home / "big"
    layer = images.layer([images.file("data", os.urandom(1 << 20))])
    images.write_layout(images.Image([layer]), path, "v1")
    return "oci:%s:v1" % path


def test_bars_are_taken_down(flinkpack, big):
    status, out, seen = on_terminal(flinkpack, "push", big, "oci-archive:out.tar", "--progress",
                                    "tty")
    assert status == 0, seen
    assert re.fullmatch(r"oci-archive:out.tar@sha256:[0-9a-f]{64}\n", out)
    assert "\x1b[?25l" not in seen  # the cursor is never hidden, so nothing has to restore it
    after_the_last_bar = seen.rpartition("\x1b[J")[2]
    assert "[=" not in after_the_last_bar and "%" not in after_the_last_bar


@pytest.mark.parametrize("env", [{"TERM": "dumb"}, {"NO_COLOR": "1"}])
def test_no_bars_where_they_are_not_wanted(flinkpack, big, env):
    status, out, seen = on_terminal(flinkpack, "push", big, "oci-archive:out.tar", env=env)
    assert status == 0, seen
    assert "\x1b" not in seen
    assert seen.strip()


def test_a_pipe_gets_lines(flinkpack, big):
    result = flinkpack.run("push", big, "oci-archive:out.tar")
    assert "\x1b" not in result.err
    assert result.err.endswith("\n") and "sha256:" in result.err


def test_none_is_silent_but_for_words(flinkpack, big):
    result = flinkpack.run("push", big, "oci-archive:out.tar", "--progress", "none")
    assert len(result.err.splitlines()) <= 1
    assert flinkpack.run("push", big, "oci-archive:out2.tar", "--quiet").err == ""
