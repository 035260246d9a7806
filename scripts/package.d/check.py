#!/usr/bin/python3
"""Try the static files of scripts/package: in roots that have nothing, for users without a name,
with certificates where distributions keep them, and with a name server of their own.

All of it happens in a network namespace that has loopback only. FLINKPACK_CHECK_ROOTS names more
root file systems to try, such as unpacked ones of other distributions, separated by ':'.
"""

import contextlib
import fcntl
import os
import pathlib
import shutil
import socket
import socketserver
import statistics
import struct
import subprocess
import sys
import tempfile
import threading
import time

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests/lib"))

import miniature  # noqa: E402
import registry as registries  # noqa: E402

UID = 1000650000
MAX_BYTES = 8 << 20
MAX_RESIDENT = 128 << 20
ZONE = "check.example"
MACHINES = {"amd64": ("x86_64", None), "arm64": ("aarch64", "qemu-aarch64-static")}
BUNDLES = ["/etc/ssl/certs/ca-certificates.crt", "/etc/pki/tls/certs/ca-bundle.crt",
           "/etc/pki/ca-trust/extracted/pem/tls-ca-bundle.pem", "/etc/ssl/ca-bundle.pem",
           "/etc/ssl/cert.pem"]
SWITCHES = {"no nsswitch.conf": None, "nsswitch.conf with resolve":
            "hosts: resolve [!UNAVAIL=return] files\n", "nsswitch.conf with sss": "hosts: sss\n"}


def enter_network():
    """A namespace with loopback only, in which port 53 is ours."""
    if os.environ.get("FLINKPACK_CHECK_INSIDE"):
        with socket.socket() as any_socket:
            flags = struct.pack("16sh14x", b"lo", 0x1 | 0x40)  # IFF_UP, IFF_RUNNING
            fcntl.ioctl(any_socket, 0x8914, flags)  # SIOCSIFFLAGS
        return
    user = [] if os.geteuid() == 0 else ["--user", "--map-root-user"]
    os.environ["FLINKPACK_CHECK_INSIDE"] = "yes"
    os.execvp("unshare", ["unshare", "--net", *user, sys.executable, *sys.argv])


class NameServer:
    """registry: an IPv4 address. six: IPv6 only. long: over UDP it is told to ask over TCP."""

    def __init__(self):
        self.over_tcp = 0
        owner = self

        class Datagram(socketserver.BaseRequestHandler):
            def handle(self):
                self.request[1].sendto(owner.answer(self.request[0], False), self.client_address)

        class Stream(socketserver.StreamRequestHandler):
            def handle(self):
                length = self.rfile.read(2)
                if len(length) == 2:
                    told = owner.answer(self.rfile.read(struct.unpack(">H", length)[0]), True)
                    self.wfile.write(struct.pack(">H", len(told)) + told)

        for kind, handler in ((socketserver.ThreadingUDPServer, Datagram),
                              (socketserver.ThreadingTCPServer, Stream)):
            kind.daemon_threads = kind.allow_reuse_address = True
            server = kind(("127.0.0.1", 53), handler)
            threading.Thread(target=server.serve_forever, daemon=True).start()

    def answer(self, query, tcp):
        labels, at = [], 12
        while query[at]:
            labels.append(query[at + 1:at + 1 + query[at]].decode().lower())
            at += 1 + query[at]
        kind = struct.unpack(">H", query[at + 1:at + 3])[0]
        question = query[12:at + 5]
        name, _, zone = ".".join(labels).partition(".")
        known = zone == ZONE and name in ("registry", "six", "long")
        record = b""
        if known and kind == 28 and name == "six":
            record = socket.inet_pton(socket.AF_INET6, "::1")
        if known and kind == 1 and name != "six":
            record = socket.inet_aton("127.0.0.1")
        truncated = known and name == "long" and not tcp
        self.over_tcp += known and tcp
        if truncated:
            record = b""
        flags = 0x8180 | (0x0200 if truncated else 0) | (0 if known else 3)
        told = query[:2] + struct.pack(">HHHHH", flags, 1, 1 if record else 0, 0, 0) + question
        if record:
            told += struct.pack(">HHHIH", 0xc00c, kind, 1, 60, len(record)) + record
        return told


class Check:
    def __init__(self, work, output, arch):
        self.work, self.arch, self.failed, self.count = work, arch, 0, 0
        self.file = output / ("flinkpack-linux-" + arch)
        self.machine, emulator = MACHINES[arch]
        self.emulator = None
        if os.uname().machine != self.machine:
            self.emulator = shutil.which(emulator)
            if self.emulator is None:
                sys.exit("check: %s needs %s: install qemu-user-static" % (arch, emulator))

    def tell(self, name, problem=None, note=""):
        self.failed += problem is not None
        print("%-6s %-9s %s%s" % (self.arch, "ok" if problem is None else "NOT OK", name, note and
                                  ": " + note), flush=True)
        if problem is not None:
            print("    " + problem.replace("\n", "\n    "), flush=True)

    def command(self, root, words, files=(), env=None, root_user=False):
        """As a foreign user in that root, where only /work can be written to."""
        uid = [] if root_user else ["--uid", str(UID), "--gid", "0"]
        argv = ["bwrap", "--unshare-user", "--unshare-pid", *uid, "--die-with-parent",
                "--ro-bind", root, "/", "--tmpfs", "/tmp", "--dev", "/dev"]
        self.count += 1
        own = self.work / ("own-%d" % self.count)
        own.mkdir(mode=0o777)
        argv += ["--bind", own, "/tmp/own", "--ro-bind", self.file, "/tmp/flinkpack",
                 "--ro-bind", self.work / "inputs", "/tmp/inputs", "--tmpfs", "/etc"]
        settings = {"/etc/resolv.conf": "nameserver 127.0.0.1\n", **dict(files)}
        for number, (path, content) in enumerate(settings.items()):
            source = content
            if isinstance(content, str):
                source = self.work / ("own-%d.%d" % (self.count, number))
                source.write_text(content)
            argv += ["--ro-bind", source, path]
        program = ["/tmp/flinkpack"]
        if self.emulator:
            argv += ["--ro-bind", self.emulator, "/tmp/emulator"]
            program = ["/tmp/emulator", "/tmp/flinkpack"]
        argv += ["--remount-ro", "/tmp", "--chdir", "/tmp/own", "--clearenv"]
        for key, value in (env or {}).items():
            argv += ["--setenv", key, value]
        return [str(word) for word in [*argv, *program, *words]]

    def run(self, *arguments, **more):
        before = os.sched_getaffinity(0)
        started = subprocess.Popen(self.command(*arguments, **more), text=True,
                                   stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                                   preexec_fn=lambda: os.sched_setaffinity(0, {min(before)}))
        text = started.stdout.read()
        _, status, usage = os.wait4(started.pid, 0)
        return os.waitstatus_to_exitcode(status), text, usage.ru_maxrss << 10

    def file_itself(self):
        size = self.file.stat().st_size
        self.tell("at most 8 MiB", None if size <= MAX_BYTES else "%d bytes" % size,
                  "%d bytes" % size)
        shown = subprocess.run(["readelf", "-hl", self.file], text=True, check=True,
                               capture_output=True).stdout
        self.tell("needs no loader", shown if "INTERP" in shown else None)
        if self.emulator is None:
            seconds = []
            for _ in range(21):
                start = time.perf_counter()
                subprocess.run([self.file, "--version"], check=True, stdout=subprocess.DEVNULL)
                seconds.append(time.perf_counter() - start)
            self.tell("starts", note="in %.1f ms" % (1000 * statistics.median(seconds)))

    def starts(self, name, root):
        status, text, _ = self.run(root, ["version"])
        fine = status == 0 and "musl" in text
        self.tell("%s: version" % name, None if fine else text)
        status, text, _ = self.run(root, ["base", "list"])
        self.tell("%s: knows its bases" % name,
                  None if status == 0 and "temurin-17-jre" in text else text)

    def pushes(self, name, root, host, expected, files=(), env=None):
        """The digest of a build that is pushed there; None where it fails."""
        words = ["build", "--quiet", "--from-archive", "/tmp/inputs/flink.tgz", "--base",
                 "rootfs:/tmp/inputs/base.tar", "--job-jar", "/tmp/inputs/job.jar", "--store",
                 "/tmp/own/store", "--cache", "/tmp/own/cache", "--image-name",
                 "%s/check/job:v%d" % (host, self.count), "--push"]
        status, text, resident = self.run(root, words, files, env)
        digest = text.strip().rpartition("@")[2]
        problem = None
        if status != 0:
            problem = "status %d: %s" % (status, text)
        elif expected is not None and digest != expected:
            problem = "%s is not %s" % (digest, expected)
        elif resident > MAX_RESIDENT and self.emulator is None:
            problem = "%d MiB" % (resident >> 20)
        self.tell("%s: builds and pushes" % name, problem, "" if problem else digest)
        return digest if status == 0 else None


def make_inputs(folder):
    folder.mkdir()
    (folder / "flink.tgz").write_bytes(miniature.tar("1.20.4"))
    miniature.write_base(folder / "base.tar")
    (folder / "job.jar").write_bytes(miniature.job_jar())


def make_roots(work):
    """Roots by name. In each /etc and /tmp are there, and are covered."""
    roots = {}
    empty = work / "root-empty"
    for name in ("tmp", "etc", "dev"):
        (empty / name).mkdir(parents=True)
    roots["empty root"] = empty
    busybox = shutil.which("busybox")
    if busybox:
        root = work / "root-busybox"
        shutil.copytree(empty, root)
        (root / "bin").mkdir()
        shutil.copy(busybox, root / "bin/busybox")
        roots["busybox root"] = root
    roots["this machine's root"] = pathlib.Path("/")
    for path in filter(None, os.environ.get("FLINKPACK_CHECK_ROOTS", "").split(":")):
        roots[path] = pathlib.Path(path)
    return roots


def hashed_folder(work, certificate):
    """A folder of certificates as OpenSSL has it, by hash, and no bundle."""
    folder = work / "hashed"
    folder.mkdir()
    name = subprocess.run(["openssl", "x509", "-hash", "-noout", "-in", certificate], text=True,
                          check=True, capture_output=True).stdout.strip()
    shutil.copy(certificate, folder / (name + ".0"))
    return folder


def native_digest(work):
    """What a build of the usual kind gives for the same; None where there is none."""
    program = ROOT / "build/release/builder/cli/flinkpack"
    if not program.exists():
        return None
    inputs, own = work / "inputs", work / "native"
    done = subprocess.run([program, "build", "--quiet", "--from-archive", inputs / "flink.tgz",
                           "--base", "rootfs:%s" % (inputs / "base.tar"), "--job-jar",
                           inputs / "job.jar", "--store", own / "store", "--cache", own / "cache"],
                          text=True, capture_output=True)
    return done.stdout.strip().rpartition("@")[2] if done.returncode == 0 else None


def check_certificates(test, root, host, expected, certificate):
    for path in BUNDLES[1:]:
        test.pushes(path, root, host, expected, {path: certificate})
    test.pushes("/etc/ssl/certs by hash", root, host, expected,
                {"/etc/ssl/certs": hashed_folder(test.work, certificate)})
    test.pushes("SSL_CERT_FILE", root, host, expected, {"/etc/elsewhere.pem": certificate},
                {"SSL_CERT_FILE": "/etc/elsewhere.pem"})
    test.pushes("SSL_CERT_DIR", root, host, expected, {"/etc/elsewhere/ca.pem": certificate},
                {"SSL_CERT_DIR": "/etc/elsewhere"})
    status, text, _ = test.run(root, ["pull", host + "/check/job:v1", "--store", "/tmp/own/store"])
    test.tell("without certificates nobody is trusted",
              None if status == 8 else "status %d: %s" % (status, text))


def check_names(test, root, ports, expected, trusted, names):
    four, six = ports
    for name, text in SWITCHES.items():
        files = {**trusted, **({"/etc/nsswitch.conf": text} if text else {})}
        test.pushes(name, root, "registry.%s:%d" % (ZONE, four), expected, files)
    test.pushes("an IPv6 address only", root, "six.%s:%d" % (ZONE, six), expected, trusted)
    before = names.over_tcp
    test.pushes("a name that needs TCP", root, "long.%s:%d" % (ZONE, four), expected, trusted)
    test.tell("it was asked for over TCP",
              None if names.over_tcp > before else "no query came over TCP")
    status, text, _ = test.run(root, ["pull", "none.%s/x:y" % ZONE, "--retry", "0", "--store",
                                      "/tmp/own/store"], trusted)
    fine = status == 6 and "none." + ZONE in text
    test.tell("a name that nobody has is told", None if fine else "status %d: %s" % (status, text))


def check(arch, output, work, names):
    make_inputs(work / "inputs")
    test = Check(work, output, arch)
    test.file_itself()
    roots = make_roots(work)
    for name, root in roots.items():
        test.starts(name, root)
    authority = registries.Authority(work / "ca")
    hosts = ["%s.%s" % (name, ZONE) for name in ("registry", "six", "long")]
    pair = authority.issue("registry", hosts, ["127.0.0.1", "::1"])
    trusted = {BUNDLES[0]: authority.certificate}
    expected = native_digest(work)
    with contextlib.ExitStack() as stack:
        four = stack.enter_context(registries.Registry(work / "four", tls=pair))
        six = stack.enter_context(registries.Registry(work / "six", tls=pair, address="::1"))
        host = "registry.%s:%d" % (ZONE, four.port)
        for name, root in roots.items():
            expected = test.pushes(name, root, host, expected, trusted) or expected
        empty = roots["empty root"]
        check_certificates(test, empty, host, expected, authority.certificate)
        check_names(test, empty, (four.port, six.port), expected, trusted, names)
    return test.failed


def main():
    output, arches = pathlib.Path(sys.argv[1]).resolve(), sys.argv[2:]
    missing = registries.missing() + [name for name in ("bwrap", "unshare", "readelf") if
                                      not shutil.which(name)]
    if missing:
        sys.exit("check: there is no " + ", ".join(missing))
    enter_network()
    subprocess.run(["sha256sum", "--quiet", "--check", "SHA256SUMS"], cwd=output, check=True)
    names, failed = NameServer(), 0
    for arch in arches:
        with tempfile.TemporaryDirectory(prefix="flinkpack-check-", dir="/var/tmp") as folder:
            os.chmod(folder, 0o755)
            failed += check(arch, output, pathlib.Path(folder), names)
    if failed:
        sys.exit("check: %d of it not as it should be" % failed)
    print("all of it is as it should be")


if __name__ == "__main__":
    main()
