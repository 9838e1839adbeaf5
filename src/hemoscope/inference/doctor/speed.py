"""How long reading, preparing and scoring take here, on a drawn head: to compare machines, not networks."""

import statistics
import tempfile
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from time import perf_counter
from typing import TypeVar

from hemoscope.datasets.phantom import FIELD_MM, HEIGHT, PhantomSettings, make_phantom
from hemoscope.inference.doctor.probe import failed
from hemoscope.inference.predictor import Predictor
from hemoscope.preparation.canonical import prepare
from hemoscope.reading import read_slice
from hemoscope.records import Check, Health, Status
from hemoscope.writing.dicom import write_series

SLICES = 28
SIDE = 512
"""Rows and columns, as scanners write them."""
RUNS = 5
Answer = TypeVar("Answer")


def check_speed() -> Iterator[Check]:
    """Score a drawn slice, and a drawn study of `SLICES` slices."""
    phantom = make_phantom(
        PhantomSettings(size=SIDE, slices=SLICES, spacing_mm=FIELD_MM / SIDE, thickness_mm=HEIGHT / SLICES)
    )
    with tempfile.TemporaryDirectory(prefix="hemoscope-") as folder:
        paths = write_series(phantom.hu, folder, spacing=phantom.spacing, name="doctor")
        try:
            predictor = Predictor()
        except Exception as error:
            yield failed("speed", "network", error)
            return
        yield from _slice(paths[SLICES // 2], predictor)
        yield _study(Path(folder), predictor)


def _slice(path: Path, predictor: Predictor) -> Iterator[Check]:
    """Time each step on the middle slice, the median of some runs after one to warm up."""
    try:
        image, reading = _median(partial(read_slice, path))
        inputs, preparing = _median(partial(prepare, image, settings=predictor.bundle.preparation))
        _, scoring = _median(partial(predictor.engine.look, inputs))
    except Exception as error:
        yield failed("speed", "slice", error)
        return
    for name, milliseconds in (("read", reading), ("prepare", preparing), ("score", scoring)):
        told = f"{milliseconds:.1f} ms a slice of {SIDE} x {SIDE}"
        yield Check("speed", name, Health.OK, told, milliseconds=milliseconds)


def _study(folder: Path, predictor: Predictor) -> Check:
    try:
        results, milliseconds = _median(lambda: list(predictor.predict_studies(folder)), runs=1)
    except Exception as error:
        return failed("speed", "study", error)
    (result,) = results
    if result.status is not Status.SCORED:
        reason = "" if result.error is None else f": {result.error.message} [{result.error.code}]"
        return Check("speed", "study", Health.FAILED, f"It was {result.status}{reason}", next_step="Report it.")
    told = f"{milliseconds / 1000:.2f} s for {SLICES} slices, from the folder to the answer"
    return Check("speed", "study", Health.OK, told, milliseconds=milliseconds)


def _median(call: Callable[[], Answer], *, runs: int = RUNS) -> tuple[Answer, float]:
    """Return what a call answers, and the median of its milliseconds after one that does not count."""
    answer = call()
    taken = []
    for _ in range(runs):
        started = perf_counter()
        answer = call()
        taken.append(1000 * (perf_counter() - started))
    return answer, statistics.median(taken)
