"""Looks at a reply while it is written: which questions it asks, whether it listened, and what to ask next (pure). Advice only."""

from moderation.coach.look import look

__all__ = ["look"]
