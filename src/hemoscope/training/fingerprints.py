"""The fingerprints of what a run saw, to travel in its bundle."""

import os

from hemoscope.datasets.audit.fingerprints import UNKNOWN, Fingerprints, fingerprint
from hemoscope.datasets.origins import load_origins
from hemoscope.errors import TrainingError
from hemoscope.models.bundle import open_bundle
from hemoscope.models.registry import find_model
from hemoscope.training.data import load_labelled
from hemoscope.training.run import Run


def fingerprint_run(run: Run, data: str | os.PathLike[str] | None = None) -> Fingerprints:
    """Take the fingerprints of every slice of a run: the validation part too, which chose calibration and thresholds.

    A network that stands on the shipped one has learned from all that this one has, too.

    Args:
        run: With its prepared slices.
        data: What it was trained on, to add the SHA-256 of each file; without, signatures alone know a slice again.

    Raises:
        TrainingError: "run.data_changed" where the data is not what the run was started on.
    """
    hash_of = {} if data is None else _hashes(run, data)
    own = fingerprint(run.inputs, hashes=[hash_of.get(row.key, UNKNOWN) for row in run.split])
    below = open_bundle().fingerprints if find_model(run.settings.model).stands_on_shipped else None
    return own if below is None else own + below


def _hashes(run: Run, data: str | os.PathLike[str]) -> dict[str, str]:
    found = load_origins(data) if find_model(run.settings.model).has_maps else load_labelled(data)
    if found.data_hash() != run.record["data"]["sha256"]:
        raise TrainingError(
            "run.data_changed",
            "The collection is not the one that the run was started on.",
            "Name that collection, or leave the files out of the fingerprints.",
        )
    return {item.key: item.sha256() for item in found}
