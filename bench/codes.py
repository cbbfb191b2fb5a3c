"""A city's citizen IDs, checked as an import checks them: place, date of birth, check character.

`make bench B=codes`. `--count N` (230 000). One operation is one number. The yardstick is the check character alone (ISO 7064
MOD 11-2), counted in plain Python over the same numbers.
"""

import time
from datetime import date

from bench.run import Options, Result

WEIGHTS = tuple(2**place % 11 for place in range(17, 0, -1))


def run(options: Options) -> Result:
    from lantian.people.roster.engine.codes import citizen

    count = int(options.number("count", 230_000))
    made = [citizen.make_citizen_id("510703", date(2012, 3, 4), serial) for serial in range(1000)]
    typed = [made[number % 1000] for number in range(count)]
    began, used = time.perf_counter(), time.process_time()
    assert all(citizen.check(number).fault is None for number in typed)
    took, cpu = time.perf_counter() - began, time.process_time() - used
    began = time.perf_counter()
    assert all(_last(number) == number[17] for number in typed)
    alone = time.perf_counter() - began
    return Result("citizen IDs checked", count, took, cpu, ratio_to="the check character alone", ratio=alone / took)


def _last(number: str) -> str:
    rest = sum(int(digit) * weight for digit, weight in zip(number, WEIGHTS, strict=False)) % 11
    return "10X98765432"[rest]
