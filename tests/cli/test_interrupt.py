"""Ctrl-C and SIGTERM end a run in order, with the status that shells expect."""

import os
import signal
import socket

import pytest


@pytest.fixture
def silent_server():
    """Takes connections and never answers."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(120)
        yield server


@pytest.mark.parametrize("number, status, word", [(signal.SIGINT, 130, "interrupted"),
                                                  (signal.SIGTERM, 143, "terminated")])
def test_signals(flinkpack, silent_server, number, status, word):
    name = "127.0.0.1:%d/team/orders:1.0" % silent_server.getsockname()[1]
    process = flinkpack.start("pull", name)
    connection, _ = silent_server.accept()
    with connection:
        connection.recv(1)
        process.send_signal(number)
        out, err = process.communicate(timeout=300)
    assert process.returncode == status, err
    assert out == ""
    assert "flinkpack: error: %s\n" % word in err
    left = [name for _, _, files in os.walk(flinkpack.store) for name in files]
    assert not [name for name in left if "tmp" in name.lower()]
