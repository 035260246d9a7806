"""Hostile files: what an enemy would give as archive, jar, base, extra file or output."""

import copy
import gzip
import json
import os
import resource
import shutil
import signal
import struct
import zipfile
import zlib

import images
import measure
import miniature
import program
import pytest
import validate

from program import INPUT, IO, USAGE

FLINK = "flink-1.20.4"


class Case:
    def __init__(self, flinkpack, inputs, folder):
        self.flinkpack, self.inputs, self.folder = flinkpack, inputs, folder
        self.source = ["--from-archive", inputs.archive()]
        self.base, self.job = inputs.base, inputs.job
        self.out = folder / "out"

    def words(self):
        return ["build", *self.source, "--base", self.base, "--job-jar", self.job]

    def build(self, *words):
        """A build that succeeds, and the image."""
        self.flinkpack.run(*self.words(), *words, "-o", "oci:%s:v1" % self.out)
        source = self.source[1]
        as_is = [images.sha256(source.read_bytes())] if source.is_file() else []
        return validate.layout(self.out, "v1", as_is=as_is)[0]

    def fail(self, status, *words, timeout=300):
        """A build that fails in time and leaves nothing. Gives what it says."""
        err = self.flinkpack.fail(status, *self.words(), *words, "-o", "oci:%s:v1" % self.out,
                                  timeout=timeout)
        for place in (self.flinkpack.store, self.flinkpack.cache, self.out):
            left = set(program.left_in(place)) - {"oci-layout", "index.json"}
            assert not left, left
        return err

    def archive(self, *more):
        path = self.folder / "hostile.tgz"
        path.write_bytes(images.layer([*miniature.entries("1.20.4"), *more]).data)
        self.source = ["--from-archive", path]
        return path

    def dist(self):
        """A distribution's folder to spoil."""
        path = self.folder / FLINK
        shutil.copytree(self.inputs.dist(), path, symlinks=True)
        self.source = ["--from-local-dist", path]
        return path

    def base_of(self, *layers, config=None):
        """The test's base with layers on top."""
        made = [images.layer(entries) for entries in layers]
        image = images.Image(images.base_layers() + made, config or images.BASE_CONFIG)
        images.write_layout(image, self.folder / "base", "b")
        self.base = "oci:%s:b" % (self.folder / "base")


@pytest.fixture
def case(flinkpack, inputs, tmp_path):
    folder = tmp_path / "case"
    folder.mkdir()
    return Case(flinkpack, inputs, folder)


def says(err, *words):
    for word in words:
        assert str(word) in err, err


# --- what is no file ---

PLACES = {
    "jar": lambda case, path: setattr(case, "job", path),
    "archive": lambda case, path: setattr(case, "source", ["--from-archive", path]),
    "rootfs": lambda case, path: setattr(case, "base", "rootfs:%s" % path),
    "oci-archive": lambda case, path: setattr(case, "base", "oci-archive:%s" % path),
    "docker-archive": lambda case, path: setattr(case, "base", "docker-archive:%s" % path),
    "lib": lambda case, path: ["--lib", path],
    "plugin": lambda case, path: ["--plugin", "x=%s" % path],
}


@pytest.mark.parametrize("kind", ["pipe", "device"])
@pytest.mark.parametrize("place", PLACES)
def test_pipes_and_devices_are_not_waited_for(place, kind, case):
    path = case.folder / "pipe"
    if kind == "pipe":
        os.mkfifo(path)
    else:
        path.symlink_to("/dev/zero")
    err = case.fail(INPUT, *(PLACES[place](case, path) or []))
    says(err, path)
    assert "pipe or device" in err or "regular file" in err, err


@pytest.mark.parametrize("name", ["index.json", "oci-layout"])
def test_pipes_in_a_layout_are_not_waited_for(name, case):
    for folder in ("base", "out"):
        (case.folder / folder).mkdir()
        (case.folder / folder / "oci-layout").write_text('{"imageLayoutVersion": "1.0.0"}')
        (case.folder / folder / name).unlink(missing_ok=True)
        os.mkfifo(case.folder / folder / name)
    try:
        err = case.flinkpack.fail(INPUT, *case.words(), "-o", "oci:%s:v1" % case.out)
        says(err, case.out / name)
        case.base = "oci:%s" % (case.folder / "base")
        err = case.flinkpack.fail(INPUT, *case.words())
        says(err, case.folder / "base" / name)
    finally:
        os.unlink(case.out / name)


# --- archives and folders ---

def test_an_archive_that_was_added_to(case):
    """As "tar -r" leaves it: the last of two is what counts."""
    case.archive(images.file(FLINK + "/conf/config.yaml", "late.key: yes\n"),
                 images.file(FLINK + "/bin/flink", "#!/late\n", 0o755))
    image = case.build()
    assert "late.key: yes" in image.read("opt/flink/conf/config.yaml").decode()
    assert image.read("opt/flink/bin/flink") == b"#!/late\n"


def test_a_configuration_that_is_no_text(case):
    """Half of it would be lost behind the NUL."""
    case.archive(images.file(FLINK + "/conf/config.yaml", b"a: b\n\0c: d\n"))
    says(case.fail(INPUT), "conf/config.yaml", "NUL")


def test_links_among_scripts(case):
    dist = case.dist()
    (dist / "bin/taskmanager.sh").rename(dist / "bin/tm.sh")
    (dist / "bin/taskmanager.sh").symlink_to("tm.sh")
    os.utime(dist / "bin/taskmanager.sh", (images.EPOCH, images.EPOCH), follow_symlinks=False)
    image = case.build()
    assert image.resolve("opt/flink/bin/taskmanager.sh").path == "opt/flink/bin/tm.sh"


def test_hard_links_among_scripts(case):
    case.archive(images.hard_link(FLINK + "/bin/again.sh", FLINK + "/bin/taskmanager.sh"))
    image = case.build()
    assert image.read("opt/flink/bin/again.sh") == image.read("opt/flink/bin/taskmanager.sh")


def test_a_folder_that_is_a_link(case):
    path = case.archive(images.link(FLINK + "/lib", "opt"))
    says(case.fail(INPUT), path, "lib is no directory")


def test_times_beyond_the_year_9999(case):
    case.archive(images.file(FLINK + "/late", b"", mtime=1 << 40))
    image = case.build()
    assert image.created == "2020-09-13T12:26:40Z"


@pytest.mark.parametrize("name, said", [
    ("/".join("d" * 2000), "nested"),
    ("/".join(["n" * 250] * 15), "MiB of names"),
])
def test_names_that_cost(name, said, case):
    pad = images.file(FLINK + "/pad", os.urandom(4 << 20))
    path = case.archive(pad, *(images.file("%s/%s/%d" % (FLINK, name, i)) for i in range(3000)))
    says(case.fail(INPUT), path, said)


def test_a_folder_that_changes(case):
    """A file that shrinks and grows while it is read."""
    jar = case.dist() / "lib/log4j-core-2.24.3.jar"
    os.truncate(jar, 1 << 28)
    process = case.flinkpack.start(*case.words(), "-o", "oci:%s:v1" % case.out)
    for size in range(200):
        os.truncate(jar, (1 << 28) - size)
    _, err = process.communicate(timeout=600)
    # It may have been read between two changes, or after all of them.
    assert process.returncode == 0 or (process.returncode == IO and str(jar) in err), err


# --- jars ---

def directory_entry(name, offset, packed, size):
    name = name.encode()
    return struct.pack("<IHHHHHHIIIHHHHHII", 0x02014b50, 20, 20, 0, 8, 0, 0x21, 0, packed, size,
                       len(name), 0, 0, 0, 0, 0, offset) + name


def test_a_manifest_named_often(case):
    """One megabyte that the directory names twenty thousand times."""
    deflate = zlib.compressobj(9, zlib.DEFLATED, -15)
    data = deflate.compress(b"Main-Class: a.B\r\nX: " + b"x" * (1 << 20) + b"\r\n")
    data += deflate.flush()
    name = b"META-INF/MANIFEST.MF"
    local = struct.pack("<IHHHHHIIIHH", 0x04034b50, 20, 0, 8, 0, 0x21, 0, len(data), 1 << 20,
                        len(name), 0) + name + data
    entries = directory_entry(name.decode(), 0, len(data), 1 << 20) * 20000
    case.job = case.folder / "often.jar"
    case.job.write_bytes(local + entries + struct.pack("<IHHHHIIH", 0x06054b50, 0, 0, 20000, 20000,
                                                       len(entries), len(local), 0))
    case.flinkpack.run(*case.words())


# --- bases ---

def test_a_base_with_accounts_that_weigh(case):
    """Two hundred files of a megabyte, of which one counts."""
    case.base_of([images.file("etc/passwd", b"#" * 1000000) for _ in range(200)])
    options = program.SANITIZERS["ASAN_OPTIONS"] + ":quarantine_size_mb=1"
    used = measure.run(case.flinkpack.binary, *case.words(), timeout=600,
                       env={**case.flinkpack.env, "ASAN_OPTIONS": options})
    assert used.peak_kb < 120 << 10


def test_a_base_nested_deeply(case):
    case.base_of([images.file("/".join("d" * 2000) + "/%d" % i) for i in range(200)])
    says(case.fail(INPUT), case.base, "base layer 3 of 3", "nested more than 256 deep")


@pytest.mark.parametrize("entries, said", [
    ([images.link("opt/flink", "../..")], "/opt/flink, a link to ../.."),
    ([images.link("opt/flink", "/tmp")], "/opt/flink, a link to /tmp"),
    ([images.link("opt/flink", "/nowhere")], "/opt/flink, a link to /nowhere"),
    ([images.folder("opt/flink"), images.folder("opt/flink/lib"),
      images.file("opt/flink/lib/flink-dist-1.19.0.jar")], "/opt/flink/lib/flink-dist-1.19.0.jar"),
    ([images.folder("flink-1.20.4")], "/flink-1.20.4"),
])
def test_a_base_with_flink_in_it(entries, said, case):
    case.base_of(entries)
    says(case.fail(INPUT), said, "--from-image")


@pytest.mark.parametrize("etc", ["/srv/etc", "srv/etc", "../srv/../srv/etc"])
def test_a_base_whose_etc_is_a_link(etc, case):
    case.base_of([images.file(".wh.etc")],
                 [images.folder("srv"), images.folder("srv/etc"), images.link("etc", etc),
                  images.file("etc/passwd", images.PASSWD)])
    image = case.build()
    assert b"flink:x:9999:" in image.read("srv/etc/passwd")
    assert image.tree["etc"].kind == "link"


# --- --add ---

def test_adding_to_folders_that_are_there(case):
    more = case.folder / "more"
    (more / "sub").mkdir(parents=True)
    (more / "x").write_text("x")
    image = case.build("--add", "%s:/tmp" % more, "--add", "%s:/opt/flink/conf" % more, "--add",
                       "%s:/bin" % more)
    assert (image.tree["tmp"].mode, image.tree["opt/flink/conf"].mode) == (0o1777, 0o775)
    for name in ("tmp/x", "opt/flink/conf/x", "usr/bin/x"):
        assert image.read(name) == b"x", name


def test_adding_to_folders_of_the_distribution(case):
    """They stay what the archive makes them, and what is in them is known."""
    case.archive(images.folder(FLINK + "/own", 0o775, 9999, 9999),
                 images.file(FLINK + "/own/file", b"archive's"))
    added = case.folder / "added"
    added.write_text("added")
    image = case.build("--add", "%s:/%s/own/" % (added, FLINK))
    folder = image.tree[FLINK + "/own"]
    assert (folder.mode, folder.uid, folder.gid) == (0o775, 9999, 9999)
    assert image.read(FLINK + "/own/added") == b"added"
    assert image.read(FLINK + "/own/file") == b"archive's"
    says(case.flinkpack.fail(INPUT, *case.words(), "--add", "%s:/%s/own" % (added, FLINK)),
         "--add %s:/%s/own/" % (added, FLINK))


def test_adding_in_place_of_what_is_there(case):
    own = case.folder / "own"
    own.write_text("own")
    settings = "opt/flink/conf/log4j-console.properties"
    image = case.build("--add", "%s:/%s" % (own, settings))
    assert image.read(settings) == b"own"
    says(case.flinkpack.fail(INPUT, *case.words(), "--add", "%s:/tmp" % own), "--add", own, "/tmp/")
    says(case.flinkpack.fail(INPUT, *case.words(), "--add", "%s:/etc/passwd" % case.folder),
         "--add", case.folder, "/etc/passwd")
    says(case.flinkpack.fail(USAGE, *case.words(), "--conf", "a=b", "--add",
                             "%s:/opt/flink/conf/config.yaml" % own), "--add", own, "--conf")


# --- names ---

def test_names_that_are_no_utf8(case):
    """Linux takes any bytes for a name, JSON does not: nothing is lost for it."""
    folder = os.fsencode(case.folder) + b"/\xff"
    os.mkdir(folder)
    case.job = os.fsdecode(folder + b"/jo\xe4b.jar")
    shutil.copy(case.inputs.job, case.job)
    out, told = os.fsdecode(folder + b"/out"), case.folder / "told.json"
    case.flinkpack.run(*case.words(), "-o", "oci:%s:v1" % out, "--metadata-file", told)
    metadata = json.loads(told.read_bytes())
    assert [one["name"].rpartition("/")[2] for one in metadata["inputs"] if one["kind"] == "job"] \
        == ["jo\ufffdb.jar"]
    assert [one["to"].rpartition("/")[2] for one in metadata["outputs"]] == ["out"]
    image, = validate.layout(out, "v1")
    assert image.labels["flinkpack.job-jars"] == "jo\ufffdb.jar"
    lines = case.flinkpack.run(*case.words(), "-o", "oci:%s:v1" % out, "--progress", "json").err
    assert all(json.loads(line) for line in lines.splitlines())


# --- surroundings ---

def test_a_limit_on_the_size_of_files(case):
    def limit():
        resource.setrlimit(resource.RLIMIT_FSIZE, (100, 100))
        signal.signal(signal.SIGXFSZ, signal.SIG_DFL)
    err = case.flinkpack.fail(IO, *case.words(), preexec_fn=limit)
    says(err, "File too large")


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can become someone else")
def test_a_store_that_cannot_be_made(case, public_folder):
    def become():
        os.setgroups([])
        os.setgid(54321)
        os.setuid(54321)
    case.flinkpack.env = {"PATH": os.environ["PATH"], "HOME": "/", "TMPDIR": str(public_folder),
                          **program.SANITIZERS}
    err = case.flinkpack.fail(IO, "images", preexec_fn=become, cwd="/")
    says(err, public_folder / "flinkpack-54321", "Permission denied", "FLINKPACK_STORE")


# --- tar headers that cost much ---

def header(name, kind, size):
    block = bytearray(512)
    block[:len(name)] = name
    block[100:108], block[124:136] = b"0000644\0", b"%011o\0" % size
    block[108:116] = block[116:124] = b"0000000\0"
    block[136:148], block[156], block[257:265] = b"13727473400\0", ord(kind), b"ustar\00000"
    block[148:156] = b" " * 8
    block[148:156] = b"%06o\0 " % sum(block)
    return bytes(block)


def pax(**records):
    body = b""
    for key, value in records.items():
        rest = " %s=%s\n" % (key.replace("__", "."), value)
        length = len(rest) + 1
        while len(str(length)) + len(rest) != length:
            length += 1
        body += b"%d%s" % (length, rest.encode())
    return header(b"pax", "x", len(body)) + body + bytes(-len(body) % 512)


def sparse_map():
    blocks = b"2000000\n" + 2000000 * b"0\n0\n"
    return (pax(GNU__sparse__major=1, GNU__sparse__minor=0, GNU__sparse__realsize=1)
            + header(b"x", "0", len(blocks)) + blocks + bytes(-len(blocks) % 512 + 1024))


@pytest.mark.parametrize("place", ["archive", "rootfs", "oci-archive", "docker-archive"])
@pytest.mark.parametrize("tar, words", [
    (sparse_map(), "the map of a sparse file has more than 1048576 bytes"),
    (header(b"x", "x", 1 << 30), "an extended header has 1073741824 bytes; the limit is"),
    (1000 * (header(b"x", "L", 2) + b"x" + bytes(511)), "more than 16 extended headers"),
], ids=["sparse", "pax", "chain"])
def test_headers_are_bounded_wherever_tar_is_read(place, tar, words, case):
    path = case.folder / "hostile.tar.gz"
    path.write_bytes(gzip.compress(tar, 6))
    PLACES[place](case, path)
    says(case.fail(INPUT), words, path)


def test_access_control_lists_of_a_base_cost_nothing(case):
    acl = ",".join("user:u%d:rwx:%d" % (number, number) for number in range(20000))
    entries = b"".join(pax(SCHILY__acl__access=acl) + header(b"f%d" % number, "0", 0)
                       for number in range(60))
    base = images.Image([*images.base_layers(), images.Layer(entries + bytes(1024))],
                        images.BASE_CONFIG)
    images.write_layout(base, case.folder / "base", "b")
    case.base = "oci:%s:b" % (case.folder / "base")
    case.build()


def test_a_layer_of_a_base_that_is_a_bomb(case):
    """Half a megabyte that becomes 516 MiB: a hundred times and more."""
    layer = images.Layer(b"")
    layer.data = gzip.compress(header(b"x", "0", 600 << 20)) + \
        gzip.compress(bytes(4 << 20), 9) * 129
    layer.digest = images.sha256(layer.data)
    images.write_layout(images.Image([*images.base_layers(), layer], images.BASE_CONFIG),
                        case.folder / "base", "b")
    case.base = "oci:%s:b" % (case.folder / "base")
    says(case.fail(INPUT), "base layer 3 of 3", "inflates to more than the limit of")


def test_a_jar_whose_records_share_their_bytes(case):
    elf = b"\x7fELF\2\1\1" + bytes(4 << 20)
    case.job = case.folder / "bomb.jar"
    with zipfile.ZipFile(case.job, "w", zipfile.ZIP_DEFLATED) as jar:
        jar.writestr("x.so", elf)
        for number in range(100):
            jar.filelist.append(copy.copy(jar.filelist[0]))
            jar.filelist[-1].filename = "%d.so" % number
    says(case.fail(INPUT), case.job, "its entries are too large together")


def test_classes_whose_constants_share_a_name(case):
    """A name of 64 kB, and 65,000 that refer to it, in each of 150: it is looked at once."""
    head = struct.pack(">IHHH", 0xcafebabe, 0, 52, 65001)
    shared = head + b"\1\xff\xff" + b"a" * 65535 + b"\7\0\1" * 65000
    # One that says it has as many constants, and has none.
    empty = struct.pack(">IHHH", 0xcafebabe, 0, 52, 65535) + bytes(8)
    case.job = case.folder / "job.jar"
    members = {"META-INF/MANIFEST.MF": "Main-Class: a.Main\n\n",
               "a/Newer.class": struct.pack(">IHHH", 0xcafebabe, 0, 99, 1) + bytes(8)}
    members.update(("a/C%d.class" % number, shared if number < 150 else empty)
                   for number in range(10150))
    with zipfile.ZipFile(case.job, "w", compresslevel=1) as jar:
        for name, data in members.items():
            jar.writestr(zipfile.ZipInfo(name), data, zipfile.ZIP_DEFLATED, 1)
    case.build()
