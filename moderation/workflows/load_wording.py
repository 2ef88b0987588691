"""Read the shipped texts and rules that the answering half works with: public templates, words for staff, the policy."""

from __future__ import annotations

from collections.abc import Mapping

import yaml

from listener.settings.resources import shipped, shipped_text
from moderation.messages.render import PublicWording
from moderation.model.policy import Policy
from moderation.policy.parse import parse_policy

LANGUAGES = ("nl", "en")
_SUFFIX = ".txt.j2"


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


def _templates(language: str) -> dict[str, str]:
    files = [file for file in shipped("templates", language).iterdir() if file.name.endswith(_SUFFIX)]
    return {file.name.removesuffix(_SUFFIX): file.read_text(encoding="utf-8") for file in files}
