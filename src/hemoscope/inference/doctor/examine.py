"""All checks, one after another; what is broken is told and never stops the others."""

from collections.abc import Iterator
from importlib import import_module

from hemoscope.inference.doctor.probe import failed
from hemoscope.records import Check

TOPICS = {
    "packages": ("packages", "check_packages"),
    "model": ("model", "check_model"),
    "decoders": ("decoders", "check_decoders"),
    "machine": ("machine", "check_machine"),
    "extras": ("packages", "check_extras"),
    "speed": ("speed", "check_speed"),
}
"""The module beside this one, and its function, that checks each topic; imported one by one, for one may be broken."""


def examine_installation(*, with_speed: bool = True) -> Iterator[Check]:
    """Check the installation that runs this.

    Args:
        with_speed: Whether to score a drawn slice and a drawn study too, which takes some seconds.

    Yields:
        What was found, each as soon as it is known. Never raises for what is broken.
    """
    for topic, (module, check) in TOPICS.items():
        if topic == "speed" and not with_speed:
            continue
        try:
            yield from getattr(import_module(f"hemoscope.inference.doctor.{module}"), check)()
        except Exception as error:  # a check that stops has found something broken
            yield failed(topic, topic, error)
