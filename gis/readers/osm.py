"""Read an OpenStreetMap extract (``.osm``, ``.osm.gz``, ``.pbf``): its roads, and its rivers and ridges.

GDAL gives the ways as lines; tags without a field of their own are taken out of ``other_tags``. Only ways
that are one or the other are read: an extract of a county holds a thousand other things.
"""

from __future__ import annotations

import re
import warnings
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from gis.readers.raw import RawTable, tidy
from grid_model.errors import GridError

ROADS, BARRIERS = "roads", "barriers"
"""Sheets of an extract."""

_TAGS: Mapping[str, tuple[str, ...]] = {
    ROADS: ("oneway", "junction", "maxspeed", "ref", "surface", "tracktype", "bridge", "tunnel"),
    BARRIERS: ("natural", "boundary", "intermittent"),
}
_WHERE: Mapping[str, str] = {
    ROADS: "highway IS NOT NULL",
    BARRIERS: "waterway IN ('river', 'canal') OR other_tags LIKE '%\"natural\"=>\"ridge\"%' "
    'OR other_tags LIKE \'%"natural"=>"arete"%\' OR other_tags LIKE \'%"boundary"=>"administrative"%\'',
}
_PAIR = re.compile(r'"((?:[^"\\]|\\.)*)"=>"((?:[^"\\]|\\.)*)"')


def read_osm(path: Path, file: str) -> Sequence[RawTable]:
    """Read roads and barriers, a sheet each.

    Raises
    ------
    GridError
        ``damaged-shapes``.
    """
    from pyogrio.errors import DataLayerError, DataSourceError

    source = f"/vsigzip/{path.resolve()}" if path.name.lower().endswith(".gz") else str(path)
    try:
        return tuple(_sheet(source, file, sheet) for sheet in (ROADS, BARRIERS))
    except (DataSourceError, DataLayerError, UnicodeDecodeError, RuntimeError) as error:
        raise GridError("damaged-shapes", file=file) from error


def _sheet(source: str, file: str, sheet: str) -> RawTable:
    import shapely
    from pyogrio.raw import read

    own = ["osm_id", "name", "highway"] if sheet == ROADS else ["osm_id", "name", "waterway"]
    with warnings.catch_warnings():
        # GDAL warns of each way whose nodes the extract has cut off; the rest of the way is read.
        warnings.simplefilter("ignore", RuntimeWarning)
        meta, _fids, shapes, fields = read(
            source, layer="lines", columns=[*own, "other_tags"], where=_WHERE[sheet]
        )
    found: dict[str, Any] = dict(zip(meta["fields"], fields, strict=True))
    tags = [dict(_PAIR.findall(text)) if isinstance(text, str) else {} for text in found["other_tags"]]
    cells = {name: [one if isinstance(one, str) else "" for one in found[name]] for name in own}
    cells |= {name: [one.get(name, "") for one in tags] for name in _TAGS[sheet]}
    if sheet == BARRIERS:
        parts = zip(cells.pop("waterway"), cells["natural"], cells.pop("boundary"), strict=True)
        cells["kind"] = [water or natural or boundary for water, natural, boundary in parts]
        del cells["natural"]
    frame = pd.DataFrame({name: tidy(pd.Series(one, dtype="str")) for name, one in cells.items()})
    lines = np.asarray(shapely.from_wkb(shapes, on_invalid="ignore"), dtype=object)
    rows: np.ndarray = np.arange(1, len(frame) + 1, dtype=np.int64)
    return RawTable(file, frame, rows, sheet, lines, meta["crs"] or "EPSG:4326")
