"""What may be done with a request, by whom, and what it becomes. Pure."""

from dataclasses import dataclass
from typing import Literal

Status = Literal["new", "in_progress", "done"]
Role = Literal["front_desk", "admin"]
Move = Literal["take", "take_over", "release", "finish", "reopen"]

STATUSES: tuple[Status, ...] = ("new", "in_progress", "done")
ROLES: tuple[Role, ...] = ("front_desk", "admin")
MOVES: tuple[Move, ...] = ("take", "take_over", "release", "finish", "reopen")


@dataclass(frozen=True)
class Place:
    """Where a request stands. `taken_by` is the name of the member of staff who has it or finished it."""

    status: Status
    taken_by: str | None


def moves_of(place: Place, name: str, role: Role) -> tuple[Move, ...]:
    """What the member of staff may do now, the likeliest first."""
    if place.status == "new":
        return ("take",)
    if place.status == "done":
        return ("reopen",)
    if place.taken_by == name:
        return ("finish", "release")
    return ("take_over", "finish", "release") if role == "admin" else ("take_over",)


def after(place: Place, move: Move, name: str, role: Role) -> Place | None:
    """Where the request stands after a move, or None when that move is not open now."""
    if move not in moves_of(place, name, role):
        return None
    if move == "release":
        return Place("new", None)
    if move == "finish":
        return Place("done", place.taken_by)
    return Place("in_progress", name)
