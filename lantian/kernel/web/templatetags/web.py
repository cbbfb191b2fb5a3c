"""Tags behind the components: icons, form controls, small geometry. Pages use the components (`<c-…>`)."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from django import forms, template
from django.forms.boundfield import BoundField
from django.template.defaultfilters import stringfilter
from django.utils.html import format_html
from django.utils.safestring import SafeString

from lantian.kernel.web import icons, navigation, once, shell
from lantian.kernel.web.addresses import address_of
from lantian.kernel.web.dates import said_day, said_moment
from lantian.kernel.web.drawn import drawn
from lantian.kernel.web.lists import spaced as spaced_number

register = template.Library()
register.tag("drawn", drawn)
register.filter("grouped", navigation.grouped)
register.filter("in_bar", navigation.in_bar)
register.filter("beside_bar", navigation.beside_bar)
register.filter("themes", shell.themes)
register.simple_tag(shell.languages, name="languages")

LONG_CHOICE = 12
_CLASSES: tuple[tuple[type[forms.Widget], str], ...] = (
    (forms.CheckboxSelectMultiple, "checkbox"),
    (forms.RadioSelect, "radio"),
    (forms.CheckboxInput, "checkbox"),
    (forms.Select, "select"),
    (forms.Textarea, "textarea"),
    (forms.FileInput, "file-input"),
    (forms.widgets.Input, "input"),
)


@register.simple_tag
def icon(name: str, size: int | str = 18) -> SafeString:
    """{% icon "video" 18 %}"""
    return icons.svg(str(name), int(size))


@register.filter(is_safe=True)
@stringfilter
def dots(words: str) -> str:
    """Facts one after another with dots between: a line may end after a dot, and never begins with one."""
    return words.replace(" · ", "\u00a0· ")


@register.filter
def page_of(pk: UUID, name: str) -> str:
    """{{ school.pk|page_of:"roster_organization" }}: like {% url %}, for the rows of long lists."""
    return address_of(name, pk)


@register.simple_tag
def once_field() -> SafeString:
    """The hidden token by which `@once` knows a repeated submission."""
    return format_html('<input type="hidden" name="{}" value="{}">', once.FIELD, once.new_token())


def widget_class(widget: forms.Widget) -> str:
    return next((name for kind, name in _CLASSES if isinstance(widget, kind)), "input")


@register.filter
def is_group(field: BoundField) -> bool:
    """Several inputs under one question (radio buttons, boxes)."""
    return isinstance(field.field.widget, (forms.RadioSelect, forms.CheckboxSelectMultiple))


@register.filter
def is_long_choice(field: BoundField) -> bool:
    """So many boxes that one would rather search them."""
    return isinstance(field.field.widget, forms.CheckboxSelectMultiple) and len(field) > LONG_CHOICE


@register.filter
def is_optional(field: BoundField) -> bool:
    """It may be left empty whatever else is answered; one that goes with an answer (`data-when`) is needed when it is shown."""
    return not field.field.required and "data-when" not in field.field.widget.attrs


@register.filter
def is_single_box(field: BoundField) -> bool:
    return isinstance(field.field.widget, forms.CheckboxInput)


def _described_by(field: BoundField) -> str:
    name = field.auto_id or field.html_name
    parts = []
    if field.help_text:
        parts.append(f"{name}_help")
    if field.errors:
        parts.append(f"{name}_error")
    return " ".join(parts)


@register.simple_tag
def control(field: BoundField, **extra: Any) -> SafeString:
    """The field's widget with our class and what screen readers need."""
    attrs: dict[str, Any] = {key.replace("_", "-"): value for key, value in extra.items() if value not in (None, "")}
    own = field.field.widget.attrs.get("class", "")
    attrs["class"] = f"{widget_class(field.field.widget)} {own}".strip()
    described = _described_by(field)
    if described:
        attrs["aria-describedby"] = described
    if field.errors:
        attrs["aria-invalid"] = "true"
    return field.as_widget(attrs=attrs)


@register.simple_tag
def choice(option: Any, kind: str) -> SafeString:
    """One radio button or box of a group (`for option in field.subwidgets`)."""
    option.data["attrs"]["class"] = kind
    return SafeString(option.tag())


@register.filter
def error_fields(form: forms.BaseForm) -> list[BoundField]:
    return [field for field in form if field.errors]


@register.filter
def first_letter(name: Any) -> str:
    """What an avatar without a picture shows: a Chinese given name's last character, or a Latin initial."""
    text = str(name or "").strip()
    if not text:
        return "?"
    return text[0].upper() if text[0].isascii() else text[-1] if len(text) <= 4 else text[0]


@register.simple_tag
def bar_shapes(values: list[tuple[str, float]], height: int = 110) -> dict[str, Any]:
    """Bars from zero, as SVG numbers: width 48 each, 60 apart. `values` are (name, value)."""
    top = max((value for _, value in values), default=0) or 1
    room = height - 40
    shapes = []
    for index, (name, value) in enumerate(values):
        tall = round(room * value / top, 1)
        shapes.append(
            {
                "x": index * 60 + 6,
                "y": round(height - 20 - tall, 1),
                "h": tall,
                "middle": index * 60 + 30,
                "label_y": round(height - 26 - tall, 1),
                "name": name,
                "value": value,
                "last": index == len(values) - 1,
            }
        )
    return {"shapes": shapes, "width": len(values) * 60, "height": height, "name_y": height - 4}


@register.filter
def percent(part: float, whole: float) -> int:
    """part of whole, 0..100."""
    return round(100 * part / whole) if whole else 0


@register.filter
def chart_rows(config: dict[str, Any]) -> list[tuple[str, list[Any]]]:
    """The table behind a chart: (category, values of each series)."""
    return [
        (name, [series["values"][index] for series in config["series"]])
        for index, name in enumerate(config.get("categories", []))
    ]


@register.filter
def spaced(value: Any) -> str:
    """{{ 1149|spaced }} → 1 149; anything but a number is left alone."""
    return spaced_number(value) if isinstance(value, (int, float)) else str(value)


@register.filter(expects_localtime=True)
def day(value: date | None) -> str:
    """{{ term.starts_on|day }} → 9月1日; nothing stays nothing."""
    return said_day(value) if value else ""


@register.filter(expects_localtime=True)
def moment(value: datetime | None) -> str:
    """{{ entry.at|moment }} → 11月26日 14:05; nothing stays nothing."""
    return said_moment(value) if value else ""
