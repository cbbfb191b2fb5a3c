"""Answers held against a form: by a JSON Schema validator, the faults told by field and kind."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Fault:
    """`why`: the schema's word that was broken (required, maxLength, enum …); `bound`: what it allows."""

    why: str
    bound: Any = None


def given(answers: Mapping[str, Any]) -> dict[str, Any]:
    """Answers without those that say nothing."""
    return {key: value for key, value in answers.items() if value not in ("", None, [])}


def faults_of(schema: Mapping[str, Any], answers: Mapping[str, Any]) -> dict[str, Fault]:
    """What is wrong, by field: the first fault of each, in the form's order. Answers to nothing that was asked are faults too."""
    from jsonschema import Draft202012Validator, FormatChecker  # slow to load, and needed here alone

    found: dict[str, Fault] = {}
    for error in Draft202012Validator(schema, format_checker=FormatChecker(formats=("date",))).iter_errors(answers):
        if error.validator == "required":
            missing = [key for key in error.validator_value if key not in answers]
            found |= {key: Fault("required") for key in missing}
        elif error.validator == "additionalProperties":
            found |= {key: Fault("unasked") for key in answers if key not in schema["properties"]}
        else:
            found.setdefault(str(error.path[0]), Fault(str(error.validator), error.validator_value))
    place = {key: number for number, key in enumerate(schema.get("x-order", ()))}
    return dict(sorted(found.items(), key=lambda item: place.get(item[0], len(place))))
