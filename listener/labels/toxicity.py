"""Whether a text insults, threatens or demeans people, by word lists and by what stands beside what.

A word is judged by its company: an insult counts when it is aimed at somebody, violence when it is wanted for people; a group's name never
counts by itself. Speech against abuse, reports of it, quotes of it and a group's own use of a word take most of it back.
How sure each rule is was set by hand, and so was how many words apart two words still belong together: up to nine for a group, which is
often named at the other end of a sentence, fewer for people and negations.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from listener.labels.disguise import Unmasking
from listener.labels.labeller import ReadText
from listener.labels.lexicon import Lexicons
from listener.model.analysis import Label
from listener.text.words import words_in

MODEL = "toxicity-rules-1"
WORTH_KEEPING = 0.3
MOST_CHARACTERS = 5_000
PREFIX = "toxic_"
GROUP = "toxic_group"
GROUP_HITS = "group"
NOT_DISGUISED = ("toxic_person", "toxic_self", "toxic_counter", "toxic_reclaimed", "toxic_aim")
"""Lists of harmless words, which nobody disguises."""
Hits = Mapping[str, Sequence[int]]

SLUR, WISH, VERMIN, HARM, INSULT, HATE, TRAIT = 0.86, 0.9, 0.85, 0.85, 0.78, 0.75, 0.65
VERMIN_OF_SOMEBODY, HATE_OF_SOMEBODY, TRAIT_OF_SOMEBODY = 0.6, 0.55, 0.52
"""Less sure: said of people who are spoken to or of, and of no group that is named."""
HARM_BESIDE_GROUP = 0.45
"""Violence that stands right beside a group's name and is not said to be wanted: more often news than a threat."""
UNAIMED = 0.3
"""An insult or a violent word that is aimed at nobody."""
COUNTERED, QUOTED, RECLAIMED, OF_ONESELF = 0.25, 0.35, 0.2, 0.3
"""What is left of a judgement when the text speaks against it, quotes it, or says it of the speaker or the speaker's own group."""
_QUOTE = re.compile(r"[\"“”„«»](?P<said>[^\"“”„«»]{2,300})[\"“”„«»]")
_WANTING = words_in(
    "ll will should must let lets gonna going someone somebody want wanna gotta ought would hope moet moeten zal zullen hoop "
    "zouden zou iemand laten ga gaan wil willen wou mogen hoort graag serieus afgelopen verdienen verdient verdien deserve "
    "deserves beter better"
)
_STANDS_FOR = words_in("they them ze zij hen")
"""Words that stand for a group that was named before: "Some … vote. They are vermin"."""
_BEING = words_in("are is re am be being like such zijn is bent ben als zo een stelletje stel allemaal you")
_PASSIVE = words_in("be been being get worden wordt werd werden word")
_DYING = words_in("die dies suffer sterven sterf doodgaan creperen lijden verrekken")
_HOPING = words_in("hope wish want hoop wens wil wou")
_ABOUT_DOING = words_in("that when how if what why because dat als hoe wanneer wat waarom omdat it the")
_NOTHING_BUT = words_in("but anders dan less better beter more other minder only alleen")
_STRONGER = words_in(
    "fucking bloody stupid dumb complete total absolute utter lying dirty filthy vuile vieze domme stomme achterlijke totale kanker kut"
)
_FOLLOWS_PEOPLE = words_in("zijn allemaal moeten kunnen horen hoort mogen en of met als dus echt daar maar ook stelletje stel")
_HARMLESS = words_in(
    "moon wore hore horen honder honde rate rats apps pest peste state bombs these those three sutter varen haten daten laten gehat "
    "dien dieren scheten wilden wonen maden slagen beta "
    "brun tans mee men mens mannen vrouw wonen leven later laten haten trap heel keel keen back "
    "backs money strange picks pick saves reuse garage roam refuge lathe therapist therapists romanian verband creeren creeer vouw vouwen "
    "heren vergat vracht banken chinese wagen streven menen zware wrede mesjes besten stervende slither scummy niger coked schot "
    "manen zweren shoppen person hinde steven barbara turkmen jodendom"
)
_GLUE = words_in(
    "a an the that this those these all you are like behaviour behavior people my your his her so such what of to een de het die dat deze "
    "alle jij je bent zijn wat zo zoveel van moeten mensen gedrag jullie stel voor gewoon dan enorm much so just female"
)


class ToxicityRule:
    """Says "toxicity: yes" of a text with how sure its rules are. Holds word lists only; a language without lists is read with all."""

    def __init__(self, lexicons: Mapping[str, Lexicons]) -> None:
        self._readers = {language: _Reader(lists) for language, lists in sorted(lexicons.items())}

    def __call__(self, text: ReadText) -> tuple[Label, ...]:
        sure = self.probability(text.clean.plain, text.language)
        return (Label(name="toxicity", value="yes", probability=sure, model=MODEL),) if sure >= WORTH_KEEPING else ()

    def probability(self, plain: str, language: str) -> float:
        """Return how sure the rules are that a text is toxic, between 0 and 1; by judgement, not calibrated.

        Of a longer text the first 5,000 characters are read.
        """
        plain = plain[:MOST_CHARACTERS]
        readers = [self._readers[language]] if language in self._readers else list(self._readers.values())
        return round(max((reader.judged(plain) for reader in readers), default=0.0), 3)


class _Reader:
    def __init__(self, lists: Lexicons) -> None:
        toxic = {name: one for name, one in lists.lists.items() if name.startswith(PREFIX) and name not in NOT_DISGUISED}
        vocabulary = {term[0] for one in toxic.values() for terms in one.whole.values() for term in terms if len(term) == 1}
        vocabulary |= {f"{start}*" for one in toxic.values() for starts in one.prefixes.values() for (start,) in starts}
        groups = {word for terms in toxic[GROUP].whole.values() for term in terms for word in term} if GROUP in toxic else set()
        self._lists = lists
        self._unmasking = Unmasking(vocabulary | groups, loose=groups, glue=_GLUE, harmless=_HARMLESS)

    def judged(self, plain: str) -> float:
        sure = self._judged_words(self._unmasking.words(plain))
        if sure < WORTH_KEEPING:
            return sure
        quotes = list(_QUOTE.finditer(plain))
        if quotes:
            outside = _QUOTE.sub(" ", plain)
            if self._judged_words(self._unmasking.words(outside)) < WORTH_KEEPING:
                sure *= QUOTED
        return sure

    def _judged_words(self, text: Sequence[str]) -> float:
        hits = {
            name.removeprefix(PREFIX): places
            for name, places in self._lists.hits(text).items()
            if name.startswith(PREFIX) or name == "negation"
        }
        if GROUP_HITS in hits:
            hits[GROUP_HITS] = [
                *hits[GROUP_HITS],
                *(at for at, word in enumerate(text) if word in _STANDS_FOR and at > hits[GROUP_HITS][0]),
            ]
        if not hits.keys() & {"slur", "insult", "wish", "vermin", "harm", "hate", "trait"}:
            return 0.0
        sure = max(
            SLUR * bool(hits.get("slur")),
            WISH * bool(hits.get("wish")),
            _vermin(text, hits),
            _harm(text, hits),
            _insult(text, hits),
            _hate(text, hits),
            _trait(text, hits),
        )
        own_use = any(own <= at <= own + 4 for own in hits.get("self", ()) for at in hits.get("slur", ()))
        if hits.get("reclaimed") or own_use:
            sure *= RECLAIMED
        if hits.get("counter"):
            sure *= COUNTERED
        return sure


def _vermin(text: Sequence[str], hits: Hits) -> float:
    places = [at for at in hits.get("vermin", ()) if not _denied(text, at, hits)]
    if any(_near(at, hits.get("group", ()), 7) for at in places):
        return VERMIN
    return VERMIN_OF_SOMEBODY if any(_called(text, who, at, 5) for at in places for who in _people(text, hits)) else 0.0


def _harm(text: Sequence[str], hits: Hits) -> float:
    """Judge violence: wanted for a group or for somebody. "This app is killing me" wants nothing."""
    best = 0.0
    people, groups = hits.get("person", ()), hits.get("group", ())
    for at in hits.get("harm", ()):
        if _denied(text, at, hits, reach=7):
            continue
        if any(word in _WANTING for word in text[max(0, at - 9) : at]):
            if _near(at, groups, 8) or any(_wanted_for(text, who, at) for who in people):
                best = max(best, HARM)
        elif _near(at, groups, 3):
            best = max(best, HARM_BESIDE_GROUP)
    return best


def _wanted_for(text: Sequence[str], who: int, at: int) -> bool:
    """Tell whether violence at `at` is for the person at `who`: "kill him", "she should be killed", "you will die", "ik wil hem slaan"."""
    between = text[who + 1 : at]
    if text[at] in _DYING:
        return 0 < at - who <= 4 and (
            any(word in _WANTING for word in between) or (not between and any(word in _HOPING for word in text[:who]))
        )
    if 0 < who - at <= 2:
        return not _ABOUT_DOING & set(text[at + 1 : who])
    if not 0 < at - who <= 4:
        return False
    return any(word in _PASSIVE for word in between) or (not between and any(word in _WANTING for word in text[:who]))


def _insult(text: Sequence[str], hits: Hits) -> float:
    best = 0.0
    people, groups = _people(text, hits), hits.get("group", ())
    for at in hits.get("insult", ()):
        if any(own <= at <= own + 6 for own in hits.get("self", ())):
            best = max(best, INSULT * OF_ONESELF)
        elif not _denied(text, at, hits, reach=3):
            aimed = _near(at, groups, 9) or len(text) <= 3 or any(0 < at - aim <= 4 for aim in hits.get("aim", ()))
            aimed = aimed or any(_addressed(text, who, at) or _called(text, who, at, 8) for who in people)
            best = max(best, INSULT if aimed else UNAIMED)
    return best


def _addressed(text: Sequence[str], who: int, at: int) -> bool:
    """Tell whether an insult stands right beside the word for somebody: "you idiots", "jullie vuile leugenaars", "idioot jij"."""
    return abs(at - who) == 1 or (at - who == 2 and text[who + 1] in _STRONGER)


def _hate(text: Sequence[str], hits: Hits) -> float:
    groups, people = hits.get("group", ()), _people(text, hits)
    aimed = [at for at in hits.get("hate", ()) if not _denied(text, at, hits, reach=3)]
    if any(_near(at, groups, 8) for at in aimed):
        return HATE
    spoken_of = any(at < who <= at + 3 and not _ABOUT_DOING & set(text[at + 1 : who]) for at in aimed for who in people)
    return HATE_OF_SOMEBODY if spoken_of else 0.0


def _trait(text: Sequence[str], hits: Hits) -> float:
    best = 0.0
    for at in hits.get("trait", ()):
        if _denied(text, at, hits, reach=4):
            continue
        if _near(at, hits.get("group", ()), 9):
            best = max(best, TRAIT)
        elif any(_called(text, who, at, 4) for who in _people(text, hits)):
            best = max(best, TRAIT_OF_SOMEBODY)
    return best


def _people(text: Sequence[str], hits: Hits) -> list[int]:
    """Return where people are spoken to or of. "jullie" before a thing means its owner: "jullie app"."""
    found = []
    for at in hits.get("person", ()):
        follows = text[at + 1] if at + 1 < len(text) else ""
        if text[at] != "jullie" or not follows or follows in _FOLLOWS_PEOPLE:
            found.append(at)
    return found


def _called(text: Sequence[str], who: int, at: int, reach: int) -> bool:
    """Tell whether somebody is said to be something: "you are such a …", "ze zijn allemaal …"."""
    return 0 < at - who <= reach and any(word in _BEING for word in text[who + 1 : at])


def _near(at: int, places: Sequence[int], reach: int) -> bool:
    return any(abs(at - other) <= reach for other in places)


def _denied(text: Sequence[str], at: int, hits: Hits, *, reach: int = 5) -> bool:
    """Tell whether a negation stands before a word ("nothing but" is none), or a Dutch one behind it ("ik haat ze niet")."""
    for place in hits.get("negation", ()):
        follows = text[place + 1] if place + 1 < len(text) else ""
        if (0 < at - place <= reach and follows not in _NOTHING_BUT) or (text[place] == "niet" and 0 < place - at <= 2):
            return True
    return False
