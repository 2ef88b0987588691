"""What the search page needs: finding, and what a search can be narrowed to."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from moderation.inbox.scope import Brands
from moderation.model.finding import Answer, Asked, Choices


@dataclass(frozen=True, slots=True, kw_only=True)
class SearchParts:
    """`find(asked, brands, page, private)`: what was found, as somebody of these brands (None: all) may see it, with private messages
    or without. `choices(brands)`: what there is to narrow it to. Neither ever fails for what was typed."""

    find: Callable[[Asked, Brands, int, bool], Answer]
    choices: Callable[[Brands], Choices]
