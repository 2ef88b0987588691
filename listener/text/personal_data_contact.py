"""E-mail addresses, also spelled out to hide them, and telephone numbers."""

from __future__ import annotations

import re
from functools import lru_cache

import phonenumbers

from listener.text.personal_data_found import Claims, Kind, cued, digits_of, is_numbered
from listener.text.words import words_in

_LOCAL = r"[\w](?:[\w.+%'-]{0,62}[\w+-])?"
_EMAIL = re.compile(rf"(?<![\w@＠.+-])({_LOCAL}[@＠][\w](?:[\w-]{{0,62}}\w)?(?:\.\w(?:[\w-]{{0,62}}\w)?){{1,5}})")
_AT = r"(?:\s?[(\[{<]\s?(?:at|ap(?:en|e)staart(?:je)?|@)\s?[)\]}>]\s?|\s(?:at|ap(?:en|e)staart(?:je)?)\s|\s?[@＠]\s?|_at_|-at-)"
_DOT = r"(?:\s?[(\[{<]\s?(?:dot|punt|\.)\s?[)\]}>]\s?|\s(?:dot|punt)\s|\.|\s\.\s)"
_SPELLED = re.compile(
    rf"(?<![\w@＠.+-])((?:[\w+-]{{1,30}}{_DOT}){{0,3}}[\w.+-]{{1,40}}{_AT}[\w-]{{2,40}}(?:{_DOT}[\w-]{{2,40}}){{1,3}})(?![\w@])",
    re.IGNORECASE,
)
_BRACKETED_AT = re.compile(r"[(\[{<]\s?(?:at|ap(?:en|e)staart(?:je)?|@)\s?[)\]}>]|\sap(?:en|e)staart|_at_|-at-", re.IGNORECASE)
_WORDED_DOT = re.compile(r"[(\[{<]\s?(?:dot|punt|\.)\s?[)\]}>]|\s(?:dot|punt)\s", re.IGNORECASE)
_TLD = re.compile(r"([^\W\d_]{2,24})\W*$")
_NO_TLDS = frozenset(words_in("png jpg jpeg gif svg webp pdf css js json html php mp mov docx xlsx"))
_COMMON_TLDS = frozenset(words_in("nl be com net org eu de fr uk io co info me edu gov us ca au biz online shop app dev lu ch at es it"))
_AT_WORD = re.compile(r"[\W_](?:at|ap(?:en|e)staart(?:je)?)[\W_]", re.IGNORECASE)
_SPACED_AT = re.compile(r"\s[@＠]|[@＠]\s")
_MAIL_CUE = re.compile(r"\be?-?mail|\bmail|adres|address|bereik|reach|contact|stuur|send", re.IGNORECASE)


def find_emails(text: str, claims: Claims) -> None:
    """Claim addresses as they are written, then such as "naam [at] voorbeeld punt nl"."""
    if "@" in text or "＠" in text:
        for found in _EMAIL.finditer(text):
            end = found.end(1)
            if _tld(found.group(1)) and text[end : end + 1] != "@":
                claims.add(Kind.EMAIL, found.start(1), end, 0.99)
    if "@" in text or _AT_WORD.search(text):
        for found in _SPELLED.finditer(text):
            spelled = found.group(1)
            bracketed, dotted = _BRACKETED_AT.search(spelled), _WORDED_DOT.search(spelled)
            ending = _tld(spelled)
            if ending in _COMMON_TLDS and (bracketed or dotted):
                claims.add(Kind.EMAIL, *found.span(1), 0.9)
            elif ending in _COMMON_TLDS and _SPACED_AT.search(spelled) and cued(text, found.start(), found.end(), _MAIL_CUE):
                claims.add(Kind.EMAIL, *found.span(1), 0.8)


def _tld(address: str) -> str:
    found = _TLD.search(address)
    ending = found.group(1).lower() if found else ""
    return "" if ending in _NO_TLDS else ending


_SEPARATOR = "[ \\t\u00a0\u2009\u202f.\u2010-\u2013/()-]"
_CANDIDATE = re.compile(
    rf"(?<![\w.,:/@-])(?<![#€$£]\s)(?<![#€$£])(?:\+\s?|\(\+?)?\d(?:{_SEPARATOR}{{0,3}}\d){{5,19}}(?:\s?(?:x|ext\.?|toestel)\s?\d{{1,5}})?(?![\w])",
    re.IGNORECASE,
)
_EXTENSION = re.compile(r"\s?(?:x|ext\.?|toestel)\s?\d{1,5}$", re.IGNORECASE)
_DAY, _MONTH = r"(?:0?[1-9]|[12]\d|3[01])", r"(?:0?[1-9]|1[0-2])"
_DATE_SHAPE = re.compile(
    rf"(?:{_DAY}([-/. ]){_MONTH}\1(?:19|20)?\d{{2}}|{_MONTH}([-/. ]){_DAY}\2(?:19|20)?\d{{2}}|"
    rf"(?:19|20)\d{{2}}([-/. ]){_MONTH}\3{_DAY})(?![-/. ]?\d)"
)
_THOUSANDS = re.compile(r"[1-9]\d{0,2}([. \u00a0\u202f])\d{3}(?:\1\d{3})*")
_DOTTED_FOUR = re.compile(r"\d{1,3}(?:\.\d{1,3}){3}")
_YEARS = re.compile(r"(?:19|20)\d{2}\s?[-\u2013/]\s?(?:19|20)?\d{2,4}")
_AMERICAN = re.compile(r"(?:\+?1[-. ]?)?(?:\(\d{3}\)\s?|\d{3}[-. ])\d{3}[-. ]\d{4}")
_CALL = re.compile(
    r"\b(?:tel|telefoon\w*|telephone|phone\w*|telnr|mobiel\w*|mobile\w*|mob|gsm\w*|cell\w*|fax\w*|desk|landline|hotline|whats\s?app\w*|"
    r"whatsapp\w*|wapp|signal|telegram|sms\w*|app|appen|appje|bel|bellen|belt|gebeld|opbellen|terugbellen|terug\s?gebeld|belde|call\w*|"
    r"dial\w*|ring|reach\w*|bereik\w*|contact\w*|text|texts|texting|message\w*|messages|answer\w*|opnemen|registered|nummer|number|"
    r"06|06-?nummer|handy|my no)\b",
    re.IGNORECASE,
)
_LABEL = re.compile(
    r"(?:\b(?:tel|telefoon(?:nummer|nr)?|telephone|phone|mobiel|mobile|mob|gsm|cell|fax|desk|whatsapp|t|m|p)\b|☎|📞|📱)"
    r"(?:\s(?:number|nummer|nr|no|is))*[\s.:)(=-]{0,4}$",
    re.IGNORECASE,
)
_CALLED_AFTER = re.compile(
    r"\W{0,3}(?:is|are|was|=)?\s?(?:my|mijn|our|ons|het|the)?\s?(?:new|nieuwe|mobile|mobiele|direct)?\s?"
    r"(?:number|nummer|telefoon|tel\b|mobile|mobiel|cell|phone|kunt u me bellen|kun je me bellen|please (?:ring|call))",
    re.IGNORECASE,
)
_DOMESTIC = re.compile(rf"\(?0\d{{1,4}}\)?{_SEPARATOR}{{1,3}}\d{{2,8}}(?:{_SEPARATOR}\d{{2,4}}){{0,4}}")
"""A trunk 0, an area and more: written like a telephone number, though no plan we ask knows it."""
_REGIONS = {"nl": ("NL", "BE", "GB", "US"), "en": ("GB", "US", "NL", "BE")}
_AMOUNT = re.compile(r",\d|\s?(?:€|euro|eur|%|km|kwh|gb|mb|x\b)", re.IGNORECASE)
_FEWEST, _MOST = 7, 15
"""Digits of a telephone number; E.164 allows fifteen."""
_BESIDE = 40
"""Characters right before or behind a number in which it is labelled."""


def find_phones(text: str, language: str, claims: Claims) -> None:
    """Claim numbers that the numbering plans of the Netherlands, Belgium, Britain and America know, and others that are called so."""
    for found in _CANDIDATE.finditer(text):
        start, end = found.span()
        if not claims.free(start, end) or is_numbered(text, start) or _is_amount(text, end):
            continue
        span, probability = _phone(text, start, end, _REGIONS.get(language, _REGIONS["nl"]))
        if probability:
            claims.add(Kind.PHONE, *span, probability)


def _phone(text: str, start: int, end: int, regions: tuple[str, ...]) -> tuple[tuple[int, int], float]:
    """Return where in a candidate the number stands and how probable it is; 0 when it is none."""
    value = text[start:end]
    labelled = _LABEL.search(text[max(0, start - _BESIDE) : start]) is not None
    called = labelled or cued(text, start, end, _CALL) or _CALLED_AFTER.match(text[end : end + _BESIDE]) is not None
    dated = bool(_DATE_SHAPE.fullmatch(value) or _YEARS.fullmatch(value))
    if _DATE_SHAPE.match(value) and not labelled:
        return (start, end), 0.0
    if called or value[0] in "+(0" or _AMERICAN.match(value):
        for first, last in _parts(value):
            part = value[first:last]
            if _is_valid(part, regions) and _looks_dialled(part, called=called):
                return (start + first, start + last), 0.97 if called else 0.85
    digits = len(digits_of(_EXTENSION.sub("", value)))
    if value.startswith("+") and 9 <= digits <= _MOST:
        return (start, end), 0.8
    if labelled and 6 <= digits <= _MOST and not dated:
        return (start, end), 0.85
    if called and _FEWEST <= digits <= _MOST and not dated and not _DOTTED_FOUR.fullmatch(value):
        return (start, end), 0.7
    if _DOMESTIC.fullmatch(value) and digits in (10, 11):
        return (start, end), 0.6
    return (start, end), 0.0


_BEGINS_AGAIN = re.compile(r"(?<=[ /.])(?:\+|0)\d")
_GAPS = re.compile(rf"(?<=\d){_SEPARATOR}+(?=[\d(+])")


def _parts(value: str) -> list[tuple[int, int]]:
    """Return the candidate itself, and without its last groups, and from a group that begins with 0 or +: "06-12345678 3511"."""
    starts = [0, *[found.start() for found in _BEGINS_AGAIN.finditer(value)][:3]]
    ends = [len(value), *[found.start() for found in _GAPS.finditer(value)][::-1][:6]]
    return [(first, last) for first in starts for last in ends if len(digits_of(value[first:last])) >= _FEWEST]


def _looks_dialled(part: str, *, called: bool) -> bool:
    """Tell whether a valid number is written as one: with a trunk 0 or a country code, or in the American groups."""
    if called or part[0] in "+(0":
        return not (_THOUSANDS.fullmatch(part) or _DOTTED_FOUR.fullmatch(part)) or called
    return _AMERICAN.match(part) is not None


def _is_valid(part: str, regions: tuple[str, ...]) -> bool:
    plain = part.replace("(0)", "") if part.startswith(("+", "00", "(+")) else part
    digits = digits_of(_EXTENSION.sub("", plain))
    if not _FEWEST <= len(digits) <= _MOST + 2:
        return False
    if plain.lstrip("( ").startswith("+") or digits.startswith("00"):
        return _parses("+" + digits.removeprefix("00"), None)
    return any(_parses(digits, region) for region in regions)


@lru_cache(maxsize=4096)
def _parses(digits: str, region: str | None) -> bool:
    try:
        return phonenumbers.is_valid_number(phonenumbers.parse(digits, region))
    except phonenumbers.NumberParseException:
        return False


def _is_amount(text: str, end: int) -> bool:
    return _AMOUNT.match(text, end) is not None
