"""What resources' files are called in an S3, where one is set, and how they get there and go: a job sends them."""

import structlog

from lantian.content.media.services import offsite
from lantian.kernel import jobs
from lantian.kernel.bucket import BucketError

log = structlog.get_logger("resources")
JOB = "resources.send"
FOLDER = "resources"  # read by us alone: the bucket's policy opens `streams`


def folder_of(sha256: str) -> str:
    """Where the pieces of a file lie in the bucket."""
    return f"{FOLDER}/{sha256[:2]}/{sha256}/"


def ask_sending() -> None:
    """Have the worker send what is not there yet; from within the transaction that keeps a file."""
    if offsite.configured():
        jobs.enqueue(JOB, lock=JOB, once=JOB)


def forget(sha256: str) -> None:
    """Delete what the S3 has of a file. Raises BucketError."""
    kept = offsite.store()
    kept.delete(kept.names(folder_of(sha256)))


def let_go(sha256: str) -> None:
    """Delete what the S3 has of a file that is gone; while it is away, the nightly sweep does."""
    if offsite.configured():
        try:
            forget(sha256)
        except BucketError as error:
            log.warning("not deleted", blob=sha256[:12], why=str(error)[:200])
