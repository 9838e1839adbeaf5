"""What the pages of figures share: names of figures, what was seen in training, pictures of cases."""

from dataclasses import dataclass

from hemoscope.evaluation.report import CollectionFacts, Example, SeenCheck, SeenStatus
from hemoscope.results.evaluation_document import seen_in_words
from hemoscope.results.overlay import thumbnail
from hemoscope.results.picture import data_uri
from hemoscope.terms import SUBTYPES

_MEANINGS = {
    "auroc": ("AUROC", "Chance that a {one} with hemorrhage has the higher probability; 0.5 is guessing."),
    "auprc": ("AUPRC", "Mean positive predictive value over all thresholds; guessing gives the share of positives."),
    "brier": ("Brier score", "Mean squared error of the probabilities; 0 is perfect."),
    "ece": ("Calibration error", "Mean gap between probability and frequency; 0 is perfect."),
    "sensitivity": ("Sensitivity", "Share of the {many} with hemorrhage that are called positive."),
    "specificity": ("Specificity", "Share of the {many} without hemorrhage that are called negative."),
    "accuracy": ("Accuracy", "Share of the {many} that are called as they are labelled."),
    "abstained": (
        "Left undecided",
        "Share of the slices in the fold's uncertain band, between ruling out and ruling in.",
    ),
    "accuracy_answered": (
        "Accuracy of the answered",
        "Share of the other slices that are called as they are labelled.",
    ),
    "auroc_sure": ("AUROC, sure labels", "The AUROC without slices whose label is doubtful."),
    "sensitivity_at_90": (
        "Sensitivity at 90%",
        "Share of the slices with blood above the threshold that keeps 90% of the normal ones below.",
    ),
    "auroc_patients": (
        "AUROC of patients",
        "Chance that a patient with hemorrhage has the higher score: the mean of a patient's three highest slices.",
    ),
    "auroc_with_patients": (
        "AUROC with patients",
        "Mean over all origins, that of patients where no label of a slice is known.",
    ),
    "pointing": ("Pointing", "Share of the slices with a mask in which the map is highest inside the mask."),
    "dice": ("Dice", "Overlap of the map with the mask; 1 is perfect."),
    "subtypes": ("Mean of subtypes", "Mean of the AUROCs of the subtypes that could be measured."),
    **{
        str(label): (str(label).capitalize(), f"AUROC of {label} hemorrhage among the masked slices.")
        for label in SUBTYPES
    },
}
MOST_LISTED = 200
"""Slices in a list of a page; the JSON holds all."""
_TONES = {SeenStatus.NOT_POSSIBLE: "unsure", SeenStatus.NONE_FOUND: "fine", SeenStatus.FOUND: "leak"}
MEANINGS = {figure: (name, means.format(one="slice", many="slices")) for figure, (name, means) in _MEANINGS.items()}
"""By figure: its name, and what it means where slices are judged."""
_TITLES = {
    SeenStatus.NOT_POSSIBLE: "could not be checked",
    SeenStatus.NONE_FOUND: "none found",
    SeenStatus.FOUND: "kept, and the figures are too good",
}


def meanings_of(collection: CollectionFacts) -> dict[str, tuple[str, str]]:
    """Return for each figure its name, and what it means of what is judged here: slices or studies."""
    words = {"one": collection.one, "many": collection.many}
    return {figure: (name, means.format(**words)) for figure, (name, means) in _MEANINGS.items()}


@dataclass(frozen=True, slots=True)
class SeenBanner:
    """What stands above the figures of slices that a network may have learned from.

    Attributes:
        title: A few words.
        tone: Class in the style sheet.
        words: What was found and what that means.
    """

    title: str
    tone: str
    words: str


def banner_of(check: SeenCheck) -> SeenBanner:
    """Say what was found of the training data."""
    title, tone = ("dropped", "fine") if check.were_dropped else (_TITLES[check.status], _TONES[check.status])
    return SeenBanner(title, tone, seen_in_words(check))


def picture_of(example: Example) -> str:
    """Return a case as a data: address, outlined where the network sees blood, if it tells."""
    return data_uri(thumbnail(example.shown))
