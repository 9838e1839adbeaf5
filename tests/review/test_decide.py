"""A threshold where a run has none."""

import numpy as np
import pytest

from hemoscope.errors import DatasetError
from hemoscope.review.decide import decided_in_words, threshold_at


def test_the_threshold_is_the_lowest_that_keeps_the_specificity():
    truths, scores = np.array([0] * 10 + [1] * 2), np.r_[np.arange(10) / 20, 0.2, 0.8]
    threshold = threshold_at(truths, scores, specificity=0.9)
    assert (scores[:10] < threshold).mean() == 0.9
    assert 0.4 < threshold < 0.45
    assert "keeps 90% of these very slices without hemorrhage below it" in decided_in_words(0.9)


def test_one_class_alone_has_no_threshold():
    with pytest.raises(DatasetError, match="both classes"):
        threshold_at(np.zeros(3, int), np.array([0.1, 0.2, 0.3]), specificity=0.9)
