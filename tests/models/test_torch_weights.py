"""Weight files give tensors and run nothing."""

import pickle
from importlib.resources import files
from pathlib import Path

import numpy as np
import pytest

from hemoscope.errors import BundleError
from hemoscope.models.lite0 import WEIGHT_FILE, WEIGHT_PACKAGE
from hemoscope.models.torch_weights import MAGIC, read_torch_weights

WEIGHTS = files(WEIGHT_PACKAGE) / "models" / WEIGHT_FILE


class Payload:
    """What a hostile file would hold."""

    def __reduce__(self):
        return (Path.touch, (Path("payload-ran"),))


def write(path: Path, *objects: object) -> Path:
    path.write_bytes(b"".join(pickle.dumps(one, protocol=2) for one in objects))
    return path


def test_the_weights_of_lite0_have_the_shapes_of_its_layers():
    weights = read_torch_weights(str(WEIGHTS))
    assert weights["_conv_stem.weight"].shape == (32, 3, 3, 3)
    assert weights["_fc.weight"].shape == (1000, 1280)
    assert all(np.isfinite(values).all() for values in weights.values())


def test_a_file_that_would_run_code_is_refused_and_runs_nothing(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    hostile = write(tmp_path / "hostile.pth", MAGIC, 1001, {}, Payload(), [])
    with pytest.raises(BundleError, match=r"names .*, which is no tensor.*\[weights\.unsafe\]"):
        read_torch_weights(hostile)
    assert not (tmp_path / "payload-ran").exists()


@pytest.mark.parametrize("objects", [(), (1, 2, 3), (MAGIC, 1001, {}), (MAGIC, 1001, {}, {}, ["0"])])
def test_a_file_of_another_format_is_refused(tmp_path, objects):
    with pytest.raises(BundleError, match=r"\[weights\.format\]"):
        read_torch_weights(write(tmp_path / "other.pth", *objects))


def test_a_file_cut_short_is_refused(tmp_path):
    cut = tmp_path / "cut.pth"
    cut.write_bytes(Path(str(WEIGHTS)).read_bytes()[:1_000_000])
    with pytest.raises(BundleError, match=r"\[weights\.format\]"):
        read_torch_weights(cut)
