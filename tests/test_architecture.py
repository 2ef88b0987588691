"""The rooms keep their promises: imports run one way, and I/O, SQL, network and publishing stay where they belong."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest

from tests import layers
from tests.layers import RULES
from tests.modules import PACKAGES, ROOT, Module, our_modules

Rule = Callable[[Module], Iterator[str]]
RUN_BY_PATH = tuple(ROOT / package / "ledger" / folder for package in PACKAGES for folder in ("migrations", "versions"))  # by Alembic
DOC = '"""Says what it is for."""\n'


@pytest.fixture(scope="module")
def modules() -> list[Module]:
    return our_modules()


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.__name__)
def test_the_code_keeps_the_rule(rule: Rule, modules: list[Module]) -> None:
    """Each rule is a function in tests/layers.py whose docstring says why."""
    broken = [f"{module.name}, {what}" for module in modules for what in rule(module)]
    assert not broken, f"{rule.__doc__}\n" + "\n".join(broken)


def test_the_reader_sees_the_whole_code(modules: list[Module]) -> None:
    """A rule over no modules would always hold."""
    names = {module.name for module in modules}
    assert {"listener", "listener.model.mention", "listener.text.clean", "moderation", "moderation.settings"} <= names
    assert len(modules) > 40


def test_every_package_folder_is_a_package() -> None:
    """A folder without __init__.py is left out of type checks and, by some builders, of the wheel."""
    folders = {file.parent for package in PACKAGES for file in (ROOT / package).rglob("*.py")} - set(RUN_BY_PATH)
    missing = [str(folder.relative_to(ROOT)) for folder in sorted(folders) if not (folder / "__init__.py").is_file()]
    assert missing == []


# rule, module, source that breaks it, source in the same place (or the same source elsewhere) that does not
CASES: tuple[tuple[Rule, Module, Module], ...] = (
    (
        layers.listening_stands_alone,
        Module("listener.workflows.x", "def f():\n    from moderation.model.case import Case"),
        Module("moderation.workflows.x", "from listener.model.mention import Mention"),
    ),
    (
        layers.listening_stands_alone,
        Module("listener.workflows.x", "import moderation"),
        Module("listener.workflows.x", "import moderation_tools"),
    ),
    (layers.pure_rooms_only_compute, Module("listener.text.x", "import os.path"), Module("listener.text.x", "import re, numpy.linalg")),
    (
        layers.pure_rooms_only_compute,
        Module("listener.issues.x", "from listener.ledger.ledger import Ledger"),
        Module("listener.issues.x", "from listener.text.clean import clean"),
    ),
    (
        layers.pure_rooms_only_compute,
        Module("listener.digest.x", "def f():\n    return open('a')"),
        Module("listener.sources.x", "def f():\n    return open('a')"),
    ),
    (
        layers.pure_rooms_only_compute,
        Module("moderation.triage.x", "from datetime import datetime\nmoment = datetime.now()"),
        Module(
            "moderation.triage.x", "from listener.ports import Clock\ndef f(clock: Clock) -> float:\n    return clock.now().timestamp()"
        ),
    ),
    (layers.pure_rooms_only_compute, Module("moderation.policy.x", "import yaml"), Module("moderation.policy.x", "import jinja2")),
    (
        layers.pure_rooms_only_compute,
        Module("listener.text.x", "from ..ledger import ledger"),
        Module("listener.text.x", "from . import clean"),
    ),
    (layers.model_needs_nothing, Module("listener.model.x", "import pydantic"), Module("listener.model.x", "import numpy as np")),
    (
        layers.model_needs_nothing,
        Module("moderation.model.x", "from listener.text.clean import clean"),
        Module("moderation.model.x", "from listener.model.mention import Mention"),
    ),
    (
        layers.sql_stays_in_the_stores,
        Module("moderation.workflows.x", "from sqlalchemy import select"),
        Module("moderation.ledger.x", "from sqlalchemy import select"),
    ),
    (
        layers.sql_stays_in_the_stores,
        Module("listener.workflows.x", "query = 'select text\\nfrom mention'"),
        Module("listener.workflows.x", "'''Select one from many.'''\nhint = 'delete it'"),
    ),
    (layers.network_has_its_rooms, Module("listener.workflows.x", "import httpx"), Module("listener.sources.x", "import httpx")),
    (
        layers.network_has_its_rooms,
        Module("moderation.workflows.x", "from urllib.request import urlopen"),
        Module("moderation.workflows.x", "from urllib.parse import urlsplit"),
    ),
    (
        layers.only_the_write_gateway_publishes,
        Module("moderation.workflows.x", "from moderation.publishers.simulated import SimulatedPublisher"),
        Module("moderation.outbox.gateway", "from moderation.publishers.simulated import SimulatedPublisher"),
    ),
    (
        layers.network_has_its_rooms,
        Module("moderation.workflows.x", "import asyncio\nasync def f():\n    await asyncio.open_connection('a', 1)"),
        Module("moderation.publishers.x", "import asyncio\nasync def f():\n    await asyncio.open_connection('a', 1)"),
    ),
    (
        layers.nobody_else_holds_publish,
        Module("moderation.workflows.x", "async def f(publisher, post):\n    send = publisher.publish\n    await send(post, key='')"),
        Module("moderation.outbox.gateway", "async def f(publisher, post):\n    await publisher.publish(post, key='')"),
    ),
    (
        layers.nobody_else_holds_publish,
        Module("moderation.outbox.reconcile", "def f(publisher):\n    return getattr(publisher, 'publish')"),
        Module("moderation.outbox.reconcile", "def f(publisher):\n    return publisher.own_posts"),
    ),
    (
        layers.bootstrap_is_known_by_commands_only,
        Module("listener.workflows.x", "from listener.bootstrap import listening"),
        Module("listener.commands.x", "from listener.bootstrap import listening"),
    ),
    (
        layers.rooms_do_not_know_the_steps,
        Module("listener.ledger.x", "from listener.workflows.collect_mentions import CollectMentions"),
        Module("listener.ledger.x", "from listener.model.mention import Mention"),
    ),
    (
        layers.shipped_files_have_one_door,
        Module("listener.text.x", "folder = __file__"),
        Module("listener.settings.resources", "from importlib.resources import files"),
    ),
    (layers.only_commands_print, Module("listener.sources.x", "print('hello')"), Module("listener.commands.x", "print('hello')")),
    (layers.only_commands_print, Module("listener.workflows.x", "import click"), Module("moderation.cli", "import click")),
    (layers.every_module_says_what_it_is_for, Module("listener.x", "import re"), Module("listener.x", DOC)),
)


@pytest.mark.parametrize(("rule", "wrong", "right"), CASES, ids=lambda part: getattr(part, "__name__", None) or part.source[:30])
def test_the_rule_can_fail(rule: Rule, wrong: Module, right: Module) -> None:
    """A rule that never fails is decoration: each is shown a module that breaks it and one that does not."""
    assert list(rule(wrong))
    assert not list(rule(right))


def test_every_rule_is_shown_to_fail() -> None:
    assert {rule for rule, _, _ in CASES} == set(RULES)
