"""What hangs together on a neighbourhood: pieces of a territory, and what separates one from another."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class Neighbours:
    """A neighbourhood as lists.

    Parameters
    ----------
    of_unit
        Neighbours of each unit, ascending.
    island
        Number of the connected component each unit lies in.
    a, b
        Ends of each pair of neighbours, ``a < b``, sorted.
    """

    of_unit: tuple[tuple[int, ...], ...]
    island: np.ndarray
    a: np.ndarray
    b: np.ndarray

    @classmethod
    def of(cls, adjacency: np.ndarray) -> Neighbours:
        """Read a symmetric boolean matrix; what a unit says of itself does not count."""
        matrix = np.asarray(adjacency, dtype=bool)
        a, b = np.nonzero(np.triu(matrix | matrix.T, 1))
        lists: list[list[int]] = [[] for _ in range(len(matrix))]
        for one, other in zip(a.tolist(), b.tolist(), strict=True):
            lists[one].append(other)
            lists[other].append(one)
        of_unit = tuple(tuple(sorted(one)) for one in lists)
        island = np.full(len(matrix), -1, dtype=np.int64)
        for number, piece in enumerate(pieces(of_unit, range(len(matrix)))):
            island[list(piece)] = number
        return cls(of_unit, island, a, b)

    def __len__(self) -> int:
        return len(self.of_unit)


def pieces(of_unit: Sequence[Sequence[int]], units: Iterable[int]) -> list[set[int]]:
    """Part some units into pieces that hang together, in the order of their lowest unit."""
    left = set(units)
    found = []
    for first in sorted(left):
        if first not in left:
            continue
        left.discard(first)
        piece, todo = {first}, [first]
        while todo:
            for other in of_unit[todo.pop()]:
                if other in left:
                    left.discard(other)
                    piece.add(other)
                    todo.append(other)
        found.append(piece)
    return found


def hangs_together(of_unit: Sequence[Sequence[int]], units: set[int]) -> bool:
    """Whether some units are one piece; nobody is."""
    if len(units) < 2:
        return True
    first = next(iter(units))
    seen, todo = {first}, [first]
    while todo:
        for other in of_unit[todo.pop()]:
            if other in units and other not in seen:
                seen.add(other)
                todo.append(other)
    return len(seen) == len(units)


def separator(of_unit: Sequence[Sequence[int]], piece: set[int], root: int) -> list[int]:
    """Find few units outside a piece of which every way from the piece to `root` uses one, ascending."""
    around = {other for one in piece for other in of_unit[one]} - piece
    if root in around:
        return [root]
    reached, todo, hit = {root}, [root], set()
    while todo:
        for other in of_unit[todo.pop()]:
            if other in around:
                hit.add(other)
            elif other not in reached:
                reached.add(other)
                todo.append(other)
    return sorted(hit)
