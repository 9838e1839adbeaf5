"""The slice network that may score a study: one that never saw where the study comes from."""

import hashlib
import json
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from hemoscope.errors import TrainingError
from hemoscope.models.bundle import Bundle
from hemoscope.models.map_net import with_mirror
from hemoscope.training.export import write_onnx
from hemoscope.training.run import Run, load_best

BATCH = 16


class SliceNetwork:
    """A slice network in ONNX Runtime, on one thread.

    Args:
        path: The ONNX file.
    """

    def __init__(self, path: Path) -> None:
        import onnxruntime

        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = 1
        self._session = onnxruntime.InferenceSession(path, options, providers=["CPUExecutionProvider"])
        self._input = self._session.get_inputs()[0].name

    def look(self, inputs: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Score slices.

        Args:
            inputs: float, shape (n, size, size), in [0, 1].

        Returns:
            Scores, float32, shape (n, 6), and maps, float32, shape (n, cells, cells, 6); both logits.
        """
        fed = np.asarray(inputs, np.float32)[..., np.newaxis]
        parts = [
            self._session.run(None, {self._input: fed[start : start + BATCH]}) for start in range(0, len(fed), BATCH)
        ]
        scores, maps = (np.concatenate(outputs) for outputs in zip(*parts, strict=True))
        return scores, maps


@dataclass
class Networks:
    """Finds the network for each origin: of a cross-validation by origin the one that left it out, else the bundle's.

    Attributes:
        bundle: The bundle that the study head is for.
        left_out: The folder of a finished cross-validation by origin, or None.
        cache: Where exported networks are kept.
    """

    bundle: Bundle
    left_out: Path | None
    cache: Path
    _opened: dict[str, SliceNetwork] = field(default_factory=dict)
    _identities: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Read which origins were left out together.

        Raises:
            TrainingError: "run.not_found" where that is no cross-validation by origin, "export.other_settings" where
                its networks are fed otherwise than the bundle's.
        """
        self._blocks: list[list[str]] = []
        if self.left_out is None:
            return
        try:
            record = json.loads((self.left_out / "validation.json").read_text(encoding="utf-8"))
            self._blocks = record["blocks"]
        except (OSError, KeyError) as error:
            raise TrainingError(
                "run.not_found", f"{self.left_out.name!r} holds no cross-validation by origin.", "Finish one first."
            ) from error
        if record["settings"]["preparation"] != self.bundle.preparation.as_json():
            raise TrainingError(
                "export.other_settings",
                f"{self.left_out.name!r} judged networks of another preparation than the bundle's.",
                "Cross-validate with the settings of the bundle's run.",
            )

    def name_for(self, origin: str) -> str:
        """Name the network that scores an origin: the origins it left out, joined by "+", or "bundle"."""
        block = next((block for block in self._blocks if origin in block), None)
        return "bundle" if block is None else "+".join(block)

    def identity_for(self, origin: str) -> str:
        """Name the network that scores an origin, with the beginning of the SHA-256 of its weights' file.

        Raises:
            TrainingError: "study.unfinished".
        """
        name = self.name_for(origin)
        if name not in self._identities:
            run = None if name == "bundle" else self._run(name)
            path = self.bundle.onnx_path if run is None else run.checkpoint(run.best_epoch)
            self._identities[name] = f"{name} {hashlib.sha256(path.read_bytes()).hexdigest()[:8]}"
        return self._identities[name]

    def has_seen(self, origin: str) -> bool:
        """Whether the network that scores an origin learned from slices of it."""
        learned = self.bundle.metadata["training"]["data"].get("origins", {})
        return self.name_for(origin) == "bundle" and origin in learned

    def for_origin(self, origin: str) -> SliceNetwork:
        """Open the network that scores an origin.

        Raises:
            TrainingError: "study.unfinished" where the one that left it out has not been trained to its end.
        """
        name = self.name_for(origin)
        if name not in self._opened:
            path = self.bundle.onnx_path if name == "bundle" else self._export(name)
            self._opened[name] = SliceNetwork(path)
        return self._opened[name]

    def _export(self, name: str) -> Path:
        """Export a network that left origins out, once, looking at the mirrored slice too as the shipped one does."""
        path, run = self.cache / f"{name}.onnx", self._run(name)
        if not path.is_file():
            path.parent.mkdir(parents=True, exist_ok=True)
            temporary = path.with_name(f".{name}.onnx")
            write_onnx(with_mirror(load_best(run)), temporary, size=run.settings.preparation.size)
            temporary.replace(path)
        return path

    def _run(self, name: str) -> Run:
        run = Run.at((self.left_out or Path()) / "runs" / name)
        if not run.has_started or run.last_epoch < run.settings.epochs:
            raise TrainingError(
                "study.unfinished",
                f"The network without {name} has not been trained to its end.",
                "Finish it: call hemoscope cross-validate again.",
            )
        return run
