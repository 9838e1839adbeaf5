"""The methods by name: commands, checks and pages know them from here."""

from functools import partial

from hemoscope.errors import InputError
from hemoscope.explanation.cam import Cam, gradcam_plus_plus_weights, gradcam_weights, layercam_weights
from hemoscope.explanation.integrated_gradients import IntegratedGradients
from hemoscope.explanation.method import Method
from hemoscope.explanation.occlusion import Occlusion
from hemoscope.explanation.own_maps import OwnMaps

METHODS = {
    method.name: method
    for method in (
        Method("maps", "The network's own maps, from which alone its scores are pooled.", "this project", OwnMaps),
        Method(
            "gradcam",
            "Features of the last layer, each weighed by its mean gradient.",
            "Selvaraju 2017, doi:10.1109/ICCV.2017.74",
            partial(Cam, weigh=gradcam_weights),
            needs_gradients=True,
        ),
        Method(
            "gradcam++",
            "Features of the last layer, each weighed by its rising gradients.",
            "Chattopadhay 2018, doi:10.1109/WACV.2018.00097",
            partial(Cam, weigh=gradcam_plus_plus_weights),
            needs_gradients=True,
        ),
        Method(
            "layercam",
            "Features of the last layer, weighed place by place by their rising gradients.",
            "Jiang 2021, doi:10.1109/TIP.2021.3089943",
            partial(Cam, weigh=layercam_weights),
            needs_gradients=True,
        ),
        Method(
            "integrated-gradients",
            "What each pixel adds to the score on the way from a flat brain to the slice.",
            "Sundararajan 2017, arXiv:1703.01365",
            IntegratedGradients,
            needs_gradients=True,
            is_slow=True,
        ),
        Method(
            "occlusion",
            "How far the score falls when a patch of the brain is hidden.",
            "Zeiler & Fergus 2014, doi:10.1007/978-3-319-10590-1_53",
            Occlusion,
            is_slow=True,
        ),
    )
}
"""In the order in which a default is looked for."""


def find_method(name: str) -> Method:
    """Look a method up.

    Raises:
        InputError: "method.unknown".
    """
    if name not in METHODS:
        raise InputError("method.unknown", f"Expected one of {', '.join(METHODS)}; received {name!r}.", "Name one.")
    return METHODS[name]
