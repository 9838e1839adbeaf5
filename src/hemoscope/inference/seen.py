"""Did the network learn from any of these slices? And what to do where it did."""

from collections.abc import Mapping
from dataclasses import replace
from enum import StrEnum
from typing import Any

from hemoscope.datasets.audit.fingerprints import UNKNOWN, Fingerprints, Likeness, find_seen
from hemoscope.datasets.items import Collection
from hemoscope.errors import DatasetError
from hemoscope.evaluation.report import SeenCase, SeenCheck, SeenStatus
from hemoscope.models.bundle import Bundle

SAME_GROUP = "same group"


class SeenPolicy(StrEnum):
    """What becomes of slices that stood in the training data."""

    REFUSE = "refuse"
    DROP = "drop"
    KEEP = "keep"


def check_seen(bundle: Bundle, collection: Collection, fingerprints: Fingerprints) -> SeenCheck:
    """Compare a collection with what a bundle says that its network learned from.

    The hash of the whole training data, which every bundle carries, knows the same collection again. Single slices are
    known by the bundle's fingerprints. A group of which one slice stood in training did so as a whole.

    Args:
        bundle: With or without fingerprints.
        collection: What was scored.
        fingerprints: Of its items, in their order.
    """
    known = bundle.fingerprints
    has_hashes = known is not None and any(value != UNKNOWN for value in known.hashes)
    compared_with = 0 if known is None else len(known)
    if _trained_on(bundle.metadata) == collection.hash_of(fingerprints.hashes):
        everything = tuple(SeenCase(item.key, item.group, str(Likeness.SAME_FILE), 1.0) for item in collection)
        return SeenCheck(SeenStatus.FOUND, compared_with, has_hashes, everything)
    if known is None:
        return SeenCheck(SeenStatus.NOT_POSSIBLE, 0, False)
    own = {one.index: one for one in find_seen(fingerprints, known)}
    groups = {collection.items[index].group for index in own}
    seen = [
        SeenCase(item.key, item.group, str(own[index].likeness), own[index].score)
        for index, item in enumerate(collection)
        if index in own
    ]
    seen += [
        SeenCase(item.key, item.group, SAME_GROUP, 0.0)
        for index, item in enumerate(collection)
        if index not in own and item.group in groups
    ]
    return SeenCheck(SeenStatus.FOUND if seen else SeenStatus.NONE_FOUND, compared_with, has_hashes, tuple(seen))


def apply_policy(check: SeenCheck, policy: SeenPolicy) -> SeenCheck:
    """Refuse what was seen, or say whether it is dropped.

    Raises:
        DatasetError: "data.seen_in_training" where the policy is to refuse and any was seen.
    """
    if check.seen and policy is SeenPolicy.REFUSE:
        groups = dict.fromkeys(case.group for case in check.seen)
        direct = [case for case in check.seen if case.likeness != SAME_GROUP]
        raise DatasetError(
            "data.seen_in_training",
            f"Expected slices that the network never saw; in its training data stood {_counted(direct)}, "
            f"first {direct[0].key!r}. Groups that so stand in both parts: {len(groups)}.",
            "Pass --seen drop to leave these groups out, or --seen keep for figures that are marked as seen.",
        )
    return replace(check, were_dropped=bool(check.seen) and policy is SeenPolicy.DROP)


def _counted(seen: list[SeenCase]) -> str:
    counts = {name: sum(case.likeness == name for case in seen) for name in Likeness}
    return ", ".join(f"{count} {name}" for name, count in counts.items() if count)


def _trained_on(metadata: Mapping[str, Any]) -> str:
    return str(metadata["training"]["data"].get("sha256", ""))
