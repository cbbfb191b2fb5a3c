"""Interactive packages in browsers: what one did is found again elsewhere, and a hostile package gets nothing of the platform.

The SCORM package speaks by a wrapper that real ones are built with (npm @gamestdio/scorm); the H5P is the demonstration's, played
by the real player of H5P (npm h5p-standalone) under our policy.
"""

import base64
import json
from pathlib import Path
from typing import Any

import pytest

from lantian.content.resources.tests.files import packed
from tests.e2e.conftest import ROOT, Instance

PHONE = {"width": 390, "height": 844}
DESK = {"width": 1280, "height": 860}
WRAPPER = ROOT / "frontend" / "node_modules" / "@gamestdio" / "scorm" / "lib" / "index.js"

MANIFEST = """<?xml version="1.0"?><manifest identifier="m" xmlns="http://www.imsglobal.org/xsd/imscp_v1p1"
 xmlns:adlcp="http://www.adlnet.org/xsd/adlcp_v1p3"><metadata><schemaversion>2004 4th Edition</schemaversion></metadata>
<organizations default="o"><organization identifier="o"><title>课</title>
<item identifier="a" identifierref="r"><title>一课</title></item></organization></organizations><resources>
<resource identifier="r" adlcp:scormType="sco" type="webcontent" href="a.html"/></resources></manifest>"""
LESSON = """<!doctype html><meta charset=utf-8><script>var exports = {}</script><script src="wrapper.js"></script>
<p id=where></p><button id=go>go</button><button id=leave>leave</button><script>
var scorm = exports.scorm; scorm.initialize();
document.getElementById('where').textContent = 'at ' + (scorm.get('cmi.suspend_data') || 'the beginning');
document.getElementById('go').onclick = function () {
  scorm.set('cmi.suspend_data', 'page 7'); scorm.set('cmi.score.scaled', '0.9');
  scorm.set('cmi.completion_status', 'completed'); scorm.set('cmi.success_status', 'passed'); scorm.commit(); };
</script>"""
HOSTILE = """<!doctype html><meta charset=utf-8><pre id=out></pre><button id=away>away</button><script>
var home = location.ancestorOrigins[0], got = {};
function attempt(name, act) { try { got[name] = String(act()); } catch (error) { got[name] = error.name; } }
attempt('parent', function () { return parent.document.title; });
attempt('cookie', function () { document.cookie = 'x=1; path=/'; return document.cookie.replace('x=1', ''); });
attempt('top', function () { top.location = 'about:blank'; return 'gone'; });
attempt('popup', function () { return window.open('about:blank'); });
attempt('kept', function () { return Object.keys(localStorage).join(); });
var picture = function () { return new Promise(function (done) { var one = new Image();
  one.onload = function () { done('seen'); }; one.onerror = function () { done('blocked'); };
  one.src = home + '/static/x.png'; }); };
var framed = function () { return new Promise(function (done) {
  document.addEventListener('securitypolicyviolation', function (event) {
    if (event.effectiveDirective === 'frame-src') done('blocked'); });
  var one = document.createElement('iframe'); one.src = home + '/today/'; document.body.append(one); }); };
Promise.allSettled([fetch(home + '/today/', {credentials: 'include'}),
  fetch(home + '/interactive/', {method: 'POST', mode: 'no-cors', credentials: 'include'}),
  navigator.serviceWorker.register('worker.js'), picture(), framed()]).then(function (found) {
    got.after = found.map(function (one) { return one.status === 'rejected' ? one.reason.name : String(one.value); });
    document.getElementById('out').textContent = JSON.stringify(got); });
document.getElementById('away').onclick = function () {
  var form = document.createElement('form'); form.method = 'post'; form.action = home + '/_/language';
  document.body.append(form); form.submit(); location.href = home + '/today/'; };
</script>"""
MAKE = """
import base64, sys
from lantian.content.interactive import services
from lantian.content.interactive.demo import publish
from lantian.people.identity.models import Account
from lantian.people.roster import queries as roster
by = roster.actor_of_account(Account.objects.get(username="teacher"))
for name, data in {packages!r}.items():
    version = publish(base64.b64decode(data), "a.zip", {{"title": name, "rights_holder": by.name}}, by)
    services.ask_package(version.blob_id, version.blob.kind)
    services.unpack(version.blob_id)
    print(name, version.pk)
from lantian.content.resources.models import Resource
print("h5p", Resource.objects.get(title="一次函数小测").current_id)
"""


@pytest.fixture(scope="module")
def made(instance: Instance) -> dict[str, str]:
    """The ids of the versions: of a SCORM package, a hostile one, and the demonstration's H5P."""
    packages = {
        "scorm": {"imsmanifest.xml": MANIFEST, "a.html": LESSON, "wrapper.js": Path(WRAPPER).read_text()},
        "hostile": {"index.html": HOSTILE, "worker.js": "self.onfetch = () => 0"},
    }
    sent = {name: base64.b64encode(packed(parts)).decode() for name, parts in packages.items()}
    said = instance.shell(MAKE.format(packages=sent))
    return dict(line.split() for line in said.strip().splitlines() if line.startswith(("scorm ", "hostile ", "h5p ")))


def opened(page: Any, version: str) -> Any:
    page.goto(f"/interactive/{version}/")
    return page.frame_locator(".running-frame")


def says(page: Any, *words: str) -> None:
    for each in words:
        page.locator(".running-said", has_text=each).wait_for(timeout=8000)


def test_a_scorm_package_goes_on_in_another_browser(instance: Instance, enter: Any, made: dict[str, str]) -> None:
    first = enter("student", DESK)
    lesson = opened(first, made["scorm"]).frame_locator(".sco")
    lesson.locator("#where", has_text="at the beginning").wait_for(timeout=15_000)
    lesson.locator("#go").click()
    says(first, "已保存", "达标", "90 分")
    elsewhere = enter("student", PHONE)
    again = opened(elsewhere, made["scorm"]).frame_locator(".sco")
    again.locator("#where", has_text="at page 7").wait_for(timeout=15_000)
    says(elsewhere, "达标")
    lesson.locator("#go").click()
    says(first, "别的窗口")
    elsewhere.goto("/interactive/mine/")
    assert "90 分" in elsewhere.locator("main").inner_text()
    other = enter("", PHONE)
    stranger = opened(other, made["scorm"]).frame_locator(".sco")
    stranger.locator("#where", has_text="at the beginning").wait_for(timeout=15_000)
    says(other, "没有登录")


def test_an_h5p_is_answered_and_its_score_is_kept(instance: Instance, enter: Any, made: dict[str, str]) -> None:
    page = enter("student", PHONE)
    quiz = opened(page, made["h5p"]).frame_locator("iframe")
    quiz.get_by_label("(0, 1)").check(timeout=15_000)
    quiz.get_by_label("下降").check()
    quiz.get_by_role("button", name="看看对不对").click()
    says(page, "已保存", "做完了", "100 分")
    page.reload()
    again = page.frame_locator(".running-frame").frame_locator("iframe")
    again.get_by_text("答对 2 题，共 2 题").wait_for(timeout=15_000)
    assert again.get_by_label("下降").is_checked()
    page.get_by_role("button", name="从头再做").click()
    fresh = page.frame_locator(".running-frame").frame_locator("iframe")
    fresh.locator("input:not(:checked)").nth(5).wait_for(timeout=15_000)


def test_a_hostile_package_gets_nothing(instance: Instance, enter: Any, made: dict[str, str]) -> None:
    page = enter("student", DESK)
    cookies = []
    page.on("request", lambda asked: cookies.append((asked.url, asked.all_headers().get("cookie", ""))))
    hostile = opened(page, made["hostile"])
    hostile.locator("#out", has_text="after").wait_for(timeout=15_000)
    got = json.loads(hostile.locator("#out").inner_text())
    assert got["parent"] == "SecurityError"
    assert got["top"] == "SecurityError"
    assert got["cookie"] == ""
    assert got["popup"] == "null"
    assert got["after"][:2] == ["TypeError", "TypeError"], "no request of it arrives"
    assert got["after"][2] in ("SecurityError", "TypeError"), "no worker of it stays"
    assert got["after"][3:] == ["blocked", "blocked"]
    hostile.locator("#away").click()
    page.wait_for_timeout(800)
    assert page.url.endswith(f"/interactive/{made['hostile']}/")
    assert not [one.url for one in page.frames[1:] if one.url.startswith(instance.url)], (
        "its frame may not lead to the platform"
    )
    content = [cookie for url, cookie in cookies if "/c/" in url]
    assert content
    assert not any(content), "the platform's cookies do not go there"
