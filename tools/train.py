"""`make train`: trains the model when content, configuration or code changed, with progress a person can follow.

models/trained_from.json remembers the hash of what a model was trained from and how long it took. A broken card stops
the training with file, line and mend; the model that is there stays.
"""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import Any

from knowledge import places
from knowledge.cards import load_library
from knowledge.located_yaml import DataError

MODELS = places.ROOT / "models"
RECORD = MODELS / "trained_from.json"
#: What the model is made from: changes elsewhere need no training.
MADE_FROM = ("data", "config.yml", "domain.yml", "components", "knowledge", "requirements.lock")
#: What lies among them and is read when the services start: a changed word there needs no training.
READ_AT_START = (
    "data/web.yml",
    "data/staff.yml",
    "data/safety/help_lines.yml",
    "data/safety/replies.yml",
    "data/safety/table.yml",
)
#: Seconds a first training takes on two cores, for the time left before any was measured.
USUAL_SECONDS = 300.0
STEPS = {
    "SentenceEmbedder": "reading the examples",
    "SafetyFilter": "learning what a crisis sounds like",
    "CardClassifier": "learning the cards",
    "RulePolicy": "checking the rules",
}


def fingerprint() -> str:
    """Return the hash of everything that the model is made from."""
    digest = hashlib.sha256()
    for name in MADE_FROM:
        place = places.ROOT / name
        for path in sorted(place.rglob("*")) if place.is_dir() else [place]:
            named = str(path.relative_to(places.ROOT))
            if path.is_file() and "__pycache__" not in path.parts and named not in READ_AT_START:
                digest.update(f"{named}\0".encode() + path.read_bytes())
    return digest.hexdigest()


def trained_model() -> Path | None:
    """Return the model that was trained from what is here now, or None."""
    record = _record()
    model = MODELS / str(record.get("model", ""))
    return model if record.get("fingerprint") == fingerprint() and model.is_file() else None


def seconds_of_training() -> float | None:
    """Return how long the training of the newest model took; None when there is no model."""
    seconds = _record().get("seconds")
    return float(seconds) if seconds is not None else None


def train() -> Path:
    """Train if need be and return the model. Raises SystemExit with what to do when it can't be trained."""
    model = trained_model()
    if model:
        return model
    try:
        load_library()
    except DataError as error:
        sys.exit(f"{error}\nThe content can't be used: mend the lines above. The last good model stays as it is.")
    made_from = fingerprint()
    expected = float(_record().get("seconds", USUAL_SECONDS))
    began = time.monotonic()
    print(f"Training from the cards, about {expected:.0f} s …", flush=True)
    name = f"unclench-{made_from[:12]}"
    _run_rasa(["train", "--out", "models", "--fixed-model-name", name], began, expected)
    seconds = time.monotonic() - began
    record = {"fingerprint": made_from, "model": f"{name}.tar.gz", "seconds": round(seconds, 1)}
    RECORD.write_text(json.dumps(record), encoding="utf-8")
    for old in MODELS.glob("unclench-*.tar.gz"):
        if old.name != record["model"]:
            old.unlink()
    print(f"Trained in {seconds:.0f} s.", flush=True)
    return MODELS / f"{name}.tar.gz"


def _run_rasa(arguments: list[str], began: float, expected: float) -> None:
    command = [sys.executable, "-W", "ignore", "-m", "components.quick_rasa", *arguments]
    environment = {**os.environ, "RASA_TELEMETRY_ENABLED": "false", "PYTHONUNBUFFERED": "1"}
    process = subprocess.Popen(  # noqa: S603 (our own arguments)
        command, cwd=places.ROOT, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    )
    said: list[str] = []
    step = ["loading"]
    stop = threading.Event()
    ticker = threading.Thread(target=_tick, args=(step, stop, began, expected), daemon=True)
    ticker.start()
    for line in process.stdout or ():
        said.append(line.rstrip())
        for component, words in STEPS.items():
            if f"'{component}'" in line and "Starting" in line:
                step[0] = words
    stop.set()
    ticker.join()
    if process.wait() != 0:
        last = "\n".join([line for line in said if line.strip()][-15:])
        sys.exit(f"{last}\nThe training failed; its last lines are above. The last good model stays as it is.")


def _tick(step: list[str], stop: threading.Event, began: float, expected: float) -> None:
    every = 1.0 if sys.stdout.isatty() else 15.0
    while not stop.wait(every):
        gone = time.monotonic() - began
        left = f"about {expected - gone:.0f} s left" if expected > gone else "nearly done"
        line = f"  {step[0]} … {gone:.0f} s, {left}"
        print(f"\r{line:<70}" if sys.stdout.isatty() else line, end="" if sys.stdout.isatty() else "\n", flush=True)
    if sys.stdout.isatty():
        print("\r" + " " * 70, end="\r", flush=True)


def _record() -> dict[str, Any]:
    try:
        record = json.loads(RECORD.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return record if isinstance(record, dict) else {}


if __name__ == "__main__":
    print(train().relative_to(places.ROOT))
