"""The pretrained backbone sees what it was trained to see."""

import cv2
import matplotlib.cbook
import numpy as np
import pytest
from PIL import Image
from sklearn.datasets import load_sample_image

from hemoscope.models.backend import import_keras
from hemoscope.models.lite0 import build_frozen_lite0, build_lite0, imagenet_weights

PALACE, DAISY, MILITARY_UNIFORM = 698, 985, 652


@pytest.fixture(scope="module")
def on_photographs():
    """The network from its first convolution on, which takes color, with ImageNet's own last layer."""
    network = build_lite0(size=224)
    maps = import_keras().Model(network.get_layer("stem").input, network.output)
    weights = imagenet_weights()

    def classify(photograph: np.ndarray) -> int:
        side = min(photograph.shape[:2])
        top, left = ((length - side) // 2 for length in photograph.shape[:2])
        square = cv2.resize(photograph[top : top + side, left : left + side], (224, 224), interpolation=cv2.INTER_AREA)
        features = np.asarray(maps((square[np.newaxis].astype(np.float32) - 127) / 128, training=False))
        return int((features.mean(axis=(1, 2)) @ weights["_fc.weight"].T + weights["_fc.bias"]).argmax())

    return classify


def test_photographs_are_named_rightly(on_photographs):
    with matplotlib.cbook.get_sample_data("grace_hopper.jpg") as stream:
        portrait = np.asarray(Image.open(stream).convert("RGB"))
    assert on_photographs(load_sample_image("china.jpg")) == PALACE
    assert on_photographs(load_sample_image("flower.jpg")) == DAISY
    assert on_photographs(portrait) == MILITARY_UNIFORM


def test_a_prepared_slice_becomes_1280_maps_at_stride_32():
    assert build_lite0(size=64, is_pretrained=False).output_shape == (None, 2, 2, 1280)


def test_only_the_linear_head_of_the_frozen_network_learns():
    network = build_frozen_lite0(size=32)
    assert [weight.shape for weight in network.trainable_weights] == [(1280, 1), (1,)]
