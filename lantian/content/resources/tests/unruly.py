"""The script that looks into files, made to misbehave as a file could that has taken its process over: by a picture's width."""

from pathlib import Path

from lantian.content.resources.services import looking

KILLED, HUNG, FLOODED, FELLED, LEFT, SPIED = range(301, 307)
_PLACE = "Path(__file__).resolve().parents[3]"
_DOING = f"""
import os, signal, time

def act(source):
    found = image(source)
    width = found["width"]
    if width == {KILLED}:
        os.kill(os.getpid(), signal.SIGSEGV)
    elif width == {HUNG}:
        time.sleep(60)
    elif width == {FLOODED}:
        return {{"what": "x" * (3 << 20)}}
    elif width == {FELLED}:
        os.kill(os.getppid(), signal.SIGKILL)  # where it may; else it is broken
        time.sleep(1)
    elif width == {LEFT} and os.fork() == 0:
        os.setsid()
        time.sleep(60)  # with its answer open in its hand
    elif width == {SPIED}:
        above = f"/proc/{{os.getppid()}}/fd"
        for name in os.listdir(above):
            with open(f"{{above}}/{{name}}", "wb", buffering=0) as other:
                other.write(b'{{"width": 1, "height": 1}}')
    return found

WAYS["image"] = act


if __name__ =="""


def unruly_script(folder: Path) -> Path:
    """Written into this folder."""
    source = looking.CHILD.read_text()
    assert _PLACE in source
    place = f"Path({str(looking.CHILD.resolve().parents[3])!r})"
    script = folder / "unruly.py"
    script.write_text(source.replace(_PLACE, place).replace("\nif __name__ ==", _DOING))
    return script
