import io

import pytest
from rich.console import Console

from hemoscope.records import Check, Health
from hemoscope.results.doctor_table import render_doctor, sum_up

CHECKS = (
    Check("packages", "numpy", Health.OK, "2.4.6"),
    Check("packages", "pyjpegls", Health.MISSING, "Not installed.", next_step="pip install pyjpegls"),
    Check("model", "bundle", Health.FAILED, "model.onnx differs.", next_step="Copy it again."),
)


def shown(encoding: str) -> str:
    stream = io.TextIOWrapper(io.BytesIO(), encoding=encoding, newline="\n")
    Console(file=stream, width=90).print(render_doctor(CHECKS))
    stream.flush()
    return "\n".join(line.rstrip() for line in stream.buffer.getvalue().decode(encoding).splitlines())


def test_each_check_has_a_shape_and_a_word_and_the_next_step():
    assert shown("utf-8") == (
        "packages\n"
        "  numpy     ● ok       2.4.6\n"
        "  pyjpegls  ○ missing  Not installed. pip install pyjpegls\n"
        "model\n"
        "  bundle    ✕ failed   model.onnx differs. Copy it again.\n"
        "\n"
        "Scoring does not work as it should. 2 checks are not ok: packages pyjpegls, model bundle."
    )


def test_ascii_stands_in_for_shapes_where_the_output_has_none():
    lines = shown("ascii").splitlines()
    assert lines[1:3] == [
        "  numpy     + ok       2.4.6",
        "  pyjpegls  - missing  Not installed. pip install pyjpegls",
    ]
    assert lines[4].startswith("  bundle    x failed ")


@pytest.mark.parametrize(
    ("checks", "sentence"),
    [
        (CHECKS[:1], "Scoring works. All 1 checks are ok."),
        (
            (*CHECKS[:1], Check("extras", "train", Health.MISSING, "keras", is_needed=False)),
            "Scoring works. 1 check is not ok: extras train.",
        ),
        (CHECKS[:2], "Scoring does not work as it should. 1 check is not ok: packages pyjpegls."),
    ],
)
def test_the_sentence_says_whether_scoring_works_and_what_is_not_ok(checks, sentence):
    assert sum_up(checks) == sentence
