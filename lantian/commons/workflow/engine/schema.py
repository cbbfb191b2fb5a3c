"""A form as JSON Schema (draft 2020-12), as far as a form page needs it: an object of flat fields in an order.

Keys of our own: `x-order` (the fields' keys in their order), `x-long` (a text of several lines). Everything else is the
standard's, so that any validator may judge the answers.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

DIALECT = "https://json-schema.org/draft/2020-12/schema"
KEY = re.compile(r"[a-z][a-z0-9_]{0,39}")
MOST_FIELDS, MOST_CHOICES = 60, 100
LONGEST_LABEL, LONGEST_HELP = 60, 200
LINE_LENGTH, TEXT_LENGTH = 200, 4000


class Kind(StrEnum):
    LINE = "line"
    TEXT = "text"
    NUMBER = "number"
    DATE = "date"
    CHOICE = "choice"
    CHOICES = "choices"
    YES = "yes"


class BadSchema(ValueError):
    """Not a form: `key` is the field (empty: the whole), `why` a word for the fault."""

    def __init__(self, why: str, key: str = "") -> None:
        super().__init__(f"{key}: {why}" if key else why)
        self.why, self.key = why, key


@dataclass(frozen=True, slots=True)
class Field:
    """One question. `least` and `most` bound a number, `most` a text's length; `choices` are their own labels."""

    key: str
    label: str
    kind: Kind
    required: bool = True
    help: str = ""
    choices: tuple[str, ...] = ()
    least: float | None = None
    most: float | None = None


def to_schema(fields: Sequence[Field]) -> dict[str, Any]:
    """The JSON Schema of a form. Raises BadSchema as `read_fields` does."""
    schema = {
        "$schema": DIALECT,
        "type": "object",
        "properties": {field.key: _property(field) for field in fields},
        "required": [field.key for field in fields if field.required],
        "additionalProperties": False,
        "x-order": [field.key for field in fields],
    }
    read_fields(schema)
    return schema


def _property(field: Field) -> dict[str, Any]:
    found: dict[str, Any] = {"title": field.label, **_TYPES[field.kind](field)}
    return found | ({"description": field.help} if field.help else {})


def _line(field: Field) -> dict[str, Any]:
    # an answer that is required is not an empty one
    return {"type": "string", "maxLength": int(field.most or LINE_LENGTH)} | (
        {"minLength": 1} if field.required else {}
    )


def _number(field: Field) -> dict[str, Any]:
    bounds = {"minimum": field.least, "maximum": field.most}
    return {"type": "number"} | {name: value for name, value in bounds.items() if value is not None}


def _choices(field: Field) -> dict[str, Any]:
    found: dict[str, Any] = {"type": "array", "items": {"enum": list(field.choices)}, "uniqueItems": True}
    return found | ({"minItems": 1} if field.required else {})


_TYPES: dict[Kind, Callable[[Field], dict[str, Any]]] = {
    Kind.LINE: _line,
    Kind.TEXT: lambda field: {**_line(field), "maxLength": int(field.most or TEXT_LENGTH), "x-long": True},
    Kind.NUMBER: _number,
    Kind.DATE: lambda _field: {"type": "string", "format": "date"},
    Kind.CHOICE: lambda field: {"enum": list(field.choices)},
    Kind.CHOICES: _choices,
    Kind.YES: lambda field: {"type": "boolean"} | ({"const": True} if field.required else {}),
}


def read_fields(schema: Mapping[str, Any]) -> list[Field]:
    """The questions of a form in their order. Raises BadSchema."""
    properties = schema.get("properties")
    if schema.get("type") != "object" or not isinstance(properties, Mapping):
        raise BadSchema("not_a_form")
    order = schema.get("x-order", list(properties))
    if sorted(order) != sorted(properties):
        raise BadSchema("order")
    if len(order) > MOST_FIELDS:
        raise BadSchema("too_many_fields")
    required = set(schema.get("required", ()))
    if not required <= set(properties):
        raise BadSchema("required")
    return [_field(key, properties[key], required=key in required) for key in order]


def _field(key: str, found: Any, *, required: bool) -> Field:
    if not KEY.fullmatch(key):
        raise BadSchema("key", key)
    if not isinstance(found, Mapping):
        raise BadSchema("not_a_field", key)
    label, words = str(found.get("title", "")).strip(), str(found.get("description", ""))
    if not 0 < len(label) <= LONGEST_LABEL or len(words) > LONGEST_HELP:
        raise BadSchema("label", key)
    kind, choices = _kind(found), found.get("enum") or (found.get("items") or {}).get("enum") or ()
    if kind is None:
        raise BadSchema("kind", key)
    if kind in (Kind.CHOICE, Kind.CHOICES):
        words_fit = all(isinstance(one, str) and 0 < len(one) <= LINE_LENGTH for one in choices)
        if not 0 < len(choices) <= MOST_CHOICES or not words_fit or len(set(choices)) < len(choices):
            raise BadSchema("choices", key)
    least, most = found.get("minimum"), found.get("maximum", found.get("maxLength"))
    if least is not None and most is not None and least > most:
        raise BadSchema("bounds", key)
    return Field(key, label, kind, required, words, tuple(choices), least, most)


def _kind(found: Mapping[str, Any]) -> Kind | None:
    match found.get("type"):
        case "string" if found.get("format") == "date":
            return Kind.DATE
        case "string":
            return Kind.TEXT if found.get("x-long") else Kind.LINE
        case "number" | "integer":
            return Kind.NUMBER
        case "boolean":
            return Kind.YES
        case "array":
            return Kind.CHOICES
        case None if "enum" in found:
            return Kind.CHOICE
    return None
