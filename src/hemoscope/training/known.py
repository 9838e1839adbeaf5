"""What the shipped network has learned from tells nothing of a network that stands on it."""

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from hemoscope.datasets.audit.fingerprints import UNKNOWN, find_seen, fingerprint
from hemoscope.datasets.items import check_usable
from hemoscope.errors import DatasetError
from hemoscope.models.bundle import open_bundle
from hemoscope.records import ErrorReport

if TYPE_CHECKING:
    from hemoscope.training.data import PreparedCollection

REPORT = ErrorReport(
    "data.seen_in_training",
    "The shipped network learned from this slice or from another of its group.",
    "Bring slices it has not seen, or train a network that does not stand on it.",
)


def name_shipped() -> dict[str, str]:
    """Name the shipped network as plain JSON values, so that a run says which it stands on."""
    shipped = open_bundle()
    return {"name": shipped.name, "version": shipped.version}


def leave_out_known(prepared: "PreparedCollection") -> "PreparedCollection":
    """Leave out the slices that the shipped network learned from, and their groups with them.

    A head on its features would find its training slices easy whatever part they stand in, and so would every figure.

    Args:
        prepared: Slices with their final groups.

    Returns:
        The others; those left out carry "data.seen_in_training".

    Raises:
        DatasetError: "data.seen_in_training" where no slice is left, "data.one_class" where a class is not.
    """
    table = open_bundle().fingerprints
    if table is None:
        return prepared
    asked = fingerprint(prepared.inputs, hashes=[UNKNOWN] * len(prepared.collection))
    groups = np.array(prepared.collection.groups)
    is_known = np.isin(groups, groups[[one.index for one in find_seen(asked, table)]])
    if is_known.all():
        raise DatasetError(REPORT.code, "The shipped network learned from all of these slices.", REPORT.next_step)
    left = prepared.only(np.flatnonzero(~is_known))
    check_usable(left.collection)
    left_out = {prepared.collection.items[index].key: REPORT for index in np.flatnonzero(is_known)}
    return replace(left, left_out=prepared.left_out | left_out)
