"""Every limit and coefficient that practice, not law, has set: one table, each number editable in a project.

A project's ``settings`` rows override the values here by name (`DOMAIN` preface: every practice or
default number has name, value, unit, source and date). Code never holds such a number itself; it asks
`setting`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from grid_model.errors import GridError
from grid_model.project import Project
from resources.i18n import N_

AS_OF = "2026-11-20"
"""Date of the values below; a project's row brings its own."""

PRACTICE = N_("Common practice of supply stations")
SAFETY_RULES = N_("Safety rules for work on distribution networks (配电安规)")
SERVICE_PROMISE = N_("Service promise of the utilities")
SUPPLY_RULES = N_("Rules of electricity supply and business (供电营业规则)")
PROGRAM = N_("Default of this program")


@dataclass(frozen=True, slots=True)
class Setting:
    """One number (or word) with where it comes from.

    Parameters
    ----------
    name
        Fixed, such as ``group.max_pair_minutes``; the id of a row of the table ``settings``.
    value
        A number; whole numbers are `int` and stay whole.
    unit
        Empty for a count, a share or a factor.
    source
        Marked text: who says so.
    meaning
        Marked text.
    minimum, maximum
        What the value may be at least and at most; None: free.
    as_of
        ISO date of the value.
    overridden
        Whether the project holds a row of its own for it.
    """

    name: str
    value: float
    unit: str
    source: str
    meaning: str
    minimum: float | None = 0
    maximum: float | None = None
    as_of: str = AS_OF
    overridden: bool = False


GROUP_SETTINGS = (
    Setting("group.min_size", 3, "", PRACTICE, N_("Fewest managers in a mutual-aid group"), 1),
    Setting("group.max_size", 5, "", PRACTICE, N_("Most managers in a mutual-aid group"), 1),
    Setting("group.target_size", 4, "", PRACTICE, N_("Managers a mutual-aid group should have"), 1),
    Setting(
        "group.hard_min_size",
        2,
        "",
        SAFETY_RULES,
        N_("Fewest managers a group may ever have: nobody works alone"),
        1,
    ),
    Setting("group.hard_max_size", 8, "", PRACTICE, N_("Most managers a group may ever have"), 1),
    Setting(
        "group.max_pair_minutes", 30.0, "min", PRACTICE, N_("Longest travel between two members of a group")
    ),
    Setting(
        "group.travel_weight",
        1.0,
        "",
        PROGRAM,
        N_("Weight of travel: size times the mean minutes between two members"),
    ),
    Setting(
        "group.imbalance_weight_min",
        30.0,
        "min",
        PROGRAM,
        N_("Cost of one manager's mean workload too much or too little"),
    ),
    Setting(
        "group.size_weight_min",
        10.0,
        "min",
        PROGRAM,
        N_("Cost of one member more or less than the target size"),
    ),
    Setting("group.longest_weight", 0.0, "", PROGRAM, N_("Weight of the longest way between two members")),
    Setting(
        "group.change_weight_min",
        0.0,
        "min",
        PROGRAM,
        N_("Cost of a manager who leaves his group of the scheme in force"),
    ),
    Setting(
        "group.feeder_weight_min",
        0.0,
        "min",
        PROGRAM,
        N_("Cost of each group more than one that shares a feeder"),
    ),
    Setting(
        "group.village_weight_min",
        0.0,
        "min",
        PROGRAM,
        N_("Cost of each group more than one that shares a village"),
    ),
    Setting(
        "group.max_candidates",
        3_000_000,
        "",
        PROGRAM,
        N_("Most possible groups listed one by one; beyond it they are made as needed"),
        1,
    ),
    Setting("group.max_balance", 1.25, "", PRACTICE, N_("Highest workload of a manager over the mean")),
)

TERRITORY_SETTINGS = (
    Setting("travel.speed_kmh", 30.0, "km/h", PRACTICE, N_("Speed where no road network is loaded"), 1),
    Setting("travel.factor_plain", 1.3, "", PRACTICE, N_("Way over straight line, plain"), 1),
    Setting("travel.factor_hill", 1.45, "", PROGRAM, N_("Way over straight line, hills"), 1),
    Setting("travel.factor_mountain", 1.6, "", PRACTICE, N_("Way over straight line, mountains"), 1),
    Setting(
        "travel.use_roads",
        1,
        "",
        PROGRAM,
        N_("Travel along the roads where there are some (1), or always by straight line (0)"),
        0,
        1,
    ),
    Setting("travel.speed_motorway_kmh", 80.0, "km/h", PROGRAM, N_("Speed on motorways"), 1),
    Setting("travel.speed_trunk_kmh", 60.0, "km/h", PROGRAM, N_("Speed on main roads"), 1),
    Setting("travel.speed_county_kmh", 45.0, "km/h", PROGRAM, N_("Speed on county roads"), 1),
    Setting("travel.speed_township_kmh", 35.0, "km/h", PROGRAM, N_("Speed on township roads"), 1),
    Setting("travel.speed_village_kmh", 25.0, "km/h", PROGRAM, N_("Speed on village roads"), 1),
    Setting("travel.speed_track_kmh", 15.0, "km/h", PROGRAM, N_("Speed on tracks and lanes"), 1),
    Setting("travel.walk_kmh", 5.0, "km/h", PROGRAM, N_("Speed on foot from a place to the road"), 1),
    Setting(
        "travel.snap_limit_m",
        500.0,
        "m",
        PROGRAM,
        N_("Farther than this from a road a place is off the roads"),
    ),
    Setting(
        "travel.join_ends_m",
        1.0,
        "m",
        PROGRAM,
        N_("A road that ends this near to another road or its end meets it there"),
    ),
    Setting(
        "travel.join_crossings",
        0,
        "",
        PROGRAM,
        N_("Roads that cross without a common point meet there (1), or pass over each other (0)"),
        0,
        1,
    ),
    Setting(
        "travel.fragment_km",
        1.0,
        "km",
        PROGRAM,
        N_("Roads that hang together over less than this are left for a longer network nearby"),
    ),
    Setting(
        "territory.min_shared_border_m",
        50.0,
        "m",
        PROGRAM,
        N_("Shared border from which territories are neighbours"),
    ),
    Setting(
        "territory.gap_tolerance_m",
        2.0,
        "m",
        PROGRAM,
        N_("Gap between two outlines that still counts as a shared border"),
    ),
    Setting(
        "territory.barrier_reach_m",
        30.0,
        "m",
        PROGRAM,
        N_("A border this near to a river, ridge or town border is cut by it"),
    ),
    Setting(
        "territory.crossing_reach_m",
        100.0,
        "m",
        PROGRAM,
        N_("Areas this near to a bridge, pass or ferry touch there, where it has no reach of its own"),
    ),
    Setting(
        "outline.hull_buffer_m",
        300.0,
        "m",
        PROGRAM,
        N_("Margin around the customers where a station has no boundary"),
    ),
    Setting(
        "outline.thin_m",
        20.0,
        "m",
        PROGRAM,
        N_("Customers of one area nearer than this count as one place in an outline"),
        0.1,
    ),
    Setting("outline.simplify_m", 5.0, "m", PROGRAM, N_("How far a generated outline may be straightened")),
)

WORKLOAD_SETTINGS = (
    Setting("workload.weight_customers", 0.40, "", PRACTICE, N_("Share of customers in the workload index")),
    Setting(
        "workload.weight_areas", 0.25, "", PRACTICE, N_("Share of transformer areas in the workload index")
    ),
    Setting(
        "workload.weight_lv_km", 0.20, "", PRACTICE, N_("Share of low-voltage lines in the workload index")
    ),
    Setting("workload.weight_mv_km", 0.10, "", PRACTICE, N_("Share of 10 kV lines in the workload index")),
    Setting("workload.weight_km2", 0.05, "", PRACTICE, N_("Share of the surface in the workload index")),
    Setting("workload.weight_pv_kw", 0.0, "", PROGRAM, N_("Share of PV in the workload index")),
    Setting(
        "workload.weight_ev", 0.0, "", PROGRAM, N_("Share of customers with a charger in the workload index")
    ),
    Setting(
        "workload.weight_low_voltage",
        0.0,
        "",
        PROGRAM,
        N_("Share of areas with low voltage in the workload index"),
    ),
    Setting("workload.unit_customers", 1000.0, "", PRACTICE, N_("Customers of a full workload"), 1),
    Setting("workload.unit_areas", 15.0, "", PRACTICE, N_("Transformer areas of a full workload"), 1),
    Setting("workload.unit_lv_km", 20.0, "km", PRACTICE, N_("Low-voltage lines of a full workload"), 0.1),
    Setting("workload.unit_mv_km", 10.0, "km", PRACTICE, N_("10 kV lines of a full workload"), 0.1),
    Setting("workload.unit_km2", 15.0, "km²", PRACTICE, N_("Surface of a full workload"), 0.1),
    Setting("workload.unit_pv_kw", 500.0, "kW", PROGRAM, N_("PV of a full workload"), 0.1),
    Setting("workload.unit_ev", 50.0, "", PROGRAM, N_("Customers with a charger of a full workload"), 1),
    Setting(
        "workload.unit_low_voltage", 3.0, "", PROGRAM, N_("Areas with low voltage of a full workload"), 1
    ),
    Setting("workload.terrain_plain", 1.0, "", PRACTICE, N_("Workload factor, plain"), 0.1),
    Setting("workload.terrain_hill", 1.2, "", PRACTICE, N_("Workload factor, hills"), 0.1),
    Setting("workload.terrain_mountain", 1.5, "", PRACTICE, N_("Workload factor, mountains"), 0.1),
)

MANAGER_SETTINGS = (
    Setting("manager.min_customers", 800, "", PRACTICE, N_("Fewest customers of a district manager")),
    Setting("manager.max_customers", 1500, "", PRACTICE, N_("Most customers of a district manager")),
    Setting("manager.min_areas", 8, "", PRACTICE, N_("Fewest transformer areas of a district manager")),
    Setting("manager.max_areas", 20, "", PRACTICE, N_("Most transformer areas of a district manager")),
    Setting("response.urban_min", 45.0, "min", SERVICE_PROMISE, N_("Arrival promised in towns")),
    Setting("response.rural_min", 90.0, "min", SERVICE_PROMISE, N_("Arrival promised in the country")),
    Setting("response.remote_min", 120.0, "min", SERVICE_PROMISE, N_("Arrival promised in remote places")),
)

ASSIGN_SETTINGS = (
    Setting(
        "assign.max_load",
        1.25,
        "",
        PRACTICE,
        N_("Most work of a manager over the mean of his station, when areas are assigned"),
        1,
    ),
    Setting(
        "assign.min_load",
        0.6,
        "",
        PROGRAM,
        N_("Least work of a manager over the mean of his station, when areas are assigned"),
        0,
        1,
    ),
    Setting(
        "assign.imbalance_weight_min",
        30.0,
        "min",
        PROGRAM,
        N_("Cost of a manager's load that is a whole mean load too much or too little"),
    ),
    Setting(
        "assign.change_weight_min",
        20.0,
        "min",
        PROGRAM,
        N_("Cost of a whole mean load of areas that get another manager"),
    ),
    Setting(
        "standin.outside_group_min",
        30.0,
        "min",
        PROGRAM,
        N_("Minutes a stand-in of another group counts farther away"),
    ),
    Setting("standin.change_min", 5.0, "min", PROGRAM, N_("Minutes a new stand-in counts farther away")),
    Setting(
        "standin.imbalance_weight_min",
        30.0,
        "min",
        PROGRAM,
        N_("Cost of standing in for a whole mean load too much or too little"),
    ),
    Setting(
        "replan.change_weight_min",
        120.0,
        "min",
        PROGRAM,
        N_("Cost of a manager who leaves his group when as little as possible is to change"),
    ),
)

CHECK_SETTINGS = (
    Setting(
        "check.max_box_distance_m",
        500.0,
        "m",
        PRACTICE,
        N_("Supply radius: longest way from a transformer to a meter box, as the crow flies"),
    ),
    Setting("check.max_span_mv_m", 150.0, "m", PRACTICE, N_("Longest span of a 10 kV overhead line")),
    Setting("check.max_span_lv_m", 80.0, "m", PRACTICE, N_("Longest span of a 0.4 kV overhead line")),
    Setting("check.join_distance_m", 1.0, "m", PRACTICE, N_("Line ends nearer than this should be joined")),
    Setting("check.max_customers_per_phone", 5, "", PRACTICE, N_("Most customers with the same phone"), 1),
    Setting("check.max_data_age_days", 31, "d", PRACTICE, N_("Age from which data counts as old")),
    Setting(
        "check.target_customer_area",
        0.99,
        "",
        PRACTICE,
        N_("Target: customers whose area agrees (户变一致率)"),
        0,
        1,
    ),
    Setting(
        "check.target_area_feeder",
        0.995,
        "",
        PRACTICE,
        N_("Target: areas whose feeder agrees (线变一致率)"),
        0,
        1,
    ),
    Setting(
        "check.target_transformers",
        1.0,
        "",
        PRACTICE,
        N_("Target: transformers with an area (变压器对应率)"),
        0,
        1,
    ),
    Setting(
        "check.target_connected",
        1.0,
        "",
        PRACTICE,
        N_("Target: transformers with supply in the normal state (拓扑连通率)"),
        0,
        1,
    ),
    Setting(
        "check.target_placed", 0.99, "", PRACTICE, N_("Target: objects with coordinates (坐标完整率)"), 0, 1
    ),
)

OUTAGE_SETTINGS = (
    Setting(
        "outage.pv_share_noted",
        0.25,
        "",
        PRACTICE,
        N_("PV over capacity of an area from which it is flagged"),
    ),
    Setting(
        "outage.pv_share_severe",
        0.80,
        "",
        PRACTICE,
        N_("PV over capacity of an area from which it is flagged as severe"),
    ),
    Setting(
        "outage.demand_factor",
        0.4,
        "",
        PROGRAM,
        N_("Load over rated power of transformers, where a tie is checked against a limit"),
        0,
        2,
    ),
    Setting(
        "outage.isolation_minutes",
        40.0,
        "min",
        PRACTICE,
        N_("From the fault until it is isolated, as proposed"),
    ),
    Setting(
        "outage.restoration_minutes",
        70.0,
        "min",
        PRACTICE,
        N_("From the fault until the first tie closes, as proposed"),
    ),
    Setting(
        "outage.repair_minutes",
        180.0,
        "min",
        PRACTICE,
        N_("From the fault until it is repaired, as proposed"),
    ),
    Setting(
        "outage.operation_minutes",
        5.0,
        "min",
        PROGRAM,
        N_("One switching operation more, where several follow one another"),
    ),
    Setting(
        "outage.short_loop_allowed",
        0,
        "",
        PROGRAM,
        N_("Whether feeders may be joined for a moment to go back without interruption (1: yes, 0: no)"),
        0,
        1,
    ),
    Setting(
        "outage.momentary_minutes",
        3.0,
        "min",
        N_("DL/T 836: a sustained interruption is longer"),
        N_("Interruptions up to this long do not count towards the reliability figures"),
    ),
    Setting(
        "outage.search_limit",
        5000,
        "",
        PROGRAM,
        N_("States tried when restoring over several ties, before the best so far is taken"),
        1,
    ),
)

PLAN_CHECK_SETTINGS = (
    Setting(
        "outage.frequent_days",
        60,
        "d",
        PRACTICE,
        N_("Days within which the outages of a transformer area are counted (频繁停电)"),
        1,
    ),
    Setting(
        "outage.frequent_warn",
        2,
        "",
        PRACTICE,
        N_("Outages of an area within these days from which a plan is warned of"),
        1,
    ),
    Setting(
        "outage.frequent_alarm",
        3,
        "",
        PRACTICE,
        N_("Outages of an area within these days from which a plan needs a reason"),
        1,
    ),
    Setting(
        "outage.planned_per_year",
        2,
        "",
        PRACTICE,
        N_("Planned outages of an area in a calendar year; one more is warned of"),
    ),
    Setting(
        "outage.budget_warn",
        0.8,
        "",
        PRACTICE,
        N_("Share of a feeder's monthly outage budget (时户数预算) from which a plan is warned of"),
    ),
    Setting(
        "outage.budget_limit",
        1.0,
        "",
        PRACTICE,
        N_("Share of a feeder's monthly outage budget (时户数预算) from which a plan needs a reason"),
    ),
    Setting(
        "outage.notice_planned_h",
        168.0,
        "h",
        SUPPLY_RULES,
        N_("How long before a planned outage the people are told"),
    ),
    Setting(
        "outage.notice_temporary_h",
        24.0,
        "h",
        SUPPLY_RULES,
        N_("How long before a temporary outage the people are told"),
    ),
)

SETTINGS: Mapping[str, Setting] = {
    one.name: one
    for one in (
        *GROUP_SETTINGS,
        *TERRITORY_SETTINGS,
        *WORKLOAD_SETTINGS,
        *MANAGER_SETTINGS,
        *ASSIGN_SETTINGS,
        *CHECK_SETTINGS,
        *OUTAGE_SETTINGS,
        *PLAN_CHECK_SETTINGS,
    )
}
"""Every setting by name, in the order they are listed; other parts of the program add their tuples here."""


def setting(project: Project, name: str) -> float:
    """Give the value in force: the project's row where it has one, else the default.

    Whole-number settings come back as `int`.

    Raises
    ------
    KeyError
        Where there is no such setting.
    GridError
        ``bad-setting`` where the project's row is no number or out of range.
    """
    return described(project, name).value


def whole(project: Project, name: str) -> int:
    """Give the value in force of a setting that counts; see `setting`."""
    return int(setting(project, name))


def described(project: Project, name: str) -> Setting:
    """Give the setting in force with its unit, source and date; raises as `setting`."""
    default = SETTINGS[name]
    rows = project.table("settings")
    if name not in rows:
        return default
    row = rows.row(name)
    return replace(
        default,
        value=_number(default, row["value"]),
        source=row["source"] or default.source,
        as_of=row["as_of"] or default.as_of,
        overridden=True,
    )


def in_force(project: Project) -> tuple[Setting, ...]:
    """Give every setting as it holds in `project`, in the order they are listed; raises as `setting`."""
    return tuple(described(project, name) for name in SETTINGS)


def _number(default: Setting, text: object) -> float:
    try:
        value = float(str(text))
    except ValueError:
        raise GridError("bad-setting", name=default.name, value=text) from None
    low = default.minimum is not None and value < default.minimum
    high = default.maximum is not None and value > default.maximum
    if value != value or value in (float("inf"), float("-inf")) or low or high:
        raise GridError("bad-setting", name=default.name, value=text)
    if isinstance(default.value, int):
        if value != int(value):
            raise GridError("bad-setting", name=default.name, value=text)
        return int(value)
    return value
