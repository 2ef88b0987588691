"""Tell how far a change of the sentence model is, and which vectors nobody uses any more."""

from __future__ import annotations

from collections.abc import Iterator

from listener.ledger.ledger import Ledger
from listener.model.health import Finding
from listener.workflows.change_model import model_state


def check_model_change(ledger: Ledger, wanted: str) -> Iterator[Finding]:
    """Yield what is to be said about the vectors in a ledger; nothing when all are of the `wanted` model."""
    state = model_state(ledger, wanted)
    if state.left:
        detail = f"{state.texts - state.left} of {state.texts} texts encoded for {wanted}; {state.serving} serves meanwhile"
        yield Finding(level="ok", what="model change", detail=detail)
    unused = [one for one in state.kept if not (one.serves or one.wanted)]
    if unused:
        named = ", ".join(f"{one.model} ({one.texts} texts)" for one in unused)
        yield Finding(
            level="ok", what="model vectors", detail=f"kept of models no longer used: {named}; `klankbord model forget` drops them"
        )
