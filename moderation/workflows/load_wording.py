"""Read the shipped texts and rules that the answering half works with: public templates, words for staff, the policy."""

from __future__ import annotations

import re
from collections.abc import Mapping

import yaml

from listener.settings.resources import shipped, shipped_text
from moderation.messages.render import PublicWording
from moderation.model.languages import LANGUAGES
from moderation.model.policy import Policy
from moderation.policy.parse import parse_policy

_SUFFIX = ".txt.j2"
_PAGE_WORDS = re.compile(r"inbox(_[a-z_]+)?\.yaml")


def load_policy() -> Policy:
    """Return config/policy.yaml."""
    return parse_policy(yaml.safe_load(shipped_text("policy.yaml")))


def load_public_wording() -> dict[str, PublicWording]:
    """Return the templates of public texts per language."""
    return {language: PublicWording(language, _templates(language)) for language in LANGUAGES}


def template_versions(wording: Mapping[str, PublicWording]) -> frozenset[str]:
    """Return the version of every public template in use, as drafts and standing approvals remember them."""
    return frozenset[str]().union(*(one.versions() for one in wording.values()))


def load_words(language: str, name: str) -> dict[str, str]:
    """Return the texts of config/templates/<language>/<name>.yaml, such as "triage" or "outbox"."""
    return {str(key): str(text) for key, text in yaml.safe_load(shipped_text("templates", language, f"{name}.yaml")).items()}


def load_page_words(language: str) -> dict[str, str]:
    """Return the texts of the staff pages: inbox.yaml, and inbox_<room>.yaml of every room. A key stands in one file only."""
    names = sorted(file.name for file in shipped("templates", language).iterdir() if _PAGE_WORDS.fullmatch(file.name))
    texts: dict[str, str] = {}
    for name in names:
        found = load_words(language, name.removesuffix(".yaml"))
        if twice := sorted(texts.keys() & found.keys()):
            raise ValueError(f"{language}/{name}: {twice[0]!r} stands in another file of the pages too")
        texts |= found
    return texts


def _templates(language: str) -> dict[str, str]:
    files = [file for file in shipped("templates", language).iterdir() if file.name.endswith(_SUFFIX)]
    return {file.name.removesuffix(_SUFFIX): file.read_text(encoding="utf-8") for file in files}
