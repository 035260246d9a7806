"""Re-checks images from their bytes, knowing nothing of the program that made them.

    images = validate.layout("DIR", "latest", ours=2)      # raises Fault, listing all that is wrong
    tree = images[0].flatten()
    tree["opt/flink/log"].mode

The Python standard library is all it needs. What it demands of every image is in `check_image`,
what it demands of the layers that flinkpack adds in `check_own_layers`.
"""

import datetime
import gzip
import hashlib
import io
import json
import lzma
import os
import re
import subprocess
import tarfile
import time
import urllib.request

OCI = "application/vnd.oci.image."
PLATFORM = ("os", "architecture", "variant", "os.version", "os.features")
INDEXES = (OCI + "index.v1+json", "application/vnd.docker.distribution.manifest.list.v2+json")
MANIFEST = OCI + "manifest.v1+json"
CONFIG = OCI + "config.v1+json"
LAYERS = {OCI + "layer.v1.tar": "plain", OCI + "layer.v1.tar+gzip": "gzip",
          OCI + "layer.v1.tar+zstd": "zstd"}
DIGEST = re.compile(r"sha256:[0-9a-f]{64}")
TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ")


class Fault(AssertionError):
    """All that is wrong with an image, one line each."""

    def __init__(self, faults):
        super().__init__("\n".join(faults))
        self.faults = faults


class _Faults(list):
    def want(self, condition, text, *values):
        if not condition:
            self.append(text % values if values else text)
        return bool(condition)


def _no_twins(pairs):
    keys = [key for key, _ in pairs]
    if len(set(keys)) != len(keys):
        raise ValueError("a key stands twice: %s" % sorted(k for k in keys if keys.count(k) > 1))
    return dict(pairs)


def parse(data, what):
    try:
        return json.loads(data, object_pairs_hook=_no_twins)
    except ValueError as error:
        raise Fault(["%s: %s" % (what, error)]) from None


# Where the bytes are: each has blob(descriptor) -> an open binary file.

class _Layout:
    def __init__(self, path):
        self.path = path

    def read(self, name):
        with open(os.path.join(self.path, name), "rb") as file:
            return file.read()

    def blob(self, descriptor):
        return open(os.path.join(self.path, "blobs/sha256", descriptor["digest"][7:]), "rb")


class _Archive:
    def __init__(self, path):
        self.tar = tarfile.open(path)
        names = self.tar.getnames()
        if len(set(names)) != len(names):
            raise Fault(["%s: names stand twice" % path])
        self.names = names

    def read(self, name):
        return self.tar.extractfile(name).read()

    def blob(self, descriptor):
        return self.tar.extractfile("blobs/sha256/" + descriptor["digest"][7:])


class _Registry:
    def __init__(self, host, repository):
        self.base = "http://%s/v2/%s" % (host, repository)

    def get(self, path):
        request = urllib.request.Request(self.base + path)
        request.add_header("Accept", ", ".join([*INDEXES, MANIFEST]))
        return urllib.request.urlopen(request)

    def blob(self, descriptor):
        is_document = descriptor["mediaType"] in (*INDEXES, MANIFEST)
        return self.get("/%s/%s" % ("manifests" if is_document else "blobs", descriptor["digest"]))


class Entry:
    """A path of a layer or of the merged file system."""

    def __init__(self, info, digest):
        self.path = info.name.rstrip("/")
        self.raw = info.name
        self.kind = ("dir" if info.isdir() else "file" if info.isreg() else
                     "link" if info.issym() else "hardlink" if info.islnk() else "other")
        self.mode, self.uid, self.gid = info.mode & 0o7777, info.uid, info.gid
        self.size, self.mtime, self.target = info.size, info.mtime, info.linkname
        self.digest = digest
        self.xattrs = {key: value for key, value in info.pax_headers.items()
                       if key.startswith(("SCHILY.xattr.", "LIBARCHIVE.xattr."))}

    def attributes(self):
        return "%04o %d:%d%s" % (self.mode, self.uid, self.gid, self.xattrs or "")

    def __repr__(self):
        return "%s %s %s" % (self.path, self.kind, self.attributes())


class _Hashing(io.RawIOBase):
    """Passes bytes through and remembers their digest and count."""

    def __init__(self, inner):
        super().__init__()
        self.inner, self.hash, self.count = inner, hashlib.sha256(), 0

    def readable(self):
        return True

    def readinto(self, buffer):
        data = self.inner.read(len(buffer))
        buffer[:len(data)] = data
        self.hash.update(data)
        self.count += len(data)
        return len(data)

    def digest(self):
        return "sha256:" + self.hash.hexdigest()


def _inflate(file, media_type):
    kind = LAYERS.get(media_type)
    if kind == "gzip":
        return gzip.GzipFile(fileobj=file)
    if kind == "zstd":
        done = subprocess.run(["zstd", "-dc"], input=file.read(), capture_output=True)
        if done.returncode != 0:
            raise Fault(["zstd: %s" % done.stderr.decode(errors="replace")])
        return io.BytesIO(done.stdout)
    return file


class Layer:
    """One layer, read once: what it holds, and the digests its bytes really have."""

    def __init__(self, source, descriptor, faults):
        self.descriptor = descriptor
        self.entries = []
        self._source = source
        with source.blob(descriptor) as raw:
            outer = _Hashing(raw)
            buffered = io.BufferedReader(outer, 1 << 20)
            inner = _Hashing(_inflate(buffered, descriptor["mediaType"]))
            try:
                self._scan(inner)
                while inner.read(1 << 20):
                    pass
            except (tarfile.TarError, EOFError, OSError, lzma.LZMAError) as error:
                faults.append("layer %s: %s" % (descriptor["digest"], error))
            while buffered.read(1 << 20):
                pass
        self.diff_id = inner.digest()
        self.digest, self.size = outer.digest(), outer.count

    def _scan(self, inner):
        with tarfile.open(fileobj=inner, mode="r|", bufsize=1 << 20) as tar:
            for info in tar:
                digest = None
                if info.isreg():
                    digest = hashlib.sha256()
                    content = tar.extractfile(info)
                    for block in iter(lambda: content.read(1 << 20), b""):
                        digest.update(block)
                    digest = digest.hexdigest()
                self.entries.append(Entry(info, digest))
                tar.members = []

    def read(self, path):
        """The content of one of its files."""
        with self._source.blob(self.descriptor) as raw:
            with tarfile.open(fileobj=_inflate(raw, self.descriptor["mediaType"]),
                              mode="r|") as tar:
                for info in tar:
                    if info.name.rstrip("/") == path:
                        return tar.extractfile(info).read()
        raise KeyError(path)


class Image:
    """An image of one platform, its layers read."""

    def __init__(self, manifest, config, layers, digest):
        self.manifest, self.document, self.layers, self.digest = manifest, config, layers, digest
        self.config = config.get("config", {})
        self.labels = self.config.get("Labels") or {}
        self.env = dict(pair.split("=", 1) for pair in self.config.get("Env") or [])
        self.annotations = manifest.get("annotations", {})
        self.created = config.get("created")
        self.created_by = [entry.get("created_by", "") for entry in config.get("history", [])
                           if not entry.get("empty_layer")]
        self.tree = {}

    def flatten(self):
        """The merged file system: {path: Entry}. Whiteouts are carried out."""
        return self.tree

    def kinds(self):
        """What the layers are, as their history says: base's are None."""
        return [text.rpartition(" # ")[2] if text.startswith("flinkpack build # ") else None
                for text in self.created_by]

    def resolve(self, path, depth=0):
        """The entry that `path` leads to, links followed inside the image; or None."""
        if depth > 40:
            return None
        done = ""
        parts = [part for part in path.split("/") if part not in ("", ".")]
        for place, part in enumerate(parts):
            done = os.path.dirname(done) if part == ".." else (done + "/" + part).lstrip("/")
            entry = self.tree.get(done)
            if entry is None and done:
                return None
            if entry is not None and entry.kind == "link":
                start = "" if entry.target.startswith("/") else os.path.dirname(done) + "/"
                rest = "/".join(parts[place + 1:])
                return self.resolve(start + entry.target + "/" + rest, depth + 1)
        return self.tree.get(done)

    def read(self, path):
        """The content of a file, links followed."""
        entry = self.resolve(path)
        if entry is None or entry.kind != "file":
            raise KeyError(path)
        return entry.layer.read(entry.path)

    def names_in(self, path):
        """The names directly below a folder, links followed to it."""
        entry = self.resolve(path)
        prefix = entry.path + "/"
        return sorted(name[len(prefix):] for name in self.tree
                      if name.startswith(prefix) and "/" not in name[len(prefix):])


def _check_path(raw, path, where, faults):
    clean = path[2:] if path.startswith("./") else path
    if clean in ("", "."):
        return ""
    faults.want(not raw.startswith("/"), "%s: '%s' is an absolute name", where, raw)
    faults.want(".." not in clean.split("/"), "%s: '%s' leads upwards", where, raw)
    faults.want("//" not in clean, "%s: '%s' has an empty part", where, raw)
    return clean


def _remove(tree, path, below_only=False):
    for name in [name for name in tree if name.startswith(path + "/")]:
        del tree[name]
    if not below_only:
        tree.pop(path, None)


def _apply(tree, layer, where, faults):
    """Put a layer over `tree`; whiteouts act on what was there before it."""
    kept = []
    for entry in layer.entries:
        entry.layer = layer
        entry.path = _check_path(entry.raw, entry.path, where, faults)
        folder, _, name = entry.path.rpartition("/")
        if name == ".wh..wh..opq":
            _remove(tree, folder, below_only=True)
        elif name.startswith(".wh."):
            _remove(tree, (folder + "/" + name[4:]).lstrip("/"))
        elif entry.path:
            kept.append(entry)
    seen = set()
    for entry in kept:
        faults.want(entry.path not in seen, "%s: '%s' stands twice", where, entry.path)
        seen.add(entry.path)
        if entry.kind == "hardlink":
            target = tree.get(entry.target.removeprefix("./").lstrip("/"))
            if faults.want(target is not None, "%s: '%s' is a hard link to nothing: '%s'", where,
                           entry.path, entry.target):
                entry.digest, entry.size = target.digest, target.size
        old = tree.get(entry.path)
        if old is not None and old.kind == "dir" and entry.kind != "dir":
            _remove(tree, entry.path)
        tree[entry.path] = entry


def check_own_layers(image, ours, faults, as_is=(), removes=False):
    """What flinkpack promises of the layers that it adds: they are the last `ours`. `removes`: they
    may take away what others have put below."""
    below = {}
    first = len(image.layers) - ours
    kinds = dict(enumerate(image.kinds()))  # a wrong history may be shorter than the layers
    for number, layer in enumerate(image.layers):
        where = "layer %d" % number
        if number >= first:
            _check_own(layer, below, where, layer.digest in as_is,
                       kinds.get(number) in ("packages", "base"), removes, faults)
        _apply(below, layer, where, faults)


def _check_own(layer, below, where, as_is, packages, removes, faults):
    declared, last_child = {}, {}
    for entry in layer.entries:
        path = entry.path[2:] if entry.path.startswith("./") else entry.path
        parent, _, name = path.rpartition("/")
        faults.want(packages or removes or not name.startswith(".wh."), "%s: '%s' is a whiteout", where, path)
        faults.want(entry.kind != "other", "%s: '%s' is a device or the like", where, path)
        faults.want(packages or not entry.mode & 0o6000, "%s: '%s' is setuid or setgid", where, path)
        if parent:
            up = declared.get(parent)
            if faults.want(up is not None, "%s: '%s' stands before its folder is declared", where,
                           path):
                faults.want(up.kind == "dir", "%s: '%s' is below a %s", where, path, up.kind)
        old = below.get(path)
        if entry.kind == "dir" and old is not None:
            faults.want(old.kind == "dir" or packages, "%s: '%s' hides a %s", where, path, old.kind)
            faults.want(old.kind != "dir" or old.attributes() == entry.attributes(),
                        "%s: '%s' has %s, below it has %s", where, path, entry.attributes(),
                        old.attributes())
        declared[path] = entry
        if not as_is and entry.kind != "hardlink":
            raw = os.fsencode(name)
            faults.want(last_child.get(parent, b"") <= raw, "%s: '%s' is out of order", where, path)
            last_child[parent] = raw


def _seconds(text):
    return datetime.datetime.strptime(text, "%Y-%m-%dT%H:%M:%SZ").replace(
        tzinfo=datetime.timezone.utc).timestamp()


def _check_created(what, text, epoch, faults):
    if epoch is not None:
        faults.want(text and TIME.fullmatch(text) and _seconds(text) == epoch,
                    "%s: created is '%s', not %d s after 1970", what, text, epoch)
    elif faults.want(text and TIME.fullmatch(text), "%s: created is '%s'", what, text):
        faults.want(_seconds(text) >= 315532800, "%s: created is '%s', before 1980", what, text)
        faults.want(_seconds(text) < time.time() - 60, "%s: created is '%s', the time of the build",
                    what, text)


def check_image(image, faults):
    """What every image has to be, whoever made it, as far as config and manifest go."""
    manifest, document = image.manifest, image.document
    faults.want(manifest.get("schemaVersion") == 2, "manifest: schemaVersion is not 2")
    faults.want(manifest.get("mediaType") == MANIFEST, "manifest: mediaType is %s",
                manifest.get("mediaType"))
    faults.want(manifest["config"].get("mediaType") == CONFIG, "config: mediaType is %s",
                manifest["config"].get("mediaType"))
    diff_ids = document["rootfs"]["diff_ids"]
    faults.want(document["rootfs"].get("type") == "layers", "config: rootfs is no 'layers'")
    faults.want(len(diff_ids) == len(image.layers), "config: %d diff_ids for %d layers",
                len(diff_ids), len(image.layers))
    faults.want(len(image.created_by) == len(image.layers), "config: %d history entries for %d "
                "layers", len(image.created_by), len(image.layers))
    for number, (layer, diff_id) in enumerate(zip(image.layers, diff_ids)):
        faults.want(layer.diff_id == diff_id, "layer %d: diff_id is %s, the config says %s", number,
                    layer.diff_id, diff_id)
    for key in ("architecture", "os"):
        faults.want(document.get(key), "config: no %s", key)


def check_flink(image, faults, user="9999:9999", epoch=None):
    """What an image of Flink promises of its configuration and of its folders. `epoch` is the
    SOURCE_DATE_EPOCH that it was built with."""
    _check_created("config", image.created, epoch, faults)
    _check_created("annotation", image.annotations.get("org.opencontainers.image.created"), epoch,
                   faults)
    faults.want(image.created == image.annotations.get("org.opencontainers.image.created"),
                "created differs between config and annotation")
    for entry in image.document["history"]:
        faults.want("created" in entry or not entry.get("created_by", "").startswith("flinkpack"),
                    "history: '%s' has no time", entry.get("created_by"))
    real_user = image.config.get("User", "")
    faults.want(re.fullmatch(r"\d+(:\d+)?", real_user), "config: the user '%s' is no number",
                real_user)
    faults.want(user is None or real_user == user, "config: the user is '%s', not '%s'", real_user,
                user)
    faults.want("Healthcheck" not in image.config and "OnBuild" not in image.config,
                "config: the base's Healthcheck or OnBuild is still there")
    faults.want(image.labels.get("flinkpack.type") in ("job", "session"), "label flinkpack.type")
    faults.want(re.match(r"\d+\.\d+", image.labels.get("flinkpack.flink-version", "")),
                "label flinkpack.flink-version")
    recipes = parse(image.labels.get("flinkpack.recipes", "{}"), "label flinkpack.recipes")
    faults.want(recipes.get("layout", 2) == 2, "label flinkpack.recipes: layout")
    for record in recipes.get("layers", []):
        key = record.get("key", "")
        faults.want(re.fullmatch("[0-9a-f]{64}", key), "recipe key '%s'", key)
        faults.want(record.get("diffId") in [None, *image.document["rootfs"]["diff_ids"]],
                    "recipe %s: no such layer", key)
    uid = int(real_user.split(":")[0]) if re.match(r"\d", real_user) else 9999
    for name in ("conf", "log", "plugins"):
        entry = image.tree.get("opt/flink/" + name)
        if entry is None and name == "plugins":
            continue
        if faults.want(entry is not None, "/opt/flink/%s is not there", name):
            faults.want((entry.kind, entry.uid, entry.gid, entry.mode) == ("dir", uid, 0, 0o775),
                        "/opt/flink/%s is %s", name, entry)


def _check_blob(what, descriptor, digest, size, faults):
    faults.want(DIGEST.fullmatch(descriptor.get("digest", "")), "%s: digest '%s'", what,
                descriptor.get("digest"))
    faults.want(descriptor["digest"] == digest, "%s: content is %s, not %s", what, digest,
                descriptor["digest"])
    faults.want(descriptor.get("size") == size, "%s: size is %s, not %s", what, size,
                descriptor.get("size"))


def _document(source, descriptor, what, faults):
    try:
        with source.blob(descriptor) as file:
            data = file.read()
    except (OSError, KeyError) as error:
        raise Fault(faults + ["%s: %s" % (what, error)]) from None
    _check_blob(what, descriptor, "sha256:" + hashlib.sha256(data).hexdigest(), len(data), faults)
    return parse(data, what)


def _read_image(source, descriptor, faults, layers):
    manifest = _document(source, descriptor, "manifest", faults)
    config = _document(source, manifest["config"], "config", faults)
    read = []
    for number, layer in enumerate(manifest["layers"]):
        what = "layer %d" % number
        faults.want(layer.get("mediaType") in LAYERS, "%s: mediaType %s", what,
                    layer.get("mediaType"))
        if layer["digest"] not in layers:
            try:
                layers[layer["digest"]] = Layer(source, layer, faults)
            except (OSError, KeyError) as error:
                raise Fault(faults + ["%s: %s" % (what, error)]) from None
        read.append(layers[layer["digest"]])
        _check_blob(what, layer, read[-1].digest, read[-1].size, faults)
    return Image(manifest, config, read, descriptor["digest"])


def _platforms(source, root, faults):
    if root["mediaType"] not in INDEXES:
        return [root], None
    index = _document(source, root, "index", faults)
    faults.want(index.get("schemaVersion") == 2, "index: schemaVersion is not 2")
    faults.want(index.get("mediaType") == root["mediaType"], "index: mediaType is %s",
                index.get("mediaType"))
    for entry in index["manifests"]:
        faults.want("architecture" in entry.get("platform", {}), "index: %s has no platform",
                    entry["digest"])
    return index["manifests"], index


def check(source, root, ours=None, flink=True, user="9999:9999", as_is=(), epoch=None,
          faults=None, removes=False):
    """Check everything that `root` leads to; gives the images, one a platform."""
    faults = _Faults() if faults is None else faults
    entries, index = _platforms(source, root, faults)
    images, layers = [], {}
    for entry in entries:
        image = _read_image(source, entry, faults, layers)
        image.index = index
        check_image(image, faults)
        own = len([kind for kind in image.kinds() if kind]) if ours is None else ours
        check_own_layers(image, own, faults, as_is, removes)
        for number, layer in enumerate(image.layers):
            _apply(image.tree, layer, "layer %d" % number, _Faults())
        if flink:
            check_flink(image, faults, user, epoch)
        platform = entry.get("platform")
        stated = {name: image.document[name] for name in PLATFORM if image.document.get(name)}
        faults.want(platform is None or platform == stated,
                    "index: the platform is %s, and that of the config %s", platform, stated)
        images.append(image)
    if faults:
        raise Fault(faults)
    return images


def _root(index, name, what, faults):
    faults.want(index.get("schemaVersion") == 2, "%s: schemaVersion is not 2", what)
    named = {entry.get("annotations", {}).get("org.opencontainers.image.ref.name"): entry
             for entry in index["manifests"]}
    if name is None and len(index["manifests"]) == 1:
        return index["manifests"][0]
    if name not in named:
        raise Fault(["%s: no '%s'; there are: %s" % (what, name, sorted(map(str, named)))])
    return named[name]


def _layout_root(source, name, what, faults):
    version = parse(source.read("oci-layout"), "oci-layout").get("imageLayoutVersion")
    faults.want(version == "1.0.0", "%s: imageLayoutVersion is %s", what, version)
    return _root(parse(source.read("index.json"), "index.json"), name, what, faults)


def layout_leftovers(path):
    """What lies in a layout and is not named by its digest: temporary files, say."""
    found = set(os.listdir(path)) - {"oci-layout", "index.json", "blobs"}
    found |= set(os.listdir(os.path.join(path, "blobs"))) - {"sha256"}
    found |= {name for name in os.listdir(os.path.join(path, "blobs/sha256"))
              if not re.fullmatch("[0-9a-f]{64}", name)}
    return sorted(found)


def layout(path, name=None, **options):
    """An image in an OCI layout. The layout holds nothing else than blobs, and a lock perhaps."""
    source, faults = _Layout(path), _Faults()
    left = [name for name in layout_leftovers(path) if not name.endswith(".lock")]
    faults.want(not left, "%s: left over: %s", path, left)
    return check(source, _layout_root(source, name, path, faults), faults=faults, **options)


def oci_archive(path, name=None, **options):
    source, faults = _Archive(path), _Faults()
    return check(source, _layout_root(source, name, path, faults), faults=faults, **options)


def registry(host, repository, reference, **options):
    source, faults = _Registry(host, repository), _Faults()
    with source.get("/manifests/" + reference) as answer:
        data = answer.read()
        kind = answer.headers["Content-Type"]
    root = {"mediaType": kind, "size": len(data),
            "digest": "sha256:" + hashlib.sha256(data).hexdigest()}
    return check(source, root, faults=faults, **options)


class _DockerArchive(_Archive):
    def blob(self, descriptor):
        return self.tar.extractfile(descriptor["file"])


def docker_archive(path, name=None, ours=None, flink=True, user="9999:9999", as_is=()):
    """What `docker load` takes. Its layers may be compressed; their names mean nothing."""
    source, faults, layers = _DockerArchive(path), _Faults(), []
    listed = parse(source.read("manifest.json"), "manifest.json")
    faults.want(len(listed) == 1, "%s: %d images", path, len(listed))
    entry = listed[0]
    faults.want(name is None or name in (entry["RepoTags"] or []), "%s: the tags are %s", path,
                entry["RepoTags"])
    data = source.read(entry["Config"])
    digest = hashlib.sha256(data).hexdigest()
    faults.want(digest in entry["Config"], "%s: the config %s has %s", path, entry["Config"],
                digest)
    for file in entry["Layers"]:
        start = source.tar.extractfile(file).read(4)
        suffix = {b"\x1f\x8b": "+gzip", b"\x28\xb5": "+zstd"}.get(start[:2], "")
        kind = OCI + "layer.v1.tar" + suffix
        layers.append(Layer(source, {"mediaType": kind, "file": file, "digest": file}, faults))
    image = Image({"config": {}}, parse(data, "config"), layers, "sha256:" + digest)
    for layer, diff_id in zip(layers, image.document["rootfs"]["diff_ids"]):
        faults.want(layer.diff_id == diff_id, "%s: diff_id is %s, the config says %s",
                    layer.descriptor["file"], layer.diff_id, diff_id)
    faults.want(len(layers) == len(image.document["rootfs"]["diff_ids"]) == len(image.created_by),
                "%s: layers, diff_ids and history differ in number", path)
    own = len([kind for kind in image.kinds() if kind]) if ours is None else ours
    check_own_layers(image, own, faults, as_is)
    for number, layer in enumerate(layers):
        _apply(image.tree, layer, "layer %d" % number, _Faults())
    if flink:
        image.annotations = {"org.opencontainers.image.created": image.created}
        check_flink(image, faults, user)
    if faults:
        raise Fault(faults)
    return [image]
