"""Write a tiny OpenStreetMap extract in its binary form (protocol buffers), for the reader's test."""

from __future__ import annotations

from collections.abc import Mapping, Sequence


def _varint(number: int) -> bytes:
    found = b""
    while True:
        low, number = number & 0x7F, number >> 7
        found += bytes([low | (0x80 if number else 0)])
        if not number:
            return found


def _field(key: int, value: bytes) -> bytes:
    return _varint(key << 3 | 2) + _varint(len(value)) + value


def _packed(key: int, numbers: Sequence[int]) -> bytes:
    return _field(key, b"".join(_varint(one) for one in numbers))


def _deltas(numbers: Sequence[int]) -> list[int]:
    """Differences from one to the next, the sign in the lowest bit."""
    steps = [a - b for a, b in zip(numbers, [0, *numbers[:-1]], strict=True)]
    return [(one << 1) ^ (one >> 63) for one in steps]


def _block(kind: bytes, data: bytes) -> bytes:
    blob = _field(1, data)
    head = _field(1, kind) + _varint(3 << 3) + _varint(len(blob))
    return len(head).to_bytes(4, "big") + head + blob


def pbf(
    nodes: Mapping[int, tuple[float, float]], ways: Mapping[int, tuple[Sequence[int], Mapping[str, str]]]
) -> bytes:
    """Give the bytes of an extract: nodes (longitude, latitude) and ways (nodes, tags) by number."""
    words = ["", *{word for _nodes, tags in ways.values() for pair in tags.items() for word in pair}]
    dense = (
        _packed(1, _deltas(list(nodes)))
        + _packed(8, _deltas([round(y * 1e7) for _x, y in nodes.values()]))
        + _packed(9, _deltas([round(x * 1e7) for x, _y in nodes.values()]))
    )
    lines = b""
    for number, (along, tags) in ways.items():
        way = _varint(1 << 3) + _varint(number) + _packed(2, [words.index(one) for one in tags])
        way += _packed(3, [words.index(one) for one in tags.values()]) + _packed(8, _deltas(along))
        lines += _field(3, way)
    table = b"".join(_field(1, word.encode()) for word in words)
    header = _field(4, b"OsmSchema-V0.6") + _field(4, b"DenseNodes")
    data = _field(1, table) + _field(2, _field(2, dense)) + _field(2, lines)
    return _block(b"OSMHeader", header) + _block(b"OSMData", data)
