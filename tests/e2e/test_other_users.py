"""Cache, store and outputs in directories that others own, or have put something into."""

import fcntl
import os
import pathlib
import shutil
import signal
import stat

import apache
import pytest
from program import IO, Program, find

OTHER = 12345
ARBITRARY = 1000650000  # a user id as OpenShift gives them, without a line in /etc/passwd

as_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root can make files of other users")


@pytest.fixture
def plain(public_folder, inputs):
    """flinkpack (sanitized) whose cache and store nobody has named, and the words of a build."""
    place = public_folder
    program = Program(place, find("dev"))
    program.env = {key: value for key, value in program.env.items()
                   if key not in ("FLINKPACK_STORE", "FLINKPACK_CACHE")}
    program.env["TMPDIR"] = str(place / "tmp")
    (place / "tmp").mkdir()
    (place / "tmp").chmod(0o1777)
    program.words = ["build", "--from-archive", shutil.copy(inputs.archive(), place), "--base",
                     "rootfs:%s" % shutil.copy(inputs.base.partition(":")[2], place)]
    for file in place.iterdir():
        if file.is_file():
            file.chmod(0o644)
    return program


def modes(folder):
    """Every directory below, and its permissions."""
    return {str(at): stat.S_IMODE(os.stat(at).st_mode) for at, _, _ in os.walk(folder)}


def test_what_is_made_is_for_nobody_else(plain):
    plain.run(*plain.words, umask=0)
    home = pathlib.Path(plain.env["HOME"])
    for path, mode in {**modes(home / ".local"), **modes(home / ".cache")}.items():
        assert mode & 0o7777 == 0o700, "%s: %o" % (path, mode)


@pytest.mark.parametrize("umask", [0o077, 0o777])
def test_a_umask_is_no_error(plain, umask):
    who = {"umask": umask}
    if os.geteuid() == 0:  # whom no permission keeps out
        os.chown(plain.env["HOME"], OTHER, OTHER)
        who.update(user=OTHER, group=OTHER, extra_groups=[])
    plain.run(*plain.words, **who)
    assert "flink-job" in plain.run("images", **who).out


@as_root
@pytest.mark.parametrize("group, extra", [(0, []), (0, [4321]), (777, [4321])])
def test_a_volume_of_kubernetes_is_a_home_like_others(plain, group, extra):
    """fsGroup: directories are root's and the group's, which may write and is passed on."""
    home = plain.home / "volume"
    home.mkdir()
    os.chown(home, 0, extra[-1] if extra else group)
    home.chmod(0o2775)
    env = {"HOME": str(home)}
    who = {"user": ARBITRARY, "group": group, "extra_groups": extra}
    plain.run(*plain.words, env=env, **who)
    # What the kubelet does to a volume that is mounted again.
    for path, folders, files in os.walk(home):
        os.chmod(path, 0o2770)
        for name in files:
            os.chmod(os.path.join(path, name), 0o660)
    again = plain.run(*plain.words, env=env, **who)
    assert "warning" not in again.err
    assert "flink-job:latest" in plain.run("images", env=env, **who).out
    plain.run("rmi", "flink-job", env=env, **who)
    assert list((plain.home / "tmp").iterdir()) == []


def spoil(path, how):
    """Make a directory one that is not ours alone."""
    path.mkdir(parents=True)
    if how == "open":
        path.chmod(0o777)
    elif how == "link":
        path.rmdir()
        path.symlink_to("/tmp")
        os.lchown(path, OTHER, OTHER)
    else:
        os.chown(path, OTHER, OTHER)


@as_root
@pytest.mark.parametrize("how", ["open", "theirs", "link"])
def test_a_default_that_others_can_write_to_is_not_used(plain, inputs, how):
    home = pathlib.Path(plain.env["HOME"])
    cache, store = home / ".cache/flinkpack", home / ".local/share/flinkpack/store"
    spoil(cache, how)
    told = plain.run(*plain.words).err
    assert told.count("warning") == 1 and "the cache %s " % cache in told
    assert store.is_dir() and (store / "cache").is_dir()
    assert how == "link" or list(cache.iterdir()) == []
    assert "warning" not in plain.run("inspect", "flink-job").err  # which needs no cache
    # Who names it has it.
    if how != "link":
        assert "warning" not in plain.run(*plain.words, "--cache", cache).err
    shutil.rmtree(store)
    spoil(store, how)
    told = plain.run("images").err
    assert told.count("warning") == 1 and str(store) in told
    plain.run(*plain.words)
    kept = plain.home / "tmp" / ("flinkpack-%d" % os.geteuid())
    assert stat.S_IMODE(kept.stat().st_mode) == 0o700 and (kept / "index.json").exists()
    assert how == "link" or list(store.iterdir()) == []
    assert "flink-job" in plain.run("images").out
    if how != "link":
        assert "warning" not in plain.run("images", "--store", store).err


@as_root
@pytest.mark.parametrize("how", ["theirs", "link", "file"])
def test_a_temporary_place_that_is_taken_stops_nothing(plain, how):
    """TMPDIR is everyone's: whoever is there first under our name does not decide for us."""
    kept = plain.home / "tmp" / ("flinkpack-%d" % os.geteuid())
    if how == "file":
        kept.touch()
    else:
        spoil(kept, how)
    env = {"HOME": "relative"}
    plain.run(*plain.words, env=env)
    assert "flink-job:latest" in plain.run("images", env=env).out
    own, = (path for path in kept.parent.iterdir() if path != kept)
    assert own.name.startswith(kept.name + ".") and stat.S_IMODE(own.stat().st_mode) == 0o700
    plain.run("rmi", "flink-job", env=env)


@as_root
def test_a_store_that_cannot_be_looked_into_is_not_empty(plain):
    store = plain.home / "theirs"
    plain.run(*plain.words, "--store", store)
    for words in (["images"], ["inspect", "flink-job"], ["rmi", "flink-job"]):
        said = plain.fail(IO, *words, "--store", store, user=OTHER, group=OTHER, extra_groups=[])
        assert "%s/oci-layout: cannot be examined: Permission denied" % store in said


def test_what_is_planted_in_a_cache_makes_way(flinkpack, inputs):
    name = apache.archive_name("1.20.4", "2.12")
    cache, victim = flinkpack.home / "c", flinkpack.home / "victim"
    victim.write_text("precious")
    with apache.Apache() as server:
        server.add_release("1.20.4", current=True)
        words = ["build", "--from-release", "--flink-version", "1.20.4", "--apache-url",
                 server.dlcdn, "--archive-url", server.archive, "--checksum-url", server.downloads,
                 "--base", inputs.base, "--cache", cache]
        digest = flinkpack.run(*words).digest
        for plant in (os.mkfifo, lambda path: os.symlink(victim, path),
                      lambda path: os.symlink("nowhere", path), lambda path: os.link(victim, path)):
            shutil.rmtree(cache)
            cache.mkdir()
            for suffix in ("", ".part", ".url", ".sha512"):
                plant(cache / (name + suffix))
            assert flinkpack.run(*words, "--no-cache", timeout=60).digest == digest
            assert victim.read_text() == "precious" and not (cache / "nowhere").exists()
            assert (cache / name).is_file() and not (cache / name).is_symlink()
        # A directory stays; what has come serves this build.
        shutil.rmtree(cache)
        (cache / name).mkdir(parents=True)
        (cache / (name + ".sha512")).mkdir()
        done = flinkpack.run(*words, "--no-cache")
        assert done.digest == digest and "warning" in done.err and (cache / name).is_dir()


@pytest.mark.parametrize("part", ["blobs", "blobs/sha256", "index.json", "oci-layout"])
def test_no_link_in_a_store_is_followed(flinkpack, inputs, part):
    flinkpack.run("build", "--from-archive", inputs.archive(), "--base", inputs.base)
    elsewhere = flinkpack.home / "elsewhere"
    (flinkpack.store / part).rename(elsewhere)
    (flinkpack.store / part).symlink_to(elsewhere)
    before = sorted(os.walk(elsewhere))
    for words in (["rmi", "flink-job"], ["images"], ["inspect", "flink-job"],
                  ["build", "--from-archive", inputs.archive(), "--base", inputs.base]):
        error = flinkpack.fail(IO, *words)
        assert "%s: is a link" % (flinkpack.store / part) in error
    assert sorted(os.walk(elsewhere)) == before


@as_root
def test_outputs_go_over_no_link_of_others(flinkpack, inputs):
    words = ["build", "--from-archive", inputs.archive(), "--base", inputs.base]
    for kind, option in [("d", "-o=oci:%s"), ("d/x.tar", "-o=oci-archive:%s"),
                         ("d/x.tar", "-o=docker-archive:%s"), ("d/m.json", "--metadata-file=%s"),
                         ("d/m", "--digest-file=%s")]:
        target, link = flinkpack.home / "target", flinkpack.home / "d"
        target.mkdir()
        link.symlink_to(target)
        os.lchown(link, OTHER, OTHER)
        option = (option % (flinkpack.home / kind)).replace("-o=", "--output=")
        assert "%s: is a link of another user" % link in flinkpack.fail(IO, *words, option)
        assert list(target.iterdir()) == []
        os.lchown(link, os.geteuid(), 0)
        flinkpack.run(*words, option)
        assert list(target.iterdir()) != []
        link.unlink()
        shutil.rmtree(target)
    link.symlink_to(flinkpack.home)
    os.lchown(link, OTHER, OTHER)
    generate = ["generate", "--image", "flink-job", "--type", "session", "--output-dir"]
    flinkpack.run(*words)
    assert "is a link of another user" in flinkpack.fail(IO, *generate, link / "made")
    assert not (flinkpack.home / "made").exists()


def test_a_lock_that_is_waited_for_is_told(flinkpack, inputs):
    words = ["build", "--from-archive", inputs.archive(), "--base", inputs.base]
    flinkpack.run(*words)
    with open(flinkpack.store / "oci-layout", "rb") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        waiting = flinkpack.start(*words)
        line = next(line for line in waiting.stderr if "waiting for" in line)
        assert str(flinkpack.store / "oci-layout") in line
        assert "process %d" % os.getpid() in line or "another flinkpack" in line
        waiting.send_signal(signal.SIGINT)
        assert waiting.wait(timeout=60) == 130
        waiting.stderr.close()
        waiting.stdout.close()


@as_root
@pytest.mark.parametrize("mode", [0o777, 0o1777])
def test_a_cache_that_others_keep_closed_files_in(plain, mode):
    """Users of one named cache, whose umask keeps what they make for themselves."""
    cache = plain.home / "shared"
    cache.mkdir()
    cache.chmod(mode)
    digests = set()
    with apache.Apache() as server:
        server.add_release("1.20.4", current=True)
        words = ["build", "--from-release", "--flink-version", "1.20.4", "--apache-url",
                 server.dlcdn, "--archive-url", server.archive, "--checksum-url", server.downloads,
                 *plain.words[3:], "--cache", cache]
        for user in (OTHER, OTHER + 1, OTHER):
            home = plain.home / str(user)
            home.mkdir(exist_ok=True)
            os.chown(home, user, user)
            if user != OTHER:  # a download that another one had begun
                part = cache / (apache.archive_name("1.20.4", "2.12") + ".part")
                part.touch(0o600)
            digests.add(plain.run(*words, env={"HOME": str(home)}, umask=0o077, user=user,
                                  group=user, extra_groups=[]).digest)
    assert len(digests) == 1
