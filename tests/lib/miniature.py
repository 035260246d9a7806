"""Miniature distributions, job jars and bases: the right names, hardly any content.

As a program, for scripts/quickstart where nothing real can be had:
    miniature.py flink VERSION FOLDER | base FILE.tar | job FILE.jar
"""

import io
import os
import pathlib
import struct
import sys
import tarfile
import zipfile

import classes as class_files
import images

TIME = images.EPOCH
SCRIPTS = ("config.sh", "flink", "flink-console.sh", "flink-daemon.sh", "historyserver.sh",
           "jobmanager.sh", "standalone-job.sh", "taskmanager.sh")
PLUGINS = ("flink-metrics-prometheus", "flink-s3-fs-hadoop", "flink-s3-fs-presto")

FLAT_CONF = """\
# Flink's configuration
jobmanager.rpc.address: localhost
jobmanager.rpc.port: 6123
taskmanager.numberOfTaskSlots: 1
parallelism.default: 1
"""
LOCAL_CONF = FLAT_CONF + """\
jobmanager.bind-host: localhost
taskmanager.bind-host: localhost
taskmanager.host: localhost
rest.address: localhost
rest.bind-address: localhost
"""
NESTED_CONF = """\
# Flink's configuration
jobmanager:
  bind-host: localhost
  rpc:
    address: localhost
    port: 6123
  memory:
    process:
      size: 1600m

taskmanager:
  bind-host: localhost
  # The host that others reach it by.
  host: localhost
  numberOfTaskSlots: 1

rest:
  address: localhost
  bind-address: localhost
"""


def numbers(version):
    return tuple(int(part) for part in version.split("-")[0].split("."))


def jar(classes=(), main_class=None, major=52, extra=(), manifest=True, year=2020):
    """A jar as bytes. `classes`: names such as "com/example/Job"; each is a bare class file, and the
    main class one that has a main method."""
    out = io.BytesIO()
    head = struct.pack(">IHH", 0xCAFEBABE, 0, major) + bytes(8)
    with zipfile.ZipFile(out, "w") as file:
        def add(name, data):
            file.writestr(zipfile.ZipInfo(name, (year, 9, 13, 12, 26, 40)), data)
        if manifest:
            lines = ["Manifest-Version: 1.0"] + (["Main-Class: " + main_class] if main_class else [])
            add("META-INF/MANIFEST.MF", "\r\n".join(lines + ["", ""]))
        main = (main_class or "").replace(".", "/")
        for name in classes:
            add(name + ".class", head if name != main else
                class_files.make(name, major=major, methods=[class_files.main()]))
        for name, data in extra:
            add(name, data)
    return out.getvalue()


def job_jar(main_class="com.example.WordCount", **more):
    return jar([main_class.replace(".", "/")], main_class, **more)


def _jars(version, scala):
    if numbers(version) < (1, 15):
        yield "lib/flink-dist_%s-%s.jar" % (scala, version)
    else:
        yield "lib/flink-dist-%s.jar" % version
        yield "lib/flink-scala_%s-%s.jar" % (scala, version)
    yield "lib/log4j-core-2.24.3.jar"
    for name in PLUGINS:
        yield "opt/%s-%s.jar" % (name, version)
    yield "examples/streaming/WordCount.jar"


def files(version, scala="2.12"):
    """A distribution, as {path below its top: (mode, bytes)}."""
    found = {"bin/" + name: (0o755, b"#!/usr/bin/env bash\n# %s\n" % name.encode())
             for name in SCRIPTS}
    if numbers(version) >= (1, 10):
        found["bin/bash-java-utils.jar"] = (0o644, jar())
    if numbers(version) >= (2, 0) or numbers(version) >= (1, 19):
        found["conf/config.yaml"] = (0o644, NESTED_CONF.encode())
    else:
        local = numbers(version) >= (1, 15)
        found["conf/flink-conf.yaml"] = (0o644, (LOCAL_CONF if local else FLAT_CONF).encode())
    found["conf/log4j-console.properties"] = (0o644, b"rootLogger.level = INFO\n")
    for name in _jars(version, scala):
        found[name] = (0o644, jar(extra=[("name", name)]))
    if numbers(version) >= (1, 9):
        found["plugins/README.txt"] = (0o644, b"one folder a plugin\n")
        found["licenses/LICENSE.slf4j"] = (0o644, b"MIT\n")
    for name in ("LICENSE", "NOTICE", "README.txt"):
        found[name] = (0o644, name.encode() + b"\n")
    return found


def write_folder(folder, version, scala="2.12", more=()):
    """FOLDER/flink-VERSION. Gives its path."""
    top = pathlib.Path(folder) / ("flink-" + version)
    for name, (mode, data) in {**files(version, scala), **dict(more)}.items():
        path = top / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
        path.chmod(mode)
    (top / "log").mkdir(exist_ok=True)
    for at, folders, names in os.walk(top, topdown=False):
        for name in [*names, "."]:
            os.utime(os.path.join(at, name), (TIME, TIME))
        os.chmod(at, 0o755)
    return top


def entries(version, scala="2.12", more=(), rooted="", owner=(502, 20)):
    """What its archive holds, as images.make_tar() takes it: folders before what is in them."""
    top = rooted + "flink-" + version
    found = {top + "/" + name: content
             for name, content in {**files(version, scala), **dict(more)}.items()}
    folders = {top + "/log"}
    for name in [*found, top + "/log/x"]:
        parts = name.split("/")
        folders.update("/".join(parts[:i]) for i in range(1, len(parts)))
    folders.discard(".")
    for name in sorted([*folders, *found]):
        if name in found:
            mode, data = found[name]
            yield images.file(name, data, mode, *owner)
        else:
            yield images.folder(name, 0o755, *owner)


def tar(version, **more):
    return images.make_tar(entries(version, **more), tarfile.GNU_FORMAT)


def write_base(path):
    """A root file system, as rootfs:FILE takes it."""
    found = [images.link("bin", "usr/bin")]
    for one in images.base_layers():
        with tarfile.open(fileobj=io.BytesIO(one.tar)) as members:
            for info in members:
                if info.name not in ("bin", *(seen.name for seen, _ in found)):
                    data = members.extractfile(info).read() if info.isreg() else None
                    found.append((info, data))
    # There is no configuration beside it whose PATH would name the runtime.
    found.append(images.link("usr/bin/java", "/opt/java/openjdk/bin/java"))
    pathlib.Path(path).write_bytes(images.make_tar(found))


def main(what, *words):
    if what == "flink":
        write_folder(words[1], words[0])
    elif what == "base":
        write_base(words[0])
    else:
        pathlib.Path(words[0]).write_bytes(job_jar())


if __name__ == "__main__":
    main(*sys.argv[1:])
