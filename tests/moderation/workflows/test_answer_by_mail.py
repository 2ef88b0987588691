"""An e-mail is answered to whoever wrote it, under its own subject."""

from __future__ import annotations

from pathlib import Path

import pytest

from listener.model.mention import Author
from tests.fakes.desk import mention, open_desk

WHO = Author(platform="mail", realm="stroomwerk.example", native_id="klant@example.org", name="Een klant")


@pytest.mark.parametrize(
    ("title", "subject"), [("Mijn rekening", "Re: Mijn rekening"), ("RE: Mijn\n rekening", "RE: Mijn rekening"), ("", "Re:")]
)
def test_receiver_and_subject_are_bound_by_the_draft(tmp_path: Path, title: str, subject: str) -> None:
    with open_desk(tmp_path) as desk:
        desk.hear(mention("<1@example.org>", platform="mail", realm="stroomwerk.example", author=WHO, title=title))
        (case,) = desk.inbox.list()
        desk.inbox.claim(case.case_id, "anna", case.version)
        draft = desk.inbox.draft_reply(case.case_id, "anna", "Dag, we zoeken het voor je uit.")
        assert (draft.target.person, draft.title) == ("klant@example.org", subject)


def test_elsewhere_an_answer_has_neither(tmp_path: Path) -> None:
    with open_desk(tmp_path) as desk:
        desk.hear(mention("1", title="Storing"))
        (case,) = desk.inbox.list()
        desk.inbox.claim(case.case_id, "anna", case.version)
        draft = desk.inbox.draft_reply(case.case_id, "anna", "Dag, we zoeken het voor je uit.")
        assert (draft.target.person, draft.title) == ("", "")
