"""Registries on loopback: Debian's docker-registry in any configuration, a token server, nginx in
front, and a proxy that breaks what is asked of it. Everything ends with its `with` block.

    with registry.Registry(folder) as r:            # open, anybody may push
        print(r.host)                               # 127.0.0.1:PORT

As a program it runs an open registry until it is stopped, and prints where:
    registry.py FOLDER
"""

import base64
import errno
import json
import os
import pathlib
import shutil
import socket
import socketserver
import struct
import subprocess
import sys
import threading
import time
import urllib.parse
import urllib.request
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

START_SECONDS = 120
BLOCK = 64 << 10
FIRST_PORT = 10000


def _ephemeral():
    """The first of the ports that the kernel gives to whoever asks for any."""
    try:
        with open("/proc/sys/net/ipv4/ip_local_port_range") as found:
            return int(found.read().split()[0])
    except (OSError, ValueError):
        return FIRST_PORT


def _candidates():
    """Ports that the kernel gives to nobody, each once; then any."""
    count = _ephemeral() - FIRST_PORT
    begin = os.getpid() * 31
    for number in range(count):
        yield FIRST_PORT + (begin + number) % count
    while True:
        yield 0


_ports = _candidates()


def free_port(address="127.0.0.1"):
    """A port that nobody listens on. Until it is used no connection or server gets it by chance, and
    it is not given twice."""
    while True:
        port = next(_ports)
        try:
            with socket.socket(socket.AF_INET6 if ":" in address else socket.AF_INET) as probe:
                probe.bind((address, port))
                return probe.getsockname()[1]
        except OSError as error:
            if port == 0 or error.errno not in (errno.EADDRINUSE, errno.EACCES):
                raise


def missing():
    """The programs that are not here; tests that need them are skipped by name."""
    return [name for name in ("docker-registry", "openssl", "htpasswd") if not shutil.which(name)]


def wait_for(process, port, log, address="127.0.0.1"):
    end = time.monotonic() + START_SECONDS
    while time.monotonic() < end:
        if process.poll() is not None:
            break
        try:
            socket.create_connection((address, port), 1).close()
            return
        except OSError:
            time.sleep(0.02)
    raise RuntimeError("no server on port %d: %s" % (port, pathlib.Path(log).read_text()))


class Process:
    """A server that is a program of its own, with its output in a file."""

    def start(self, argv, port, log, address="127.0.0.1"):
        with open(log, "wb") as output:
            self.process = subprocess.Popen(argv, stdout=output, stderr=output)
        try:
            wait_for(self.process, port, log, address)
        except Exception:
            self.stop()
            raise

    def stop(self):
        self.process.terminate()
        try:
            self.process.wait(10)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()

    def __enter__(self):
        return self

    def __exit__(self, *exception):
        self.stop()


class Authority:
    """A certificate authority of the tests' own: ca.crt, and certificates signed by it."""

    def __init__(self, folder):
        self.folder = pathlib.Path(folder)
        self.folder.mkdir(parents=True, exist_ok=True)
        self.certificate = self.folder / "ca.crt"
        self.key = self.folder / "ca.key"
        self._openssl("req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj",
                      "/CN=flinkpack tests", "-keyout", self.key, "-out", self.certificate)

    def _openssl(self, *argv):
        subprocess.run(["openssl", *map(str, argv)], check=True, capture_output=True)

    def issue(self, name, hosts=("localhost",), addresses=("127.0.0.1",)):
        """Certificate and key for a server, or for a client when there are no hosts."""
        cert, key = self.folder / (name + ".crt"), self.folder / (name + ".key")
        request, extension = self.folder / (name + ".csr"), self.folder / (name + ".ext")
        self._openssl("req", "-newkey", "rsa:2048", "-nodes", "-subj", "/CN=" + name, "-keyout",
                      key, "-out", request)
        names = ["DNS:" + host for host in hosts] + ["IP:" + each for each in addresses]
        extension.write_text("subjectAltName=%s\n" % ",".join(names) if names else
                             "extendedKeyUsage=clientAuth\n")
        self._openssl("x509", "-req", "-in", request, "-CA", self.certificate, "-CAkey", self.key,
                      "-CAcreateserial", "-days", "2", "-extfile", extension, "-out", cert)
        return cert, key


class Registry(Process):
    """docker-registry.

    users={"me": "password"}   Basic authentication, with relative URLs
    tokens=TokenServer         Bearer tokens of that server
    tls=(CERT, KEY)            TLS; client_ca=FILE: clients need a certificate of that authority
    readonly=True              nothing can be pushed
    data=FOLDER                its content, to be shared by several
    cache=True                 descriptors of blobs are remembered in memory
    program=PATH               another registry of the same family
    """

    def __init__(self, folder, users=None, tokens=None, tls=None, client_ca=None, readonly=False,
                 data=None, address="127.0.0.1", cache=False, program="docker-registry"):
        self.folder = pathlib.Path(folder)
        self.folder.mkdir(parents=True, exist_ok=True)
        self.data = pathlib.Path(data or self.folder / "data")
        self.port = free_port(address)
        bracketed = "[%s]" % address if ":" in address else address
        self.host = "%s:%d" % ("localhost" if tls else bracketed, self.port)
        self.url = "%s://%s" % ("https" if tls else "http", self.host)
        http = {"addr": "%s:%d" % (bracketed, self.port)}
        if tls:
            http["tls"] = {"certificate": str(tls[0]), "key": str(tls[1])}
        if client_ca:
            http["tls"]["clientcas"] = [str(client_ca)]
        config = {
            "version": 0.1,
            "log": {"level": "info", "accesslog": {"disabled": False}},
            "storage": {"filesystem": {"rootdirectory": str(self.data)},
                        "delete": {"enabled": True},
                        "maintenance": {"readonly": {"enabled": readonly}}},
            "http": http,
        }
        if cache:
            config["storage"]["cache"] = {"blobdescriptor": "inmemory"}
        if users:
            http["relativeurls"] = True
            config["auth"] = {"htpasswd": {"realm": "tests", "path": self._passwords(users)}}
        if tokens:
            config["auth"] = {"token": tokens.registry_config()}
        self.log = self.folder / "registry.log"
        self.config = self.folder / "config.yml"
        self.config.write_text(json.dumps(config, indent=2))  # JSON is YAML
        self.start([program, "serve", str(self.config)], self.port, self.log, address)

    def collect(self, repository, digest):
        """Delete an image, and then, as is done by night, what nothing refers to any more."""
        request = urllib.request.Request("%s/v2/%s/manifests/%s" % (self.url, repository, digest),
                                         method="DELETE")
        urllib.request.urlopen(request).close()
        subprocess.run(["docker-registry", "garbage-collect", str(self.config)], check=True,
                       capture_output=True)

    def _passwords(self, users):
        lines = [subprocess.run(["htpasswd", "-inB", "-C", "4", user], input=password, text=True,
                                check=True, capture_output=True).stdout.strip()
                 for user, password in users.items()]
        path = self.folder / "htpasswd"
        path.write_text("\n".join(lines) + "\n")
        return str(path)


class Nginx(Process):
    """nginx in front of something: `server` is the inside of its server block, where %(port)s is
    its own port; `http` goes before it."""

    def __init__(self, folder, server, http=""):
        self.folder = pathlib.Path(folder)
        self.folder.mkdir(parents=True, exist_ok=True)
        self.port = free_port()
        self.host = "127.0.0.1:%d" % self.port
        folders = "".join("%s_temp_path %s/%s;\n" % (kind, self.folder, kind) for kind in
                          ("client_body", "proxy", "fastcgi", "uwsgi", "scgi"))
        conf = self.folder / "nginx.conf"
        conf.write_text(
            "daemon off;\nmaster_process off;\npid %s/nginx.pid;\nerror_log %s/error.log;\n"
            "events {}\nhttp {\naccess_log %s/access.log;\n%s%s\nserver {\n"
            "listen 127.0.0.1:%d;\n%s\n}\n}\n"
            % (self.folder, self.folder, self.folder, folders, http, self.port,
               server % {"port": self.port}))
        self.start(["nginx", "-e", str(self.folder / "error.log"), "-c", str(conf)], self.port,
                   self.folder / "output.log")


class Listener(ThreadingHTTPServer):
    """Lets a crowd in at once, also where it takes a while to get to it."""

    daemon_threads = True
    request_queue_size = 512


class Threaded:
    """An HTTP server of the tests' own, in a thread."""

    def serve(self, handler, address="127.0.0.1"):
        self.server = Listener((address, 0), handler)
        self.server.owner = self
        self.address, self.port = self.server.server_address[:2]
        self.host = "%s:%d" % (self.address, self.port)
        self.lock = threading.Lock()
        self.requests = []
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def stop(self):
        self.server.shutdown()
        self.server.server_close()

    def __enter__(self):
        return self

    def __exit__(self, *exception):
        self.stop()


class _Recording(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *arguments):
        pass

    def read_request(self):
        owner = self.server.owner
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        with owner.lock:
            owner.requests.append((self.command, self.path, dict(self.headers), body))
        return body

    def answer(self, status, body=b"", headers=()):
        self.send_response(status)
        for name, value in headers:
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)


class Witness(Threaded):
    """A foreign host (127.0.0.2 by default) that records every request: the proof of what did, and
    did not, leave for it. It answers 404."""

    def __init__(self, address="127.0.0.2"):
        class Handler(_Recording):
            def everything(self):
                self.read_request()
                self.answer(404)

            do_GET = do_HEAD = do_POST = do_PUT = do_PATCH = do_DELETE = everything

        self.serve(Handler, address)

    def secrets(self):
        """The headers with credentials that have arrived."""
        return [(path, name) for _, path, headers, _ in self.requests for name in headers
                if name.lower() in ("authorization", "cookie", "proxy-authorization")]


def _b64(data):
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


class TokenServer(Threaded):
    """Tokens for docker-registry (docs/content/spec/auth): GET, and OAuth2 by POST.

    users={"me": "password"}   None: everybody gets what is asked for
    refresh="token"            what the OAuth2 flow takes; None: 404 to POST
    seconds=N                  how long a token is good; the registry itself allows 60 more
    anonymous=("pull",)        what is granted without credentials
    """

    def __init__(self, folder, users=None, refresh=None, seconds=300, anonymous=("pull",)):
        self.folder = pathlib.Path(folder)
        self.authority = Authority(self.folder / "token-ca")
        self.users, self.refresh, self.seconds = users, refresh, seconds
        self.anonymous = anonymous
        owner = self

        class Handler(_Recording):
            def do_GET(self):
                self.read_request()
                query = urllib.parse.parse_qs(urllib.parse.urlsplit(self.path).query)
                scopes = query.get("scope", [])
                header = self.headers.get("Authorization")
                if header is None:
                    return self.grant(scopes, None)
                user, _, password = base64.b64decode(header.split(" ", 1)[1]).decode().partition(
                    ":")
                if owner.users is not None and owner.users.get(user) != password:
                    return self.answer(401, b'{"details":"incorrect username or password"}')
                return self.grant(scopes, user)

            def do_POST(self):
                form = urllib.parse.parse_qs(self.read_request().decode())
                if owner.refresh is None:
                    return self.answer(404)
                if form.get("refresh_token") != [owner.refresh]:
                    return self.answer(401, b'{"error":"invalid_grant"}')
                return self.grant(" ".join(form.get("scope", [])).split(), "refreshed")

            def grant(self, scopes, user):
                body = json.dumps({"token": owner.token(scopes, user),
                                   "expires_in": owner.seconds}).encode()
                self.answer(200, body, [("Content-Type", "application/json")])

        self.serve(Handler)
        self.realm = "http://%s/token" % self.host

    def registry_config(self):
        return {"realm": self.realm, "service": "tests", "issuer": "tests",
                "rootcertbundle": str(self.authority.certificate)}

    def token(self, scopes, user):
        """A signed token for "repository:NAME:ACTION,..." scopes."""
        now = int(time.time())
        access = []
        for scope in scopes:
            kind, rest = scope.split(":", 1)
            name, actions = rest.rsplit(":", 1)
            granted = [each for each in actions.split(",")
                       if user is not None or self.users is None or each in self.anonymous]
            access.append({"type": kind, "name": name, "actions": granted})
        lines = self.authority.certificate.read_text().split("-----")[2]
        header = {"typ": "JWT", "alg": "RS256", "x5c": ["".join(lines.split())]}
        claims = {"iss": "tests", "sub": user or "", "aud": "tests", "iat": now, "nbf": now - 60,
                  "exp": now + self.seconds - 60, "jti": str(time.monotonic_ns()),
                  "access": access}
        signed = "%s.%s" % (_b64(json.dumps(header).encode()), _b64(json.dumps(claims).encode()))
        signature = subprocess.run(
            ["openssl", "dgst", "-sha256", "-sign", str(self.authority.key)],
            input=signed.encode(), check=True, capture_output=True).stdout
        return "%s.%s" % (signed, _b64(signature))


class Fault:
    """What goes wrong with a request.

    status=N [headers=...] [body=BYTES]  that answer; the server behind never hears of the request
    reset=True               reset in place of an answer, and the server behind never hears of it
    garbage=BYTES            likewise these bytes, which are not HTTP, and a close in good order
    cut_request=N            the connection is reset when N bytes of its body have been read
    flip_request=N           the N-th byte of its body is another
    lose_answer=True         the server does as asked, and the connection is reset
    cut_headers=N            closed in good order after N bytes of the answer's headers
    cut_answer=N             reset after N bytes of the answer's body; close=True: closed
    flip=N                   the N-th byte of the answer's body is another
    stall=N                  nothing more after N bytes of the answer's body
    trickle=N                after N bytes of it one byte in each tenth of a second
    stall_request=True       its body is not read, and nothing is answered
    mute=True                who asks before a body ("Expect: 100-continue") is told nothing
    unread=True              with `status`: that answer before the body, which is not read
    asked=N                  that status to who asks before a body; others are served
    """

    def __init__(self, **what):
        self.what = what

    def get(self, name, default=None):
        return self.what.get(name, default)


class FaultProxy(Threaded):
    """In front of a registry at `port`. `plan(n, method, path)` gives the Fault of the n-th request
    (from 0), or None. `requests` holds what has come: method and path; `spans` when each was
    answered; `asked` those that asked before their body; `taken` counts the bytes of their bodies, and
    `given` those of the answers."""

    def __init__(self, port, plan=lambda n, method, path: None):
        self.plan = plan
        self.lock = threading.Lock()
        self.requests, self.asked = [], []
        self.spans = {}
        self.taken = self.given = 0
        self.backend = ("127.0.0.1", port)
        owner = self

        class Handler(socketserver.StreamRequestHandler):
            def handle(self):
                try:
                    while owner._relay(self.connection, self.rfile):
                        pass
                except OSError:
                    pass

        class Server(socketserver.ThreadingTCPServer):
            daemon_threads = True
            allow_reuse_address = True
            request_queue_size = 512

        self.server = Server(("127.0.0.1", 0), Handler)
        self.port = self.server.server_address[1]
        self.host = "127.0.0.1:%d" % self.port
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def rounds(self, first=0):
        """How many requests had to wait for another one before them, in the longest chain: what a
        distant registry makes one wait for."""
        count, free_at = 0, 0.0
        with self.lock:
            spans = [span for number, span in self.spans.items() if number >= first]
        for begin, end in sorted(spans, key=lambda span: span[1]):
            if begin >= free_at:
                count, free_at = count + 1, end
        return count

    @staticmethod
    def _reset(connection):
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        connection.close()
        return False

    @staticmethod
    def _head(stream):
        lines = []
        while True:
            line = stream.readline(65536)
            if not line:
                return None
            if line in (b"\r\n", b"\n"):
                return lines
            lines.append(line)

    @staticmethod
    def _length(lines):
        for line in lines[1:]:
            name, _, value = line.partition(b":")
            if name.lower() == b"content-length":
                return int(value)
        return 0

    def _relay(self, connection, stream):
        """One request and its answer; False: the connection is over."""
        if stream.peek(1)[:1] == b"\x16":
            return False  # TLS, which is not spoken here
        lines = self._head(stream)
        if not lines:
            return False
        method, path = lines[0].decode().split()[:2]
        asks = any(line.lower().startswith(b"expect:") for line in lines)
        with self.lock:
            number = len(self.requests)
            self.requests.append((method, path))
            self.asked += [(method, path)] if asks else []
        fault = self.plan(number, method, path) or Fault()
        if asks and fault.get("asked"):
            fault = Fault(status=fault.get("asked"), unread=True)
        begin = time.monotonic()
        if fault.get("stall_request"):
            time.sleep(3600)
        try:
            if fault.get("reset"):
                return self._reset(connection)
            if fault.get("status") or fault.get("garbage"):
                return self._refuse(connection, stream, lines, fault)
            return self._forward(connection, stream, lines, fault, method)
        finally:
            with self.lock:
                self.spans[number] = (begin, time.monotonic())

    def _refuse(self, connection, stream, lines, fault):
        left = 0 if fault.get("unread") else self._length(lines)
        if left and not fault.get("mute"):
            connection.sendall(b"HTTP/1.1 100 Continue\r\n\r\n")
        while left > 0:
            got = len(stream.read(min(BLOCK, left)))
            left -= got or left
            with self.lock:
                self.taken += got
        if fault.get("garbage"):
            connection.sendall(fault.get("garbage"))
            return False
        headers = "".join("%s: %s\r\n" % pair for pair in fault.get("headers", ()))
        body = fault.get("body", b"")
        connection.sendall(("HTTP/1.1 %d Fault\r\n%sContent-Length: %d\r\n\r\n"
                            % (fault.get("status"), headers, len(body))).encode() + body)
        return not fault.get("unread")

    def _forward(self, connection, stream, lines, fault, method):
        with socket.create_connection(self.backend) as backend:
            kept = [line for line in lines[1:]
                    if not line.lower().startswith((b"expect:", b"connection:"))]
            backend.sendall(lines[0] + b"".join(kept) + b"Connection: close\r\n\r\n")
            asks = any(line.lower().startswith(b"expect:") for line in lines)
            if asks and not fault.get("mute"):
                connection.sendall(b"HTTP/1.1 100 Continue\r\n\r\n")
            left, sent = self._length(lines), 0
            while left > 0:
                limit = fault.get("cut_request")
                if limit is not None and sent >= limit:
                    return self._reset(connection)
                data = stream.read(min(BLOCK, left, limit - sent if limit is not None else BLOCK))
                if not data:
                    return False
                flip = fault.get("flip_request")
                if flip is not None and sent <= flip < sent + len(data):
                    data = bytearray(data)
                    data[flip - sent] ^= 1
                backend.sendall(data)
                with self.lock:
                    self.taken += len(data)
                left, sent = left - len(data), sent + len(data)
            if fault.get("cut_request") is not None:
                return self._reset(connection)
            return self._answer(connection, backend.makefile("rb"), fault, method)

    def _answer(self, connection, answer, fault, method):
        lines = self._head(answer)
        while lines and lines[0].split()[1] == b"100":
            lines = self._head(answer)
        if not lines or fault.get("lose_answer"):
            return self._reset(connection)
        kept = [line for line in lines if not line.lower().startswith(b"connection:")]
        left = 0 if method == "HEAD" or lines[0].split()[1] in (b"204", b"304") else \
            self._length(lines)
        head = b"".join(kept) + b"\r\n"
        connection.sendall(head[:fault.get("cut_headers")])
        if fault.get("cut_headers") is not None:
            return False
        sent = 0
        while True:
            for name in ("cut_answer", "stall"):
                if fault.get(name) is not None and sent >= fault.get(name):
                    return self._break(connection, name, fault)
            if left == 0:
                return True
            slow = fault.get("trickle") is not None and sent >= fault.get("trickle")
            if slow:
                time.sleep(0.1)
            limits = [fault.get(name) - sent for name in ("cut_answer", "stall", "trickle")
                      if fault.get(name) is not None and fault.get(name) > sent]
            stop = 1 if slow else min(BLOCK, left, *limits)
            data = bytearray(answer.read(stop))
            if not data:
                return False
            flip = fault.get("flip")
            if flip is not None and sent <= flip < sent + len(data):
                data[flip - sent] ^= 1
            connection.sendall(data)
            with self.lock:
                self.given += len(data)
            left, sent = left - len(data), sent + len(data)

    def _break(self, connection, name, fault):
        if name == "stall":
            time.sleep(3600)
        if fault.get("close"):
            return False
        return self._reset(connection)


if __name__ == "__main__":
    with Registry(sys.argv[1]) as running:
        print(running.host, flush=True)
        try:
            running.process.wait()
        except KeyboardInterrupt:
            pass
