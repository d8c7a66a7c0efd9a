"""One person as lines, seen from the side: joints are placed by where hands and feet are, so that no limb is too long.

The person faces right, and the near limbs are the right ones. For the left side the whole drawing is mirrored, so that
the near side is always the side that works. Lengths are in units of the drawing.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

Point = tuple[float, float]

WIDTH, BOTTOM, FLOOR = 240, 184, 172.0
#: How far up a drawing reaches: for somebody who stands, and for all others.
STANDING, LOW = -20, 20
HEAD, NECK, TORSO = 13.0, 26.0, 54.0
THIGH, SHIN, FOOT = 43.0, 43.0, 15.0
UPPER_ARM, FOREARM = 32.0, 31.0
#: How far an ankle is above the floor when the foot is flat.
ANKLE = 7.0
ACCENT = "#c05a1c"
#: How much of the far limbs shows.
FAINT = 0.48


def n(value: float) -> str:
    """Return a number as short as it can be."""
    return f"{value:.1f}".rstrip("0").rstrip(".")


def at(origin: Point, angle: float, length: float) -> Point:
    """Return the point `length` away; angles in degrees, 0 to the right, 90 up."""
    return origin[0] + length * math.cos(math.radians(angle)), origin[1] - length * math.sin(math.radians(angle))


def joint(start: Point, end: Point, first: float, second: float, bend: int) -> tuple[Point, Point]:
    """Return (joint, end) of a limb with two parts; `bend` (1 or -1) is the side it bends to."""
    dx, dy = end[0] - start[0], end[1] - start[1]
    far = math.hypot(dx, dy) or 0.01
    reach = min(far, first + second - 0.01)
    reach = max(reach, abs(first - second) + 0.01)
    end = (start[0] + dx / far * reach, start[1] + dy / far * reach)
    along = (first**2 - second**2 + reach**2) / (2 * reach)
    aside = math.sqrt(max(first**2 - along**2, 0.0)) * bend
    ux, uy = dx / far, dy / far
    return (start[0] + ux * along - uy * aside, start[1] + uy * along + ux * aside), end


@dataclass(frozen=True)
class Leg:
    """Where an ankle is, to which side the knee bends, and how the foot points (degrees)."""

    ankle: Point
    bend: int = -1
    foot: float = 0.0


@dataclass(frozen=True)
class Person:
    """A pose: hip and the angle of the torso, legs, and where the hands are."""

    hip: Point
    torso: float
    near: Leg
    far: Leg
    near_hand: Point
    far_hand: Point
    near_elbow: int = 1
    far_elbow: int = 1
    nod: float = 0.0

    @property
    def shoulder(self) -> Point:
        """Return where the arms begin."""
        return at(self.hip, self.torso, TORSO)

    @property
    def head(self) -> Point:
        """Return the middle of the head."""
        return at(self.shoulder, self.torso + self.nod, NECK)

    def draw(self, name: str) -> str:
        """Return the person as SVG; `name` keeps the mask's id apart from those of other drawings."""
        near_arm = _arm(self.shoulder, self.near_hand, self.near_elbow)
        far_arm = _arm(self.shoulder, self.far_hand, self.far_elbow)
        nose = self.torso + self.nod - 90
        body = (
            _line([self.hip, self.shoulder], 19)
            + _leg(self.hip, self.near)
            + _line([self.shoulder, self.head], 9)
            + f'<circle cx="{n(self.head[0])}" cy="{n(self.head[1])}" r="{n(HEAD)}" fill="currentColor"/>'
            + _line([self.head, at(self.head, nose, HEAD + 2.5)], 5)
        )
        halo = _line(near_arm, 15, "#000")
        return (
            f'<g opacity="{FAINT}">{_leg(self.hip, self.far)}{_line(far_arm, 9)}</g>'
            f'<mask id="{name}" maskUnits="userSpaceOnUse" x="-40" y="-40" width="320" height="270">'
            f'<path fill="#fff" d="M-40-40h320v270h-320z"/>{halo}</mask>'
            f'<g mask="url(#{name})">{body}</g>{_line(near_arm, 9)}'
        )


def _arm(shoulder: Point, hand: Point, elbow: int) -> list[Point]:
    middle, end = joint(shoulder, hand, UPPER_ARM, FOREARM, elbow)
    return [shoulder, middle, end]


def _leg(hip: Point, leg: Leg) -> str:
    knee, ankle = joint(hip, leg.ankle, THIGH, SHIN, leg.bend)
    foot = at(ankle, leg.foot, FOOT)
    return _line([hip, knee], 15) + _line([knee, ankle], 12) + _line([ankle, foot], 9)


def _line(points: list[Point], width: float, colour: str = "currentColor") -> str:
    path = "M" + "L".join(f"{n(x)} {n(y)}" for x, y in points)
    return (
        f'<path d="{path}" fill="none" stroke="{colour}" stroke-width="{n(width)}" '
        'stroke-linecap="round" stroke-linejoin="round"/>'
    )


def thin(points: list[Point], width: float = 4, opacity: float = 0.6) -> str:
    """Return a line of furniture."""
    path = "M" + "L".join(f"{n(x)} {n(y)}" for x, y in points)
    return (
        f'<path d="{path}" fill="none" stroke="currentColor" stroke-width="{n(width)}" opacity="{opacity}" '
        'stroke-linecap="round" stroke-linejoin="round"/>'
    )


def floor(left: float = 14, right: float = 226, height: float = FLOOR) -> str:
    """Return the line of the floor."""
    return thin([(left, height), (right, height)], 3, 0.35)


def arrow(points: list[Point], curve: bool = False) -> str:
    """Return an arrow through the points, in the accent colour, head at the last one."""
    if curve and len(points) == 3:
        (ax, ay), (bx, by), (cx, cy) = points
        path = f"M{n(ax)} {n(ay)}Q{n(bx)} {n(by)} {n(cx)} {n(cy)}"
    else:
        path = "M" + "L".join(f"{n(x)} {n(y)}" for x, y in points)
    (ax, ay), (bx, by) = points[-2], points[-1]
    angle = math.degrees(math.atan2(ay - by, bx - ax))
    one, two = at((bx, by), angle + 145, 9), at((bx, by), angle - 145, 9)
    head = f"M{n(one[0])} {n(one[1])}L{n(bx)} {n(by)}L{n(two[0])} {n(two[1])}"
    return (
        f'<path d="{path}{head}" fill="none" stroke="{ACCENT}" stroke-width="4" '
        'stroke-linecap="round" stroke-linejoin="round"/>'
    )


def up_and_down(x: float, top: float, bottom: float) -> str:
    """Return an arrow with two heads, one above the other."""
    return arrow([(x, (top + bottom) / 2), (x, top)]) + arrow([(x, (top + bottom) / 2), (x, bottom)])


def spot(place: Point, radius: float = 9) -> str:
    """Return the mark where a stretch is felt."""
    x, y = n(place[0]), n(place[1])
    return (
        f'<circle cx="{x}" cy="{y}" r="{n(radius)}" fill="{ACCENT}"/>'
        f'<circle cx="{x}" cy="{y}" r="{n(radius + 5)}" fill="none" stroke="{ACCENT}" stroke-width="2.5" opacity=".7"/>'
    )


def svg(content: str, top: int, mirrored: bool = False) -> str:
    """Return a whole drawing from `top` down. It has no colour of its own but the accent: the page gives the ink."""
    if mirrored:
        content = f'<g transform="matrix(-1 0 0 1 {WIDTH} 0)">{content}</g>'
    return f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 {top} {WIDTH} {BOTTOM - top}">{content}</svg>\n'
