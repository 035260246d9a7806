"""Makes small images, in every form that a base can come in, with nothing but Python.

They stand in for what other tools write, so nothing here is shared with the program under test.
"""

import gzip
import hashlib
import io
import json
import os
import tarfile
import urllib.request

EPOCH = 1600000000

OCI_INDEX = "application/vnd.oci.image.index.v1+json"
OCI_MANIFEST = "application/vnd.oci.image.manifest.v1+json"
OCI_CONFIG = "application/vnd.oci.image.config.v1+json"
OCI_LAYER = "application/vnd.oci.image.layer.v1.tar"
DOCKER_LIST = "application/vnd.docker.distribution.manifest.list.v2+json"
DOCKER_MANIFEST = "application/vnd.docker.distribution.manifest.v2+json"
DOCKER_CONFIG = "application/vnd.docker.container.image.v1+json"
DOCKER_LAYER = "application/vnd.docker.image.rootfs.diff.tar.gzip"


def sha256(data):
    return "sha256:" + hashlib.sha256(data).hexdigest()


def _info(path, kind, mode, uid, gid, mtime):
    info = tarfile.TarInfo(path)
    info.type, info.mode, info.uid, info.gid, info.mtime = kind, mode, uid, gid, mtime
    return info


def folder(path, mode=0o755, uid=0, gid=0, mtime=EPOCH):
    return _info(path, tarfile.DIRTYPE, mode, uid, gid, mtime), None


def file(path, data=b"", mode=0o644, uid=0, gid=0, mtime=EPOCH):
    data = data.encode() if isinstance(data, str) else data
    info = _info(path, tarfile.REGTYPE, mode, uid, gid, mtime)
    info.size = len(data)
    return info, data


def link(path, target, mtime=EPOCH):
    info = _info(path, tarfile.SYMTYPE, 0o777, 0, 0, mtime)
    info.linkname = target
    return info, None


def hard_link(path, target, mtime=EPOCH):
    info = _info(path, tarfile.LNKTYPE, 0o644, 0, 0, mtime)
    info.linkname = target
    return info, None


def make_tar(entries, format=tarfile.PAX_FORMAT):
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w", format=format) as tar:
        for info, data in entries:
            tar.addfile(info, None if data is None else io.BytesIO(data))
    return out.getvalue()


class Layer:
    """A layer's bytes, plain or gzip."""

    def __init__(self, tar, compressed=True):
        self.tar = tar
        self.diff_id = sha256(tar)
        self.data = gzip.compress(tar, 6, mtime=0) if compressed else tar
        self.digest = sha256(self.data)
        self.compressed = compressed

    def descriptor(self, docker):
        kind = DOCKER_LAYER if docker else OCI_LAYER + ("+gzip" if self.compressed else "")
        return {"mediaType": kind, "digest": self.digest, "size": len(self.data)}


def layer(entries, compressed=True):
    return Layer(make_tar(entries), compressed)


class Image:
    """An image of one platform. `docker` chooses the media types."""

    def __init__(self, layers, config=None, architecture="amd64", docker=False,
                 created="2020-09-13T12:26:40Z", annotations=None, os_name="linux"):
        self.layers, self.docker = layers, docker
        self.document = {
            "created": created, "architecture": architecture, "os": os_name,
            "config": config or {},
            "rootfs": {"type": "layers", "diff_ids": [one.diff_id for one in layers]},
            "history": [{"created": created, "created_by": "made for a test"} for _ in layers],
        }
        self.platform = {"os": os_name, "architecture": architecture}
        self.annotations = annotations
        self.seal()

    def seal(self):
        """Compute the bytes again, after a change of `document` or `layers`."""
        self.config = json.dumps(self.document).encode()
        document = {
            "schemaVersion": 2,
            "mediaType": DOCKER_MANIFEST if self.docker else OCI_MANIFEST,
            "config": {"mediaType": DOCKER_CONFIG if self.docker else OCI_CONFIG,
                       "digest": sha256(self.config), "size": len(self.config)},
            "layers": [one.descriptor(self.docker) for one in self.layers],
        }
        if self.annotations:
            document["annotations"] = self.annotations
        self.manifest = json.dumps(document).encode()

    def descriptor(self):
        return {"mediaType": DOCKER_MANIFEST if self.docker else OCI_MANIFEST,
                "digest": sha256(self.manifest), "size": len(self.manifest),
                "platform": self.platform}

    def blobs(self):
        yield from (one.data for one in self.layers)
        yield self.config


class Index:
    """Several images as one."""

    def __init__(self, images, docker=False):
        self.images, self.docker = images, docker
        self.manifest = json.dumps({
            "schemaVersion": 2, "mediaType": DOCKER_LIST if docker else OCI_INDEX,
            "manifests": [image.descriptor() for image in images]}).encode()

    def descriptor(self):
        return {"mediaType": DOCKER_LIST if self.docker else OCI_INDEX,
                "digest": sha256(self.manifest), "size": len(self.manifest)}

    def blobs(self):
        for image in self.images:
            yield from image.blobs()
            yield image.manifest


def layout_files(image, tag=None):
    """An OCI layout, as {path: bytes}."""
    entry = dict(image.descriptor())
    if tag:
        entry["annotations"] = {"org.opencontainers.image.ref.name": tag}
    files = {"oci-layout": b'{"imageLayoutVersion": "1.0.0"}',
             "index.json": json.dumps({"schemaVersion": 2, "mediaType": OCI_INDEX,
                                       "manifests": [entry]}).encode()}
    for data in [*image.blobs(), image.manifest]:
        files["blobs/sha256/" + sha256(data)[7:]] = data
    return files


def write_layout(image, path, tag=None):
    for name, data in layout_files(image, tag).items():
        target = os.path.join(path, name)
        os.makedirs(os.path.dirname(target), exist_ok=True)
        with open(target, "wb") as out:
            out.write(data)


def put_on_top(path, made, layers, labels=None):
    """What another tool makes of the only image of a layout (`made` as validated): [(layer,
    created_by)] on top of it, and some labels changed (None: taken away)."""
    document = json.loads(json.dumps(made.document))
    document["rootfs"]["diff_ids"] += [layer.diff_id for layer, _ in layers]
    document["history"] += [{"created_by": by} for _, by in layers]
    for name, value in (labels or {}).items():
        document["config"]["Labels"].pop(name, None)
        if value is not None:
            document["config"]["Labels"][name] = value
    config = json.dumps(document).encode()
    manifest = dict(made.manifest, layers=made.manifest["layers"] +
                    [layer.descriptor(False) for layer, _ in layers])
    manifest["config"] = dict(manifest["config"], digest=sha256(config), size=len(config))
    data = json.dumps(manifest).encode()
    for blob in (*(layer.data for layer, _ in layers), config, data):
        with open(os.path.join(path, "blobs/sha256", sha256(blob)[7:]), "wb") as out:
            out.write(blob)
    with open(os.path.join(path, "index.json"), "r+") as file:
        index = json.load(file)
        index["manifests"][0].update(digest=sha256(data), size=len(data))
        file.seek(0)
        file.truncate()
        json.dump(index, file)


def _write_files(files, path):
    with open(path, "wb") as out:
        out.write(make_tar(file(name, data) for name, data in files.items()))


def write_oci_archive(image, path, tag=None):
    _write_files(layout_files(image, tag), path)


def write_docker_archive(image, path, names=("base:latest",)):
    """What `docker save` wrote before it also was an OCI layout."""
    files, layers = {}, []
    for one in image.layers:
        name = hashlib.sha256(one.tar).hexdigest() + "/layer.tar"
        files[name] = one.tar
        layers.append(name)
    config = sha256(image.config)[7:] + ".json"
    files[config] = image.config
    files["manifest.json"] = json.dumps(
        [{"Config": config, "RepoTags": list(names), "Layers": layers}]).encode()
    _write_files(files, path)


def push(image, registry, repository, tag):
    """To a registry that is reached over plain HTTP and wants no credentials."""
    base = "http://%s/v2/%s" % (registry, repository)
    for data in image.blobs():
        if data[:1] == b"{" and b'"layers": [{' in data[:400]:
            continue  # a manifest within an index
        _put_blob(base, data)
    for one in getattr(image, "images", []):
        _put_manifest(base, one, one.descriptor()["digest"])
    _put_manifest(base, image, tag)


def _put_blob(base, data):
    with urllib.request.urlopen(urllib.request.Request(
            base + "/blobs/uploads/", method="POST")) as answer:
        where = answer.headers["Location"]
    where += ("&" if "?" in where else "?") + "digest=" + sha256(data)
    request = urllib.request.Request(where, data, method="PUT")
    request.add_header("Content-Type", "application/octet-stream")
    urllib.request.urlopen(request).close()


def _put_manifest(base, image, reference):
    request = urllib.request.Request("%s/manifests/%s" % (base, reference), image.manifest,
                                     method="PUT")
    request.add_header("Content-Type", image.descriptor()["mediaType"])
    urllib.request.urlopen(request).close()


PASSWD = ("root:x:0:0:root:/root:/bin/bash\n"
          "daemon:x:1:1:daemon:/usr/sbin:/usr/sbin/nologin\n"
          "nobody:x:65534:65534:nobody:/nonexistent:/usr/sbin/nologin\n")
GROUP = "root:x:0:\ndaemon:x:1:\nnogroup:x:65534:\n"
SHADOW = "root:*:19600:0:99999:7:::\ndaemon:*:19600:0:99999:7:::\nnobody:*:19600:0:99999:7:::\n"
RELEASE = 'IMPLEMENTOR="Example"\nJAVA_VERSION="%s"\nOS_ARCH="x86_64"\n'


def base_layers(java="17.0.9", bash=True, compressed=True):
    """Two layers in Debian's shape, /bin being a link: the system, and Java."""
    system = [folder("bin"), folder("etc"), folder("opt"), folder("tmp", 0o1777),
              folder("usr"), folder("usr/bin"), folder("usr/lib"), folder("var", 0o755),
              file("etc/group", GROUP), file("etc/os-release",
                                             'ID=debian\nVERSION_ID="12"\n'
                                             'PRETTY_NAME="Debian GNU/Linux 12 (bookworm)"\n'),
              file("etc/passwd", PASSWD), file("etc/shadow", SHADOW, 0o640, 0, 42),
              file("usr/bin/env", "#!/nothing\n", 0o755)]
    system[0] = link("bin", "usr/bin")
    if bash:
        system.append(file("usr/bin/bash", "#!/nothing\n", 0o755))
    runtime = [folder("opt"), folder("opt/java"), folder("opt/java/openjdk"),
               folder("opt/java/openjdk/bin"),
               file("opt/java/openjdk/bin/java", "#!/nothing\n", 0o755),
               file("opt/java/openjdk/release", RELEASE % java)]
    return [layer(system, compressed)] + ([layer(runtime, compressed)] if java else [])


BASE_CONFIG = {
    "Env": ["PATH=/opt/java/openjdk/bin:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:"
            "/bin", "JAVA_HOME=/opt/java/openjdk", "LANG=en_US.UTF-8"],
    "Entrypoint": ["/__cacert_entrypoint.sh"], "Cmd": ["bash"],
    "Labels": {"org.opencontainers.image.title": "base", "maintainer": "nobody"},
}


def base(java="17.0.9", bash=True, architecture="amd64", docker=False, compressed=True, **more):
    return Image(base_layers(java, bash, compressed), dict(BASE_CONFIG), architecture, docker,
                 **more)


def official_flink(version="1.20.4", java="17.0.9"):
    """Flink's own image, as far as its shape goes: everything real, below /opt/flink."""
    home = "opt/flink"
    flink = [folder("opt"), folder(home, 0o755, 9999, 9999)]
    flink += [folder(home + "/" + name, 0o755, 9999, 9999)
              for name in ("bin", "conf", "lib", "log", "opt", "plugins")]
    flink += [
        file(home + "/bin/standalone-job.sh", "#!/usr/bin/env bash\n", 0o755, 9999, 9999),
        file(home + "/conf/config.yaml", "jobmanager:\n  rpc:\n    address: localhost\n", 0o644,
             9999, 9999),
        file(home + "/lib/flink-dist-%s.jar" % version, b"PK\5\6" + bytes(18), 0o644, 9999, 9999),
        file(home + "/opt/flink-s3-fs-hadoop-%s.jar" % version, b"PK\5\6" + bytes(18), 0o644,
             9999, 9999),
    ]
    accounts = [folder("etc"), file("docker-entrypoint.sh", "#!/usr/bin/env bash\n", 0o755),
                file("etc/group", GROUP + "flink:x:9999:\n"),
                file("etc/passwd", PASSWD + "flink:x:9999:9999::/opt/flink:/bin/sh\n")]
    config = {"Env": BASE_CONFIG["Env"][1:] + [
        "PATH=/opt/flink/bin:/opt/java/openjdk/bin:/usr/sbin:/usr/bin", "FLINK_HOME=/opt/flink"],
        "Entrypoint": ["/docker-entrypoint.sh"], "Cmd": ["help"], "WorkingDir": "/opt/flink",
        "User": "flink", "ExposedPorts": {"6123/tcp": {}, "8081/tcp": {}}}
    return Image(base_layers(java) + [layer(flink), layer(accounts)], config, docker=True)
