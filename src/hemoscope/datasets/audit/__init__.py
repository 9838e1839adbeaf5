"""Leaks: pictures that are nearly the same, so that a network could meet one in training and its twin in validation."""

from hemoscope.datasets.audit.groups import SAME_SERIES, find_near_duplicates, merge_groups, write_groups
from hemoscope.datasets.audit.pairs import Kind, Pair, find_pairs, links
from hemoscope.datasets.audit.scan import Scan, scan_collection

__all__ = [
    "SAME_SERIES",
    "Kind",
    "Pair",
    "Scan",
    "find_near_duplicates",
    "find_pairs",
    "links",
    "merge_groups",
    "scan_collection",
    "write_groups",
]
