"""Prometheus counters of the web process."""

from prometheus_client import Counter, Histogram

REQUESTS = Counter("lantian_http_requests_total", "Requests answered", ["method", "route", "status"])
REQUEST_SECONDS = Histogram(
    "lantian_http_request_seconds",
    "Time to answer, seconds",
    ["route"],
    buckets=(0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5),
)
