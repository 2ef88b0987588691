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
from listener.demo.talk import everyday, followed, mixed, spoken
from listener.demo.texts import DemoTexts, LanguageTexts
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
    """Writes the drafts of one scenario. Called in the same order, it writes the same for one seed."""

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
            decks = {name: everyday(rng, language, language.chatter[topic]) for name, language in self._texts.languages.items()}
            threads = {name: language.threads[topic] for name, language in self._texts.languages.items()}
            times = moments(rng, self._volumes.per_topic, begin=begin, end=end)
            drafts += self._written(f"chatter/{topic}", times, decks, threads, rng, regulars=0.3)
        return drafts

    def voices(self, subject: str, count: int, begin: datetime, end: datetime) -> list[Draft]:
        """Return compliments, ideas, spam, or posts about something else that has the brand's name (`elsewhere`)."""
        rng = stream(self._seed, "voices", subject)
        decks = {name: _voice(rng, language, subject) for name, language in self._texts.languages.items()}
        mood = "glad" if subject == "compliment" else "plain"
        regulars = 0.75 if subject == "spam" else 0.05
        return self._written(subject, moments(rng, count, begin=begin, end=end), decks, {}, rng, regulars=regulars, mood=mood)

    def issue(self, plan: IssuePlan, onset: datetime, end: datetime, *, fail: bool = False) -> list[Draft]:
        """Return the posts about one planted issue; with `fail`, those of its #fail wave."""
        rng = stream(self._seed, "issue", plan.key, "fail" if fail else "")
        times = moments(rng, plan.posts, begin=onset, end=end, shape=plan.shape, night=plan.night)
        languages = self._texts.languages
        if fail:
            now = late = {name: deal(rng, language.fail) for name, language in languages.items()}
        else:
            now = {name: spoken(rng, language.issues[plan.key]) for name, language in languages.items()}
            late = {
                name: mixed(rng, now[name], deal(rng, language.issues[plan.key].later), share=plan.later)
                for name, language in languages.items()
            }
        threads = {name: language.issues[plan.key].threads for name, language in languages.items()}
        places = [place for place in PLACES if place.tags or not fail]
        turn = onset + timedelta(hours=plan.later_after_hours)
        parts = (([at for at in times if at < turn], now), ([at for at in times if at >= turn], late))
        drafts: list[Draft] = []
        for part, decks in parts:
            drafts += self._written(plan.key, part, decks, threads, rng, regulars=0.1, mood="cross", places=places, dutch=plan.dutch)
        return drafts

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
                person = self.people.newcomer(place, language, machine=subject in {"spam", "elsewhere"})
                met.append(person)
            text = self._wording.post(next(decks[language]), person, place, rng, mood=mood)
            drafts.append(Draft(at=at, subject=subject, place=place, person=person, text=text, threads=threads.get(language, ())))
        return drafts


def _voice(rng: Random, language: LanguageTexts, subject: str) -> Iterator[str]:
    if subject == "compliment":
        return followed(rng, language.compliments, language.thanks)
    if subject == "idea":
        return followed(rng, language.ideas, language.wishes)
    return deal(rng, {"spam": language.spam, "elsewhere": language.elsewhere}[subject])
