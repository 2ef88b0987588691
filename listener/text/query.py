"""Brand queries: which mentions are about the brand, and why."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from listener.errors import SettingsError
from listener.model.mention import BrandHit, Mention
from listener.settings.schema import BrandSettings, QueryNode
from listener.text.folding import folded
from listener.text.one_edit import is_one_edit

FAIL_TAGS = ("#fail", "#faal", "#epicfail", "#faalhazen", "nooit meer")
FAIL_ENDINGS = ("fail", "faal", "fails", "epicfail")
SHORTEST_NAME_WITH_S = 5
SHORTEST_MISSPELT = 4
"""Of shorter words another letter makes another word."""

_TOKEN = re.compile(r"(?<![\w@#])([@#]?)(\w+)|(\w+)")
_Token = tuple[str, str]


@dataclass(frozen=True, slots=True)
class _Term:
    """A word, phrase, #tag or @handle as folded tokens; `prefix` means that the last word may go on."""

    written: str
    tokens: tuple[_Token, ...]
    prefix: bool

    def fits(self, text: Sequence[_Token], at: int) -> bool:
        """Tell whether the term stands in `text` from position `at` on."""
        if at + len(self.tokens) > len(text):
            return False
        last = len(self.tokens) - 1
        for offset, (mark, word) in enumerate(self.tokens):
            text_mark, text_word = text[at + offset]
            if mark and mark != text_mark:
                return False
            if text_word != word and not (self.prefix and offset == last and text_word.startswith(word)):
                return False
        return True

    def nearly_at(self, text: Sequence[_Token]) -> str:
        """Return the words of `text` that are this term but for one slip in one word, or a blank too many; "" when there are none."""
        words = [word for _, word in self.tokens]
        for at in range(len(text)):
            there = [word for _, word in text[at : at + len(words)]]
            wrong = [(word, stands) for word, stands in zip(words, there, strict=False) if word != stands]
            if len(there) == len(words) and len(wrong) == 1 and self._is_slip(*wrong[0]):
                return " ".join(there)
            apart = "".join(word for _, word in text[at : at + 2])
            if len(words) == 1 and at + 1 < len(text) and apart == words[0]:
                return " ".join(word for _, word in text[at : at + 2])
        return ""

    def _is_slip(self, word: str, stands: str) -> bool:
        if len(word) < SHORTEST_MISSPELT:
            return False
        if self.prefix and word == self.tokens[-1][1]:
            return any(is_one_edit(word, stands[:length]) for length in range(len(word) - 1, len(word) + 2))
        return is_one_edit(word, stands)


@dataclass(frozen=True, slots=True)
class NearMiss:
    """What keeps a text from fitting: an excluded `term` that stands in it, or a term that only `stands` there with a slip of the pen."""

    term: str
    stands: str
    excluded: bool


class BrandQuery:
    """Tells whether a mention is about one brand. Made by `compile_brand`; matching takes time linear in the text's length."""

    def __init__(
        self,
        brand: str,
        *,
        about: Sequence[_Term],
        handles: Sequence[_Term],
        fail_tags: Sequence[_Term],
        exclude: Sequence[_Term],
        query: QueryNode | None,
    ) -> None:
        self.brand = brand
        self._about = tuple(about)
        self._handles = tuple(handles)
        self._fail_tags = tuple(fail_tags)
        self._exclude = tuple(exclude)
        self._query = query
        self._query_terms = {written: _term(written, brand) for written in _words_of(query)} if query is not None else {}
        self._wanted = tuple(dict.fromkeys((*about, *handles, *self._query_terms.values())))
        self._whole, self._prefixes = _index((*about, *handles, *fail_tags, *exclude, *self._query_terms.values()))

    def match(self, mention: Mention) -> BrandHit | None:
        """Return why the mention is about the brand, or None when it is not (or when a word of `exclude` stands in it).

        Directed means that it names a handle of the brand. Title and text are read; case, accents, invisible characters and
        look-alike letters do not matter, word borders do.
        """
        return self.match_text(f"{mention.title}\n{mention.text}" if mention.title else mention.text)

    def match_text(self, text: str) -> BrandHit | None:
        """Return what `match` would for a mention of this text without a title."""
        return self._hit(self._found(_tokens(text)))

    def near_text(self, text: str) -> NearMiss | None:
        """Return what alone keeps a text from fitting: one excluded word, or one slip in a word; None when it fits, or more is missing."""
        tokens = _tokens(text)
        found = self._found(tokens)
        if self._hit(found) is not None:
            return None
        for term in sorted(found, key=lambda one: one.written):
            if self._hit(found - {term}) is not None:
                return NearMiss(term.written, term.written, excluded=True)
        for term in self._wanted:
            if term not in found and self._hit(found | {term}) is not None and (stands := term.nearly_at(tokens)):
                return NearMiss(term.written, stands, excluded=False)
        return None

    def _hit(self, found: set[_Term]) -> BrandHit | None:
        if not found or any(term in found for term in self._exclude):
            return None
        directed = [term.written for term in self._handles if term in found]
        named = [term.written for term in self._about if term in found]
        asked = [w for w, term in self._query_terms.items() if term in found] if self._query_fits(found) else []
        if not (directed or named or asked):
            return None
        failing = [term.written for term in self._fail_tags if term in found]
        return BrandHit(brand=self.brand, directed=bool(directed), terms=tuple(dict.fromkeys(directed + named + asked + failing)))

    def _found(self, text: Sequence[_Token]) -> set[_Term]:
        found: set[_Term] = set()
        for at, (_, word) in enumerate(text):
            for term in self._whole.get(word, ()):
                if term not in found and term.fits(text, at):
                    found.add(term)
            for length, terms in self._prefixes.items():
                for term in terms.get(word[:length], ()):
                    if term not in found and term.fits(text, at):
                        found.add(term)
        return found

    def _query_fits(self, found: set[_Term]) -> bool:
        return self._query is not None and self._node_fits(self._query, found)

    def _node_fits(self, node: QueryNode, found: set[_Term]) -> bool:
        def fits(part: str | QueryNode) -> bool:
            return self._query_terms[part] in found if isinstance(part, str) else self._node_fits(part, found)

        return all(fits(p) for p in node.all) and (not node.any or any(fits(p) for p in node.any)) and not any(fits(p) for p in node.none)


def compile_brand(brand: BrandSettings) -> BrandQuery:
    """Return the brand's settings as a query.

    Names and aliases also match as hashtag, written together, and with a possessive s; `fail_tags` adds #<brand>fail and its kin.
    Raises SettingsError for a term without letters or digits and for a boolean query that names nothing to look for.
    """
    names = (brand.name, *brand.aliases)
    about = [_term(written, brand.name) for written in (*names, *brand.products, *brand.hashtags)]
    for name in names:
        together = "".join(word for _, word in _tokens(name))
        about.append(_term(together, brand.name))
        if len(together) >= SHORTEST_NAME_WITH_S and not together.endswith("s"):
            about.append(_term(f"{name}s", brand.name))
        if brand.fail_tags:
            about += [_term(f"#{together}{ending}", brand.name) for ending in FAIL_ENDINGS]
    handles = [_term(handle if handle.startswith("@") else f"@{handle}", brand.name) for handle in brand.handles]
    if brand.query is not None:
        _check_query(brand.query, brand.name)
    return BrandQuery(
        brand.name,
        about=list({(term.tokens, term.prefix): term for term in reversed(about)}.values())[::-1],
        handles=handles,
        fail_tags=[_term(tag, brand.name) for tag in FAIL_TAGS] if brand.fail_tags else [],
        exclude=[_term(word, brand.name) for word in brand.exclude],
        query=brand.query,
    )


def compile_line(node: QueryNode, *, name: str) -> BrandQuery:
    """Return a boolean query alone, without a brand's lists; its hits bear `name`. Raises `SettingsError` as `compile_brand` does."""
    _check_query(node, name)
    return BrandQuery(name, about=(), handles=(), fail_tags=(), exclude=(), query=node)


def _tokens(text: str) -> list[_Token]:
    """Return (mark, word) pairs; mark is '@' or '#' only where no word stands right before it, so that e-mail addresses name nobody."""
    return [(mark, word or inner) for mark, word, inner in _TOKEN.findall(folded(text))]


def _term(written: str, brand: str) -> _Term:
    prefix = written.endswith("*")
    tokens = tuple(_tokens(written.rstrip("*")))
    if not tokens:
        raise SettingsError(f"brands, {brand!r}: the term {written!r} has no letter or digit; write a word, a phrase, #tag or @handle")
    return _Term(written=written, tokens=tokens, prefix=prefix)


def _words_of(node: QueryNode) -> Iterable[str]:
    for part in (*node.all, *node.any, *node.none):
        if isinstance(part, str):
            yield part
        else:
            yield from _words_of(part)


def _check_query(node: QueryNode, brand: str) -> None:
    if not node.any and not node.all:
        raise SettingsError(f"brands, {brand!r}: a query needs words under 'any' or 'all'; 'none' alone would match everything else")


def _index(terms: Iterable[_Term]) -> tuple[dict[str, list[_Term]], dict[int, dict[str, list[_Term]]]]:
    """Return terms by their first word, and one-word prefix terms by length and first letters, so that each word is looked up once."""
    whole: dict[str, list[_Term]] = {}
    prefixes: dict[int, dict[str, list[_Term]]] = {}
    for term in terms:
        first = term.tokens[0][1]
        if term.prefix and len(term.tokens) == 1:
            prefixes.setdefault(len(first), {}).setdefault(first, []).append(term)
        else:
            whole.setdefault(first, []).append(term)
    return whole, prefixes
