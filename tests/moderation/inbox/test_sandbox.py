"""Templates of pages run in a sandbox that remembers what it decided: by the kind of thing and the name, never by the name alone."""

from __future__ import annotations

from dataclasses import dataclass

import pytest
from jinja2 import UndefinedError
from jinja2.exceptions import SecurityError

from moderation.inbox.show import page_environment


@dataclass(frozen=True)
class Part:
    """A record whose field has the name of something that changes a list."""

    append: str = "erbij"


FORBIDDEN: tuple[tuple[str, object], ...] = (
    ("{{ one.__class__ }}", Part()),
    ("{{ one.append(1) }}", []),
    ("{{ one.clear() }}", {}),
    ("{{ one.gi_frame }}", (number for number in range(3))),
    ("{{ one.__globals__ }}", page_environment),
    ("{{ one['__class__'] }}", Part()),
)


@pytest.mark.parametrize(("template", "one"), FORBIDDEN)
def test_a_decision_about_one_kind_is_none_about_another(template: str, one: object) -> None:
    """The same name is asked of what may be read first, and twice of what may not."""
    pages = page_environment("moderation.inbox")
    assert pages.from_string("{{ one.append }}").render(one=Part()) == "erbij"
    for _ in range(2):
        with pytest.raises((SecurityError, UndefinedError)):
            pages.from_string(template).render(one=one)
    assert pages.from_string("{{ one.append }}").render(one=Part()) == "erbij"


def test_names_that_somebody_sends_do_not_pile_up() -> None:
    """What was decided is forgotten now and then: names may come from a question mark."""
    pages = page_environment("moderation.inbox")
    shown = pages.from_string("{{ one[name] is defined }}")
    for number in range(6_000):
        assert shown.render(one=Part(), name=f"n{number}") == "False"
    for number in range(6_000):
        pages.is_safe_attribute(Part(), f"n{number}", None)
    assert len(pages._decided) <= 5_000
