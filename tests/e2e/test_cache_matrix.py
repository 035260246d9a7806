"""A change makes those layers anew that it goes into, and no other.

Each row of the matrix changes a build that a cache knows. The image that is made with that cache has
the digest of the one that is made without any. Every option of build is in a row.
"""

import gzip
import json
import shutil

import alpine
import apache
import images
import miniature
import program as programs
import pytest
import registry as registries
import signatures

VERSION, OTHER_VERSION = "1.20.4", "1.20.5"
EPOCH = 1700000000
PACKAGES, DISTRIBUTION, HADOOP, SETUP, JOB = KINDS = (
    "packages", "distribution", "hadoop", "setup", "job")
NOTHING = frozenset()

# The build that the rows change: everything that can be a layer is one.
RELEASE = {
    "from-release": True, "flink-version": VERSION, "hadoop-version": "2.8",
    "apache-url": "{dlcdn}", "archive-url": "{archives}", "checksum-url": "{downloads}", "maven-repository": "{maven}",
    "base": "oci:{folder}/bases:alpine", "package": "tzdata", "job-jar": "{folder}/job.jar",
    "job-classname": "com.example.WordCount", "conf": "parallelism.default=2",
    "lib": "{folder}/lib.jar", "plugin": "s3-fs-hadoop", "add": "{folder}/data:/data/",
    "label": "team=blue", "annotation": "team=blue", "env": "TEAM=blue", "user": "9999",
}
# One whose base has two platforms and no packages.
ARCHIVE = {"from-archive": "{folder}/flink.tgz", "base": "oci:{folder}/bases:debian",
           "job-jar": "{folder}/job.jar", "lib": "{folder}/lib.jar"}
# One that starts from what the second has made.
IMAGE = {"from-image": "oci:{folder}/ours:archive", "job-jar": "{folder}/job.jar"}
REFERENCES = {"release": RELEASE, "archive": ARCHIVE, "image": IMAGE}


# The digest may be that of the reference or not, as the option is an input that a record tells.
EITHER = "either"


class Row:
    """`change`: options, with None for one that is left out. `made`: the kinds of layers that are
    made anew; `may`: those that may be, as their key has more in it than their bytes. `same`: it is
    the image of the reference. `cold`: it is built without a cache too, as the change is about what
    is in the image."""

    def __init__(self, change, *made, of="release", may=(), same=None, cold=True, env=None):
        self.change, self.made, self.of, self.cold = change, set(made), of, cold
        self.may, self.env = {*made, *may}, env or {}
        self.same = not made if same is None else same


ROWS = {
    # The job.
    "job": Row({"job-jar": "{folder}/new/job.jar"}, JOB),
    "job of a folder elsewhere": Row({"job-jar": "{folder}/copy/job.jar"}),
    "job of an image": Row({"job-jar": "{folder}/new/job.jar"}, JOB, of="image"),
    "image of another job": Row({"from-image": "oci:{folder}/ours:other-job"}, of="image"),
    "no job": Row({"job-jar": None, "job-classname": None}, same=False),
    "more for the job": Row({"job-artifacts": "{folder}/more.jar"}, JOB),
    # How it is judged: that is not in the image.
    "check": Row({"check": "off"}),
    "strict check": Row({"check": "strict"}),
    "allowed": Row({"allow": "flink-class"}),
    "job class": Row({"job-classname": "com.example.Other"}, same=False),
    # What Flink gets with it.
    "conf": Row({"conf": "parallelism.default=3"}, SETUP),
    "conf of a file": Row({"conf": "{folder}/conf"}, SETUP),
    "lib": Row({"lib": "{folder}/other/lib.jar"}, SETUP),
    "one more lib": Row({"lib": ["{folder}/lib.jar", "{folder}/more.jar"]}, SETUP),
    "plugin": Row({"plugin": "s3-fs-presto"}, SETUP),
    "plugin of a jar": Row({"plugin": "mine={folder}/more.jar"}, SETUP),
    "file": Row({"add": "{folder}/other/data:/data/"}, SETUP),
    "slim": Row({"slim": True}, DISTRIBUTION, SETUP),
    "user": Row({"user": "1234:1234"}, SETUP, HADOOP, may=[JOB]),
    # Flink.
    "patch version": Row({"flink-version": OTHER_VERSION}, DISTRIBUTION, SETUP, may=[HADOOP]),
    "archive of that release": Row({
        "from-archive": "{folder}/release.tgz", "from-release": None, "hadoop-version": None,
        "flink-version": None, "apache-url": None, "archive-url": None, "checksum-url": None,
        "maven-repository": None}, same=False, may=[DISTRIBUTION, SETUP, JOB]),
    "archive": Row({"from-archive": "{folder}/other/flink.tgz"}, DISTRIBUTION, SETUP, of="archive"),
    "archive of another name": Row({"from-archive": "{folder}/copy/flink.tgz"}, of="archive"),
    "folder": Row({"from-archive": None, "from-local-dist": "{folder}/flink-1.20.4"}, DISTRIBUTION,
                  SETUP, of="archive"),
    "folder once more": Row({"from-archive": None, "from-local-dist": "{folder}/copy/flink-1.20.4"},
                            DISTRIBUTION, SETUP, of="archive"),
    "Hadoop": Row({"hadoop-version": "2.7"}, HADOOP, may=[SETUP]),
    "no Hadoop": Row({"hadoop-version": None, "maven-repository": None}, same=False, may=[SETUP]),
    "Scala": Row({"scala-version": "2.12"}, same=EITHER),
    "mirror of Flink": Row({"flink-mirror": "{mirror}"}),
    "checksum": Row({"flink-checksum": "{downloads}/flink/flink-1.20.4/"
                     "flink-1.20.4-bin-scala_2.12.tgz.sha512"}, same=EITHER),
    "plain HTTP": Row({"insecure-http": "files.invalid"}),
    "Apache's servers": Row({"apache-url": "{archives}", "archive-url": "{dlcdn}"}, same=EITHER),
    "checksums' server": Row({"checksum-url": "{archives}"}, same=EITHER),
    "Maven": Row({"maven-repository": "{maven}/"}, same=EITHER),
    # The base.
    "base": Row({"base": "oci:{folder}/bases:newer"}, PACKAGES, SETUP, may=[JOB, HADOOP]),
    "base that is older": Row({"base": "oci:{folder}/bases:older"}, SETUP, of="archive", may=[JOB]),
    "base of another place": Row({"base": "oci:{folder}/copy/bases:debian"}, of="archive"),
    "base of the catalogue": Row({"base": "mine", "base-images": "{folder}/catalogue"},
                                 may=[SETUP, JOB], same=False, of="archive"),
    "platform": Row({"platform": "linux/arm64"}, of="archive", may=[SETUP, JOB], same=False),
    "both platforms": Row({"platform": "linux/amd64,linux/arm64"}, of="archive", may=[SETUP, JOB],
                          same=False),
    # Packages.
    "package": Row({"package": ["tzdata", "docs"]}, PACKAGES, SETUP),
    "package's version": Row({"package": "tzdata>=2020"}, PACKAGES, may=[SETUP], same=False),
    "no package": Row({"package": None}, PACKAGES, SETUP),
    "Python": Row({"with-python3": True}, PACKAGES, SETUP),
    "repository": Row({"repository": "{packages}/v3.20/testing"}, may=[PACKAGES, SETUP], same=EITHER),
    "key": Row({"key": "{folder}/another.rsa.pub"}, may=[PACKAGES, SETUP], same=EITHER),
    "mirror of packages": Row({"apk-mirror": "{packages}"}, may=[PACKAGES], same=EITHER),
    "natives": Row({"allow-musl-natives": True}, same=False),
    "strict": Row({"strict": True}, may=[PACKAGES], same=EITHER),
    # The image around the layers.
    "label": Row({"label": "team=red"}, same=False),
    "annotation": Row({"annotation": "team=red"}, same=False),
    "variable": Row({"env": "TEAM=red"}, same=False),
    "epoch": Row({"source-date-epoch": EPOCH}, PACKAGES, HADOOP, SETUP, JOB, may=[DISTRIBUTION]),
    "epoch of the environment": Row({}, PACKAGES, HADOOP, SETUP, JOB,
                                    env={"SOURCE_DATE_EPOCH": str(EPOCH)}, may=[DISTRIBUTION]),
    # Where it goes, and what is told.
    "name": Row({"image-name": "another:2"}, cold=False),
    "tag": Row({"tag": "another:3"}, cold=False),
    "push": Row({"image-name": "{registry}/matrix/push:1", "push": True}),
    "push once more": Row({"image-name": "{registry}/matrix/push:1", "push": True, "tag": "2"}),
    "signed": Row({"image-name": "{registry}/matrix/signed:1", "push": True,
                   "sign-key": "{folder}/key.pem", "signer": "{folder}/signer"}),
    "pieces": Row({"image-name": "{registry}/matrix/pieces:1", "push": True, "chunk-size": "1M"}),
    "output": Row({"output": ["oci-archive:{out}/image.tar", "docker-archive:{out}/docker.tar"]}),
    "manifests": Row({"image-name": "{registry}/matrix/manifests:1", "push": True,
                      "generate": "{out}/manifests", "values": "{folder}/values.yaml"}),
    "metadata": Row({"metadata-file": "{out}/more.json"}),
    "digest": Row({"digest-file": "{out}/digest"}),
    "bill of materials": Row({"sbom": ["cyclonedx={out}/sbom.json", "spdx"]}),
    "provenance": Row({"provenance": True, "provenance-file": "{out}/provenance.json",
                       "builder-id": "https://ci.invalid", "build-url": "https://ci.invalid/1"}),
    "dry run": Row({"dry-run": True, "output": None}),
    "progress": Row({"progress": "plain"}, cold=False),
    "verbose": Row({"verbose": True}, cold=False),
    "quiet": Row({"quiet": True}, cold=False),
    "warnings": Row({"fail-on-warning": True}),
    "threads": Row({"threads": 1}, cold=False),
    # The network, and folders.
    "offline": Row({"offline": True}, of="archive", cold=False),
    "authorities": Row({"ca-file": "{folder}/ca.crt"}, cold=False),
    "registry without TLS": Row({"insecure-registry": "registry.invalid"}, cold=False),
    "mirror of registries": Row({"mirror": "registry.invalid=mirror.invalid"}, cold=False),
    "credentials": Row({"authfile": "{folder}/auth.json"}, cold=False),
    "token server": Row({"token-host": "tokens.invalid"}, cold=False),
    "patience": Row({"retry": 1, "retry-delay": "1s", "connect-timeout": "9s",
                     "stall-timeout": "9s"}, cold=False),
    "store": Row({"store": "{out}/store"}, cold=False),
    "file of options": Row({"config": "{folder}/options.yaml"}, same=False),
    "cache": Row({"cache": "{out}/cache"}, *KINDS, same=True),
    "no cache": Row({"no-cache": True}, *KINDS, same=True),
    "size of the cache": Row({"cache-max-size": "1G"}, cold=False),
    "refreshed": Row({"refresh": True}, PACKAGES, same=True, may=[SETUP]),
    "lock": Row({"lock-file": "{folder}/release.lock"}),
    "locked": Row({"lock-file": "{folder}/release.lock", "locked": True}),
    "cache of an image": Row({"cache-from": "oci:{folder}/ours:release", "cache": "{out}/cache"},
                             may=[PACKAGES]),
    "cache of a repository": Row({"cache-repo": "{registry}/matrix/cache"}),
    "no trust": Row({"cache-trust": "none"}, may=KINDS),
    "explained": Row({"explain": True}),
    "zstd": Row({"compression": "zstd"}, PACKAGES, HADOOP, SETUP, JOB, may=[DISTRIBUTION]),
    "plain": Row({"compression": "none"}, PACKAGES, HADOOP, SETUP, JOB, may=[DISTRIBUTION]),
    "level": Row({"compression-level": 9}, PACKAGES, HADOOP, SETUP, JOB, may=[DISTRIBUTION]),
}
NOT_OF_A_BUILD = {"help"}  # it ends the command
# They only refuse, and are tested in test_signatures_of_releases.py.
NOT_OF_A_BUILD |= {"require-signature", "flink-keys"}


class Result:
    """What a build tells of its layers."""

    def __init__(self, result, metadata):
        self.digest = result.digest
        self.told = json.loads(metadata.read_text())
        self.layers = [layer for platform in self.told["platforms"] for layer in platform["layers"]]

    def keys(self):
        return {(layer["kind"], layer["recipe"]) for layer in self.layers}

    def made(self):
        """The kinds of which at least one layer was made, and not found in any cache."""
        return {layer["kind"] for layer in self.layers if not layer.get("reused")}


class Scene:
    """Inputs, servers, and a home in which each reference was built once."""

    def __init__(self, folder, registry):
        self.top, self.folder = folder, folder / "inputs"
        self.servers = [apache.Apache(), None]
        self.values = {"folder": self.folder, "registry": registry}
        self._write_packages()
        self._write_inputs()
        self._write_signers()
        self.homes, self.count = folder / "homes", 0
        self.home = programs.Program(self.homes / "warm", programs.built("dev"))
        self.options = programs.options(self.home)
        self.references = {}
        for name in REFERENCES:
            self.references[name] = self.build(self.home, Row({}, of=name), "reference-" + name,
                                               "oci:%s:%s" % (self.folder / "ours", name))
        self.build(self.home, Row({"job-jar": "{folder}/other/job.jar"}, of="archive"), "other-job",
                   "oci:%s:other-job" % (self.folder / "ours"))
        if "lock-file" in self.options:
            words = self.words({"lock-file": "{folder}/release.lock"}, "release", None)
            self.home.run("lock", *words)
        self.reuses = "cache-trust" in self.options

    def close(self):
        for server in self.servers:
            server.__exit__()

    def _write_packages(self):
        self.repository = self.top / "packages"
        alpine.make_repository(self.repository, "--demo")
        specs = self.top / "specs"
        for name, packages in (
                ("community", [("tzdata", "2024a-r0", "usr/share/zoneinfo/UTC"),
                               ("python3", "3.12.1-r0", "usr/bin/python3")]),
                ("testing", [("extra", "1-r0", "usr/share/extra")])):
            made = [alpine.write_spec(specs, package, version, files=[(path, package)])
                    for package, version, path in packages]
            key, = (self.repository / "keys.private").iterdir()
            alpine.make_repository(self.repository, "-r", name, "-k", key, *made)
        self.servers[1] = alpine.Server(self.repository)
        self.values["packages"] = self.servers[1].url

    def _write_signers(self):
        signatures.Key(self.folder, "key", "ed25519")
        signer = self.folder / "signer"
        answer = {"mediaType": "text/plain", "digest": images.sha256(b"hello"), "size": 5,
                  "data": "aGVsbG8="}
        signer.write_text("#!/bin/sh\ncat > /dev/null\necho '%s'\n" % json.dumps([answer]))
        signer.chmod(0o755)

    def _release(self, server, version):
        """A release with the jar that --with-python3 wants."""
        name = apache.archive_name(version, "2.12")
        tar = miniature.tar(version, more={"opt/flink-python-%s.jar" % version:
                                           (0o644, miniature.jar())})
        data = gzip.compress(tar, 6, mtime=0)
        checksum = apache.sums("sha512", data, name)
        for place in "/archive/dist", "/dlcdn", "/mirror", "/downloads":
            path = "%s/flink/flink-%s/%s" % (place, version, name)
            server.put(path, data)
            server.put(path + ".sha512", checksum)
        return data

    def _write_inputs(self):
        server = self.servers[0].__enter__()
        self.values.update(dlcdn=server.dlcdn, archives=server.archive, downloads=server.downloads,
                           mirror=server.mirror, maven=server.maven)
        self._release(server, OTHER_VERSION)
        server.add_hadoop()
        server.add_hadoop("2.7.5")
        folder = self.folder
        for name in "other", "new", "copy", "data", "other/data", "catalogue":
            (folder / name).mkdir(parents=True)
        job = miniature.jar(["com/example/WordCount", "com/example/Other"], "com.example.WordCount")
        files = {
            "job.jar": job, "copy/job.jar": job,
            "other/job.jar": miniature.job_jar(extra=[("x", "y")]),
            "new/job.jar": miniature.job_jar(extra=[("x", "z")]),
            "lib.jar": miniature.jar(extra=[("a", "b")]),
            "other/lib.jar": miniature.jar(extra=[("c", "d")]), "more.jar": miniature.jar(),
            "data/file": b"1", "other/data/file": b"2", "conf": b"parallelism.default: 4\n",
            "values.yaml": b"parallelism: 4\n", "auth.json": b"{}",
            "options.yaml": b"label: {from: file}\n",
            "flink.tgz": gzip.compress(miniature.tar(VERSION), 6, mtime=0),
            "other/flink.tgz": gzip.compress(miniature.tar(
                VERSION, more={"lib/new.jar": (0o644, miniature.jar())}), 6, mtime=0),
            "release.tgz": self._release(server, VERSION),
        }
        for name, data in files.items():
            (folder / name).write_bytes(data)
        shutil.copy(folder / "flink.tgz", folder / "copy")
        for at in folder, folder / "copy":
            miniature.write_folder(at, VERSION)
        registries.Authority(folder / "authority")
        shutil.copy(folder / "authority/ca.crt", folder / "ca.crt")
        self._write_key()
        self._write_bases()

    def _write_key(self):
        another = self.top / "another"
        alpine.make_repository(another, "-n", "another.rsa.pub",
                               alpine.write_spec(self.top / "specs", "none", "1-r0"))
        shutil.copy(another / "keys/another.rsa.pub", self.folder)

    def _write_bases(self):
        urls = ["%s/v3.20/%s" % (self.servers[1].url, name) for name in ("main", "community")]
        keys = self.repository / "keys"

        def both(layers):
            return images.Index([images.Image(layers, images.BASE_CONFIG, architecture)
                                 for architecture in ("amd64", "arm64")])

        debian = images.base_layers()
        found = {
            "alpine": alpine.base(urls, keys, java="17"),
            "newer": alpine.base(urls, keys, java="17", more=[images.file("etc/newer", "1")]),
            "debian": both(debian),
            "older": both(debian[:1] + [images.layer([images.folder("srv/old")])] + debian[1:]),
        }
        for name, image in found.items():
            layout = self.folder / "layouts" / name
            images.write_layout(image, layout, "v1")
            for into in "bases", "copy/bases":
                self._run("push", "oci:%s:v1" % layout, "oci:%s:%s" % (self.folder / into, name))
        images.push(found["debian"], self.values["registry"], "matrix/base", "1")
        (self.folder / "catalogue/mine.json").write_text(json.dumps(
            {"description": "a base", "java": 17, "libc": "glibc",
             "reference": self.values["registry"] + "/matrix/base:1"}))

    def _run(self, *words):
        programs.Program(self.top / "home", programs.built("dev")).run(*words)

    def new_home(self, kept):
        """Another home; with all that the warm one has kept, if so."""
        self.count += 1
        home = programs.Program(self.homes / str(self.count), self.home.binary)
        if kept:
            for name in "store", "cache":
                if (self.home.home / name).exists():
                    shutil.copytree(self.home.home / name, home.home / name, symlinks=True)
        return home

    def words(self, change, of, out):
        """The reference's options, changed."""
        found = []
        for name, value in {**REFERENCES[of], **change}.items():
            for each in value if isinstance(value, list) else [value]:
                if each is not None:
                    text = "--" + name
                    found.append(text if each is True else
                                 text + "=" + str(each).format(out=out, **self.values))
        return found

    def build(self, home, row, name, output=None, more=()):
        out = home.home / ("out-" + name)
        out.mkdir()
        change = {"output": [output or "oci:%s/image:v1" % out], "metadata-file": out / "metadata"}
        for option, value in row.change.items():
            if option == "output" and value is not None:
                value = change["output"] + value
            change[option] = value
        if row.change.get("push"):
            change.pop("output")
        words = self.words(change, row.of, out)
        metadata = out / "metadata"
        if "metadata-file" in row.change:
            metadata = out / "more.json"
        return Result(home.run("build", *words, *more, env=row.env), metadata)


@pytest.fixture(scope="module")
def scene(tmp_path_factory, registry):
    made = Scene(tmp_path_factory.mktemp("matrix"), registry)
    yield made
    made.close()


def test_every_option_has_a_row(scene):
    """An option that is new has to say here which layers it goes into."""
    known = {name for row in ROWS.values() for name in row.change}
    assert scene.options - known - NOT_OF_A_BUILD == set()


@pytest.mark.parametrize("name", ROWS)
def test_matrix(name, scene):
    row = ROWS[name]
    missing = sorted(set(row.change) - scene.options)
    if missing:
        pytest.skip("build has no --%s yet" % missing[0])
    reference = scene.references[row.of]
    warm = scene.build(scene.new_home(True), row, "warm")
    anew = {kind for kind, _ in warm.keys() - reference.keys()}
    made = warm.made() if scene.reuses else anew
    assert made <= row.may, "%s: made anew in vain" % sorted(made - row.may)
    if scene.reuses:
        assert row.made <= made, "%s: not made anew" % sorted(row.made - made)
    if row.cold:
        more = ["--no-cache"] if "no-cache" in scene.options else []
        assert scene.build(scene.new_home(False), row, "cold", more=more).digest == warm.digest
    if row.same is not EITHER:
        assert (warm.digest == reference.digest) == row.same
