"""rebase: an image of ours onto a newer base is what a build on that base makes."""

import shutil

import alpine
import images
import miniature
import program as programs
import pytest
import registry as registries
import validate

NEWER_PASSWD = images.PASSWD + "newcomer:x:4242:4242::/:/bin/sh\n"


def newer_base(**more):
    """The base of tomorrow: other files, accounts, variables, labels, times and directories."""
    base = images.base(java="17.0.10", created="2022-02-02T02:02:02Z", **more)
    base.layers.append(images.layer([
        images.folder("etc", 0o750, mtime=1640000000),
        images.file("etc/passwd", NEWER_PASSWD, mtime=1640000000),
        images.folder("opt", mtime=1640000000), images.folder("srv", 0o711, mtime=1640000000),
        images.file("etc/news", "new\n", mtime=1640000000)]))
    base.document["rootfs"]["diff_ids"].append(base.layers[-1].diff_id)
    base.document["history"].append({"created": "2022-02-02T02:02:02Z", "created_by": "more"})
    base.document["config"] = {
        **images.BASE_CONFIG,
        "Env": ["PATH=/opt/java/openjdk/bin:/usr/bin:/bin", "JAVA_HOME=/opt/java/openjdk",
                "LANG=C.UTF-8", "NEWS=yes"],
        "Labels": {"maintainer": "somebody", "news": "yes"}}
    base.seal()
    return base


class Team:
    """Images in a registry, on a base that moves."""

    def __init__(self, flinkpack, inputs, host):
        self.flinkpack, self.inputs, self.host = flinkpack, inputs, host
        self.base = host + "/bases/jre:17"
        self.job = flinkpack.home / "job.jar"
        self.job.write_bytes(miniature.job_jar(year=2023))
        # A second one, which has seen nothing.
        self.fresh = programs.Program(flinkpack.home / "fresh", flinkpack.binary)

    def move(self, base):
        images.push(base, self.host, "bases/jre", "17")

    def build(self, program, name, *words, **more):
        return program.run("build", "--from-archive", self.inputs.archive(), "--base", self.base,
                           *words, "--image-name", self.host + "/" + name, "--push", **more).digest

    def rebase(self, *words, **more):
        return self.flinkpack.run("rebase", *words, **more)

    def image(self, name, **options):
        repository, _, tag = name.partition(":")
        return validate.registry(self.host, repository, tag, **options)


@pytest.fixture
def team(flinkpack, inputs, registry, request):
    team = Team(flinkpack, inputs, registry)
    team.name = "rebase/%s" % abs(hash(request.node.name))
    team.move(images.base())
    return team


def extras(team):
    """One of each file option, some of them in directories that only one of the bases has."""
    home = team.flinkpack.home
    (home / "tree/below").mkdir(parents=True)
    (home / "tree/below/x").write_text("x")
    (home / "library.jar").write_bytes(miniature.jar())
    (home / "motd").write_text("hello\n")
    return ["--lib", home / "library.jar", "--plugin", "mine=%s" % (home / "library.jar"),
            "--conf", "parallelism.default=3", "--add", "%s:/srv/tree" % (home / "tree"),
            "--add", "%s:/etc/motd" % (home / "motd"), "--add", "%s:/bin/run:0755" % (home / "motd")]


# Several options each, as each build takes its time.
OPTIONS = {
    "session": lambda team: [],
    "job": lambda team: ["--job-jar", team.job, "--job-classname", "com.example.WordCount",
                         *extras(team)],
    # A value may be the old base's or the new one's: it was asked for all the same.
    "look": lambda team: ["--env", "LANG=en_US.UTF-8", "--env", "ZULU=1", "--env", "ALPHA=2",
                          "--label", "maintainer=nobody", "--label", "team=data", "--annotation",
                          "org.opencontainers.image.title=Orders", "--user", "4242:7",
                          "--compression", "zstd", "--compression-level", "5"],
    "path": lambda team: ["--env", "PATH=/opt/flink/bin:/usr/bin:/bin", "--env",
                          "JAVA_HOME=/opt/java/openjdk", "--add",
                          "%s:/etc/passwd" % _accounts(team)],
}


def _accounts(team):
    path = team.flinkpack.home / "accounts"
    path.write_text("root:x:0:0::/:/bin/sh\nmine:x:9999:9999::/:/bin/sh\n")
    return path


@pytest.mark.parametrize("case, epoch", [("session", None), ("job", None), ("job", "1700000000"),
                                         ("look", None), ("path", "1700000000")])
def test_what_a_build_makes(case, epoch, team):
    words = OPTIONS[case](team)
    env = {"SOURCE_DATE_EPOCH": epoch} if epoch else {}
    team.build(team.flinkpack, team.name + ":1", *words, env=env)
    old, = team.image(team.name + ":1", user=None)
    team.move(newer_base())
    made = team.rebase("%s/%s:1" % (team.host, team.name), env=env)
    new, = team.image(team.name + ":1", user=None)
    wanted = team.build(team.fresh, team.name + "/wanted:1", *words, env=env)
    cold, = team.image(team.name + "/wanted:1", user=None)
    assert new.document == cold.document
    assert [one.digest for one in new.layers] == [one.digest for one in cold.layers]
    assert made.name == "%s/%s@%s" % (team.host, team.name, wanted)
    kinds = dict(zip(old.kinds(), old.layers))
    for kind, layer in zip(new.kinds(), new.layers):
        assert kind in (None, "setup") or layer.digest == kinds[kind].digest


def test_few_requests_and_nothing_moves(flinkpack, inputs, tmp_path):
    """Counted at a proxy, on an empty disk."""
    with registries.Registry(tmp_path / "r") as server, registries.FaultProxy(server.port) as proxy:
        team = Team(flinkpack, inputs, proxy.host)
        team.move(images.base())
        team.build(team.flinkpack, "team/orders:1", "--job-jar", team.job)
        old, = team.image("team/orders:1")
        team.move(newer_base())
        first = len(proxy.requests)
        result = team.fresh.run("rebase", team.host + "/team/orders:1")
        requests = proxy.requests[first:]
        own = [path for method, path in requests if path.startswith("/v2/team/orders/")]
        mounts = [path for path in own if "mount=" in path]
        assert len(mounts) == 2, "the other layers of the base are there"
        assert len(own) - len(mounts) <= 10, requests
        fetched = [path for method, path in requests
                   if method == "GET" and "team/orders/blobs" in path]
        assert len(fetched) == 2, "the configuration and the set-up"
        setup = old.layers[old.kinds().index("setup")].digest
        assert any(path.endswith(setup) for path in fetched)
        # Again there is nothing to do, and nothing is written.
        first = len(proxy.requests)
        again = team.fresh.run("rebase", team.host + "/team/orders:1")
        assert again.name == result.name and "nothing to do" in again.err
        assert {method for method, _ in proxy.requests[first:]} <= {"GET", "HEAD"}
        # A build finds that all is there.
        same = team.build(team.flinkpack, "team/orders:1", "--job-jar", team.job)
        assert same == result.digest


def test_packages_are_made_anew(flinkpack, inputs, demo):
    """Those that were asked for, from the repositories of the new base."""
    with alpine.Server(demo) as server:
        urls, keys = [server.url + "/v3.20/main"], demo / "keys"
        old, new = flinkpack.home / "old", flinkpack.home / "new"
        images.write_layout(alpine.base(urls, keys), old, "v1")
        images.write_layout(alpine.base(urls, keys, world="busybox\nmusl\ndocs\n"), new, "v1")
        words = ["build", "--from-archive", inputs.archive(), "--package", "snappy", "--package",
                 "editor-a"]
        out = "oci:%s" % (flinkpack.home / "out")
        flinkpack.run(*words, "--base", "oci:%s:v1" % old, "-o", out + ":v1")
        made = flinkpack.run("rebase", out + ":v1", "--onto", "oci:%s:v1" % new, "-t", "v2")
        cold = flinkpack.run(*words, "--base", "oci:%s:v1" % new, "-o", out + ":cold")
        assert made.digest == cold.digest
        image, = validate.layout(flinkpack.home / "out", "v2")
        assert image.read("etc/apk/world").split() == \
            b"bash busybox docs editor-a libc6-compat musl snappy".split()


def test_all_platforms_at_once_in_the_local_store(flinkpack, inputs, team):
    def both(make):
        team.move(images.Index([make(architecture=name) for name in ("amd64", "arm64")]))

    words = ["build", "--from-archive", inputs.archive(), "--base", team.base, "--platform",
             "linux/amd64,linux/arm64", "--image-name", "orders:1"]
    both(images.base)
    flinkpack.run(*words)
    both(newer_base)
    made = flinkpack.run("rebase", "orders:1", "-t", "2")
    assert made.digest == team.fresh.run(*words).digest
    listed = flinkpack.run("images", "--format", "names").out.split()
    assert sorted(listed) == ["orders:1", "orders:2"]
    flinkpack.run("rebase", "orders:1", "--dry-run")
    assert "nothing to do" not in flinkpack.run("rebase", "orders:1", "--dry-run").err
    assert "nothing to do" in flinkpack.run("rebase", "orders:2").err


def test_a_failure_does_not_stop_the_others(flinkpack, inputs, team):
    team.build(flinkpack, team.name + ":1")
    team.move(newer_base())
    good, bad = "%s/%s:1" % (team.host, team.name), "%s/%s:gone" % (team.host, team.name)
    stale = flinkpack.run("base", "check", "--stale-only", good).out.split()
    assert stale == [good]
    result = flinkpack.try_run("rebase", bad, *stale)
    assert result.status == programs.NOT_FOUND
    assert result.out.startswith("%s/%s@sha256:" % (team.host, team.name))
    assert result.out.count("\n") == 1 and "1 of 2 images stay as they are" in result.err
    assert flinkpack.run("base", "check", "--stale-only", good).out == ""
    assert "nothing to do" in flinkpack.run("rebase").err
    text = flinkpack.fail(programs.USAGE, "rebase", good, bad, "-t", "other/name:1")
    assert "one name for 2 images" in text


def test_what_cannot_be_rebased(flinkpack, inputs, team, tmp_path):
    out = tmp_path / "out"
    flinkpack.run("build", "--from-archive", inputs.archive(), "--base", team.base, "-o",
                  "oci:%s:v1" % out)
    made, = validate.layout(out, "v1")
    old_java = tmp_path / "java8"
    images.write_layout(images.base(java="1.8.0_402"), old_java, "v1")
    flinkpack.run("build", "--from-archive", inputs.archive("2.2.0"), "--base", team.base, "-o",
                  "oci:%s:v2" % out)
    text = flinkpack.fail(programs.INPUT, "rebase", "oci:%s:v2" % out, "--onto",
                          "oci:%s:v1" % old_java)
    assert "Java 8" in text
    shutil.rmtree(out)
    flinkpack.run("build", "--from-archive", inputs.archive(), "--base", team.base, "-o",
                  "oci:%s:v1" % out)
    images.put_on_top(out, made, [(images.layer([images.file("x", b"x")]), "somebody")])
    text = flinkpack.fail(programs.INPUT, "rebase", "oci:%s:v1" % out, "--onto", team.base)
    assert "(somebody)" in text and "put it on top again" in text
    text = flinkpack.fail(programs.INPUT, "rebase", team.base)
    assert "'flinkpack build' has not made it" in text
    official = tmp_path / "official"
    images.write_layout(images.official_flink(), official, "v1")
    flinkpack.run("build", "--from-image", "oci:%s:v1" % official, "--job-jar", team.job, "-o",
                  "oci:%s:v1" % (tmp_path / "from"))
    text = flinkpack.fail(programs.INPUT, "rebase", "oci:%s:v1" % (tmp_path / "from"), "--onto",
                          team.base)
    assert "Flink is in its base" in text and "--from-image" in text
    flinkpack.fail(programs.USAGE, "rebase", "oci-archive:%s" % (tmp_path / "x.tar"))


def test_an_image_of_an_earlier_version(flinkpack, inputs, team, tmp_path):
    """It has neither the label of options nor records: the old base tells what was asked for."""
    out = tmp_path / "out"
    words = ["--env", "MINE=1", "--label", "team=data", "--user", "4242", "--job-jar", team.job]
    start = ["build", "--from-archive", inputs.archive(), "--base", team.base, *words]
    flinkpack.run(*start, "-o", "oci:%s:v1" % out)
    made, = validate.layout(out, "v1", user=None)
    images.put_on_top(out, made, [], {"flinkpack.options": None, "flinkpack.recipes": "{}"})
    team.move(newer_base())
    flinkpack.run("rebase", "oci:%s:v1" % out)
    new, = validate.layout(out, "v1", user=None)
    flinkpack.run(*start, "-o", "oci:%s:v1" % (tmp_path / "cold"))
    cold, = validate.layout(tmp_path / "cold", "v1", user=None)
    for name in ("flinkpack.options", "flinkpack.recipes"):
        new.document["config"]["Labels"].pop(name, None)
        cold.document["config"]["Labels"].pop(name)
    assert new.document == cold.document
    assert [one.digest for one in new.layers] == [one.digest for one in cold.layers]


def test_a_job_put_on_a_session_image(flinkpack, inputs, team):
    """Two builds, one on the other: what both were asked for stays."""
    library = team.flinkpack.home / "library.jar"
    library.write_bytes(miniature.jar())
    words = ["--image-name", "%s/%s:2" % (team.host, team.name), "--push"]

    def both(program):
        team.build(program, team.name + ":1", "--env", "A=1")
        return program.run("build", "--from-image", "%s/%s:1" % (team.host, team.name), "--lib",
                           library, "--job-jar", team.job, "--env", "B=2", *words).digest

    both(flinkpack)
    team.move(newer_base())
    flinkpack.run("rebase", "%s/%s:2" % (team.host, team.name))
    new, = team.image(team.name + ":2")
    both(team.fresh)
    cold, = team.image(team.name + ":2")
    assert [one.digest for one in new.layers] == [one.digest for one in cold.layers]
    assert new.env == cold.env and new.created == cold.created
