"""`make eval-safety`: how well crises and emergencies are noticed, and how often falsely, on rows that train nothing.

Reads tests/safety/held_out*.yml (the project's own, written apart from the training examples) and, where it is there,
the shared evaluation folder. Prints recall with its 95 % interval by tier, kind, language and origin, false alarms, and
with --list every miss and false alarm of the project's own rows (never texts of the shared ones). It measures the
classifier of the trained model; without one it trains its own.
"""

from __future__ import annotations

import argparse
import json
import math
import sys
import tarfile
import tempfile
import time
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import yaml

from bench.rows import normal
from components.embedding import shared_embedding
from components.embedding_store import embed_examples
from knowledge import places
from knowledge.safety import Context, SafetyFilter, SafetyRules, train_classifier, training_examples
from knowledge.safety.classifier import Classifier
from tools.train import trained_model

HELD_OUT = places.ROOT / "tests" / "safety"
FLOOR = places.ROOT / "bench" / "safety_floor.yml"
SHARED = {
    "crisis": "crisis",
    "not_crisis": "trap",
    "ordinary_stress": "ordinary",
    "small_talk": "ordinary",
    "out_of_scope": "ordinary",
    "real_questions": "ordinary",
}
ALARMS = ("T1", "T2", "M1")


@dataclass(frozen=True)
class Row:
    """One message: `want` is crisis, emergency, today, ask, trap or ordinary; `got` the tier that came out.

    `place` is the set it belongs to: "own", "own_2" (held_out_2.yml) and so on, or "shared".
    """

    text: str
    want: str
    kind: str
    lang: str
    origin: str
    place: str
    got: str = ""

    @property
    def caught(self) -> float:
        """1 for an alarm, one half for the one question (T3), 0 for a miss."""
        if self.want == "today":
            return float(self.got in ("M1", "M2"))
        return 1.0 if self.got in ALARMS else 0.5 if self.got == "T3" and self.want == "crisis" else 0.0


def interval(hits: float, count: int) -> tuple[float, float]:
    """Return the 95 % interval of a share (Wilson)."""
    if not count:
        return 0.0, 1.0
    z, share = 1.96, hits / count
    middle = (share + z * z / (2 * count)) / (1 + z * z / count)
    half = z * math.sqrt(share * (1 - share) / count + z * z / (4 * count * count)) / (1 + z * z / count)
    return max(0.0, middle - half), min(1.0, middle + half)


def rows(shared: Path, held_out: Path = HELD_OUT) -> Iterator[Row]:
    """Yield all rows that are there: every held_out*.yml of a folder, and the shared ones.

    A row that is an example too, whatever its capitals and stops, is left out: it was learned by heart.
    """
    learned = {normal(example.text) for example in training_examples()}
    yield from (row for row in _stored(shared, held_out) if normal(row.text) not in learned)


def _stored(shared: Path, held_out: Path) -> Iterator[Row]:
    for path in sorted(held_out.glob("held_out*.yml")):
        yield from own_rows(path, path.stem.replace("held_out", "own"))
    if not shared.is_dir():
        print(f"{shared} is not here: measured on the project's own rows alone.")
        return
    for name, want in SHARED.items():
        for line in (shared / f"{name}.jsonl").read_text(encoding="utf-8").splitlines():
            row = json.loads(line)
            yield Row(row["text"], want, str(row["label"])[:24], row["lang"], row["origin"], "shared")


def own_rows(path: Path, place: str) -> Iterator[Row]:
    """Yield the rows of one file of the project's own."""
    wants = {"T1": "crisis", "T2": "crisis", "M1": "emergency", "M2": "today", "T3": "ask"}
    for block in yaml.safe_load(path.read_text(encoding="utf-8")):
        want = wants.get(block["tier"]) or ("trap" if block.get("trap") else "ordinary")
        for text in block["texts"]:
            origin = f"{place} {block.get('origin', '')}".strip()
            yield Row(text, want, block["kind"], block["lang"], origin, place)


def classifier(rules: SafetyRules) -> Classifier:
    """Return the classifier of the model that was trained from what is here now, or a newly trained one."""
    model = trained_model()
    if model is None:
        return train_classifier(embed_examples, rules)
    with tarfile.open(model) as archive, tempfile.TemporaryDirectory() as folder:
        files = [member for member in archive if "SafetyFilter" in member.name and member.isfile()]
        for member in files:
            stored = archive.extractfile(member)
            if stored:
                (Path(folder) / Path(member.name).name).write_bytes(stored.read())
        return Classifier.load(Path(folder), rules.features)


def assessed(given: Iterable[Row]) -> tuple[list[Row], float]:
    """Return the rows with what the filter says of them, and its median milliseconds a message."""
    rules = SafetyRules()
    safety = SafetyFilter(rules, classifier(rules))
    listed = list(given)
    done: list[Row] = []
    times: list[float] = []
    # All are read before: what is timed is the filter itself, with nothing under way beside it.
    sentences = list(shared_embedding().sentences([row.text for row in listed]))
    for row, sentence in zip(listed, sentences, strict=True):
        began = time.perf_counter()
        found = safety.assess(row.text, sentence, Context())
        times.append(time.perf_counter() - began)
        # "Is it happening right now?" is an M1 that is not settled yet: an alarm all the same.
        done.append(Row(row.text, row.want, row.kind, row.lang, row.origin, row.place, found.tier))
    return done, 1000 * sorted(times)[len(times) // 2]


def show(title: str, done: Sequence[Row], key: Callable[[Row], str]) -> None:
    """Print recall or false alarms by a key."""
    groups: dict[str, list[Row]] = defaultdict(list)
    for row in done:
        groups[key(row)].append(row)
    print(title)
    for name, members in sorted(groups.items()):
        count = len(members)
        if members[0].want in ("crisis", "emergency", "today"):
            hits = sum(row.caught for row in members)
            low, high = interval(hits, count)
            print(f"  {name:<40} recall {hits / count:6.1%}  ({low:.1%} to {high:.1%})  {hits:g}/{count}")
        else:
            alarms = sum(row.got in ALARMS for row in members)
            asked = sum(row.got == "T3" for row in members)
            print(f"  {name:<40} false alarms {alarms / count:6.1%}  asked (T3) {asked / count:6.1%}  of {count}")


def figures(done: Sequence[Row]) -> dict[str, float]:
    """Return recall and false alarms: of each set of rows apart, and of "all" together. CI holds the sets."""
    found: dict[str, float] = {}
    done = [*done, *(replace(row, place="all") for row in done)]
    for place in sorted({row.place for row in done}):
        for want in ("crisis", "emergency", "today"):
            for lang in ("en", "es"):
                part = [row for row in done if row.place == place and row.want == want and row.lang == lang]
                if part:
                    found[f"{place}_{want}_{lang}_recall"] = sum(row.caught for row in part) / len(part)
        for want in ("trap", "ordinary"):
            part = [row for row in done if row.place == place and row.want == want]
            if part:
                found[f"{place}_{want}_false_alarms"] = sum(row.got in ALARMS for row in part) / len(part)
                found[f"{place}_{want}_asked"] = sum(row.got == "T3" for row in part) / len(part)
    return found


def worse(found: dict[str, float]) -> list[str]:
    """Return what is worse than bench/safety_floor.yml allows."""
    faults = []
    for name, limit in yaml.safe_load(FLOOR.read_text(encoding="utf-8")).items():
        if name not in found:
            continue
        bad = found[name] < limit if name.endswith("recall") else found[name] > limit
        if bad:
            faults.append(f"{name} is {found[name]:.3f}, the limit is {limit}.")
    return faults


def main(arguments: Sequence[str]) -> int:
    """Measure and print; with --check return 1 when something got worse."""
    parser = argparse.ArgumentParser(description="Recall and false alarms of the safety filter")
    parser.add_argument("--eval", type=Path, default=Path("../shared/eval"), help="folder of the shared rows")
    parser.add_argument("--held-out", type=Path, default=HELD_OUT, help="folder of the project's own held_out*.yml")
    parser.add_argument("--list", action="store_true", help="print each miss and false alarm of the own rows")
    parser.add_argument("--check", action="store_true", help="compare with bench/safety_floor.yml")
    options = parser.parse_args(arguments)
    done, milliseconds = assessed(rows(options.eval, options.held_out))
    positives = [row for row in done if row.want in ("crisis", "emergency", "today")]
    show("Noticed, by language and origin", positives, lambda row: f"{row.want} · {row.lang} · {row.origin}")
    show(
        "Noticed, by kind", [row for row in positives if row.place != "shared"], lambda row: f"{row.want} · {row.kind}"
    )
    rest = [row for row in done if row.want in ("trap", "ordinary")]
    show("Not meant", rest, lambda row: f"{row.want} · {row.lang} · {row.origin}")
    if options.list:
        for row in done:
            if row.place != "shared" and (
                row.caught < 1 if row in positives else row.want in ("trap", "ordinary") and row.got != "T0"
            ):
                print(f"  {row.want} {row.kind} {row.lang} → {row.got}: {row.text}")
    found = figures(done)
    print("\n".join(f"{name}: {value:.3f}" for name, value in found.items()))
    print(f"The filter costs {milliseconds:.1f} ms a message (median), beside the embedding.")
    faults = worse(found) if options.check else []
    print("\n".join(faults))
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
