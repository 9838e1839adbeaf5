"""A series is looked through beside the network, and one bad slice costs nothing else."""

import os
import threading

import cv2
import numpy as np
import pytest

from hemoscope.datasets.phantom.volume import make_slice
from hemoscope.errors import ReadingError
from hemoscope.inference.engine import Engine
from hemoscope.inference.look import AHEAD, look_through, read_section
from hemoscope.inference.sections import Section
from hemoscope.models.bundle import open_bundle
from hemoscope.records import Notice, Slice
from hemoscope.terms import Label, Unit


class Slices:
    """Drawn slices; some cannot be read."""

    def __init__(self, count, *, broken=(), odd=(), crashing=()):
        self.count, self.broken, self.odd, self.crashing = count, set(broken), set(odd), set(crashing)
        self.reads, self.threads = [], set()
        self.hu, _ = make_slice(Label.INTRAPARENCHYMAL, seed=3, size=128)

    def read(self, index):
        self.reads.append(index)
        self.threads.add(threading.get_ident())
        if index in self.broken:
            raise ReadingError("dicom.truncated", f"Slice {index} ends early.", "Fetch it again.")
        if index in self.crashing:
            raise ZeroDivisionError("a defect")
        pixels = self.hu[::2] if index in self.odd else self.hu + np.float32(index)
        notices = (Notice("dicom.mended", "It was mended."),) if index == 1 else ()
        return Slice(pixels, Unit.HU, f"{index}.dcm", "dicom", (1.8, 1.8), notices)


@pytest.fixture(scope="module")
def bundle():
    return open_bundle()


@pytest.fixture(scope="module")
def engine(bundle):
    return Engine(bundle, threads=1)


def look(source, sections, bundle, engine, **options):
    return look_through(
        source, sections, engine=engine, settings=bundle.preparation, labels=len(bundle.labels), **options
    )


def singles(count):
    return [Section(place, 1) for place in range(count)]


def test_every_section_has_its_look_in_order(bundle, engine):
    source, told = Slices(9), []
    looked = look(source, singles(source.count), bundle, engine, on_slices=told.append)
    assert sorted(source.reads) == list(range(source.count))
    assert looked.scores.shape == (source.count, 6)
    assert looked.maps.shape == (source.count, 48, 48, 6)
    assert np.isfinite(looked.scores).all()
    assert looked.looks[1].warnings[1][0].code == "dicom.mended"
    assert looked.pixel_mm == 1.8
    assert told == [1] * source.count
    assert threading.get_ident() not in source.threads


def test_the_same_series_gives_the_same_bits(bundle, engine):
    first, second = (look(Slices(6), singles(6), bundle, engine) for _ in range(2))
    assert np.array_equal(first.scores, second.scores)
    assert np.array_equal(first.maps, second.maps)


def test_a_slice_that_cannot_be_read_costs_no_other(bundle, engine):
    whole = look(Slices(5), singles(5), bundle, engine)
    looked = look(Slices(5, broken={2}, crashing={3}), singles(5), bundle, engine)
    assert [one.error.code if one.error else None for one in looked.looks] == [
        None,
        None,
        "dicom.truncated",
        "read.unexpected",
        None,
    ]
    assert np.isnan(looked.scores[[2, 3]]).all()
    assert np.array_equal(looked.scores[[0, 1, 4]], whole.scores[[0, 1, 4]])
    assert looked.frames[2] is None


def test_a_series_of_which_nothing_can_be_read_has_no_scores_and_no_maps(bundle, engine):
    looked = look(Slices(3, broken={0, 1, 2}), singles(3), bundle, engine)
    assert looked.scores.shape == (3, 6)
    assert np.isnan(looked.scores).all()
    assert looked.maps is None
    assert not looked.has_brain
    assert looked.pixel_mm is None


def test_a_section_is_the_mean_of_its_slices():
    source = Slices(4)
    joined = read_section(source, Section(0, 4))
    assert np.allclose(joined.image.pixels, source.hu + 1.5)
    assert joined.warnings[1][0].code == "dicom.mended"
    assert joined.failures == {}


def test_slices_that_cannot_be_read_or_are_of_another_size_are_left_out_of_their_section():
    source = Slices(4, broken={1}, odd={3})
    joined = read_section(source, Section(0, 4))
    assert np.allclose(joined.image.pixels, source.hu + 1.0)  # the mean of slices 0 and 2
    assert {place: error.code for place, error in joined.failures.items()} == {
        1: "dicom.truncated",
        3: "series.odd_slice",
    }


def test_no_more_slices_are_read_ahead_than_every_core_needs(bundle, engine):
    source, ahead = Slices(40), []
    look(source, singles(40), bundle, engine, on_slices=lambda _: ahead.append(len(source.reads) - len(ahead)))
    assert max(ahead) <= (AHEAD + 1) * os.cpu_count() + 1


def test_opencv_gets_its_threads_back(bundle, engine):
    before = cv2.getNumThreads()
    look(Slices(2), singles(2), bundle, engine)
    assert cv2.getNumThreads() == before
