"""The bare network by the Open Inference Protocol, version 2: prepared slices in, logits out; no study, no decision.

Source: KServe, Open Inference Protocol, "HTTP/REST", https://github.com/kserve/open-inference-protocol.
"""

import math
from typing import Annotated, Any, Literal

import numpy as np
from fastapi import APIRouter
from pydantic import BaseModel, Field

from hemoscope import __version__
from hemoscope.errors import InputError
from hemoscope.web.access import Anybody
from hemoscope.web.service import Serving

router = APIRouter(prefix="/v2", tags=["bare network"])
Name = Annotated[str, Field(examples=["map-net"], description="As in every result.")]
Version = Annotated[str | None, Field(examples=["0.1.0"], description="As in every result.")]
INPUT = "inputs"
OUTPUTS = ("scores", "maps")
MOST_SLICES = 8
FP32: Literal["FP32"] = "FP32"


class ServerMetadata(BaseModel):
    """What answers here."""

    name: str = Field(examples=["hemoscope"])
    version: str
    extensions: list[str] = Field(default_factory=list)


class TensorMetadata(BaseModel):
    """An input or output, -1 where any number will do."""

    name: str
    datatype: Literal["FP32"] = FP32
    shape: list[int]


class ModelMetadata(BaseModel):
    """A network, and what it takes and gives: logits of `labels`, in that order."""

    name: str
    versions: list[str]
    platform: str = "onnx_onnxruntime"
    inputs: list[TensorMetadata]
    outputs: list[TensorMetadata]
    parameters: dict[str, Any]


class InputTensor(BaseModel):
    """Prepared slices, as `preprocess_single_image` gives them; `data` is nested or flat, row by row."""

    name: str = Field(max_length=100, examples=[INPUT])
    shape: list[int] = Field(min_length=1, max_length=8, examples=[[1, 1, 1, 1]])
    datatype: str = Field(max_length=20, examples=[FP32])
    data: list[Any] = Field(examples=[[0.0]])
    parameters: dict[str, Any] | None = None


class WantedOutput(BaseModel):
    """An output that is asked for."""

    name: str = Field(max_length=100)
    parameters: dict[str, Any] | None = None


class InferRequest(BaseModel):
    """What the network is to look at."""

    id: str | None = Field(default=None, max_length=200)
    parameters: dict[str, Any] | None = None
    inputs: list[InputTensor] = Field(min_length=1, max_length=8)
    outputs: list[WantedOutput] | None = Field(default=None, max_length=8)


class OutputTensor(BaseModel):
    """What it says, flat, row by row."""

    name: str
    shape: list[int]
    datatype: str = FP32
    data: list[float]


class InferResponse(BaseModel):
    """What the network says."""

    model_name: str
    model_version: str
    id: str | None = None
    outputs: list[OutputTensor]


@router.get("")
def server_metadata(_: Anybody) -> ServerMetadata:
    """Say what answers here."""
    return ServerMetadata(name="hemoscope", version=__version__)


@router.get("/health/live")
def live() -> dict[str, bool]:
    """Say that the server lives."""
    return {"live": True}


@router.get("/health/ready")
def ready(service: Serving) -> dict[str, bool]:
    """Say that the network is loaded."""
    return {"ready": service.engine is not None}


@router.get("/models/{name}")
@router.get("/models/{name}/versions/{version}")
def model_metadata(name: Name, service: Serving, _: Anybody, version: Version = None) -> ModelMetadata:
    """Describe the network."""
    _check_name(service, name, version)
    bundle, engine = service.bundle, service.engine
    outputs = zip(OUTPUTS, engine.output_shapes, strict=False)
    return ModelMetadata(
        name=bundle.name,
        versions=[bundle.version],
        inputs=[TensorMetadata(name=INPUT, shape=list(_input_shape(service)))],
        outputs=[TensorMetadata(name=output, shape=list(shape)) for output, shape in outputs],
        parameters={"labels": [str(label) for label in bundle.labels], "bundle_sha256": bundle.hash},
    )


@router.get("/models/{name}/ready")
@router.get("/models/{name}/versions/{version}/ready")
def model_ready(name: Name, service: Serving, _: Anybody, version: Version = None) -> dict[str, Any]:
    """Say that the network is loaded."""
    _check_name(service, name, version)
    return {"name": service.bundle.name, "ready": service.engine is not None}


@router.post("/models/{name}/infer")
@router.post("/models/{name}/versions/{version}/infer")
def infer(name: Name, wanted: InferRequest, service: Serving, _: Anybody, version: Version = None) -> InferResponse:
    """Look at prepared slices; logits, not probabilities, come out."""
    _check_name(service, name, version)
    names = OUTPUTS if wanted.outputs is None else [output.name for output in wanted.outputs]
    scores, maps = service.engine.look(_tensor(wanted, _input_shape(service)))
    found = {"scores": scores, "maps": maps}
    if unknown := [output for output in names if output not in found]:
        raise _bad(f"Expected outputs named {' or '.join(OUTPUTS)}; received {unknown[0][:40]!r}.")
    told = [(output, found[output]) for output in names]
    return InferResponse(
        model_name=service.bundle.name,
        model_version=service.bundle.version,
        id=wanted.id,
        outputs=[
            OutputTensor(name=output, shape=list(values.shape), data=[_finite(value) for value in values.ravel()])
            for output, values in told
            if values is not None
        ],
    )


def _check_name(service: Serving, name: str, version: str | None) -> None:
    if name != service.bundle.name or version not in (None, service.bundle.version):
        raise InputError(
            "model.not_served",
            "There is no such model here.",
            f"Ask for {service.bundle.name}, version {service.bundle.version}.",
        )


def _input_shape(service: Serving) -> tuple[int, ...]:
    size = service.bundle.preparation.size
    return (-1, size, size, 1)


def _tensor(wanted: InferRequest, expected: tuple[int, ...]) -> np.ndarray:
    """Return the one input, float32, of the network's shape."""
    one = wanted.inputs[0]
    if len(wanted.inputs) != 1 or one.name != INPUT or one.datatype != FP32:
        raise _bad(f"Expected one input named {INPUT!r} of the type {FP32}.")
    if list(expected[1:]) != one.shape[1:] or not 1 <= one.shape[0] <= MOST_SLICES:
        raise _bad(f"Expected the shape {[f'1 to {MOST_SLICES}', *expected[1:]]}; received another.")
    try:
        with np.errstate(over="ignore"):  # what is too large becomes infinite, and is refused below
            values = np.asarray(one.data, dtype=np.float32)
    except (ValueError, TypeError, OverflowError):
        raise _bad("Expected data of numbers, nested as the shape says or flat.") from None
    if values.size != math.prod(one.shape) or not np.isfinite(values).all():
        raise _bad(f"Expected {math.prod(one.shape)} finite numbers; received others.")
    return values.reshape(one.shape)


def _finite(value: np.floating[Any]) -> float:
    number = float(value)
    if not math.isfinite(number):
        raise _bad("The network gave no number for these inputs; expected prepared slices, in [0, 1].")
    return number


def _bad(message: str) -> InputError:
    return InputError("model.bad_input", message, "See GET /v2/models/{name} for what the network takes.")
