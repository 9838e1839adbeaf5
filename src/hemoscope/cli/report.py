"""From an examination to its entry in a report page: the slices that are shown, as pictures."""

from hemoscope.inference.batch import Examined
from hemoscope.inference.predictor import Examination
from hemoscope.results.html import ReportEntry, ShownSlice
from hemoscope.results.picture import for_display


def entry_of(examined: Examined) -> ReportEntry:
    """Make the entry of an input; of a study it shows the key slices, whose files must still be open."""
    if isinstance(examined, Examination):
        image = examined.image
        shown = () if image is None else (ShownSlice(examined.result.input, for_display(image), examined.blood_map),)
        return ReportEntry(examined.result, shown, examined.model_input)
    result, slices = examined.result, []
    for place in result.key_slices:
        seen = examined.show(place)
        if seen is not None:
            slices.append(ShownSlice(result.slices[place].name, for_display(seen[0]), seen[1]))
    return ReportEntry(result, tuple(slices))
