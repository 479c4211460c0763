"""The tables of the territory and its people: areas, customers, managers, villages, roads."""

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
    position,
    real,
    reference,
    text,
)
from grid_model.schema_network import ATTRIBUTES, FEEDER, USAGES
from resources.i18n import N_

TERRAINS = (
    Choice("plain", N_("Plains"), ("平原",)),
    Choice("hill", N_("Hills"), ("丘陵",)),
    Choice("mountain", N_("Mountains"), ("山区",)),
)

SERVICE_CLASSES = (
    Choice("urban", N_("Urban"), ("城市", "01", "城镇")),
    Choice("rural", N_("Rural"), ("农村", "02")),
    Choice("remote", N_("Remote"), ("特殊边远", "边远", "03")),
)
"""Arrival promised within 45, 90 and 120 minutes (`DOMAIN` §4.5)."""

OUTLINE_SOURCES = (
    Choice("drawn", N_("Drawn"), ("手绘",)),
    Choice("imported", N_("Imported"), ("导入",)),
    Choice("generated", N_("Generated"), ("生成",)),
)

CUSTOMER_CLASSES = (
    Choice("mv", N_("High-voltage customer"), ("高压", "01", "高压用户")),
    Choice("lv_nonresident", N_("Low-voltage, non-resident"), ("低压非居民", "02", "非居民")),
    Choice("lv_resident", N_("Low-voltage, resident"), ("低压居民", "03", "居民")),
)

GRADES = (
    Choice("special", N_("Special grade"), ("特级",)),
    Choice("first", N_("First grade"), ("一级",)),
    Choice("second", N_("Second grade"), ("二级",)),
    Choice("temporary", N_("Temporary"), ("临时", "临时性")),
)
"""Grades of important customers after GB/T 29328, most important first."""

SENSITIVE_KINDS = (
    Choice("hospital", N_("Hospital"), ("医院", "卫生院")),
    Choice("school", N_("School"), ("学校", "考点")),
    Choice("government", N_("Government"), ("政府",)),
    Choice("telecom", N_("Telecom station"), ("通信基站", "基站")),
    Choice("water", N_("Waterworks or pumps"), ("水厂", "泵站")),
    Choice("farming", N_("Livestock or fish farm"), ("养殖",)),
    Choice("chemical", N_("Chemical works"), ("化工",)),
    Choice("fire_lift", N_("Fire service or lifts"), ("消防", "电梯")),
    Choice("ceremony", N_("Wedding or funeral"), ("红白事",)),
    Choice("complaint", N_("Complained before"), ("曾投诉",)),
)

QUALIFICATION_KINDS = (
    Choice("work_leader", N_("Work leader"), ("工作负责人",)),
    Choice("hv_electrician", N_("High-voltage electrician"), ("高压电工作业证", "高压电工")),
    Choice("lv_electrician", N_("Low-voltage electrician"), ("低压电工作业证", "低压电工")),
    Choice("work_at_height", N_("Work at height"), ("高处作业证", "登高作业证")),
    Choice("safety_exam", N_("Yearly safety examination"), ("安规考试", "安规")),
)

ROAD_CLASSES = (
    Choice("motorway", N_("Motorway"), ("高速公路", "高速", "motorway", "motorway_link")),
    Choice("trunk", N_("Main road"), ("国道", "省道", "国省道", "primary", "primary_link", "trunk", "trunk_link")),
    Choice("county", N_("County road"), ("县道", "secondary", "secondary_link")),
    Choice("township", N_("Township road"), ("乡道", "tertiary", "tertiary_link")),
    Choice("village", N_("Village road"), ("村道", "unclassified", "residential", "living_street", "road", "busway")),
    Choice("track", N_("Track"), ("机耕路", "田间道", "巷道", "track", "service")),
)
"""Classes of roads, with what OpenStreetMap and the road authority write for them; a motorway is entered only at its ends."""

TERRITORY_TABLES = (
    TableSchema(
        "stations", N_("Supply stations"), N_("Township power supply stations and their boundaries."),
        (
            text("id", N_("Unit code"), required=True, aliases=("单位编码", "供电单位编码", "ORG_NO")),
            text("name", N_("Name"), required=True, aliases=("供电所", "单位名称", "供电单位")),
            text("phone", N_("Phone")),
            geometry(N_("Boundary")),
            ATTRIBUTES,
        ),
        Shape.AREA, room="territory", aliases=("供电所",),
    ),
    TableSchema(
        "villages", N_("Villages"), N_("Villages and their borders."),
        (
            text("id", N_("Code"), required=True, aliases=("行政区划代码", "代码", "code", "adcode", "id")),
            text("name", N_("Name"), required=True, aliases=("村", "村名", "名称", "name")),
            text("town", N_("Town"), aliases=("镇", "乡镇")),
            geometry(N_("Border")),
            ATTRIBUTES,
        ),
        Shape.AREA, room="territory", aliases=("村", "村界"),
    ),
    TableSchema(
        "transformer_areas", N_("Transformer areas"), N_("What one distribution transformer (or several) feeds."),
        (
            text("id", N_("Area number"), required=True,
                 aliases=("台区编号", "台区编码", "台区号", "TG_NO", "resrc_supl_code", "id")),
            text("name", N_("Name"), aliases=("台区名称", "台区", "TG_NAME", "resrc_supl_name", "name")),
            choice("usage", N_("Use"), USAGES, required=True, default="public",
                   aliases=("公专变标志", "变压器标志", "使用性质", "PUB_PRIV_FLAG", "SYXZ")),
            real("stated_kva", N_("Stated capacity"), "kVA", N_("As the source file says; the capacity in force is the sum of its transformers."),
                 minimum=0, maximum=2_000_000, aliases=("容量", "台区容量", "额定容量", "配变容量", "TG_CAP", "dist_stacap")),
            FEEDER,
            reference("manager", "district_managers", N_("District manager"), N_("Responsible manager (A role)."),
                      aliases=("台区经理", "客户经理", "设备责任人", "设备主人")),
            reference("backup_manager", "district_managers", N_("Stand-in"), N_("Stand-in manager (B role)."), aliases=("B角", "备用台区经理")),
            reference("station", "stations", N_("Supply station"), aliases=("供电所", "供电单位", "单位编码")),
            reference("village", "villages", N_("Village"), aliases=("村", "所属村")),
            choice("terrain", N_("Terrain"), TERRAINS, aliases=("地形",)),
            choice("service_class", N_("Urban or rural"), SERVICE_CLASSES, default="rural", aliases=("城乡类别", "城农网标志")),
            choice("outline_source", N_("Outline"), OUTLINE_SOURCES, N_("Where the outline comes from.")),
            geometry(N_("Outline")),
            ATTRIBUTES,
        ),
        Shape.AREA, "", room="territory", aliases=("台区",),
    ),
    TableSchema(
        "customers", N_("Customers"), N_("Customers by their customer number."),
        (
            text("id", N_("Customer number"), required=True, aliases=("户号", "用户编号", "客户编号", "用电户号", "CONS_NO", "cust_no")),
            text("old_id", N_("Old customer number"), aliases=("原户号", "用户原户号", "ORGN_CONS_NO", "orgn_cust_no")),
            text("name", N_("Customer name"), personal=Personal.PERSONAL,
                 aliases=("户名", "用户名", "用户名称", "客户名称", "CONS_NAME", "cust_name")),
            text("address", N_("Address"), personal=Personal.PERSONAL, aliases=("用电地址", "地址", "ELEC_ADDR", "ec_addr")),
            text("phone", N_("Phone"), personal=Personal.PERSONAL,
                 aliases=("联系电话", "电话", "移动电话", "手机", "所有电话号码", "MOBILE")),
            choice("customer_class", N_("Customer class"), CUSTOMER_CLASSES, required=True, default="lv_resident",
                   aliases=("用户分类", "用户类别", "客户分类")),
            choice("status", N_("Status"),
                   (Choice("active", N_("In use"), ("0", "正常", "正常用电客户", "在用")), Choice("closed", N_("Closed"), ("9", "销户", "已销户"))),
                   required=True, default="active", aliases=("用户状态", "STATUS_CODE")),
            reference("transformer_area", "transformer_areas", N_("Transformer area"),
                      aliases=("台区编号", "台区编码", "台区号", "TG_NO", "resrc_supl_code")),
            reference("manager", "district_managers", N_("Manager (exception)"),
                      N_("Only where another manager than the area's is responsible."), aliases=("客户责任人",)),
            choice("importance", N_("Important grade"), GRADES, aliases=("重要性等级", "重要用户等级", "RRIO_CODE", "impt_lv", "重要等级")),
            choice("sensitive_kind", N_("Sensitive kind"), SENSITIVE_KINDS, aliases=("敏感类型",)),
            flag("life_support", N_("Life support"), N_("Depends on supply for health; never in messages or posted lists."), False,
                 personal=Personal.SENSITIVE),
            reference("village", "villages", N_("Village"), aliases=("村",)),
            real("contract_kva", N_("Contract capacity"), "kVA", minimum=0, maximum=2_000_000, aliases=("合同容量", "CONTRACT_CAP")),
            *position(N_("Place of the customer's meter box.")),
            ATTRIBUTES,
        ),
        Shape.POINT, "Customer", room="territory", aliases=("用户", "客户", "户"),
    ),
    TableSchema(
        "district_managers", N_("District managers"), N_("Who answers for areas: equipment and customers."),
        (
            text("id", N_("Staff number"), required=True, aliases=("工号", "员工编号", "人员编号", "staff_no")),
            text("name", N_("Name"), required=True, personal=Personal.PERSONAL, aliases=("姓名", "台区经理", "客户经理")),
            text("phone", N_("Phone"), personal=Personal.PERSONAL, aliases=("联系电话", "电话", "手机")),
            reference("station", "stations", N_("Supply station"), aliases=("供电所", "供电单位", "单位编码")),
            text("team", N_("Team"), aliases=("班组",)),
            text("vehicle", N_("Vehicle"), aliases=("车辆",)),
            flag("active", N_("On duty"), N_("Counts in planning; not while ill or away."), True, aliases=("在岗",)),
            *position(N_("Base point; empty: the customer-weighted centre of the manager's areas.")),
            ATTRIBUTES,
        ),
        Shape.POINT, room="territory", aliases=("台区经理", "客户经理"),
    ),
    TableSchema(
        "qualifications", N_("Qualifications"), N_("Certificates of managers and until when they hold."),
        (
            text("id", N_("Code"), required=True),
            reference("manager", "district_managers", N_("District manager"), required=True,
                      aliases=("台区经理", "工号", "人员编号", "持证人", "姓名")),
            choice("kind", N_("Kind"), QUALIFICATION_KINDS, required=True, aliases=("证书类型", "资质")),
            text("number", N_("Certificate number"), personal=Personal.PERSONAL, aliases=("证书编号", "证号")),
            date("valid_until", N_("Valid until"), aliases=("有效期至", "到期日期")),
            ATTRIBUTES,
        ),
        room="territory", aliases=("资质", "证书"),
    ),
    TableSchema(
        "roads", N_("Roads"), N_("Roads, for the map and for travel times."),
        (
            text("id", N_("Code"), required=True, aliases=("osm_id", "道路编号", "路段编号", "编号")),
            text("name", N_("Name"), aliases=("名称", "道路名称", "路线名称", "路名", "name")),
            choice("road_class", N_("Class"), ROAD_CLASSES, aliases=("highway", "fclass", "道路等级", "公路等级", "行政等级", "道路类别")),
            real("speed_kmh", N_("Speed"), "km/h", N_("Empty: the speed of its class in the settings."), minimum=0, maximum=250,
                 aliases=("车速", "行驶速度", "平均车速")),
            flag("one_way", N_("One-way"), N_("Only in the direction it is drawn."), False, aliases=("oneway", "单行", "单行道", "单向")),
            real("length_m", N_("Stated length"), "m", N_("As the source says; empty: measured along the route."), minimum=0, maximum=1_000_000,
                 aliases=("路长", "长度_m")),
            geometry(N_("Route")),
            ATTRIBUTES,
        ),
        Shape.LINE, room="territory", aliases=("道路",),
    ),
    TableSchema(
        "barriers", N_("Barriers"), N_("Lines that part neighbours: rivers, ridges, borders."),
        (
            text("id", N_("Code"), required=True, aliases=("osm_id", "编号")),
            text("name", N_("Name"), aliases=("名称", "name")),
            choice("kind", N_("Kind"), (
                Choice("river", N_("River"), ("河流", "河", "江", "水系", "水渠", "river", "canal", "stream", "dam")),
                Choice("ridge", N_("Ridge"), ("山脊", "山脊线", "分水岭", "arete")),
                Choice("border", N_("Border"), ("边界", "境界", "镇界", "乡界", "乡镇界", "村界", "县界", "administrative")),
            ), aliases=("waterway", "natural", "boundary", "类型", "类别")),
            geometry(N_("Course")),
        ),
        Shape.LINE, room="territory", aliases=("屏障",),
    ),
    TableSchema(
        "crossings", N_("Crossings"), N_("Places where neighbours stay neighbours: a bridge, a pass, a ferry."),
        (
            text("id", N_("Code"), required=True, aliases=("osm_id", "桥梁编号", "编号")),
            text("name", N_("Name"), aliases=("名称", "桥梁名称", "桥名", "name")),
            real("reach_m", N_("Reach"), "m", N_("Areas this near to the place count as touching there."), minimum=0, maximum=100_000, aliases=("作用距离",)),
            *position(N_("Place of the crossing.")),
        ),
        Shape.POINT, room="territory", aliases=("通道", "桥梁"),
    ),
    TableSchema(
        "base_features", N_("Base map features"), N_("Water, woods, hills and built-up land drawn under everything."),
        (
            text("id", N_("Code"), required=True),
            text("name", N_("Name"), aliases=("名称", "name")),
            choice("kind", N_("Kind"), (
                Choice("water", N_("Water"), ("水系", "水面")),
                Choice("hill", N_("Hills"), ("山地",)),
                Choice("built_up", N_("Built-up land"), ("居民地",)),
                Choice("wood", N_("Woods"), ("林地",)),
            )),
            integer("height_m", N_("Height"), unit="m", minimum=-500, maximum=9_000),
            geometry(N_("Outline")),
        ),
        Shape.AREA, room="territory",
    ),
)
