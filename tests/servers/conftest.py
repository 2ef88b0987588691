"""The real servers, one of each per session. What is not installed skips its tests and says how to get it; CI forgives no skip."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.servers import bluesky as bluesky_network
from tests.servers import isso as comment_server
from tests.servers import synapse as matrix_server
from tests.servers.bluesky import Bluesky
from tests.servers.install import ISSO_SERVER, SYNAPSE_SERVER
from tests.servers.isso import Isso
from tests.servers.synapse import Synapse

GET_IT = "run scripts/ci_setup"


@pytest.fixture(scope="session")
def bluesky(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Bluesky]:
    """A Bluesky network."""
    if missing := bluesky_network.missing():
        pytest.skip(f"{missing}: {GET_IT}")
    with bluesky_network.serving(tmp_path_factory.mktemp("bluesky")) as network:
        yield network


@pytest.fixture(scope="session")
def synapse(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Synapse]:
    """A Matrix homeserver."""
    if not SYNAPSE_SERVER.ready:
        pytest.skip(f"Synapse is not installed: {GET_IT}")
    with matrix_server.serving(tmp_path_factory.mktemp("synapse")) as server:
        yield server


@pytest.fixture(scope="session")
def isso(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Isso]:
    """A server of comments."""
    if not ISSO_SERVER.ready:
        pytest.skip(f"Isso is not installed: {GET_IT}")
    with comment_server.serving(tmp_path_factory.mktemp("isso")) as server:
        yield server
