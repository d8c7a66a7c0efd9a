"""NLP.js (node-nlp) on the cards' own examples: installed once under var/, trained when it starts, asked over HTTP."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import urllib.request
from pathlib import Path

from bench.figures import Reader
from bench.outcome import Said
from bench.rows import Examples
from bench.services import Services, free_port
from bench.stock import answer_of, said_at_once
from knowledge import places
from knowledge.cards import Library

HERE = places.ROOT / "bench" / "nlpjs"
INSTALLED = places.ROOT / "var" / "nlpjs"
NODE = places.ROOT / "tools" / "node.sh"


class NoNode(RuntimeError):
    """There is no Node here, or its packages can't be installed."""


def install() -> None:
    """Install node-nlp under var/nlpjs. Raises NoNode."""
    INSTALLED.mkdir(parents=True, exist_ok=True)
    for name in ("package.json", "serve.js"):
        shutil.copy(HERE / name, INSTALLED / name)
    if (INSTALLED / "node_modules" / "node-nlp").is_dir():
        return
    command = [str(NODE), "npm", "install", "--no-audit", "--no-fund", "--loglevel=error"]
    try:
        done = subprocess.run(command, cwd=INSTALLED, capture_output=True, text=True, check=False, timeout=600)
    except (OSError, subprocess.TimeoutExpired) as error:
        raise NoNode(f"NLP.js is left out: {error}") from error
    if done.returncode:
        raise NoNode(f"NLP.js is left out: npm could not install it.\n{done.stderr[-500:]}")


def service(library: Library, examples: Examples, folder: Path) -> tuple[Services, str]:
    """Return NLP.js with an answer a card, and its address."""
    pairs = list(zip(examples.texts, examples.labels, strict=True))
    answers = {label: answer_of(library, label) for label in dict.fromkeys(examples.labels)}
    (folder / "examples.json").write_text(json.dumps(pairs), encoding="utf-8")
    (folder / "answers.json").write_text(json.dumps(answers), encoding="utf-8")
    port = free_port()
    command = f'exec "{NODE}" serve.js "{folder / "examples.json"}" "{folder / "answers.json"}" {port}'
    base = f"http://127.0.0.1:{port}"
    return Services({"nlpjs": command}, os.environ, [base], INSTALLED, folder), base


def reader(base: str) -> Reader:
    """Return its reading of a message. It knows nothing of the card that one is on."""

    def read(text: str, topic: str | None) -> Said:
        asked = urllib.request.Request(  # noqa: S310 (loopback)
            f"{base}/parse", json.dumps({"text": text}).encode(), {"Content-Type": "application/json"}
        )
        with urllib.request.urlopen(asked, timeout=30) as answer:  # noqa: S310
            found = json.loads(answer.read())
        label, share = str(found["intent"]), float(found["score"])
        if label == "None":
            return Said(label="", share=share)
        return said_at_once(label, label, share)

    return read


def seconds_to_train(base: str) -> float:
    """Return how long it trained when it started."""
    with urllib.request.urlopen(base, timeout=30) as answer:  # noqa: S310 (loopback)
        return float(json.loads(answer.read())["seconds"])
