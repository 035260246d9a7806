"""An internet of the tests' own: a forward proxy that answers for every host name itself, over TLS
with certificates of an authority of the tests. So a program is tested with the real names of real
registries, and nothing leaves the machine.

    with internet.Internet(folder, {"ghcr.io": registry.handle}) as net:
        flinkpack.env.update(net.environment())

A handler takes a Request and gives an Answer. Hosts that nobody answers for are 502 to a CONNECT.
"""

import ipaddress
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


def loopback_name():
    """This machine's name where it leads to loopback and nowhere else; else None."""
    try:
        found = socket.getaddrinfo(socket.gethostname(), None)
    except OSError:
        return None
    only = all(ipaddress.ip_address(address[0]).is_loopback for *_, address in found)
    return socket.gethostname() if only else None


class Server:
    """Answers requests on one address. `serve` is given each connection."""

    def __init__(self, address="127.0.0.1"):
        self.requests = []
        self.lock = threading.Lock()
        owner = self

        class Handler(socketserver.BaseRequestHandler):
            def handle(self):
                self.request.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                try:
                    owner.serve(self.request)
                except OSError:
                    pass

        class Listener(socketserver.ThreadingTCPServer):
            daemon_threads = True
            allow_reuse_address = True
            request_queue_size = 128
            address_family = socket.AF_INET6 if ":" in address else socket.AF_INET

        self.listener = Listener((address, 0), Handler)
        self.port = self.listener.server_address[1]
        self.host = ("[%s]:%d" if ":" in address else "%s:%d") % (address, self.port)
        self.thread = threading.Thread(target=self.listener.serve_forever, args=(0.05,),
                                       daemon=True)
        self.thread.start()

    def __enter__(self):
        return self

    def __exit__(self, *exception):
        self.listener.shutdown()
        self.listener.server_close()

    @staticmethod
    def head(stream):
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

    def respond(self, connection, stream, handler, method, scheme, host, target, headers):
        if "expect" in headers:
            connection.sendall(b"HTTP/1.1 100 Continue\r\n\r\n")
        body = stream.read(int(headers.get("content-length", 0)))
        request = Request(method, scheme, host, target, headers, body)
        with self.lock:
            self.requests.append(request)
            answer = handler(request) if handler else Answer(502)
        lines = ["HTTP/1.1 %d Answer" % answer.status]
        lines += ["%s: %s" % pair for pair in answer.headers.items()]
        if not any(name.lower() == "content-length" for name in answer.headers):
            lines.append("Content-Length: %d" % len(answer.body))
        connection.sendall(("\r\n".join(lines) + "\r\n\r\n").encode("latin-1") +
                           (b"" if method == "HEAD" else answer.body))

    def secrets(self):
        """Requests with credentials."""
        return [each for each in self.requests
                if {"authorization", "cookie", "proxy-authorization"} & set(each.headers)]


class Local(Server):
    """One handler, without TLS, at an address of this machine. Without a handler: 404 to all."""

    def __init__(self, handler=lambda request: Answer(404), address="127.0.0.1"):
        self.handler = handler
        super().__init__(address)

    def serve(self, connection):
        stream = connection.makefile("rb")
        method, target, headers = self.head(stream)
        while method:
            self.respond(connection, stream, self.handler, method, "http", self.host, target,
                         headers)
            method, target, headers = self.head(stream)


class Internet(Server):
    def __init__(self, folder, hosts):
        self.hosts = hosts
        self.connects = []
        self.authority = registry.Authority(folder)
        cert, key = self.authority.issue("everybody", hosts=tuple(hosts))
        self.tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self.tls.load_cert_chain(cert, key)
        super().__init__()
        self.url = "http://" + self.host

    def environment(self):
        return {"HTTPS_PROXY": self.url, "HTTP_PROXY": self.url,
                "FLINKPACK_CA_FILE": str(self.authority.certificate)}

    def serve(self, connection):
        stream = connection.makefile("rb")
        method, target, headers = self.head(stream)
        while method and method != "CONNECT":
            at = re.match("http://([^/]+)(/.*)$", target)
            host = at[1].partition(":")[0]
            self.respond(connection, stream, self.hosts.get(host), method, "http", at[1], at[2],
                         headers)
            method, target, headers = self.head(stream)
        if method:
            self.tunnel(connection, target)

    def tunnel(self, connection, target):
        host = target.rpartition(":")[0]
        with self.lock:
            self.connects.append(target)
        if host not in self.hosts:
            connection.sendall(b"HTTP/1.1 502 No such host\r\nContent-Length: 0\r\n\r\n")
            return
        connection.sendall(b"HTTP/1.1 200 Connected\r\n\r\n")
        with self.tls.wrap_socket(connection, server_side=True) as inside:
            stream = inside.makefile("rb")
            method, target, headers = self.head(stream)
            while method:
                self.respond(inside, stream, self.hosts[host], method, "https", host, target,
                             headers)
                method, target, headers = self.head(stream)
