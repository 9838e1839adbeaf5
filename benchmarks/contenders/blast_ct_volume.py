"""BLAST-CT's network with random weights on a NIfTI volume, through its own loader and saver: FILE LIMIT_S.

Runs in an environment of its own, with `blast-ct` and `torch`, and does what its command `blast-ct` does on a CPU with
one model: resample to 1 mm, cut into overlapping patches, predict each, put the segmentation together, write it.
Batches are of 4 patches, in place of 32, so that progress can be seen. After LIMIT_S seconds it stops, and the time of
the patches is scaled from those done to all.

Source: M. Monteiro et al., doi:10.1016/S2589-7500(20)30085-6.
"""

import csv
import json
import logging
import sys
import tempfile
import time
from pathlib import Path

import torch
from blast_ct.assets import get_config_path
from blast_ct.nifti.savers import NiftiPatchSaver
from blast_ct.read_config import get_model, get_test_loader
from blast_ct.trainer.inference import ModelInference

BATCH = 4


def main() -> None:
    """Print the seconds that the whole volume takes, or would, as JSON."""
    volume, limit_s = sys.argv[1], float(sys.argv[2])
    logging.disable(logging.CRITICAL)
    config = json.loads(Path(get_config_path()).read_text())
    config["test"]["batch_size"] = BATCH
    model = get_model(config)
    with tempfile.TemporaryDirectory() as folder:
        weights = Path(folder) / "random.torch_model"
        torch.save(model.state_dict(), weights)
        table = Path(folder) / "test.csv"
        with table.open("w", newline="") as stream:
            csv.writer(stream).writerows([["id", "image"], ["im_0", volume]])
        print(json.dumps(run(config, model, folder, limit_s)))


def run(config: dict, model: torch.nn.Module, folder: str, limit_s: float) -> dict:
    """Predict patches until all are done or the time is over."""
    started = time.perf_counter()
    loader = get_test_loader(config, model, str(Path(folder) / "test.csv"), False)
    saver = NiftiPatchSaver(folder, loader, write_prob_maps=False)
    weights = str(Path(folder) / "random.torch_model")
    inference = ModelInference(folder, torch.device("cpu"), model, saver, weights, "segmentation")
    count, done, first = len(loader.dataset), 0, 0.0
    prepared = time.perf_counter() - started
    for state in inference.inference(loader):
        saver(state)
        done += len(state["pred"])
        first = first or time.perf_counter() - started
        if time.perf_counter() - started > limit_s:
            break
    taken = time.perf_counter() - started
    each = (taken - first) / max(1, done - BATCH) if done < count else 0.0
    seconds = taken + each * (count - done)
    note = f"{done} of {count} patches" + ("" if done == count else f" in {taken:.0f} s, scaled")
    return {"seconds": [seconds], "note": f"{note}; {prepared:.1f} s to resample"}


if __name__ == "__main__":
    main()
