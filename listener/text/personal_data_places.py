"""Where somebody lives: street with number, and postcodes of the Netherlands, Britain, America and their like."""

from __future__ import annotations

import re

from listener.text.personal_data_found import WINDOW, Claims, Kind, any_of, cued, is_numbered
from listener.text.words import words_in

_NUMBER = r"\d{1,5}(?:\s?[-/]\s?\d{1,4}[a-z]?|\s?-?[a-zA-Z](?:-\d{1,3})?|\s(?:bis|hs|huis|[IV]{1,3}))?(?![\w%€]|[.,:]\d)"
_CAPITAL = r"[^\W\d_a-zß-ÿ][\w'’.-]{0,39}"
_PARTICLE = r"(?:van|de|der|den|het|ten|ter|te|'t|’t|op|in|of|du|des|della|della|do|da|dos|del|la|le|las|los|el|di|von|zum|zur|am)"
_DUTCH_ENDS = words_in(
    "straat laan weg plein gracht kade dijk singel hof steeg pad park plantsoen dreef markt haven baan lei kamp veld horst wal burg "
    "straatje hofje poort brink berg dal meent akker oord hoek eind einde kwartier boulevard vest steenweg straatweg str"
)
_FOREIGN_ENDS = words_in(
    "gade vej vejen vägen gatan gata veien vegen katu tie kuja straße strasse gasse allee platz ufer utca utja veg gate str"
)
_TAIL = any_of((*_DUTCH_ENDS, *_FOREIGN_ENDS))
_STREET = re.compile(
    rf"(?<![\w@#])((?:{_CAPITAL}\s(?:{_PARTICLE}\s){{0,2}}){{0,3}}[\w'’.-]{{1,30}}{_TAIL}\.?\s?(?:,\s)?(?:nr\.?\s|no\.?\s|nummer\s)?{_NUMBER})",
)
_STREET_WORD = re.compile(
    rf"(?<![\w@#])((?:{_CAPITAL}\s(?:{_PARTICLE}\s){{0,2}}){{1,3}}(?:Straat|Laan|Weg|Plein|Gracht|Kade|Dijk|Singel|Hof|Baan|Markt|Haven|Lei)\s{_NUMBER})"
)
_CUED = re.compile(
    rf"\b(?i:woon\w*|wonen|wonend|adres|address|live|lives|living|bezorg\w*|deliver\w*|gevestigd|located|verhuis\w*|moved?)\W{{1,3}}"
    rf"(?i:(?:op|aan|in|at|is|to|naar|the|de|het|van|nu|now)\W{{1,3}}){{0,3}}"
    rf"((?:\d{{1,5}} )?(?:{_CAPITAL} (?:{_PARTICLE} ){{0,2}}){{1,4}}{_NUMBER})"
)
_NOT_STREETS = re.compile(
    r"^(?:onderweg|vanweg|terugweg|heenweg|snelweg|uitweg|halverwege|afweg|doorweg|autoweg|spoorweg|thuishaven|luchthaven|voorhoofd|"
    r"werkplein|parkeerplaats|landingsbaan|loopbaan|startbaan|verkeersplein|supermarkt|arbeidsmarkt|vakantiepark|zorghoek|invalshoek|"
    r"uiteind|weekeind\w*|eind\w*|hoek|park|markt|haven|weg|pad|veld|berg|dal|hof|poort|kamp|baan|wal|zeepad|padel)\b",
    re.IGNORECASE,
)
_PLAIN_STREET = re.compile(r"\w{3,}(?:straat|laan|weg|plein|gracht|kade|dijk|singel|dreef|steeg)\b")
"""What is a street even in small letters, with a number behind it."""
_UNIT_AFTER = re.compile(
    r"\s?(?:uur|u\b|min\w*|sec\w*|dag|dagen|weken|week|maand\w*|jaar|euro|eur|€|%|km|meter|keer|x\b|kilo|kg|graden|mensen|personen|stuks|"
    r"hours?|days?|times?|minutes?|years?|people|dollars?)\b",
    re.IGNORECASE,
)
_ENGLISH_ENDS = words_in(
    "Street St Str Road Rd Avenue Ave Av Lane Ln Drive Dr Boulevard Blvd Court Ct Way Place Pl Square Sq Terrace Close Crescent Cres "
    "Gardens Highway Hwy Parkway Pkwy Row Walk Mews Hill Green Grove Circle Cir Trail Trl Wharf Quay Rise Parade Loop Alley"
)
_ENGLISH = re.compile(
    rf"(?<![\w@#.,-])((?:(?:Flat|Apt\.?|Apartment|Suite|Unit)\s\w{{1,5}},?\s)?\d{{1,5}}[A-Za-z]?,?\s(?:\d{{1,5}}\s)?"
    rf"(?:[NSEW]\.?\s|North\s|South\s|East\s|West\s)?(?:(?:{_CAPITAL}|\d{{1,3}}(?:st|nd|rd|th))\s){{1,4}}{any_of(_ENGLISH_ENDS)}\b\.?"
    r"(?:,?\s(?:Apt\.?|Apartment|Suite|Unit|Ste\.?|Floor|#)\s?\w{1,5})?)"
)
_ENGLISH_LOWER = re.compile(
    r"(?<![\w@#.,-])(\d{1,5}\s(?:[a-z'-]{3,20}\s){1,3}(?:street|road|avenue|boulevard|lane|drive|terrace|crescent)\b)"
)
_TYPE_FIRST = re.compile(
    rf"(?<![\w@#])((?:\d{{1,5}},?\s)?(?:Rue|Via|Calle|Rua|Rúa|Avenida|Av\.|Avenue|ul\.|Ulica|Plaza|Piazza|Corso|Viale|Chemin|Place|"
    rf"Laan|Boulevard|Quai|Route|Cours|Paseo|Carrer|Plac|al\.)\s"
    rf"(?:(?:{_PARTICLE}\s|d[’']|l[’'])?{_CAPITAL}\s|{_PARTICLE}\s){{1,4}}(?:nr\.?\s)?{_NUMBER}|(?:Postbus|Postbox|P\.?\s?O\.?\s?Box)\s\d{{1,5}}(?!\w))"
)
_SUB_UNIT = re.compile(r"(?<![\w])((?:Apt\.?|Apartment|Suite|Flat|Appartement|Unit)\s\d{1,5}[A-Za-z]?)(?!\w)")
_MILITARY = re.compile(r"\b((?:PSC|Unit|CMR)\s\d{1,5},?\s(?:Box|box)\s\d{1,5}(?:\s+(?:APO|FPO|DPO)\s(?:AA|AE|AP)\s\d{5})?)", re.IGNORECASE)
_ADDRESS_CUE = re.compile(
    r"\b(?:address\w*|adres\w*|woon|wonen|woont|wonend\w*|live|lives|living|located|sent? to|deliver\w*|bezorg\w*|taxi|at|op|naar|to|"
    r"stop|meet|return|office\w*|straat|street|huis)\b",
    re.IGNORECASE,
)
_MONTH = re.compile(r"(?:jan|feb|mar|apr|may|mei|jun|jul|aug|sep|oct|okt|nov|dec)\w*$", re.IGNORECASE)
_COUNTED = re.compile(
    r"\d{1,5}\s(?:kms?|miles?|hours?|mins?|minutes?|years?|days?|weeks?|months?|blocks?|cars?|lanes?|uur|jaar)\b", re.IGNORECASE
)
_LOOSE = re.compile(
    rf"(?<![\w@#.,-])(\d{{1,5}}\s(?:\d{{1,5}}\s)?(?:(?:{_PARTICLE}|ul\.|{_CAPITAL})\s){{1,4}}\d{{1,5}}(?!\w)|\d{{1,5}}\s{_CAPITAL}(?:\s{_CAPITAL}){{0,2}}(?=,?\s(?:Apt|Suite)))"
)
_BEFORE_POSTCODE = re.compile(rf"((?:{_CAPITAL}\s(?:{_PARTICLE}\s){{0,2}}){{1,4}}{_NUMBER})\s?,?\s{{1,3}}$")


def find_addresses(text: str, claims: Claims) -> None:
    """Claim streets with a number. Ends of Dutch and neighbouring languages' street names, English kinds of street, and generic forms."""
    for found in _STREET.finditer(text):
        start, end = found.span(1)
        name = re.split(r"\s", found.group(1))
        lower = not any(word[:1].isupper() for word in name)
        if any(_NOT_STREETS.match(word) for word in name if word[:1].islower()) or _UNIT_AFTER.match(text, end):
            continue
        if lower and not (len(name) > 1 and _PLAIN_STREET.match(name[-2])):
            continue
        claims.add(Kind.ADDRESS, start, end, 0.7 if lower else 0.9)
    for pattern, probability in (
        (_MILITARY, 0.85),
        (_STREET_WORD, 0.85),
        (_ENGLISH, 0.9),
        (_TYPE_FIRST, 0.8),
        (_CUED, 0.75),
        (_ENGLISH_LOWER, 0.6),
    ):
        for found in pattern.finditer(text):
            if not _UNIT_AFTER.match(text, found.end(1)) and not _COUNTED.match(found.group(1)):
                claims.add(Kind.ADDRESS, *found.span(1), probability)
    for found in _LOOSE.finditer(text):
        if not any(word[:1].isupper() and not _MONTH.match(word) for word in found.group(1).split()):
            continue
        if cued(text, *found.span(1), _ADDRESS_CUE) or ("\n" in text and text[found.start() - 1 : found.start()] in ("\n", ">", " ")):
            claims.add(Kind.ADDRESS, *found.span(1), 0.6)
    if claims.has(Kind.ADDRESS):
        for found in _SUB_UNIT.finditer(text):
            claims.add(Kind.ADDRESS, *found.span(1), 0.7)


_DUTCH = re.compile(r"(?<![\w.,€$£/-])([1-9]\d{3}[ \u00a0]?[A-Za-z]{2})(?![\w/])")
_PLACE_AFTER = re.compile(r",?\s{1,3}[A-Z'’][\w-]{2,}")
_NEVER = frozenset(("SA", "SD", "SS"))
_UNITS = frozenset(
    words_in(
        "KM MB GB TB KB KG CM MM ML DL CL HZ MW KW PK HP EU UK US VS NL BE DE FR CC CV HD TV DB LP PM AM EK WK OS BC AD PC IP ID OK "
        "EN OF OP IN IS JA TE ER WE AL DE HE ZO MA DI WO DO VR ZA ZO ST ND RD TH XP IT AT TO ON BY IF OR AS SO NO MY ME DM BV NV"
    )
)
_POSTCODE_CUE = re.compile(r"post\s?codes?|postal|\bpc\b|\bzip\b|\bzip\s?code|adres|address|woon", re.IGNORECASE)
_STRONG_CUE = re.compile(r"(?:post\s?codes?|postal\s?codes?|\bzip(?:\s?codes?)?)\b\W{0,3}(?:\w{1,8}\W{1,2}){0,3}$", re.IGNORECASE)
_BRITISH = re.compile(r"(?<![\w-])((?:GIR\s?0AA|[A-Z]{1,2}\d[A-Z\d]?\s?\d[ABD-HJLNP-UW-Z]{2}))(?![\w-])", re.IGNORECASE)
_CANADIAN = re.compile(r"(?<![\w-])([ABCEGHJ-NPRSTVXY]\d[A-Z][ -]?\d[A-Z]\d)(?![\w-])", re.IGNORECASE)
_STATES = words_in(
    "AL AK AZ AR CA CO CT DE FL GA HI ID IL IN IA KS KY LA ME MD MA MI MN MS MO MT NE NV NH NJ NM NY NC ND OH OK OR PA RI SC SD TN TX UT "
    "VT VA WA WV WI WY DC PR AA AE AP"
)
_AMERICAN = re.compile(rf"(?:,|[A-Za-z]{{3}}|APO|FPO|DPO),?\s+{any_of(_STATES)}\.?,?\s+(\d{{5}}(?:-\d{{4}})?)(?![\w-])")
_ELSEWHERE = r"(?:\d{5}-\d{4}|\d{4}-\d{3}|\d{2}-\d{3}|\d{3}\s\d{2}|\d{5,6}|\d{4}|\d{3}-\d{4}|\d{3})(?!\w|[.,-]\d)"
_NAMED = re.compile(
    rf"(?:post\s?codes?|postal\s?codes?|\bzip(?:\s?codes?)?)\b\W{{0,3}}(?:(?:is|was|van|of|my|mijn|nu|now|naar|to)\W{{1,2}}){{0,2}}({_ELSEWHERE})",
    re.I,
)
_IN_PLACE = re.compile(
    rf"\b(?:in|at|from|to|near|te|uit|naar|bij)\s(?:[^\W\d_][\w'’-]*\s){{1,5}}?({_ELSEWHERE})(?=\s*(?:$|[.,;:!?)\n]|\s(?:in|for|to|and|with|by|is|was|en|voor|met)\b))"
)
_CITY_THEN_CODE = re.compile(rf"(?:,|\n)\s{{0,4}}(?:{_CAPITAL}[ ,]{{1,2}}){{1,4}}({_ELSEWHERE})(?=\s*(?:$|[.,;!?\n]|\s[A-Z]))")
_CODE_THEN_CITY = re.compile(rf"[,\n]\s{{0,4}}(?:[A-Z]{{1,2}}-)?({_ELSEWHERE})\s{_CAPITAL}")
_LAST_LINE = re.compile(rf"^[ \t>]*(?:[^\W\d_][^\d\n]{{0,40}}\s)?({_ELSEWHERE})[ \t]*$", re.MULTILINE)
_NOT_PLACES = words_in("total totaal about around over ongeveer circa nearly bijna only maar than dan last past least my mijn")
_CARRIER = re.compile(r"[A-Z]{2}|[Ff]lights?|[Vv]lucht")
"""Before a number: an airline and its flight."""
_YEAR = re.compile(r"(?:19|20)\d{2}$")
_ADDRESS_REACH = 120


def find_postcodes(text: str, claims: Claims) -> None:
    """Claim postcodes. Shapes that are only digits need a state, a cue or an address before them."""
    for found in _DUTCH.finditer(text):
        _claim_dutch(text, found.start(1), found.end(1), claims)
    for pattern, sure in ((_CANADIAN, 0.9), (_BRITISH, 0.88)):
        for found in pattern.finditer(text):
            value = found.group(1)
            if (
                (value.isupper() and not value.isalnum())
                or cued(text, *found.span(1), _POSTCODE_CUE)
                or _after_address(found.start(1), claims)
            ) and not is_numbered(text, found.start(1)):
                claims.add(Kind.POSTCODE, *found.span(1), sure)
    for found in _AMERICAN.finditer(text):
        claims.add(Kind.POSTCODE, *found.span(1), 0.9)
    for found in _NAMED.finditer(text):
        claims.add(Kind.POSTCODE, *found.span(1), 0.9)
    for pattern in (_CITY_THEN_CODE, _CODE_THEN_CITY):
        for found in pattern.finditer(text):
            if _after_address(found.start(1), claims, reach=60):
                claims.add(Kind.POSTCODE, *found.span(1), 0.75)
    for found in _LAST_LINE.finditer(text):
        if _after_address(found.start(1), claims) and not _YEAR.match(found.group(1)):
            claims.add(Kind.POSTCODE, *found.span(1), 0.75)
    for found in _IN_PLACE.finditer(text):
        named = text[found.start() : found.start(1)].split()[1:]
        if is_numbered(text, found.start(1)) or _CARRIER.fullmatch(named[-1]):
            continue
        lower = len(found.group(1)) == 5 and text.islower() and len(named) > 1 and not _NOT_PLACES & set(named)
        if (lower or any(word[0].isupper() for word in named)) and not _YEAR.match(found.group(1)) and len(found.group(1)) > 3:
            claims.add(Kind.POSTCODE, *found.span(1), 0.6)


def _claim_dutch(text: str, start: int, end: int, claims: Claims) -> None:
    """Claim 1234 AB with the number and street before it; small letters and letters that are units or words need a reason."""
    value = text[start:end]
    letters = value[-2:]
    if letters.upper() in _NEVER or is_numbered(text, start):
        return
    addressed = _after_address(start, claims)
    before = _BEFORE_POSTCODE.search(text[max(0, start - WINDOW) : start])
    named = _STRONG_CUE.search(text[max(0, start - WINDOW) : start]) is not None
    plain = letters.isupper() and letters not in _UNITS
    placed = _PLACE_AFTER.match(text, end) is not None
    if not (plain or named or addressed or (before and letters.isupper()) or (placed and letters.upper() not in _UNITS)):
        return
    if before and not addressed:
        offset = max(0, start - WINDOW)
        claims.add(Kind.ADDRESS, offset + before.start(1), offset + before.end(1), 0.85)
    claims.add(Kind.POSTCODE, start, end, 0.95 if plain or named or addressed else 0.75)


def _after_address(start: int, claims: Claims, *, reach: int = _ADDRESS_REACH) -> bool:
    """Tell whether a street with number was claimed shortly before, within the same few lines."""
    return claims.ends_before(Kind.ADDRESS, start, reach=reach)
