"""Knowledge and the advice beside a reply, as pages: read, decided, taken back, put into a reply, and safe whatever people wrote."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from moderation.inbox.rights import ROUTES
from moderation.messages.knowledge_file import knowledge_markdown
from moderation.model.knowledge import Article, EvidenceLine, NewArticle
from moderation.model.person import RIGHTS, Role
from moderation.page_parts.knowledge import advice_parts
from moderation.page_parts.reply import reply_parts
from moderation.page_parts.words import words_for
from tests.fakes.staff import AGENT, StaffDay
from tests.fakes.staff_knowledge import METER, OUTAGE, KnowledgeDay, open_knowledge_day
from tests.moderation.inbox.conftest import Staff, visit, words_of
from tests.moderation.inbox.test_hostile_text import HOSTILE, shape_of


@pytest.fixture(scope="module")
def day(tmp_path_factory: pytest.TempPathFactory) -> Iterator[KnowledgeDay]:
    """Six answered conversations, two suggestions."""
    with open_knowledge_day(tmp_path_factory.mktemp("known") / "home") as opened:
        opened.answer_all(OUTAGE, METER)
        opened.known.refresh.once()
        yield opened


@pytest.fixture(scope="module")
def staff(day: KnowledgeDay) -> Staff:
    replies = day.desk.replies
    rooms = {"knowledge": day.room(), "advice": advice_parts(day.known, replies.write), "reply": reply_parts(replies)}
    return visit(StaffDay(holders={7: AGENT}), **rooms).come_in()


def made(day: KnowledgeDay, question: str = "Waar vind ik mijn contract?", answer: str = "Onder Mijn gegevens.") -> Article:
    """Keep an article of our own that no other test touches."""
    mention_id = day.ask(question)
    line = EvidenceLine(mention_id=mention_id, case_id=day.case_of(mention_id), entry_id=None, fit=1.0)
    new = NewArticle(language="nl", brands=frozenset({"Stroomwerk"}), question=question, answer=answer, evidence=(line,), made_by="anna")
    return day.known.make._knowledge.add(new, at=day.desk.clock.now())


def turn(page: str) -> str:
    found = re.search(r'name="turn" value="(\d+)"', page)
    assert found
    return found.group(1)


def test_the_list_shows_suggestions_and_finds_by_words(staff: Staff) -> None:
    page = words_of(staff.get("/knowledge").text)
    assert "uit 3 gesprekken" in page
    found = staff.get("/knowledge?words=meterstand").text
    assert "meterstand" in found
    assert "compensatie" not in found.lower()
    assert "Geen artikel met die woorden" in staff.get("/knowledge?words=kangoeroe").text


def test_an_article_is_reworded_approved_and_taken_back(staff: Staff, day: KnowledgeDay) -> None:
    where = f"/knowledge/{made(day).article_id}"
    words = {"question": "Waar staat mijn contract?", "answer": "In de app.", "reason": "korter"}
    assert staff.post(f"{where}/edit", {"turn": turn(staff.get(where).text), **words}).status_code == 303
    compared = staff.get(f"{where}?compare=2").text
    assert re.search(r"<del>.*?vind.*?</del>", compared, re.DOTALL)
    assert re.search(r"<ins>.*?staat.*?</ins>", compared, re.DOTALL)
    assert staff.post(f"{where}/approve", {"turn": turn(staff.get(where).text)}).status_code == 303
    page = staff.get(where).text
    assert "goedgekeurd" in words_of(page)
    act = re.search(r'name="act" value="(\d+)"', page)
    assert act
    assert staff.post(f"{where}/undo", {"turn": turn(page), "act": act.group(1)}).status_code == 303
    assert "voorgesteld" in words_of(staff.get(where).text)


def test_a_form_of_before_somebody_elses_change_is_refused_in_words_and_keeps_what_was_typed(staff: Staff, day: KnowledgeDay) -> None:
    where = f"/knowledge/{made(day).article_id}"
    old = turn(staff.get(where).text)
    staff.post(f"{where}/approve", {"turn": old})
    answer = staff.post(f"{where}/edit", {"turn": old, "question": "Mijn vraag", "answer": "Mijn lange antwoord"})
    assert answer.status_code == 409
    assert "Iemand veranderde dit artikel intussen" in answer.text
    assert "Mijn lange antwoord" in answer.text


def test_an_act_on_another_article_cannot_be_taken_back_from_here(staff: Staff, day: KnowledgeDay) -> None:
    one, other = made(day), made(day, "Hoe zeg ik op?")
    day.known.keep.approve(other.article_id, other.turn, by="bram")
    act = day.shown(other.article_id).acts[0].act_id
    assert staff.post(f"/knowledge/{one.article_id}/undo", {"turn": "0", "act": str(act)}).status_code == 409
    assert day.shown(other.article_id).article.state.value == "approved"


def test_looking_for_knowledge_now_is_a_press(staff: Staff) -> None:
    answer = staff.post("/knowledge/suggest")
    assert answer.status_code == 303
    assert "beantwoorde gesprekken bekeken" in staff.get(answer.headers["location"]).text


def test_what_needs_an_approver_is_refused_to_an_agent() -> None:
    """Whoever answers may reword a suggestion; what is offered to everybody needs more (RULES S2)."""
    deciding = {ROUTES["POST", f"/knowledge/{{article_id}}/{act}"] for act in ("approve", "retire", "merge", "check", "undo")}
    assert deciding.isdisjoint(RIGHTS[Role.AGENT])
    assert ROUTES["POST", "/knowledge/{article_id}/edit"] in RIGHTS[Role.AGENT]


def test_an_unknown_article_or_form_is_nobodys(staff: Staff) -> None:
    assert staff.get("/knowledge/999").status_code == 404
    assert staff.post("/knowledge/999/approve", {"turn": "0"}).status_code == 404
    assert staff.get("/knowledge/0").status_code == 404


@pytest.fixture(scope="module")
def case_id(day: KnowledgeDay) -> int:
    """A case that asks what an approved article answers."""
    article = made(day, "Hoe meld ik een verhuizing?", "Een verhuizing meld je onder Mijn gegevens.")
    day.known.keep.approve(article.article_id, article.turn, by="bram")
    day.known.refresh.once()
    case_id = day.case_of(day.ask("Hoe meld ik mijn verhuizing? Mijn nummer is 06-12345678", author="merel"))
    row = day.desk.cases.get(case_id)
    assert row is not None
    day.desk.cases.claim(case_id, AGENT, row.version, at=day.desk.clock.now())
    return case_id


class TestBesideTheReply:
    def test_the_panel_says_where_what_is_known_and_what_was_promised(self, staff: Staff, case_id: int) -> None:
        page = words_of(staff.get(f"/cases/{case_id}/advice").text)
        assert "Ga privé verder" in page  # a telephone number in public
        assert "Een verhuizing meld je onder Mijn gegevens" in page
        assert "We beloofden deze klant nog niets" in page

    def test_one_press_puts_an_article_below_what_was_typed(self, staff: Staff, day: KnowledgeDay, case_id: int) -> None:
        article = next(one for one in day.known.keep.list("verhuizing") if one.state.value == "approved")
        fields = {"text": "Hoi Merel,", "version": "0", "language": "nl", "signature": "house", "article": str(article.article_id)}
        answer = staff.post(f"/cases/{case_id}/advice/insert", fields)
        assert (answer.status_code, answer.headers["location"]) == (303, f"/cases/{case_id}#reply")
        kept = day.desk.replies.write.mine(case_id, AGENT)
        assert kept is not None
        assert kept.words.text == "Hoi Merel,\n\nEen verhuizing meld je onder Mijn gegevens."
        assert [one.article_id for one in day.known.offer.used_in(case_id)] == [article.article_id]

    def test_a_suggestion_cannot_be_put_in_by_its_number(self, staff: Staff, day: KnowledgeDay, case_id: int) -> None:
        article = made(day, "Nog niet goedgekeurd?")
        before = day.desk.replies.write.mine(case_id, AGENT)
        fields = {"text": "x", "version": "1", "language": "nl", "article": str(article.article_id)}
        assert staff.post(f"/cases/{case_id}/advice/insert", fields).status_code in (404, 409)
        assert day.desk.replies.write.mine(case_id, AGENT) == before

    def test_the_coach_answers_a_script_with_a_piece_of_a_page(self, staff: Staff, case_id: int) -> None:
        answer = staff.post(
            f"/cases/{case_id}/advice/coach", {"text": "Wat betekent de verhuizing voor je?", "language": "nl", "fragment": "1"}
        )
        assert answer.status_code == 200
        assert "<html" not in answer.text
        assert "gevolg : staat erin" in words_of(answer.text)

    def test_without_a_script_the_coach_keeps_what_is_typed_and_looks(self, staff: Staff, day: KnowledgeDay, case_id: int) -> None:
        kept = day.desk.replies.write.mine(case_id, AGENT)
        version = kept.version if kept else 0
        fields = {"text": "Wat betekent dit voor je?", "version": str(version), "language": "nl", "signature": "house"}
        answer = staff.post(f"/cases/{case_id}/advice/coach", fields)
        assert answer.status_code == 303
        page = words_of(staff.get(answer.headers["location"]).text)
        assert "Wat betekent dit voor je?" in page
        assert "gevolg : staat erin" in page


class TestHostileText:
    """Whatever stands in an article is text on the page and in the file (RULES I2-I9, I13)."""

    @pytest.mark.parametrize("text", [one for one in HOSTILE if one.strip()], ids=range(len([one for one in HOSTILE if one.strip()])))
    def test_an_article_of_it_is_words_and_nothing_else(self, staff: Staff, day: KnowledgeDay, text: str) -> None:
        plain = made(day, "Gewone vraag", "Gewoon antwoord")
        before = staff.get(f"/knowledge/{plain.article_id}")
        assert before.status_code == 200
        wanted = shape_of(before.text)
        storable = text.encode("utf-8", "replace").decode()[:5000]
        changed = day.known.keep.edit(plain.article_id, plain.turn, "vraag", storable.strip() or "leeg", by="anna", reason=storable[:200])
        assert changed.version == 2
        after = staff.get(f"/knowledge/{plain.article_id}?compare=2")
        assert after.status_code == 200
        found = shape_of(after.text)
        extra = {tag for tag, _ in found.found} - {tag for tag, _ in wanted.found}
        assert extra <= {"details", "summary", "del", "ins"}, "an older version, and what changed, are shown below the newer one"
        assert {link for link in found.links if "evil" in link or link.startswith("javascript")} == set()

    def test_the_file_keeps_markup_as_text(self, day: KnowledgeDay) -> None:
        article = made(day, "# [x](javascript:alert(1)) <img src=x>", "* een\n# twee\n1. drie <script>")
        text = knowledge_markdown([article], words_for("nl", "knowledge"))
        assert "<script>" not in text
        assert "](javascript" not in text
        assert not re.search(r"^[*#] (?!Kennis)", text.replace("## ", ""), re.MULTILINE)


def test_the_file_holds_approved_articles_only(staff: Staff, day: KnowledgeDay) -> None:
    made(day, "Alleen voorgesteld?", "Geheim voorstel")
    article = made(day, "Wel goedgekeurd?", "Openbaar antwoord")
    day.known.keep.approve(article.article_id, article.turn, by="bram")
    answer = staff.get("/knowledge.md")
    assert answer.headers["content-type"].startswith("text/markdown")
    assert "Openbaar antwoord" in answer.text
    assert "Geheim voorstel" not in answer.text


def test_words_of_both_languages_are_on_the_page(staff: Staff, tmp_path: Path) -> None:
    del tmp_path
    assert "Answers that helped before" in staff.get("/knowledge?lang=en").text
