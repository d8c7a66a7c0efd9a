"""`rasa test`: the stories of tests/test_stories.yml against the trained model, with Rasa's own runner."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from knowledge import places
from tools.train import train

STORIES = places.ROOT / "tests" / "test_stories.yml"
COMMAND = [sys.executable, "-W", "ignore", "-m", "components.quick_rasa", "test", "core", "--e2e", "--no-plot"]


def rasa_test(stories: Path, out: Path) -> subprocess.CompletedProcess[str]:
    """Run Rasa's test of conversations, which fails on the first action that is not the story's."""
    more = ["--stories", stories, "--model", train(), "--out", out, "--fail-on-prediction-errors"]
    return subprocess.run([*COMMAND, *more], cwd=places.ROOT, capture_output=True, text=True)


@pytest.mark.slow
def test_every_story_goes_as_it_is_written(tmp_path: Path) -> None:
    ran = rasa_test(STORIES, tmp_path)
    said = ran.stdout + ran.stderr
    assert ran.returncode == 0, said[-3000:]
    written = len(yaml.safe_load(STORIES.read_text(encoding="utf-8"))["stories"])
    assert re.search(rf"Correct: +{written} / {written}\b", said), said[-3000:]


@pytest.mark.slow
def test_a_story_that_goes_otherwise_is_noticed(tmp_path: Path) -> None:
    wrong = tmp_path / "test_wrong.yml"  # Rasa takes files for tests by this name
    steps = [{"intent": "crisis"}, {"action": "utter_answer"}]
    wrong.write_text(yaml.safe_dump({"version": "3.1", "stories": [{"story": "wrong", "steps": steps}]}))
    ran = rasa_test(wrong, tmp_path)
    assert ran.returncode != 0 and "utter_crisis" in ran.stdout + ran.stderr


def test_the_stories_have_every_intent_that_the_dialogue_knows() -> None:
    domain = yaml.safe_load((places.ROOT / "domain.yml").read_text(encoding="utf-8"))
    known = {name for intent in domain["intents"] for name in intent}
    stories = yaml.safe_load(STORIES.read_text(encoding="utf-8"))["stories"]
    assert {step["intent"] for story in stories for step in story["steps"] if "intent" in step} == known
