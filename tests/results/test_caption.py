"""The words beside a slice."""

from dataclasses import replace

import numpy as np

from hemoscope.records import Edges, ErrorReport, Notice, Shown, Slice, SliceOfStudy, Status
from hemoscope.results.caption import (
    NO_MAPS,
    SIDE_UNKNOWN,
    SIZE_UNKNOWN,
    answer_in_words,
    base_name,
    caption_in_study,
    caption_of,
)
from hemoscope.terms import Label, Unit

from .sample import NEGATIVE, POSITIVE, REFUSED, STUDY, UNCERTAIN

PICTURE = Shown(Slice(np.zeros((2, 2), np.float32), Unit.GREY, "a.png", "png"))
CT = Shown(
    Slice(np.zeros((2, 2), np.float32), Unit.HU, "a.dcm", "dicom", (0.5, 0.5), edges=Edges("R", "A", "L", "P")),
    {Label.ANY: np.zeros((2, 2), np.float32)},
)


def test_a_slice_by_itself_says_what_was_decided_and_at_what():
    caption = caption_of(POSITIVE, PICTURE)
    assert (caption.name, caption.place, caption.kind) == ("head <1>.png", "", "positive")
    assert (caption.figure, caption.verdict) == ("87.3%", "positive at balanced, from 40.0%")
    assert caption.window == "A picture: its window is unknown."
    assert caption.notes == (SIDE_UNKNOWN, SIZE_UNKNOWN, NO_MAPS)


def test_a_ct_that_says_everything_has_nothing_to_bear_in_mind():
    caption = caption_of(NEGATIVE, CT)
    assert caption.notes == ()
    assert caption.window == "Brain window, 0 to 80 HU."
    assert caption.subtypes == {Label.SUBDURAL: 0.04, Label.EPIDURAL: 0.01}


def test_an_uncertain_one_tells_both_ends_of_the_band():
    assert answer_in_words(UNCERTAIN) == ("45.0%", "uncertain at abstain, uncertain from 10.0%, positive from 80.0%")


def test_one_without_a_score_says_why_and_misses_no_map():
    caption = caption_of(REFUSED, PICTURE)
    assert (caption.kind, caption.figure, caption.verdict) == ("refused", "", "Found no skull.")
    assert NO_MAPS not in caption.notes


def test_a_slice_of_a_study_says_which_it_is_and_whether_it_reaches_the_studys_threshold():
    low, high, failed = (caption_in_study(STUDY, place, CT) for place in range(3))
    assert (high.place, high.joined) == ("Slice 2 of 3, z 0.0 mm", "")
    assert (high.kind, high.figure) == ("positive", "95.0%")
    assert high.verdict == "reaches the study's threshold balanced, 40.0%"
    assert low.verdict == "below the study's threshold balanced, 40.0%"
    assert (failed.kind, failed.figure, failed.verdict) == ("failed", "", "It ends early.")


def test_the_mean_of_thin_slices_says_of_how_many():
    thin = tuple(SliceOfStudy(f"{n}.dcm", None, None, n // 2, Status.SCORED, 0.1) for n in range(4))
    caption = caption_in_study(replace(STUDY, slices=thin), 1, CT)
    assert (caption.place, caption.joined) == ("Slice 2 of 4", "mean of 2 thin slices")


def test_a_withheld_map_says_why_and_is_not_missed():
    caption = caption_of(POSITIVE, Shown(PICTURE.image, None, Notice("explanation.outside", "It lies outside.")))
    assert caption.withheld == "It lies outside."
    assert NO_MAPS not in caption.notes


def test_a_slice_that_cannot_be_read_has_words_all_the_same():
    failed = replace(STUDY.slices[0], status=Status.FAILED, probability=None, error=ErrorReport("a", "Torn.", "b"))
    caption = caption_in_study(replace(STUDY, slices=(failed,)), 0, None)
    assert (caption.verdict, caption.window, caption.notes) == ("Torn.", "", ())


def test_names_lose_their_folders_on_any_system():
    assert [base_name(path) for path in ("a/b.png", "C:\\a\\b.png", "a/", "/")] == ["b.png", "b.png", "a", "/"]
