"""The embeddings of the training examples, kept on disk, so that a changed card costs its own examples and not all.

var/embeddings.npz may be deleted at any time; it is made anew. Messages of visitors never pass through here.
"""

from __future__ import annotations

import hashlib
import tempfile
import zipfile
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from components.embedding import DIMENSIONS, MADE_WITH, Matrix, shared_embedding
from knowledge import places

STORE = places.ROOT / "var" / "embeddings.npz"


def embed_examples(texts: Sequence[str], store: Path = STORE) -> Matrix:
    """Return one row a text, like `SentenceEmbedding.embed`, computing only what is not in the store yet."""
    known = _read(store)
    missing = sorted({text for text in texts if _key(text) not in known})
    if missing:
        rows = shared_embedding().embed(missing)
        known.update(zip(map(_key, missing), rows, strict=True))
        _write(store, known)
    if not texts:
        return np.zeros((0, DIMENSIONS), dtype=np.float32)
    return np.stack([known[_key(text)] for text in texts])


def _key(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:32]


def _read(store: Path) -> dict[str, Matrix]:
    try:
        with np.load(store, allow_pickle=False) as stored:
            if str(stored["made_with"]) != MADE_WITH:
                return {}
            return dict(zip(stored["keys"].tolist(), stored["rows"], strict=True))
    except (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile):
        return {}  # Not there yet, or cut off by a full disk: it is made anew.


def _write(store: Path, known: dict[str, Matrix]) -> None:
    store.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.NamedTemporaryFile(dir=store.parent, suffix=".npz", delete=False) as file:
        np.savez(file, made_with=MADE_WITH, keys=np.array(list(known)), rows=np.stack(list(known.values())))
    Path(file.name).replace(store)
