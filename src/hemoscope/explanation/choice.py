"""Which method explains a bundle, unless the user names one."""

from hemoscope.errors import InputError
from hemoscope.explanation.networks import network_of_bundle
from hemoscope.explanation.registry import METHODS, find_method
from hemoscope.explanation.sights import NamedExplainer
from hemoscope.models.bundle import Bundle

OWN = "maps"
"""The method that draws what the network itself draws, with its subtypes."""


def choose_explainer(bundle: Bundle, name: str | None = None) -> NamedExplainer | None:
    """Bind a method to a bundle's network.

    Args:
        bundle: What to explain.
        name: Of the method. Unless given, what the bundle's checks say; where it has none, the network's own maps, or
            where there are none, the first other method that works.

    Returns:
        The method; None for the network's own maps.

    Raises:
        InputError: "method.unknown", "method.needs_maps", or "method.none_passed" where all failed the bundle's checks.
        MissingExtraError: The method takes gradients, and Keras is not installed.
    """
    if name is None and bundle.explanation is not None:
        name = bundle.explanation["default"]
        if name is None:
            raise InputError(
                "method.none_passed",
                "No method passed the checks of this bundle, so none is drawn unasked.",
                "Name one by --method to see its maps all the same.",
            )
    if bundle.has_maps and name in (None, OWN):
        return None
    network = network_of_bundle(bundle)
    if name is None:
        name = next(each.name for each in METHODS.values() if each.works_with(network))  # occlusion always does
    method = find_method(name)
    if method.needs_gradients:
        network.keras_model()  # whoever lacks Keras learns it now, not after scoring
    return NamedExplainer(method.name, method.build(network))
