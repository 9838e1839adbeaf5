"""Kernel names of the makers, and words of several languages."""

import pytest

from hemoscope.reading.kernels import Kernel, kernel_of, plain_text


@pytest.mark.parametrize(
    "name",
    ["STANDARD", "Soft", "H30s", "H31f", "J40s", "Hr38f\\3", "Qr40d\\2", "B20f", "UB", "FC26", "FC64", "Brain LCD"],
)
def test_kernels_for_the_brain_are_soft(name: str):
    assert kernel_of(name) is Kernel.SOFT


@pytest.mark.parametrize(
    "name", ["BONE", "BONEPLUS", "EDGE", "LUNG", "H60s", "H70h", "Hr59\\3", "B70f", "YC", "D", "FC30", "FC81"]
)
def test_kernels_for_edges_are_bone(name: str):
    assert kernel_of(name) is Kernel.BONE


@pytest.mark.parametrize(
    "text",
    [
        "HEAD BONE 2.0",
        "Schädel Knochen",
        "CRANE OS",
        "Fenêtre osseuse",
        "Craneo hueso",
        "Ventana ósea",
        "Encefalo osso",
        "Głowa kości",
        "Кость 1.0",
        "頭部 骨条件",
    ],
)
def test_a_description_in_several_languages_tells_bone(text: str):
    assert kernel_of("", text) is Kernel.BONE


@pytest.mark.parametrize(
    "text", ["Brain 5.0", "Gehirn 4mm", "CRANE parties molles", "Cráneo partes blandas", "Мозг", "頭部 脳"]
)
def test_a_description_in_several_languages_tells_soft(text: str):
    assert kernel_of("", text) is Kernel.SOFT


def test_the_header_field_wins_over_the_description():
    assert kernel_of("STANDARD", "bone window") is Kernel.SOFT


@pytest.mark.parametrize("text", ["", "Head 5mm", "CT SCHAEDEL", "botella"])
def test_nothing_known_is_unknown(text: str):
    assert kernel_of("", text) is Kernel.UNKNOWN


def test_accents_and_underscores_are_plain():
    assert plain_text("TÊTE_ÓSEA 뇌") == "tete osea 뇌"
