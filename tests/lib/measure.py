"""Runs a command, and tells its time, its processor time and its peak memory.

They are those of the command and of what it starts, apart from those of the caller: a process that
was forked from a large one would count that one's memory as its own.
"""

import json
import subprocess
import sys

LAUNCHER = """\
import json, resource, subprocess, sys, time
begin = time.monotonic()
code = subprocess.call(sys.argv[1:], stdout=subprocess.DEVNULL)
seconds = time.monotonic() - begin
used = resource.getrusage(resource.RUSAGE_CHILDREN)
print(json.dumps([code, seconds, used.ru_utime + used.ru_stime, used.ru_maxrss]))
"""


class Measured:
    """`peak_kb`: of the largest process, where there are several."""

    def __init__(self, seconds, cpu, peak_kb):
        self.seconds, self.cpu, self.peak_kb = seconds, cpu, peak_kb


def run(*words, **more):
    """Run it; it has to succeed. What it writes to standard output is dropped."""
    done = subprocess.run([sys.executable, "-SIc", LAUNCHER, *map(str, words)], text=True,
                          capture_output=True, stdin=subprocess.DEVNULL, **more)
    assert done.returncode == 0, done.stderr
    code, *numbers = json.loads(done.stdout)
    assert code == 0, "status %d: %s" % (code, done.stderr)
    return Measured(*numbers)
