"""login and logout: where credentials are kept, and that they are told to nobody."""

import base64
import json
import os
import subprocess
from http.server import BaseHTTPRequestHandler

import registry

SECRET = "s3cret-with:colon"


def login(flinkpack, *words, password=SECRET + "\n", status=0, env=None):
    """Without asking the registry: tests/registry does that."""
    given = password if isinstance(password, bytes) else password.encode()
    done = subprocess.run([flinkpack.binary, "login", "--offline", *words], input=given,
                          capture_output=True, cwd=flinkpack.home,
                          env={**flinkpack.env, **(env or {})})
    assert done.returncode == status, done.stderr
    assert done.stdout == b""
    assert SECRET not in done.stderr.decode()
    return done.stderr.decode()


def kept(path):
    return {key: base64.b64decode(value["auth"]).decode()
            for key, value in json.loads(path.read_text())["auths"].items()}


def test_login_keeps_and_logout_forgets(flinkpack):
    config = flinkpack.home / "home/.docker/config.json"
    text = login(flinkpack, "registry.example.com", "-u", "ci", "--password-stdin")
    assert str(config) in text
    assert kept(config) == {"registry.example.com": "ci:" + SECRET}
    assert config.stat().st_mode & 0o777 == 0o600
    login(flinkpack, "https://other.example.com:5000/v2/", "-u", "x",
          "--password-stdin", password="y")
    assert kept(config)["other.example.com:5000"] == "x:y"
    flinkpack.run("logout", "registry.example.com")
    assert list(kept(config)) == ["other.example.com:5000"]
    assert "there were no credentials" in flinkpack.run("logout", "registry.example.com").err


def test_places(flinkpack, tmp_path):
    words = ["r.example.com", "-u", "ci", "--password-stdin"]
    login(flinkpack, *words, env={"DOCKER_CONFIG": str(tmp_path / "docker")})
    assert kept(tmp_path / "docker/config.json")
    login(flinkpack, *words, env={"REGISTRY_AUTH_FILE": str(tmp_path / "auth.json")})
    assert kept(tmp_path / "auth.json")
    login(flinkpack, *words, "--authfile", str(tmp_path / "own.json"))
    assert kept(tmp_path / "own.json")
    assert not os.path.exists(flinkpack.home / "home/.docker")


def test_bad_input(flinkpack):
    words = ["registry.example.com", "-u", "ci", "--password-stdin"]
    assert "the password is empty" in login(flinkpack, *words, password="\n", status=2)
    assert "is no text" in login(flinkpack, *words, password="a\0b\n", status=2)
    assert "expected --username" in login(flinkpack, *words[:1], status=2)
    assert "cannot contain ':'" in login(flinkpack, words[0], "-u", "a:b", "--password-stdin",
                                         status=2)
    assert "is no registry" in login(flinkpack, "orders", *words[1:], status=2)
    assert "is no registry" in login(flinkpack, "a b.example.com", *words[1:], status=2)


def test_passwords_of_several_lines(flinkpack):
    """Google's key files. Only the line end of an editor, or of Windows, is none of it."""
    words = ["r.example.com", "-u", "_json_key", "--password-stdin"]
    key = '{\n  "private_key": "x"\n}'
    for given, taken in ((key + "\n", key), (key, key), ("a\r\nb\r\n", "a\r\nb"), ("a\n\n", "a\n")):
        login(flinkpack, *words, password=given.encode())
        assert kept(flinkpack.home / "home/.docker/config.json")["r.example.com"] == "_json_key:" + taken


def test_logins_at_once_all_stay(flinkpack, tmp_path):
    """Jobs of a CI runner share a home, and its file may be a link to where secrets lie."""
    config = flinkpack.home / "home/.docker/config.json"
    config.parent.mkdir()
    (tmp_path / "secrets.json").write_text('{"credsStore": ""}')
    config.symlink_to(tmp_path / "secrets.json")
    words = ["-u", "ci", "--password-stdin"]
    for n in range(2):
        login(flinkpack, "old%d.example.com" % n, *words)
    verbs = [["logout", "old%d.example.com" % n] for n in range(2)]
    verbs += [["login", "--offline", "r%d.example.com" % n, *words] for n in range(10)]
    (tmp_path / "password").write_text("pw")
    runs = [subprocess.Popen([flinkpack.binary, *verb], stdin=open(tmp_path / "password"),
                             env=flinkpack.env, stderr=subprocess.PIPE) for verb in verbs]
    for run in runs:
        said = run.stderr.read()
        assert run.wait() == 0, said
        run.stderr.close()
    assert sorted(kept(config)) == ["r%d.example.com" % n for n in range(10)]
    assert config.is_symlink()
    assert (tmp_path / "secrets.json").stat().st_mode & 0o777 == 0o600
    assert [path.name for path in config.parent.iterdir()] == ["config.json"]
    assert [path.name for path in tmp_path.iterdir() if "lock" in path.name] == []


def test_without_a_terminal_the_password_has_to_be_piped(flinkpack):
    done = subprocess.run([flinkpack.binary, "login", "r.example.com", "-u", "ci"], text=True,
                          capture_output=True, env=flinkpack.env, stdin=subprocess.DEVNULL,
                          start_new_session=True)
    assert done.returncode == 2
    assert "--password-stdin" in done.stderr


def test_a_damaged_file_is_not_replaced(flinkpack):
    config = flinkpack.home / "home/.docker/config.json"
    config.parent.mkdir()
    config.write_text("{ not json")
    login(flinkpack, "r.example.com", "-u", "ci", "--password-stdin", status=3)
    assert config.read_text() == "{ not json"


def test_a_home_that_cannot_be_written_to_is_told_with_the_way_out(flinkpack):
    words = ["r.example.com", "-u", "ci", "--password-stdin"]
    for home, status in (("", 2), ("/proc", 9)):
        text = login(flinkpack, *words, status=status, env={"HOME": home})
        assert "try: set DOCKER_CONFIG to a folder that can be written to" in text


def test_what_goes_before_the_login_is_told(flinkpack):
    words = ["r.example.com", "-u", "ci", "--password-stdin"]
    env = {"DOCKER_AUTH_CONFIG": '{"auths": {"r.example.com": {"auth": "eDp5"}}}'}
    told = "DOCKER_AUTH_CONFIG has credentials for r.example.com too"
    assert told in login(flinkpack, *words, env=env)
    assert told not in login(flinkpack, "other.example.com", *words[1:], env=env)
    assert told not in login(flinkpack, *words, "--authfile", "own.json", env=env)
    assert told not in login(flinkpack, *words, env={"DOCKER_AUTH_CONFIG": "{ not json"})


def test_credentials_of_a_part_stay_and_are_told(flinkpack):
    config = flinkpack.home / "home/.docker/config.json"
    config.parent.mkdir()
    for key, is_told in (("r.example.com/team", True), ("https://r.example.com/team/", True),
                         ("https://r.example.com/v1/", False), ("s.example.com/team", False)):
        config.write_text(json.dumps({"auths": {key: {"auth": "eDp5"}}}))
        text = login(flinkpack, "r.example.com", "-u", "ci", "--password-stdin")
        assert ("for %s, and these go first" % key in text) == is_told
        assert (key in kept(config)) == ("v1" not in key)


def test_another_login_meanwhile_is_kept(flinkpack):
    """The registry that is asked may take its time, and jobs share their home."""
    config = flinkpack.home / "home/.docker/config.json"

    class Slow(BaseHTTPRequestHandler):
        def do_GET(self):
            login(flinkpack, "other.example.com", "-u", "x", "--password-stdin", password="y")
            self.send_response(200)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *arguments):
            pass

    with registry.Threaded() as server:
        server.serve(Slow)
        subprocess.run([flinkpack.binary, "login", server.host, "-u", "ci", "--password-stdin"],
                       input=SECRET, text=True, check=True, capture_output=True, cwd=flinkpack.home,
                       env=flinkpack.env)
    assert kept(config) == {"other.example.com": "x:y", server.host: "ci:" + SECRET}
