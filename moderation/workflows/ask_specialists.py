"""A question to a specialist in the house, and its answer: the customer has one contact person, and none of it can be sent (F33)."""

from __future__ import annotations

from listener.errors import NotAllowed
from listener.ports import Clock
from moderation.ledger.questions import QuestionLedger
from moderation.model.conversation import CaseQuestion
from moderation.model.person import Person
from moderation.policy.people import same_person
from moderation.workflows.words_inside import inside_words, one_line

LONGEST_NAME = 100
TEAM_SIGN = "team "


class Questions:
    """Asks, answers and lists questions. All raise `NotAllowed` with what is wrong."""

    def __init__(self, ledger: QuestionLedger, clock: Clock) -> None:
        self._ledger = ledger
        self._clock = clock

    def ask(self, case_id: int, asked: str, text: str, by: str) -> CaseQuestion:
        """Ask a colleague, or "team NAME" for whoever of a team is there."""
        name = one_line(asked, most=LONGEST_NAME)
        team = name.startswith(TEAM_SIGN)
        name = name.removeprefix(TEAM_SIGN).strip()
        if not name:
            raise NotAllowed("Name the colleague or the team that you ask.", key="talk_ask_whom")
        if not team and same_person(name, by):
            raise NotAllowed("Ask somebody else; for yourself, write a note.", key="talk_ask_yourself")
        return self._ledger.ask(case_id, name, inside_words(text), team=team, who=by, at=self._clock.now())

    def answer(self, question_id: int, text: str, by: Person) -> CaseQuestion:
        """Answer a question. Any colleague who sees the case may: it was asked of one so that one looks, not so that others keep silent."""
        self._theirs(question_id, by)
        return self._ledger.answer(question_id, inside_words(text), who=by.name, at=self._clock.now())

    def withdraw(self, question_id: int, by: Person) -> CaseQuestion:
        """Take back a question that is still open; only whoever asked it does."""
        found = self._theirs(question_id, by)
        if not same_person(found.asked_by, by.name):
            raise NotAllowed(
                f"{found.asked_by} asked this and takes it back.", key="talk_not_your_question", fields={"who": found.asked_by}
            )
        return self._ledger.withdraw(question_id, who=by.name, at=self._clock.now())

    def waiting_for(self, person: Person) -> tuple[CaseQuestion, ...]:
        """Return the open questions to a person or one of their teams, oldest first, of brands they see."""
        return tuple(one for one in self._ledger.open_for(person.name, person.teams) if person.sees([one.brand]))

    def asked_by(self, person: Person) -> tuple[CaseQuestion, ...]:
        """Return what a person asked, newest first."""
        return tuple(one for one in self._ledger.asked_by(person.name) if person.sees([one.brand]))

    def count_for(self, person: Person) -> int:
        """Return how many questions wait for a person, cheaply: what the head of every queue shows."""
        if person.brands is None:
            return self._ledger.count_for(person.name, person.teams)
        return len(self.waiting_for(person))

    def _theirs(self, question_id: int, by: Person) -> CaseQuestion:
        found = self._ledger.get(question_id)
        if found is None or not by.sees([found.brand]):
            raise NotAllowed(f"There is no question {question_id}.", key="talk_no_question")
        return found
