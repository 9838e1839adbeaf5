"""Small networks with maps, trained once."""

import pytest

from hemoscope.training.fit import train
from hemoscope.training.maps.leave_out import leave_origins_out
from hemoscope.training.settings import TrainingSettings
from tests.datasets.layouts import write_origins
from tests.models.small_encoder import small_encoder

SMALL = TrainingSettings.for_model("map-net", size=64, epochs=1, steps=1, batch_size=8, validation_fraction=0.25)


@pytest.fixture(scope="package")
def origins(tmp_path_factory):
    """Three origins; tests must not write into it."""
    return write_origins(tmp_path_factory.mktemp("origins"), each=8)


@pytest.fixture(scope="package")
def map_run(origins, tmp_path_factory):
    """A run on them, likewise."""
    with small_encoder():
        return train(origins, tmp_path_factory.mktemp("runs") / "run", settings=SMALL)


@pytest.fixture(scope="package")
def left_out(origins, tmp_path_factory):
    """A finished cross-validation by origin, likewise."""
    folder = tmp_path_factory.mktemp("out") / "origins"
    with small_encoder():
        leave_origins_out(origins, folder, settings=SMALL)
    return folder
