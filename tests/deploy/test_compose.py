"""generate --format compose."""

import json
import re
import subprocess

import downloads
import flink_images
import pytest
from test_kubernetes import AWKWARD, KINDS, VERSIONS


def interpolate(text):
    """What Compose makes of a text; anything but "$$" would be a variable."""
    assert not re.search(r"(?<!\$)(\$\$)*\$(?!\$)", text.replace("$$", "")), text
    return text.replace("$$", "$")


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("version", VERSIONS)
def test_every_version(flinkpack, version, kind):
    flinkpack.has(flink_images.ours(version, kind))
    [one] = flinkpack.documents("--format", "compose", "--parallelism", "4", "--slots", "2",
                                "--env", "A=$B")
    assert list(one) == ["name", "services"]
    jobmanager, taskmanager = one["services"]["jobmanager"], one["services"]["taskmanager"]
    assert jobmanager["ports"] == ["127.0.0.1:8081:8081"]
    assert taskmanager["deploy"]["replicas"] == 2
    assert taskmanager["depends_on"] == ["jobmanager"]
    assert jobmanager["command"][0] == ("job-cluster" if kind == "job" else "jobmanager")
    assert jobmanager["environment"]["A"] == "$$B"
    assert "jobmanager.rpc.address: jobmanager\n" in jobmanager["environment"]["FLINK_PROPERTIES"]


def test_arguments_arrive_as_they_are(orders):
    [one] = orders.documents("--format", "compose", "--", *AWKWARD)
    command = [interpolate(word) for word in one["services"]["jobmanager"]["command"]]
    assert command == ["job-cluster", "--job-classname", "com.example.Orders", "--", *AWKWARD]


def test_official_images_run_as_their_user(flinkpack):
    [one] = flinkpack.has(flink_images.official("1.20.5")).documents("--format", "compose")
    assert one["services"]["jobmanager"]["user"] == "9999:9999"
    assert one["services"]["jobmanager"]["environment"]["JOB_MANAGER_RPC_ADDRESS"] == "jobmanager"


def test_patch(orders, tmp_path):
    patch = tmp_path / "patch.yaml"
    patch.write_text("services: {jobmanager: {ports: null, hostname: jm}}\n")
    [one] = orders.documents("--format", "compose", "--merge-patch", patch)
    assert "ports" not in one["services"]["jobmanager"]
    assert one["services"]["jobmanager"]["hostname"] == "jm"


@pytest.mark.parametrize("kind", KINDS)
def test_docker_compose_takes_it(flinkpack, tmp_path, kind):
    program = downloads.program("DOCKER_COMPOSE", "docker-compose-2.26.1-amd64")
    flinkpack.has(flink_images.ours("1.20.5", kind))
    words = ["--", *AWKWARD] if kind == "job" else []
    flinkpack.generate("--format", "compose", "--output-dir", tmp_path / "out", "--env",
                       "A=${HOME} $X $$ {{ 'q' }}", *words)
    result = subprocess.run([program, "-f", tmp_path / "out/compose.yaml", "config",
                             "--format", "json"],
                            capture_output=True, text=True)
    assert result.returncode == 0, result.stderr
    assert result.stderr == ""
    one = json.loads(result.stdout)
    environment = one["services"]["taskmanager"]["environment"]
    assert environment["A"].replace("$$", "$") == "${HOME} $X $$ {{ 'q' }}"
    if kind == "job":
        command = [word.replace("$$", "$") for word in one["services"]["jobmanager"]["command"]]
        assert command[4:] == words[1:]
