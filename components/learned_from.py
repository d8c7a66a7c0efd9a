"""What a trained component was made from, as one hash, for Rasa's cache of trained components.

Rasa knows a component by its class and by the training data of the dialogue. Files that it reads by itself, and the
code that learns from them, are neither: without this a training takes an old component over.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from pathlib import Path

from components.embedding import MADE_WITH
from knowledge import places

#: What every classifier on embeddings and character n-grams is made with.
CODE = (places.ROOT / "knowledge" / "hashing.py", places.ROOT / "components" / "text_classifier.py")


def learned_from(files: Iterable[Path]) -> str:
    """Return the hash of files and of what the embedding is made with."""
    digest = hashlib.sha256(MADE_WITH.encode())
    for path in sorted(files):
        digest.update(f"{path.name}\0".encode() + path.read_bytes())
    return digest.hexdigest()
