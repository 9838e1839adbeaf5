"""The tables of PS3.3 that highdicom carries, as dicom-validator takes them: it reads the standard's text otherwise.

What is required under a condition, or of a functional group that may be shared or of each frame, is taken as optional:
the tables do not hold conditions. dciodvfy knows these.
"""

from typing import Any

from dicom_validator.validator.dicom_info import DicomInfo
from highdicom._standard_utils import get_iod_module_map, get_module_attribute_map, get_sop_class_iod_map
from pydicom.datadict import DicomDictionary, tag_for_keyword
from pydicom.tag import Tag

CONTENT = "sr-document-content"
"""What its attributes require hangs on the value type of each item."""
DEEPEST = 6
"""Levels of items in items."""
GROUPS = {"SharedFunctionalGroupsSequence", "PerFrameFunctionalGroupsSequence"}


def read_tables() -> DicomInfo:
    """Return the dictionary, and modules of every kind of object with what each attribute must be, nested ones too."""
    words = {_id(tag): {"vr": one[0], "vm": one[1], "name": one[2], "prop": ""} for tag, one in DicomDictionary.items()}
    modules = {key: _module(key, attributes) for key, attributes in get_module_attribute_map().items()}
    kinds = {
        uid: {
            "title": kind,
            "group_macros": {},
            "modules": {
                one["key"]: {"ref": one["key"], "use": "M" if one["usage"] == "M" else "U"}
                for one in get_iod_module_map()[kind]
            },
        }
        for uid, kind in get_sop_class_iod_map().items()
    }
    return DicomInfo(words, kinds, modules)


def _module(key: str, attributes: list[dict[str, Any]]) -> dict[str, Any]:
    root: dict[str, Any] = {}
    for one in sorted(attributes, key=lambda one: len(one["path"])):
        node = root
        for keyword in one["path"]:
            node = node.setdefault(_id_of(keyword), {"name": keyword, "type": "3"}).setdefault("items", {})
        is_plain = one["type"] in ("1", "2") and key != CONTENT and set(one["path"][-1:]).isdisjoint(GROUPS)
        found = node.setdefault(_id_of(one["keyword"]), {})
        found.update(name=one["keyword"], type=one["type"] if is_plain else "3")
    return {**root, **_nested(root, DEEPEST)} if key == CONTENT else root


def _nested(root: dict[str, Any], levels: int) -> dict[str, Any]:
    """Let items of the Content Sequence hold items themselves, as the tables do not say."""
    place = _id_of("ContentSequence")
    inside = _nested(root, levels - 1) if levels else {}
    return {place: {**root[place], "items": {**root[place]["items"], **inside}}}


def _id_of(keyword: str) -> str:
    return _id(tag_for_keyword(keyword) or 0)


def _id(tag: int) -> str:
    return f"({Tag(tag).group:04X},{Tag(tag).element:04X})"
