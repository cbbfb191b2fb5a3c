"""What import-linter does not see: cross-app imports by kind of module, and foreign keys by string."""

from itertools import islice

import pytest
from django.apps import apps as registry

from tests.architecture.house import FLOORS, KERNEL_LIBRARIES, OPEN_TO_OTHERS, App, apps, imports_of, sources

APPS = apps()


def is_test(path: object) -> bool:
    return "/tests/" in str(path)


@pytest.mark.parametrize("app", APPS, ids=lambda app: app.module)
def test_other_apps_are_entered_by_their_open_doors_only(app: App) -> None:
    wrong = []
    for path in sources(app.folder):
        if is_test(path):
            continue
        for found in imports_of(path):
            parts = found.module.split(".")
            if len(parts) < 4 or found.module.startswith(app.module + ".") or found.type_checking:
                continue
            if parts[1] == "kernel" and parts[2] in KERNEL_LIBRARIES:
                continue
            if parts[3] not in OPEN_TO_OTHERS:
                wrong.append(f"{path.relative_to(app.folder)}:{found.line} imports {found.module}")
    assert wrong == []


def test_the_doors_are_really_looked_at() -> None:
    seen = (found for app in APPS for path in sources(app.folder) for found in imports_of(path))
    assert len([*islice(seen, 101)]) > 100


def floor_of(label: str) -> int | None:
    module = registry.get_app_config(label).name.split(".")
    return FLOORS.index(module[1]) if module[0] == "lantian" else None


def test_foreign_keys_point_downward() -> None:
    order = {
        "identity": 0,
        "roster": 1,
        "messaging": 2,
        "schedule": 3,
        "connect": 4,
        "exchange": 5,
        "privacy": 5,
    }  # inside the people floor
    upward = []
    for model in registry.get_models():
        here = floor_of(model._meta.app_label)
        if here is None:
            continue
        for field in model._meta.get_fields():
            if not field.is_relation or field.auto_created or field.related_model is None:
                continue
            target = field.related_model._meta
            there = floor_of(target.app_label)
            if there is None:
                continue
            same_people = here == there == FLOORS.index("people")
            if there > here or (same_people and order[target.app_label] > order[model._meta.app_label]):
                upward.append(f"{model._meta.label}.{field.name} → {target.label}")
    assert upward == []


def test_the_journal_and_its_kernel_hold_no_keys_upward() -> None:
    for label in ("journal", "time", "web"):
        for model in registry.get_app_config(label).get_models():
            for field in model._meta.get_fields():
                if field.is_relation and not field.auto_created and field.related_model is not None:
                    assert floor_of(field.related_model._meta.app_label) == 0, f"{model._meta.label}.{field.name}"
