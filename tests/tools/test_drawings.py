"""The drawings: one for every step, small, in the page's own ink, and up to date with what draws them."""

from __future__ import annotations

import re
from xml.etree import ElementTree

import pytest

from knowledge.cards import Library
from tools.drawings.__main__ import FOLDER, drawings, main, outdated

FILES = sorted(FOLDER.glob("*.svg"))
MOST = 6 * 1024

each_file = pytest.mark.parametrize("name", [file.name for file in FILES])


def used(library: Library) -> set[str]:
    exercises = [card.exercise for card in library.cards.values() if card.exercise]
    return {f"{step.drawing}.svg" for each in exercises for form in each.forms.values() for step in form.steps}


def test_every_step_has_its_drawing_and_every_drawing_a_step(library: Library) -> None:
    assert used(library) == {file.name for file in FILES}


def test_every_drawing_is_described_and_every_description_drawn(library: Library) -> None:
    assert library.guide is not None
    drawn = {re.sub(r"(-left|-right)?\.svg$", "", file.name) for file in FILES}
    assert set(library.guide.pictures["en"]) == drawn


def test_the_drawings_are_what_the_poses_make() -> None:
    assert outdated() == []
    assert main(["--check"]) == 0


@each_file
def test_a_drawing_is_small(name: str) -> None:
    assert len((FOLDER / name).read_bytes()) <= MOST


@each_file
def test_a_drawing_has_the_pages_ink_and_runs_nothing(name: str) -> None:
    source = (FOLDER / name).read_text(encoding="utf-8")
    root = ElementTree.fromstring(source)
    assert root.tag.endswith("svg") and root.get("viewBox")
    assert "currentColor" in source
    tags = {element.tag.rpartition("}")[2] for element in root.iter()}
    assert tags <= {"svg", "g", "path", "circle", "ellipse", "rect", "mask"}
    assert not re.search(r"\bon\w+=|href|style=|url\((?!#)", source)


@each_file
def test_ids_are_the_drawings_own_so_that_several_may_stand_in_one_page(name: str) -> None:
    ids = re.findall(r'\bid="([^"]+)"', (FOLDER / name).read_text(encoding="utf-8"))
    assert all(each == name.removesuffix(".svg") for each in ids)


def test_the_left_is_the_mirror_of_the_right() -> None:
    made = drawings()
    for name, right in made.items():
        if name.endswith("-right.svg"):
            left = made[name.replace("-right.", "-left.")]
            inner = re.sub(r"^<svg[^>]*>|</svg>\n$", "", right).replace("-right", "-left")
            assert f'<g transform="matrix(-1 0 0 1 240 0)">{inner}</g>' in left


def test_a_drawing_that_is_missing_or_too_many_is_named(tmp_path: object) -> None:
    from pathlib import Path

    folder = Path(str(tmp_path))
    (folder / "old.svg").write_text("<svg/>")
    assert set(outdated(folder)) == {"old.svg", *drawings()}
