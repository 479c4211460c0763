"""Hide who a person is in lists and pages, unless somebody says what the plain names are for.

Defaults of `DOMAIN` §11: a person's name keeps its first character, a phone its first three and last
four digits; organisations stay readable. In posted lists the customer number loses its middle four
digits and the address stops at the group (组) or village. Whether a customer depends on supply for
their health stands in no list at all. Which columns this concerns is said by the schema.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass

import pandas as pd

from grid_model.errors import GridError
from grid_model.schema import Column, Personal, TableSchema
from resources.i18n import N_

CERTAIN_WORDS = (
    "公司", "学校", "小学", "中学", "幼儿园", "医院", "卫生院", "卫生室", "诊所", "村委会",
    "村民委员会", "居委会", "政府", "派出所", "供电所", "变电站", "银行", "信用社", "合作社", "农场",
    "养殖场", "林场", "基站", "机房", "教学点", "铁塔", "超市", "商店", "商行", "酒店", "宾馆", "饭店",
    "餐馆", "加油站",
    "水厂", "泵站", "敬老院", "养老院", "福利院", "祠堂", "教堂", "服务站", "工作站", "管理站",
    "收费站", "管理处", "管理所", "委员会", "办公室", "项目部", "公厕", "机井", "粮站", "粮库", "烟站",
    "客运站", "文化站", "村部", "生产队",
)  # fmt: skip
"""What only names of organisations contain."""

LIKELY_WORDS = (
    "移动", "电信", "联通", "水务", "水利", "灌溉", "排灌", "路灯", "中心", "协会", "工程", "集团",
    "企业", "工业", "充电", "广场", "市场", "小区", "物业", "仓库", "消防", "大队", "加工", "专业",
    "经营", "服务", "个体", "工作室", "培训", "种植", "养殖",
)  # fmt: skip
"""What names of organisations contain, but given names may too (李水利): they count in longer names only."""

LIKELY_ENDINGS = (
    "店",
    "站",
    "局",
    "院",
    "所",
    "部",
    "社",
    "庙",
    "寺",
    "队",
    "馆",
    "厂",
    "场",
    "坊",
    "园",
    "库",
    "塔",
    "组",
)
"""How names of organisations end that are longer than the name of a person."""

LONGEST_PERSON = 4
"""Characters of the longest common name of a person (欧阳建国)."""

MOBILE = re.compile(r"(?<!\d)(1[3-9]\d)\d{4}(\d{4})(?!\d)")
LANDLINE = re.compile(r"(?<!\d)(0\d{2,3}[-—\s]?|)(\d{3,4})(\d{4})(?!\d)")
LONG_NUMBER = re.compile(r"\d{5,}")
GROUP_END = re.compile(r"^\D*?\d*[组队]")
VILLAGE_END = re.compile(r"^.*?(?:行政村|村|社区|居委会|屯)")
TOWN_END = re.compile(r"^.*?(?:镇|乡|街道)")

FULL_WIDTH_DIGITS = str.maketrans("０１２３４５６７８９－", "0123456789-")


@dataclass(frozen=True)
class Disclosure:
    """How much an output tells about persons.

    Parameters
    ----------
    unmasked
        Whether names and phones are written in full.
    purpose
        What they are needed for; stands in the journal and on the output.
    posted
        Whether the output is hung up or handed round, so that numbers and addresses are cut too.
    """

    unmasked: bool = False
    purpose: str = ""
    posted: bool = False

    @classmethod
    def asked(cls, unmasked: bool, purpose: str, *, posted: bool = False) -> Disclosure:
        """Take the request; raises `GridError` ``purpose-missing`` where plain names have no purpose."""
        if unmasked and not purpose.strip():
            raise GridError("purpose-missing")
        if purpose.strip() and not unmasked:
            raise GridError("purpose-without-unmasked")
        return cls(unmasked, purpose.strip(), posted)

    @property
    def label(self) -> str:
        """Say in a marked text whether this is masked."""
        return N_("Not masked") if self.unmasked else N_("Masked")

    def name(self, name: str, *, organisation: bool = False) -> str:
        """Write a name as far as it may be told."""
        return name if self.unmasked or organisation else masked_name(name)

    def phone(self, phone: str) -> str:
        """Write a phone as far as it may be told."""
        return phone if self.unmasked else masked_phone(phone)

    def address(self, address: str) -> str:
        """Write an address as far as it may be told."""
        return short_address(address) if self.posted and not self.unmasked else address

    def customer_number(self, number: str) -> str:
        """Write a customer number as far as it may be told."""
        return masked_number(number) if self.posted and not self.unmasked else number


MASKED = Disclosure()


def masked_name(name: str) -> str:
    """Hide a person's name behind its first character (张**); an organisation's name stays.

    The number of stars tells nothing about the length. Names in Latin letters keep their first letter.
    """
    plain = name.strip()
    if not plain or is_organisation(plain):
        return plain
    return plain[0] + "**"


def is_organisation(name: str) -> bool:
    """Whether a name is an organisation's rather than a person's."""
    plain = name.strip()
    if any(word in plain for word in CERTAIN_WORDS):
        return True
    if len(plain) <= LONGEST_PERSON:
        return False
    return plain.endswith(LIKELY_ENDINGS) or any(word in plain for word in LIKELY_WORDS)


def masked_phone(phone: str) -> str:
    """Hide the middle of every number in a phone cell: 138****5678, 0731-***1234.

    Whatever else is written beside the numbers stays; a number of unknown form is hidden but for its
    last two digits.
    """
    text = phone.translate(FULL_WIDTH_DIGITS)
    text = re.sub(r"(?<=\d)[ \t](?=\d)", "", text)
    text = MOBILE.sub(r"\1****\2", text)
    text = LANDLINE.sub(lambda m: f"{m[1]}{'*' * len(m[2])}{m[3]}", text)
    return LONG_NUMBER.sub(lambda m: "*" * (len(m[0]) - 2) + m[0][-2:], text)


def masked_number(number: str) -> str:
    """Hide the middle four characters of a customer number; a short one shows its last two only."""
    if len(number) < 8:
        return "*" * max(len(number) - 2, 0) + number[-2:]
    start = (len(number) - 4) // 2
    return number[:start] + "****" + number[start + 4 :]


def short_address(address: str) -> str:
    """Cut an address behind the group, else the village, else the town; with none of them nothing is left."""
    for pattern in (GROUP_END, VILLAGE_END, TOWN_END):
        found = pattern.match(address)
        if found:
            return found[0]
    return ""


def visible_columns(schema: TableSchema) -> tuple[Column, ...]:
    """Columns of a table that may stand in an output at all: nothing about health, no raw shapes."""
    return tuple(
        column
        for column in schema.columns
        if column.personal is not Personal.SENSITIVE and column.name not in ("geometry", "attributes")
    )


def masked_frame(schema: TableSchema, frame: pd.DataFrame, disclosure: Disclosure) -> pd.DataFrame:
    """Give the visible columns of `frame` as `disclosure` allows.

    Personal columns are hidden by what they hold: names, phones and addresses by their own rules, any
    other personal text (a certificate number) as a number.
    """
    columns = {}
    for column in visible_columns(schema):
        values = frame[column.name]
        rule = _rule(schema, column, disclosure)
        columns[column.name] = values if rule is None else values.map(rule, na_action="ignore")
    result = pd.DataFrame(columns, index=frame.index)
    if schema.name == "customers":
        shown = names_of_organisations(frame)
        result.loc[shown, "name"] = frame.loc[shown, "name"]
    return result


def names_of_organisations(customers: pd.DataFrame) -> pd.Series:
    """Tell which customers are organisations: by their name, or by their class where the name is long.

    Only few residents carry a name longer than a person's; a firm that is a high-voltage or
    non-resident customer usually does.
    """
    names = customers["name"].fillna("")
    firm = customers["customer_class"].isin(["mv", "lv_nonresident"]) & (names.str.len() > LONGEST_PERSON)
    return names.map(is_organisation).astype(bool) | firm


def _rule(schema: TableSchema, column: Column, disclosure: Disclosure) -> Callable[[str], str] | None:
    number = (
        column.name in ("id", "old_id") if schema.name == "customers" else column.references == "customers"
    )
    if number:
        return disclosure.customer_number if disclosure.posted and not disclosure.unmasked else None
    if column.personal is not Personal.PERSONAL or disclosure.unmasked:
        return None
    rules: Mapping[str, Callable[[str], str]] = {
        "name": disclosure.name,
        "contact_name": disclosure.name,
        "phone": disclosure.phone,
        "contact_phone": disclosure.phone,
        "address": disclosure.address,
    }
    return rules.get(column.name, masked_number)
