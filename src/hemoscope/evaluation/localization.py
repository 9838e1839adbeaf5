"""Does a map point at the blood, and how well does it cover it?"""

import numpy as np


def hits(blood_map: np.ndarray, mask: np.ndarray) -> bool:
    """Tell whether the map's maximum falls in the mask: one round of the pointing game.

    Args:
        blood_map: Shape (rows, columns), any scale.
        mask: bool, same shape.

    Source: Zhang 2018, doi:10.1007/s11263-017-1059-x.

    >>> hits(np.array([[0.1, 0.9]]), np.array([[False, True]]))
    True
    """
    return bool(mask.ravel()[int(np.argmax(blood_map))])


def dice(found: np.ndarray, mask: np.ndarray) -> float:
    """Twice the common area over the sum of both areas; 1 where both are empty.

    Args:
        found: bool, shape (rows, columns).
        mask: bool, same shape.

    Source: Dice 1945, doi:10.2307/1932409.

    >>> dice(np.array([True, True, False]), np.array([True, False, False]))
    0.6666666666666666
    """
    areas = int(np.count_nonzero(found)) + int(np.count_nonzero(mask))
    return 2 * int(np.count_nonzero(found & mask)) / areas if areas else 1.0
