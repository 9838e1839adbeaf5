"""What Prometheus reads: requests by route, uploads, and the states of studies. Nothing in it tells of a patient."""

from collections.abc import Callable, Iterable, Mapping

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.metrics_core import Metric
from prometheus_client.registry import Collector

METHODS = frozenset({"GET", "HEAD", "POST", "DELETE", "OPTIONS", "PUT", "PATCH"})
_SECONDS = (0.005, 0.02, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 15.0, 60.0)


class Metrics:
    """The counters of one server."""

    def __init__(self) -> None:
        self._registry = CollectorRegistry()
        self._requests = Counter(
            "hemoscope_http_requests", "Requests answered.", ["method", "route", "status"], registry=self._registry
        )
        self._seconds = Histogram(
            "hemoscope_http_request_seconds",
            "Seconds until a request was answered.",
            ["route"],
            buckets=_SECONDS,
            registry=self._registry,
        )
        self._bytes = Counter("hemoscope_upload_bytes", "Bytes of studies accepted.", registry=self._registry)
        self._info = Gauge(
            "hemoscope_info", "What answers.", ["version", "model", "model_version"], registry=self._registry
        )

    def on_request(self, method: str, route: str, status: int, seconds: float) -> None:
        """Count a request; whatever a client makes up as a method is one kind."""
        known = method if method in METHODS else "OTHER"
        self._requests.labels(known, route, str(status)).inc()
        self._seconds.labels(route).observe(seconds)

    def on_upload(self, size: int) -> None:
        """Count the bytes of a study."""
        self._bytes.inc(size)

    def tell(self, *, version: str, model: str, model_version: str) -> None:
        """Say what answers."""
        self._info.labels(version, model, model_version).set(1)

    def watch(self, count_states: Callable[[], Mapping[str, int]]) -> None:
        """Tell how many studies are in each state, asked for anew with every scrape."""
        self._registry.register(_States(count_states))

    def render(self) -> bytes:
        """Return everything in Prometheus' text format."""
        return generate_latest(self._registry)


class _States(Collector):
    def __init__(self, count_states: Callable[[], Mapping[str, int]]) -> None:
        self._count = count_states

    def collect(self) -> Iterable[Metric]:
        """Ask the store."""
        family = GaugeMetricFamily("hemoscope_studies", "Studies in each state.", labels=["state"])
        for state, count in self._count().items():
            family.add_metric([state], count)
        yield family

    def describe(self) -> Iterable[Metric]:
        """Say the name without asking."""
        return [GaugeMetricFamily("hemoscope_studies", "Studies in each state.", labels=["state"])]
