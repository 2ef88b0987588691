"""A command, option, setting, secret or error without a sentence of explanation fails here."""

from __future__ import annotations

import importlib
import inspect
import re
import tomllib
from collections.abc import Iterator

import click
import pytest
import yaml
from pydantic import BaseModel

from listener import errors
from listener.settings.accepted import section_of
from listener.settings.load import read_settings
from listener.settings.secrets import known_names
from listener.settings.written import settings_text
from moderation.settings import KlankbordSettings
from tests.modules import ROOT, our_modules

EXAMPLE = ROOT / "config" / "klankbord.example.yaml"


def text_of(name: str) -> str:
    return (ROOT / name).read_text(encoding="utf-8")


def command_line(module: str) -> click.Group:
    """Return the outermost group of a module: the one that no other group holds."""
    cli = importlib.import_module(module)
    groups = [value for value in vars(cli).values() if isinstance(value, click.Group)]
    held = {id(command) for group in groups for command in group.commands.values()}
    outermost = {id(group): group for group in groups if id(group) not in held and group.commands}
    assert outermost, f"{module} holds no click group with commands"
    return max(outermost.values(), key=lambda group: len(group.commands))


def commands(group: click.Command, path: tuple[str, ...] = ()) -> Iterator[tuple[str, click.Command]]:
    yield " ".join(path), group
    if isinstance(group, click.Group):
        for name, command in group.commands.items():
            yield from commands(command, (*path, name))


@pytest.mark.parametrize("module", ["moderation.cli", "listener.cli"])
def test_every_command_and_option_says_what_it_does(module: str) -> None:
    silent = []
    for path, command in commands(command_line(module)):
        options = [one for one in command.params if isinstance(one, click.Option)]
        silent += [f"{path} {one.opts[0]}" for one in options if not (one.help or "").strip()]
        silent += [] if (command.help or "").strip() else [path or module]
    assert silent == []


def test_the_readme_names_every_command() -> None:
    """A command that nobody can find does not exist."""
    readme = text_of("README.md")
    missing = [name for name in command_line("moderation.cli").commands if not re.search(rf"(?:klankbord |`){re.escape(name)}\b", readme)]
    assert missing == []


def test_the_readme_shows_the_two_commands_of_a_newcomer() -> None:
    readme = text_of("README.md")
    assert re.search(r"^\$ scripts/start\b", readme, re.MULTILINE)
    assert re.search(r"^\$ scripts/test\b", readme, re.MULTILINE)


def test_the_readme_says_what_exit_codes_mean() -> None:
    from listener import cli

    line = next((line for line in text_of("README.md").splitlines() if "exit code" in line.lower()), "")
    for code in (0, cli.EXIT_FAILED, cli.EXIT_WRONG_USE, cli.EXIT_STOPPED):
        assert f"**{code}**" in line


def test_every_command_that_the_documents_show_exists() -> None:
    """Copying a line out of the README has to work."""
    group = command_line("moderation.cli")
    wrong = []
    for name in ("README.md", "SECURITY.md"):
        for shown in re.findall(r"(?:`|^\$ )klankbord ([a-z][a-z -]*[a-z])(?= -|[^a-z-]|$)", text_of(name), re.MULTILINE):
            command: click.Command = group
            for word in shown.split():
                if not isinstance(command, click.Group):
                    break
                if word not in command.commands:
                    wrong.append(f"{name}: klankbord {shown}")
                    break
                command = command.commands[word]
    assert wrong == []


@pytest.mark.parametrize("name", ["README.md", "SECURITY.md", "CHANGELOG.md"])
def test_links_to_our_own_files_lead_somewhere(name: str) -> None:
    targets = re.findall(r"\]\((?!https?:|#|mailto:)([^)#\s]+)", text_of(name))
    assert [target for target in targets if not (ROOT / target).exists()] == []


def test_the_changelog_speaks_of_this_version() -> None:
    version = tomllib.loads(text_of("pyproject.toml"))["project"]["version"]
    assert re.search(rf"^## {re.escape(version)}\b", text_of("CHANGELOG.md"), re.MULTILINE)


def settings(section: type[BaseModel], path: tuple[str, ...] = ()) -> Iterator[tuple[str, str]]:
    """Yield every setting's path with its sentence, each section once."""
    for name, field in section.model_fields.items():
        inner = section_of(field.annotation)
        if inner is None or field.description:
            yield ".".join((*path, name)), field.description or ""
        if inner is not None and inner is not section:
            yield from settings(inner, (*path, name))


def test_every_setting_has_a_sentence() -> None:
    found = dict(settings(KlankbordSettings))
    assert {"timezone", "brands.query.none", "sources.url", "digest.hour", "outbox.four_eyes"} <= set(found)
    assert [path for path, sentence in found.items() if not re.search(r"[.!?]$", sentence)] == []


def test_every_section_has_a_sentence() -> None:
    sections = {type(value) for value in vars(KlankbordSettings.model_validate({})).values() if isinstance(value, BaseModel)}
    assert len(sections) > 5
    assert [section.__name__ for section in sections if not (section.__doc__ or "").strip()] == []


def test_the_example_file_is_what_the_settings_say() -> None:
    """Written by scripts/renew_example; a new setting or another sentence has to reach it."""
    text = EXAMPLE.read_text(encoding="utf-8")
    assert text == settings_text(KlankbordSettings, yaml.safe_load(text)), "run scripts/renew_example"


def test_every_setting_stands_in_the_example_file() -> None:
    text = EXAMPLE.read_text(encoding="utf-8")
    names = {path.rpartition(".")[2] for path, _ in settings(KlankbordSettings)}
    assert [name for name in sorted(names) if not re.search(rf"^[\s#-]*{name}:", text, re.MULTILINE)] == []


def test_the_example_file_is_valid() -> None:
    loaded = read_settings(EXAMPLE.read_text(encoding="utf-8"), KlankbordSettings, file=EXAMPLE)
    assert loaded.brands
    assert loaded.sources


def test_every_secret_is_explained_to_people() -> None:
    readme = text_of("README.md") + text_of("SECURITY.md")
    assert [name for name in known_names() if name not in readme] == []


def test_every_error_stands_in_the_tree_and_says_what_it_means() -> None:
    """The tree at the top of listener/errors.py is where a reader learns who has to act."""
    classes = {name: one for name, one in vars(errors).items() if inspect.isclass(one) and issubclass(one, errors.ProductError)}
    assert len(classes) > 10
    tree = errors.__doc__ or ""
    assert [name for name in classes if name not in tree] == []
    assert [name for name, one in classes.items() if not (one.__doc__ or "").strip()] == []


def test_errors_are_made_in_their_module_or_say_themselves_what_they_mean() -> None:
    """A room may narrow an error for itself; it then explains it."""
    kinds = {name for name, one in vars(errors).items() if inspect.isclass(one)}
    silent = []
    for module in our_modules():
        silent += [f"{module.name}.{name}" for name in _silent_errors(module.source, kinds)]
    assert silent == []


def _silent_errors(source: str, kinds: set[str]) -> list[str]:
    found = re.findall(r"^class (\w+)\((?:\w+, )*(\w+)\):\n(\s+\"\"\")?", source, re.MULTILINE)
    return [name for name, base, docstring in found if (base in kinds or base.endswith("Error")) and not docstring]
