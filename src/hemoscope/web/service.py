"""What the routes share: settings, store, network, door and counters, in one object of the application."""

from dataclasses import dataclass, field
from functools import cached_property
from typing import Annotated

from fastapi import Depends, Request

from hemoscope.inference.engine import Engine
from hemoscope.models.bundle import Bundle
from hemoscope.store.store import Store
from hemoscope.web.access import Door
from hemoscope.web.desk import Desk
from hemoscope.web.metrics import Metrics
from hemoscope.web.rates import RateLimits
from hemoscope.web.settings import ServiceSettings


@dataclass
class Service:
    """All that answers requests.

    Attributes:
        settings: As the command line gave them.
        bundle: Proven whole when the server started.
        store: Keeps everything.
        desk: What the routes ask of the store.
        door: Lets requests in.
        rates: How often an address may ask.
        metrics: What Prometheus reads.
    """

    settings: ServiceSettings
    bundle: Bundle
    store: Store
    desk: Desk
    door: Door
    rates: RateLimits
    metrics: Metrics = field(default_factory=Metrics)

    @cached_property
    def engine(self) -> Engine:
        """The bare network; studies are scored by workers, not here."""
        return Engine(self.bundle, threads=1)


def _service(request: Request) -> Service:
    service: Service = request.app.state.service
    return service


Serving = Annotated[Service, Depends(_service)]
