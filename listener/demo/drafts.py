"""Who says what, where and when: the posts of the scenario before they get ids and threads."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random

from listener.demo.chance import deal, stream, weighted
from listener.demo.people import Person, Population
from listener.demo.plan import PLACES, IssuePlan, Place, Volumes
from listener.demo.rhythm import moments
from listener.demo.texts import DemoTexts, IssueTexts, LanguageTexts
from listener.demo.wording import Wording


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """One post to be. `subject` is what it is about: an issue's key, `chatter/<topic>`, compliment, idea, spam or elsewhere."""

    at: datetime
    subject: str
    place: Place
    person: Person
    text: str
    threads: tuple[str, ...] = ()


class Drafting:
    """Writes the drafts of one scenario. Every method is deterministic for one seed and independent of the others."""

    def __init__(self, texts: DemoTexts, seed: int, volumes: Volumes) -> None:
        self._texts = texts
        self._seed = seed
        self._volumes = volumes
        self.people = Population(texts.people, stream(seed, "people"))
        self._wording = Wording(texts)

    def chatter(self, begin: datetime, end: datetime) -> list[Draft]:
        """Return everyday posts on every topic of every day."""
        drafts: list[Draft] = []
        for topic in sorted(self._texts.languages["nl"].chatter):
            rng = stream(self._seed, "chatter", topic)
            decks = {name: _everyday(rng, language, language.chatter[topic]) for name, language in self._texts.languages.items()}
            threads = {name: language.threads[topic] for name, language in self._texts.languages.items()}
            times = moments(rng, self._volumes.per_topic, begin=begin, end=end)
            drafts += self._written(f"chatter/{topic}", times, decks, threads, rng, regulars=0.3)
        return drafts

    def voices(self, subject: str, count: int, begin: datetime, end: datetime) -> list[Draft]:
        """Return compliments, ideas, spam, or posts about something else that has the brand's name (`elsewhere`)."""
        rng = stream(self._seed, "voices", subject)
        banks = {name: _bank(language, subject) for name, language in self._texts.languages.items()}
        decks = {
            name: deal(rng, bank) if subject in {"spam", "elsewhere"} else _everyday(rng, self._texts.languages[name], bank, opened=0.2)
            for name, bank in banks.items()
        }
        mood = "glad" if subject == "compliment" else "plain"
        regulars = 0.75 if subject == "spam" else 0.05
        return self._written(subject, moments(rng, count, begin=begin, end=end), decks, {}, rng, regulars=regulars, mood=mood)

    def issue(self, plan: IssuePlan, onset: datetime, end: datetime, *, fail: bool = False) -> list[Draft]:
        """Return the posts about one planted issue; with `fail`, those of its #fail wave."""
        rng = stream(self._seed, "issue", plan.key, "fail" if fail else "")
        last = min(end, onset + timedelta(hours=plan.lasts_hours))
        times = moments(rng, plan.posts, begin=onset, end=last, shape=plan.shape, night=plan.night)
        languages = self._texts.languages
        if fail:
            decks = {name: deal(rng, language.fail) for name, language in languages.items()}
        else:
            decks = {name: _spoken(rng, language.issues[plan.key]) for name, language in languages.items()}
        threads = {name: language.issues[plan.key].threads for name, language in languages.items()}
        places = [place for place in PLACES if place.tags or not fail]
        return self._written(plan.key, times, decks, threads, rng, regulars=0.1, mood="cross", places=places, dutch=plan.dutch)

    def _written(
        self,
        subject: str,
        times: Sequence[datetime],
        decks: dict[str, Iterator[str]],
        threads: dict[str, tuple[str, ...]],
        rng: Random,
        *,
        regulars: float,
        mood: str = "plain",
        places: Sequence[Place] = PLACES,
        dutch: float = 0.7,
    ) -> list[Draft]:
        """Write one post for each moment; `regulars` is the chance that somebody who spoke of this before speaks again."""
        known: dict[tuple[str, str], list[Person]] = {}
        outside = [place for place in places if not (place.own and subject in {"elsewhere", "spam"})]
        drafts: list[Draft] = []
        for at in times:
            language = "nl" if rng.random() < dutch else "en"
            place = weighted(rng, [(place, place.share) for place in outside])
            met = known.setdefault((place.source_id, language), [])
            if met and rng.random() < regulars:
                person = rng.choice(met)
            else:
                person = self.people.newcomer(place, language)
                met.append(person)
            text = self._wording.post(next(decks[language]), person, place, rng, mood=mood)
            drafts.append(Draft(at=at, subject=subject, place=place, person=person, text=text, threads=threads.get(language, ())))
        return drafts


def _bank(language: LanguageTexts, subject: str) -> tuple[str, ...]:
    return {"compliment": language.compliments, "idea": language.ideas, "spam": language.spam, "elsewhere": language.elsewhere}[subject]


def _everyday(rng: Random, language: LanguageTexts, bank: tuple[str, ...], *, opened: float = 0.35) -> Iterator[str]:
    """Yield posts of everyday talk: a sentence of the bank, often with something before or after it."""
    openings, replies = deal(rng, language.openings), deal(rng, language.replies)
    for sentence in deal(rng, bank):
        before = f"{next(openings)} " if rng.random() < opened else ""
        after = f" {next(replies)}" if rng.random() < 0.45 else ""
        yield before + sentence + after


def _spoken(rng: Random, issue: IssueTexts) -> Iterator[str]:
    """Yield posts about an issue: each whole sentence once, mixed with posts put together from clauses."""
    whole = rng.sample(issue.whole, len(issue.whole))
    banks = [deal(rng, bank) for bank in issue.clauses]
    while True:
        if whole and rng.random() < 0.55:
            yield whole.pop()
        else:
            yield _composed(rng, banks)


def _composed(rng: Random, banks: Sequence[Iterator[str]]) -> str:
    """Return two to four clauses: what happened, always, and some of how it opens, what it does to the writer, what is asked."""
    shape = weighted(
        rng, (((0, 1), 2.0), ((1, 2), 3.0), ((1, 3), 2.0), ((0, 1, 2), 2.0), ((2, 1), 1.0), ((1, 2, 3), 1.5), ((0, 1, 3), 1.0))
    )
    return " ".join(next(banks[index]) for index in shape)
