"""What the tests of manifests share."""

import shutil
import subprocess

import downloads
import flink_images
import manifests
import program as programs
import pytest


class Generator(programs.Program):
    """flinkpack with one image in its local store."""

    def has(self, image, name=flink_images.NAME):
        """Make it that image."""
        self.image = flink_images.store(self, image, name)
        return self

    def generate(self, *words, **more):
        return self.run("generate", "--image", self.image, *words, **more)

    def documents(self, *words, **more):
        return manifests.load(self.generate(*words, **more).out)

    def refuses(self, *words, status=programs.USAGE):
        """The text of the refusal."""
        result = self.try_run("generate", "--image", self.image, *words)
        assert result.status == status, result.err
        assert result.out == ""
        return result.err


@pytest.fixture
def flinkpack(tmp_path):
    binary = programs.built("dev")
    return Generator(tmp_path, binary)


@pytest.fixture
def orders(flinkpack):
    """An image of ours with a job, of a recent Flink."""
    return flinkpack.has(flink_images.ours("1.20.5"))


@pytest.fixture
def try_helm():
    program = downloads.program("HELM", "helm-4.1.4-amd64")

    def run(*words):
        return subprocess.run([program, *map(str, words)], capture_output=True, text=True)
    return run


@pytest.fixture
def helm(try_helm):
    def run(*words):
        result = try_helm(*words)
        assert result.returncode == 0, result.stdout + result.stderr
        return result.stdout
    return run


@pytest.fixture
def chart(flinkpack, tmp_path):
    def make(image, *words, name=flink_images.NAME):
        folder = tmp_path / "chart"
        shutil.rmtree(folder, ignore_errors=True)
        flinkpack.has(image, name).generate("--format", "helm", "--output-dir", folder, *words)
        return folder
    return make
