"""Help, manual page and completion come out of the same tables as the options themselves."""

import os
import pathlib
import re
import shutil
import subprocess

import pytest

COMMANDS = ["build", "lock", "check", "append", "rebase", "push", "pull", "tag", "inspect", "sbom",
            "sign", "verify", "generate", "images", "rmi", "login", "logout", "base", "cache",
            "completion", "help", "version"]


def options_of(text):
    """The options in a help: name -> the text behind it."""
    found = {}
    for line in text.splitlines():
        head = re.match(r"  (?:-\w,|   ) --([a-z0-9-]+)( \S+| \[\S+\])?(?:  +(.*))?$", line)
        if head:
            name = head.group(1)
            found[name] = head.group(3) or ""
        elif line.startswith(" " * 28) and found:
            found[name] += line.strip()
    return found


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_has_help(flinkpack, command):
    result = flinkpack.run(command, "--help")
    assert result.out.startswith("Usage: flinkpack %s [OPTION...]" % command)
    assert result.err == ""
    options = options_of(result.out)
    assert "help" in options and "progress" in options
    for name, text in options.items():
        assert text, "--%s has no text" % name
    assert flinkpack.run(command, "-h").out == result.out
    assert flinkpack.run("help", command).out == result.out


def test_program_help_lists_the_commands(flinkpack):
    result = flinkpack.run("--help")
    listed = re.findall(r"^  ([a-z]+) {2,}\S", result.out.split("Commands:")[1], re.M)
    assert listed[:len(COMMANDS)] == COMMANDS
    assert flinkpack.run("help").out == result.out
    assert flinkpack.run("-h").out == result.out


def test_exit_statuses_are_documented(flinkpack):
    text = flinkpack.run("--help").out.split("Exit status:")[1]
    for status in ["0", "1", "2", "3", "4", "5", "6", "7", "8", "9", "130, 143"]:
        assert re.search(r"^  %s +\w" % status, text, re.M), status


def test_what_does_not_work_yet_is_not_offered(flinkpack):
    for text in (flinkpack.run("--help").out, flinkpack.run("build", "--help").out,
                 flinkpack.run("man").out):
        for word in ("--with-python2", "--kubernetes-certificates"):
            assert word not in text


def test_nothing_to_do_is_a_usage_error(flinkpack):
    result = flinkpack.try_run()
    assert result.status == 2
    assert result.out == ""
    assert result.err.startswith("Usage: flinkpack ")


def test_version(flinkpack):
    for words in (["--version"], ["-V"], ["-v", "--version"], ["-q", "-V"]):
        result = flinkpack.run(*words)
        assert re.fullmatch(r"flinkpack \d+\.\d+\.\d+\n", result.out), words
    shown = flinkpack.run("version").out
    assert shown.startswith(result.out)
    assert re.search(r"^with .*libarchive/\d.*libcurl/\d.*, zlib/\d", shown, re.M)


def test_help_goes_before_what_follows_it(flinkpack):
    result = flinkpack.run("--from-release", "--help", "--no-such-option")
    assert result.out.startswith("Usage: flinkpack build")


def test_manual_page_has_no_warnings(flinkpack, tmp_path):
    if shutil.which("man") is None:
        pytest.skip("there is no man here")
    page = tmp_path / "flinkpack.1"
    page.write_text(flinkpack.run("man").out)
    done = subprocess.run(["man", "--warnings", "-E", "UTF-8", "-l", "-Tutf8", "-Z", str(page)],
                          stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True,
                          env={"PATH": "/usr/bin:/bin", "LC_ALL": "C.UTF-8", "MANWIDTH": "80"})
    assert done.returncode == 0
    assert done.stderr == ""


def test_manual_page_has_every_option(flinkpack):
    page = flinkpack.run("man").out.replace("\\-", "-")
    for command in COMMANDS:
        for name in options_of(flinkpack.run(command, "--help").out):
            assert "--" + name in page, name


def complete(script, *words, path="", env=None):
    """What bash would offer for the last word."""
    driver = "PATH=%s:$PATH; source %s; COMP_WORDS=(%s); COMP_CWORD=%d; _flinkpack; printf '%%s\\n' " \
             "\"${COMPREPLY[@]}\"" % (path, script, " ".join("'%s'" % w for w in words), len(words) - 1)
    done = subprocess.run(["bash", "-c", driver], capture_output=True, text=True, check=True,
                          env={**os.environ, **(env or {})})
    assert done.stderr == ""
    return done.stdout.split()


def test_bash_completion_completes(flinkpack, tmp_path):
    script = tmp_path / "flinkpack.bash"
    script.write_text(flinkpack.run("completion", "bash").out)
    subprocess.run(["bash", "-n", str(script)], check=True)
    assert complete(script, "flinkpack", "pu") == ["push", "pull"]
    assert complete(script, "flinkpack", "build", "--from-r") == ["--from-release"]
    assert complete(script, "flinkpack", "--from-release", "--flink-v") == ["--flink-version"]
    assert complete(script, "flinkpack", "build", "--progress", "j") == ["json"]
    assert complete(script, "flinkpack", "completion", "") == ["bash", "zsh", "fish"]
    assert complete(script, "flinkpack", "build", "--with-python2") == []


def test_bash_completion_offers_what_there_is(stored, tmp_path):
    script = tmp_path / "flinkpack.bash"
    script.write_text(stored.run("completion", "bash").out)
    there = {"path": pathlib.Path(stored.binary).parent, "env": stored.env}
    bases = complete(script, "flinkpack", "build", "--base", "temurin-17", **there)
    assert bases == ["temurin-17-jre", "temurin-17-jre-alpine"]
    stored.run("tag", "orders:1.0", "other:2")
    assert complete(script, "flinkpack", "push", "", **there) == ["orders:1.0", "other:2"]
    assert complete(script, "flinkpack", "rmi", "or", **there) == ["orders:1.0"]
    typed = {**there["env"], "COMP_LINE": "flinkpack rmi orders:1", "COMP_POINT": "22"}
    assert complete(script, "flinkpack", "rmi", "orders", ":", "1", path=there["path"],
                    env=typed) == ["1.0"]


def test_bash_completion_runs_no_names(stored, tmp_path):
    """A store may be that of somebody else's checkout, by its flinkpack.yaml."""
    index = stored.store / "index.json"
    index.write_text(index.read_text().replace("orders:1.0", "$(touch${IFS}%s/run)" % tmp_path))
    assert "$(touch" in stored.run("images", "--format", "names").out
    script = tmp_path / "flinkpack.bash"
    script.write_text(stored.run("completion", "bash").out)
    complete(script, "flinkpack", "push", "", path=pathlib.Path(stored.binary).parent,
             env=stored.env)
    assert not (tmp_path / "run").exists()


@pytest.mark.parametrize("shell", ["zsh", "fish"])
def test_other_shells_take_their_script(flinkpack, tmp_path, shell):
    script = flinkpack.run("completion", shell).out
    for option in options_of(flinkpack.run("build", "--help").out):
        assert re.search(r"(--|-l )%s\b" % option, script), option
    if shutil.which(shell) is None:
        pytest.skip("there is no %s here to parse it" % shell)
    path = tmp_path / "script"
    path.write_text(script)
    subprocess.run([shell, "-n", str(path)], check=True)


def test_fish_completion_completes(flinkpack, tmp_path):
    if shutil.which("fish") is None:
        pytest.skip("there is no fish here")
    script = tmp_path / "script"
    script.write_text(flinkpack.run("completion", "fish").out)

    def offered(line):
        done = subprocess.run(["fish", "--no-config", "-c", "source %s; complete -C '%s'" %
                               (script, line)], capture_output=True, text=True, check=True,
                              env={**flinkpack.env, "XDG_DATA_HOME": str(tmp_path)})
        return [text.split("\t")[0] for text in done.stdout.splitlines()]

    assert offered("flinkpack pul") == ["pull"]
    assert offered("flinkpack build --from-r") == ["--from-release"]
    assert offered("flinkpack --flink-v") == ["--flink-version"]
    assert offered("flinkpack --from-release --flink-v") == ["--flink-version"]
    assert offered("flinkpack push --flink-v") == []


def test_unknown_shells_are_errors(flinkpack):
    assert "expected bash, zsh or fish, not 'tcsh'" in flinkpack.fail(2, "completion", "tcsh")
