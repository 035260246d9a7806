"""Try wheels of flinkpack with pip: run by `scripts/package wheel --check`."""
import base64
import contextlib
import functools
import hashlib
import http.server
import os
import pathlib
import platform
import subprocess
import sys
import tempfile
import threading
import venv
import zipfile


def fail(text):
    sys.exit(f"package: {text}")


def say(text):
    print(f"package: {text}", file=sys.stderr, flush=True)


def check_record(path):
    """Each file once, as RECORD says, and the program executable."""
    with zipfile.ZipFile(path) as archive:
        names = archive.namelist()
        record = next(name for name in names if name.endswith(".dist-info/RECORD"))
        rows = [line.rsplit(",", 2) for line in archive.read(record).decode().splitlines()]
        if sorted(row[0] for row in rows) != sorted(names):
            fail(f"{path}: RECORD does not list what is in it")
        for name, digest, size in rows:
            content = archive.read(name)
            found = base64.urlsafe_b64encode(hashlib.sha256(content).digest()).decode().rstrip("=")
            if name != record and (digest != f"sha256={found}" or int(size) != len(content)):
                fail(f"{path}: {name} is not what RECORD says")
            wanted = 0o755 if name.endswith("/scripts/flinkpack") else 0o644
            if archive.getinfo(name).external_attr >> 16 & 0o777 != wanted:
                fail(f"{path}: {name} has the wrong mode")


@contextlib.contextmanager
def served(folder):
    """An index (https://packaging.python.org/en/latest/specifications/simple-repository-api/)."""
    handler = functools.partial(http.server.SimpleHTTPRequestHandler, directory=str(folder))
    handler.func.log_message = lambda *_: None
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/simple"
    finally:
        server.shutdown()
        server.server_close()


def make_index(folder, wheels):
    page = folder / "simple" / "flinkpack"
    page.mkdir(parents=True)
    links = []
    for wheel in wheels:
        content = wheel.read_bytes()
        (page / wheel.name).write_bytes(content)
        links.append(f'<a href="{wheel.name}#sha256={hashlib.sha256(content).hexdigest()}">'
                     f"{wheel.name}</a><br>\n")
    (page / "index.html").write_text("<!DOCTYPE html>\n" + "".join(links))
    (folder / "simple" / "index.html").write_text('<!DOCTYPE html>\n<a href="flinkpack/">flinkpack</a>\n')


def run(*command):
    # Of this machine's settings of pip, none counts.
    environment = {"PATH": os.environ["PATH"], "HOME": "/nonexistent", "LC_ALL": "C.UTF-8",
                   "PIP_CONFIG_FILE": os.devnull, "PIP_DISABLE_PIP_VERSION_CHECK": "1",
                   "PIP_NO_CACHE_DIR": "1", "PYTHONDONTWRITEBYTECODE": "1", "no_proxy": "*"}
    ran = subprocess.run([str(word) for word in command], env=environment, check=False,
                         stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    output = ran.stdout.decode(errors="replace")
    if ran.returncode != 0:
        fail(f"{' '.join(str(word) for word in command)} ended with {ran.returncode}:\n{output}")
    return output.strip()


def names_in(folder):
    return sorted(str(path) for path in folder.rglob("*") if "__pycache__" not in path.parts)


def check_installed(room, source, *options):
    """Install it, run it, remove it, and see that nothing is left."""
    pip = (room / "bin" / "python", "-m", "pip")
    before = names_in(room)
    run(*pip, "install", *options, "flinkpack")
    program = room / "bin" / "flinkpack"
    if program.stat().st_mode & 0o777 != 0o755:
        fail(f"{program} has the mode {program.stat().st_mode & 0o777:o}")
    version = run(program, "version").splitlines()[0]
    if version.split()[1].split("+")[0] not in run(*pip, "show", "flinkpack"):
        fail(f"the program says {version}, pip shows another version")
    run(*pip, "uninstall", "--yes", "flinkpack")
    if names_in(room) != before:
        fail(f"left behind: {set(names_in(room)) - set(before)}")
    say(f"pip installed it from {source}: {version}")


def check_taken(room, folder, wheels, scratch):
    """What pip would take on other machines."""
    for wheel in wheels:
        for tag in wheel.stem.rsplit("-", 1)[1].split("."):
            run(room / "bin" / "python", "-m", "pip", "download", "--no-index", "--find-links",
                folder, "--platform", tag, "--only-binary", ":all:", "--dest", scratch / tag,
                "flinkpack")
            say(f"pip takes it for {tag}")


def check(wheels):
    with tempfile.TemporaryDirectory() as name:
        scratch = pathlib.Path(name)
        make_index(scratch, wheels)
        folder = scratch / "simple" / "flinkpack"
        for wheel in wheels:
            check_record(wheel)
        room = scratch / "room"
        venv.create(room, with_pip=True)
        check_taken(room, folder, wheels, scratch)
        if not any(wheel.stem.endswith(f"_{platform.machine()}") for wheel in wheels):
            say(f"not run: none of the wheels is for {platform.machine()}")
            return
        check_installed(room, "a folder", "--no-index", "--find-links", folder)
        with served(scratch) as url:
            check_installed(room, "an index", "--index-url", url)
