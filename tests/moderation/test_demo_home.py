"""The demo makes its folder anew, also one that an earlier Klankbord made, and never touches anybody's own."""

from __future__ import annotations

from pathlib import Path
from typing import NoReturn

import pytest

from listener.errors import InputError
from listener.progress import NoProgress
from listener.settings.resources import shipped_text
from moderation.demo import fresh_home, play_demo
from moderation.settings import KlankbordSettings


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


class Opened(Exception):
    """The home would be opened now: the settings are known, and the long part has not begun."""


def test_links_of_a_demo_on_another_port_lead_there(tmp_path: Path) -> None:
    seen: list[str] = []

    def opening(home: Path, settings: KlankbordSettings, clock: object) -> NoReturn:
        seen.extend([settings.public.base_url, (home / "klankbord.yaml").read_text(encoding="utf-8")])
        raise Opened

    with pytest.raises(Opened), play_demo(tmp_path / "demo", opening, language="nl", progress=NoProgress(), public_port=9943):
        pass
    assert seen[0] == "http://localhost:9943"
    assert "http://localhost:9943" in seen[1]
    assert "8643" not in seen[1]
