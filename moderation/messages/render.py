"""Public texts from templates: every variable there and filled, nothing left over, values never read as a template. Pure.

A template's first line may be `{# optional: link, signature #}`: those variables may be empty. All others must be given and say something.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping

from jinja2 import StrictUndefined, Template, TemplateError, meta
from jinja2.sandbox import ImmutableSandboxedEnvironment

from listener.errors import NotAllowed

_OPTIONAL = re.compile(r"\A\{#\s*optional:\s*([^#]*?)\s*#\}")
_BLANKS = re.compile(r"\n{3,}")
_LEFT_OVER = re.compile(
    r"\{\{|\}\}|\{%|%\}|\{#|#\}|\$\{|<%|%>"  # marks of template languages
    r"|%\([a-z_]+\)s|(?<![\w%])%s\b|\{[a-z_][a-z_0-9.]*\}"  # blanks of format strings
    r"|\[(?:naam|name|link|datum|date|xx+)\]",  # blanks that people write
    re.IGNORECASE,
)
_VALUE_SIGNS = re.compile(r"[{}]|(?<![\w%])%s\b|%\(")


class PublicWording:
    """The templates of one language by name, such as "status_update_seen"."""

    def __init__(self, language: str, templates: Mapping[str, str]) -> None:
        self.language = language
        self._templates = dict(templates)
        self._variables: dict[str, tuple[frozenset[str], frozenset[str]]] = {}
        self._compiled: dict[str, Template] = {}
        self._environment = ImmutableSandboxedEnvironment(
            undefined=StrictUndefined,
            autoescape=False,  # plain text for platforms: escaping would post "&amp;" (RULES I13: output is input)
        )

    @property
    def names(self) -> frozenset[str]:
        return frozenset(self._templates)

    def version(self, name: str) -> str:
        """Return the template's name and the digest of its text: what a draft and a standing approval remember."""
        return f"{name}@{hashlib.sha256(self._template(name).encode()).hexdigest()[:16]}"

    def versions(self) -> frozenset[str]:
        """Return the version of every template."""
        return frozenset(map(self.version, self._templates))

    def variables(self, name: str) -> tuple[frozenset[str], frozenset[str]]:
        """Return the variables that must be filled, and those that may stay empty."""
        if name not in self._variables:
            text = self._template(name)
            found = _OPTIONAL.match(text)
            optional = frozenset(part.strip() for part in found.group(1).split(",")) if found else frozenset[str]()
            self._variables[name] = frozenset(meta.find_undeclared_variables(self._environment.parse(text))) - optional, optional
        return self._variables[name]

    def render(self, name: str, given: Mapping[str, str]) -> str:
        """Return the filled-in text. Raises `NotAllowed` naming what is missing, empty, unknown or looks like a template (RULES F32)."""
        needed, optional = self.variables(name)
        missing = sorted(key for key in needed if not given.get(key, "").strip())
        if missing:
            raise NotAllowed(f"Template {name} needs words for {', '.join(missing)}.")
        unknown = sorted(set(given) - needed - optional)
        if unknown:
            raise NotAllowed(f"Template {name} has no {', '.join(unknown)}; it takes {', '.join(sorted(needed | optional))}.")
        for key, value in given.items():
            if _VALUE_SIGNS.search(value):
                raise NotAllowed(f"{key} holds a sign of a template ({value[:40]!r}); write it out in words.")
        values = {key: given.get(key, "").strip() for key in needed | optional}
        try:
            text = self._compiled_once(name).render(values)
        except TemplateError as error:
            raise NotAllowed(f"Template {name} cannot be filled in: {error}.") from error
        return tidy(text)

    def _compiled_once(self, name: str) -> Template:
        if name not in self._compiled:
            self._compiled[name] = self._environment.from_string(self._template(name))
        return self._compiled[name]

    def _template(self, name: str) -> str:
        if name not in self._templates:
            raise NotAllowed(f"There is no template {name} in {self.language}; there are {', '.join(sorted(self._templates))}.")
        return self._templates[name]


def tidy(text: str) -> str:
    """Return `text` without white space at line ends, without more than one empty line in a row, without any around it."""
    lines = "\n".join(line.rstrip() for line in text.replace("\r\n", "\n").split("\n"))
    return _BLANKS.sub("\n\n", lines).strip()


def forgotten_blanks(text: str) -> tuple[str, ...]:
    """Return what looks like a blank that nobody filled: "{{ naam }}", "%s", "[naam]"."""
    return tuple(dict.fromkeys(found.group() for found in _LEFT_OVER.finditer(text)))
