"""The tables of planning and record: schemes, groups, grids, outages, settings, issues, attachments."""

from __future__ import annotations

from grid_model.schema import (
    Choice,
    Shape,
    TableSchema,
    choice,
    date,
    flag,
    geometry,
    integer,
    json,
    position,
    real,
    reference,
    text,
    time,
)
from grid_model.schema_territory import OUTLINE_SOURCES
from resources.i18n import N_

SCHEME = reference("scheme", "schemes", N_("Scheme"), N_("The grouping it belongs to."), required=True)

RECORD_TABLES = (
    TableSchema(
        "schemes", N_("Schemes"), N_("Groupings side by side; one is in force."),
        (
            text("id", N_("Code"), required=True),
            text("name", N_("Name"), required=True),
            flag("in_force", N_("In force"), N_("The grouping that holds; at most one."), False),
            choice("status", N_("Status"), (
                Choice("optimal", N_("Proved optimal")),
                Choice("feasible", N_("Valid, not proved best")),
                Choice("manual", N_("Made by hand")),
            )),
            real("objective", N_("Cost"), "min", N_("Value of the objective; lower is better.")),
            real("bound", N_("Lower bound"), "min", N_("No valid grouping costs less than this.")),
            json("parameters", N_("Parameters"), N_("Sizes, weights and rules it was made with.")),
            date("created_on", N_("Made on"), N_("Planning date when it was made.")),
            text("prepared_by", N_("Prepared by")),
            text("checked_by", N_("Checked by")),
            text("approved_by", N_("Approved by")),
            date("approved_on", N_("Approved on")),
        ),
        room="planning", aliases=("方案",),
    ),
    TableSchema(
        "mutual_aid_groups", N_("Mutual-aid groups"), N_("Neighbouring managers who help and guard each other."),
        (
            text("id", N_("Code"), required=True),
            SCHEME,
            text("number", N_("Group number")),
            text("name", N_("Name"), required=True),
            reference("leader", "district_managers", N_("Leader")),
            flag("locked", N_("Locked"), N_("A new grouping keeps its members as they are."), False),
            integer("color", N_("Colour"), N_("Number in the palette; stays from plan to plan.")),
        ),
        room="planning", aliases=("互助组",),
    ),
    TableSchema(
        "group_members", N_("Group members"), N_("Which manager is in which group, by scheme."),
        (
            text("id", N_("Code"), required=True),
            SCHEME,
            reference("mutual_aid_group", "mutual_aid_groups", N_("Mutual-aid group"), required=True),
            reference("manager", "district_managers", N_("District manager"), required=True),
        ),
        room="planning",
    ),
    TableSchema(
        "service_grids", N_("Service grids"), N_("Unions of transformer areas served by one group."),
        (
            text("id", N_("Code"), required=True),
            SCHEME,
            text("number", N_("Grid number"), aliases=("网格编号",)),
            text("name", N_("Name"), required=True, aliases=("网格名称",)),
            reference("mutual_aid_group", "mutual_aid_groups", N_("Mutual-aid group")),
            text("wechat_group", N_("WeChat group"), aliases=("微信群",)),
            choice("outline_source", N_("Outline"), OUTLINE_SOURCES),
            geometry(N_("Outline")),
        ),
        Shape.AREA, room="planning", aliases=("供电服务网格", "网格"),
    ),
    TableSchema(
        "grid_areas", N_("Areas of grids"), N_("Which transformer area is in which service grid, by scheme."),
        (
            text("id", N_("Code"), required=True),
            SCHEME,
            reference("service_grid", "service_grids", N_("Service grid"), required=True),
            reference("transformer_area", "transformer_areas", N_("Transformer area"), required=True),
        ),
        room="planning",
    ),
    TableSchema(
        "area_assignments", N_("Managers of areas by scheme"),
        N_("Which manager a scheme gives to an area; the area itself names who is responsible now."),
        (
            text("id", N_("Code"), required=True),
            SCHEME,
            reference("transformer_area", "transformer_areas", N_("Transformer area"), required=True),
            reference("manager", "district_managers", N_("District manager"), N_("Responsible manager (A role).")),
            reference("backup_manager", "district_managers", N_("Stand-in"), N_("Stand-in manager (B role).")),
            flag("locked", N_("Locked"), N_("A new assignment leaves the area where it is."), False),
        ),
        room="planning",
    ),
    TableSchema(
        "grouping_rules", N_("Rules of grouping"), N_("What the planner demands of every grouping."),
        (
            text("id", N_("Code"), required=True),
            choice("kind", N_("Kind"), (
                Choice("together", N_("Must be together")),
                Choice("apart", N_("Must be apart")),
                Choice("leader", N_("Leads a group")),
                Choice("whole_town", N_("Town stays whole")),
            ), required=True, default="together"),
            json("members", N_("Managers"), N_("Staff numbers the rule is about.")),
            text("town", N_("Town")),
            flag("active", N_("Holds"), N_("A rule that does not hold is kept and left out."), True),
        ),
        room="planning",
    ),
    TableSchema(
        "settings", N_("Settings of the station"), N_("Limits and coefficients with unit, source and date."),
        (
            text("id", N_("Setting"), required=True),
            text("value", N_("Value"), required=True),
            text("unit", N_("Unit")),
            text("source", N_("Source")),
            date("as_of", N_("As of")),
        ),
        room="planning",
    ),
    TableSchema(
        "outages", N_("Outages"), N_("Planned and unplanned outages with their steps and results."),
        (
            text("id", N_("Number"), required=True, aliases=("编号", "停电编号")),
            text("name", N_("Title")),
            choice("reliability_class", N_("Reliability class"), (
                Choice("planned", N_("Planned"), ("计划",)),
                Choice("temporary", N_("Temporary"), ("临时",)),
                Choice("rationing", N_("Rationing"), ("限电",)),
                Choice("internal_fault", N_("Internal fault"), ("内部故障",)),
                Choice("external_fault", N_("External fault"), ("外部故障",)),
            ), N_("After DL/T 836.")),
            text("information_class", N_("Information class"), N_("Practice code such as 07; not the same as the reliability class.")),
            text("cause", N_("Cause"), aliases=("停电原因",)),
            reference("feeder", "feeders", N_("Feeder")),
            text("device", N_("Device"), N_("``table:id`` of the device that opens or fails.")),
            text("equipment_scope", N_("Equipment scope"), aliases=("停电区域",)),
            text("place_scope", N_("Place scope"), aliases=("停电范围",)),
            time("planned_off", N_("Planned off")),
            time("planned_on", N_("Planned on")),
            time("actual_off", N_("Actual off")),
            time("actual_on", N_("Actual on")),
            time("announced", N_("Announced"), N_("When the people were told."), aliases=("停电公告时间", "公告发布时间", "公告日期", "通知时间", "停电通知时间", "告知时间")),
            choice("state", N_("Switch state"), (Choice("normal", N_("Normal state")), Choice("current", N_("Current state")))),
            json("steps", N_("Steps"), N_("Ordered switching steps.")),
            json("result", N_("Result"), N_("Counts after each step, with the network's version.")),
        ),
        room="records", aliases=("停电",),
    ),
    TableSchema(
        "earths", N_("Earths"), N_("Nodes that are earthed at present; a switching that would make one live is refused."),
        (
            text("id", N_("Number"), required=True),
            reference("node", "connectivity_nodes", N_("Node"), required=True),
            reference("line", "ac_line_segments", N_("Line"), N_("Its end at the node is earthed, beyond the switch there; empty: the node itself.")),
            reference("outage", "outages", N_("Outage"), N_("The work it was placed for.")),
            time("placed_at", N_("Placed at")),
            text("note", N_("Note")),
        ),
        room="records", aliases=("接地",),
    ),
    TableSchema(
        "saved_traces", N_("Saved traces"), N_("Traces kept by name: where they start, what stops them, what they show."),
        (
            text("id", N_("Name"), required=True),
            json("configuration", N_("Configuration"), N_("Kind, start, barriers, filters and conditions.")),
        ),
        room="records",
    ),
    TableSchema(
        "map_views", N_("Map views"), N_("Places and scales to come back to."),
        (
            text("id", N_("Name"), required=True),
            real("scale", N_("Scale"), "", N_("Denominator: 10000 stands for 1:10 000."), minimum=1, maximum=1_000_000_000),
            json("layers", N_("Layers"), N_("What was shown, empty: what is shown now.")),
            *position(N_("Middle of the view.")),
        ),
        Shape.POINT, room="records",
    ),
    TableSchema(
        "layer_styles", N_("Layer styles"), N_("How the map's layers are shown in this project."),
        (
            text("id", N_("Layer"), required=True),
            integer("place", N_("Place"), N_("Order on the map, the lowest below.")),
            flag("visible", N_("Visible"), N_("Whether the map shows it."), True),
            real("opacity", N_("Opacity"), "", N_("0 to 1."), minimum=0, maximum=1),
            real("min_scale", N_("Smallest scale"), "", N_("Denominator beyond which it is hidden."), minimum=1, maximum=1_000_000_000),
            real("max_scale", N_("Largest scale"), "", N_("Denominator below which it is hidden."), minimum=1, maximum=1_000_000_000),
            text("filter", N_("Filter"), N_("Only rows for which this expression holds.")),
            json("style", N_("Style"), N_("Colours and what they stand for, where not the theme's.")),
        ),
        room="records",
    ),
    TableSchema(
        "issues", N_("Data issues"), N_("What was found wrong in imported data, and whether the row was kept."),
        (
            text("id", N_("Number"), required=True),
            choice("severity", N_("Severity"), (
                Choice("error", N_("Error")), Choice("warning", N_("Warning")), Choice("note", N_("Note")),
            ), required=True, default="warning"),
            text("code", N_("Kind of issue"), required=True),
            text("file", N_("File")),
            integer("row_number", N_("Row"), N_("Row in the file, the header being row 1.")),
            text("table_name", N_("Table")),
            text("object_id", N_("Object")),
            json("details", N_("Details")),
            flag("row_kept", N_("Row kept"), N_("Whether the row stands in the project."), True),
        ),
        room="records",
    ),
    TableSchema(
        "attachments", N_("Attachments"), N_("Photos and papers kept beside the project file."),
        (
            text("id", N_("Number"), required=True),
            text("table_name", N_("Table"), required=True),
            text("object_id", N_("Object"), required=True),
            text("path", N_("File"), N_("Below the attachments folder."), required=True),
            text("sha256", N_("Checksum")),
            text("caption", N_("Caption")),
        ),
        room="records",
    ),
)
