"""Calls drawn from the description, right and wrong: no fault of ours, no answer that is not described, no hole (RULES S2, S3, S15)."""

from __future__ import annotations

from datetime import timedelta

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from moderation.inbox.api.app import description
from moderation.inbox.rights import ROUTES
from moderation.model.person import Right, Role
from tests.fakes.api_cases import DrawnCall, calls
from tests.fakes.asking import Answer, Asking
from tests.fakes.house import OURS, THEIRS, WORDS, House

SAID = description()
NUMBERS: st.SearchStrategy[int | str] = st.sampled_from([1, 2, 3, 4, 999, 2**63 - 1, 2**63, 0, -1]) | st.sampled_from(["x", "1e3", "%00"])
VIEWER = "kijker van een merk"
AGENT = "een programma"
A_WHILE = timedelta(seconds=1)
"""Between two calls, so that limits per person are met elsewhere."""
CHECKED = settings(max_examples=100, suppress_health_check=list(HealthCheck))


def must_be_described(call: DrawnCall, answer: Answer) -> None:
    """The status and the kind of an answer are written down for its call, and it is no fault."""
    assert answer.status < 500, (call, answer.status)
    described = SAID["paths"][call.template][call.method.lower()]["responses"]
    assert str(answer.status) in described, (call, answer.status)
    assert answer.headers["content-type"].partition(";")[0] in described[str(answer.status)]["content"], call


@CHECKED
@given(call=calls(SAID, NUMBERS))
def test_no_call_fails_or_answers_what_is_not_described(house: House, asking: Asking, call: DrawnCall) -> None:
    if AGENT not in house.cookies:
        house.add(AGENT, Role.ADMIN)
    house.clock.advance(A_WHILE)
    must_be_described(call, asking.call(call.method, call.path, token=house.token(AGENT), body=call.body))


@CHECKED
@given(call=calls(SAID, NUMBERS))
def test_a_viewer_of_one_brand_finds_no_hole(house: House, asking: Asking, call: DrawnCall) -> None:
    """Nothing is changed by somebody who only looks, and nothing of the other brand comes back, whatever is asked."""
    if VIEWER not in house.cookies:
        house.add(VIEWER, Role.VIEWER, frozenset({OURS}))
    house.clock.advance(A_WHILE)
    answer = asking.call(call.method, call.path, token=house.token(VIEWER), body=call.body)
    must_be_described(call, answer)
    reads = ROUTES[call.method, call.template] is Right.READ  # figures as a file, and views of one's own
    assert reads or not (call.method == "POST" and answer.status < 300), call
    if call.template != "/api/v1/openapi.json":
        assert WORDS[THEIRS] not in answer.text, call
        assert THEIRS not in answer.text, call
