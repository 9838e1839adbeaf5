"""Score the studies of a labelled collection with a study head, as studies from anywhere are scored."""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from hemoscope.datasets.audit.fingerprints import Fingerprints
from hemoscope.datasets.items import Collection, Item
from hemoscope.datasets.studies import StudyItem, study_table
from hemoscope.errors import HemoscopeError
from hemoscope.evaluation.cases import JudgedCase
from hemoscope.inference.engine import NO_NUMBER
from hemoscope.inference.joining import judge_study, nothing_to_judge
from hemoscope.inference.labelled import (
    ScoredCollection,
    fingerprint_of,
    join_fingerprints,
    refuse_without_numbers,
    tell_lost,
)
from hemoscope.inference.look import Looked
from hemoscope.inference.predictor import Predictor
from hemoscope.inference.sections import Section, plan_sections, thickness_of
from hemoscope.preparation.canonical import PreparationSettings, prepare_and_check
from hemoscope.records import Slice, Status
from hemoscope.terms import Label


def score_studies(
    predictor: Predictor, collection: Collection, *, on_progress: Callable[[int, int], None] | None = None
) -> ScoredCollection:
    """Score every study of a collection; each slice is read once, and each section scored once.

    Sections are planned and joined as those of a study from anywhere, by where the slices say that they lie.

    Args:
        predictor: Its bundle has a study head.
        collection: Its items name their studies.
        on_progress: Called with how many slices are done and how many there are.

    Returns:
        A case for each study, shown by the middle slice of its highest section, or by its first slice where none has a
        score; a fingerprint for each slice.

    Raises:
        BundleError: "result.not_a_probability" where the network gives NaN.
        DatasetError: As `study_table`.
    """
    done = 0

    def advance(slices: int) -> None:
        nonlocal done
        done += slices
        if on_progress is not None:
            on_progress(done, len(collection))

    cases, shown, prints, lost = [], [], dict[str, Fingerprints](), Counter[str]()
    for study in study_table(collection):
        seen = _look_at(predictor, study, on_slices=advance)
        refuse_without_numbers(list(seen.without_number()), count=len(study.items))
        case, place = _answer(predictor, seen)
        cases.append(case)
        shown.append(study.items[place])
        prints.update(seen.fingerprints())
        lost.update(seen.lost())
    parts = [prints[item.key] if item.key in prints else fingerprint_of(item, None) for item in collection]
    return ScoredCollection(tuple(cases), tuple(shown), join_fingerprints(parts), tell_lost(lost))


@dataclass(frozen=True, slots=True, eq=False)
class _Slices:
    """The slices of a study; of those that are joined with others, each leaves its fingerprint when it is read.

    Attributes:
        items: Feet to head.
        joined: Places of those that are joined.
        settings: How the network's input is prepared.
        fingerprints: By place.
    """

    items: Sequence[Item]
    joined: frozenset[int]
    settings: PreparationSettings
    fingerprints: dict[int, Fingerprints] = field(default_factory=dict)

    def read(self, index: int) -> Slice:
        """Read one slice; called from several threads, once for each place."""
        image = self.items[index].read()
        if index in self.joined:
            self.fingerprints[index] = fingerprint_of(self.items[index], _prepare(image, self.settings))
        return image


@dataclass(frozen=True, slots=True, eq=False)
class _Seen:
    """A labelled study, and what the network saw of it."""

    study: StudyItem
    slices: _Slices
    sections: tuple[Section, ...]
    looked: Looked

    @property
    def spacing_mm(self) -> float | None:
        """Between the sections; None where the slices do not say where they lie."""
        return thickness_of(self.sections, self.study.positions or ())

    def fingerprints(self) -> Mapping[str, Fingerprints]:
        """Return a fingerprint for each slice by its key."""
        found = dict(self.slices.fingerprints)
        for section, look in zip(self.sections, self.looked.looks, strict=True):
            if section.count == 1:
                found[section.first] = fingerprint_of(self.study.items[section.first], look.model_input)
        items = enumerate(self.study.items)
        return {item.key: found[place] if place in found else fingerprint_of(item, None) for place, item in items}

    def lost(self) -> Iterator[str]:
        """Give the code of the reason for each slice that is in no section with a score."""
        for section, look in zip(self.sections, self.looked.looks, strict=True):
            errors = (look.failures.get(place, look.error) for place in section.places)
            yield from (error.code for error in errors if error is not None)

    def without_number(self) -> Iterator[str]:
        """Name the slices for which the network gave NaN."""
        for section, look in zip(self.sections, self.looked.looks, strict=True):
            if look.error is not None and look.error.code == NO_NUMBER:
                yield from (self.study.items[place].key for place in section.places)


def _look_at(predictor: Predictor, study: StudyItem, *, on_slices: Callable[[int], None]) -> _Seen:
    """Let the network see a study once."""
    sections = plan_sections(len(study.items), study.positions or (), spacing=study.spacing_mm)
    joined = frozenset(place for section in sections if section.count > 1 for place in section.places)
    slices = _Slices(study.items, joined, predictor.bundle.preparation)
    return _Seen(study, slices, sections, predictor.look_through(slices, sections, on_slices=on_slices))


def _answer(predictor: Predictor, seen: _Seen) -> tuple[JudgedCase, int]:
    """Join what was seen of a study to its answer, and choose the place of the slice that shows it."""
    study = seen.study
    if not seen.looked.has_brain:
        status, error = nothing_to_judge(seen.looked.looks)
        return JudgedCase(study.key, study.label, study.group, status, error=error), 0
    verdicts = judge_study(seen.looked, predictor.bundle, predictor.study_engine, spacing_mm=seen.spacing_mm)
    case = JudgedCase(study.key, study.label, study.group, Status.SCORED, verdicts.study[Label.ANY])
    highest = int(np.nanargmax(verdicts.sections[:, verdicts.labels.index(Label.ANY)]))
    return case, seen.sections[highest].middle


def _prepare(image: Slice, settings: PreparationSettings) -> np.ndarray | None:
    """Return the input that a slice would be by itself; None where it is refused."""
    try:
        return prepare_and_check(image, settings=settings).inputs[0, :, :, 0]
    except HemoscopeError:
        return None
