"""Copies fold into one card; different people saying the same short thing do not."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from listener.text.clean import clean
from listener.text.near import CardIndex

LONG = "Sinds vanochtend kan ik niet meer inloggen in de app, ik krijg telkens de melding dat mijn wachtwoord onjuist is"


def index_with(*texts: str) -> CardIndex:
    index = CardIndex()
    for card, text in enumerate(texts, start=1):
        index.add(card, card, clean(text))
    return index


def test_a_repost_is_the_same_card_whatever_its_case_link_or_handle() -> None:
    index = index_with(LONG)
    assert index.find(clean(f"RT @iemand: {LONG.upper()}!!! https://t.co/x")) == 1


def test_a_copy_with_a_word_changed_is_the_same_card() -> None:
    assert index_with(LONG).find(clean(LONG.replace("vanochtend", "gisteren"))) == 1


def test_another_text_about_the_same_thing_is_another_card() -> None:
    assert index_with(LONG).find(clean("Inloggen lukt niet meer, de app zegt steeds dat mijn wachtwoord niet klopt sinds vandaag")) is None


def test_forty_people_saying_thanks_are_forty_people() -> None:
    assert index_with("dank je wel").find(clean("dank je wel")) is None


def test_the_oldest_card_wins() -> None:
    assert index_with("een heel ander verhaal over zonnepanelen", LONG, LONG + " help").find(clean(LONG)) == 2


def test_a_forgotten_text_folds_nothing() -> None:
    """After a removal nothing may tell what the removed text was."""
    index = index_with(LONG)
    index.forget([1])
    assert index.find(clean(LONG)) is None
    assert index.find(clean(LONG.replace("vanochtend", "gisteren"))) is None


def test_a_card_goes_on_with_its_next_text_when_the_first_has_left() -> None:
    """The window moves on over the first of fifty copies; the fifty-first is still a copy, in this process and after a restart."""
    index = index_with(LONG)
    index.add(1, 2, clean(LONG + " help"))
    index.forget([1])
    started_again = CardIndex()
    started_again.add(1, 2, clean(LONG + " help"))
    for one in (index, started_again):
        assert one.find(clean(LONG)) == 1


@given(
    st.lists(st.tuples(st.integers(1, 12), st.sampled_from(["", " help", " nu weer", " al dagen", " echt waar"])), max_size=12), st.data()
)
def test_what_an_index_answers_does_not_depend_on_the_order_in_which_it_was_filled(
    told: list[tuple[int, str]], data: st.DataObject
) -> None:
    """A process that was started again reads the window in another order than the one that saw it arrive."""
    texts = {mention_id: clean(LONG + ending) for mention_id, ending in told}
    cards = {mention_id: data.draw(st.integers(1, mention_id)) for mention_id in texts}
    gone = data.draw(st.sets(st.sampled_from(sorted(texts)))) if texts else set()
    one, other = CardIndex(), CardIndex()
    for mention_id in data.draw(st.permutations(sorted(texts))):
        one.add(cards[mention_id], mention_id, texts[mention_id])
    one.forget(data.draw(st.permutations(sorted(gone))))
    for mention_id in sorted(set(texts) - gone):
        other.add(cards[mention_id], mention_id, texts[mention_id])
    for ending in ("", " help", " nu weer", " geheel iets anders van een heel andere lengte dan dit"):
        assert one.find(clean(LONG + ending)) == other.find(clean(LONG + ending))


def test_an_index_built_again_answers_alike() -> None:
    texts = [LONG, LONG.replace("app", "site"), "Nog een lange tekst over de rekening die deze maand veel te hoog is uitgevallen"]
    one, other = index_with(*texts), index_with(*texts)
    assert [one.find(clean(text)) for text in texts] == [other.find(clean(text)) for text in texts]
