"""Studies in JSON keep one schema and read back as they were."""

import json
import math
from dataclasses import replace

import jsonschema
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hemoscope.errors import BundleError, InputError
from hemoscope.results.document import as_document
from hemoscope.results.study_document import study_as_json, study_from_json
from hemoscope.terms import Label

from .sample import MODEL, POSITIVE, REFUSED_STUDY, STUDY, other_studies, scored_studies
from .test_document import SCHEMA


@given(st.lists(scored_studies | other_studies, max_size=3))
def test_every_study_keeps_the_schema_and_reads_back_the_same(studies):
    document = json.loads(json.dumps(as_document(studies, model=MODEL), allow_nan=False))
    jsonschema.validate(document, SCHEMA)
    assert [study_from_json(values) for values in document["studies"]] == studies


def test_slices_by_themselves_and_studies_stand_in_lists_of_their_own():
    document = as_document([STUDY, POSITIVE, REFUSED_STUDY], model=MODEL)
    assert [study["input"] for study in document["studies"]] == ["scans/study", "scans/knee"]
    assert [result["input"] for result in document["results"]] == ["scans/head <1>.png"]


def test_a_study_tells_its_series_its_slices_and_its_volumes():
    values = study_as_json(STUDY)
    assert values["series"]["reason"] == "It is the only axial series."
    assert values["series"]["passed_over"] == [{"name": "scout", "reason": "It is a localizer."}]
    assert values["volumes_ml"] == {"any": 12.5, "subdural": 12.5}
    assert [one["status"] for one in values["slices"]] == ["scored", "scored", "failed"]
    assert values["slices"][values["key_slices"][0]]["name"] == "b.dcm"


@pytest.mark.parametrize("volume", [math.nan, math.inf, -0.1])
def test_no_volume_that_is_none_gets_out(volume):
    with pytest.raises(BundleError) as error:
        study_as_json(replace(STUDY, volumes_ml={Label.SUBDURAL: volume}))
    assert error.value.code == "result.not_a_volume"
    assert f"received {volume}" in error.value.message


@pytest.mark.parametrize("key", ["status", "series", "slices", "key_slices", "volumes_ml", "warnings"])
def test_a_study_without_a_key_is_malformed(key):
    values = study_as_json(STUDY)
    del values[key]
    with pytest.raises(InputError) as error:
        study_from_json(values)
    assert error.value.code == "result.malformed"
    assert key in error.value.message
