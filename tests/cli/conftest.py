"""What the command tests share."""

import images
import program as programs
import pytest


@pytest.fixture
def flinkpack(tmp_path):
    """flinkpack (sanitized) with a home, a store and a cache of its own."""
    binary = programs.built("dev")
    return programs.Program(tmp_path, binary)


@pytest.fixture
def layout(tmp_path):
    """A small image in an OCI layout, as another tool would write it."""
    path = tmp_path / "layout"
    images.write_layout(images.base(), path, "v1")
    return path


@pytest.fixture
def stored(flinkpack, layout):
    """flinkpack with that image in its local store, as orders:1.0."""
    flinkpack.run("pull", "oci:%s:v1" % layout)
    flinkpack.run("tag", "v1", "orders:1.0")
    flinkpack.run("rmi", "v1")
    return flinkpack
