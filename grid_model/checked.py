"""What the rules of the check look at: the project, and what several of them need worked out once."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt
import pandas as pd

from grid_model.feeding import feeding_transformers
from grid_model.issue import Issue, Severity
from grid_model.project import Project
from grid_model.topology import SwitchState, TopologyIndex

MV_ABOVE_KV = 1.0
"""A node above this voltage is medium voltage."""

PLACED = (
    "substations",
    "connectivity_nodes",
    "switches",
    "power_transformers",
    "poles",
    "junctions",
    "customers",
)
"""Tables whose rows should have a place."""


@dataclass(frozen=True)
class Checked:
    """The project under check, with what several rules need worked out once."""

    project: Project

    def frame(self, table: str) -> pd.DataFrame:
        """Give the rows of `table`."""
        return self.project.frame(table)

    @cached_property
    def normal(self) -> TopologyIndex:
        """The network in its normal state."""
        return TopologyIndex.build(self.project, SwitchState.NORMAL)

    @cached_property
    def customers(self) -> pd.DataFrame:
        """Customers in use."""
        frame = self.frame("customers")
        return frame[frame["status"] != "closed"]

    @cached_property
    def areas(self) -> pd.DataFrame:
        """Transformer areas without those of a substation's transformers, which feed medium voltage."""
        rows, transformers = self.frame("transformer_areas"), self.frame("power_transformers")
        high = transformers["lv_node"].map(self.voltages) > MV_ABOVE_KV
        mv_only = set(transformers["transformer_area"][high]) - set(transformers["transformer_area"][~high])
        return rows[~rows["id"].isin(mv_only)]

    @cached_property
    def voltages(self) -> pd.Series:
        """Voltage of each node in kV, by identifier."""
        return self.frame("connectivity_nodes").set_index("id")["nominal_kv"]

    @cached_property
    def node_places(self) -> pd.DataFrame:
        """Place (x, y) of each node, by identifier."""
        return self.frame("connectivity_nodes").set_index("id")[["x", "y"]]

    @cached_property
    def transformer_feeders(self) -> pd.Series:
        """The feeder each transformer hangs on in the normal state (by row); missing without supply."""
        index = self.normal
        names = index.feeder_of_nodes(self.project)
        nodes = index.wiring.nodes(self.frame("power_transformers")["hv_node"])
        first = index.first_switches
        rows = [int(first[node]) if node >= 0 else -1 for node in nodes.tolist()]
        return pd.Series([names.get(row) for row in rows], dtype="str")

    @cached_property
    def transformer_supplied(self) -> npt.NDArray[np.bool_]:
        """Whether each transformer has supply in the normal state."""
        nodes = self.normal.wiring.nodes(self.frame("power_transformers")["hv_node"])
        return np.asarray((nodes >= 0) & self.normal.supplied[np.maximum(nodes, 0)], dtype=bool)

    @cached_property
    def network_area(self) -> pd.Series:
        """The area each low-voltage customer in use hangs on by its usage points; missing where unknown."""
        points = self.frame("usage_points")
        transformers = self.frame("power_transformers").set_index("id")["transformer_area"]
        placed = points[points["node"].notna()].drop_duplicates("customer")
        frames = {
            name: self.frame(name)
            for name in (
                "connectivity_nodes",
                "ac_line_segments",
                "switches",
                "power_transformers",
                "energy_sources",
            )
        }
        feeding = feeding_transformers(frames, placed["node"].reset_index(drop=True))
        area = pd.Series(
            transformers.reindex(feeding).to_numpy(), index=pd.Index(placed["customer"]), dtype="str"
        )
        low = self.customers[self.customers["customer_class"] != "mv"]
        return pd.Series(area.reindex(low["id"]).to_numpy(), index=low.index, dtype="str")

    def places(self, table: str) -> pd.DataFrame:
        """Give x and y of each row of a table of points, its own or else that of its node or box."""
        frame = self.frame(table)
        own = frame[["x", "y"]].copy()
        for nodes in self._nodes_of(table, frame):
            own = own.where(
                own.notna().all(axis=1), self.node_places.reindex(nodes).set_axis(frame.index), axis=0
            )
        return own

    def _nodes_of(self, table: str, frame: pd.DataFrame) -> Iterator[pd.Series]:
        if table == "customers":
            points = self.frame("usage_points").drop_duplicates("customer").set_index("customer")
            yield points["node"].reindex(frame["id"])
            boxes = self.frame("junctions").set_index("id")["node"]
            yield pd.Series(boxes.reindex(points["meter_box"].reindex(frame["id"])).to_numpy())
        for name in ("node_a", "hv_node", "node"):
            if name in frame:
                yield frame[name]


Rule: TypeAlias = Callable[[Checked], Iterator[Issue]]


def findings(
    severity: Severity, code: str, table: str, rows: pd.DataFrame, where: Any, **details: Any
) -> Iterator[Issue]:
    """Yield a finding for each of `rows` where the mask `where` holds; details are scalars or Series."""
    at = np.flatnonzero(np.asarray(where, dtype=bool))
    columns = {
        name: value.iloc[at].tolist() if isinstance(value, pd.Series) else [value] * len(at)
        for name, value in details.items()
    }
    for n, one in enumerate(rows["id"].iloc[at]):
        yield Issue(severity, code, table, one, {name: _plain(cells[n]) for name, cells in columns.items()})


def _plain(value: Any) -> Any:
    if value is None or value != value:
        return ""
    return int(value) if isinstance(value, float) and value.is_integer() else value


def feeder_by_network(checked: Checked) -> pd.Series:
    """Give the feeder of each area by the network (by row), where that is a row of the feeder table."""
    rows = checked.frame("transformer_areas")
    transformers = checked.frame("power_transformers")
    known = checked.transformer_feeders.where(
        checked.transformer_feeders.isin(checked.frame("feeders")["id"])
    )
    pairs = (
        pd.DataFrame({"area": transformers["transformer_area"], "feeder": known}).dropna().drop_duplicates()
    )
    single = pairs[~pairs["area"].duplicated(keep=False)].set_index("area")["feeder"]
    return rows["id"].map(single).astype("str")
