"""The clinical rules for movements, written down a second time and on purpose: what the data must never allow.

From the table of the six movements and its general skip list. With a fact of its row a card is offered in no form but
the one that the rules name as the gentler way for it.
"""

from __future__ import annotations

#: Every one of these rules out every movement (calm practices are not movements).
GENERAL = frozenset(
    {
        "red_now",
        "red_today",
        "strong_pain",
        "injury",
        "hip_replacement",
        "thin_bones",
        "pregnant",
        "falls",
        "heart_or_pressure",
        "limit_exercise",
        "check_in_held",
    }
)
RED = frozenset({"red_now", "red_today"})
#: Card → facts with which it is skipped.
SKIP: dict[str, frozenset[str]] = {
    "seated-marching": frozenset(),
    "leg-dangle": frozenset({"hip_replacement_cleared", "dizzy", "back"}),
    "half-kneel": frozenset({"knee", "balance", "hip_pinch"}),
    "leg-lifts": frozenset({"balance"}),
    "marching": frozenset({"balance", "dizzy"}),
    "stability-ball": frozenset({"wrist_or_shoulder", "back", "hernia"}),
    "somatic-yoga": frozenset({"flashbacks", "glaucoma"}),
}
#: (card, form) → facts of SKIP for which this form is the gentler way that the rules name.
GENTLER: dict[tuple[str, str], frozenset[str]] = {
    ("leg-dangle", "gentler"): frozenset({"back"}),  # no leg hangs
    ("half-kneel", "gentler"): frozenset({"knee"}),  # on the feet
    ("leg-lifts", "gentler"): frozenset({"balance"}),  # seated
}


def is_forbidden(card: str, form: str, facts: frozenset[str]) -> bool:
    """Return whether the rules forbid a form of a movement to somebody with these facts."""
    return bool(facts & GENERAL) or bool(facts & (SKIP[card] - GENTLER.get((card, form), frozenset())))
