"""Read the tensors of a PyTorch weight file with numpy alone.

Weight files are pickles, which can run code when they are opened. The reader below knows four harmless names and
refuses all others, so that nothing but tensors can come out.

Source: the layout that `torch.save` wrote before version 1.6: a magic number, a protocol number, facts about the
machine, the objects with their storages left out, the storages' keys, then each storage as a count and its raw bytes.
"""

import os
import pickle
from collections import OrderedDict
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np

from hemoscope.errors import BundleError

MAGIC = 0x1950A86A20F9469CFC6C
_TYPES = {"FloatStorage": np.dtype("<f4"), "LongStorage": np.dtype("<i8")}


def read_torch_weights(path: str | os.PathLike[str]) -> dict[str, np.ndarray]:
    """Read a state dictionary.

    Args:
        path: A file in the old format of `torch.save`, holding a dictionary of tensors.

    Returns:
        Arrays by name, float32 or int64, in the file's order.

    Raises:
        BundleError: "weights.unsafe" where the file names anything but tensors, "weights.format" where it is no such
            file.
    """
    with Path(path).open("rb") as stream:
        try:
            return _read(stream)
        except BundleError:
            raise
        except (pickle.UnpicklingError, EOFError, KeyError, ValueError, TypeError, AttributeError, IndexError) as error:
            raise BundleError(
                "weights.format",
                f"{Path(path).name} is not a weight file of the old PyTorch format.",
                "Install the package that brings it again.",
            ) from error


def _read(stream: BinaryIO) -> dict[str, np.ndarray]:
    if _TensorUnpickler(stream).load() != MAGIC:
        raise ValueError("no magic number")
    for _ in ("protocol", "machine"):
        _TensorUnpickler(stream).load()
    reader = _TensorUnpickler(stream)
    tensors = reader.load()
    for key in _TensorUnpickler(stream).load():
        kind, count = reader.storages[key].kind, int.from_bytes(stream.read(8), "little")
        reader.storages[key].values = np.frombuffer(stream.read(count * kind.itemsize), kind, count)
    return {name: tensor.build() for name, tensor in tensors.items()}


class _Storage:
    """The numbers of one or more tensors; read after the tensors that show them."""

    def __init__(self, kind: np.dtype[Any]) -> None:
        self.kind = kind
        self.values = np.empty(0, kind)


class _Tensor:
    """A view of a storage, built when the storage has been read."""

    def __init__(
        self, storage: _Storage, offset: int, shape: tuple[int, ...], strides: tuple[int, ...], *_: Any
    ) -> None:
        self._storage, self._offset, self._shape, self._strides = storage, offset, shape, strides

    def build(self) -> np.ndarray:
        """Copy the view out."""
        values = self._storage.values[self._offset :]
        if values.size < 1 + sum((side - 1) * step for side, step in zip(self._shape, self._strides, strict=True)):
            raise ValueError("a tensor reaches beyond its storage")
        steps = tuple(step * values.itemsize for step in self._strides)
        return np.lib.stride_tricks.as_strided(values, self._shape, steps, writeable=False).copy()


class _TensorUnpickler(pickle.Unpickler):
    """An unpickler that can build tensors and nothing else."""

    def __init__(self, stream: BinaryIO) -> None:
        super().__init__(stream)
        self.storages: dict[str, _Storage] = {}

    def find_class(self, module: str, name: str) -> Any:
        """Resolve the four names that a dictionary of tensors needs."""
        if (module, name) == ("collections", "OrderedDict"):
            return OrderedDict
        if (module, name) == ("torch._utils", "_rebuild_tensor_v2"):
            return _Tensor
        if module == "torch" and name in _TYPES:
            return _TYPES[name]
        raise BundleError(
            "weights.unsafe",
            f"The weight file names {module}.{name}, which is no tensor.",
            "Do not open it; install the package that brings it from its own index.",
        )

    def persistent_load(self, pid: Any) -> _Storage:
        """Remember a storage, to be filled later."""
        _, kind, key, _, _, _ = pid
        return self.storages.setdefault(str(key), _Storage(np.dtype(kind)))
