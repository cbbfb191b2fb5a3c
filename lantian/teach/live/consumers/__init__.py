"""The live process: websockets of publishers and viewers, in one asyncio process beside Django's web process.

`app` (Starlette) → `ingest`, `watch` (one coroutine per socket) → `hub` (all sessions) → `room` (one session in memory)
→ media's SegmentWriter (disk). What the database must know goes through `database` alone, and nothing that carries
pictures ever waits for it.
"""
