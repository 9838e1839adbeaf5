import numpy as np
import pytest

from hemoscope.inference.doctor import decoders
from hemoscope.inference.doctor.decoders import SYNTAXES, check_decoders
from hemoscope.records import Check, Health


def test_every_transfer_syntax_is_read_exactly_here_and_the_plugins_are_named():
    told = {check.name: check for check in check_decoders()}
    assert list(told) == ["uncompressed", *SYNTAXES]
    assert {check.health for check in told.values()} == {Health.OK}
    assert told["uncompressed"].detail == told["Deflated Explicit VR"].detail == "read exactly"
    assert told["RLE Lossless"].detail == "read exactly, by pydicom"
    assert "gdcm" in told["JPEG Lossless"].detail
    assert "pyjpegls" in told["JPEG-LS Lossless"].detail
    assert "pylibjpeg" in told["JPEG 2000 Lossless"].detail


def answers(monkeypatch: pytest.MonkeyPatch, error: Exception) -> list[Check]:
    def stop(*_: object, **__: object) -> None:
        raise error

    monkeypatch.setattr(decoders, "recompress", stop)
    return list(check_decoders())


def test_a_missing_decoder_is_missing_and_named_with_its_package(monkeypatch):
    missing = answers(monkeypatch, ImportError("no encoder"))[2]
    assert missing == Check(
        "decoders",
        "JPEG Lossless",
        Health.MISSING,
        "python-gdcm is not installed.",
        next_step="pip install python-gdcm",
    )
    assert missing.is_broken


def test_a_decoder_that_fails_is_told_and_the_others_are_tried(monkeypatch):
    checks = answers(monkeypatch, RuntimeError("/home/somebody/x.dcm"))
    assert [check.health for check in checks] == [Health.OK] + [Health.FAILED] * len(SYNTAXES)
    assert checks[3].detail == "It stopped with RuntimeError."
    assert checks[3].next_step == "pip install --force-reinstall pyjpegls"


def test_other_pixels_than_were_written_are_a_failure(monkeypatch):
    right = decoders.read_slice

    def wrong(path):
        image = right(path)
        return type(image)(image.pixels + np.float32(1), image.unit, image.source, image.media_format)

    monkeypatch.setattr(decoders, "read_slice", wrong)
    assert {(check.health, check.detail) for check in check_decoders()} == {
        (Health.FAILED, "Other pixels come out than went in.")
    }
