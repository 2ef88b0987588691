"""Numbers that name an account or a person: IBAN, card, BSN, American SSN; date of birth and number plate."""

from __future__ import annotations

import re

from listener.text.personal_data_checks import IBAN_LENGTHS, is_bsn, is_card, is_iban, is_ssn
from listener.text.personal_data_found import Claims, Kind, cued, digits_of, is_numbered
from listener.text.words import words_in

_GAP = "[ \\t\u00a0\u2009\u202f.\u2010-\u2013_/-]"
_IBAN_START = re.compile(rf"(?<![^\W_])[A-Za-z]{{2}}{_GAP}?\d{{2}}(?={_GAP}{{0,2}}[A-Za-z0-9])")
_ACCOUNT = re.compile(r"\biban\b|rekening|\baccount|bank|overmak|overgemaakt|terugstort|\bstort|t\.?n\.?v\b", re.IGNORECASE)
_MOST_GAP = 2


def find_ibans(text: str, claims: Claims) -> None:
    """Claim account numbers whose country, length and check digits are right, however they are grouped."""
    for found in _IBAN_START.finditer(text):
        length = IBAN_LENGTHS.get(text[found.start() : found.start() + 2].upper())
        end, compact = _collected(text, found.start(), length or 0)
        if length and len(compact) == length and not text[end : end + 1].isalnum():
            if is_iban(compact):
                claims.add(Kind.IBAN, found.start(), end, 0.99)
            elif cued(text, found.start(), end, _ACCOUNT) and compact[8:].isdecimal():
                claims.add(Kind.IBAN, found.start(), end, 0.6)


def _collected(text: str, start: int, length: int) -> tuple[int, str]:
    """Return `length` letters and digits from `start` on, skipping at most two separators in a row, and where they end."""
    compact: list[str] = []
    at = end = start
    while at < len(text) and len(compact) < length and at - end <= _MOST_GAP:
        if text[at].isascii() and text[at].isalnum():
            compact.append(text[at])
            end = at + 1
        elif not re.match(_GAP, text[at]):
            break
        at += 1
    return end, "".join(compact)


_LONG = re.compile(rf"(?<![\w.,-])\d(?:{_GAP}{{0,2}}\d){{11,18}}(?![\w]|[.,]\d)")
_GROUPED = re.compile(r"\d{4}(\D{1,2})\d{4}\1\d{4}\1\d{4}(?:\1\d{1,3})?|\d{4}(\D{1,2})\d{6}\2\d{4,5}")
_CARD_CUE = re.compile(
    r"\b(?:credit\s?|debit\s?|bank|betaal|pin)?(?:card|cards|kaart|kaarten|pas|pasje|pasnummer|kaartn\w+|pasn\w+|cardnumber)\b|\bcc\b|\bcredit|"
    r"\bdebit|"
    r"\bcharged?\b|\bpaid\b|\bpay(?:ing)?\b|\bbetaald?\b|\bbetalen\b|\bvisa\b|master\s?card|maestro|\bamex\b|american express|"
    r"\bdiners\b|\bcvc\b|\bcvv\b",
    re.IGNORECASE,
)


def find_cards(text: str, claims: Claims) -> None:
    """Claim card numbers that pass the Luhn test and begin like a brand's; unusual lengths only where a card is spoken of."""
    for found in _LONG.finditer(text):
        start, end = found.span()
        value = found.group()
        if not claims.free(start, end) or not is_card(digits_of(value)):
            continue
        if cued(text, start, end, _CARD_CUE, after=30):
            claims.add(Kind.CARD, start, end, 0.99)
        elif is_numbered(text, start):
            continue
        elif _GROUPED.fullmatch(value):
            claims.add(Kind.CARD, start, end, 0.95)
        elif value.isdecimal() and len(value) >= 13 and value[:1] in "12345":
            claims.add(Kind.CARD, start, end, 0.75 if len(value) in (15, 16) else 0.6)


_EIGHT_OR_NINE = re.compile(r"(?<![\w,-])(?<!\d\.)\d(?:[ .\u00a0-]?\d){7,8}(?![\w]|[.,-]\d)")
_BSN_CUE = re.compile(
    r"\bbsn|burger\s?service|\bsofi|sociaal[\s-]?fiscaal|citizen service|persoons?nummer|identiteits?\w*nummer|rijksregister|digid\b|"
    r"belastingdienst|\buwv\b|\bsvb\b|paspoort|zorgverzeker",
    re.IGNORECASE,
)
_FAR = 200
_STRONG_BSN = re.compile(r"\bbsn|burger\s?service|\bsofi|sociaal[\s-]?fiscaal|citizen service", re.IGNORECASE)
_BSN_LABEL = re.compile(r"(?:bsn|burgerservice\w*|sofi\w*)\W{0,3}(?:\w{1,8}\W{1,2}){0,2}$", re.IGNORECASE)
_SSN_SHAPE = re.compile(r"(?<![\w-])\d{3}[- ]\d{2}[- ]\d{4}(?![\w-])")
_SSN_CUE = re.compile(r"\bssn\b|social security|\bss\s?(?:#|no|number)|\bitin\b", re.IGNORECASE)


def find_citizen_numbers(text: str, claims: Claims) -> None:
    """Claim BSNs that pass the eleven test where one is spoken of (one number in eleven passes), and American SSNs."""
    if _BSN_CUE.search(text):
        for found in _EIGHT_OR_NINE.finditer(text):
            start, end = found.span()
            digits = digits_of(found.group())
            if not is_bsn(digits) or _is_named_otherwise(text, start):
                continue
            strong = cued(text, start, end, _STRONG_BSN, after=40)
            spoken_of = cued(text, start, end, _BSN_CUE, after=40) or _STRONG_BSN.search(text, max(0, start - _FAR), end + _FAR) is not None
            if strong or (len(digits) == 9 and spoken_of):
                claims.add(Kind.BSN, start, end, 0.98 if strong else 0.7)
    for found in _SSN_SHAPE.finditer(text):
        sure = cued(text, *found.span(), _SSN_CUE, after=20)
        if is_ssn(digits_of(found.group())) and not is_numbered(text, found.start()):
            claims.add(Kind.SSN, *found.span(), 0.97 if sure else 0.7)
    if _SSN_CUE.search(text):
        for found in _EIGHT_OR_NINE.finditer(text):
            digits = digits_of(found.group())
            if is_ssn(digits) and cued(text, *found.span(), _SSN_CUE):
                claims.add(Kind.SSN, *found.span(), 0.9)


def _is_named_otherwise(text: str, start: int) -> bool:
    """Tell whether the nearest word that explains a number says order, ticket or the like, and not BSN."""
    return is_numbered(text, start) and _BSN_LABEL.search(text[max(0, start - 40) : start]) is None


_MONTHS = (
    r"(?:jan(?:uari|uary)?|feb(?:ruari|ruary)?|maart|mrt|mar(?:ch)?|apr(?:il)?|mei|may|june?|juni|july?|juli|aug(?:ustus|ust)?|"
    r"sep(?:t(?:ember)?)?|okt(?:ober)?|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?)"
)
_DAY, _YEAR = r"(?:0?[1-9]|[12]\d|3[01])", r"(?:19\d{2}|20\d{2}|['’]?\d{2})"
_DATE = (
    rf"(?:{_DAY}\s?[-/. ]\s?(?:0?[1-9]|1[0-2])\s?[-/. ]\s?{_YEAR}|(?:0?[1-9]|1[0-2])/{_DAY}/{_YEAR}|"
    rf"(?:19|20)\d{{2}}[-/.](?:0?[1-9]|1[0-2])[-/.]{_DAY}"
    rf"|{_DAY}(?:st|nd|rd|th|e)?[\s-](?:of\s)?{_MONTHS}\.?,?[\s-]{_YEAR}|{_MONTHS}\.?\s{_DAY}(?:st|nd|rd|th)?,?\s{_YEAR}|(?:19|20)\d{{6}}"
    r"|(?:0[1-9]|[12]\d|3[01])(?:0[1-9]|1[0-2])(?:19|20)\d{2})(?!\w)"
)
_BIRTH = (
    r"(?:geboorte\s?-?datum|geb(?:oorte)?\.?\s?-?(?:datum|dat|dt)\.?|geboren|geb\.?|date\s?-?of\s?-?birth|birth\s?-?date|birthday|d\.?o\.?b\.?|"
    r"born|verjaardag|jarig|bday|ik\sben\svan|i\swas\sborn)"
)
_DOB = re.compile(
    rf"\b{_BIRTH}(?![^\W\d_])\W{{0,4}}(?:\b(?:is|op|on|the|van|was|te|in|my|mijn)\b\W{{1,3}}(?:[A-Z][\w-]+\W{{1,3}})?){{0,3}}({_DATE})",
    re.IGNORECASE,
)
_BORN_AFTER = re.compile(
    rf"(?<!\w)({_DATE})\W{{0,3}}(?:\w+\W+){{0,2}}(?:geboren|geboortedatum|is my (?:birthday|date of birth))\b", re.IGNORECASE
)


def find_birth_dates(text: str, claims: Claims) -> None:
    """Claim dates that are called somebody's day of birth; other dates are left alone."""
    for pattern in (_DOB, _BORN_AFTER):
        for found in pattern.finditer(text):
            claims.add(Kind.DOB, *found.span(1), 0.95)


_LETTER = "[BDFGHJKLMNPRSTVWXZ]"
_DUTCH = words_in(
    "LL-99-99 99-99-LL 99-LL-99 LL-99-LL LL-LL-99 99-LL-LL 99-LLL-9 9-LLL-99 LL-999-L L-999-LL LLL-99-L L-99-LLL 9-LL-999 999-LL-9"
)
"""Sidecodes 1 to 14 of the Dutch vehicle register; vowels are not used."""


def _plates(gap: str) -> str:
    shapes = (shape.replace("-", gap).replace("9", r"\d").replace("L", _LETTER) for shape in _DUTCH)
    return "|".join((*shapes, rf"\d{gap}[A-Z]{{3}}{gap}\d{{3}}"))


_DASHED = re.compile(rf"(?<![\w-])(?:{_plates('-')})(?![\w-])")
_LOOSE = re.compile(
    rf"(?<![\w-])(?:{_plates('[- ]?')}|{_plates('-').replace(_LETTER, '[A-Z]')}|[A-Z]{{2}}\d{{2}}\s?[A-Z]{{3}})(?![\w-])", re.IGNORECASE
)
_PLATE_CUE = re.compile(
    r"kenteken|nummerplaat|number\s?plate|licen[sc]e\s?plate|\bplaat\b|\bplate\b|registration|\breg\b|\bauto\b|voertuig|vehicle",
    re.IGNORECASE,
)


def find_plates(text: str, claims: Claims) -> None:
    """Claim Dutch and Belgian number plates with their dashes, and without them (British ones too) where a plate is spoken of."""
    for found in _DASHED.finditer(text):
        if not is_numbered(text, found.start()):
            claims.add(Kind.PLATE, *found.span(), 0.97 if cued(text, *found.span(), _PLATE_CUE, after=40) else 0.75)
    if _PLATE_CUE.search(text):
        for found in _LOOSE.finditer(text):
            if cued(text, *found.span(), _PLATE_CUE, after=20) and not is_numbered(text, found.start()):
                claims.add(Kind.PLATE, *found.span(), 0.85)
