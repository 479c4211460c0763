"""The rates of the consistency check (营配贯通核查, `DOMAIN` §3.4), each with its target."""

from __future__ import annotations

from dataclasses import dataclass

from grid_model.checked import PLACED, Checked, feeder_by_network
from grid_model.settings import setting


@dataclass(frozen=True, slots=True)
class Rate:
    """One rate of the consistency check.

    Parameters
    ----------
    name
        Fixed: ``customer_area`` 户变一致率, ``area_feeder`` 线变一致率, ``transformers`` 变压器对应率,
        ``connected`` 拓扑连通率, ``placed`` 坐标完整率.
    good, total
        Objects that agree, and all that count; a total of 0: nothing to judge.
    target
        Share to reach.
    """

    name: str
    good: int
    total: int
    target: float

    @property
    def value(self) -> float | None:
        """The share, None where there is nothing to judge."""
        return self.good / self.total if self.total else None

    @property
    def met(self) -> bool:
        """Whether the target is reached, or there is nothing to judge."""
        return self.value is None or self.value >= self.target


def rates(checked: Checked) -> tuple[Rate, ...]:
    """Work out the rates of `DOMAIN` §3.4."""
    counted = {
        "customer_area": _customer_area(checked),
        "area_feeder": _area_feeder(checked),
        "transformers": _transformers(checked),
        "connected": (int(checked.transformer_supplied.sum()), len(checked.transformer_supplied)),
        "placed": _placed(checked),
    }
    return tuple(
        Rate(name, good, total, setting(checked.project, f"check.target_{name}"))
        for name, (good, total) in counted.items()
    )


def _customer_area(checked: Checked) -> tuple[int, int]:
    """Customers whose area agrees in both sources, and those in use that have one in either."""
    network = checked.network_area
    if not network.notna().any():
        return 0, 0
    stated = checked.customers.loc[network.index, "transformer_area"]
    return int((stated == network).sum()), int((stated.notna() | network.notna()).sum())


def _area_feeder(checked: Checked) -> tuple[int, int]:
    network = feeder_by_network(checked)
    stated = checked.frame("transformer_areas")["feeder"]
    if not network.notna().any():
        return 0, 0
    return int((stated == network).sum()), int((stated.notna() | network.notna()).sum())


def _transformers(checked: Checked) -> tuple[int, int]:
    rows = checked.frame("power_transformers")
    return int(rows["transformer_area"].isin(checked.frame("transformer_areas")["id"]).sum()), len(rows)


def _placed(checked: Checked) -> tuple[int, int]:
    known = [checked.places(table).notna().all(axis=1) for table in PLACED]
    return int(sum(one.sum() for one in known)), sum(len(one) for one in known)
