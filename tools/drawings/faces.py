"""The drawings that show no whole person from the side: heads and shoulders from the front, hands, and the senses."""

from __future__ import annotations

from collections.abc import Callable

from tools.drawings.figure import ACCENT, arrow, n

INK = 'fill="none" stroke="currentColor" stroke-width="{}" stroke-linecap="round" stroke-linejoin="round"'


def ink(path: str, width: float = 6) -> str:
    """Return a path in ink."""
    return f'<path d="{path}" {INK.format(n(width))}/>'


def filled(path: str) -> str:
    """Return a filled path in ink."""
    return f'<path d="{path}" fill="currentColor"/>'


def dots(count: int) -> str:
    """Return dots in a row, one for each thing to notice."""
    first = 120 - (count - 1) * 13
    return "".join(f'<circle cx="{first + 26 * each}" cy="172" r="7" fill="{ACCENT}"/>' for each in range(count))


def bust(lift: float = 0, turn: float = 0) -> str:
    """Return head and shoulders from the front; `lift` raises the shoulders, `turn` moves nose and eyes aside."""
    top = 116 - lift
    shoulders = f"M58 182V{n(top + 24)}Q58 {n(top)} 84 {n(top - 4)}H156Q182 {n(top)} 182 {n(top + 24)}V182"
    head = '<ellipse cx="120" cy="62" rx="28" ry="33" {}/>'.format(INK.format("6"))
    neck = ink(f"M108 93V{n(top - 4)}M132 93V{n(top - 4)}")
    nose = ink(f"M{n(120 + turn)} 58L{n(120 + turn * 1.5)} 70L{n(120 + turn)} 72", 4)
    eyes = "".join(
        f'<circle cx="{n(120 + turn + side)}" cy="56" r="3" fill="currentColor"/>'
        for side in (-11, 11)
        if abs(turn + side) < 27
    )
    return ink(shoulders) + head + neck + nose + eyes


def face(tight: bool) -> str:
    """Return a large face, eyes squeezed or soft."""
    outline = '<ellipse cx="120" cy="94" rx="62" ry="74" {}/>'.format(INK.format("6"))
    if tight:
        eyes = ink("M78 76L102 86L78 96M162 76L138 86L162 96M80 62L104 70M160 62L136 70", 5)
        return outline + eyes + ink("M120 92V112M102 136H138", 5)
    eyes = ink("M78 84Q90 94 102 84M138 84Q150 94 162 84M78 64Q90 58 102 64M138 64Q150 58 162 64", 5)
    return outline + eyes + ink("M120 90V112M100 132Q120 144 140 132", 5)


def fist(x: float) -> str:
    """Return a fist, fingers to us."""
    body = f'<rect x="{n(x)}" y="62" width="72" height="66" rx="20" {INK.format("6")}/>'
    fingers = "".join(ink(f"M{n(x + 18 * each)} 64V96", 5) for each in (1, 2, 3))
    return body + fingers + ink(f"M{n(x + 2)} 104H{n(x + 52)}", 6) + ink(f"M{n(x + 14)} 128V160M{n(x + 58)} 128V160")


def open_hand(x: float, thumb: int) -> str:
    """Return an open hand, palm to us; `thumb` 1 has the thumb on the right."""
    shape = (
        "M-26 152V104L-34 62A7 7 0 0 1-20 58L-13 92L-14 44A7 7 0 0 1 0 44L2 90L9 48A7 7 0 0 1 23 50"
        "L18 94L30 68A7 7 0 0 1 43 74L30 118Q26 128 26 152"
    )
    thumb_line = "M-26 116L-46 96A7 7 0 0 0-56 106L-30 140"
    return f'<g transform="matrix({-thumb} 0 0 1 {n(x)} 8)">{ink(shape, 5)}{ink(thumb_line, 5)}</g>'


EYE = (
    ink("M48 86Q120 22 192 86Q120 150 48 86Z")
    + '<circle cx="120" cy="86" r="25" {}/>'.format(INK.format("6"))
    + '<circle cx="120" cy="86" r="10" fill="currentColor"/>'
)
EAR = ink("M92 96C70 66 84 22 122 22C160 22 172 60 156 88C146 106 138 108 136 124C134 146 108 150 102 130") + ink(
    "M104 78C98 56 112 42 126 44C142 48 142 68 130 76C120 82 122 94 112 98", 5
)
NOSE = ink("M112 22C114 58 82 92 78 112C76 126 92 130 104 126C112 136 130 134 132 124") + ink(
    "M132 124C144 122 146 110 138 104M100 112Q106 108 112 113", 5
)
MOUTH = ink("M50 84Q86 56 106 68Q120 76 134 68Q154 56 190 84Q154 132 120 132Q86 132 50 84Z") + ink(
    "M50 84Q120 98 190 84", 5
)

FACES: dict[str, Callable[[str], str]] = {
    "shoulders-up": lambda name: bust(lift=18) + arrow([(38, 140), (38, 100)]) + arrow([(202, 140), (202, 100)]),
    "shoulders-down": lambda name: bust() + arrow([(38, 100), (38, 140)]) + arrow([(202, 100), (202, 140)]),
    "face-tight": lambda name: face(True),
    "face-soft": lambda name: face(False),
    "hands-fist": lambda name: fist(34) + fist(134),
    "hands-open": lambda name: open_hand(70, -1) + open_hand(170, 1),
    "sense-see": lambda name: EYE + dots(5),
    "sense-feel": lambda name: open_hand(124, 1) + dots(4),
    "sense-hear": lambda name: EAR + dots(3),
    "sense-smell": lambda name: NOSE + dots(2),
    "sense-taste": lambda name: MOUTH + dots(1),
}
#: Drawn for the right side, as the right of the person who faces us is on our left.
FACES_SIDED: dict[str, Callable[[str], str]] = {
    "head-turn": lambda name: bust(turn=-15) + arrow([(150, 18), (110, 2), (78, 26)], curve=True),
}
