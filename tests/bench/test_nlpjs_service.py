from __future__ import annotations

import json
from pathlib import Path

import pytest

from bench import nlpjs_service
from bench.nlpjs_service import HERE, NoNode
from bench.rows import load_examples
from knowledge.cards import load_library


def test_the_version_is_pinned() -> None:
    wanted = json.loads((HERE / "package.json").read_text(encoding="utf-8"))["dependencies"]
    assert all(version[0].isdigit() for version in wanted.values())


def test_every_example_and_an_answer_for_every_label_are_handed_over(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    library = load_library()
    examples = load_examples(library)
    nlpjs_service.service(library, examples, tmp_path)
    pairs = json.loads((tmp_path / "examples.json").read_text(encoding="utf-8"))
    answers = json.loads((tmp_path / "answers.json").read_text(encoding="utf-8"))
    assert len(pairs) == len(examples.texts)
    assert {label for _, label in pairs} == set(answers)
    assert all(answers.values())


def test_without_node_it_is_left_out_with_a_reason(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(nlpjs_service, "INSTALLED", tmp_path)
    monkeypatch.setattr(nlpjs_service, "NODE", tmp_path / "no-such-node")
    with pytest.raises(NoNode, match="left out"):
        nlpjs_service.install()
