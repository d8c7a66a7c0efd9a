"""The clinic's colour, checked for contrast and made into the colours of the pages, light and dark. Pure functions.

Contrast is that of WCAG 2.2 (relative luminance of sRGB); 4.5 is what text needs (1.4.3).
"""

from dataclasses import dataclass

ENOUGH = 4.5
COMFORTABLE = 7.0

# what text in the clinic's colour stands on: see static/style/tokens.css
LIGHT_SHEET, LIGHT_PAPER = "#ffffff", "#f7f6f2"
DARK_SHEET, DARK_INK = "#1d2726", "#0c1d19"
WHITE, BLACK = "#ffffff", "#000000"


@dataclass(frozen=True)
class Shades:
    """One colour and what goes with it: darker for hovering, a tint for backgrounds, and text upon it."""

    leaf: str
    deep: str
    tint: str
    on: str


def contrast(one: str, other: str) -> float:
    """The contrast of two colours such as "#1d5a50", from 1 to 21."""
    lighter, darker = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def mix(one: str, other: str, part: float) -> str:
    """`one` with `part` (0 to 1) of `other` in it."""
    pairs = zip(_channels(one), _channels(other), strict=True)
    return "#" + "".join(f"{round(a + (b - a) * part):02x}" for a, b in pairs)


def light_shades(color: str) -> Shades:
    """The shades for light pages."""
    return Shades(color, mix(color, BLACK, 0.2), mix(color, WHITE, 0.9), WHITE)


def dark_shades(color: str) -> Shades:
    """The shades for dark pages."""
    return Shades(color, mix(color, WHITE, 0.25), mix(DARK_SHEET, color, 0.12), DARK_INK)


def faint_on(shades: Shades, *backgrounds: str) -> float:
    """The least contrast that the shades have, as text on `backgrounds` and on their tint, and under text on them."""
    as_text = [contrast(shades.leaf, background) for background in (*backgrounds, shades.tint)]
    return min(*as_text, contrast(shades.on, shades.leaf), contrast(shades.on, shades.deep))


def readable(color: str) -> str:
    """The nearest darker colour that can be read on light pages; the colour itself when it can."""
    return next(
        shade
        for shade in (mix(color, BLACK, step / 100) for step in range(101))
        if faint_on(light_shades(shade), LIGHT_SHEET, LIGHT_PAPER) >= ENOUGH
    )


def lightened(color: str) -> str:
    """The nearest lighter colour that is easy to read on dark pages."""
    return next(
        shade
        for shade in (mix(color, WHITE, step / 100) for step in range(101))
        if contrast(shade, DARK_SHEET) >= COMFORTABLE and faint_on(dark_shades(shade), DARK_SHEET) >= ENOUGH
    )


def style_of(light: Shades, dark: Shades) -> str:
    """The style sheet that puts the shades in the place of those in tokens.css."""
    return (
        f":root {{ {_properties(light)} }}\n@media (prefers-color-scheme: dark) {{ :root {{ {_properties(dark)} }} }}\n"
    )


def _properties(shades: Shades) -> str:
    return (
        f"--leaf: {shades.leaf}; --leaf-deep: {shades.deep}; --leaf-tint: {shades.tint}; "
        f"--on-leaf: {shades.on}; --focus: {shades.leaf};"
    )


def _channels(color: str) -> tuple[int, ...]:
    return tuple(int(color[at : at + 2], 16) for at in (1, 3, 5))


def _luminance(color: str) -> float:
    linear = [
        channel / 12.92 if channel <= 0.04045 else ((channel + 0.055) / 1.055) ** 2.4
        for channel in (value / 255 for value in _channels(color))
    ]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
