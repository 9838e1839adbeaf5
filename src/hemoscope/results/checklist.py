"""Which questions of the reporting guidelines an evaluation answers, in our own words, and which people must answer.

Guidelines: CLAIM, Mongan, Moy & Kahn 2020, doi:10.1148/ryai.2020200029, by whose numbers items are named here, and its
2024 update, Tejani et al., doi:10.1148/ryai.240300, which has 44 items and numbers some anew; TRIPOD+AI, Collins et al.
2024, doi:10.1136/bmj-2023-078378. Every number was checked against public transcriptions of the lists; CLAIM's longer
explanations of its items were not at hand, so what these add to the items' titles is not confirmed.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from hemoscope.evaluation.cases import unanswered_of
from hemoscope.evaluation.report import Evaluation, SeenStatus


class Answer(StrEnum):
    """How far this report goes."""

    YES = "answered"
    IN_PART = "in part"
    NO = "not answered"


@dataclass(frozen=True, slots=True)
class ChecklistItem:
    """One question of the guidelines.

    Attributes:
        topic: What it asks for.
        claim: Its numbers in CLAIM 2020; empty where it is not asked there.
        tripod: Its numbers in TRIPOD+AI; likewise.
        answer: How far this report answers it.
        note: Where the answer stands, or who has to give it.
    """

    topic: str
    claim: str
    tripod: str
    answer: Answer
    note: str


def checklist(evaluation: Evaluation) -> tuple[ChecklistItem, ...]:
    """Go through the questions for one evaluation."""
    return (*_about_the_model(evaluation), *_about_the_data(evaluation), *_about_the_figures(evaluation), *FOR_PEOPLE)


def _about_the_model(evaluation: Evaluation) -> Iterator[ChecklistItem]:
    yield ChecklistItem(
        "Which model is tested",
        "22-27",
        "12c, 12f, 12g, 13, 22, 24",
        Answer.IN_PART,
        "Name, version and hash are given, and it is judged as it is; what is known of its architecture and training "
        "stands in the bundle's model card and metadata.json.",
    )
    yield ChecklistItem(
        "How slices become input",
        "9",
        "7, 12b",
        Answer.IN_PART,
        "By the preparation whose hash is given, the same as in training, from the file as it is; its settings stand "
        "in the bundle's metadata.json.",
    )
    yield ChecklistItem(
        "What comes out, and when it counts as positive",
        "22",
        "15",
        Answer.YES,
        "A calibrated probability; every threshold of the bundle with what it was chosen for and on which data.",
    )
    has_maps = any(example.shown.maps is not None for example in (*evaluation.misses, *evaluation.false_alarms))
    yield ChecklistItem(
        "How answers are explained",
        "31",
        "",
        Answer.IN_PART if has_maps else Answer.NO,
        "Outlines show where the network sees blood in the worst mistakes; whether they are right is not measured."
        if has_maps
        else "No map is shown.",
    )


def _about_the_data(evaluation: Evaluation) -> Iterator[ChecklistItem]:
    seen, judgement = evaluation.seen, evaluation.judgement
    apart = {
        SeenStatus.NOT_POSSIBLE: (
            Answer.NO,
            "The bundle does not say what it learned from: nothing was compared.",
        ),
        SeenStatus.NONE_FOUND: (
            Answer.YES,
            f"No slice is among the {seen.compared_with:,} that the network learned from, by "
            f"{'file or by brain' if seen.has_hashes else 'brain alone'}; that patients differ where no slice is "
            "alike, people must say.",
        ),
        SeenStatus.FOUND: (
            (Answer.YES, "Groups with a slice that the network learned from were left out whole.")
            if seen.were_dropped
            else (Answer.NO, "The network learned from some of these slices: the figures are too good.")
        ),
    }[seen.status]
    yield ChecklistItem("That training and test data are apart", "20, 21", "12a", *apart)
    yield ChecklistItem(
        "Test on data of another origin",
        "32",
        "16, 20c",
        Answer.IN_PART,
        "The collections' names are given; how their scanners, patients and rates differ, people must say.",
    )
    count = len(unanswered_of(judgement.cases))
    yield ChecklistItem(
        "Who was left out, and why",
        "13, 33",
        "11, 20a, 21",
        Answer.IN_PART,
        (
            f"{evaluation.collection.many.capitalize()} without a score: {count:,}, each listed with its reason; the "
            "sensitivity of all counts those with hemorrhage as missed. "
            if count
            else f"No {evaluation.collection.one} was refused and none failed. "
        )
        + "Who never came into the collection, people must say.",
    )
    yield ChecklistItem(
        "Who the patients are",
        "34",
        "20b",
        Answer.IN_PART if judgement.subgroups else Answer.NO,
        "Counts stand in the tables of subgroups; ages, sexes and illnesses only as far as columns give them."
        if judgement.subgroups
        else "The collection has no column that would tell.",
    )
    yield ChecklistItem(
        "Whether there are enough cases",
        "19",
        "10",
        Answer.IN_PART,
        "Intervals show how much these cases can tell; whether a size was planned beforehand, people must say.",
    )


def _about_the_figures(evaluation: Evaluation) -> Iterator[ChecklistItem]:
    judgement = evaluation.judgement
    yield ChecklistItem(
        "Discrimination, at thresholds and over all of them",
        "28, 35, 36",
        "12e, 23a",
        Answer.YES,
        "AUROC, AUPRC, and sensitivity, specificity and predictive values at every operating point, on this "
        "collection; figures of the validation part stand in the bundle's model card.",
    )
    yield ChecklistItem(
        "Calibration", "28", "12e, 23a", Answer.YES, "Brier score, expected calibration error and reliability table."
    )
    yield ChecklistItem(
        "Whether acting on it would help",
        "",
        "12e",
        Answer.IN_PART,
        "A decision curve, at this collection's share of hemorrhage.",
    )
    yield ChecklistItem(
        "How sure the figures are", "29, 36", "23a", Answer.YES, "95 % intervals that draw whole groups."
    )
    is_stated = judgement.settings.prevalence is not None
    whose = "as stated" if is_stated else "this collection's own; state another with --prevalence"
    yield ChecklistItem(
        "Predictive values where hemorrhage is rarer",
        "36",
        "23a",
        Answer.YES if is_stated else Answer.IN_PART,
        f"Predictive values are given for a prevalence of {judgement.prevalence:.1%}, {whose}.",
    )
    yield ChecklistItem(
        "Differences between parts of the population",
        "",
        "12d, 14, 23a, 23b",
        Answer.IN_PART if judgement.subgroups else Answer.NO,
        "Tables by column, without tests; whether the columns are those that matter for fairness, people must say."
        if judgement.subgroups
        else "The collection has no column to part it by.",
    )
    shown = bool(evaluation.misses or evaluation.false_alarms)
    yield ChecklistItem(
        "What the mistakes look like",
        "37",
        "",
        Answer.YES if shown else Answer.IN_PART,
        "The worst misses and false alarms are shown." if shown else "Every mistake is listed; none is shown.",
    )


FOR_PEOPLE = (
    ChecklistItem(
        "Where, when, how and of whom the slices were taken, and which were chosen",
        "5, 7, 8, 10",
        "5, 6, 9b",
        Answer.NO,
        "Whoever collected them knows.",
    ),
    ChecklistItem(
        "What counts as hemorrhage, who read it, how, and how well readers agreed",
        "11, 14-18",
        "8",
        Answer.NO,
        "The labels are taken as they come; figures are agreement with them.",
    ),
    ChecklistItem("How patients' identities were protected", "12", "", Answer.NO, "Whoever collected them knows."),
    ChecklistItem(
        "Whether answers hold when conditions change",
        "30",
        "",
        Answer.NO,
        "Nothing was varied here.",
    ),
    ChecklistItem(
        "What the study asks, what the model is for, and its limits",
        "1-4, 6, 38, 39",
        "1-4, 25-27",
        Answer.NO,
        "Research only; the study's own text must say what these figures mean and for whom.",
    ),
    ChecklistItem(
        "Code, model and data for others",
        "7, 41",
        "18e, 18f, 22",
        Answer.IN_PART,
        "Hashes name bundle and collection; where to get them, the study must say.",
    ),
    ChecklistItem(
        "Registration, protocol, ethics, funding, interests, patients' part",
        "40-42",
        "17, 18a-18d, 19",
        Answer.NO,
        "The study must say.",
    ),
)
