"""What one process has seen is nothing new to another, and of two that see a page at once one looks at it."""

from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

from tests.e2e.pages.every.memory import Memory
from tests.e2e.pages.walk import Seen


def new_ones(folder: Path, number: int) -> int:
    memory = Memory(folder)
    pages = (Seen(f"/{each}/", 200, f'<p class="{each}">', "") for each in range(number))
    return sum(memory.is_new(page) for page in pages)


def test_each_page_is_new_to_one_of_many(tmp_path: Path) -> None:
    with ProcessPoolExecutor(3) as processes:
        found = list(processes.map(new_ones, [tmp_path] * 3, [60] * 3))
    assert sum(found) == 60


def test_a_page_of_a_known_shape_is_new_by_a_kind_of_element_alone(tmp_path: Path) -> None:
    one, other = Memory(tmp_path), Memory(tmp_path)
    assert one.is_new(Seen("/lessons/1/", 200, '<p class="a">', ""))
    assert not other.is_new(Seen("/lessons/2/", 200, '<p class="a">', ""))
    assert other.is_new(Seen("/lessons/2/", 200, '<p class="b">', ""))
    assert one.has_new(["A>B"])
    assert not other.has_new(["A>B"])
