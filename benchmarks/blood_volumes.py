"""How well the shipped network measures the volume of a bleed, on drawn heads whose volumes are known.

Prints for each subtype, over several heads, the drawn volume, the volume that the maps show, their ratio, and the share
of it that is given to the right subtype. A phantom is no head: this tells whether the arithmetic is right and how sharp
the maps are, not what is to be expected on patients.

    python benchmarks/blood_volumes.py
"""

import numpy as np

from hemoscope.datasets.phantom import PhantomSettings, make_phantom
from hemoscope.inference.engine import Engine
from hemoscope.models.bundle import Bundle, open_bundle
from hemoscope.models.volumes import MM3_PER_ML, blood_volumes
from hemoscope.preparation.canonical import prepare_and_check
from hemoscope.records import Slice
from hemoscope.terms import SUBTYPES, Label, Unit

HEADS, SIZE, SPACING_MM = 4, 192, 1.2


def main() -> None:
    """Measure and print a line per subtype."""
    bundle = open_bundle()
    engine = Engine(bundle)
    print(
        f"{bundle.name} {bundle.version}; {HEADS} drawn heads per subtype, 28 slices of 5 mm; medians [lowest-highest]"
    )
    print(f"{'':<18}{'drawn, mL':<22}{'found, mL':<22}{'found / drawn':<22}{'right subtype'}")
    for label in (None, *SUBTYPES):
        rows = np.array([measure(label, seed, bundle, engine) for seed in range(HEADS)])
        shown = [f"{np.median(column):.2f} [{column.min():.2f}-{column.max():.2f}]" for column in rows.T]
        if label is None:
            shown[2:] = ["-", "-"]
        print(f"{label or 'normal':<18}{shown[0]:<22}{shown[1]:<22}{shown[2]:<22}{shown[3]}")


def measure(label: Label | None, seed: int, bundle: Bundle, engine: Engine) -> tuple[float, float, float, float]:
    """Return drawn and found mL, their ratio, and the share of the right subtype."""
    bleeds = () if label is None else (label,)
    settings = PhantomSettings(size=SIZE, spacing_mm=SPACING_MM, bleeds=bleeds, seed=seed)
    phantom = make_phantom(settings)
    drawn = np.count_nonzero(phantom.mask) * np.prod(phantom.spacing) / MM3_PER_ML
    prepared = [
        prepare_and_check(Slice(hu, Unit.HU, "drawn", "dicom"), settings=bundle.preparation) for hu in phantom.hu
    ]
    _, maps = engine.look(np.concatenate([one.inputs for one in prepared]))
    frames = [one.frame for one in prepared]
    found = blood_volumes(maps, frames, pixel_mm=SPACING_MM, thickness_mm=settings.thickness_mm)
    total = found[Label.ANY]
    if label is None:
        return 0.0, total, np.nan, np.nan
    return drawn, total, total / drawn, found[label] / total if total else 0.0


if __name__ == "__main__":
    main()
