"""The same inputs give the same bytes, whatever else is different."""

import contextlib
import os
import pathlib
import shutil
import struct
import time

import images
import miniature
import program
import pytest
import validate


class Builder:
    """Builds the same image again and again, each time in new surroundings."""

    def __init__(self, tmp_path, binary, inputs):
        self.folder, self.binary, self.inputs, self.count = tmp_path, binary, inputs, 0

    def copy(self, name):
        """A copy of the inputs in a folder of its own: (archive, folder, base, job)."""
        folder = self.folder / name
        folder.mkdir()
        found = [folder / path.name for path in (self.inputs.archive(), self.inputs.dist(),
                                                 self.inputs.job)]
        shutil.copy2(self.inputs.archive(), found[0])
        shutil.copytree(self.inputs.dist(), found[1])
        shutil.copy2(self.inputs.job, found[2])
        return found

    def digest(self, words, **more):
        self.count += 1
        home = program.Program(self.folder / ("run-%d" % self.count), self.binary)
        where = home.home / "out"
        result = home.run("build", *words, "--base", self.inputs.base, "-o", "oci:%s:v1" % where,
                          **more)
        epoch = more.get("env", {}).get("SOURCE_DATE_EPOCH")
        self.image, = validate.layout(where, "v1", epoch=int(epoch) if epoch else None)
        return result.digest


@pytest.fixture
def builder(tmp_path, flinkpack, inputs):
    return Builder(tmp_path, flinkpack.binary, inputs)


@pytest.fixture(params=["archive", "folder"])
def source(request, inputs):
    if request.param == "archive":
        return ["--from-archive", inputs.archive()]
    return ["--from-local-dist", inputs.dist()]


@pytest.mark.parametrize("change", [
    {"TZ": "Pacific/Kiritimati"}, {"TZ": "America/Los_Angeles"}, {"LC_ALL": "C"},
    {"LC_ALL": "tr_TR.UTF-8", "LANG": "tr_TR.UTF-8"}, {"HOME": "/nonexistent"},
    {"USER": "someone", "LOGNAME": "someone"},
], ids=str)
def test_environment(change, builder, source, inputs):
    words = [*source, "--job-jar", inputs.job]
    assert builder.digest(words, env=change) == builder.digest(words)


def test_names_of_a_base_in_any_locale(flinkpack, inputs, tmp_path):
    """Composed, decomposed, and no UTF-8 at all: names are bytes."""
    layer = images.layer([images.folder("certs"), images.file("certs/F\u0151tan\u00fas\u00edtv\u00e1ny"),
                          images.file("certs/e\u0301"), images.file("certs/latin-\udce9")])
    base = images.Image([*images.base_layers(), layer], images.BASE_CONFIG)
    images.write_layout(base, tmp_path / "base", "b")
    digests = [flinkpack.run("build", "--from-archive", inputs.archive(), "--job-jar", inputs.job,
                             "--base", "oci:%s:b" % (tmp_path / "base"), env={"LC_ALL": locale}).digest
               for locale in ("C.UTF-8", "C", "tr_TR.ISO-8859-9")]
    assert len(set(digests)) == 1


@pytest.mark.parametrize("threads", [1, 2, 8])
def test_threads(threads, builder, source, inputs):
    words = [*source, "--job-jar", inputs.job]
    assert builder.digest([*words, "--threads", threads]) == builder.digest(words)


def test_umask(builder, source, inputs):
    words = [*source, "--job-jar", inputs.job]
    assert builder.digest(words, umask=0o077) == builder.digest(words, umask=0)


@pytest.mark.skipif(os.geteuid() != 0, reason="root is needed to become someone else")
def test_user_without_a_name(builder, source, inputs, public_folder):
    home = program.Program(public_folder / "home", builder.binary)
    for path in [home.home, *home.home.rglob("*")]:
        os.chown(path, 12345, 12345)

    def public(path):
        target = public_folder / path.name
        (shutil.copytree if path.is_dir() else shutil.copy2)(path, target)
        return target

    def someone():
        os.setgroups([])
        os.setgid(12345)
        os.setuid(12345)

    base = "rootfs:%s" % public(inputs.folder / "base.tar") if inputs.base else None
    told = home.run("build", source[0], public(source[1]), "--base", base, "--job-jar",
                    public(inputs.job), preexec_fn=someone)
    assert told.digest == builder.digest([*source, "--job-jar", inputs.job])


def test_folder_and_times(builder):
    """Copied jars have new times; a checkout's files too. The archive's own times count."""
    archive, folder, job = builder.copy("one")
    first = [builder.digest(["--from-archive", archive, "--job-jar", job]),
             builder.digest(["--from-local-dist", folder, "--job-jar", job])]
    archive, folder, job = builder.copy("another place")
    for path in (archive, job):
        os.utime(path, (time.time(), time.time() - 12345))
    second = [builder.digest(["--from-archive", archive, "--job-jar", job]),
              builder.digest(["--from-local-dist", folder, "--job-jar", job])]
    assert first == second


def test_copies_of_a_folder(builder):
    """A checkout, a CI job's artifact, an rsync: times, rights, attributes, and what lies about."""
    def words(folder, job):
        return ["--from-local-dist", folder, "--job-jar", job, "--lib", job, "--add",
                "%s:/data/" % (folder / "conf")]

    _, folder, job = builder.copy("one")
    first = builder.digest(words(folder, job))
    _, folder, job = builder.copy("two")
    os.utime(job, (1, 1))
    job.chmod(0o660)
    for at, _, names in os.walk(folder):
        for name in names:
            path = pathlib.Path(at, name)
            path.chmod(0o660 if path.parent.name == "conf" else 0o777)
            os.utime(path, (time.time(), time.time() - len(name) * 1000))
        os.chmod(at, 0o2770)
    with contextlib.suppress(OSError):  # not every file system has them
        os.setxattr(folder / "lib", "user.from", b"elsewhere")
    (folder / "log" / "flink-me-taskexecutor-0.log").write_text("secret")
    (folder / "bin" / "flink.orig").write_text("old")
    (folder / ".git").mkdir()
    (folder / ".git" / "HEAD").write_text("ref: refs/heads/main")
    assert builder.digest(words(folder, job), env={"TZ": "Pacific/Auckland"}) == first
    below = "%s/log" % folder.name
    assert [path for path in builder.image.tree if path.startswith(below)] == [below]
    shutil.rmtree(folder / "log")  # which git does not keep without anything in it
    assert builder.digest(words(folder, job)) == first


def test_source_date_epoch(builder, inputs):
    """No time in the image is newer, so a fresh checkout gives what the last one gave."""
    _, folder, job = builder.copy("one")
    found = []
    for seconds in (1700000001, 1710000000):
        for at, _, names in os.walk(folder):
            for name in [*names, "."]:
                os.utime(os.path.join(at, name), (seconds, seconds))
        found.append(builder.digest(["--from-local-dist", folder, "--job-jar", job],
                                    env={"SOURCE_DATE_EPOCH": "1700000000"}))
    assert found[0] == found[1]


def test_the_epoch_itself(builder, inputs):
    """0 is a time like any other: what is given is what is written."""
    builder.digest(["--from-local-dist", inputs.dist(), "--job-jar", inputs.job],
                   env={"SOURCE_DATE_EPOCH": "0"})
    assert builder.image.created == "1970-01-01T00:00:00Z"
    below = {entry.path for layer in builder.image.layers[:-3] for entry in layer.entries}
    for layer in builder.image.layers[-3:]:
        assert not [entry for entry in layer.entries if entry.mtime and entry.path not in below]


def test_order_of_files(builder, inputs, tmp_path):
    """Folders give names in the order that the file system likes."""
    _, folder, job = builder.copy("one")
    other = tmp_path / "other" / folder.name
    for at, folders, names in os.walk(folder):
        target = other / os.path.relpath(at, folder)
        target.mkdir(parents=True, exist_ok=True)
        for name in sorted(names, reverse=True):
            shutil.copy2(os.path.join(at, name), target / name)
        for name in sorted(folders, reverse=True):
            (target / name).mkdir()
    for at, folders, names in os.walk(folder, topdown=False):
        target = other / os.path.relpath(at, folder)
        shutil.copystat(at, target)
    assert builder.digest(["--from-local-dist", other, "--job-jar", job]) == \
        builder.digest(["--from-local-dist", folder, "--job-jar", job])


def test_order_of_options(builder, source, inputs, tmp_path):
    for name in ("a.jar", "b.jar"):
        (tmp_path / name).write_bytes(inputs.job.read_bytes())
    a, b = ["--lib", tmp_path / "a.jar"], ["--lib", tmp_path / "b.jar"]
    x, y = ["--label", "x=1"], ["--label", "y=2"]
    assert builder.digest([*source, *a, *b, *x, *y]) == builder.digest([*y, *x, *b, *a, *source])


def test_places_of_output(builder, source, inputs, registry, tmp_path):
    words = [*source, "--job-jar", inputs.job]
    digest = builder.digest(words)
    home = program.Program(tmp_path / "elsewhere", builder.binary)
    name = registry + "/reproducible/x:v1"
    pushed = home.run("build", *words, "--base", inputs.base, "--image-name", name, "--push")
    assert pushed.digest == digest


def test_other_inputs_give_another_digest(builder, source, inputs, tmp_path):
    """What this file tests could be fulfilled by a constant."""
    (tmp_path / "job.jar").write_bytes(inputs.job.read_bytes() + b"\0")
    words = [*source, "--job-jar", inputs.job]
    assert len({builder.digest(words), builder.digest([*words, "--label", "a=b"]),
                builder.digest(source)}) == 3


# What tar comes out is promised for every machine. Where one of these has to change, count up
# FP_LAYOUT_NUMBER too.
GOLDEN = {
    "flink-1.20.4": "sha256:6ce59212afa890553784e18cb59c1b97ac37f35c0d0a36ab4ff9cab5cdc4beca",
    "job": "sha256:364f789326757d5df504eed2981b929d6118e79edafd29129fb7ef507298b1e4",
}


@pytest.mark.parametrize("kind", GOLDEN)
def test_golden_diff_ids(kind, flinkpack, inputs, tmp_path):
    bare = struct.pack(">IHH", 0xCAFEBABE, 0, 52) + bytes(8)
    job = tmp_path / inputs.job.name
    job.write_bytes(miniature.jar(main_class="com.example.WordCount",
                                  extra=[("com/example/WordCount.class", bare)]))
    flinkpack.run("build", "--from-local-dist", inputs.dist(), "--base", inputs.base, "--job-jar",
                  job, "--check", "off", "-o", "oci:%s:v1" % (tmp_path / "l"))
    image, = validate.layout(tmp_path / "l", "v1")
    assert image.layers[image.kinds().index(kind)].diff_id == GOLDEN[kind]
