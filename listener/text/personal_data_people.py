"""Names of people, as far as titles, cues, signatures and a list of first names tell."""

from __future__ import annotations

import re

from listener.text.personal_data_found import Claims, Kind
from listener.text.personal_data_names import FIRST_NAMES, NOT_PEOPLE, PLAIN_FIRST_NAMES
from listener.text.words import words_in

_PARTICLES = r"(?:van|de|der|den|het|ten|ter|te|'t|’t|von|zu|di|da|dos|del|della|la|le|el|al|bin|ben|op\sde[nr]?|in\s['’]t)"
_CAPITAL = r"[^\W\d_a-zß-ÿ](?:[^\W\d_]|['’-](?=[^\W\d_]))+"
_INITIALS = r"(?:[A-Z]\.?\s?){1,4}"
_SURNAME = rf"(?:(?:{_PARTICLES}\s){{0,3}}{_CAPITAL})"
_FULL = rf"{_CAPITAL}(?:\s[A-Z](?:\.|(?=\s)))?(?:\s{_SURNAME}){{0,2}}"
_NAME = rf"(?:{_FULL}|{_INITIALS}{_SURNAME})"
_TITLE = re.compile(
    rf"(?<!\w)(?:Mr|Mrs|Ms|Miss|Mx|Dr|Prof|Sir|Madam|dhr|mevr|mw|meneer|mevrouw|mijnheer|de\s?heer|dokter|drs|ir|ing|Mr\.?\s(?:and|en)\sMrs|"
    rf"Dhr|Mevr|Mw|Meneer|Mevrouw|Heer|Drs|Ir|Ing|Tante|Oom|Aunt|Uncle)\.?\s({_NAME})"
)
_SAID = re.compile(
    rf"(?<!\w)(?i:mijn\snaam\sis|m'n\snaam\sis|ik\sheet|naam(?=:)|my\s(?:full\s)?name\sis|my\sname['’]s|name(?=:)|naam\s?:|name\s?:|t\.?n\.?v\.?|"
    rf"ten\sname\svan|op\snaam\svan|in\sthe\sname\sof|under\sthe\sname|account\s?holder|rekeninghouder|was\scalled|genaamd|aanhef)\W{{0,3}}({_NAME})"
)
_SAID_LOWER = re.compile(
    r"(?<!\w)(?:mijn naam is|ik heet|my name is|naam:|name:)\s{0,2}((?!niet\b|not\b|the\b|de\b|het\b|een\b|a\b|bekend\b|known\b)[a-z]{3,20}"
    r"(?:\s(?:van|de|der|den)){0,2}(?:\s[a-z]{3,20})?)(?=\s*(?:$|[.,!?\n]))",
    re.IGNORECASE,
)
_CALLED = re.compile(
    rf"(?<!\w)(?i:ik\sben|i\sam|i['’]m|this\sis|dit\sis|spoke\s(?:to|with)|talked\sto|gesproken\smet|geholpen\sdoor|helped\sby|served\sby|"
    rf"medewerk(?:er|ster)|collega|employee|monteur|bezorger|chauffeur|verkoper|adviseur|colleague|technician|follow\sup\swith|"
    rf"add|beneficiary|guardian|kid|son|daughter|zoon|dochter|brother|sister|broer|zus|husband|wife|buurman|buurvrouw|hi|hello|hallo|hoi|"
    rf"dear|beste|geachte|hey|producer|singer|directed\sby:?)[\s,:]{{1,6}}({_NAME})"
)
"""Words that a name often follows: two capitalised words, or one known first name."""
_BESIDE = re.compile(
    rf"(?<!\w)(?i:met|aan|door|by|from|van|with|to|contact|dag|bedankt|dank\sje|thanks|thank\syou|dankjewel|cheers|best|and|en)[\s,:]{{1,3}}({_NAME})"
)
"""Words that a name may follow, and a company as well: only a known first name counts."""
_SIGNED = re.compile(
    rf"(?:^|[\s,.!?])(?i:groet(?:en|jes)?|gr|grtz|mvg|vr\.?\s?gr|liefs|regards|sincerely|yours\s(?:truly|faithfully)|"
    rf"hoogachtend|met\s(?:vriendelijke|hartelijke|beste)\sgroet(?:en)?)[\s,.!:-]{{1,6}}(?:van\s|from\s)?({_NAME})(?=\s*(?:$|[.!?\n,(]))"
)
_SIGNED_LOWER = re.compile(
    r"(?<!\w)(?:groet(?:en|jes)?|mvg|gr|liefs|regards|ik ben|i am|i'm|this is)[\s,.!-]{1,4}"
    r"([a-z]{2,15}(?:\s(?:van|de|der|den)){0,2}(?:\s[a-z]{2,20})?)(?=\s*(?:$|[.!\n,]))"
)
_PAIR = re.compile(rf"(?<![\w@#'’.-])({_CAPITAL}(?:\s[A-Z](?:\.|(?=\s)))?\s{_SURNAME}(?:[-\s]{_CAPITAL})?)(?![\w@])")
_OWN_LINE = re.compile(rf"^[ \t>]*(?:[A-Z][\w ]{{2,20}}:[ \t]*)?({_CAPITAL}(?:[ ][A-Z]\.?)?[ ]{_CAPITAL})[ \t]*$", re.MULTILINE)
_BLOCK_REACH = 60
"""Two capitalised words alone on a line above an address: the head of an envelope."""
_SPEAKER = re.compile(rf"^[ \t>]*({_CAPITAL}(?:\s{_CAPITAL})?)(?=\s?:\s?[\"“A-Z])", re.MULTILINE)
_SINGLE = re.compile(rf"(?<![\w@#'’.-])({_CAPITAL})(?=['’]s\b|[\s,.!?;:]|$)")
_NO_NAMES = frozenset(
    words_in(
        """ik jij hij zij wij jullie het een de dit dat die wat wie waar wanneer waarom hoe niet geen wel maar want dus ook nog al als
        of en in op met voor van aan bij naar door over the this that these those i you he she we they it a an and or but not no yes
        my your our their his her what who where when why how just still very so too now never always klant customer maandag dinsdag
        woensdag donderdag vrijdag zaterdag zondag monday tuesday wednesday thursday friday saturday sunday januari februari maart
        april mei juni juli augustus september oktober november december january february march may june july august october team
        klantenservice support service webcare help hulp allemaal iedereen everyone everybody all sorry hallo hoi hello hi hey dag
        thanks bedankt beste dear geachte graag please nederland netherlands belgie amsterdam rotterdam utrecht london google apple
        samsung android iphone facebook instagram twitter whatsapp youtube amazon bol postnl dhl ups jumbo lidl aldi ziggo kpn
        vodafone odido ns ing rabobank abn asml philips action hema ikea mediamarkt coolblue dutch english nederlands engels again
        today vandaag morgen gisteren tomorrow yesterday"""
    )
)


def find_people(text: str, claims: Claims) -> None:
    """Claim names behind titles and cues, signatures, first names with a surname, and first names that are hardly anything else."""
    for pattern, probability in ((_TITLE, 0.9), (_SAID, 0.92), (_SIGNED, 0.85)):
        for found in pattern.finditer(text):
            _claim(text, *found.span(1), probability, claims)
    for found in _SAID_LOWER.finditer(text):
        _claim(text, *found.span(1), 0.7, claims)
    for found in _SIGNED_LOWER.finditer(text):
        if found.group(1).split()[0] in FIRST_NAMES:
            _claim(text, *found.span(1), 0.7, claims)
    for found in _PAIR.finditer(text):
        first, _, rest = found.group(1).partition(" ")
        if _key(first) in FIRST_NAMES and rest:
            _claim(text, *found.span(1), 0.85, claims)
    for found in _CALLED.finditer(text):
        named = found.group(1)
        if " " in named and not named.isupper() and not _LED.match(named):
            _claim(text, *found.span(1), 0.65, claims)
        elif _key(named) in FIRST_NAMES:
            _claim(text, *found.span(1), 0.75, claims)
    for found in _BESIDE.finditer(text):
        if _key(found.group(1).split()[0]) in FIRST_NAMES:
            _claim(text, *found.span(1), 0.65, claims)
    if claims.has(Kind.ADDRESS):
        for found in _OWN_LINE.finditer(text):
            if claims.starts_after(Kind.ADDRESS, found.end(1), reach=_BLOCK_REACH):
                _claim(text, *found.span(1), 0.6, claims)
    for found in _SPEAKER.finditer(text):
        if _key(found.group(1).split()[0]) in FIRST_NAMES:
            _claim(text, *found.span(1), 0.6, claims)
    for found in _SINGLE.finditer(text):
        if _key(found.group(1)) in PLAIN_FIRST_NAMES:
            _claim(text, *found.span(1), 0.55, claims)


def _claim(text: str, start: int, end: int, probability: float, claims: Claims) -> None:
    """Claim a name after leaving out words behind it that are no names. A company's name is closed, so that no part of it is claimed."""
    words = text[start:end].split()
    if words and _key(words[-1]) in _COMPANY_ENDS:
        return
    while words and _key(words[-1]) in _NO_NAMES:
        end = start + text[start:end].rindex(words.pop())
    name = text[start:end].rstrip().removesuffix("'s").removesuffix("’s")
    if " ".join(_key(word) for word in words) in NOT_PEOPLE:
        claims.close(start, start + len(name))
    elif words and (_key(words[0]) not in _NO_NAMES or _LED.match(name)):
        claims.add(Kind.PERSON, start, start + len(name), probability)


_COMPANY_ENDS = words_in(
    "inc llc ltd plc gmbh corporation corp company bv nv group groep holding technologies technology solutions services systems markets "
    "investments investment capital research partners bank energy energie university school street road international airport airlines"
)
_LED = re.compile(r"(?:De|Den|Der|Van|Het|Ten|Ter|El|La|Le)\s(?:(?:de|der|den)\s)?[^\W\d_a-z]")
"""A surname that begins with a particle: "mevrouw De Vries"."""


def _key(word: str) -> str:
    return word.lower().strip(".,'’-").removesuffix("'s").removesuffix("’s")
