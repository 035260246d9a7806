"""The validator itself: it takes a good image and names each fault that is planted in one."""

import gzip
import json
import os

import images
import pytest
import validate

FLINK = "flink-1.20.4"


def distribution():
    return [images.folder(FLINK), images.folder(FLINK + "/lib"),
            images.file(FLINK + "/lib/flink-dist-1.20.4.jar", b"jar")]


def setup():
    shared = {"mode": 0o775, "uid": 9999, "gid": 0}
    return [images.file("docker-entrypoint.sh", "#!/bin/sh\n", 0o755),
            images.folder("opt"),
            images.folder("opt/flink", **shared),
            images.folder("opt/flink/conf", **shared),
            images.folder("opt/flink/lib"),
            images.link("opt/flink/lib/flink-dist-1.20.4.jar",
                        "/%s/lib/flink-dist-1.20.4.jar" % FLINK),
            images.folder("opt/flink/log", **shared),
            images.folder("opt/flink/plugins", **shared)]


def job():
    return [images.folder("opt"), images.folder("opt/flink", 0o775, 9999, 0),
            images.folder("opt/flink/usrlib"), images.file("opt/flink/usrlib/job.jar", b"job")]


class Good:
    """An image as flinkpack makes it, with everything open to change before it is written."""

    def __init__(self):
        self.base = images.base_layers()
        self.own = [distribution(), setup(), job()]
        self.config = {"User": "9999:9999", "Entrypoint": ["/docker-entrypoint.sh"],
                       "Labels": {"flinkpack.type": "job", "flinkpack.flink-version": "1.20.4"}}
        self.created = "2020-09-13T12:26:40Z"
        self.change = lambda image: None

    def write(self, path):
        own = [images.layer(entries) for entries in self.own]
        image = images.Image(self.base + own, self.config, created=self.created, annotations={
            "org.opencontainers.image.created": self.created})
        names = ["distribution", "setup", "job"]
        for entry, name in zip(image.document["history"][len(self.base):], names):
            entry["created_by"] = "flinkpack build # " + name
        image.seal()
        self.change(image)
        images.write_layout(image, path, "v1")
        return path


def faults_of(good, path, **options):
    with pytest.raises(validate.Fault) as caught:
        validate.layout(good.write(path), "v1", **options)
    return str(caught.value)


def test_a_good_image_passes(tmp_path):
    image, = validate.layout(Good().write(tmp_path / "l"), "v1")
    assert image.kinds() == [None, None, "distribution", "setup", "job"]
    tree = image.flatten()
    assert tree["opt/flink/log"].attributes() == "0775 9999:0"
    assert image.read("opt/flink/lib/flink-dist-1.20.4.jar") == b"jar"
    assert image.read("bin/bash") == b"#!/nothing\n", "through the base's link"
    assert image.names_in("opt/flink/usrlib") == ["job.jar"]


def test_it_passes_from_every_place(tmp_path):
    good, made = Good(), {}
    good.change = lambda image: made.setdefault("image", image)
    good.write(tmp_path / "l")
    images.write_oci_archive(made["image"], tmp_path / "oci.tar", "v1")
    images.write_docker_archive(made["image"], tmp_path / "docker.tar", ["a/b:v1"])
    first, = validate.oci_archive(tmp_path / "oci.tar", "v1")
    second, = validate.docker_archive(tmp_path / "docker.tar", "a/b:v1")
    assert first.flatten().keys() == second.flatten().keys()


def test_layers_of_several_gzip_members_are_read_whole(tmp_path):
    good = Good()

    def in_two(image):
        one = image.layers[-1]
        one.data = gzip.compress(one.tar[:700], mtime=0) + gzip.compress(one.tar[700:], mtime=0)
        one.digest = images.sha256(one.data)
        image.seal()

    good.change = in_two
    validate.layout(good.write(tmp_path / "l"), "v1")


def put(layer, entry):
    def change(good):
        good.own[layer].append(entry)
    return change


def replace(layer, place, entry):
    def change(good):
        good.own[layer][place] = entry
    return change


def without(layer, place):
    def change(good):
        del good.own[layer][place]
    return change


def in_image(act):
    def change(good):
        def run(image):
            act(image)
        good.change = run
    return change


def documented(act):
    def run(image):
        act(image.document)
        image.seal()
    return in_image(run)


def in_manifest(act):
    def run(image):
        document = json.loads(image.manifest)
        act(document)
        image.manifest = json.dumps(document).encode()
    return in_image(run)


def setting(**values):
    def change(good):
        good.config.update(values)
    return change


def created(text):
    def change(good):
        good.created = text
    return change


def flip(image):
    layer = image.layers[-1]
    digest = layer.digest
    layer.data = gzip.compress(layer.tar[:-1] + b"x", mtime=0)
    assert images.sha256(layer.data) != digest


JOB = "opt/flink/usrlib/"
PLANTED = {
    "twin": (put(2, images.file(JOB + "job.jar", b"job")), "stands twice"),
    "absolute": (put(2, images.file("/etc/x")), "an absolute name"),
    "upwards": (put(2, images.file(JOB + "../../x")), "leads upwards"),
    "no parent": (without(2, 0), "stands before its folder is declared"),
    "parent's mode": (replace(2, 1, images.folder("opt/flink", 0o755, 9999, 0)), "below it has"),
    "parent's owner": (replace(2, 1, images.folder("opt/flink", 0o775, 0, 0)), "below it has"),
    "hidden link": (put(2, images.folder("bin")), "hides a link"),
    "order": (put(2, images.file(JOB + "a.jar")), "out of order"),
    "whiteout": (put(2, images.file(JOB + ".wh.old.jar")), "a whiteout"),
    "opaque": (put(2, images.file(JOB + ".wh..wh..opq")), "a whiteout"),
    "setuid": (put(2, images.file(JOB + "z", mode=0o4755)), "setuid"),
    "dead hard link": (put(2, images.hard_link(JOB + "z", "nowhere")), "a hard link to nothing"),
    "log's owner": (replace(1, 6, images.folder("opt/flink/log", 0o775, 0, 0)), "/opt/flink/log"),
    "log's mode": (replace(1, 6, images.folder("opt/flink/log", 0o755, 9999, 0)),
                   "/opt/flink/log"),
    "no conf": (without(1, 3), "/opt/flink/conf is not there"),
    "named user": (setting(User="flink"), "is no number"),
    "other user": (setting(User="1:1"), "not '9999:9999'"),
    "label": (setting(Labels={}), "label flinkpack.type"),
    "health check": (setting(Healthcheck={}), "Healthcheck"),
    "recipe": (setting(Labels={"flinkpack.type": "job", "flinkpack.flink-version": "1.20.4",
                               "flinkpack.recipes":
                               '{"layers": [{"key": "%s", "diffId": "sha256:0"}]}' % ("0" * 64)}),
               "no such layer"),
    "time 0": (created("1970-01-01T00:00:00Z"), "before 1980"),
    "time now": (created("2100-01-01T00:00:00Z"), "the time of the build"),
    "time's form": (created("yesterday"), "created is 'yesterday'"),
    "diff_id": (documented(lambda d: d["rootfs"]["diff_ids"].reverse()), "diff_id is"),
    "diff_id count": (documented(lambda d: d["rootfs"]["diff_ids"].pop()), "diff_ids for"),
    "history": (documented(lambda d: d["history"].pop(0)), "history entries"),
    "media type": (in_manifest(lambda m: m.update(mediaType=images.DOCKER_MANIFEST)),
                   "manifest: mediaType"),
    "layer's media type": (in_manifest(lambda m: m["layers"][0].update(mediaType="x/y")),
                           "mediaType x/y"),
    "size": (in_manifest(lambda m: m["layers"][0].update(size=1)), "size is"),
    "schema": (in_manifest(lambda m: m.update(schemaVersion=1)), "schemaVersion"),
    "lost layer": (in_manifest(lambda m: m["layers"][0].update(digest="sha256:" + "0" * 64)),
                   "No such file"),
    "lost bytes": (in_image(flip), "No such file"),
}


@pytest.mark.parametrize("name", PLANTED)
def test_it_finds(name, tmp_path):
    plant, words = PLANTED[name]
    good = Good()
    plant(good)
    assert words in faults_of(good, tmp_path / "l", ours=3)


def blob_of_job(path):
    index = json.loads((path / "index.json").read_bytes())
    manifest = index["manifests"][0]["digest"][7:]
    document = json.loads((path / "blobs/sha256" / manifest).read_bytes())
    return path / "blobs/sha256" / document["layers"][-1]["digest"][7:]


@pytest.mark.parametrize("harm, words", [
    (lambda data: data + b"x", "content is"),
    (lambda data: data[:-9], "layer 4"),
    (lambda data: data[:40] + bytes([data[40] ^ 1]) + data[41:], "layer 4"),
], ids=["longer", "shorter", "changed"])
def test_it_finds_damage(harm, words, tmp_path):
    path = Good().write(tmp_path / "l")
    blob = blob_of_job(path)
    blob.write_bytes(harm(blob.read_bytes()))
    with pytest.raises(validate.Fault, match=words):
        validate.layout(path, "v1")


def test_it_finds_what_is_left_over(tmp_path):
    path = Good().write(tmp_path / "l")
    os.mkdir(path / "tmp-1")
    (path / "blobs/sha256/.part").write_bytes(b"")
    with pytest.raises(validate.Fault, match=r"\.part.*tmp-1"):
        validate.layout(path, "v1")


def test_it_finds_keys_that_stand_twice():
    with pytest.raises(validate.Fault, match="stands twice"):
        validate.parse(b'{"a": 1, "a": 2}', "manifest")


def test_it_carries_out_whiteouts_of_the_base(tmp_path):
    good = Good()
    good.base.append(images.layer([images.folder("usr"), images.folder("usr/bin"),
                                   images.file("usr/bin/.wh.env")]))
    good.base.append(images.layer([images.folder("var"), images.file("var/.wh..wh..opq"),
                                   images.file("var/new")]))
    image, = validate.layout(good.write(tmp_path / "l"), "v1")
    tree = image.flatten()
    assert "usr/bin/env" not in tree and "usr/bin/bash" in tree and "var/new" in tree


def test_unknown_names_are_told(tmp_path):
    with pytest.raises(validate.Fault, match="no 'v2'; there are: .*v1"):
        validate.layout(Good().write(tmp_path / "l"), "v2")
