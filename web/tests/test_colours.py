"""The clinic's colour, checked for contrast."""

import pytest

from unclench_web.colours import (
    DARK_SHEET,
    ENOUGH,
    LIGHT_PAPER,
    LIGHT_SHEET,
    contrast,
    dark_shades,
    faint_on,
    light_shades,
    lightened,
    mix,
    readable,
    style_of,
)

# colours that clinics have: white, black, and strong ones from all around the circle
COLORS = ["#ffffff", "#000000", "#ffcc00", "#ff6f61", "#e11d48", "#7c3aed", "#1d4ed8", "#0ea5e9", "#16a34a", "#808080"]


def test_contrast_is_that_of_wcag() -> None:
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert contrast("#777777", "#ffffff") == pytest.approx(4.48, abs=0.01)
    assert contrast("#123456", "#123456") == 1


def test_mixing_goes_from_one_colour_to_the_other() -> None:
    assert [mix("#000000", "#ffffff", part) for part in (0, 0.5, 1)] == ["#000000", "#808080", "#ffffff"]


@pytest.mark.parametrize("color", COLORS)
def test_every_colour_has_a_shade_near_it_that_can_be_read_in_the_light_and_one_in_the_dark(color: str) -> None:
    assert faint_on(light_shades(readable(color)), LIGHT_SHEET, LIGHT_PAPER) >= ENOUGH
    assert faint_on(dark_shades(lightened(color)), DARK_SHEET) >= ENOUGH


def test_a_colour_that_can_be_read_is_left_as_it_is() -> None:
    assert readable("#1d5a50") == "#1d5a50"


def test_the_style_sheet_has_both_kinds_of_pages() -> None:
    style = style_of(light_shades("#1d4ed8"), dark_shades("#93b4ff"))
    light, dark = style.split("@media (prefers-color-scheme: dark)")
    assert "--leaf: #1d4ed8;" in light and "--leaf: #93b4ff;" in dark
