"""From an examination to its entry in a report page: the slices that are shown, as pictures."""

from hemoscope.inference.batch import Examined
from hemoscope.inference.predictor import Examination
from hemoscope.records import Shown
from hemoscope.results.html import ReportEntry, ShownSlice
from hemoscope.results.overlay import thumbnail


def entry_of(examined: Examined) -> ReportEntry:
    """Make the entry of an input; of a study it shows the key slices, whose files must still be open."""
    if isinstance(examined, Examination):
        shown = examined.shown
        only = () if shown is None else (_entry(examined.result.input, shown),)
        return ReportEntry(examined.result, only, examined.model_input)
    result, slices = examined.result, []
    for place in result.key_slices:
        seen = examined.show(place)
        if seen is not None:
            slices.append(_entry(result.slices[place].name, seen))
    return ReportEntry(result, tuple(slices))


def _entry(name: str, shown: Shown) -> ShownSlice:
    withheld = None if shown.withheld is None else shown.withheld.message
    return ShownSlice(name, thumbnail(shown), has_map=shown.maps is not None, withheld=withheld)
