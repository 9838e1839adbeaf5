"""NIfTI volumes with a label map each: BHSD, INSTANCE 2022, and whatever lies like them.

    images/ID_x.nii.gz       "ground truths"/ID_x.nii.gz    BHSD, label_192.zip: 1 EDH, 2 IPH, 3 IVH, 4 SAH, 5 SDH
    imagesTr/, imagesTs/     labelsTr/, labelsTs/           BHSD as nnU-Net takes it; an image's name may end in _0000
    train_2/data/001.nii.gz  train_2/label/001.nii.gz       INSTANCE 2022: 1 where there is blood of any subtype

A slice shows hemorrhage where its label map does. What a volume is of is told by its labels: where no map of the
collection holds a number above 1, they say where blood is and not of which subtype.

Source: Wu et al. 2023, doi:10.48550/arXiv.2308.11298 (BHSD); Li et al. 2023, doi:10.48550/arXiv.2301.03281 (INSTANCE).
"""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from hemoscope.datasets.headers import Progress
from hemoscope.datasets.items import NOT_SAID, Collection, Item, Place
from hemoscope.errors import DatasetError
from hemoscope.records import Notice
from hemoscope.terms import SUBTYPES, Label

PAIRS = (
    ("images", "ground truths"),
    ("imagesTr", "labelsTr"),
    ("imagesTs", "labelsTs"),
    ("data", "label"),
    ("images", "labels"),
    ("images", "masks"),
)
"""Folders of images, and of their label maps."""
INNER = ("", "label_192", "train_2", "train")
"""Folders that the archives of BHSD and INSTANCE unpack to."""
CLASSES = {
    1: Label.EPIDURAL,
    2: Label.INTRAPARENCHYMAL,
    3: Label.INTRAVENTRICULAR,
    4: Label.SUBARACHNOID,
    5: Label.SUBDURAL,
}
"""Numbers of BHSD's label maps: dataset.json of github.com/White65534/BHSD."""
_SUFFIXES = (".nii.gz", ".nii")
_CHANNEL = "_0000"


@dataclass(frozen=True, slots=True)
class _Volume:
    key: str
    image: Path
    mask: Path
    labels: tuple[tuple[int, ...], ...]
    positions: tuple[float, ...]


def find_masked_volumes(folder: Path) -> tuple[tuple[Path, Path], ...]:
    """Return the pairs of folders that hold NIfTI images and their label maps."""
    places = [folder / inner for inner in INNER]
    pairs = [(place / images, place / masks) for place in places for images, masks in PAIRS]
    return tuple(pair for pair in pairs if all(part.is_dir() and _volumes_of(part) for part in pair))


def load_masked_volumes(folder: Path, *, on_progress: Progress | None = None) -> Collection:
    """Read each slice of each volume; the volume is the group, as no table names patients.

    Args:
        folder: Holds one of the layouts above.
        on_progress: Called with how many label maps are read and how many there are.

    Raises:
        DatasetError: "data.bad_mask" for a number that is no class, or a map of another shape than its image;
            "data.missing_file" where no image has a label map.
        ReadingError: A volume cannot be read.
    """
    pairs = list(_paired(folder))
    matched = [(key, image, mask) for key, image, mask in pairs if mask is not None]
    if not matched:
        raise DatasetError(
            "data.missing_file", "Expected a label map of the name of each image; found none.", "Fetch the maps."
        )
    volumes = []
    for done, (key, image, mask) in enumerate(matched, start=1):
        volumes.append(_look(key, image, mask))
        if on_progress is not None:
            on_progress(done, len(matched))
    is_binary = all(label == 1 for volume in volumes for labels in volume.labels for label in labels)
    notices = [_meaning(is_binary=is_binary)]
    if len(matched) < len(pairs):
        notices.append(Notice("data.absent", f"{len(pairs) - len(matched)} volumes without label map were left out."))
    return Collection(
        name=folder.resolve().name,
        layout="volumes with masks",
        items=tuple(item for volume in volumes for item in _items(volume, is_binary=is_binary)),
        notices=tuple(notices),
        groups_are_patients=True,
    )


def _meaning(*, is_binary: bool) -> Notice:
    meaning = (
        "No label map holds a number above 1, so they were read as blood of any subtype."
        if is_binary
        else "Label maps were read as BHSD's: 1 epidural, 2 intraparenchymal, 3 intraventricular, 4 subarachnoid, "
        "5 subdural."
    )
    return Notice("data.mask_meaning", meaning)


def _volumes_of(folder: Path) -> dict[str, Path]:
    """Return the volumes of a folder by name, without its suffix."""
    found = {}
    for path in sorted(folder.iterdir()):
        suffix = next((end for end in _SUFFIXES if path.name.endswith(end)), None)
        if suffix is not None and not path.name.startswith("."):
            found[path.name.removesuffix(suffix)] = path
    return found


def _paired(folder: Path) -> Iterator[tuple[str, Path, Path | None]]:
    for images, masks in find_masked_volumes(folder):
        of_masks = _volumes_of(masks)
        for name, path in _volumes_of(images).items():
            key = path.parent.relative_to(folder) / name
            yield key.as_posix(), path, of_masks.get(name, of_masks.get(name.removesuffix(_CHANNEL)))


def _look(key: str, image: Path, mask: Path) -> _Volume:
    from hemoscope.reading.nifti_slice import nifti_labels, nifti_positions

    labels, positions = tuple(nifti_labels(mask)), nifti_positions(image)
    odd = {label for of_slice in labels for label in of_slice} - set(CLASSES)
    if odd:
        raise DatasetError(
            "data.bad_mask",
            f"Expected numbers from 0 to {max(CLASSES)} in the label map {mask.name}; received {min(odd)}.",
            "Number its classes as BHSD does, or 1 for any blood.",
        )
    if len(labels) != len(positions):
        raise DatasetError(
            "data.bad_mask",
            f"Expected {len(positions)} slices in the label map {mask.name}, as in its image; received {len(labels)}.",
            "Fetch the collection again.",
        )
    return _Volume(key, image, mask, labels, positions)


def _items(volume: _Volume, *, is_binary: bool) -> Iterator[Item]:
    for frame, (labels, position) in enumerate(zip(volume.labels, volume.positions, strict=True)):
        present = {CLASSES[label] for label in labels}
        yield Item(
            key=f"{volume.key}#{frame + 1}",
            path=volume.image,
            label=int(bool(labels)),
            group=volume.key,
            frame=frame,
            subtypes=NOT_SAID if is_binary else tuple(float(label in present) for label in SUBTYPES),
            mask=volume.mask,
            place=Place(volume.key, position=position),
        )
