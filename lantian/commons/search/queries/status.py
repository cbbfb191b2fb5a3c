"""How the index is, for whoever runs the platform."""

from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet

from lantian.commons.search.models import Copy, Mark
from lantian.commons.search.queries import reading


@dataclass(frozen=True, slots=True)
class State:
    """This home's index. `waiting`: marks that it has not applied; `building`: how far a new generation is."""

    generation: str
    documents: int
    bytes: int
    waiting: int
    fits: bool
    building: dict[str, Any]


def state() -> State:
    """How this home's index is."""
    name = reading.current()
    told = reading.held(name) if name else None
    try:
        documents, fits = reading.searcher().num_docs, True
    except reading.NoIndex:
        documents, fits = 0, False
    folder = reading.folders().generation(name) if name else None
    size = sum(path.stat().st_size for path in folder.iterdir() if path.is_file()) if folder and folder.is_dir() else 0
    waiting = Mark.objects.filter(xid__gte=told.upto if told else 0).count()
    return State(name, documents, size, waiting, fits, reading.progress())


def copies() -> QuerySet[Copy]:
    """All copies of the index, on whatever machine."""
    return Copy.objects.order_by("machine", "pk")
