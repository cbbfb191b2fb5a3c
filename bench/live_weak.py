"""A class screen on a weak line: a real browser behind 512 kbit/s, 300 ms and 2 % loss, for `--seconds` (published: 600).

`make bench B="live-weak --seconds 600"`, as root (network namespace, tbf, a TUN relay); starts a demonstration instance of its
own or takes LANTIAN_E2E_URL and LANTIAN_E2E_HOME. A lesson of 1.5 Mbit/s with a tone that is never silent is taught by a
program; the line drops from 20 Mbit/s to the weak one, holds for the time, is cut for 30 s, mended, and becomes good again. One
operation is one second of the weak line. `--kbps`, `--delay` (ms, both ways together), `--loss` (a share, each way),
`--control` (of congestion, cubic).
"""

import os
import sys
import time
from collections import Counter

from bench.run import Options, Result, Usage, percentile

SETTLE_S = 15.0
CUT_S = 30.0
LONGEST_GAP_S = 0.5
EVERY_S = 0.5


def run(options: Options) -> Result:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    import django

    django.setup()
    from tests.e2e.conftest import running_instance
    from tests.e2e.live.far_screen import FarScreen
    from tests.e2e.live.lecture import Lecture
    from tests.e2e.live.weak_line import WeakLine

    kbps, delay, loss = int(options.number("kbps", 512)), options.number("delay", 300), options.number("loss", 0.02)
    seconds = max(options.seconds, 30.0)
    played: Counter[str] = Counter()
    behind: list[float] = []
    with (
        running_instance() as instance,
        WeakLine(kbps, control=options.more.get("control", "cubic")) as line,
        Lecture(instance),
        FarScreen(instance, line) as screen,
    ):
        screen.listen()
        time.sleep(SETTLE_S)
        good = screen.state.rendition
        with Usage(instance.pid("live"), instance.pid("caddy")) as usage:
            dropped = time.time()
            line.quality(delay / 2, loss)
            line.rate(kbps)
            while time.time() - dropped < seconds:
                state = screen.state
                played[state.rendition] += 1
                behind.append(screen.behind)
                time.sleep(EVERY_S)
        weak = screen.gaps(dropped, 0.02)
        line.cut()
        time.sleep(CUT_S)
        line.mend()
        back = screen.heard_again(time.time(), 60)
        screen.good_line()
        whole = screen.becomes("full", 180)
    over = [gap for gap in weak if gap.length > LONGEST_GAP_S]
    for gap in weak:
        print(f"  silent for {gap.length:.2f} s, {gap.began - dropped:.1f} s after the drop", file=sys.stderr)
    total = sum(played.values())
    return Result(
        work=f"second of a lesson at {kbps} kbit/s, {delay:.0f} ms, {loss:.0%} loss",
        count=round(seconds),
        seconds=usage.seconds,
        cpu_seconds=usage.cpu_seconds,
        peak_mb=usage.peak_mb,
        more={
            "before": good,
            "gaps_over_half_a_second": len(over),
            "longest_gap_s": round(max((gap.length for gap in weak), default=0.0), 2),
            "silent_s": round(sum(gap.length for gap in weak), 2),
            "share_small": round(played["small"] / total, 3),
            "share_sound": round(played["sound"] / total, 3),
            "share_full": round(played["full"] / total, 3),
            "behind_p50_s": round(percentile(behind, 0.5), 1),
            "behind_max_s": round(max(behind, default=0.0), 1),
            "heard_again_after_30_s_cut_s": round(back, 2),
            "whole_picture_after_good_line_s": round(whole, 1),
        },
    )
