"""In which order the layers of the map lie over one another."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from ui.map.layer import Layer


def ordered(layers: Sequence[Layer], names: Iterable[str]) -> list[Layer]:
    """Put the layers that a person can order into the order of `names`, the lowest first.

    Layers that bear no label lie over certain others and keep their place; layers not named in `names`
    come where they stand in `layers`. Base maps lie below everything, in the order they have.
    """
    base = [one for one in layers if one.is_base_map]
    own = [one for one in layers if not one.is_base_map]
    rank = {name: n for n, name in enumerate(names)}
    movable = [one for one in own if one.label]
    known = iter(sorted((one for one in movable if one.name in rank), key=lambda one: rank[one.name]))
    settled = iter([next(known) if one.name in rank else one for one in movable])
    return base + [next(settled) if one.label else one for one in own]
