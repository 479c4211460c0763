"""Why a customer is on the list."""

from __future__ import annotations

import pytest

from grid_model.customers import Basis
from grid_model.errors import GridError
from grid_model.reasons import why
from grid_model.tracing import trace_outage
from tests.drawing import draw


def test_the_way_from_the_customer_to_the_open_point() -> None:
    network = draw("s k1 a", "a l1 b", "b t1 c", "c l2 d", sources=["s"], points={"u": "d"})
    reason = why(network, trace_outage(network, [("open", "k1")]), "u")
    assert (reason.status, reason.basis) == ("out", Basis.TOPOLOGY)
    assert [one.id for one in reason.path] == ["l2", "t1", "l1", "k1"]
    assert reason.open_point is not None
    assert reason.open_point.id == "k1"


def test_a_customer_with_another_supply_names_the_one_that_broke() -> None:
    network = draw("s1 k1 a", "s2 k2 b", sources=["s1", "s2"], points={"u": ["b", "a"]})
    reason = why(network, trace_outage(network, [("open", "k2")]), "u")
    assert reason.status == "backup"
    assert reason.open_point is not None
    assert reason.open_point.id == "k2"


def test_a_supplied_customer_shows_the_way_to_its_source() -> None:
    network = draw("s k1 a", "a l1 b", "a k2 c", sources=["s"], points={"u": "b", "v": "c"})
    reason = why(network, trace_outage(network, [("open", "k2")]), "u")
    assert (reason.status, reason.open_point, [one.id for one in reason.path]) == (
        "supplied",
        None,
        ["l1", "k1"],
    )


def test_what_cannot_be_judged_says_so() -> None:
    network = draw(
        "s k1 a",
        "x l1 y",
        sources=["s"],
        points={"u": "y", "w": "", "v": "a"},
        customers={"v": {"status": "closed"}},
    )
    trace = trace_outage(network, [("open", "k1")])
    assert [(why(network, trace, one).status, why(network, trace, one).basis) for one in ("u", "w", "v")] == [
        ("unknown", Basis.TOPOLOGY),
        ("unknown", Basis.NONE),
        ("closed", Basis.NONE),
    ]
    with pytest.raises(GridError, match="unknown-object"):
        why(network, trace, "nobody")


def test_a_source_that_tripped_is_the_open_point() -> None:
    network = draw("s l1 a", sources=["s"], points={"u": "a"})
    reason = why(network, trace_outage(network, [("fault", "l1")]), "u")
    assert reason.open_point is not None
    assert (reason.open_point.table, reason.open_point.id) == ("energy_sources", "@s")
