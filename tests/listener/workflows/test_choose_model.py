"""Another sentence model by command: what a person wrote in the settings stays, and the file can still be read afterwards."""

from __future__ import annotations

from pathlib import Path

import pytest

from listener.errors import SettingsError
from listener.settings.load import load_settings
from listener.settings.schema import ListenerSettings
from listener.workflows.choose_model import choose_model

NAME = "intfloat/multilingual-e5-small"


@pytest.mark.parametrize(
    "before",
    [
        "timezone: Europe/Amsterdam\n",  # no section yet
        "timezone: Europe/Amsterdam",  # nor an end of the line
        "",
        "model:\n  name: bundled\ntimezone: Europe/Amsterdam\n",
        "model:  # ours\n  batch_size: 32  # small machine\n",  # a section without a name
        "model:\n  # which one\n  #name: bundled\n\ndigest:\n  hour: 7\n",  # all of it commented out, as `init` writes it
        "model:",  # a section without anything
        "digest:\n  hour: 7\nmodel:\n    name: 'other'   # four spaces\n    batch_size: 32\n",
    ],
)
def test_the_name_is_set_and_everything_else_stays(tmp_path: Path, before: str) -> None:
    file = tmp_path / "klankbord.yaml"
    file.write_text(before, encoding="utf-8")
    was = load_settings(tmp_path, ListenerSettings)
    choose_model(file, NAME)
    now = load_settings(tmp_path, ListenerSettings)
    assert now.model.name == NAME
    assert now.model_copy(update={"model": was.model}) == was
    assert now.model.batch_size == was.model.batch_size
    comments = [line.partition("#")[2] for line in before.splitlines() if "#" in line and "name:" not in line]
    assert all(comment in file.read_text(encoding="utf-8") for comment in comments)


@pytest.mark.parametrize("name", ["./models/my model", "it's: a #name", "true", "/opt/é", "\\1"])
def test_any_name_comes_back_as_it_was_given(tmp_path: Path, name: str) -> None:
    file = tmp_path / "klankbord.yaml"
    file.write_text("model:\n  name: bundled\n", encoding="utf-8")
    choose_model(file, name)
    assert load_settings(tmp_path, ListenerSettings).model.name == name


@pytest.mark.parametrize("before", ["model: {name: bundled}\n", "model:   {batch_size: 8}  # short\n", "- a list\n", "a: b: c\n"])
def test_settings_written_in_a_way_we_do_not_change_stay_as_they_are(tmp_path: Path, before: str) -> None:
    """A second `model:` beside the first would keep the service from starting."""
    file = tmp_path / "klankbord.yaml"
    file.write_text(before, encoding="utf-8")
    with pytest.raises(SettingsError, match=r"model\.name"):
        choose_model(file, NAME)
    assert file.read_text(encoding="utf-8") == before


def test_without_settings_the_person_is_sent_to_init(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="klankbord init"):
        choose_model(tmp_path / "klankbord.yaml", NAME)
