"""Alpine in miniature: signed package repositories on loopback, and bases that use them."""

import base64
import functools
import hashlib
import http.server
import pathlib
import subprocess
import tarfile
import threading

import images
from registry import Listener

HERE = pathlib.Path(__file__).resolve().parent
KEY = "test@flinkpack.invalid-00000001.rsa.pub"
LIBC = "so:libc.musl-x86_64.so.1"
RELEASE = """\
NAME="Alpine Linux"
ID=alpine
VERSION_ID=3.20.3
PRETTY_NAME="Alpine Linux v3.20"
"""


def make_repository(folder, *words):
    """make-apk-repo.sh -o FOLDER WORDS; FOLDER."""
    subprocess.run(["sh", str(HERE / "make-apk-repo.sh"), "-o", str(folder), *map(str, words)],
                   check=True, stdout=subprocess.DEVNULL)
    return pathlib.Path(folder)


def write_spec(folder, name, version, *lines, files=(), scripts=(), perms=()):
    """A package for make_repository(). `files`: (path, content) or (path, content, mode)."""
    spec = pathlib.Path(folder) / ("%s-%s" % (name, version))
    (spec / "files").mkdir(parents=True)
    (spec / "pkginfo").write_text(
        "".join(line + "\n" for line in ("pkgname = " + name, "pkgver = " + version, *lines)))
    for path, text, *mode in files:
        at = spec / "files" / path
        at.parent.mkdir(parents=True, exist_ok=True)
        at.write_bytes(text if isinstance(text, bytes) else text.encode())
        at.chmod(mode[0] if mode else 0o644)
    for kind, text in scripts:
        (spec / "scripts").mkdir(exist_ok=True)
        (spec / "scripts" / kind).write_text(text)
    if perms:
        (spec / "perms").write_text("".join(line + "\n" for line in perms))
    return spec


class Server:
    """Serves a folder on loopback; `asked` are the paths that were asked for.

    With `user` ("NAME:PASSWORD") it serves nobody else; with `elsewhere`, it sends everybody there.
    `told` are the values of Authorization."""

    def __init__(self, folder, user=None, elsewhere=None):
        self.asked, self.told = [], []
        expected = user and "Basic " + base64.b64encode(user.encode()).decode()
        outer = self

        class Handler(http.server.SimpleHTTPRequestHandler):
            def log_request(self, code="-", size="-"):
                outer.asked.append(self.path)

            def do_GET(self):
                outer.told.append(self.headers.get("Authorization"))
                if expected and outer.told[-1] != expected:
                    self.send_error(401)
                elif elsewhere:
                    self.send_response(302)
                    self.send_header("Location", elsewhere + self.path)
                    self.send_header("Content-Length", "0")
                    self.end_headers()
                else:
                    super().do_GET()

            def log_message(self, *words):
                pass

        self.server = Listener(
            ("127.0.0.1", 0), functools.partial(Handler, directory=str(folder)))
        self.url = "http://127.0.0.1:%d" % self.server.server_address[1]
        self.thread = threading.Thread(target=self.server.serve_forever, daemon=True)
        self.thread.start()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.server.shutdown()
        self.server.server_close()


def q1(data):
    data = data.encode() if isinstance(data, str) else data
    return "Q1" + base64.b64encode(hashlib.sha1(data).digest()).decode()


def record(name, version, *lines, files=()):
    """A package of the database of installed ones. `files`: (folder, name, text)."""
    text = ["C:" + q1(name + version), "P:" + name, "V:" + version, "A:x86_64", "S:1", "I:1",
            "T:" + name, "U:https://example.invalid/", "L:MIT", "o:" + name, *lines]
    for folder, leaf, content in files:
        text += ["F:" + folder, "R:" + leaf, "Z:" + q1(content)]
    return "\n".join(text) + "\n\n"


INSTALLED = (
    record("busybox", "1.36.1-r29", "D:" + LIBC, "p:/bin/sh cmd:sh=1.36.1-r29",
           files=[("bin", "busybox", "busybox"), ("etc", "busybox.conf", "as installed\n")])
    + record("musl", "1.2.5-r0", "p:%s=1" % LIBC,
             files=[("lib", "ld-musl-x86_64.so.1", "musl")]))


def base(repositories, keys, installed=INSTALLED, world="busybox\nmusl\n", more=(), java="8",
         busybox=b"busybox", applets=("sh",), program="#!/bin/sh\n", arch="x86_64\n",
         scripts=bytes(1024)):
    """A base without bash that has Java, which is `program`, as images.Image."""
    folders = ("bin", "etc", "etc/apk", "etc/apk/keys", "lib", "lib/apk", "lib/apk/db", "opt",
               "opt/java", "opt/java/bin", "usr", "usr/bin", "tmp")
    entries = [images.folder(path) for path in folders]
    entries += [
        images.file("bin/busybox", busybox, 0o755),
        *(images.link("bin/" + name, "/bin/busybox") for name in applets),
        images.file("lib/ld-musl-x86_64.so.1", "musl", 0o755),
        images.file("etc/os-release", RELEASE),
        images.file("etc/busybox.conf", "as installed\n"),
        images.file("etc/shells", "/bin/sh\n/bin/ash\n"),
        images.file("etc/passwd", "root:x:0:0:root:/root:/bin/sh\ngames:x:350:351::/:/bin/false\n"),
        images.file("etc/group", "root:x:0:\nusers:x:100:games\ngames:x:351:\n"),
        images.file("etc/shadow", "root:*::0:::::\n", 0o640, 0, 42),
        images.file("etc/apk/repositories", "".join(url + "\n" for url in repositories)),
        images.file("etc/apk/arch", arch),
        images.file("lib/apk/db/installed", installed),
        images.file("lib/apk/db/triggers", ""),
        images.file("lib/apk/db/scripts.tar", scripts),
        images.file("opt/java/bin/java", program, 0o755),
        images.file("opt/java/release", 'JAVA_VERSION="%s"\n' % (
            "1.8.0_432" if java == "8" else java + ".0.1")),
    ]
    if world is not None:
        entries.append(images.file("etc/apk/world", world))
    entries += [images.file("etc/apk/keys/" + path.name, path.read_bytes())
                for path in pathlib.Path(keys).iterdir()]
    entries += more
    config = {"Env": ["PATH=/opt/java/bin:/usr/bin:/bin", "JAVA_HOME=/opt/java"]}
    return images.Image([images.layer(entries)], config)


def records(installed):
    """{name: stanza} of a database's text."""
    found = {}
    for stanza in installed.decode().split("\n\n"):
        for line in stanza.split("\n"):
            if line.startswith("P:"):
                found[line[2:]] = stanza
    return found


def scripts(data):
    """The names in a scripts.tar."""
    import io
    with tarfile.open(fileobj=io.BytesIO(data)) as tar:
        return tar.getnames()
