"""Packages of Alpine, from signed repositories on loopback, without running anything."""

import base64
import json
import os
import re
import shutil

import alpine
import images
import miniature
import pytest
import validate

NEEDED = ["bash-5.2.26-r0", "gcompat-1.1.0-r4", "libgcc-13.2.1_git20240309-r0",
          "libncursesw-6.4_p20240420-r2", "libstdc++-13.2.1_git20240309-r0",
          "musl-obstack-1.2.3-r2", "ncurses-terminfo-base-6.4_p20240420-r2",
          "readline-8.2.10-r0", "snappy-1.1.10-r1"]


@pytest.fixture
def server(demo):
    with alpine.Server(demo) as found:
        yield found


class Scene:
    """A flinkpack with a base that it builds on."""

    def __init__(self, flinkpack, inputs, urls, keys, **base):
        self.flinkpack, self.dist = flinkpack, inputs.dist()
        self.layout = flinkpack.home / "base"
        images.write_layout(alpine.base(urls, keys, **base), self.layout, "v1")

    def words(self, *words):
        return ("build", "--from-local-dist", self.dist, "--base", "oci:%s:v1" % self.layout, *words)

    def build(self, *words):
        where = self.flinkpack.home / "out"
        shutil.rmtree(where, ignore_errors=True)
        self.result = self.flinkpack.run(*self.words(*words, "-o", "oci:%s:v1" % where))
        image, = validate.layout(where, "v1")
        return image


@pytest.fixture
def scene(flinkpack, inputs, demo, server):
    return Scene(flinkpack, inputs, [server.url + "/v3.20/main"], demo / "keys")


def test_what_flink_needs_is_added(scene, server):
    image = scene.build()
    assert image.kinds()[1] == "packages"
    assert image.tree["bin/bash"].mode == 0o755
    assert image.resolve("usr/lib/libsnappy.so.1").path == "usr/lib/libsnappy.so.1.1.10"
    found = alpine.records(image.read("lib/apk/db/installed"))
    assert sorted(found) == sorted(["busybox", "musl"] + [name.rsplit("-", 2)[0] for name in NEEDED])
    assert list(found) == sorted(found)
    assert image.read("etc/apk/world") == b"bash\nbusybox\nlibc6-compat\nmusl\nsnappy\n"
    assert image.read("etc/shells") == b"/bin/sh\n/bin/ash\n/bin/bash\n"
    assert [name.rsplit(".", 1)[1] for name in alpine.scripts(image.read("lib/apk/db/scripts.tar"))] \
        == ["post-install"]
    assert "flink:" in image.read("etc/passwd").decode()


def test_records_are_as_apk_writes_them(scene):
    image = scene.build()
    found = alpine.records(image.read("lib/apk/db/installed"))
    lines = found["bash"].split("\n")
    assert [line[:2] for line in lines[:10]] == \
        ["C:", "P:", "V:", "A:", "S:", "I:", "T:", "U:", "L:", "o:"]
    assert lines[-9:] == ["F:bin", "R:bash", "a:0:0:755", "Z:" + alpine.q1("#!/bin/sh\n"), "F:etc",
                          "F:etc/bash", "R:bashrc", "Z:" + alpine.q1("# bashrc\n"),][-9:] or \
        lines[-8:] == ["F:bin", "R:bash", "a:0:0:755", "Z:" + alpine.q1("#!/bin/sh\n"), "F:etc",
                       "F:etc/bash", "R:bashrc", "Z:" + alpine.q1("# bashrc\n")]
    link = found["libc6-compat"] if "libc6-compat" in found else found["snappy"]
    assert "R:libsnappy.so.1\na:0:0:777\nZ:" + alpine.q1("libsnappy.so.1.1.10") in link
    # What was there stays as it was, byte for byte.
    assert alpine.records(alpine.INSTALLED.encode())["busybox"] == found["busybox"]


def test_same_inputs_same_layer(scene, server):
    first = scene.build()
    asked = len(server.asked)
    # A record of packages stands until it is asked for others.
    assert scene.build().digest == first.digest and len(server.asked) == asked
    assert scene.build("--refresh").digest == first.digest
    # Only the index is asked for again.
    assert len(server.asked) == asked + 1


def test_offline_builds_from_the_cache(scene, server):
    first = scene.build()
    asked = len(server.asked)
    assert scene.build("--offline").digest == first.digest
    assert len(server.asked) == asked


def test_offline_without_a_cache(scene):
    assert "its index is not in the cache" in scene.flinkpack.fail(5, *scene.words("--offline"))


def test_owners_modes_and_triggers(scene):
    image = scene.build("--package", "owned")
    data = image.tree["var/lib/owned/data"]
    assert (data.uid, data.gid, data.mode) == (350, 351, 0o640)
    assert image.tree["usr/bin/owned-suid"].mode == 0o4755
    found = alpine.records(image.read("lib/apk/db/installed"))["owned"]
    assert "F:var/lib/owned\nM:350:351:2750\nR:data\na:350:351:640\n" in found
    assert image.read("lib/apk/db/triggers").endswith(b"= /usr/share/owned-*\n")
    assert "scripts of packages are not run: owned .trigger" in scene.result.err


def test_strict_refuses_unknown_scripts(scene):
    text = scene.flinkpack.fail(3, *scene.words("--package", "owned", "--strict"))
    assert "scripts of packages would have to be run: owned .trigger" in text


@pytest.mark.parametrize("name, status, text", [
    ("broken-dep", 5, "broken-dep-1.0-r0 needs 'so:libdoesnotexist.so.9', and no repository has"),
    ("no-such-thing", 5, "'no-such-thing' is asked for, and no repository has it"),
    ("snappy>2", 5, "'snappy>2' is asked for, and no package fits that"),
    ("!bash", 2, "--package '!bash': expected NAME or NAME>=VERSION"),
    ("a b", 2, "--package 'a b': expected NAME"),
    ("bash>=x", 2, "--package 'bash>=x': 'x' is no version such as 1.2.3-r0"),
    ("bash<>5", 2, "--package 'bash<>5': the operator is one of"),
    ("bash@edge", 2, "a repository is not chosen by a tag but by --repository"),
])
def test_what_cannot_be_had(scene, name, status, text):
    assert text in scene.flinkpack.fail(status, *scene.words("--package", name))


def test_priorities_choose(scene):
    image = scene.build("--package", "needs-editor")
    assert "usr/bin/editor-b" in image.tree and "usr/bin/editor-a" not in image.tree


def test_mirror_and_key_options(flinkpack, inputs, demo, server, tmp_path):
    nothing = tmp_path / "keys"
    nothing.mkdir()
    scene = Scene(flinkpack, inputs, ["https://dl.example.invalid/alpine/v3.20/main"], nothing)
    key = demo / "keys" / alpine.KEY
    mirror = ("--apk-mirror", server.url + "/")
    text = flinkpack.fail(8, *scene.words(*mirror))
    assert "signed by no key that is trusted (%s)" % alpine.KEY in text
    assert "bin/bash" in scene.build(*mirror, "--key", key).tree


def test_a_key_is_read_before_anything_is_fetched(flinkpack, inputs, tmp_path):
    words = ("build", "--from-local-dist", inputs.dist(), "--dry-run", "--key")
    assert "--key: " in flinkpack.fail(5, *words, tmp_path / "none.pub")
    (tmp_path / "bad.pub").write_text("no key\n")
    assert "--key: bad.pub: expected an RSA public key" in flinkpack.fail(
        3, *words, tmp_path / "bad.pub")


def test_nothing_answers(flinkpack, inputs, demo, free_port):
    scene = Scene(flinkpack, inputs, ["http://127.0.0.1:%d/v3.20/main" % free_port], demo / "keys")
    text = flinkpack.fail(6, *scene.words("--retry", "0"))
    assert "bash, libc6-compat, snappy, which the base lacks: " in text
    assert "--apk-mirror URL" in text


def test_repository_option(flinkpack, inputs, demo, server):
    scene = Scene(flinkpack, inputs, [], demo / "keys")
    assert "names no package repository" in flinkpack.fail(3, *scene.words())
    assert "bin/bash" in scene.build("--repository", server.url + "/v3.20/main").tree


AWAY = "a repository is passed over, and with it the packages and versions that only it has: "


def test_a_repository_that_is_away(flinkpack, inputs, demo, server, free_port):
    """As in apk, it is a warning where the others have all that is needed."""
    main, away = server.url + "/v3.20/main", "http://127.0.0.1:%d/extra" % free_port
    first = Scene(flinkpack, inputs, [main], demo / "keys").build("--retry", "0")
    scene = Scene(flinkpack, inputs, [away, main, server.url + "/v3.20/community"], demo / "keys")
    image = scene.build("--retry", "0")
    assert image.read("lib/apk/db/installed") == first.read("lib/apk/db/installed")
    assert scene.result.err.count(AWAY) == 2
    assert AWAY + "GET %s/x86_64/APKINDEX.tar.gz: " % away in scene.result.err
    assert "/v3.20/community/x86_64/APKINDEX.tar.gz: the server has no such file" in scene.result.err
    # What was done without once is done without again.
    assert scene.build("--offline").read("lib/apk/db/installed") == \
        first.read("lib/apk/db/installed")
    # And where it might have had what is missing, it is named.
    text = flinkpack.fail(6, *scene.words("--retry", "0", "--package", "only-there"))
    assert "'only-there' is asked for, and no repository has it; passed over: GET " + away in text


def test_the_bases_own_repositories_are_away(flinkpack, inputs, demo, server, free_port):
    away = "http://127.0.0.1:%d/v3.20/" % free_port
    scene = Scene(flinkpack, inputs, [away + "main", away + "community"], demo / "keys")
    scene.build("--retry", "0", "--repository", server.url + "/v3.20/main")
    assert scene.result.err.count(AWAY) == 2
    scene.build("--retry", "0", "--apk-mirror", server.url)
    assert scene.result.err.count(AWAY) == 1


def test_a_repository_that_cannot_be_trusted_is_no_warning(flinkpack, inputs, demo, server, tmp_path):
    """It answers: whoever made it wrong has to know."""
    other = alpine.make_repository(tmp_path / "other", "-n", "other@flinkpack.invalid-2", alpine.write_spec(
        tmp_path / "s", "bash", "9-r0", files=[("bin/bash", "x", 0o755)]))
    with alpine.Server(other) as second:
        scene = Scene(flinkpack, inputs, [server.url + "/v3.20/main", second.url + "/v3.20/main"],
                      demo / "keys")
        assert "signed by no key that is trusted" in flinkpack.fail(8, *scene.words())


SECRET = "p%40ss/word"


def test_user_and_password(flinkpack, inputs, demo, tmp_path):
    """They go to that host only, and are shown to nobody."""
    with alpine.Server(demo) as store, \
            alpine.Server(demo, user="me:p@ss/word", elsewhere=store.url) as door:
        bare = door.url + "/v3.20/main"
        url = bare.replace("//", "//me:%s@" % SECRET.replace("/", "%2F"))
        scene = Scene(flinkpack, inputs, [bare], demo / "keys")
        text = flinkpack.fail(4, *scene.words())
        assert "/APKINDEX.tar.gz: refused (401)" in text and "https://USER:PASSWORD@HOST/" in text
        for words in (("--apk-mirror", url[:-len("/v3.20/main")]), ("--repository", url)):
            if words[0] == "--repository":
                scene = Scene(flinkpack, inputs, [], demo / "keys")
            door.told.clear(), store.told.clear()
            shutil.rmtree(flinkpack.cache, ignore_errors=True)
            metadata = tmp_path / "metadata.json"
            image = scene.build(*words, "-v", "--metadata-file", metadata)
            assert None not in door.told and set(store.told) == {None}
            out = flinkpack.home / "out"
            for text in (scene.result.err, scene.result.out, metadata.read_text(),
                         json.dumps(image.document), *(path.name for path in out.rglob("*")),
                         *(path.name for path in flinkpack.cache.rglob("*"))):
                assert "ss/word" not in text and "p%40ss" not in text and "me:" not in text
            assert b"ss" not in image.read("etc/apk/repositories")


def test_repositories_as_apk_3_has_them(flinkpack, inputs, demo, server):
    more = [images.folder("etc/apk/repositories.d"), images.folder("lib/apk/repositories.d"),
            images.file("etc/apk/repositories.d/vars.list",
                        "set mirror=%s\nv3 ${mirror} main\n/media/cdrom/apks\n" % server.url),
            images.file("lib/apk/repositories.d/vars.list", "http://127.0.0.1:1/x\n"),
            images.file("lib/apk/repositories.d/zz.list",
                        "ndx ${mirror}/v3.20/main/${APK_ARCH}/APKINDEX.tar.gz\n")]
    scene = Scene(flinkpack, inputs, [], demo / "keys", more=more)
    assert "bin/bash" in scene.build().tree
    assert "AWAY" not in scene.result.err
    assert "passed over: /etc/apk/repositories.d/vars.list, line 2: %s: an index in apk 3's own " \
        "format (ADB), which is not read here" % server.url in scene.result.err
    assert "line 3: /media/cdrom/apks: a path inside the image" in scene.result.err


def test_a_repository_on_this_machine(flinkpack, inputs, demo):
    scene = Scene(flinkpack, inputs, [], demo / "keys")
    for place in ("%s/v3.20/main", "file://%s/v3.20/main", "%s/v3.20/main/x86_64/APKINDEX.tar.gz"):
        assert "bin/bash" in scene.build("--repository", place % demo, "--offline").tree
    index = demo / "v3.20/main/x86_64/Packages.adb"
    for place, status, text in (
            (index, 2, "--repository %s: an index in apk 3's own format (ADB)" % index),
            (demo / "none", 5, "--repository %s: No such file" % (demo / "none")),
            ("ftp://me:%s@h/x" % SECRET, 2, "--repository ftp://h/x: expected an http or https URL"),
            ("repo", 2, "--repository repo: expected an http or https URL, or an absolute path")):
        assert text in flinkpack.fail(status, *scene.words("--repository", place))


@pytest.fixture
def mutable(demo, tmp_path):
    """A copy of the repository that may be damaged."""
    folder = tmp_path / "mutable"
    shutil.copytree(demo, folder)
    with alpine.Server(folder) as server:
        yield folder / "v3.20/main/x86_64", server.url + "/v3.20/main"


def flip(path, at):
    data = bytearray(path.read_bytes())
    data[at] ^= 0x20
    path.write_bytes(data)


def test_a_changed_index_is_refused(flinkpack, inputs, demo, mutable):
    folder, url = mutable
    data = (folder / "APKINDEX.tar.gz").read_bytes()
    other = alpine.make_repository(flinkpack.home / "other", "-k",
                                   demo / "keys.private" / alpine.KEY[:-4], "-d", "another",
                                   alpine.write_spec(flinkpack.home / "s", "bash", "6-r0",
                                                     files=[("bin/bash", "x", 0o755)]))
    theirs = (other / "v3.20/main/x86_64/APKINDEX.tar.gz").read_bytes()
    # The signature of one index in front of the other one: both begin with a member of one size.
    end = data.index(b"\x1f\x8b", 2)
    theirs_end = theirs.index(b"\x1f\x8b", 2)
    (folder / "APKINDEX.tar.gz").write_bytes(data[:end] + theirs[theirs_end:])
    scene = Scene(flinkpack, inputs, [url], demo / "keys")
    assert "the signature is wrong" in flinkpack.fail(8, *scene.words())


def test_an_unsigned_index_is_refused(flinkpack, inputs, demo, mutable):
    folder, url = mutable
    data = (folder / "APKINDEX.tar.gz").read_bytes()
    (folder / "APKINDEX.tar.gz").write_bytes(data[data.index(b"\x1f\x8b", 2):])
    scene = Scene(flinkpack, inputs, [url], demo / "keys")
    assert "not signed" in flinkpack.fail(8, *scene.words())


def test_an_exchanged_package_is_refused(flinkpack, inputs, demo, mutable):
    folder, url = mutable
    shutil.copy(folder / "snappy-1.1.10-r1.apk", folder / "bash-5.2.26-r0.apk")
    scene = Scene(flinkpack, inputs, [url], demo / "keys")
    assert "bash-5.2.26-r0.apk" in flinkpack.fail(8, *scene.words())


def test_changed_files_are_refused(flinkpack, inputs, demo, mutable):
    folder, url = mutable
    path = folder / "snappy-1.1.10-r1.apk"
    data = path.read_bytes()
    starts = [i for i in range(len(data)) if data[i:i + 4] == b"\x1f\x8b\x08\x00"]
    flip(path, starts[2] + 9)  # the system that gzip names: the data stays, its bytes do not
    scene = Scene(flinkpack, inputs, [url], demo / "keys")
    assert "snappy-1.1.10-r1.apk: the files are sha256:" in flinkpack.fail(8, *scene.words())


def test_adb_repositories_are_named(flinkpack, inputs, demo, mutable):
    folder, url = mutable
    scene = Scene(flinkpack, inputs, [url], demo / "keys")
    (folder / "APKINDEX.tar.gz").write_bytes(b"ADB.index")
    assert "an index in apk 3's format (ADB)" in flinkpack.fail(3, *scene.words())
    (folder / "APKINDEX.tar.gz").unlink()
    assert "/APKINDEX.tar.gz: the server has no such file" in flinkpack.fail(5, *scene.words())
    (folder / "Packages.adb").write_bytes(b"ADB.")
    assert "has only an index in apk 3's format" in flinkpack.fail(3, *scene.words())


def test_a_package_in_the_cache_is_verified(scene, server):
    first = scene.build()
    for path in (scene.flinkpack.cache / "apk").glob("bash-*.apk"):
        flip(path, 40)
    again = scene.build("--refresh")
    assert again.digest == first.digest
    assert "in the cache is not right and is fetched again" in scene.result.err


@pytest.mark.parametrize("plant", [os.mkfifo, lambda path: os.symlink("/etc/hostname", path),
                                   lambda path: os.symlink("/nowhere", path)])
def test_what_is_planted_among_the_packages_makes_way(scene, server, plant):
    first = scene.build()
    folder = scene.flinkpack.cache / "apk"
    for path in list(folder.iterdir()):
        path.unlink()
        plant(path)
    assert scene.build("--refresh").digest == first.digest
    assert all(path.is_file() and not path.is_symlink() for path in folder.iterdir())
    folder.rename(scene.flinkpack.home / "elsewhere")
    folder.symlink_to(scene.flinkpack.home / "elsewhere")
    for more in ([], ["--offline"]):
        assert "%s: is a link" % folder in \
            scene.flinkpack.fail(9, *scene.words(*more, "--refresh"))


@pytest.fixture
def old_musl(tmp_path):
    """libc6-compat as it was up to 3.18: it needs the musl of its own version."""
    spec = tmp_path / "specs"
    folder = alpine.make_repository(
        tmp_path / "old", "-b", "v3.18",
        alpine.write_spec(spec, "musl", "1.2.4-r9", "provides = %s=1" % alpine.LIBC,
                          files=[("lib/ld-musl-x86_64.so.1", "older", 0o755)]),
        alpine.write_spec(spec, "libc6-compat", "1.2.4-r9", "origin = musl",
                          "depend = musl=1.2.4-r9", files=[("lib/libc.so.6", "compat", 0o755)]),
        alpine.write_spec(spec, "bash", "5.2-r0", files=[("bin/bash", "#!", 0o755)]),
        alpine.write_spec(spec, "snappy", "1.1-r0", files=[("usr/lib/libsnappy.so.1", "x")]),
        alpine.write_spec(spec, "thief", "1-r0", files=[("bin/busybox", "mine", 0o755)]),
        alpine.write_spec(spec, "heir", "1-r0", "replaces = busybox",
                          files=[("bin/busybox", "mine", 0o755)]),
        alpine.write_spec(spec, "busybox", "1.37-r0", "provides = /bin/sh",
                          files=[("bin/busybox", "newer", 0o755), ("etc/busybox.conf", "new\n"),
                                 ("etc/busybox-paths.d/busybox", "/bin/sh\n/bin/ls\n/usr/bin/awk\n")],
                          scripts=[("post-upgrade", "#!/bin/sh\n")]))
    with alpine.Server(folder) as server:
        yield server.url + "/v3.18/main", folder / "keys"


def test_a_forced_downgrade(flinkpack, inputs, old_musl):
    scene = Scene(flinkpack, inputs, [old_musl[0]], old_musl[1])
    image = scene.build()
    assert image.read("lib/ld-musl-x86_64.so.1") == b"older"
    assert "V:1.2.4-r9" in alpine.records(image.read("lib/apk/db/installed"))["musl"]
    assert "musl of the base, 1.2.5-r0, is exchanged for musl-1.2.4-r9" in scene.result.err


def test_records_as_other_tools_leave_them(flinkpack, inputs, old_musl):
    """Without identities; and one of "apk add --virtual", which no repository has."""
    installed = re.sub("C:.*\n", "", alpine.INSTALLED) + alpine.record(
        ".rundeps", "20240101.1", "D:musl busybox")
    scene = Scene(flinkpack, inputs, [old_musl[0]], old_musl[1], installed=installed,
                  world=".rundeps=20240101.1\nmusl\n")
    image = scene.build("--package", "busybox>1.36.2", "--package", "musl<1.2.5")
    found = alpine.records(image.read("lib/apk/db/installed"))
    assert "V:1.37-r0" in found["busybox"] and ".rundeps" in found
    assert image.read("etc/apk/world") == \
        b".rundeps=20240101.1\nbash\nbusybox>1.36.2\nlibc6-compat\nmusl<1.2.5\nsnappy\n"


def test_scripts_of_an_exchanged_package_go(flinkpack, inputs, old_musl):
    identity = re.search("C:(.*)\nP:busybox\n", alpine.INSTALLED).group(1)
    names = ["busybox-1.%s.post-install" % identity, "musl-1.Q1x=.trigger",
             "busybox-1.X1%s.post-upgrade" % base64.b64decode(identity[2:]).hex(), "last-1.Q1y=.trigger"]
    tar = images.make_tar([images.file(name, 600 * "x", 0o755) for name in names])
    scene = Scene(flinkpack, inputs, [old_musl[0]], old_musl[1], scripts=tar)
    image = scene.build("--package", "busybox>1.36.2")
    found = alpine.scripts(image.read("lib/apk/db/scripts.tar"))
    assert found[:2] == [names[1], names[3]]
    assert [name.rpartition(".")[2] for name in found[2:]] == ["post-upgrade"]


@pytest.mark.parametrize("base, text", [
    ({"arch": "../../x\n"}, "base: /etc/apk/arch: '../../x' is no architecture"),
    ({"scripts": b"x" * 700}, "base: /lib/apk/db: scripts.tar is no sound archive")])
def test_damaged_bases(flinkpack, inputs, demo, server, base, text):
    scene = Scene(flinkpack, inputs, [server.url + "/v3.20/main"], demo / "keys", **base)
    assert text in flinkpack.fail(3, *scene.words())


def test_a_database_that_unfolds(flinkpack, inputs, demo, server):
    """A few kilobytes of a folder's name stand for every file in it."""
    installed = alpine.INSTALLED + alpine.record("wide", "1")[:-1] + \
        "F:" + 4000 * "x" + "\n" + 9000 * "R:a\n" + "\n"
    scene = Scene(flinkpack, inputs, [server.url + "/v3.20/main"], demo / "keys",
                  installed=installed)
    assert "the package database has more than 500000 files, or their names are longer" in \
        flinkpack.fail(3, *scene.words())


@pytest.mark.parametrize("files, text", [
    ([("usr", "x")], "hostile-1-r0 wants to put a file at /usr, where the base has a folder"),
    ([("bin/busybox/x", "x")],
     "hostile-1-r0 wants to put a folder at /bin/busybox, where busybox has a file")])
def test_files_and_folders_stay_apart(flinkpack, inputs, tmp_path, files, text):
    folder = alpine.make_repository(tmp_path / "repo", alpine.write_spec(
        tmp_path / "spec", "hostile", "1-r0", files=files))
    with alpine.Server(folder) as server:
        installed = "".join(alpine.record(name, "1") for name in ("bash", "snappy", "libc6-compat"))
        scene = Scene(flinkpack, inputs, [server.url + "/v3.20/main"], folder / "keys",
                      installed=alpine.INSTALLED + installed)
        assert text in flinkpack.fail(3, *scene.words("--package", "hostile"))


def test_the_default_java_moves(flinkpack, inputs, whole):
    url, key = whole
    installed = alpine.INSTALLED + "".join(
        alpine.record(name, "1") for name in ("java-common", "bash", "snappy", "libc6-compat"))
    jvm = "usr/lib/jvm"
    old = [images.folder("usr/lib"), images.folder(jvm), images.folder(jvm + "/java-1.8-openjdk"),
           images.link(jvm + "/default-jvm", "java-1.8-openjdk")]
    scene = Scene(flinkpack, inputs, [url], key.parent, installed=installed, more=old)
    image = scene.build("--package", "openjdk17-jre-headless")
    assert image.tree[jvm + "/default-jvm"].target == "java-17-openjdk"
    forced = images.link(jvm + "/forced-jvm", "java-1.8-openjdk")
    scene = Scene(flinkpack, inputs, [url], key.parent, installed=installed, more=[*old, forced])
    image = scene.build("--package", "openjdk17-jre-headless")
    assert image.tree[jvm + "/default-jvm"].target == "java-1.8-openjdk"


def test_files_of_others(flinkpack, inputs, old_musl):
    scene = Scene(flinkpack, inputs, [old_musl[0]], old_musl[1])
    text = flinkpack.fail(3, *scene.words("--package", "thief"))
    assert "thief-1-r0 wants to put /bin/busybox, which belongs to busybox" in text
    image = scene.build("--package", "heir")
    assert image.read("bin/busybox") == b"mine"
    found = alpine.records(image.read("lib/apk/db/installed"))
    assert "R:busybox\n" not in found["busybox"] and "R:busybox\n" in found["heir"]


def test_an_exchanged_package_leaves_no_files(flinkpack, inputs, old_musl):
    installed = alpine.INSTALLED.replace(
        "F:bin\nR:busybox\n", "F:bin\nR:gone\nZ:%s\nR:busybox\n" % alpine.q1("gone"))
    scene = Scene(flinkpack, inputs, [old_musl[0]], old_musl[1], installed=installed,
                  more=[images.file("bin/gone", "gone")])
    image = scene.build("--package", "busybox>1.36.2")
    assert "bin/gone" not in image.tree
    assert image.read("etc/busybox.conf") == b"new\n"
    # Links are made only for a busybox that is new altogether.
    assert image.read("bin/busybox") == b"newer"


def test_what_an_exchange_makes_of_folders(flinkpack, inputs, tmp_path):
    """A file becomes a folder, also of another package; folders in which nothing is left go."""
    share = "usr/share/thing"
    installed = alpine.INSTALLED + alpine.record("thing", "1-r0", files=[
        ("usr/share", "file", "1"), ("usr/share", "moved", "1"), (share, "a", "1"),
        (share + "/deep", "b", "1"), ("usr/share/kept", "c", "1")]) + alpine.record(
            "other", "1-r0", files=[("usr/share", "theirs", "1")])
    before = ["usr/share", share, share + "/deep", "usr/share/kept"]
    files = ["usr/share/file", "usr/share/moved", share + "/a", share + "/deep/b",
             "usr/share/kept/c", "usr/share/kept/mine", "usr/share/theirs"]
    spec = tmp_path / "specs"
    repository = alpine.make_repository(
        tmp_path / "repo",
        alpine.write_spec(spec, "bash", "5-r0", files=[("bin/bash", "#!", 0o755)]),
        alpine.write_spec(spec, "snappy", "1-r0", files=[("usr/lib/libsnappy.so.1", "x")]),
        alpine.write_spec(spec, "libc6-compat", "1-r0", files=[("lib/libc.so.6", "x")]),
        alpine.write_spec(spec, "thing", "2-r0", "depend = newer",
                          files=[("usr/share/file/a", "x"), ("usr/share/y", "y")]),
        alpine.write_spec(spec, "newer", "1-r0", files=[("usr/share/moved/a", "x")]),
        alpine.write_spec(spec, "thief", "1-r0", files=[("usr/share/theirs/a", "x")]))
    scene = Scene(flinkpack, inputs, [], repository / "keys", installed=installed, more=[
        *map(images.folder, before), *(images.file(path, "1") for path in files)])
    local = ("--repository", repository / "v3.20/main")
    image = scene.build(*local, "--package", "thing>1.5")
    assert image.read("usr/share/file/a") == image.read("usr/share/moved/a") == b"x"
    assert share not in image.tree and share + "/deep" not in image.tree
    assert image.tree["usr/share/kept"].kind == "dir"
    assert "usr/share/kept/c" not in image.tree and "usr/share/kept/mine" in image.tree
    assert [entry.path for entry in image.layers[1].entries if ".wh." in entry.path] == [
        "usr/share/.wh.thing", "usr/share/kept/.wh.c"]
    assert "thief-1-r0 wants to put a folder at /usr/share/theirs, where other has a file" in \
        flinkpack.fail(3, *scene.words(*local, "--package", "thief"))


def test_changed_configuration_stays(flinkpack, inputs, old_musl):
    scene = Scene(flinkpack, inputs, [old_musl[0]], old_musl[1], installed=alpine.INSTALLED.replace(
        alpine.q1("as installed\n"), alpine.q1("something else\n")))
    image = scene.build("--package", "busybox>1.36.2")
    assert image.read("etc/busybox.conf") == b"as installed\n"
    assert image.read("etc/busybox.conf.apk-new") == b"new\n"


def test_a_base_without_a_world(flinkpack, inputs, demo, server):
    scene = Scene(flinkpack, inputs, [server.url + "/v3.20/main"], demo / "keys", world=None)
    image = scene.build()
    assert image.read("etc/apk/world") == b"bash\nlibc6-compat\nsnappy\n"
    assert "the base has no /etc/apk/world" in scene.result.err


def test_other_systems_are_never_installed_into(flinkpack, inputs):
    words = ("build", "--from-local-dist", inputs.dist(), "--base", inputs.base, "--dry-run")
    text = flinkpack.fail(3, *words, "--package", "snappy")
    assert "packages are added to Alpine bases only" in text and "libsnappy1v5" in text
    assert "already provided by the base" in flinkpack.run(*words, "--package", "bash").err


@pytest.mark.parametrize("database, there, words, text", [
    ("usr/lib/sysimage/rpm/rpmdb.sqlite", "usr/lib64/libsnappy.so.1", ["python3"],
     "has no python3, and packages are added to Alpine bases only; this is Red Hat"),
    ("var/lib/rpm/Packages", "usr/bin/jq", ["curl"],
     "has no curl in /usr/bin, and packages are added to Alpine bases only"),
    ("var/lib/dpkg/status.d/tzdata", "usr/bin/jq", ["snappy"], "its package is libsnappy1v5"),
])
def test_bases_without_dpkg(flinkpack, inputs, database, there, words, text):
    entries = [images.file(path, "x", 0o755)
               for path in ("bin/bash", "opt/java/bin/java", database, there)]
    entries += [images.file("etc/os-release", 'ID=rhel\nPRETTY_NAME="Red Hat 9"\n'),
                images.file("opt/java/release", 'JAVA_VERSION="17.0.1"\n')]
    base = flinkpack.home / "base"
    images.write_layout(images.Image([images.layer(entries)], {
        "Env": ["PATH=/opt/java/bin:/bin", "JAVA_HOME=/opt/java"]}), base, "v1")
    build = ("build", "--from-local-dist", inputs.dist(), "--base", "oci:%s:v1" % base, "--dry-run")
    have = {"usr/lib64/libsnappy.so.1": "snappy", "usr/bin/jq": "jq"}[there]
    assert have + ": already provided by the base" in flinkpack.run(*build, "--package", have).err
    assert text in flinkpack.fail(3, *build, "--package", *words)


@pytest.fixture
def whole(tmp_path):
    """A repository of which a base can be made."""
    spec = tmp_path / "specs"
    java = "usr/lib/jvm/java-17-openjdk/"
    folder = alpine.make_repository(
        tmp_path / "whole",
        alpine.write_spec(spec, "alpine-baselayout", "3-r0", "depend = busybox", files=[
            ("etc/passwd", "root:x:0:0:root:/root:/bin/sh\n"), ("etc/group", "root:x:0:\n"),
            ("etc/shadow", "root:*::0:::::\n"), ("etc/os-release", alpine.RELEASE),
            ("etc/shells", "/bin/sh\n")],
            scripts=[("post-install", "#!/bin/sh\n")]),
        alpine.write_spec(spec, "musl", "1.2.5-r0", "provides = %s=1" % alpine.LIBC,
                          files=[("lib/ld-musl-x86_64.so.1", "musl", 0o755)]),
        alpine.write_spec(spec, "busybox", "1.37-r0", "provides = /bin/sh", "depend = musl", files=[
            ("bin/busybox", "busybox", 0o755),
            ("etc/busybox-paths.d/busybox", "/bin/sh\n/bin/ls\n/usr/bin/awk\n")],
            scripts=[("post-install", "#!/bin/sh\n")]),
        alpine.write_spec(spec, "bash", "5.2-r0", files=[("bin/bash", "#!", 0o755)],
                          scripts=[("post-install", "#!/bin/sh\n")]),
        alpine.write_spec(spec, "snappy", "1.1-r0", files=[("usr/lib/libsnappy.so.1", "x")]),
        alpine.write_spec(spec, "gcompat", "1.1-r0", "provides = libc6-compat=1.1-r0",
                          files=[("lib/libgcompat.so.0", "x")]),
        alpine.write_spec(spec, "python3", "3.12.1-r0", files=[("usr/bin/python3", "#!", 0o755)]),
        alpine.write_spec(spec, "java-common", "0.5-r0", "triggers = /usr/lib/jvm",
                          files=[("usr/share/java-common", "x")],
                          scripts=[("trigger", "#!/bin/sh\n")]),
        alpine.write_spec(spec, "openjdk17-jre-headless", "17.0.11-r0", "depend = java-common",
                          files=[(java + "bin/java", "#!", 0o755), (java + "bin/keytool", "#!", 0o755),
                                 (java + "release", 'JAVA_VERSION="17.0.11"\n')]))
    with alpine.Server(folder) as server:
        yield server.url + "/v3.20/main", folder / "keys" / alpine.KEY


@pytest.fixture
def catalogue(flinkpack, whole):
    """Options for a catalogue with an entry that is made of packages."""
    folder = flinkpack.home / "home/share/flinkpack/base-images"
    folder.mkdir(parents=True)
    url, key = whole
    (folder / "made.json").write_text(json.dumps({
        "description": "made of packages", "libc": "musl", "java": 17, "repositories": [url],
        "packages": ["alpine-baselayout", "busybox", "musl", "openjdk17-jre-headless"],
        "keys": {key.name: key.read_text()}}))
    return ("--base-images", folder)


def test_a_base_of_packages(flinkpack, inputs, catalogue):
    where = flinkpack.home / "out"
    words = ("build", "--from-local-dist", inputs.dist(), *catalogue, "--base", "made",
             "-o", "oci:%s:v1" % where)
    first = flinkpack.run(*words)
    image, = validate.layout(where, "v1")
    assert image.kinds() == ["base", "flink-1.20.4", "setup"]
    assert image.resolve("usr/bin/java").path == "usr/lib/jvm/java-17-openjdk/bin/java"
    assert image.tree["bin/ls"].target == "/bin/busybox"
    assert image.read("etc/apk/arch") == b"x86_64\n"
    assert image.read("etc/shells") == b"/bin/sh\n/bin/bash\n"
    assert image.env["JAVA_HOME"] == "/usr/lib/jvm/java-17-openjdk"
    world = image.read("etc/apk/world").decode().split()
    assert world == sorted(world) and "openjdk17-jre-headless" in world and "bash" in world
    assert "flink:x:9999" in image.read("etc/passwd").decode()
    shutil.rmtree(where)
    assert flinkpack.run(*words).digest == first.digest


def test_a_lock_of_a_base_of_packages(flinkpack, inputs, whole, catalogue, tmp_path):
    """A newer package of one more repository does not count for it."""
    words = ("--from-local-dist", inputs.dist(), *catalogue, "--base", "made")
    signs = whole[1].parents[1] / "keys.private" / alpine.KEY[:-len(".pub")]
    newer = alpine.make_repository(tmp_path / "newer", "-k", signs, alpine.write_spec(
        tmp_path / "newer-specs", "bash", "5.3-r0", files=[("bin/bash", "#!", 0o755)],
        scripts=[("post-install", "#!/bin/sh\n")]))
    more = ("--repository", newer / "v3.20/main")
    flinkpack.run("lock", *words)
    lock = json.loads((flinkpack.home / "flinkpack.lock").read_text())
    taken = lock["platforms"]["linux/amd64"]["packages"]["base"]["packages"]
    assert taken["bash"]["version"] == "5.2-r0" and "openjdk17-jre-headless" in taken
    shutil.rmtree(flinkpack.cache)
    assert flinkpack.run("build", "--locked", *words).digest == lock["image"]
    # Only the image differs, as it tells of the options; without a lock, the base does.
    error = flinkpack.fail(8, "build", "--locked", *words, *more)
    assert "error: flinkpack.lock: image: sha256:" in error
    flinkpack.run("lock", "--lock-file", "newer.lock", *words, *more)
    newest = json.loads((flinkpack.home / "newer.lock").read_text())
    assert newest["base"]["digest"] != lock["base"]["digest"]


def test_a_base_of_packages_that_cannot_be_reached(flinkpack, inputs, catalogue, free_port):
    words = ("build", "--from-local-dist", inputs.dist(), *catalogue, "--base", "made",
             "--apk-mirror", "http://127.0.0.1:%d" % free_port, "--retry", "0")
    assert "--apk-mirror URL" in flinkpack.fail(6, *words)


def test_a_base_of_what_is_no_package(flinkpack, inputs, catalogue, free_port):
    """It is refused before anything is asked for: the repository cannot be reached."""
    entry = catalogue[1] / "made.json"
    made = json.loads(entry.read_text())
    made["packages"].append("musl>=x")
    made["repositories"] = ["http://127.0.0.1:%d/v3.20/main" % free_port]
    entry.write_text(json.dumps(made))
    text = flinkpack.fail(3, "build", "--from-local-dist", inputs.dist(), *catalogue,
                          "--base", "made")
    assert "--base: made: package 'musl>=x': 'x' is no version" in text


def test_python(flinkpack, inputs, catalogue):
    where = flinkpack.home / "out"
    result = flinkpack.run("build", "--from-local-dist", inputs.dist(), *catalogue, "--base", "made",
                           "--with-python3", "--package", "python3>=3.8", "-o", "oci:%s:v1" % where)
    image, = validate.layout(where, "v1")
    assert image.resolve("usr/bin/python").path == "usr/bin/python3"
    assert "has no flink-python jar" in result.err


def musl(scene, inputs, version="1.13.6"):
    scene.dist = inputs.dist(version)
    return scene


def test_rocksdb_on_musl_before_1_14(scene, inputs):
    scene = musl(scene, inputs)
    words = ("--conf", "state.backend=rocksdb", "--dry-run")
    text = scene.flinkpack.fail(3, *scene.words(*words))
    assert "--conf state.backend: RocksDB is native code for glibc" in text
    assert "--base temurin-8-jre, or --allow-musl-natives" in text
    scene.build("--conf", "state.backend=rocksdb", "--allow-musl-natives")
    assert "is native code for glibc" in scene.result.err


def test_rocksdb_on_musl_is_a_warning_where_it_is_only_there(scene, inputs):
    scene = musl(scene, inputs)
    scene.build()
    assert "the RocksDB of Flink 1.13.6 is native code for glibc" in scene.result.err
    musl(scene, inputs, "1.14.6").build("--conf", "state.backend=rocksdb")
    assert "glibc" not in scene.result.err


def test_rocksdb_without_jemalloc(scene, inputs, demo, server):
    text = "RocksDB without jemalloc, which "
    scene.build("--conf", "state.backend.type=rocksdb")
    assert "--conf state.backend.type: " + text in scene.result.err
    assert scene.result.err.count(text) == 1 and "(--package jemalloc)" in scene.result.err
    scene.build("--conf", "state.backend.type=hashmap")
    assert text not in scene.result.err
    more = [images.folder("usr/lib"), images.file("usr/lib/libjemalloc.so.2", "x")]
    there = Scene(scene.flinkpack, inputs, [server.url + "/v3.20/main"], demo / "keys", more=more)
    there.build("--conf", "state.backend=rocksdb")
    assert text not in there.result.err


def test_native_code_of_a_job(scene, inputs, tmp_path):
    """The same for every Flink: libc6-compat, which is put in for it, lets most of it run."""
    elf = bytearray(600)
    elf[:6] = b"\x7fELF\x02\x01"
    elf[300:309] = b"libc.so.6"
    job = tmp_path / "job.jar"
    job.write_bytes(miniature.job_jar(extra=[("org/lib.bin", bytes(elf))]))
    for version in ("1.13.6", "1.14.6"):
        musl(scene, inputs, version).build("--job-jar", job)
        assert "job.jar: org/lib.bin is native code for glibc" in scene.result.err


def test_base_check_and_pin(flinkpack, inputs, registry):
    first = images.base()
    images.push(first, registry, "bases/jre", "8")
    flinkpack.run("build", "--from-local-dist", inputs.dist(), "--insecure-registry", registry,
                  "--base", registry + "/bases/jre:8", "--image-name", "job:1")
    words = ("base", "check", "job:1", "--insecure-registry", registry)
    assert flinkpack.run(*words).out.startswith("current %s/bases/jre:8@sha256:" % registry)
    newer = images.base()
    newer.document["created"] = "2021-01-01T00:00:00Z"
    newer.seal()
    images.push(newer, registry, "bases/jre", "8")
    assert flinkpack.run(*words).out == "stale %s/bases/jre:8@%s is now %s\n" % (
        registry, first.descriptor()["digest"], newer.descriptor()["digest"])
    # Of several images each line says which, and a failure of one does not stop the others.
    both = flinkpack.try_run("base", "check", "gone:1", *words[2:])
    assert both.status == 5 and "gone:1 is not checked" in both.err
    assert both.out.startswith("job:1 stale %s/bases/jre:8@" % registry)
    assert flinkpack.run(*words, "--stale-only").out == "job:1\n"
    index = images.Index([first])
    images.push(index, registry, "bases/jre", "many")
    folder = flinkpack.home / "catalogue"
    folder.mkdir()
    entry = {"description": "d", "libc": "glibc", "java": 8,
             "reference": registry + "/bases/jre:many"}
    (folder / "mine.json").write_text(json.dumps(entry))
    pinned = json.loads(flinkpack.run("base", "pin", "mine", "--base-images", folder,
                                      "--insecure-registry", registry).out)
    assert list(pinned.pop("facts")) == ["linux/amd64"]
    assert pinned == {**entry, "digests": {"linux/amd64": first.descriptor()["digest"]}}


def test_pins_hold_for_several_platforms(flinkpack, inputs, registry):
    """The tag has moved since: each platform is still built on what is pinned for it."""
    old = [images.base(architecture=name) for name in ("amd64", "arm64")]
    images.push(images.Index(old), registry, "bases/pinned", "old")
    new = [images.base(java="17.0.10", architecture=name) for name in ("amd64", "arm64")]
    images.push(images.Index(new), registry, "bases/pinned", "17")
    folder = flinkpack.home / "catalogue"
    folder.mkdir()
    (folder / "mine.json").write_text(json.dumps({
        "description": "d", "libc": "glibc", "java": 17, "reference": registry + "/bases/pinned:17",
        "digests": {"linux/" + each.document["architecture"]: each.descriptor()["digest"]
                    for each in old}}))
    where = flinkpack.home / "out"
    flinkpack.run("build", "--from-local-dist", inputs.dist(), "--base", "mine", "--base-images",
                  folder, "--platform", "linux/amd64,linux/arm64", "-o", "oci:%s:v1" % where)
    for made, base in zip(validate.layout(where, "v1"), old):
        assert [one.digest for one in made.layers[:2]] == [one.digest for one in base.layers]
        assert made.annotations["org.opencontainers.image.base.digest"] == \
            base.descriptor()["digest"]
    check = ("base", "check", "oci:%s:v1" % where)
    assert flinkpack.run(*check).out.startswith("stale ")
