"""Bad input: each kind has its own words and status, and leaves nothing behind."""

import gzip
import http.server
import lzma
import os
import pathlib
import resource
import signal
import subprocess
import threading
import zlib

import images
import miniature
import program
import pytest
import registry as registries
import validate

from program import AUTH, INPUT, IO, NETWORK, NOT_FOUND, USAGE

FLINK = "flink-1.20.4"


def no_image_in(layout):
    index = pathlib.Path(layout) / "index.json"
    if index.exists():
        assert validate.parse(index.read_bytes(), "index.json")["manifests"] == []


def nothing_left(flinkpack, folder=None):
    """No image came to be, and no temporary file stayed."""
    for place in (flinkpack.store, flinkpack.cache, *([folder] if folder else [])):
        found = program.left_in(place)
        assert [name for name in found if name not in ("oci-layout", "index.json")] == [], place
        no_image_in(place)
    temporary = pathlib.Path(flinkpack.env.get("TMPDIR", flinkpack.home / "tmp"))
    assert not temporary.exists() or program.left_in(temporary) == []


class Case:
    """What a bad build is given, and what it has to say."""

    def __init__(self, flinkpack, inputs, folder):
        self.flinkpack, self.inputs, self.folder = flinkpack, inputs, folder
        self.out = folder / "out"
        self.words = {"from": ["--from-archive", inputs.archive()], "base": inputs.base,
                      "job": inputs.job}

    def file(self, name, data):
        path = self.folder / name
        path.write_bytes(data)
        return path

    def archive(self, *more, name="bad.tgz"):
        """A distribution's archive with entries that should not be there."""
        entries = [*miniature.entries("1.20.4"), *more]
        return self.file(name, images.Layer(images.make_tar(entries)).data)

    def fail(self, status, *words, **change):
        said = {**self.words, **change}
        job = ["--job-jar", said["job"]] if said["job"] else []
        err = self.flinkpack.fail(status, "build", *said["from"], "--base", said["base"], *job,
                                  *words, "-o", "oci:%s:v1" % self.out)
        nothing_left(self.flinkpack, self.out)
        return err


@pytest.fixture
def case(flinkpack, inputs, tmp_path):
    folder = tmp_path / "input"
    folder.mkdir()
    flinkpack.env["TMPDIR"] = str(tmp_path / "tmp")
    (tmp_path / "tmp").mkdir()
    return Case(flinkpack, inputs, folder)


def says(err, *words):
    for word in words:
        assert str(word) in err, err


# --- files ---

@pytest.mark.parametrize("option, change", [
    ("--from-archive", lambda path: {"from": ["--from-archive", path]}),
    ("--from-local-dist", lambda path: {"from": ["--from-local-dist", path]}),
    ("--job-jar", lambda path: {"job": path}),
    ("--base", lambda path: {"base": "rootfs:%s" % path}),
    ("--base", lambda path: {"base": "oci:%s:b" % path}),
    ("--base", lambda path: {"base": "docker-archive:%s" % path}),
])
def test_missing_file(option, change, case):
    path = case.folder / "not-there"
    says(case.fail(NOT_FOUND, **change(path)), path)


@pytest.mark.parametrize("option", ["--job-jar", "--job-artifacts"])
def test_missing_job_names_the_option(option, case):
    path = case.folder / "not-there.jar"
    says(case.fail(NOT_FOUND, option, path), "%s: %s: cannot be opened" % (option, path))


@pytest.mark.parametrize("option", ["--lib", "--add", "--plugin"])
def test_missing_extra(option, case):
    path = case.folder / "not-there"
    word = {"--add": "%s:/x", "--plugin": "mine=%s"}.get(option, "%s") % path
    says(case.fail(NOT_FOUND, option, word), path)


@pytest.mark.parametrize("data", [b"", b"no jar", b"PK\3\4" + bytes(100)],
                         ids=["empty", "text", "broken"])
def test_jar_that_is_none(data, case):
    path = case.file("job.jar", data)
    says(case.fail(INPUT, job=path), path, "not a jar")


def test_jar_that_is_encrypted(case):
    """Bit 0 of the flags in the directory at its end, for each entry."""
    data = bytearray(miniature.job_jar())
    at = data.find(b"PK\1\2")
    while at >= 0:
        data[at + 8] |= 1
        at = data.find(b"PK\1\2", at + 4)
    path = case.file("job.jar", bytes(data))
    says(case.fail(INPUT, job=path), path, "META-INF/MANIFEST.MF is encrypted")


def test_jar_cut_short(case):
    path = case.file("job.jar", miniature.job_jar()[:-30])
    says(case.fail(INPUT, job=path), path, "not a jar")


def test_class_too_new_for_the_base(case):
    path = case.file("job.jar", miniature.job_jar(major=65))
    says(case.fail(INPUT, job=path), path, "Java 21", "Java 17")


def test_empty_job_jar(case):
    says(case.fail(USAGE, job="", **{"from": ["--from-archive", "x", "--job-jar", ""]}),
         "--job-jar")


# --- archives ---

def test_archive_without_flink(case):
    data = images.Layer(images.make_tar([images.folder("a"), images.file("a/b", b"c")])).data
    path = case.file("other.tgz", data)
    says(case.fail(INPUT, **{"from": ["--from-archive", path]}), path, "flink-dist")


def test_archive_that_is_none(case):
    path = case.file("page.tgz", b"<!DOCTYPE html><html>404</html>" * 40)
    says(case.fail(INPUT, **{"from": ["--from-archive", path]}), path)


def test_folder_without_flink(case):
    (case.folder / "lib").mkdir()
    err = case.fail(NOT_FOUND, **{"from": ["--from-local-dist", case.folder]})
    says(err, case.folder, "flink-dist")


@pytest.mark.parametrize("kind", ["tgz", "tar", "tar.zst", "tar.xz"])
@pytest.mark.parametrize("part", [0.02, 0.5, 0.97])
def test_truncated_archive(kind, part, case):
    data = case.inputs.archive(kind=kind).read_bytes().rstrip(b"\0")
    path = case.file("cut." + kind, data[:int(len(data) * part) or 1])
    says(case.fail(INPUT, **{"from": ["--from-archive", path]}), path)


@pytest.mark.parametrize("kind", ["tgz", "tar.zst", "tar.xz"])
@pytest.mark.parametrize("part", [0.3, 0.6, 0.99])
def test_archive_with_a_flipped_bit(kind, part, case):
    data = bytearray(case.inputs.archive(kind=kind).read_bytes())
    data[int(len(data) * part)] ^= 0x10
    path = case.file("flipped." + kind, bytes(data))
    says(case.fail(INPUT, **{"from": ["--from-archive", path]}), path)


def test_garbage_behind_the_archive(case):
    data = case.inputs.archive().read_bytes()
    path = case.file("more.tgz", data + b"garbage")
    says(case.fail(INPUT, **{"from": ["--from-archive", path]}), path)


HOSTILE = {
    "upwards": images.file("../../etc/cron.d/x", b"x"),
    "upwards inside": images.file(FLINK + "/../../x", b"x"),
    "absolute": images.file("/etc/cron.d/x", b"x"),
    "link outside": images.link(FLINK + "/lib/x.jar", "/etc/passwd"),
    "link upwards": images.link(FLINK + "/lib/x.jar", "../../../etc/passwd"),
    "hard link outside": images.hard_link(FLINK + "/lib/x.jar", "../etc/passwd"),
    "hard link to nothing": images.hard_link(FLINK + "/lib/x.jar", FLINK + "/none"),
    "device": (images._info(FLINK + "/lib/null", images.tarfile.CHRTYPE, 0o666, 0, 0, 1), None),
    "fifo": (images._info(FLINK + "/lib/pipe", images.tarfile.FIFOTYPE, 0o666, 0, 0, 1), None),
    "control character": images.file(FLINK + "/lib/a\nb.jar", b"x"),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_archive(name, case):
    path = case.archive(HOSTILE[name])
    err = case.fail(INPUT, **{"from": ["--from-archive", path]})
    says(err, path)
    assert "\n/" not in err.replace("flinkpack: ", "")


def test_bomb(case):
    """10 GiB of zeros in 10 MB, as one gzip member; refused long before its end."""
    size, part = 10 << 30, 64 << 20
    info, _ = images.file(FLINK + "/lib/zeros.jar")
    info.size = size
    head = images.make_tar(miniature.entries("1.20.4")).rstrip(b"\0")
    head += bytes(-len(head) % 512) + info.tobuf(images.tarfile.GNU_FORMAT)
    deflate = zlib.compressobj(9, zlib.DEFLATED, -15)
    start = deflate.compress(head) + deflate.flush(zlib.Z_FULL_FLUSH)
    zeros = deflate.compress(bytes(part)) + deflate.flush(zlib.Z_FULL_FLUSH)
    end = deflate.compress(bytes(1024)) + deflate.flush()
    path = case.folder / "bomb.tgz"
    with open(path, "wb") as out:
        out.write(b"\x1f\x8b\x08\0\0\0\0\0\0\xff" + start)
        for _ in range(size // part):
            out.write(zeros)
        out.write(end + bytes(4) + ((size + len(head) + 1024) & 0xffffffff).to_bytes(4, "little"))
    assert path.stat().st_size < 11 << 20
    says(case.fail(INPUT, **{"from": ["--from-archive", path]}), path)


# --- bases ---

def test_base_without_java(case):
    images.write_layout(images.base(java=None), case.folder / "base", "b")
    says(case.fail(INPUT, base="oci:%s:b" % (case.folder / "base")), "no Java", "temurin-11-jre")


def test_base_without_bash(case):
    images.write_layout(images.base(bash=False), case.folder / "base", "b")
    says(case.fail(INPUT, base="oci:%s:b" % (case.folder / "base")), "bash")


def test_base_with_java_too_old(case):
    images.write_layout(images.base(java="1.8.0_402"), case.folder / "base", "b")
    case.words["from"] = ["--from-archive", case.inputs.archive("2.2.0")]
    says(case.fail(INPUT, base="oci:%s:b" % (case.folder / "base")), "Java 8", "temurin-17-jre")


def test_base_of_another_platform(case):
    images.write_layout(images.base(architecture="arm64"), case.folder / "base", "b")
    says(case.fail(NOT_FOUND, base="oci:%s:b" % (case.folder / "base")), "linux/arm64",
         "linux/amd64")


def test_base_whose_layer_is_not_what_its_digest_says(case):
    image = images.base()
    layout = case.folder / "base"
    images.write_layout(image, layout, "b")
    blob = layout / "blobs/sha256" / image.layers[0].digest[7:]
    data = bytearray(blob.read_bytes())
    data[-5] ^= 1
    blob.write_bytes(bytes(data))
    case.flinkpack.env["LC_ALL"] = "C"
    err = case.flinkpack.try_run("build", *case.words["from"], "--base", "oci:%s:b" % layout)
    assert err.status in (INPUT, program.VERIFY), err.err
    nothing_left(case.flinkpack)


def test_base_whose_diff_id_is_wrong(case):
    image = images.base()
    image.document["rootfs"]["diff_ids"].reverse()
    image.seal()
    images.write_layout(image, case.folder / "base", "b")
    err = case.flinkpack.try_run("build", *case.words["from"], "--base",
                                 "oci:%s:b" % (case.folder / "base"))
    assert err.status in (INPUT, program.VERIFY), err.err
    says(err.err, "diff_id")


@pytest.mark.parametrize("compressed", [False, True])
def test_base_whose_media_type_is_wrong(compressed, case):
    """Some runtimes go by the media type, others by the bytes."""
    image = images.base(compressed=compressed)
    for layer in image.layers:
        layer.compressed = not compressed
    image.seal()
    images.write_layout(image, case.folder / "base", "b")
    result = case.flinkpack.run("build", *case.words["from"], "--base",
                                "oci:%s:b" % (case.folder / "base"), "-o", "oci:%s:v1" % case.out)
    assert "oci:%s:b: layer 2 says that it is" % (case.folder / "base") in result.err
    made, = validate.layout(case.out, "v1")
    assert {layer["mediaType"].endswith("+gzip") for layer in made.manifest["layers"][:2]} == \
        {compressed}


def test_base_in_xz(case):
    image = images.base()
    for layer in image.layers:
        layer.data = lzma.compress(layer.tar)
        layer.digest = images.sha256(layer.data)
    image.seal()
    images.write_layout(image, case.folder / "base", "b")
    says(case.fail(INPUT, base="oci:%s:b" % (case.folder / "base")), "xz", "no runtime reads")


def test_unknown_base_name(case):
    says(case.fail(NOT_FOUND, base="temurin-17-jdk"), "temurin-17-jdk", "temurin-17-jre")


def test_from_image_without_flink(case):
    images.write_layout(images.base(), case.folder / "base", "b")
    err = case.flinkpack.fail(INPUT, "build", "--from-image", "oci:%s:b" % (case.folder / "base"),
                              "--job-jar", case.inputs.job)
    says(err, "flink-dist")
    nothing_left(case.flinkpack)


# --- names and options ---

@pytest.mark.parametrize("words, said", [
    (["-t", "a b"], ["a b", "128"]),
    (["-t", "-x"], ["-x"]),
    (["--image-name", "Team/Job:v1"], ["Team/Job"]),
    (["--image-name", "job:v 1"], ["v 1"]),
    (["--push"], ["--push", "registry"]),
    (["--platform", "linux"], ["linux"]),
    (["--platform", "linux/amd64,linux/arm64"], ["rootfs"]),
    (["--conf", "x"], ["--conf", "KEY=VALUE"]),
    (["--label", "=x"], ["--label", "KEY=VALUE"]),
    (["--user", "flink"], ["--user", "UID"]),
    (["--add", "a"], ["--add", "SRC:"]),
    (["--no-such-option"], ["--no-such-option"]),
    (["--job-jars", "x"], ["--job-jar"]),
    (["-o", "docker://example.com/x"], ["--push"]),
    (["--from-release", "--flink-version", "1.20.4"], ["one"]),
])
def test_usage(words, said, case):
    says(case.fail(USAGE, *words), *said)


@pytest.mark.parametrize("words, said", [
    (["--flink-version", "1.6"], ["1.6"]),
    (["--flink-version", "1.4.2"], ["1.4.2"]),
    (["--flink-version", "one"], ["one"]),
    (["--flink-version", "1.6.0", "--scala-version", "2.12"], ["2.12", "2.11"]),
    (["--flink-version", "1.6.0", "--hadoop-version", "3.3"], ["3.3", "2.8"]),
    ([], ["--flink-version"]),
])
def test_unknown_version_or_variant(words, said, case):
    says(case.fail(USAGE, "--offline", **{"from": ["--from-release", *words]}), *said)


# --- the local file system ---

@pytest.mark.skipif(os.geteuid() != 0, reason="only root can make a small file system")
@pytest.mark.parametrize("where", ["store", "out"])
def test_full_disk(where, case, tmp_path):
    small = tmp_path / where
    small.mkdir()
    made = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=64k", "tmpfs", small],
                          capture_output=True, text=True)
    if made.returncode != 0:
        pytest.skip("no small file system can be made here: %s" % made.stderr.strip())
    case.out = tmp_path / "out" / "l"
    try:
        says(case.fail(IO, "--env", "A=" + "x" * 300, job=big_jar(case)), "space")
    finally:
        subprocess.run(["umount", small], check=True)


def big_jar(case):
    return case.file("big.jar", miniature.job_jar(extra=[("data", os.urandom(1 << 18))]))


def test_file_size_limit(case):
    def limit():
        resource.setrlimit(resource.RLIMIT_FSIZE, (1 << 16, 1 << 16))
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    err = case.flinkpack.fail(IO, "build", *map(str, case.words["from"]), "--base", case.words["base"],
                              "--job-jar", big_jar(case), preexec_fn=limit,
                              restore_signals=False)
    says(err, "large")
    nothing_left(case.flinkpack)


def as_nobody():
    os.setgroups([])
    os.setgid(65534)
    os.setuid(65534)


@pytest.mark.skipif(os.geteuid() != 0, reason="root is needed to become someone else")
@pytest.mark.parametrize("form", ["oci:%s/l:v1", "oci-archive:%s/a.tar", "docker-archive:%s/a.tar"])
def test_unwritable_output(form, flinkpack, inputs, public_folder):
    there = public_folder / "out"
    there.mkdir(mode=0o755)
    home = program.Program(public_folder / "home", flinkpack.binary)
    for path in [public_folder / "home", *(public_folder / "home").rglob("*")]:
        os.chown(path, 65534, 65534)
    err = home.fail(IO, "build", "--from-archive", public(inputs.archive(), public_folder),
                    "--base", "rootfs:%s" % public(inputs.base[7:], public_folder), "-o",
                    form % there, preexec_fn=as_nobody)
    says(err, there, "ermission")
    assert os.listdir(there) == []
    nothing_left(home)


def public(path, folder):
    target = folder / os.path.basename(path)
    target.write_bytes(pathlib.Path(path).read_bytes())
    target.chmod(0o644)
    return target


@pytest.mark.parametrize("form", ["oci-archive:%s/no/a.tar", "docker-archive:%s/no/a.tar"])
def test_output_without_a_folder(form, case):
    where = form % case.folder
    says(case.fail(NOT_FOUND, "-o", where), "mkdir")


def test_output_that_is_no_layout(case):
    (case.folder / "mine").mkdir()
    (case.folder / "mine/file").write_text("precious")
    err = case.flinkpack.try_run("build", *case.words["from"], "--base", case.words["base"], "-o",
                                 "oci:%s:v1" % (case.folder / "mine/file"))
    assert err.status in (USAGE, INPUT, IO), err.err
    assert (case.folder / "mine/file").read_text() == "precious"


# --- interrupted ---

class Stalling:
    """A registry that stops answering in the middle: of a blob that it sends ("get"), or takes
    ("put"); or that takes none ("refuse")."""

    def __init__(self, image, stall):
        self.image, self.stalled, self.go_on = image, threading.Event(), threading.Event()
        outer = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def log_message(self, *words):
                pass

            def handle(self):
                try:
                    super().handle()
                except ConnectionError:
                    pass  # the client was interrupted, which is what this is for

            def answer(self, status, body=b"", **headers):
                self.send_response(status)
                for name, value in headers.items():
                    self.send_header(name.replace("_", "-"), value)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                if self.command != "HEAD":
                    self.wfile.write(body)

            def do_GET(self):
                outer.get(self, stall == "get")

            do_HEAD = do_GET

            def do_POST(self):
                self.rfile.read(int(self.headers.get("Content-Length") or 0))
                if stall == "refuse":
                    self.answer(403)
                else:
                    self.answer(202, Location="/v2/up/x?a=b", Range="0-0")

            def do_PUT(self):
                self.rfile.read(10)
                outer.stall()

            do_PATCH = do_PUT

        self.server = registries.Listener(("127.0.0.1", 0), Handler)
        self.address = "127.0.0.1:%d" % self.server.server_port
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def stall(self):
        self.stalled.set()
        self.go_on.wait(600)

    def get(self, handler, stalls):
        image, path = self.image, handler.path
        if path == "/v2/":
            handler.answer(200)
        elif "/manifests/" in path and image:
            handler.answer(200, image.manifest, Content_Type=image.descriptor()["mediaType"],
                           Docker_Content_Digest=image.descriptor()["digest"])
        elif image and path.endswith(images.sha256(image.config)):
            handler.answer(200, image.config)
        elif image and handler.command == "GET":
            data = next(one.data for one in image.layers if path.endswith(one.digest))
            handler.send_response(200)
            handler.send_header("Content-Length", str(len(data)))
            handler.end_headers()
            handler.wfile.write(data[:len(data) // 2])
            handler.wfile.flush()
            if stalls:
                self.stall()
        else:
            handler.answer(404)

    def close(self):
        self.go_on.set()
        self.server.shutdown()
        self.server.server_close()


@pytest.fixture
def stalling():
    made = []

    def make(image, stall):
        made.append(Stalling(image, stall))
        return made[-1]
    yield make
    for one in made:
        one.close()


def interrupt(flinkpack, server, number, *words):
    process = flinkpack.start("build", *words)
    try:
        assert server.stalled.wait(300), process.poll()
        process.send_signal(number)
        out, err = process.communicate(timeout=300)
    finally:
        process.kill()
    assert process.returncode == 128 + number, err
    assert out == ""


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_interrupted_while_it_fetches(number, case, stalling):
    big = images.layer([images.file("data", os.urandom(1 << 20))])
    server = stalling(images.Image([big] + images.base_layers(), images.BASE_CONFIG), "get")
    interrupt(case.flinkpack, server, number, *case.words["from"], "--base",
              server.address + "/base:17", "-o", "oci:%s:v1" % case.out)
    assert not case.out.exists() or not program.left_in(case.out)
    # What was downloaded so far may stay, to go on with; but nothing else, and no image.
    left = set(program.left_in(case.flinkpack.store)) - {"oci-layout", "index.json"}
    assert all("part" in name for name in left), left
    no_image_in(case.flinkpack.store)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_interrupted_while_it_pushes(number, case, stalling):
    server = stalling(None, "put")
    interrupt(case.flinkpack, server, number, *case.words["from"], "--base", case.words["base"],
              "--image-name", server.address + "/out/x:v1", "--push")
    nothing_left(case.flinkpack)


def test_a_push_that_is_refused_ends_what_is_beside_it(case, stalling):
    big = images.layer([images.file("data", os.urandom(1 << 20))])
    base = stalling(images.Image([big] + images.base_layers(), images.BASE_CONFIG), "get")
    refusing = stalling(None, "refuse")
    err = case.flinkpack.fail(AUTH, "build", *case.words["from"], "--base", base.address + "/base:17",
                              "--image-name", refusing.address + "/out/x:v1", "--push")
    says(err, refusing.address)


def test_an_archive_that_changes_while_it_is_pushed(case, registry, tmp_path):
    """Whether the push or the reading finds out first: it is the archive that is at fault."""
    archive, other = tmp_path / "flink.tgz", tmp_path / "other.tgz"
    # Larger than what waits until it is known what the names stand for.
    more = [("lib/large.jar", (0o644, miniature.jar(extra=[("data", os.urandom(2 << 20))])))]
    data = gzip.compress(miniature.tar("1.20.4", more=more))
    changed = data[:4] + bytes([data[4] ^ 1]) + data[5:]  # gzip's time: as sound, and as long
    archive.write_bytes(data)
    other.write_bytes(changed)

    def push(act, name):
        def once(n, method, path):
            if method == "POST" and other.exists():
                act()

        with registries.FaultProxy(int(registry.rpartition(":")[2]), once) as proxy:
            return case.flinkpack.try_run("build", "--from-archive", archive, "--base",
                                          case.inputs.base, "--image-name",
                                          proxy.host + "/changing/%s:v1" % name, "--push")

    def write_into():
        with open(archive, "r+b") as file:
            file.write(changed)

    done = push(write_into, "written")
    assert done.status == INPUT, done.err
    says(done.err, "%s: changed while it was read" % archive)
    # Another file under its name is none of ours: the one that was opened is pushed.
    archive.write_bytes(data)
    done = push(lambda: other.rename(archive), "renamed")
    assert done.status == 0, done.err


# --- the network ---

def test_registry_that_is_not_there(case, free_port):
    err = case.flinkpack.fail(NETWORK, "build", *case.words["from"], "--base",
                              "127.0.0.1:%d/base:17" % free_port)
    says(err, "127.0.0.1:%d" % free_port)
    nothing_left(case.flinkpack)


def test_base_that_is_not_in_the_registry(case, registry):
    err = case.flinkpack.fail(NOT_FOUND, "build", *case.words["from"], "--base",
                              registry + "/no/such:17")
    says(err, "no/such")
    nothing_left(case.flinkpack)


def test_push_to_a_registry_that_is_not_there(case, free_port):
    name = "127.0.0.1:%d/out:v1" % free_port
    err = case.flinkpack.fail(NETWORK, "build", *case.words["from"], "--base", case.words["base"],
                              "--image-name", name, "--push")
    says(err, "127.0.0.1:%d" % free_port)
    nothing_left(case.flinkpack)
