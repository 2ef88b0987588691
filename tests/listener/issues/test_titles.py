"""Titles name what sets an issue apart, in words people used, spelled as they spelled them."""

from __future__ import annotations

from listener.issues.titles import Background, beginning_of, clearly_better, terms_of, title_for
from listener.settings.wording import stop_words
from listener.text.clean import clean

STOP = frozenset(word for listed in stop_words().values() for word in listed)
METER = [
    "De slimme meter kan niet inloggen in de app",
    "Slimme meter app: inloggen lukt al dagen niet",
    "Inloggen in de app van de slimme meter geeft een fout",
    "weer niet kunnen inloggen, slimme meter app is stuk",
]
REST = [
    "De rekening van deze maand is te hoog",
    "Wat een fijne monteur, snel geholpen",
    "De app is mooi geworden",
    "Wanneer komt de nieuwe meter?",
    "Rekening klopt niet en niemand belt terug",
    "Zonnepanelen leveren te weinig op",
]


def titled(texts: list[str], rest: list[str] = REST, without: frozenset[str] = frozenset()) -> str:
    return title_for(
        [terms_of(text, STOP) for text in texts], Background.of(terms_of(text, STOP) for text in [*texts, *rest]), without=without
    )


def test_the_distinctive_words_make_the_title() -> None:
    title = titled(METER)
    assert "slimme meter" in title.lower()
    assert "inloggen" in title.lower()


def test_no_stop_words_and_no_brand() -> None:
    title = titled([f"Zoemvolt {text} #zoemvoltfail" for text in METER], without=frozenset({"zoemvolt"}))
    assert "zoemvolt" not in title.lower()
    assert not {word.lower() for part in title.split(" · ") for word in part.split()} & STOP


def test_spelling_is_the_customers() -> None:
    assert "PostNL" in titled(["PostNL pakket kwijt", "pakket van PostNL nergens", "PostNL weer niet thuis"])


def test_one_word_in_many_forms_is_named_once() -> None:
    title = titled(["storing in wijk", "storingen hier ook", "storing storingen wijk", "storing wijk"])
    assert title.lower().count("storing") == 1


def test_texts_that_share_nothing_get_no_made_up_title() -> None:
    assert titled(["appel", "peer", "banaan"]) == ""


def test_titles_are_at_most_three_terms() -> None:
    assert 2 <= len(titled(METER).split(" · ")) <= 3


def test_forms_of_a_word_count_as_one_and_the_usual_spelling_is_shown() -> None:
    title = titled(["dubbele incasso", "twee incasso's dubbel", "incasso dubbele afschrijving", "dubbele incasso gezien"])
    assert title.lower() == "dubbele incasso"


def test_anger_and_greetings_are_no_title() -> None:
    texts = [
        "Goedemorgen, belachelijk! Pakket kwijt",
        "belachelijk en schandalig, pakket kwijt",
        "Belachelijk: goedemorgen, kwijt dat pakket",
    ]
    assert titled(texts).lower() == "pakket kwijt"


def test_a_place_comes_after_what_happened() -> None:
    rest = [*REST, "Groningen heeft mooi weer", "mijn tante in Groningen", "op naar Groningen", "In Groningen regent het"]
    title = titled(["Storing in Groningen", "geen stroom, weer storing hier in Groningen", "storing vlakbij Groningen"], rest)
    assert title == "storing · Groningen"


def test_a_word_that_every_text_of_the_stream_shares_says_nothing() -> None:
    everywhere = [f"vliegtuig {text}" for text in REST * 6]
    assert titled([f"vliegtuig koffer beschadigd {n}" for n in range(4)], everywhere) == "koffer beschadigd"


def test_a_title_gives_way_only_to_one_that_is_clearly_better() -> None:
    """People look for an issue by the name they saw this morning."""
    terms = [terms_of(text, STOP) for text in METER]
    background = Background.of([*terms, *(terms_of(text, STOP) for text in REST)])
    best = title_for(terms, background)
    assert not clearly_better(best, best, terms, background, frozenset())
    assert not clearly_better(best, "slimme meter · inloggen", terms, background, frozenset())
    assert clearly_better(best, "stuk", terms, background, frozenset())
    assert clearly_better(best, "De eerste zin van iemand", terms, background, frozenset())


def test_a_title_names_no_person_however_many_people_do() -> None:
    """Thirty accounts that shame a mechanic do not put his name and address above a digest."""
    rants = [
        f"De monteur Piet Verhoeven van de Dorpsstraat 12 kwam {word} te laat, NL91ABNA0417164300"
        for word in ("weer", "gisteren", "vandaag")
    ]
    title = titled(rants).lower()
    assert "monteur" in title
    assert not any(word in title for word in ("piet", "verhoeven", "dorpsstraat", "nl91"))


def test_a_title_that_is_the_beginning_of_a_text_is_masked() -> None:
    said = beginning_of(clean("Ik ben Piet Verhoeven, bel 06-12345678. Waar blijft de monteur?"), "nl", 60)
    assert said == "Ik ben [naam], bel [telefoon]. Waar blijft de monteur?"
    assert beginning_of(clean(""), "nl", 60) == "…"


def test_a_sign_that_unfolds_to_a_sentence_is_no_word_of_a_title() -> None:
    """U+FDFA, common in Arabic greetings, unfolds to four words: as one term it would have stopped regrouping for everybody."""
    terms = [terms_of("storing ﷺ" + "ﷺ" * 40 + " noord", frozenset()) for _ in range(4)]
    assert all(len(term.split()) <= 3 for one in terms for term in one)
    assert title_for(terms, Background.of(terms)) == "noord · storing"
