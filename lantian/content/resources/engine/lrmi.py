"""What a page says of a resource to search engines: schema.org with LRMI, as JSON-LD."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

TYPES = {
    "video": "VideoObject",
    "audio": "AudioObject",
    "image": "ImageObject",
    "slides": "PresentationDigitalDocument",
    "document": "DigitalDocument",
}


def described(
    *,
    url: str,
    title: str,
    words: str,
    kind: str,
    purpose: str,
    subject: str,
    grade: int | None,
    language: str,
    keywords: Sequence[str],
    licence: str,
    rights_holder: str,
    publisher: str,
    published: datetime | None,
    score: float | None,
    rated: int,
    mime: str,
    staff_only: bool,
) -> dict[str, Any]:
    """What is empty is left out."""
    facts: dict[str, Any] = {
        "@context": "https://schema.org",
        "@type": ["LearningResource", TYPES.get(kind, "CreativeWork")],
        "url": url,
        "name": title,
        "description": words,
        "learningResourceType": purpose,
        "about": subject,
        "educationalLevel": str(grade) if grade else "",
        "inLanguage": language,
        "keywords": list(keywords),
        "license": licence,
        "copyrightHolder": {"@type": "Organization", "name": rights_holder} if rights_holder else "",
        "publisher": {"@type": "Organization", "name": publisher},
        "datePublished": published.date().isoformat() if published else "",
        "encodingFormat": mime,
        "audience": {"@type": "EducationalAudience", "educationalRole": "teacher" if staff_only else "student"},
        "isAccessibleForFree": True,
    }
    if score is not None:
        facts["aggregateRating"] = {"@type": "AggregateRating", "ratingValue": round(score, 2), "ratingCount": rated}
    return {key: value for key, value in facts.items() if value not in ("", [])}
