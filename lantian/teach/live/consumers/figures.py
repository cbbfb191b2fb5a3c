"""Prometheus figures of the live process; no names, no persons."""

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram

REGISTRY = CollectorRegistry()
SESSIONS = Gauge("lantian_live_sessions", "Sessions in memory", ["state"], registry=REGISTRY)
VIEWERS = Gauge("lantian_live_viewers", "Open viewing sockets", ["role"], registry=REGISTRY)
PUBLISHERS = Gauge("lantian_live_publishers", "Open publishing sockets", registry=REGISTRY)
INGEST_BYTES = Counter("lantian_live_ingest_bytes_total", "Bytes of recorder chunks taken", registry=REGISTRY)
CHUNKS = Counter("lantian_live_chunks_total", "Recorder chunks by outcome", ["outcome"], registry=REGISTRY)
SEGMENTS = Counter("lantian_live_segments_total", "Segments written", registry=REGISTRY)
SEGMENT_SECONDS = Histogram(
    "lantian_live_segment_write_seconds",
    "From a chunk's arrival to its segments on disk",
    buckets=(0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.3, 1, 3),
    registry=REGISTRY,
)
ACK_DELAY = Histogram(
    "lantian_live_ack_delay_seconds",
    "From capture by the publisher's clock to the acknowledgement",
    buckets=(0.1, 0.3, 0.5, 1, 1.5, 2, 3, 5, 10, 30, 60),
    registry=REGISTRY,
)
BEATS = Counter("lantian_live_beats_total", "Viewers' reports", registry=REGISTRY)
STALLS = Counter("lantian_live_stalls_total", "Stalls that viewers reported", registry=REGISTRY)
HAPPENINGS = Counter(
    "lantian_live_happenings_total", "Events of lessons: polls, hands, tools", ["result"], registry=REGISTRY
)
SIGNALS = Counter("lantian_live_signals_total", "Words passed between ends of a stage", registry=REGISTRY)
RELAY_UP = Gauge("lantian_live_relay_up", "1 while Janus answers", registry=REGISTRY)
RELAY_LEGS = Gauge("lantian_live_relay_connections", "Connections of browsers with Janus", registry=REGISTRY)
REFUSED = Counter("lantian_live_refused_total", "Sockets refused", ["code"], registry=REGISTRY)
PRESENCE_WAITING = Gauge(
    "lantian_live_presence_waiting", "Stretches of presence not yet in the database", registry=REGISTRY
)
DATABASE_UP = Gauge("lantian_live_database_up", "1 while the database answers", registry=REGISTRY)
LOOP_LAG = Histogram(
    "lantian_live_loop_lag_seconds",
    "How late the event loop runs what was due",
    buckets=(0.001, 0.005, 0.01, 0.05, 0.1, 0.5, 1, 5),
    registry=REGISTRY,
)
SOUND_RESTARTS = Counter(
    "lantian_live_sound_restarts_total", "Times a process of the AAC rendition died", registry=REGISTRY
)
OFFSITE_BEHIND_SECONDS = Gauge(
    "lantian_live_offsite_behind_seconds",
    "Media not yet in the S3, of the lesson that is worst off",
    registry=REGISTRY,
)
OFFSITE_BEHIND_BYTES = Gauge("lantian_live_offsite_behind_bytes", "Bytes not yet in the S3", registry=REGISTRY)
OFFSITE_FAILING_SECONDS = Gauge(
    "lantian_live_offsite_failing_seconds",
    "For how long sending to the S3 has failed; 0: it goes well",
    registry=REGISTRY,
)
ACKS_BY_DISK = Counter(
    "lantian_live_acks_by_disk_total",
    "Times that acknowledgements did not wait for the S3 any longer",
    registry=REGISTRY,
)
