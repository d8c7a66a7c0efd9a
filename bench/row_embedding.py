"""The embeddings of measured rows, one at a time as in the service, kept under var/bench by hash of the text.

The int8 model scales its numbers over a whole batch, so that a text among others comes out a little differently.
"""

from __future__ import annotations

import atexit
import hashlib
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from components.embedding import MODEL_SHA256, Matrix, shared_embedding
from knowledge import places

STORE = places.ROOT / "var" / "bench" / "rows.npz"


class RowEmbedding:
    """Called like `SentenceEmbedding.embed`; what it has computed is written to `store` at exit."""

    def __init__(self, store: Path = STORE) -> None:
        """Read what is known already."""
        self._store = store
        self._known: dict[str, Matrix] = _read(store)
        self._batches: dict[tuple[str, ...], Matrix] = {}
        self._new = False
        atexit.register(self.save)

    def __call__(self, texts: Sequence[str]) -> Matrix:
        """Return one row a text."""
        if len(texts) != 1:
            batch = tuple(texts)
            if batch not in self._batches:
                self._batches[batch] = shared_embedding().embed(batch)
            return self._batches[batch]
        key = hashlib.sha256(f"{MODEL_SHA256}\0{texts[0]}".encode()).hexdigest()[:32]
        if key not in self._known:
            self._known[key] = shared_embedding().embed(texts)[0]
            self._new = True
        return self._known[key][None, :]

    def save(self) -> None:
        """Write what is new."""
        if self._new:
            self._store.parent.mkdir(parents=True, exist_ok=True)
            np.savez(self._store, keys=np.array(list(self._known)), rows=np.stack(list(self._known.values())))
            self._new = False


def _read(store: Path) -> dict[str, Matrix]:
    try:
        with np.load(store, allow_pickle=False) as stored:
            return dict(zip(stored["keys"].tolist(), stored["rows"], strict=True))
    except (OSError, ValueError, KeyError, EOFError):
        return {}
