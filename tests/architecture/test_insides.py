"""Every app has the same insides, and no file grows past what one can read."""

import subprocess

import pytest

from tests.architecture.house import APP_FILES, APP_FOLDERS, PACKAGE, ROOT, App, apps

APPS = [app for app in apps() if app.name != "web"]  # kernel.web is the library that makes pages
LIMIT = 600


@pytest.mark.parametrize("app", APPS, ids=lambda app: app.module)
def test_an_app_holds_the_known_files_and_no_others(app: App) -> None:
    stray = [
        entry.name
        for entry in app.folder.iterdir()
        if not entry.name.startswith((".", "__pycache__"))
        and not (entry.is_dir() and entry.name in APP_FOLDERS)
        and not (entry.suffix == ".py" and entry.stem in APP_FILES)
    ]
    assert stray == [], f"{app.module} has files no app has: {stray}"


def test_there_are_exactly_two_levels() -> None:
    deeper = [path for path in PACKAGE.glob("*/*/*/**/apps.py") if "templates" not in path.parts]
    assert deeper == []


def test_app_labels_do_not_name_their_floor() -> None:
    from django.apps import apps as registry

    for app in apps():
        config = registry.get_app_config(app.name)
        assert config.name == app.module
        assert app.floor not in config.label


def test_no_source_file_is_too_long() -> None:
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    ).stdout.splitlines()
    long = []
    for name in listed:
        path = ROOT / name
        if path.suffix in {".py", ".ts", ".css", ".html", ".sh", ".mjs"} and path.exists():
            lines = len(path.read_text().splitlines())
            if lines > LIMIT:
                long.append((name, lines))
    assert long == []


def test_styles_of_islands_stand_in_a_layer() -> None:
    """Layers are lowered for old browsers: what stands in none loses to the base styles, which take borders and padding away."""
    islands = [*(ROOT / "frontend/src/islands").rglob("*.css"), *(ROOT / "frontend/src/live").rglob("*.css")]
    loose = [path.name for path in islands if "@layer components" not in path.read_text()]
    assert len(islands) > 5
    assert loose == []
