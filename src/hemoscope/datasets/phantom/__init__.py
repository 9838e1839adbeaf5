"""Procedural head CT in HU: for demos, and for tests that must run where no real head CT is.

Not a simulation of a scanner, and not made to train on: simple anatomy at credible densities, with planted bleeds of
every subtype and the mask of each.
"""

from hemoscope.datasets.phantom.bleeds import Bleed
from hemoscope.datasets.phantom.build import HEIGHT
from hemoscope.datasets.phantom.volume import FIELD_MM, LEVELS, Phantom, PhantomSettings, make_phantom, make_slice

__all__ = ["FIELD_MM", "HEIGHT", "LEVELS", "Bleed", "Phantom", "PhantomSettings", "make_phantom", "make_slice"]
