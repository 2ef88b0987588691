"""The demo makes its folder anew, also one that an earlier Klankbord made, and never touches anybody's own."""

from __future__ import annotations

from pathlib import Path

import pytest

from listener.errors import InputError
from listener.settings.resources import shipped_text
from moderation.demo import fresh_home


def test_a_demo_of_an_earlier_version_is_made_anew(tmp_path: Path) -> None:
    home = tmp_path / "demo"
    home.mkdir()
    earlier = shipped_text("demo", "klankbord.yaml").splitlines()[0] + "\nbrands: []\n\ninvented: true\n"
    (home / "klankbord.yaml").write_text(earlier, encoding="utf-8")
    (home / "ledger.db").write_text("old", encoding="utf-8")
    fresh_home(home)
    assert list(home.iterdir()) == []


@pytest.mark.parametrize(
    "settings",
    [
        None,
        "brands: []\n",
        "invented: true\n",
        shipped_text("demo", "klankbord.yaml").replace("invented: true", "invented: false"),
    ],
)
def test_anybody_elses_folder_is_left_alone(tmp_path: Path, settings: str | None) -> None:
    home = tmp_path / "mine"
    home.mkdir()
    (home / "ledger.db").write_text("mine", encoding="utf-8")
    if settings is not None:
        (home / "klankbord.yaml").write_text(settings, encoding="utf-8")
    with pytest.raises(InputError, match="not the demo"):
        fresh_home(home)
    assert (home / "ledger.db").read_text(encoding="utf-8") == "mine"
