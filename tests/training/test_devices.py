"""Several devices share every batch; proven on CPUs that pose as two."""

import csv
import subprocess
import sys
from pathlib import Path

import pytest

from hemoscope.training.devices import gpu_names, on_every_gpu
from tests.datasets.layouts import write_kaggle

SCRIPT = """
import sys
import tensorflow as tf

cpu = tf.config.list_physical_devices("CPU")[0]
tf.config.set_logical_device_configuration(cpu, [tf.config.LogicalDeviceConfiguration()] * 2)
names = [device.name for device in tf.config.list_logical_devices("CPU")]

from hemoscope.preparation.canonical import PreparationSettings
from hemoscope.training import devices, fit
from hemoscope.training.settings import TrainingSettings

devices.gpu_names = lambda: names
data, out = sys.argv[1:]
settings = TrainingSettings(
    epochs=2, batch_size=4, validation_fraction=0.25, preparation=PreparationSettings(size=32), seed=1
)
real, seen = tf.distribute.MirroredStrategy, []
tf.distribute.MirroredStrategy = lambda of: seen.append(list(of)) or real(of)
fit.train(data, out, settings=settings)
fit.resume(data, out)
print("devices", len(seen[0]), "times", len(seen))
"""


def test_without_several_gpus_nothing_changes(monkeypatch):
    monkeypatch.setattr("hemoscope.training.devices.gpu_names", lambda: ["/device:GPU:0"])
    with on_every_gpu():
        import tensorflow

        assert not tensorflow.distribute.has_strategy()


def test_the_gpus_are_those_that_tensorflow_sees():
    import tensorflow

    assert len(gpu_names()) == len(tensorflow.config.list_logical_devices("GPU"))


@pytest.mark.slow
def test_a_run_on_two_devices_trains_is_kept_and_goes_on(tmp_path):
    data = write_kaggle(tmp_path / "drawn", each=8)
    out = tmp_path / "run"
    done = subprocess.run(
        [sys.executable, "-c", SCRIPT, str(data), str(out)], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr[-2000:]
    assert "devices 2 times 2" in done.stdout
    with (out / "history.csv").open() as stream:
        assert [float(row["epoch"]) for row in csv.DictReader(stream)] == [1.0, 2.0]
    assert list(Path(out, "checkpoints").glob("epoch-0002.keras"))
