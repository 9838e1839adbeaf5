"""All checks, one after another; what is broken is told and never stops the others."""

from collections.abc import Callable, Iterator

from hemoscope.inference.doctor.probe import failed
from hemoscope.records import Check


def examine_installation(*, with_speed: bool = True) -> Iterator[Check]:
    """Check the installation that runs this.

    Args:
        with_speed: Whether to score a drawn slice and a drawn study too, which takes some seconds.

    Yields:
        What was found, each as soon as it is known. Never raises for what is broken.
    """
    from hemoscope.inference.doctor.decoders import check_decoders
    from hemoscope.inference.doctor.machine import check_machine
    from hemoscope.inference.doctor.model import check_model
    from hemoscope.inference.doctor.packages import check_extras, check_packages
    from hemoscope.inference.doctor.speed import check_speed

    topics: dict[str, Callable[[], Iterator[Check]]] = {
        "packages": check_packages,
        "model": check_model,
        "decoders": check_decoders,
        "machine": check_machine,
        "extras": check_extras,
    }
    if with_speed:
        topics["speed"] = check_speed
    for topic, check in topics.items():
        try:
            yield from check()
        except Exception as error:  # a check that stops has found something broken
            yield failed(topic, topic, error)
