"""What a text may say where, and to whom: the rows of RULES section 5 that look at the text, the person or the money."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from moderation.messages.neutral import review_links
from moderation.model.leave import LeaveFacts
from moderation.model.policy import GateFacts, House, Question, TargetNow
from moderation.model.post import AccountId, OutgoingPost, PostKind, Target
from moderation.policy.content import MACHINE_WRITTEN, PERSON_EDITED, in_whatsapp_window
from moderation.policy.cost import cost_of, cost_words, spent
from moderation.policy.gate import check
from moderation.policy.similar import similarity
from moderation.workflows.load_wording import load_policy, load_public_wording
from tests.fakes.desk import MORNING

POLICY = load_policy()
HOUSE = House(
    account_names=("simulated:stroom",),
    allowed_targets=("here",),
    signature="",
    sender_names=("Stroomwerk",),
    staff=("discourse/here/collega",),
)
SAYS_SO = " Een programma plaatste dit namens ons team."


def question(
    text: str = "Dag, we kijken met je mee.",
    platform: str = "discourse",
    *,
    kind: PostKind = PostKind.REPLY,
    person: str = "",
    options: tuple[str, ...] = (),
    standing: bool = False,
    account: str = "stroom",
    **leave: object,
) -> Question:
    account_id = AccountId(platform="simulated", realm="simulated", native_id=account, name="stroom")
    where = Target(platform=platform, realm="here", thread_id="t", parent_id="p", mention_id=3, content_hash="h", person=person)
    post = OutgoingPost(account=account_id, kind=kind, target=where, text=text, options=options)
    facts = GateFacts(standing=standing, leave=LeaveFacts(at=MORNING, **leave))  # type: ignore[arg-type]  # fields by name
    return Question(post=post, whoami=account_id, target=TargetNow(gone=False, content_hash="h", addressed=True), facts=facts)


def refused(*arguments: str, house: House = HOUSE, **changes: object) -> tuple[str, ...]:
    return check(question(*arguments, **changes), POLICY, house).refused  # type: ignore[arg-type]  # arguments by name


def test_on_x_a_machine_written_text_needs_the_approval_of_x() -> None:
    """RULES P3: setting empty, refused."""
    text = "Dag! Dit antwoord is geschreven met AI en door ons nagelezen."
    assert refused(text, "x", options=(MACHINE_WRITTEN,)) == ("x_ai_approval",)
    assert refused(text, "x", options=(MACHINE_WRITTEN, PERSON_EDITED)) == ("x_ai_approval",), "a person's edit does not unmake it"
    assert refused(text, "x", options=(MACHINE_WRITTEN,), house=replace(HOUSE, ai_approved=("simulated:stroom",))) == ()
    assert refused(text, "x") == (), "a person wrote it"


def test_what_a_model_wrote_or_nobody_chose_says_so() -> None:
    """RULES P35: missing, refused."""
    assert refused(options=(MACHINE_WRITTEN,)) == ("undisclosed",)
    assert refused("Opgesteld met AI: we kijken mee.", options=(MACHINE_WRITTEN, PERSON_EDITED)) == ()
    invitation = "Klacht, compliment of beoordeling? Alle drie zijn welkom."
    assert refused(invitation, kind=PostKind.INVITATION, standing=True) == ("undisclosed",)
    assert refused(invitation + SAYS_SO, kind=PostKind.INVITATION, standing=True) == ()
    assert refused() == (), "an agent's own words need no label"


ONE = "Goedemorgen, de storing in de Vogelbuurt is bekend bij onze monteurs en zij zijn onderweg naar het verdeelstation."


@pytest.mark.parametrize(
    ("other", "alike"),
    [
        (ONE, True),
        (ONE.upper() + " https://stroom.example/x #storing", True),
        (ONE.replace("Vogelbuurt", "Bomenbuurt"), True),  # one name changed
        (ONE.replace("Goedemorgen", "Hallo"), True),
        ("De rekening van maart komt een week later; je hoeft niets te doen. Onze excuses voor het ongemak.", False),
        ("Goedemorgen, wil je ons je postcode sturen? Dan kijken we wat er in jouw straat aan de hand is.", False),
        ("", False),
    ],
)
def test_two_accounts_do_not_say_the_same_on_x(other: str, alike: bool) -> None:
    """RULES P4: 0.9 similar, blocked."""
    assert (similarity(ONE, other) >= 0.9) is alike
    assert ("x_similar" in refused(ONE, "x", elsewhere=(other,))) is alike
    assert refused(ONE, "discourse", elsewhere=(other,)) == (), "a rule of X"


def test_likeness_is_whole_and_even() -> None:
    assert similarity("", "") == 1.0
    assert similarity("a", "") == similarity("", "a") == 0.0
    assert similarity("storing", "storing") == pytest.approx(1.0)
    assert 0 <= similarity("storing in de wijk", "geen stroom hier") < 0.5


def test_reddit_hears_that_a_program_posts() -> None:
    """RULES P13: footer missing, refused."""
    text = "Klacht, compliment of beoordeling? Alle drie zijn welkom."
    assert refused(text, "reddit", kind=PostKind.INVITATION) == ("reddit_footer",)
    assert refused(text + SAYS_SO, "reddit", kind=PostKind.INVITATION) == ()
    assert refused("Dag, we kijken mee.", "reddit") == ()


def test_discord_knows_no_invitation_by_direct_message_and_no_contact_elsewhere() -> None:
    """RULES P14."""
    text = "Stroomwerk vraagt: klacht of compliment? Afmelden kan." + SAYS_SO
    assert refused(text, "discord", kind=PostKind.INVITATION, person="u1", consented=True) == ("discord_direct",)
    assert refused("Stroomwerk hier, laat een review achter? Afmelden kan.", "discord", person="u1", consented=True) == ("discord_direct",)
    assert refused("Dag, je vroeg naar je meter.", "discord", person="u1") == (), "an answer to what they asked"
    assert refused("Dag, je vroeg naar je meter.", "mail", person="a@b.example", mention_platform="discord") == ("discord_only",)


@pytest.mark.parametrize("kind", [PostKind.INVITATION, PostKind.YOU_SAID])
def test_a_direct_message_that_asks_needs_consent_a_name_and_a_way_out(kind: PostKind) -> None:
    """RULES P34: no consent, refused."""
    whole = "Dit bericht komt van Stroomwerk. Klacht of compliment? Antwoord met AFMELDEN en we schrijven niet meer."
    assert refused(whole, "mail", kind=kind, person="a@b.example") == ("no_consent",)
    assert refused(whole, "mail", kind=kind, person="a@b.example", consented=True) == ()
    without_way = "Dit bericht komt van Stroomwerk. Klacht of compliment?"
    assert refused(without_way, "mail", kind=kind, person="a@b.example", consented=True) == ("no_way_out",)
    nameless = "Klacht of compliment? Afmelden kan."
    assert refused(nameless, "mail", kind=kind, person="a@b.example", consented=True) == ("sender_not_named",)
    assert refused("Je meter komt dinsdag.", "mail", person="a@b.example") == (), "an answer asks for nothing"


@pytest.mark.parametrize(
    "text",
    [
        "Bestel nu onze zonnepanelen!",
        "Profiteer van onze aanbieding.",
        "Gebruik kortingscode STROOM.",
        "Order now!",
        "A special offer for you.",
    ],
)
def test_a_public_reply_advertises_nothing(text: str) -> None:
    assert refused(text) == ("promotion_in_reply",)
    assert "no_consent" in refused(text, "mail", person="a@b.example")


@pytest.mark.parametrize(
    "text",
    [
        "Je korting is verrekend.",
        "Je bestelling is onderweg.",
        "Your order arrives today.",
        "The discount was applied.",
        "We received your order today.",
        "The app stopped with code 500.",
        "De aanbieding van maart is verlopen.",
        "Je kunt nu overstappen als je contract afloopt.",
    ],
)
def test_an_answer_about_a_discount_is_no_advertisement(text: str) -> None:
    assert refused(text) == ()


def test_five_hundred_compliments_get_a_thank_you_without_a_review_link() -> None:
    """RULES P31 by its own test: the shipped thank-you, and whatever link somebody adds to it."""
    wording = load_public_wording()
    hosts = POLICY.review_hosts
    for number in range(500):
        language = ("nl", "en")[number % 2]
        given = {"subject": f"compliment {number}", "signature": ""}
        text = wording[language].render("reply_thanks", given)
        assert review_links(text, hosts) == ()
        assert refused(text) == ()
        linked = f"{text} https://{hosts[number % len(hosts)]}/stroom"
        assert "reply_with_review_link" in refused(linked), linked


def test_a_colleague_is_not_asked() -> None:
    text = "Klacht, compliment of beoordeling?"
    assert refused(text, kind=PostKind.INVITATION, person_keys=("discourse/here/collega",)) == ("staff_account",)
    assert refused(text, kind=PostKind.INVITATION, person_keys=("discourse/here/klant",)) == ()
    assert refused("Dag collega", person_keys=("discourse/here/collega",)) == ()


def test_an_invitation_that_steers_is_refused_whatever_language_it_says_it_is_in() -> None:
    for text in ("Was je blij met ons?", "Win a prize with your review."):
        assert refused(text, kind=PostKind.INVITATION) == ("invitation_steers",)


def test_the_team_signs_where_it_has_a_signature() -> None:
    """RULES P36. A status update is signed by its template, X has no room."""
    signed = replace(HOUSE, signature="– Team Stroomwerk")
    assert refused("Dag!", house=signed) == ("unsigned",)
    assert refused("Dag!\n\n– team stroomwerk", house=signed) == ()
    assert refused("Dag!", "x", house=signed) == ()


def test_only_accounts_of_this_house_speak() -> None:
    """RULES P36: no posing as a customer."""
    assert refused(house=replace(HOUSE, account_names=("simulated:other",))) == ("account_not_listed",)


@pytest.mark.parametrize(("seconds", "open_"), [(0, True), (86_399, True), (86_400, True), (86_401, False)])
def test_whatsapp_takes_free_text_for_a_day(seconds: int, open_: bool) -> None:
    """RULES P21: 23:59:59 goes, 24:00:01 is refused."""
    heard = MORNING - timedelta(seconds=seconds)
    assert in_whatsapp_window(heard, MORNING) is open_
    assert (refused("Dag!", "whatsapp", heard_at=heard) == ()) is open_
    assert refused("Dag!", "whatsapp") == ("whatsapp_window",), "never heard from"


def test_a_post_on_x_says_what_it_costs() -> None:
    """RULES P8: shown before the send."""
    plain, linked = question("Dag!", "x").post, question("Dag! Zie https://stroom.example/status", "x").post
    assert (cost_of(plain, POLICY), cost_of(linked, POLICY)) == (0.015, 0.2)
    assert cost_words(linked, POLICY) == "costs $0.200 on x"
    assert cost_words(question("Dag!", "discourse").post, POLICY) == ""
    assert cost_of(question("Kijk op stroom.nl", "x").post, POLICY) == 0.2, "X makes that a link"
    assert spent(["Dag!", "https://a.nl"], "x", POLICY) == pytest.approx(0.215)


@pytest.mark.parametrize(("posted", "held"), [(0, ()), (65, ()), (66, ("spend_day",))])
def test_what_a_day_may_cost_is_kept(posted: int, held: tuple[str, ...]) -> None:
    """A dollar buys 66 posts of $ 0.015; the 67th waits and is not refused."""
    verdict = check(question("Dag!", "x", paid_day=("Hallo",) * posted), POLICY, HOUSE)
    assert (verdict.refused, verdict.held) == ((), held)
    assert check(question("Dag!", "discourse", paid_day=("Hallo",) * posted), POLICY, HOUSE).passes


@pytest.mark.parametrize("platform", ["reddit", "x", "discord", "mastodon", "bluesky", "matrix", "discourse", "mail", "webhook"])
def test_every_platform_has_a_place_for_every_kind(platform: str) -> None:
    assert set(POLICY.places[platform]) == {kind.value for kind in PostKind}


@pytest.mark.parametrize(
    ("platform", "kind", "rule"),
    [
        ("x", PostKind.INVITATION, "invitation_place"),
        ("mastodon", PostKind.YOU_SAID, "invitation_place"),
        ("webhook", PostKind.INVITATION, "invitation_place"),
        ("unheard_of", PostKind.YOU_SAID, "invitation_place"),
        ("mail", PostKind.STATUS_UPDATE, "kind_not_there"),
        ("hackernews", PostKind.REPLY, "kind_not_there"),
    ],
)
def test_what_has_no_place_is_refused(platform: str, kind: PostKind, rule: str) -> None:
    assert refused("Dag" + SAYS_SO, platform, kind=kind) == (rule,)


@pytest.mark.parametrize("name", sorted(POLICY.rules))
def test_no_rule_leaves_a_blank_in_its_words_but_the_two_that_say_what_was_found(name: str) -> None:
    blank = any("{" in said for said in POLICY.rules[name].says.values())
    assert not blank or name in {"not_neutral", "review_link"}
