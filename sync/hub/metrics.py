"""What this process has done and what the hub holds, in Prometheus' text format.

Processes that share a socket (`sync.hub.processes`) count together, in files of one folder; any others count for
themselves and are scraped each by itself. The gauges of what is held are read from the database at a scrape and are the
same at every process. No label can hold anything of a citizen: routes are patterns, codes and reasons are our own
words.
"""

from __future__ import annotations

import os
from collections.abc import Iterator

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.exposition import CONTENT_TYPE_LATEST
from prometheus_client.multiprocess import MultiProcessCollector
from prometheus_client.registry import Collector
from sqlalchemy import Connection, func, select
from sqlalchemy.exc import SQLAlchemyError

from sync import wire
from sync.hub.hub import Hub
from sync.hub.processes import COUNTED_TOGETHER
from sync.hub.schema import chains, devices, entries, regions
from sync.wire import Response

ROUTE = "/metrics"
PREFIX = "window_clerk_hub"
_SECONDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10)


class HubMetrics:
    """The numbers of one process, or of all that share its socket."""

    def __init__(self, hub: Hub) -> None:
        self._registry = CollectorRegistry()
        self._requests = Counter(
            f"{PREFIX}_requests", "Requests answered.", ("method", "route", "status"), registry=self._registry
        )
        self._refusals = Counter(f"{PREFIX}_refusals", "Requests refused.", ("code",), registry=self._registry)
        self._seconds = Histogram(
            f"{PREFIX}_request_seconds",
            "Time from the whole request to its answer.",
            ("route",),
            buckets=_SECONDS,
            registry=self._registry,
        )
        self._bytes = Counter(f"{PREFIX}_bytes", "Bytes of bodies.", ("direction",), registry=self._registry)
        self._in_progress = self._gauge("requests_in_progress", "Requests being answered now.")
        self._waiting = self._gauge("requests_waiting", "Requests that wait for their turn.")
        self._shown = self._registry
        if COUNTED_TOGETHER in os.environ:
            self._shown = CollectorRegistry()
            MultiProcessCollector(self._shown)  # type: ignore[no-untyped-call]
        self._shown.register(_Holdings(hub))

    def _gauge(self, name: str, text: str) -> Gauge:
        return Gauge(f"{PREFIX}_{name}", text, registry=self._registry, multiprocess_mode="livesum")

    def begun(self) -> None:
        """A request has come."""
        self._in_progress.inc()

    def ended(self, method: str, route: str, status: int, code: str, seconds: float) -> None:
        """It was answered; `code` is that of a refusal, or empty."""
        self._in_progress.dec()
        self._requests.labels(method, route, str(status)).inc()
        self._seconds.labels(route).observe(seconds)
        if code:
            self._refusals.labels(code).inc()

    def waiting(self, number: int) -> None:
        """So many requests wait for their turn now."""
        self._waiting.set(number)

    def moved(self, received: int, sent: int) -> None:
        """Bytes of bodies."""
        self._bytes.labels("received").inc(received)
        self._bytes.labels("sent").inc(sent)

    def page(self) -> Response:
        """All of it as text."""
        return Response(200, {wire.CONTENT_TYPE: CONTENT_TYPE_LATEST}, generate_latest(self._shown))


class _Holdings(Collector):
    """What the hub holds, counted when it is asked. Nothing here reads a large table whole."""

    def __init__(self, hub: Hub) -> None:
        self._hub = hub

    def describe(self) -> Iterator[GaugeMetricFamily]:
        """Named without asking the database, so that a process also starts while that is away."""
        yield GaugeMetricFamily(f"{PREFIX}_database_up", "1 if the database answered this scrape.")

    def collect(self) -> Iterator[GaugeMetricFamily]:
        """The gauges of one state of the database."""
        try:
            with self._hub.store.reading() as connection:
                found = dict(_counts(connection))
        except SQLAlchemyError:
            found = {}
        up = GaugeMetricFamily(f"{PREFIX}_database_up", "1 if the database answered this scrape.")
        up.add_metric((), 1 if found else 0)
        yield up
        for name, (text, number) in found.items():
            gauge = GaugeMetricFamily(f"{PREFIX}_{name}", text)
            gauge.add_metric((), number)
            yield gauge


def _counts(connection: Connection) -> Iterator[tuple[str, tuple[str, int]]]:
    def number(of: object) -> int:
        return int(connection.execute(of).scalar_one() or 0)  # type: ignore[call-overload]

    some = select(func.count())
    given = number(select(func.sum(regions.c.last_hub_seq)))
    yield "feed_numbers", ("Numbers given in all regions: every fact there ever was.", given)
    yield "entries", ("Entries of desks.", number(select(func.sum(chains.c.seq))))
    stopped = number(some.select_from(chains).where(chains.c.stopped != ""))
    yield "chains_stopped", ("Chains stopped with an alarm.", stopped)
    yield "devices", ("Devices enrolled.", number(some.select_from(devices)))
    for verdict in ("parked", "quarantined"):
        mine = some.select_from(entries).where(entries.c.verdict == verdict)
        yield verdict, (f"Entries {verdict}: a person must look at them.", number(mine))
