"""Directed graphs of ids: whether they lead in circles, and in which order what they say can be drawn."""

from collections import defaultdict
from collections.abc import Hashable, Iterable, Mapping
from typing import TypeVar

N = TypeVar("N", bound=Hashable)


def find_cycle(edges: Iterable[tuple[N, N]]) -> list[N]:
    """One circle of the edges, each node once in the order of the arrows; empty when there is none. Linear, without recursion."""
    after: dict[N, list[N]] = defaultdict(list)
    for origin, destination in edges:
        after[origin].append(destination)
    done: set[N] = set()
    for start in list(after):
        if found := _walk(start, after, done):
            return found
    return []


def _walk(start: N, after: Mapping[N, list[N]], done: set[N]) -> list[N]:
    if start in done:
        return []
    way: list[N] = [start]
    on_way = {start}
    branches = [iter(after.get(start, ()))]
    while branches:
        step = next(branches[-1], None)
        if step is None:
            branches.pop()
            left = way.pop()
            on_way.discard(left)
            done.add(left)
        elif step in on_way:
            return way[way.index(step) :]
        elif step not in done:
            way.append(step)
            on_way.add(step)
            branches.append(iter(after.get(step, ())))
    return []


def layers(nodes: Iterable[N], edges: Iterable[tuple[N, N]]) -> dict[N, int]:
    """How many steps after the first each node comes when every arrow leads forward: the longest way to it.

    Edges to nodes that are not given are left out; the graph must have no circles.
    """
    depth = dict.fromkeys(nodes, 0)
    after: dict[N, list[N]] = defaultdict(list)
    waiting = dict.fromkeys(depth, 0)
    for origin, destination in edges:
        if origin in depth and destination in depth:
            after[origin].append(destination)
            waiting[destination] += 1
    ready = [node for node, count in waiting.items() if not count]
    while ready:
        node = ready.pop()
        for other in after[node]:
            depth[other] = max(depth[other], depth[node] + 1)
            waiting[other] -= 1
            if not waiting[other]:
                ready.append(other)
    return depth


def ends(edges: Mapping[N, Iterable[N]], start: N) -> list[N]:
    """Where one arrives following the edges from `start` until there are none; `start` itself when it has none. No circles."""
    found: dict[N, None] = {}
    seen: set[N] = set()
    waiting = [start]
    while waiting:
        node = waiting.pop(0)
        if node in seen:
            continue
        seen.add(node)
        further = list(edges.get(node, ()))
        if further:
            waiting.extend(further)
        else:
            found[node] = None
    return list(found)
