"""A browser as a person has it, driven over the DevTools protocol alone.

Playwright emulates focus in every page, so that no tab of its is ever truly hidden, and it cannot drive the Chromium 92 of old
class panels. These few calls do both.
"""

import base64
import contextlib
import itertools
import json
import os
import shutil
import signal
import subprocess
import tempfile
import threading
import time
from collections import deque
from pathlib import Path
from typing import Any, ClassVar, Self
from urllib.request import Request, urlopen

from websockets.exceptions import WebSocketException
from websockets.sync.client import connect

CHROMIUM = "/usr/bin/chromium"
AXE = Path(__file__).resolve().parents[3] / "frontend" / "node_modules" / "axe-core" / "axe.min.js"
PATIENCE = 2  # twice the time in which something ought to happen: what was promised is measured where it matters
# virtual key code, text it types
KEYS = {
    "Tab": (9, ""),
    "Enter": (13, "\r"),
    "Space": (32, " "),
    "Escape": (27, ""),
    "ArrowRight": (39, ""),
    "ArrowDown": (40, ""),
}
BASE_FLAGS = [
    "--no-first-run",
    "--no-default-browser-check",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-gpu",
    "--no-sandbox",
    "--force-color-profile=srgb",
    "--lang=zh-CN",
    "--accept-lang=zh-CN,zh",
    "--remote-debugging-port=0",
]


class PageError(AssertionError):
    """A script in the page threw."""


class Browser:
    """One browser process with a profile of its own, ended by `close` (or as a context manager)."""

    running: ClassVar[set["Browser"]] = set()

    def __init__(self, *flags: str, binary: str | Path = CHROMIUM, headless: str = "--headless=new") -> None:
        self.profile = Path(tempfile.mkdtemp(prefix="lantian-browser-"))
        self.log = (self.profile / "browser.log").open("wb")
        command = [str(binary), headless, *BASE_FLAGS, f"--user-data-dir={self.profile}", *flags, "about:blank"]
        self.process = subprocess.Popen(command, stdout=self.log, stderr=self.log, start_new_session=True)
        self.running.add(self)
        self.port = self._port()
        self.pages: list[Page] = []

    def _port(self) -> int:
        file = self.profile / "DevToolsActivePort"
        deadline = time.monotonic() + 30
        while time.monotonic() < deadline:
            if file.exists() and (text := file.read_text().split()):
                return int(text[0])
            if self.process.poll() is not None:
                break
            time.sleep(0.1)
        raise RuntimeError(f"browser did not start: {(self.profile / 'browser.log').read_text()[-2000:]}")

    def targets(self) -> list[dict[str, Any]]:
        with urlopen(f"http://127.0.0.1:{self.port}/json/list", timeout=10) as answer:
            return list(json.load(answer))

    def page(self, url: str = "about:blank", *, width: int = 1280, height: int = 800, mobile: bool = False) -> "Page":
        """The browser's own first tab, then new ones in front of the others."""
        target = self._blank() if not self.pages else self._new()
        page = Page(target["webSocketDebuggerUrl"], target["id"], self)
        self.pages.append(page)
        page.viewport(width, height, mobile=mobile)
        if url != "about:blank":
            page.goto(url)
        return page

    def visitor(self) -> "Page":
        """A tab with cookies of its own, as in a private window: somebody else who needs no browser to themselves."""
        with urlopen(f"http://127.0.0.1:{self.port}/json/version", timeout=10) as answer:
            address = json.load(answer)["webSocketDebuggerUrl"]
        with connect(address, open_timeout=20) as socket:

            def call(method: str, **params: Any) -> dict[str, Any]:
                socket.send(json.dumps({"id": 1, "method": method, "params": params}))
                while "id" not in (message := json.loads(socket.recv(20))):
                    pass
                return dict(message["result"])

            context = call("Target.createBrowserContext", disposeOnDetach=False)["browserContextId"]
            target = call("Target.createTarget", url="about:blank", browserContextId=context)["targetId"]
        page = Page(f"ws://127.0.0.1:{self.port}/devtools/page/{target}", target, self)
        self.pages.append(page)
        page.viewport(1280, 800)
        return page

    def _blank(self) -> dict[str, Any]:
        for _ in range(100):
            found = [one for one in self.targets() if one["type"] == "page"]
            if found:
                return found[0]
            time.sleep(0.1)
        raise RuntimeError("the browser shows no page")

    def _new(self) -> dict[str, Any]:
        request = Request(f"http://127.0.0.1:{self.port}/json/new?about:blank", method="PUT")
        with urlopen(request, timeout=20) as answer:
            return dict(json.load(answer))

    def show(self, page: "Page") -> None:
        """Bring this tab to the front; the others become hidden."""
        with urlopen(f"http://127.0.0.1:{self.port}/json/activate/{page.target}", timeout=10):
            pass

    def close(self) -> None:
        self.running.discard(self)
        for page in self.pages:
            page.close()
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
            try:
                self.process.wait(8)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait(5)
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGKILL)  # its helpers, which still write into the profile
        self.log.close()
        time.sleep(0.2)
        shutil.rmtree(self.profile, ignore_errors=True)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


class Page:
    """One tab."""

    def __init__(self, address: str, target: str, browser: Browser) -> None:
        self.target = target
        self.browser = browser
        self.socket = connect(address, max_size=None, open_timeout=20, ping_interval=None)
        self.ids = itertools.count(1)
        self.answers: dict[int, dict[str, Any]] = {}
        self.arrived = threading.Condition()
        self.events: deque[dict[str, Any]] = deque(maxlen=2000)
        self.errors: list[str] = []
        threading.Thread(target=self._listen, daemon=True).start()
        for domain in ("Page", "Runtime", "Network", "Log"):
            self.call(f"{domain}.enable")

    def _listen(self) -> None:
        try:
            for text in self.socket:
                message = json.loads(text)
                with self.arrived:
                    if "id" in message:
                        self.answers[message["id"]] = message
                    else:
                        self._event(message)
                    self.arrived.notify_all()
        except (WebSocketException, OSError) as error:
            with self.arrived:
                self.answers[-1] = {"error": {"message": f"connection lost: {error}"}}
                self.arrived.notify_all()

    def _event(self, message: dict[str, Any]) -> None:
        self.events.append(message)
        params = message.get("params", {})
        if message["method"] == "Runtime.exceptionThrown":
            details = params["exceptionDetails"]
            self.errors.append(details.get("exception", {}).get("description") or details["text"])
        elif message["method"] == "Log.entryAdded" and params["entry"]["source"] == "security":
            if "Permissions-Policy header" not in params["entry"]["text"]:  # words an old browser does not know yet
                self.errors.append(params["entry"]["text"])
        elif message["method"] == "Page.javascriptDialogOpening":
            threading.Thread(
                target=self.call, args=("Page.handleJavaScriptDialog",), kwargs={"accept": True}, daemon=True
            ).start()

    def call(self, method: str, timeout: float = 30, **params: Any) -> dict[str, Any]:
        number = next(self.ids)
        self.socket.send(json.dumps({"id": number, "method": method, "params": params}))
        with self.arrived:
            if not self.arrived.wait_for(lambda: number in self.answers or -1 in self.answers, timeout):
                raise TimeoutError(f"{method}: no answer in {timeout} s")
            answer = self.answers.pop(number, None) or self.answers[-1]
        if "error" in answer:
            raise RuntimeError(f"{method}: {answer['error'].get('message')}")
        return dict(answer["result"])

    def eval(self, expression: str, timeout: float = 30) -> Any:
        """The value of a JavaScript expression; promises are awaited."""
        result = self.call(
            "Runtime.evaluate", timeout, expression=expression, awaitPromise=True, returnByValue=True, userGesture=False
        )
        if "exceptionDetails" in result:
            details = result["exceptionDetails"]
            raise PageError(details.get("exception", {}).get("description") or details["text"])
        return result["result"].get("value")

    def wait(self, expression: str, timeout: float = 15, every: float = 0.1) -> Any:
        """Until the expression is true; on a slow machine for `PATIENCE` times as long as it should need. Says what the page
        shows when it never is."""
        wrapped = (
            f"(async () => {{ const value = await ({expression}); return value instanceof Node ? true : value }})()"
        )
        deadline = time.monotonic() + PATIENCE * timeout
        value = None
        while time.monotonic() < deadline:
            try:
                value = self.eval(wrapped, timeout=max(5, timeout))
            except (PageError, RuntimeError):
                value = None
            if value:
                return value
            time.sleep(every)
        raise AssertionError(
            f"never true in {PATIENCE * timeout} s: {expression}\nshows: {self.text()[:800]}\nerrors: {self.errors[-5:]}"
        )

    def text(self) -> str:
        try:
            return str(self.eval("document.body.innerText"))
        except (PageError, RuntimeError, TimeoutError, WebSocketException) as error:
            return f"(no text: {error})"

    def goto(self, url: str, timeout: float = 30) -> None:
        self.call("Page.navigate", url=url)
        self.wait(
            f"location.href.startsWith({json.dumps(url.partition('#')[0])}) && document.readyState === 'complete'",
            timeout,
        )

    def reload(self) -> None:
        """As F5 does, with the teacher's confirmation of leaving accepted."""
        self.eval("window.__before_reload = true")
        self.call("Page.reload")
        self.wait("!window.__before_reload && document.readyState === 'complete'", 30)

    def at_start(self, script: str) -> None:
        """Run a script in every document before its own."""
        self.call("Page.addScriptToEvaluateOnNewDocument", source=script)

    def viewport(self, width: int, height: int, *, mobile: bool = False) -> None:
        self.call("Emulation.setDeviceMetricsOverride", width=width, height=height, deviceScaleFactor=1, mobile=mobile)
        if mobile:
            self.call("Emulation.setTouchEmulationEnabled", enabled=True)

    def click(self, selector: str, timeout: float = 15) -> None:
        """A real click (a user gesture) in the middle of the first visible match, once it stands still."""
        find = f"""(async () => {{
            const all = [...document.querySelectorAll({json.dumps(selector)})];
            const found = all.find(e => e.offsetParent !== null || e.getClientRects().length);
            if (!found || found.disabled) return null;
            found.scrollIntoView({{block: "center"}});
            const middle = () => (box => [box.x + box.width / 2, box.y + box.height / 2])(found.getBoundingClientRect());
            const before = middle();
            await new Promise((done) => setTimeout(done, 60));
            const [x, y] = middle();
            // what still moves, or lies under something else, is not hit by a hand either
            return x === before[0] && y === before[1] && found.contains(document.elementFromPoint(x, y)) ? [x, y] : null;
        }})()"""
        x, y = self.wait(find, timeout)
        for kind in ("mouseMoved", "mousePressed", "mouseReleased"):
            self.call("Input.dispatchMouseEvent", type=kind, x=x, y=y, button="left", clickCount=1)

    def choose_files(self, selector: str, *paths: str | Path) -> None:
        """As in the dialog that a file field opens, once there is one."""
        self.wait(f"!!document.querySelector({json.dumps(selector)})", 15)
        root = self.call("DOM.getDocument", depth=0)["root"]["nodeId"]
        field = self.call("DOM.querySelector", nodeId=root, selector=selector)["nodeId"]
        self.call("DOM.setFileInputFiles", nodeId=field, files=[str(path) for path in paths])

    def write(self, selector: str, text: str) -> None:
        """Into a field of a form, and send the form."""
        self.wait(f"document.querySelector({json.dumps(selector)})")
        self.eval(
            f"""(() => {{
            const field = document.querySelector({json.dumps(selector)});
            field.value = {json.dumps(text)};
            field.dispatchEvent(new Event("input", {{bubbles: true}}));
            field.form.requestSubmit();
            }})()"""
        )

    def press(self, key: str) -> None:
        """One key, as a keyboard sends it: Tab moves the focus, Enter and Space press what has it."""
        number, text = KEYS[key]
        facts: dict[str, Any] = {"key": text if key == "Space" else key, "code": key, "windowsVirtualKeyCode": number}
        self.call("Input.dispatchKeyEvent", type="keyDown" if text else "rawKeyDown", text=text, **facts)
        self.call("Input.dispatchKeyEvent", type="keyUp", **facts)

    def tab_to(self, selector: str, most: int = 60) -> None:
        """Move the focus there by the Tab key alone, and see that a person could tell where it is."""
        reached = f"document.activeElement?.matches({json.dumps(selector)})"
        for _ in range(most):
            if self.eval(reached):
                break
            self.press("Tab")
        assert self.eval(reached), f"{selector} is not reached by {most} presses of Tab"
        ring = "(s => s.outlineStyle !== 'none' || s.boxShadow !== 'none')(getComputedStyle(document.activeElement))"
        assert self.eval(ring), f"{selector} does not show that it has the focus"

    def faults_of_access(self) -> list[str]:
        """What axe finds in the page as it stands, in light and in dark."""
        found: list[str] = []
        self.eval(AXE.read_text() + "; true")
        for scheme in ("light", "dark"):
            self.call("Emulation.setEmulatedMedia", features=[{"name": "prefers-color-scheme", "value": scheme}])
            time.sleep(0.5)  # colours that fade over are judged when they have
            rows = self.eval(
                """axe.run(document, {resultTypes: ["violations"]}).then((found) => found.violations.flatMap((each) =>
                each.nodes.map((node) => `${each.id}: ${node.html.slice(0, 160)}`)))""",
                60,
            )
            found += [f"{scheme} {row}" for row in rows]
        self.call("Emulation.setEmulatedMedia", features=[])
        return found

    def offline(self, off: bool) -> None:
        self.call(
            "Network.emulateNetworkConditions", offline=off, latency=0, downloadThroughput=-1, uploadThroughput=-1
        )

    def screenshot(self, path: str | Path) -> None:
        Path(path).write_bytes(base64.b64decode(self.call("Page.captureScreenshot", format="png")["data"]))

    def _quiet(self, method: str) -> None:
        try:
            self.call(method, 3)
        except (RuntimeError, TimeoutError, WebSocketException, OSError):
            return

    def close(self) -> None:
        self._quiet("Page.close")
        self.socket.close()
