"""A stand-in for Apache's servers and for a Maven repository, on loopback.

It lays files out as they do: current releases on all hosts, older ones in the archive only, each
with its .sha512; shaded Hadoop jars with their .sha1. Faults are put in front of single paths.

As a program it serves until it is stopped, and prints where:
    apache.py VERSION...
"""

import gzip
import hashlib
import re
import sys
import threading
import time
from http.server import BaseHTTPRequestHandler

import miniature
from registry import Listener

HTML = b"<!DOCTYPE html><html><body>Sorry, try another mirror.</body></html>\n"
DATE = "Sun, 13 Sep 2020 12:26:40 GMT"
BLOCK = 16 << 10


def sums(algorithm, data, name):
    return ("%s  %s\n" % (hashlib.new(algorithm, data).hexdigest(), name)).encode()


def archive_name(version, scala, hadoop=None):
    """`hadoop`: "28"; only for versions before 1.8."""
    return "flink-%s-bin-%sscala_%s.tgz" % (version, "hadoop%s-" % hadoop if hadoop else "", scala)


def archive(version, scala, hadoop=None, padding=0):
    """The bytes of a release archive; `padding` bytes that do not compress make it larger."""
    more = {}
    if hadoop:
        more["lib/flink-shaded-hadoop2-uber-%s.jar" % version] = (0o644, miniature.jar())
    if padding:
        noise = b"".join(hashlib.sha512(b"%d" % i).digest() for i in range(padding // 64))
        more["lib/flink-table-%s.jar" % version] = (0o644, noise)
    return gzip.compress(miniature.tar(version, scala=scala, more=more), 6, mtime=0)


class Fault:
    """What happens to requests for a path, `times` of them or all.

    status=N           that status, with an HTML page
    html=True          200 with an HTML page in place of the file
    cut=N              the connection breaks after N bytes of the body
    rate=N             at most N bytes a second
    corrupt=True       a bit of the file is another
    new_etag=True      the object is another one each time, as far as its ETag says
    no_ranges=True     Range is ignored
    """

    def __init__(self, path, times=None, **what):
        self.path, self.times, self.what = re.compile(path), times, what

    def take(self, path):
        if not self.path.search(path) or self.times == 0:
            return {}
        if self.times is not None:
            self.times -= 1
        return self.what


class Request:
    def __init__(self, method, path, headers):
        self.method, self.path, self.headers = method, path, dict(headers)

    @property
    def range(self):
        return self.headers.get("Range")

    def __repr__(self):
        return "%s %s %s" % (self.method, self.path, self.range or "")


class Apache:
    """Serves in a thread of its own; use it with `with`."""

    def __init__(self):
        self.files, self.faults, self.requests = {}, [], []
        self._lock = threading.Lock()
        self._server = Listener(("127.0.0.1", 0), _handler(self))
        self.url = "http://127.0.0.1:%d" % self._server.server_port
        self.dlcdn, self.downloads = self.url + "/dlcdn", self.url + "/downloads"
        self.archive, self.mirror = self.url + "/archive/dist", self.url + "/mirror"
        self.maven = self.url + "/maven2"

    def __enter__(self):
        threading.Thread(target=self._server.serve_forever, daemon=True).start()
        return self

    def __exit__(self, *_):
        self._server.shutdown()
        self._server.server_close()

    @property
    def host(self):
        """HOST:PORT, as --insecure-registry and the like take it."""
        return self.url.partition("//")[2]

    def put(self, path, data):
        self.files[path] = data

    def add_release(self, version, scala="2.12", hadoop=None, current=False, padding=0):
        """Publish a release: in the archive, and everywhere when it is current. Gives its bytes."""
        name, data = archive_name(version, scala, hadoop), archive(version, scala, hadoop, padding)
        folder = "/flink/flink-%s/" % version
        checksum = sums("sha512", data, name)
        self.put("/archive/dist" + folder + name, data)
        self.put("/archive/dist" + folder + name + ".sha512", checksum)
        if current:
            self.put("/dlcdn" + folder + name, data)
            self.put("/mirror" + folder + name, data)
            self.put("/downloads" + folder + name + ".sha512", checksum)
        return data

    def add_hadoop(self, hadoop="2.8.3", suffix="10.0", artifact="flink-shaded-hadoop-2-uber"):
        """Publish a shaded Hadoop jar as Maven Central has it: with SHA-1 only. Gives its bytes."""
        version = "%s-%s" % (hadoop, suffix)
        name = "%s-%s.jar" % (artifact, version)
        data = miniature.jar(["org/apache/hadoop/fs/FileSystem"])
        path = "/maven2/org/apache/flink/%s/%s/%s" % (artifact, version, name)
        self.put(path, data)
        self.put(path + ".sha1", hashlib.sha1(data).hexdigest().encode())
        return data

    def fault(self, path, times=None, **what):
        """Put a fault in front of the paths that match a regular expression; see Fault."""
        self.faults.append(Fault(path, times, **what))

    def count(self, path):
        """How many requests matched."""
        return sum(1 for request in self.requests if re.search(path, request.path))

    def _begin(self, request):
        with self._lock:
            self.requests.append(request)
            found = {}
            for fault in self.faults:
                found.update(fault.take(request.path))
            return found, len(self.requests)


def _handler(apache):
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def log_message(self, *_):
            pass

        def do_HEAD(self):
            self._answer(False)

        def do_GET(self):
            self._answer(True)

        def _answer(self, with_body):
            path = self.path.partition("?")[0]
            fault, number = apache._begin(Request(self.command, path, self.headers))
            data = apache.files.get(path)
            if "status" in fault:
                return self._send(fault["status"], HTML, {}, fault, with_body)
            if fault.get("html"):
                return self._send(200, HTML, {"Content-Type": "text/html"}, fault, with_body)
            if data is None:
                return self._send(404, HTML, {"Content-Type": "text/html"}, fault, with_body)
            if fault.get("corrupt"):
                middle = len(data) // 2
                data = data[:middle] + bytes([data[middle] ^ 1]) + data[middle + 1:]
            etag = '"%s"' % hashlib.md5(data).hexdigest()
            if fault.get("new_etag"):
                etag = '"%d"' % number
            headers = {"ETag": etag, "Last-Modified": DATE, "Accept-Ranges": "bytes",
                       "Content-Type": "application/octet-stream"}
            first = None if fault.get("no_ranges") else self._first_byte(etag)
            if first is None:
                return self._send(200, data, headers, fault, with_body)
            if first >= len(data):
                headers["Content-Range"] = "bytes */%d" % len(data)
                return self._send(416, b"", headers, fault, with_body)
            headers["Content-Range"] = "bytes %d-%d/%d" % (first, len(data) - 1, len(data))
            return self._send(206, data[first:], headers, fault, with_body)

        def _first_byte(self, etag):
            """Where a Range begins that holds for this object, or None."""
            found = re.fullmatch(r"bytes=(\d+)-", self.headers.get("Range", ""))
            condition = self.headers.get("If-Range", etag)
            return int(found[1]) if found and condition in (etag, DATE) else None

        def _send(self, status, data, headers, fault, with_body):
            self.send_response(status)
            for name, value in headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(data)))
            self.end_headers()
            end = min(len(data), fault.get("cut", len(data)))
            for at in range(0, end if with_body else 0, BLOCK):
                block = data[at:min(at + BLOCK, end)]
                self.wfile.write(block)
                if "rate" in fault:
                    self.wfile.flush()
                    time.sleep(len(block) / fault["rate"])
            if end < len(data):
                self.wfile.flush()
                self.close_connection = True

    return Handler


def main(*versions):
    with Apache() as apache:
        for version in versions:
            new = miniature.numbers(version) >= (1, 11)
            apache.add_release(version, "2.12" if new else "2.11", current=True)
        for name in ("dlcdn", "downloads", "archive", "mirror", "maven"):
            print(name, getattr(apache, name), flush=True)
        threading.Event().wait()


if __name__ == "__main__":
    try:
        main(*sys.argv[1:])
    except KeyboardInterrupt:
        pass
