"""A DICOM file once more in another transfer syntax, its pixels unchanged, and who can decode it here."""

import os
from functools import partial
from pathlib import Path

import numpy as np
from pydicom import dcmread
from pydicom.pixels import get_decoder, pixel_array
from pydicom.uid import UID, JPEGLosslessSV1

from hemoscope.writing.atomic import write_atomically


def recompress(source: str | os.PathLike[str], target: str | os.PathLike[str], *, transfer_syntax: str) -> Path:
    """Write a slice again in another lossless transfer syntax.

    Args:
        source: An uncompressed DICOM file of one frame.
        target: The file to write.
        transfer_syntax: UID of RLE Lossless, JPEG Lossless SV1, JPEG-LS Lossless, JPEG 2000 Lossless, or of one that
            leaves the pixels as they are, such as Deflated Explicit VR Little Endian (PS3.5 A.4, A.5).

    Returns:
        The target.

    Raises:
        ImportError: The package that encodes it is not installed.
        RuntimeError: It is, and does not encode the slice.
    """
    path, syntax = Path(target), UID(transfer_syntax)
    if syntax == JPEGLosslessSV1:
        return _with_gdcm(source, path)  # no encoder of pydicom's writes it
    dataset = dcmread(source)
    if syntax.is_encapsulated:
        try:
            dataset.compress(syntax, generate_instance_uid=False)  # the same instance, as its pixels are the same
        except RuntimeError as error:
            if "missing dependencies" in str(error):
                raise ImportError(f"no encoder for {syntax.name}") from error
            raise
    else:
        dataset.file_meta.TransferSyntaxUID = syntax
    write_atomically(path, partial(dataset.save_as, enforce_file_format=True))
    return path


def exact_decoders(path: str | os.PathLike[str], stored: np.ndarray) -> tuple[str, ...]:
    """Return which of pydicom's plugins decode a compressed file to exactly these pixels.

    Args:
        path: A DICOM file of one frame in a compressed transfer syntax.
        stored: The stored values that it was made from, shape (rows, columns).

    Returns:
        Names as pydicom has them, such as "gdcm"; plugins that are not installed, or fail, are left out.
    """
    dataset = dcmread(path)
    found = []
    for plugin in get_decoder(dataset.file_meta.TransferSyntaxUID).available_plugins:
        try:
            if np.array_equal(pixel_array(dataset, decoding_plugin=plugin), stored):
                found.append(plugin)
        except Exception:
            continue
    return tuple(found)


def _with_gdcm(source: str | os.PathLike[str], path: Path) -> Path:
    import gdcm

    reader, change, writer = gdcm.ImageReader(), gdcm.ImageChangeTransferSyntax(), gdcm.ImageWriter()
    reader.SetFileName(os.fspath(source))
    is_read = reader.Read()
    change.SetTransferSyntax(gdcm.TransferSyntax(gdcm.TransferSyntax.JPEGLosslessProcess14_1))
    change.SetInput(reader.GetImage())
    if not is_read or not change.Change():
        raise RuntimeError(f"GDCM does not encode {JPEGLosslessSV1.name}")
    writer.SetFile(reader.GetFile())
    writer.SetImage(change.GetOutput())
    writer.SetFileName(os.fspath(path))
    if not writer.Write():
        raise RuntimeError(f"GDCM does not write {JPEGLosslessSV1.name}")
    return path
