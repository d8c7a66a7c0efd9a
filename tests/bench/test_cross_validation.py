from collections import Counter

from bench.cross_validation import CrossValidation, fold_of
from bench.figures import Figure
from bench.outcome import Said


def test_every_fold_has_its_share_of_every_label():
    labels = ["a"] * 10 + ["b"] * 25
    dealt = Counter(zip(labels, fold_of(labels, 5).tolist(), strict=True))
    assert {dealt["a", fold] for fold in range(5)} == {2}
    assert {dealt["b", fold] for fold in range(5)} == {5}


def test_folds_are_the_same_from_run_to_run():
    labels = ["a", "b"] * 20
    assert fold_of(labels, 4).tolist() == fold_of(labels, 4).tolist()


def test_figures_count_cards_follow_ups_and_off_topic_apart():
    validated = CrossValidation(
        ["ask/psoas", "ask/psoas", "follow_up/why", "reply/small-talk"],
        [
            Said(answered=("psoas",), label="ask/psoas"),
            Said(answered=("emdr",), label="ask/emdr"),
            Said(aspect="how", label="follow_up/how"),
            Said(answered=("emdr",), label="ask/emdr"),
        ],
    )
    figures = validated.figures({"psoas", "emdr"}, {"small-talk"})
    assert figures["cards.accuracy"] == Figure(1, 4)
    assert figures["cards.wrong"] == Figure(1, 2)
    assert figures["cards.follow_ups"] == Figure(1, 1)
    assert figures["cards.off_topic"] == Figure(1, 1)
    assert validated.confusions()["ask/psoas", "ask/emdr"] == 1
