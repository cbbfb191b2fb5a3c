"""Films of which there are renditions."""

from lantian.content.resources.enums import SubtitleLanguage
from lantian.content.resources.models import Blob, Film, Rendition, ResourceVersion, Subtitle


def film_of(blob: Blob) -> Film | None:
    """How far a film's renditions are. One query."""
    return Film.objects.filter(blob=blob).first()


def film_known(sha256: str) -> Film | None:
    """By its content. One query."""
    return Film.objects.filter(pk=sha256).first()


def renditions_of(film: Film) -> list[Rendition]:
    """The largest first, each with its file. One query."""
    return list(film.renditions.select_related("file").defer("file__text").order_by("number"))


def subtitles_of(version: ResourceVersion) -> list[Subtitle]:
    """By language, as these are listed anywhere, without what is said. One query."""
    order = {language: place for place, language in enumerate(SubtitleLanguage.values)}
    return sorted(version.subtitles.defer("text", "words"), key=lambda one: order.get(one.language, len(order)))


def subtitle_of(version: ResourceVersion, language: str) -> Subtitle | None:
    """One with its text. One query."""
    return version.subtitles.defer("words").filter(language=language).first()


def length_of(version: ResourceVersion) -> float:
    """Of a version's film, in seconds; 0 where nobody knows. One query."""
    if version.blob is None:
        return 0
    film = film_of(version.blob)
    return float((film.seconds if film else 0) or version.blob.facts.get("seconds", 0))
