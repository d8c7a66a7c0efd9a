"""Rasa's default pipeline on the same content: the project, generated from the cards, trained, and read.

One intent, one rule and one response a card, and three short stories as in `rasa init`, so that its policies have
something to learn. Only the trained model is kept, in var/baseline under the hash of what it is made of.
"""

from __future__ import annotations

import asyncio
import hashlib
import importlib.metadata
import json
import logging
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Mapping
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from bench.figures import Reader
from bench.outcome import Said
from bench.rows import Examples
from knowledge import places
from knowledge.cards import Library

MODELS = places.ROOT / "var" / "baseline"
KEPT = 2
#: The settings of `rasa init`.
EPOCHS = 100
FALLBACK = "nlu_fallback"
_NGRAMS = {"name": "CountVectorsFeaturizer", "analyzer": "char_wb", "min_ngram": 1, "max_ngram": 4}

Project = Mapping[str, Any]


def project(library: Library, examples: Examples, epochs: int = EPOCHS) -> Project:
    """Return the files of the project, by name: what `yaml.safe_dump` is to write."""
    names = {label: intent_of(label) for label in dict.fromkeys(examples.labels)}
    asked: dict[str, list[str]] = {label: [] for label in names}
    for text, label in zip(examples.texts, examples.labels, strict=True):
        asked[label].append(_without_markup(text))
    rules = [_rule(name, f"utter_{name}") for name in names.values()]
    rules.append(_rule(FALLBACK, "utter_please_rephrase"))
    responses = {f"utter_{name}": [{"text": answer_of(library, label)}] for label, name in names.items()}
    responses["utter_please_rephrase"] = [{"text": "Could you say that in other words?"}]
    return {
        "config.yml": _config(epochs),
        "domain.yml": {
            "version": "3.1",
            "intents": list(names.values()),
            "responses": responses,
            "session_config": {"session_expiration_time": 60, "carry_over_slots_to_new_session": True},
        },
        "data/nlu.yml": {
            "version": "3.1",
            "nlu": [
                {"intent": name, "examples": "".join(f"- {text}\n" for text in asked[label])}
                for label, name in names.items()
            ],
        },
        "data/rules.yml": {"version": "3.1", "rules": rules},
        "data/stories.yml": {"version": "3.1", "stories": _stories(list(names.values()))},
        "credentials.yml": {"rest": None},
        "endpoints.yml": {},
    }


def intent_of(label: str) -> str:
    """Return the name of the intent: a "/" would make it a retrieval intent."""
    return label.replace("/", "__")


def answer_of(library: Library, label: str) -> str:
    """Return what is said to a message with this label: the card's answer, or the follow-up's."""
    intent, _, each = label.partition("/")
    card = (library.follow_ups if intent == "follow_up" else library.cards)[each]
    return card.text("en").answer


def _without_markup(text: str) -> str:
    """Return an example without what Rasa's training data reads as an entity."""
    return " ".join(text.translate(str.maketrans("", "", "[]{}")).split())


def _rule(intent: str, action: str) -> dict[str, Any]:
    return {"rule": intent, "steps": [{"intent": intent}, {"action": action}]}


def _stories(names: list[str]) -> list[dict[str, Any]]:
    """Return three short stories over the first intents, two or three turns each."""
    return [
        {
            "story": f"story {at + 1}",
            "steps": [
                step for name in names[at : at + turns] for step in ({"intent": name}, {"action": f"utter_{name}"})
            ],
        }
        for at, turns in enumerate((2, 3, 3))
    ]


def _config(epochs: int) -> dict[str, Any]:
    history = {"max_history": 5, "epochs": epochs}
    return {
        "recipe": "default.v1",
        "assistant_id": "baseline",
        "language": "en",
        "pipeline": [
            {"name": "WhitespaceTokenizer"},
            {"name": "RegexFeaturizer"},
            {"name": "LexicalSyntacticFeaturizer"},
            {"name": "CountVectorsFeaturizer"},
            _NGRAMS,
            {"name": "DIETClassifier", "epochs": epochs, "constrain_similarities": True},
            {"name": "EntitySynonymMapper"},
            {"name": "FallbackClassifier", "threshold": 0.3, "ambiguity_threshold": 0.1},
        ],
        "policies": [
            {"name": "MemoizationPolicy"},
            {"name": "RulePolicy"},
            {"name": "UnexpecTEDIntentPolicy", **history},
            {"name": "TEDPolicy", **history, "constrain_similarities": True},
        ],
    }


def write(files: Project, folder: Path) -> None:
    """Write the project's files into `folder`."""
    for name, content in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(yaml.safe_dump(content, allow_unicode=True, sort_keys=False, width=10_000), encoding="utf-8")


def fingerprint(files: Project) -> str:
    """Return what decides whether a trained model still fits."""
    version = importlib.metadata.version("rasa")
    return hashlib.sha256(f"{version}\0{json.dumps(files, sort_keys=True)}".encode()).hexdigest()[:24]


def environment() -> dict[str, str]:
    """Return the environment for Rasa's own command line."""
    quiet = {"RASA_TELEMETRY_ENABLED": "false", "SQLALCHEMY_SILENCE_UBER_WARNING": "1", "TF_CPP_MIN_LOG_LEVEL": "3"}
    return {**os.environ, **quiet}


def train(files: Project, progress: Callable[[str], None], models: Path = MODELS, stale: bool = False) -> Path:
    """Return the trained model, from `models` when it is there; `stale`: one of older content will do.

    Raises RuntimeError with Rasa's last lines.
    """
    model = models / f"{fingerprint(files)}.tar.gz"
    there = sorted(models.glob("*.tar.gz"), key=lambda path: path.stat().st_mtime)
    if stale and there and not model.is_file():
        progress("Rasa's default pipeline is that of older content.")
        return there[-1]
    if model.is_file():
        progress(f"Rasa's default pipeline is trained already ({model.name}).")
        return model
    models.mkdir(parents=True, exist_ok=True)
    log = models / "training.log"
    began = time.monotonic()
    progress(f"Training Rasa's default pipeline: half an hour or more on two cores, once. Progress: {log}")
    with tempfile.TemporaryDirectory(prefix="unclench-baseline-") as folder:
        write(files, Path(folder))
        command = [sys.executable, "-W", "ignore", "-m", "rasa", "train", "--fixed-model-name", "stock"]
        with log.open("wb") as said_there:
            done = subprocess.run(
                command, cwd=folder, env=environment(), stdout=said_there, stderr=subprocess.STDOUT, check=False
            )
        trained = Path(folder) / "models" / "stock.tar.gz"
        if done.returncode or not trained.is_file():
            last = "\n".join(log.read_text(encoding="utf-8", errors="replace").splitlines()[-15:])
            raise RuntimeError(f"Rasa's default pipeline could not be trained:\n{last}")
        shutil.move(trained, model)
    model.with_suffix(".seconds").write_text(f"{time.monotonic() - began:.1f}", encoding="utf-8")
    for old in sorted(models.glob("*.tar.gz"), key=lambda path: path.stat().st_mtime)[:-KEPT]:
        old.unlink()
        old.with_suffix(".seconds").unlink(missing_ok=True)
    return model


def seconds_of(model: Path) -> float | None:
    """Return how long a model's training took; None for one of a time when that was not noted."""
    noted = model.with_suffix(".seconds")
    return float(noted.read_text(encoding="utf-8")) if noted.is_file() else None


def reader(model: Path, labels: Mapping[str, str]) -> Reader:
    """Return its reading of a message; `labels` maps an intent to ours. It knows nothing of the card one is on."""
    os.environ.update({name: value for name, value in environment().items() if name not in os.environ})
    from rasa.core.agent import Agent
    from rasa.utils.log_utils import configure_structlog

    configure_structlog(logging.ERROR)  # it would print every message
    agent = Agent.load(str(model))
    loop = asyncio.new_event_loop()

    @cache
    def parse(text: str) -> Said:
        return said(loop.run_until_complete(agent.parse_message(text)), labels)

    def read(text: str, topic: str | None) -> Said:
        return parse(text)

    return read


def said(parsed: Mapping[str, Any], labels: Mapping[str, str]) -> Said:
    """Return what Rasa's default pipeline says after it has parsed a message: it offers no choices."""
    ranking = [each for each in parsed.get("intent_ranking", ()) if each["name"] in labels]
    label = labels[ranking[0]["name"]] if ranking else ""
    share = float(ranking[0]["confidence"]) if ranking else 0.0
    decided = labels.get((parsed.get("intent") or {}).get("name") or "")
    if decided is None:
        return Said(label=label, share=share)
    return said_at_once(decided, label, share)


def said_at_once(decided: str, label: str, share: float) -> Said:
    """Return what a system says that answers whatever it decides for, such as `ask/psoas`."""
    intent, _, each = decided.partition("/")
    if intent == "follow_up":
        return Said(aspect=each, label=label, share=share)
    return Said(answered=(each,), label=label, share=share)
