"""Endings that take more than the last dot to tell."""

from __future__ import annotations

from pathlib import Path

OSM = (".osm", ".osm.gz", ".pbf")
"""Extracts of OpenStreetMap."""


def is_osm(path: Path) -> bool:
    """Whether the name is that of an extract of OpenStreetMap."""
    return path.name.lower().endswith(OSM)
