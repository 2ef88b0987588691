"""A desk with invitations as they are set up without any setting."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.fakes.desk import MORNING
from tests.fakes.invited import Invited, open_invited


@pytest.fixture
def invited(tmp_path: Path) -> Iterator[Invited]:
    """A desk with invitations as they are set up without any setting."""
    with open_invited(tmp_path / "home", start=MORNING) as rig:
        yield rig
