"""`make eval-safety-voices`: how well the safety filter does with writers it has not met.

A fifth of the authors of data/safety/examples (bench/safety_authors.yml) is left out in turn, badly typed copies too;
the rest trains a filter, which then reads what they wrote. Prints recall and false alarms at the project's thresholds,
and how well the classifier alone sorts the messages whatever the threshold. The phrase rules were written with examples
in view and are not left out, so the classifier's own lines are the stricter ones.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np
import yaml
from sklearn.metrics import roc_auc_score

from bench.eval_safety import Row, figures, show
from components.embedding import shared_embedding
from components.embedding_store import embed_examples
from knowledge import places
from knowledge.safety import Context, SafetyFilter, SafetyRules, training_examples
from knowledge.safety.classifier import Classifier, Example

AUTHORS = places.ROOT / "bench" / "safety_authors.yml"
#: The author of files that AUTHORS does not name.
NEW = "new"
WANTS = {"T1": "crisis", "T2": "crisis", "M1": "emergency", "M2": "today", "T3": "ask"}
#: Files of harmless messages that were written to be mistaken; what stands beside crises in other files was too.
TRAPS = ("traps_", "temas_", "topic_")
#: Trainings in all: authors are dealt out in so many groups of about the same number of messages.
GROUPS = 5
#: Share of false alarms at which the classifier alone is compared.
ORDINARY, TRAP = 0.02, 0.10


@dataclass(frozen=True)
class Read:
    """One message of an author who was left out, and what the classifier alone believes of it."""

    row: Row
    belief: Mapping[str, float]


def authors(path: Path = AUTHORS) -> dict[str, str]:
    """Return the author of each file that is named."""
    listed = yaml.safe_load(path.read_text(encoding="utf-8"))
    return {f"{file}.yml": author for author, files in listed.items() for file in files}


def by_author(examples: Sequence[Example], known: Mapping[str, str]) -> dict[str, list[Example]]:
    """Return what each author wrote: no badly typed copies, no card questions, no sentences of the rules."""
    found: dict[str, list[Example]] = defaultdict(list)
    for example in examples:
        if not example.slips and _is_voice(example):
            found[known.get(example.source, NEW)].append(example)
    return dict(found)


def dealt(written: Mapping[str, Sequence[Example]], groups: int) -> list[list[str]]:
    """Return the authors in so many groups: who wrote most first, each to the group with the fewest messages."""
    found: list[list[str]] = [[] for _ in range(groups)]
    sizes = [0] * groups
    for author in sorted(written, key=lambda each: (-len(written[each]), each)):
        least = sizes.index(min(sizes))
        found[least].append(author)
        sizes[least] += len(written[author])
    return [sorted(group) for group in found if group]


def without(examples: Sequence[Example], held: Sequence[Example]) -> list[Example]:
    """Return the examples that come from none of the files of `held`."""
    files = {example.source for example in held}
    return [example for example in examples if example.source not in files]


def wanted(example: Example, raised: set[str]) -> str:
    """Return what the filter should make of an example; `raised` are the files with anything above T0."""
    if example.tier != "T0":
        return WANTS[example.tier]
    return "trap" if example.source in raised or example.source.startswith(TRAPS) else "ordinary"


def curve(done: Sequence[Read], question: str, want: str, lang: str) -> tuple[float, float]:
    """Return the area under the curve, and the recall where ORDINARY and TRAP false alarms are both kept."""
    belief = np.array([read.belief[question] for read in done])
    wants = np.array([read.row.want for read in done])
    here = np.array([read.row.lang == lang for read in done])
    harmless = np.isin(wants, ("ordinary", "trap"))
    least = max(
        np.quantile(belief[wants == each], 1.0 - share)
        for each, share in (("ordinary", ORDINARY), ("trap", TRAP))
        if (wants == each).any()
    )
    asked = here & ((wants == want) | harmless)
    area = roc_auc_score(wants[asked] == want, belief[asked])
    return float(area), float((belief[here & (wants == want)] > least).mean())


def read_unseen(only: Sequence[str] = ()) -> list[Read]:
    """Train once for each group, or each author of `only`; return how the others' filter reads what they wrote."""
    rules = SafetyRules()
    read = cache(rules.read)
    examples = training_examples()
    written = by_author(examples, authors())
    raised = {example.source for example in examples if example.tier != "T0"}
    if unknown := set(only) - set(written):
        sys.exit(f"No such author: {', '.join(sorted(unknown))}. There are: {', '.join(sorted(written))}.")
    done: list[Read] = []
    for group in [[author] for author in written if author in only] or dealt(written, GROUPS):
        began = time.monotonic()
        held = [(author, example) for author in group for example in written[author]]
        others = without(examples, [example for _, example in held])
        unseeing = SafetyFilter(rules, Classifier.train(others, read, embed_examples, rules.features))
        took = time.monotonic() - began
        print(f"{', '.join(group)}: {len(held)} messages, trained without them in {took:.0f} s", flush=True)
        sentences = shared_embedding().sentences([example.text for _, example in held])
        for (author, example), sentence in zip(held, sentences, strict=True):
            found = unseeing.assess(example.text, sentence, Context())
            row = Row(example.text, wanted(example, raised), example.kind, example.lang, author, "voices", found.tier)
            done.append(Read(row, found.probability))
    return done


def _is_voice(example: Example) -> bool:
    return example.source.endswith(".yml") and "/" not in example.source


def main(arguments: Sequence[str]) -> int:
    """Measure and print."""
    parser = argparse.ArgumentParser(description="The safety filter on authors it has not met")
    parser.add_argument("--author", action="append", default=[], help="only this author (may be given again)")
    done = read_unseen(parser.parse_args(arguments).author)
    rows = [read.row for read in done]
    raised = [row for row in rows if row.want in ("crisis", "emergency", "today")]
    show("Noticed, by language and author", raised, lambda row: f"{row.want} · {row.lang} · {row.origin}")
    rest = [row for row in rows if row.want in ("trap", "ordinary")]
    show("Not meant, by author", rest, lambda row: f"{row.want} · {row.lang} · {row.origin}")
    print("\n".join(f"{name}: {value:.3f}" for name, value in figures(rows).items()))
    for want, question in (("crisis", "crisis"), ("emergency", "emergency")):
        for lang in ("en", "es"):
            area, recall = curve(done, question, want, lang)
            print(
                f"classifier alone, {want} {lang}: area under the curve {area:.4f}, "
                f"recall {recall:.3f} at {ORDINARY:.0%} ordinary and {TRAP:.0%} trap false alarms"
            )
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
