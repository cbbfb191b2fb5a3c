"""The browser of tests of pages, and what examines them there. (Those of tests/e2e/live are the browser that people have.)

Chromium's headless shell is the same engine without the browser's own windows, which are drawn even where nobody sees them: it
asks a third less of the machine. Where it is not installed, Chromium does.
"""

from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
SHELL, WHOLE = Path("/usr/bin/chromium-headless-shell"), Path("/usr/bin/chromium")
CHROMIUM = SHELL if SHELL.exists() else WHOLE
AXE = ROOT / "frontend" / "node_modules" / "axe-core" / "axe.min.js"


def launch(tool: Any) -> Any:
    """Start it with playwright, synchronous or not."""
    return tool.chromium.launch(executable_path=str(CHROMIUM), args=["--no-sandbox"])
