"""Content types of a package's files, by their endings: browsers are told not to guess."""

TYPES = {
    ending: kind
    for kind, endings in {
        "text/html; charset=utf-8": "html htm xhtml",
        "text/css": "css",
        "text/javascript": "js mjs",
        "application/json": "json map webmanifest",
        "text/plain; charset=utf-8": "txt md",
        "text/xml": "xml xsd dtd",
        "text/vtt": "vtt",
        "image/svg+xml": "svg",
        "image/png": "png",
        "image/jpeg": "jpg jpeg",
        "image/gif": "gif",
        "image/webp": "webp",
        "image/bmp": "bmp",
        "image/x-icon": "ico cur",
        "font/woff": "woff",
        "font/woff2": "woff2",
        "font/ttf": "ttf",
        "font/otf": "otf",
        "application/vnd.ms-fontobject": "eot",
        "video/mp4": "mp4 m4v",
        "video/webm": "webm",
        "video/ogg": "ogv",
        "audio/mpeg": "mp3",
        "audio/mp4": "m4a aac",
        "audio/ogg": "ogg oga opus",
        "audio/wav": "wav",
        "application/pdf": "pdf",
        "application/wasm": "wasm",
    }.items()
    for ending in endings.split()
}


def type_of(name: str) -> str:
    """A page says in its own words in which encoding it is written, so that none is told for one that need not be UTF-8."""
    ending = name.rpartition(".")[2].lower()
    kind = TYPES.get(ending, "application/octet-stream")
    return kind.partition(";")[0] if ending in ("html", "htm", "txt") else kind
