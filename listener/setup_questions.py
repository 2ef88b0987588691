"""The questions of `klankbord init`, in their order, and how an answer is checked while the person is still there."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol
from urllib.parse import urlsplit

from listener.errors import InputError, SettingsError
from listener.settings.home import SETTINGS_NAME
from listener.settings.load import read_settings
from listener.settings.schema import ListenerSettings
from listener.settings.written import settings_text

MOST_TRIES = 5


class Ask(Protocol):
    """Somebody who answers questions: a person at a terminal, or a program that takes the defaults."""

    def text(self, question: str, *, default: str | None = None) -> str:
        """Return what was typed, or `default`. Raises `InputError` when nobody can answer and there is no default."""
        ...

    def yes(self, question: str, *, default: bool) -> bool:
        """Return yes or no."""
        ...

    def tell(self, text: str) -> None:
        """Show a line. It may hold words of others; the implementation makes it safe for its screen."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Preview:
    """What one live page of a source holds. `caught` are shown texts with the words that caught them. Nothing of it is stored."""

    source: str
    seen: int = 0
    fits: int = 0
    caught: tuple[str, ...] = ()
    problem: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Given:
    """Answers given beforehand, by options: those questions are not asked."""

    brand: str | None = None
    aliases: tuple[str, ...] | None = None
    handles: tuple[str, ...] | None = None
    languages: tuple[str, ...] | None = None
    timezone: str | None = None
    digest_hour: str | None = None
    feeds: tuple[str, ...] | None = None
    hacker_news: bool | None = None


LookAt = Callable[[ListenerSettings, str], Preview]
"""Pulls one page of the source with this id and tells what the brand query catches in it."""


@dataclass(slots=True)
class FirstQuestions:
    """Asks until there are valid settings. `values` is the settings file as far as it is known; `schema` checks it."""

    ask: Ask
    schema: type[ListenerSettings]
    look_at: LookAt
    values: dict[str, Any] = field(default_factory=dict)
    previews: list[Preview] = field(default_factory=list)

    def all(self, given: Given) -> Mapping[str, Any]:
        """Ask everything that was not given and return the values of the settings file.

        Raises `InputError` for a given answer that is wrong, or after five wrong answers to one question.
        """
        self._brand(given)
        self._one("Languages your customers write in (nl, en, de, fr)", _listed(given.languages), "nl, en", self._set_languages)
        self._one("Time zone", given.timezone, str(_default(self.schema, "timezone")), self._set("timezone"))
        self._one("Local hour of the daily digest (0-23)", given.digest_hour, "9", self._set_hour)
        self._feeds(given.feeds)
        self._hacker_news(given.hacker_news)
        return self.values

    def _brand(self, given: Given) -> None:
        self._one("Name of your brand, as people write it", given.brand, None, self._set_brand("name"))
        self._one(
            "Other spellings and nicknames, with commas between", _listed(given.aliases), "", self._set_brand("aliases", several=True)
        )
        self._one("Your accounts (@…), with commas between", _listed(given.handles), "", self._set_brand("handles", several=True))

    def _one(self, question: str, given: str | None, default: str | None, apply: Callable[[str], dict[str, Any]]) -> None:
        """Ask one question until the answer fits. `apply` returns the settings with the answer in them."""
        for _ in range(MOST_TRIES):
            answer = given if given is not None else self.ask.text(question, default=default)
            values = apply(answer.strip())
            wrong = self._wrong_with(values)
            if not wrong:
                self.values = values
                return
            if given is not None:
                raise InputError(f"{answer!r} does not fit: {wrong}")
            self.ask.tell(wrong)
        raise InputError(f"{MOST_TRIES} answers to {question!r} did not fit; nothing was written. Try again, or use the options of --help")

    def _wrong_with(self, values: Mapping[str, Any]) -> str:
        try:
            read_settings(settings_text(self.schema, values), self.schema, file=Path(SETTINGS_NAME))
        except SettingsError as error:
            return str(error).splitlines()[0].partition(": ")[2]
        return ""

    def _set(self, key: str) -> Callable[[str], dict[str, Any]]:
        return lambda answer: {**self.values, key: answer}

    def _set_brand(self, key: str, *, several: bool = False) -> Callable[[str], dict[str, Any]]:
        def apply(answer: str) -> dict[str, Any]:
            known = dict(self.values.get("brands", [{}])[0])
            value: Any = _parts(answer) if several else answer
            return {**self.values, "brands": [{**known, key: value} if value or not several else known]}

        return apply

    def _set_languages(self, answer: str) -> dict[str, Any]:
        languages = _parts(answer.lower())
        digest = {"language": next((one for one in languages if one in ("nl", "en")), "en")}
        return {**self.values, "languages": languages, "digest": {**self.values.get("digest", {}), **digest}}

    def _set_hour(self, answer: str) -> dict[str, Any]:
        return {**self.values, "digest": {**self.values.get("digest", {}), "hour": int(answer) if answer.isdigit() else answer}}

    def _feeds(self, given: Sequence[str] | None) -> None:
        for url in given or ():
            self._feed(url, chosen=True)
        while given is None:
            url = self.ask.text(
                "Address of a feed (RSS, Atom, JSON) of a forum or site where people speak of you; empty to go on", default=""
            )
            if not url.strip():
                return
            self._feed(url.strip(), chosen=False)

    def _feed(self, url: str, *, chosen: bool) -> None:
        source: dict[str, Any] = {"id": self._new_id(urlsplit(url).hostname or "feed"), "kind": "feed", "url": url}
        if url.startswith("http://"):
            if not self.ask.yes("This address has no TLS: whoever is in between can change what you read. Use it?", default=chosen):
                return
            source["allow_http"] = True
        found = self._look(source)
        if _may_be_inside(found.problem) and self.ask.yes("Is that a site of your own, inside your network?", default=False):
            source["allow_private"] = True
            found = self._look(source)
        self._keep(source, found, chosen=chosen)

    def _hacker_news(self, given: bool | None) -> None:
        name = self.values["brands"][0]["name"]
        if given if given is not None else self.ask.yes(f"Search Hacker News for {name!r}? (mostly English, technical)", default=False):
            source = {"id": self._new_id("hackernews"), "kind": "hackernews"}
            self._keep(source, self._look(source), chosen=given is not None)

    def _keep(self, source: Mapping[str, Any], found: Preview, *, chosen: bool) -> None:
        self.previews.append(found)
        if chosen or self.ask.yes(f"Listen to {source['id']}?", default=not found.problem):
            self.values = {**self.values, "sources": [*self.values.get("sources", []), source]}

    def _look(self, source: Mapping[str, Any]) -> Preview:
        """Show what the brand query catches in this source right now."""
        values = {**self.values, "sources": [*self.values.get("sources", []), source]}
        wrong = self._wrong_with(values)
        found = Preview(source=source["id"], problem=wrong) if wrong else self.look_at(self.schema.model_validate(values), source["id"])
        if found.problem:
            self.ask.tell(f"{found.source} could not be read now: {found.problem}")
        else:
            self.ask.tell(f"{found.source}: {found.seen} posts seen, {found.fits} about {self.values['brands'][0]['name']}")
        for line in found.caught:
            self.ask.tell(f"  {line}")
        return found

    def _new_id(self, wish: str) -> str:
        slug = re.sub(r"[^a-z0-9.-]+", "-", wish.lower().removeprefix("www.")).strip("-.")[:60] or "source"
        known = {one["id"] for one in self.values.get("sources", [])}
        return next(name for name in (slug, *(f"{slug}-{number}" for number in range(2, 1000))) if name not in known)


def _may_be_inside(problem: str) -> bool:
    """Tell whether an address was refused for lying in one's own network (a private address, or a port that public sites do not use)."""
    return "allow_private" in problem or "is not a web port" in problem


def _parts(answer: str) -> list[str]:
    return [part.strip() for part in answer.split(",") if part.strip()]


def _listed(given: Sequence[str] | None) -> str | None:
    return None if given is None else ", ".join(given)


def _default(schema: type[ListenerSettings], key: str) -> Any:
    return schema.model_fields[key].get_default(call_default_factory=True)
