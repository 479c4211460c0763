"""Add up what a trace found: kVA, users both ways of counting, PV, kilometres of line, important customers.

Everything reached counts, whatever the filters leave on the list; a sum may have a condition of its own.
An area or a customer counts where at least one of its supply points was reached, a transformer, line or
switch where it was itself.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from grid_model.customers import Consumers
from grid_model.trace_configuration import SUMS, TraceSum
from grid_model.traces import TraceResult
from grid_model.wiring import DEVICE_TABLES

UNITS = {"rated_kva": "kVA", "pv_kw": "kW", "line_km": "km"}
"""Units of the sums that have one; the others are counts."""


@dataclass(frozen=True)
class SumFound:
    """One sum.

    Parameters
    ----------
    by_kv
        Of kilometres of line: those of each nominal voltage in kV, highest first; 0: voltage unknown.
    unknown
        Rows whose value is not known and so counts nothing: transformers without rating, lines without
        length.
    """

    asked: TraceSum
    value: float
    unknown: int = 0
    by_kv: tuple[tuple[float, float], ...] = ()

    @property
    def unit(self) -> str:
        """The unit, empty for a count."""
        return UNITS.get(self.asked.measure, "")


def trace_sums(result: TraceResult) -> tuple[SumFound, ...]:
    """Give the sums the configuration asks for, in its order; all of them where it asks for none."""
    asked = result.configuration.sums or tuple(TraceSum(one) for one in SUMS)
    return tuple(_sum(result, one) for one in asked)


def _sum(result: TraceResult, asked: TraceSum) -> SumFound:
    consumers = Consumers.of(result.project)
    match asked.measure:
        case "rated_kva":
            return _added(result, asked, "power_transformers", "rated_kva")
        case "line_km":
            return _kilometres(result, asked)
        case "pv_kw":
            return SumFound(asked, _round(consumers.pv_kw[_rows(result, asked, "pv_units")].sum()))
        case "mv_users":
            areas = consumers.public_areas[_rows(result, asked, "transformer_areas")].sum()
            return SumFound(
                asked, int(areas + consumers.mv_customers[_rows(result, asked, "customers")].sum())
            )
        case "lv_customers":
            return SumFound(asked, int(consumers.lv_customers[_rows(result, asked, "customers")].sum()))
        case "important":
            return SumFound(asked, int(consumers.important[_rows(result, asked, "customers")].sum()))
        case "transformer_areas":
            return SumFound(asked, len(_rows(result, asked, "transformer_areas")))
    return SumFound(asked, sum(len(_rows(result, asked, one)) for one in DEVICE_TABLES))


def _rows(result: TraceResult, asked: TraceSum, table: str) -> np.ndarray:
    """Give the rows of `table` that were reached and that the condition chooses.

    Where the sum counts several tables and the condition is on one of them, only that one counts.
    """
    if asked.where is not None and asked.where.table != table:
        return np.array([], dtype=np.int64)
    rows = result.rows(table)
    if asked.where is None:
        return rows
    return np.asarray(rows[asked.where.expression.mask(result.project)[rows]])


def _added(result: TraceResult, asked: TraceSum, table: str, column: str) -> SumFound:
    values = result.project.frame(table)[column].to_numpy(dtype=np.float64)[_rows(result, asked, table)]
    return SumFound(asked, _round(np.nansum(values)), int(np.isnan(values).sum()))


def _kilometres(result: TraceResult, asked: TraceSum) -> SumFound:
    rows = _rows(result, asked, "ac_line_segments")
    frame = result.project.frame("ac_line_segments")
    metres = frame["length_m"].to_numpy(dtype=np.float64)[rows]
    voltages = np.nan_to_num(frame["nominal_kv"].to_numpy(dtype=np.float64)[rows])
    levels, level = np.unique(voltages, return_inverse=True)
    lengths = np.bincount(level, weights=np.nan_to_num(metres), minlength=len(levels)) / 1000.0
    by_kv = tuple((float(kv), _round(km)) for kv, km in zip(levels[::-1], lengths[::-1], strict=True))
    return SumFound(asked, _round(np.nansum(metres) / 1000.0), int(np.isnan(metres).sum()), by_kv)


def _round(value: float) -> float:
    return round(float(value), 6)
