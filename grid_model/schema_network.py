"""The tables of the electrical network, from the substation to the meter."""

from __future__ import annotations

from grid_model.schema import (
    Choice,
    Personal,
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
)
from resources.i18n import N_

ATTRIBUTES = json("attributes", N_("Other attributes"), N_("Columns of the source file that have no place of their own."))
IN_SERVICE = flag("in_service", N_("In service"), N_("Whether it conducts at all; a removed or spare one does not."), True,
                  aliases=("in_service", "enabled", "运行状态", "YXZT"))
FEEDER = reference("feeder", "feeders", N_("Feeder"), N_("The feeder it belongs to in the normal state."),
                   aliases=("线路", "线路编号", "线路名称", "所属线路", "所属大馈线", "线路信息", "LINE_NAME", "SSXL", "pipeline_name", "feeder"))
NAME_ALIASES = ("名称", "设备名称", "SBMC", "name")
BUDGET_ALIASES = ("时户数预算", "月度时户数预算", "月度停电时户数预算", "停电时户数指标", "时户数指标", "时户数控制指标",
                  "停电时户数控制指标", "时户数控制目标", "停电时户数控制目标", "停电时户数控制值", "时户数限额", "停电时户数限额")
"""Never those of a year (年度时户数预算): the column is for a month."""
ID_ALIASES = ("编号", "设备编码", "SBBM", "对象ID", "OBJ_ID", "mrid", "id")

SWITCH_KINDS = (
    Choice(
        "breaker", N_("Circuit breaker"),
        ("断路器", "CB", "breaker", "circuit_breaker", "柱上断路器", "真空断路器", "柱上真空断路器", "VCB"),
    ),
    Choice("recloser", N_("Recloser"), ("重合器", "recloser", "auto_recloser", "自动重合器")),
    Choice(
        "load_break_switch", N_("Load switch"),
        ("负荷开关", "LBS", "load_break_switch", "柱上负荷开关", "padswitch", "LS", "load_switch", "真空负荷开关"),
    ),
    Choice(
        "disconnector", N_("Disconnector"),
        ("隔离开关", "刀闸", "DS", "disconnector", "goab_disswitch", "disconnecting_switch", "disconnect_switch",
         "isolator", "isolating_switch", "柱上隔离开关", "隔离刀闸"),
    ),
    Choice(
        "fuse", N_("Drop-out fuse"),
        ("跌落式熔断器", "熔断器", "fuse", "跌落开关", "drop_out_fuse", "fuse_cutout", "cutout_fuse", "跌落保险",
         "跌落式保险", "跌落熔断器", "跌落式开关", "令克", "令克开关"),
    ),
    Choice("jumper", N_("Temporary jumper"), ("临时搭接", "跳线", "jumper")),
    Choice("cut", N_("Temporary cut"), ("临时开断", "断口", "cut")),
    Choice("unknown", N_("Switch of unknown kind"), ("开关", "switch", "unknown")),
)
"""Breakers, reclosers and fuses protect; a switch of unknown kind is operable and does not (`DESIGN` §3).

Jumpers and cuts are switches as in CIM: a jumper is normally open and closed while it bridges two nodes, a
cut is normally closed and open while it parts a line."""

PROTECTIVE_KINDS = frozenset({"breaker", "recloser", "fuse"})

USAGES = (
    Choice("public", N_("Public"), ("公变", "公用", "公用变", "01公变", "03", "公")),
    Choice("dedicated", N_("Dedicated"), ("专变", "专用", "专用变", "01专用", "02", "专")),
)

NETWORK_TABLES = (
    TableSchema(
        "substations", N_("Substations"), N_("Where feeders start."),
        (
            text("id", N_("Code"), required=True, aliases=ID_ALIASES),
            text("name", N_("Name"), required=True, aliases=("变电站", "变电站名称", *NAME_ALIASES)),
            real("nominal_kv", N_("Voltage"), "kV", N_("Voltage of the high side."), minimum=0, maximum=1500),
            *position(N_("Place of the substation.")),
            ATTRIBUTES,
        ),
        Shape.POINT, "Substation", aliases=("变电站",),
    ),
    TableSchema(
        "feeders", N_("Feeders"), N_("Medium-voltage lines leaving a substation."),
        (
            text("id", N_("Feeder number"), required=True, aliases=("线路编号", "线路编码", *ID_ALIASES)),
            text("name", N_("Name"), required=True, aliases=("线路名称", *NAME_ALIASES)),
            reference("substation", "substations", N_("Substation")),
            reference("head_switch", "switches", N_("Outgoing breaker"), N_("First switch below the source.")),
            real("nominal_kv", N_("Voltage"), "kV", minimum=0, maximum=1500),
            real("limit_kva", N_("Limit"), "kVA", N_("Most it may carry; empty: unknown, and said to be unchecked."), minimum=0, maximum=10_000_000),
            real("outage_budget", N_("Outage budget"), "h", N_("User-hours its planned outages may cost in a month; empty: none set."), minimum=0, maximum=10_000_000, aliases=BUDGET_ALIASES),
            ATTRIBUTES,
        ),
        Shape.NONE, "Feeder", aliases=("线路", "馈线"),
    ),
    TableSchema(
        "energy_sources", N_("Sources"), N_("Where supply enters the network; PV and own generators never count."),
        (
            text("id", N_("Code"), required=True, aliases=ID_ALIASES),
            text("name", N_("Name"), aliases=NAME_ALIASES),
            reference("node", "connectivity_nodes", N_("Node"), required=True),
            reference("substation", "substations", N_("Substation")),
            IN_SERVICE,
            ATTRIBUTES,
        ),
        Shape.NONE, "EnergySource",
    ),
    TableSchema(
        "connectivity_nodes", N_("Nodes"), N_("Points where terminals of equipment meet."),
        (
            text("id", N_("Code"), required=True, aliases=ID_ALIASES),
            text("name", N_("Name"), aliases=NAME_ALIASES),
            real("nominal_kv", N_("Voltage"), "kV", minimum=0, maximum=1500, aliases=("vn_kv", "电压等级", "DYDJ")),
            *position(N_("Place of the node; empty where unknown.")),
            ATTRIBUTES,
        ),
        Shape.POINT, "ConnectivityNode",
    ),
    TableSchema(
        "switches", N_("Switches"), N_("Breakers, load switches, disconnectors, fuses."),
        (
            text("id", N_("Code"), required=True, aliases=ID_ALIASES),
            text("name", N_("Name"), aliases=NAME_ALIASES),
            choice("kind", N_("Kind"), SWITCH_KINDS, required=True, default="unknown", aliases=("类型", "type", "开关类型")),
            reference("node_a", "connectivity_nodes", N_("Node A"), required=True),
            reference("node_b", "connectivity_nodes", N_("Node B"), N_("Empty where the switch sits at the A end of a line.")),
            reference("line", "ac_line_segments", N_("Line"),
                      N_("The line whose end at node A it sits on; that line conducts only while it is closed.")),
            FEEDER,
            flag("normal_open", N_("Normally open"), N_("State in the normal arrangement."), False),
            flag("open", N_("Open now"), N_("State at present."), False),
            flag("is_tie", N_("Tie switch"), N_("Joins two feeders; normally open."), False),
            flag("is_protective", N_("Protects"), N_("Trips on a fault; default by kind."), False),
            flag("is_operable", N_("Operable"), N_("Can be operated; a blocked one is passed over."), True),
            real("rated_a", N_("Rated current"), "A", minimum=0, maximum=100_000, aliases=("norm_amps", "额定电流")),
            reference("pole", "poles", N_("Pole")),
            *position(N_("Place of the switch; empty: that of its node.")),
            IN_SERVICE,
            ATTRIBUTES,
        ),
        Shape.POINT, "Switch", aliases=("开关",),
    ),
    TableSchema(
        "ac_line_segments", N_("Line segments"), N_("Overhead and cable sections of any voltage."),
        (
            text("id", N_("Code"), required=True, aliases=ID_ALIASES),
            text("name", N_("Name"), aliases=NAME_ALIASES),
            reference("node_a", "connectivity_nodes", N_("Node A"), required=True),
            reference("node_b", "connectivity_nodes", N_("Node B"), required=True),
            real("length_m", N_("Length"), "m", minimum=0, maximum=1_000_000, aliases=("长度", "length_m")),
            real("nominal_kv", N_("Voltage"), "kV", minimum=0, maximum=1500, aliases=("vn_kv", "电压等级", "DYDJ")),
            choice("construction", N_("Construction"),
                   (Choice("overhead", N_("Overhead"), ("架空",)), Choice("cable", N_("Cable"), ("电缆",)))),
            text("model", N_("Conductor"), aliases=("型号", "导线型号", "std_type", "linecode", "conductor")),
            real("limit_a", N_("Rated current"), "A", minimum=0, maximum=100_000),
            FEEDER,
            reference("transformer_area", "transformer_areas", N_("Transformer area"), N_("For low-voltage lines.")),
            IN_SERVICE,
            geometry(N_("Route")),
            ATTRIBUTES,
        ),
        Shape.LINE, "ACLineSegment", aliases=("导线段", "线段"),
    ),
    TableSchema(
        "power_transformers", N_("Transformers"), N_("Transformers; they conduct between their windings."),
        (
            text("id", N_("Code"), required=True, aliases=("设备编码", "PMS_EQUIP_ID", *ID_ALIASES)),
            text("name", N_("Name"), aliases=NAME_ALIASES),
            reference("hv_node", "connectivity_nodes", N_("High-voltage node"), required=True),
            reference("lv_node", "connectivity_nodes", N_("Low-voltage node"), required=True),
            reference("tv_node", "connectivity_nodes", N_("Third winding's node")),
            real("rated_kva", N_("Rated power"), "kVA", minimum=0, maximum=2_000_000,
                 aliases=("容量", "额定容量", "配变容量", "TG_CAP", "dist_stacap", "sn_kva")),
            choice("usage", N_("Use"), USAGES, aliases=("公专变标志", "变压器标志", "使用性质", "PUB_PRIV_FLAG", "SYXZ")),
            reference("transformer_area", "transformer_areas", N_("Transformer area"), N_("The area it feeds.")),
            FEEDER,
            text("model", N_("Model"), aliases=("型号", "std_type")),
            text("vector_group", N_("Vector group"), aliases=("接线组别",)),
            reference("pole", "poles", N_("Pole")),
            *position(N_("Place of the transformer; empty: that of its node.")),
            IN_SERVICE,
            ATTRIBUTES,
        ),
        Shape.POINT, "PowerTransformer", aliases=("配变", "变压器"),
    ),
    TableSchema(
        "poles", N_("Poles"), N_("Poles and towers; one can carry several lines."),
        (
            text("id", N_("Code"), required=True, aliases=ID_ALIASES),
            text("name", N_("Name"), aliases=("杆塔名称", *NAME_ALIASES)),
            text("number", N_("Number"), aliases=("杆号", "杆塔号")),
            integer("order_on_line", N_("Order on the line"), minimum=0, maximum=100_000),
            real("nominal_kv", N_("Voltage"), "kV", minimum=0, maximum=1500),
            FEEDER,
            *position(N_("Place of the pole.")),
            ATTRIBUTES,
        ),
        Shape.POINT, "Pole", aliases=("杆塔",),
    ),
    TableSchema(
        "junctions", N_("Boxes"), N_("Ring main units, branch boxes and meter boxes."),
        (
            text("id", N_("Code"), required=True, aliases=("计量箱编号", "计量箱条码", "表箱", *ID_ALIASES)),
            text("name", N_("Name"), aliases=NAME_ALIASES),
            choice("kind", N_("Kind"), (
                Choice("ring_main_unit", N_("Ring main unit"), ("环网柜", "开闭所")),
                Choice("branch_box", N_("Branch box"), ("分支箱",)),
                Choice("meter_box", N_("Meter box"), ("计量箱", "表箱")),
            ), required=True, default="meter_box"),
            reference("node", "connectivity_nodes", N_("Node")),
            reference("transformer_area", "transformer_areas", N_("Transformer area")),
            text("phases", N_("Phases"), aliases=("相别",)),
            *position(N_("Place of the box.")),
            ATTRIBUTES,
        ),
        Shape.POINT, "Junction", aliases=("计量箱", "表箱", "分支箱"),
    ),
    TableSchema(
        "usage_points", N_("Usage points"), N_("Where a customer is connected; a customer has one or more."),
        (
            text("id", N_("Code"), required=True, aliases=ID_ALIASES),
            reference("customer", "customers", N_("Customer"), required=True),
            reference("node", "connectivity_nodes", N_("Node"), N_("Empty: it falls back to its area's transformers.")),
            reference("meter_box", "junctions", N_("Meter box")),
            text("meter_number", N_("Meter number"), aliases=("表号", "资产编号", "表计资产号", "条形码")),
            text("phases", N_("Phases"), aliases=("相别",)),
            real("p_kw", N_("Load"), "kW", minimum=-10_000_000, maximum=10_000_000, aliases=("p_kw",)),
            ATTRIBUTES,
        ),
        Shape.NONE, "UsagePoint",
    ),
    TableSchema(
        "pv_units", N_("PV, storage and generators"), N_("What can feed back; never a supply in a trace."),
        (
            text("id", N_("Code"), required=True, aliases=ID_ALIASES),
            text("name", N_("Name"), aliases=NAME_ALIASES),
            choice("kind", N_("Kind"), (
                Choice("pv", N_("PV"), ("光伏",)),
                Choice("battery", N_("Battery"), ("储能",)),
                Choice("generator", N_("Own generator"), ("自备发电机", "自备电源", "发电机")),
            ), required=True, default="pv"),
            real("rated_kw", N_("Rated power"), "kW", minimum=0, maximum=10_000_000, aliases=("装机容量", "容量")),
            reference("customer", "customers", N_("Customer")),
            reference("transformer_area", "transformer_areas", N_("Transformer area")),
            reference("node", "connectivity_nodes", N_("Node")),
            text("connection_switch", N_("Connection switch"), N_("Switch that parts it from the network (并网开关).")),
            text("contact_name", N_("Contact"), personal=Personal.PERSONAL),
            text("contact_phone", N_("Contact's phone"), personal=Personal.PERSONAL),
            date("commissioned_on", N_("In operation since")),
            *position(N_("Place of the unit.")),
            ATTRIBUTES,
        ),
        Shape.POINT, "PhotoVoltaicUnit", aliases=("光伏",),
    ),
)
