"""Figures on origins left out: each against the normal slices of its block, doubtful labels shown."""

import numpy as np
import pytest

from hemoscope.evaluation.held_out import HeldOutCase, count_origins, sensitivity_at_specificity, summarize_origins


def case(origin: str, any_truth: int, score: float, **given) -> HeldOutCase:
    number = abs(hash((origin, any_truth, score))) % 10**6
    values = {"group": f"{origin}/{number}", "block": "a+b", "is_doubtful": 0, "patient_has_hemorrhage": -1}
    truths = given.pop("truths", " ".join([str(any_truth)] * 6))
    return HeldOutCase(
        key=f"{origin}/{number}", origin=origin, truths=truths, scores=" ".join([str(score)] * 6), **(values | given)
    )


def test_an_origin_without_normal_slices_borrows_those_of_its_block():
    rows = [case("a", 1, 2.0), case("a", 1, 0.5), *[case("b", 0, value) for value in (-3.0, -2.0, -1.0, 1.0)]]
    figures = summarize_origins(rows)
    assert figures["a"]["auroc"].value == pytest.approx(7 / 8)
    assert "b" in figures
    assert "auroc" not in figures["b"]
    assert figures["mean"]["auroc"].value == pytest.approx(7 / 8)


def test_normal_slices_of_other_blocks_do_not_count():
    rows = [case("a", 1, 2.0), case("b", 0, 1.0), case("c", 0, 9.0, block="c"), case("c", 1, 10.0, block="c")]
    assert summarize_origins(rows)["a"]["auroc"].value == 1.0


def test_doubtful_labels_are_shown_beside():
    rows = [case("a", 1, 2.0), case("a", 1, -2.0, is_doubtful=1), case("a", 0, 0.0), case("a", 0, -1.0)]
    figures = summarize_origins(rows)["a"]
    assert figures["auroc"].value == 0.5
    assert figures["auroc_sure"].value == 1.0


def test_an_origin_of_doubtful_labels_alone_has_no_figure_of_sure_ones():
    rows = [case("a", 1, 2.0, is_doubtful=1), case("a", 0, 0.0), case("a", 0, -1.0)]
    assert set(summarize_origins(rows)["a"]) == {"auroc", "sensitivity_at_90"}


def test_an_origin_is_counted_with_the_normal_slices_of_its_block():
    rows = [case("a", 1, 2.0), case("a", -1, 0.5), case("b", 0, -3.0), case("c", 0, 1.0, block="c")]
    counts = count_origins(rows)
    assert list(counts) == ["a", "b", "c"]
    assert (counts["a"].slices, counts["a"].with_blood, counts["a"].normal, counts["a"].groups) == (2, 1, 1, 2)
    assert (counts["b"].with_blood, counts["b"].normal, counts["b"].block) == (0, 1, "a+b")


def test_patients_are_judged_by_their_highest_slices():
    rows = [
        case("a", -1, value, group=f"a/{patient}", patient_has_hemorrhage=label)
        for patient, label, values in (("x", 1, (5.0, 4.0, 3.0, -9.0)), ("y", 0, (1.0, 0.0, -1.0, -2.0)))
        for value in values
    ]
    assert summarize_origins(rows)["a"]["auroc_patients"].value == 1.0


def test_places_and_subtypes_are_measured_where_masks_are():
    rows = [
        case("a", 1, float(place), hit=place % 2, dice=0.5, truths="1 0 " + str(int(place > 3)) + " -1 -1 -1")
        for place in range(8)
    ]
    figures = summarize_origins([*rows, case("a", 0, -5.0)])["a"]
    assert figures["pointing"].value == 0.5
    assert figures["dice"].value == 0.5
    assert figures["intraparenchymal"].value == 1.0
    assert figures["subtypes"].value == 1.0


def test_sensitivity_at_specificity_counts_what_lies_above_the_kept_negatives():
    labels, scores = np.array([0] * 10 + [1] * 4), np.array([*range(10), 8.5, 9.5, 7.0, 20.0])
    assert sensitivity_at_specificity(labels, scores, specificity=0.9) == 0.5


def test_the_mean_is_of_slices_and_beside_it_with_patients():
    patients = [
        case("p", -1, value, group=f"p/{label}", patient_has_hemorrhage=label) for label, value in ((1, 0.0), (0, 1.0))
    ]
    rows = [case("a", 1, 2.0), case("a", 0, 0.0), *patients]
    figures = summarize_origins(rows)["mean"]
    assert figures["auroc"].value == 1.0
    assert figures["auroc_with_patients"].value == 0.5
