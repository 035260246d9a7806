"""An internet of the tests' own: a forward proxy that answers for every host name itself, over TLS
with certificates of an authority of the tests. So a program is tested with the real names of real
registries, and nothing leaves the machine.

    with internet.Internet(folder, {"ghcr.io": registry.handle}) as net:
        flinkpack.env.update(net.environment())

A handler takes a Request and gives an Answer. Hosts that nobody answers for are 502 to a CONNECT.
"""

import re
import socket
import socketserver
import ssl
import threading
import urllib.parse

import registry


class Request:
    def __init__(self, method, scheme, host, target, headers, body):
        self.method, self.scheme, self.host, self.target = method, scheme, host, target
        self.headers, self.body = headers, body
        parts = urllib.parse.urlsplit(target)
        self.path = parts.path
        self.query = urllib.parse.parse_qs(parts.query, keep_blank_values=True)

    def one(self, name):
        """A parameter of the query that is there at most once."""
        values = self.query.get(name, [None])
        assert len(values) == 1, self.target
        return values[0]

    def __repr__(self):
        return "%s %s://%s%s" % (self.method, self.scheme, self.host, self.target)


class Answer:
    def __init__(self, status, body=b"", headers=()):
        self.status, self.headers = status, dict(headers)
        self.body = body.encode() if isinstance(body, str) else body


class Internet:
    def __init__(self, folder, hosts):
        self.hosts = hosts
        self.requests = []
        self.connects = []
        self.lock = threading.Lock()
        self.authority = registry.Authority(folder)
        cert, key = self.authority.issue("everybody", hosts=tuple(hosts))
        self.tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self.tls.load_cert_chain(cert, key)
        owner = self

        class Handler(socketserver.BaseRequestHandler):
            def handle(self):
                try:
                    owner._serve(self.request)
                except OSError:
                    pass

        class Server(socketserver.ThreadingTCPServer):
            daemon_threads = True
            allow_reuse_address = True

        self.server = Server(("127.0.0.1", 0), Handler)
        self.url = "http://127.0.0.1:%d" % self.server.server_address[1]
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def environment(self):
        return {"HTTPS_PROXY": self.url, "HTTP_PROXY": self.url,
                "FLINKPACK_CA_FILE": str(self.authority.certificate)}

    def __enter__(self):
        return self

    def __exit__(self, *exception):
        self.server.shutdown()
        self.server.server_close()

    def _serve(self, connection):
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        stream = connection.makefile("rb")
        method, target, headers = self._head(stream)
        if method != "CONNECT":
            while method:
                at = re.match("http://([^/]+)(/.*)$", target)
                self._respond(connection, stream, method, "http", at[1], at[2], headers)
                method, target, headers = self._head(stream)
            return
        host = target.rpartition(":")[0]
        with self.lock:
            self.connects.append(target)
        if host not in self.hosts:
            connection.sendall(b"HTTP/1.1 502 No such host\r\nContent-Length: 0\r\n\r\n")
            return
        connection.sendall(b"HTTP/1.1 200 Connected\r\n\r\n")
        with self.tls.wrap_socket(connection, server_side=True) as inside:
            stream = inside.makefile("rb")
            method, target, headers = self._head(stream)
            while method:
                self._respond(inside, stream, method, "https", host, target, headers)
                method, target, headers = self._head(stream)

    @staticmethod
    def _head(stream):
        first = stream.readline(65536)
        headers = {}
        while first:
            line = stream.readline(65536)
            if line in (b"\r\n", b""):
                break
            name, _, value = line.decode().partition(":")
            headers[name.lower()] = value.strip()
        words = first.decode().split()
        return (words[0], words[1], headers) if words else (None, None, None)

    def _respond(self, connection, stream, method, scheme, host, target, headers):
        if "expect" in headers:
            connection.sendall(b"HTTP/1.1 100 Continue\r\n\r\n")
        body = stream.read(int(headers.get("content-length", 0)))
        request = Request(method, scheme, host, target, headers, body)
        with self.lock:
            self.requests.append(request)
            handler = self.hosts.get(host)
            answer = handler(request) if handler else Answer(502)
        lines = ["HTTP/1.1 %d Answer" % answer.status]
        lines += ["%s: %s" % pair for pair in answer.headers.items()]
        if not any(name.lower() == "content-length" for name in answer.headers):
            lines.append("Content-Length: %d" % len(answer.body))
        connection.sendall(("\r\n".join(lines) + "\r\n\r\n").encode())
        if method != "HEAD":
            connection.sendall(answer.body)
