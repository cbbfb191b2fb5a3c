"""The class screen on Chromium 92, as panels with Windows 7 have it."""

import os
import subprocess

import pytest

from tests.e2e.conftest import Instance
from tests.e2e.live.chromium92 import PACKAGE, chromium92
from tests.e2e.live.classroom import Teacher, Viewer

LATEST = 6.0


@pytest.fixture(scope="module")
def old_chromium() -> str:
    try:
        return chromium92()
    except (subprocess.SubprocessError, OSError) as error:
        words = f"Chromium 92 cannot be fetched ({PACKAGE} from the npm registry): {error}"
        if os.environ.get("CI"):
            pytest.fail(f"{words}\nThe class screens of 2021 went untested; a check that is green must not hide that.")
        pytest.skip(words)


@pytest.mark.timeout(300)
def test_a_whole_lesson_on_a_very_old_browser(instance: Instance, old_chromium: str) -> None:
    """Joins by itself, shows and plays the lesson, and leaves by itself at its end."""
    panel = Viewer.open(instance, "screen", "--no-zygote", binary=old_chromium)
    try:
        assert "Chrome/92." in panel.page.eval("navigator.userAgent")
        panel.page.goto(f"{instance.url}/live/screen/")
        panel.page.click(".ls-tap-button")
        teacher = Teacher(instance)
        try:
            teacher.open_devices()
            teacher.go_live()
            panel.wait_picture(40)
            assert panel.settled(LATEST).at(0.5) < LATEST
            assert panel.page.eval("document.querySelector('video').muted") is False
            assert panel.page.eval("heard()") > 2000  # bytes of sound decoded in a second
            teacher.end()
            panel.page.wait("document.querySelector('.lv-screen').dataset.task !== 'lesson'", 20)
        finally:
            teacher.close()
        assert not panel.page.errors
    finally:
        panel.close()
