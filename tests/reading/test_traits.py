"""What a series is: by its header, else by words of several languages."""

import pytest

from hemoscope.reading.instance_record import Making
from hemoscope.reading.traits import has_contrast


@pytest.mark.parametrize(
    "text",
    [
        "Head C+",
        "HEAD + C",
        "Head with contrast",
        "BRAIN W CONTRAST",
        "W/O & W/ CONTRAST",
        "Schädel nach KM",
        "Schädel mit Kontrastmittel",
        "Crâne avec injection",
        "Cráneo con contraste",
        "Cranio con contrasto",
        "CTA head",
        "CT Angio COW",
        "4cc sec 150cc D3D on",
        "venous phase",
        "Brain perfusion",
        "頭部造影",
        "头颅增强",
        "с контрастом",
        "enhanced",
    ],
)
def test_words_for_contrast_are_known(text: str):
    assert has_contrast(Making(description=text))


@pytest.mark.parametrize(
    "text",
    [
        "",
        "Head 5mm",
        "Head C-",
        "HEAD - C",
        "Head without contrast",
        "BRAIN W/O CONTRAST",
        "Brain WO",
        "non-contrast head",
        "NON CONTRAST",
        "no contrast",
        "unenhanced",
        "Schädel nativ",
        "Schädel ohne KM",
        "Schädel ohne Kontrastmittel",
        "Crâne sans injection",
        "Crâne sans IV",
        "Cráneo sin contraste",
        "Cranio senza contrasto",
        "Crânio sem contraste",
        "Hersenen zonder contrast",
        "без контраста",
        "头颅平扫",
        "頭部単純",
        "Head Routine",
        "Carotid C1-C7",
    ],
)
def test_words_for_no_contrast_are_known_too(text: str):
    assert not has_contrast(Making(description=text))


@pytest.mark.parametrize(("agent", "expected"), [("OMNIPAQUE 300", True), ("NONE", False), ("No", False), ("", False)])
def test_the_agent_counts_before_words(agent: str, expected: bool):
    assert has_contrast(Making(contrast_agent=agent)) is expected
    assert has_contrast(Making(contrast_agent="IV", description="without contrast"))
