"""The bare network by the Open Inference Protocol."""

import numpy as np
import pytest

from hemoscope import Predictor
from hemoscope.datasets.phantom import make_slice
from hemoscope.preparation.window import apply_window
from hemoscope.terms import BRAIN, Label
from hemoscope.web.settings import ServiceSettings
from hemoscope.writing.picture import write_picture
from tests.web.serving import is_problem, serving


@pytest.fixture(scope="module")
def client(tmp_path_factory):
    with serving(ServiceSettings(tmp_path_factory.mktemp("service"))) as client:
        yield client


@pytest.fixture(scope="module")
def prepared(tmp_path_factory):
    path = tmp_path_factory.mktemp("slice") / "bleed.png"
    write_picture(apply_window(make_slice(Label.INTRAPARENCHYMAL, seed=0)[0], BRAIN), path)
    return Predictor().examine(path).model_input


def tensor(values, **changed):
    return {"name": "inputs", "datatype": "FP32", "shape": list(values.shape), "data": values.tolist(), **changed}


def test_server_and_model_describe_themselves(client):
    assert client.get("/v2").json()["name"] == "hemoscope"
    assert client.get("/v2/health/live").json() == {"live": True}
    assert client.get("/v2/health/ready").json() == {"ready": True}
    told = client.get("/v2/models/map-net").json()
    assert told["inputs"] == [{"name": "inputs", "datatype": "FP32", "shape": [-1, 192, 192, 1]}]
    assert [one["name"] for one in told["outputs"]] == ["scores", "maps"]
    assert told["outputs"][0]["shape"] == [-1, 6]
    assert told["parameters"]["labels"] == [str(label) for label in Label]
    version = told["versions"][0]
    assert client.get(f"/v2/models/map-net/versions/{version}").json() == told
    assert client.get("/v2/models/map-net/ready").json() == {"name": "map-net", "ready": True}


@pytest.mark.parametrize("is_flat", [False, True], ids=["nested", "flat"])
def test_a_prepared_slice_gets_the_engines_own_numbers(client, prepared, is_flat):
    batch = np.stack([prepared, 1 - prepared])[..., np.newaxis]
    data = {"data": batch.ravel().tolist()} if is_flat else {}
    answer = client.post("/v2/models/map-net/infer", json={"id": "7", "inputs": [tensor(batch, **data)]})
    assert answer.status_code == 200, answer.text
    scores, maps = Predictor().section_engine.look(batch)
    told = {one["name"]: np.reshape(one["data"], one["shape"]) for one in answer.json()["outputs"]}
    np.testing.assert_allclose(told["scores"], scores, rtol=1e-5)
    np.testing.assert_allclose(told["maps"], maps, rtol=1e-4, atol=1e-5)
    assert answer.json()["id"] == "7"


def test_only_the_outputs_that_are_asked_for_come(client, prepared):
    body = {"inputs": [tensor(prepared[np.newaxis, ..., np.newaxis])], "outputs": [{"name": "scores"}]}
    answer = client.post("/v2/models/map-net/infer", json=body).json()
    assert [one["name"] for one in answer["outputs"]] == ["scores"]


@pytest.mark.parametrize(
    "changed",
    [
        {"name": "pixels"},
        {"datatype": "FP64"},
        {"shape": [1, 10, 10, 1]},
        {"shape": [9, 192, 192, 1]},
        {"shape": [0, 192, 192, 1]},
        {"shape": [-1, 192, 192, 1]},
        {"data": [0.5]},
        {"data": [[0.5], [0.5, 0.5]]},
        {"data": ["a"] * 36864},
        {"data": [None] * 36864},
        {"data": [{}]},
        {"data": [1e300] * 36864},
    ],
    ids=lambda changed: next(iter(changed)),
)
def test_tensors_that_the_network_does_not_take_are_refused(client, prepared, changed):
    body = {"inputs": [tensor(prepared[np.newaxis, ..., np.newaxis], **changed)]}
    assert is_problem(client.post("/v2/models/map-net/infer", json=body), 400, "model.bad_input")


def test_numbers_that_are_none_are_refused(client):
    numbers = ",".join(["NaN"] * 36864)
    text = f'{{"inputs":[{{"name":"inputs","datatype":"FP32","shape":[1,192,192,1],"data":[{numbers}]}}]}}'
    answer = client.post("/v2/models/map-net/infer", content=text, headers={"Content-Type": "application/json"})
    assert answer.status_code in (400, 422)
    assert answer.json()["code"] in ("model.bad_input", "service.bad_request")


def test_another_output_or_model_is_refused(client, prepared):
    one = tensor(prepared[np.newaxis, ..., np.newaxis])
    body = {"inputs": [one], "outputs": [{"name": "verdict"}]}
    assert is_problem(client.post("/v2/models/map-net/infer", json=body), 400, "model.bad_input")
    assert is_problem(client.post("/v2/models/other/infer", json={"inputs": [one]}), 404, "model.not_served")
    assert is_problem(client.get("/v2/models/map-net/versions/0"), 404, "model.not_served")
    assert is_problem(client.get("/v2/models/map-net/versions/0/ready"), 404, "model.not_served")
