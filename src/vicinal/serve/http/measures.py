"""What Prometheus asks for: a registry of the application's own."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest
from prometheus_client.core import GaugeMetricFamily

from vicinal.serve.shelf import Shelf

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"
_SECONDS = (0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 10.0, 30.0)
_METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})


class Measures:
    """Requests by route, method and status: how many, how long, how many now; and the spaces."""

    def __init__(self, shelf: Shelf) -> None:
        self.registry = CollectorRegistry()
        labels = ("route", "method", "status")
        more: dict[str, Any] = {"registry": self.registry}
        self._requests = Counter("vicinal_requests", "Requests answered.", labels, **more)
        self._seconds = Histogram("vicinal_request_seconds", "Time to answer.", labels, buckets=_SECONDS, **more)
        self.in_flight = 0
        Gauge("vicinal_requests_in_flight", "Requests under way.", **more).set_function(lambda: self.in_flight)
        self.registry.register(_Spaces(shelf))
        self._children: dict[tuple[str, str, int], tuple[Any, Any]] = {}

    def observe(self, route: str, method: str, status: int, seconds: float) -> None:
        """Count one request; ``route`` is a template, never what was asked for."""
        key = route, method if method in _METHODS else "other", status
        children = self._children.get(key)
        if children is None:
            labels = key[0], key[1], str(status)
            children = self._children[key] = self._requests.labels(*labels), self._seconds.labels(*labels)
        children[0].inc()
        children[1].observe(seconds)

    def text(self) -> bytes:
        """Write everything as Prometheus reads it."""
        return generate_latest(self.registry)


class _Spaces:
    """What is on the shelf when Prometheus asks."""

    def __init__(self, shelf: Shelf) -> None:
        self._shelf = shelf

    def collect(self) -> Iterator[GaugeMetricFamily]:
        served = list(self._shelf)
        yield GaugeMetricFamily("vicinal_spaces", "Spaces served.", value=len(served))
        rows = GaugeMetricFamily("vicinal_rows", "Names of a space.", labels=["space"])
        for one in served:
            rows.add_metric([one.name], len(one.space))
        yield rows
