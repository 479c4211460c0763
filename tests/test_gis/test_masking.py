"""Who a person is stays hidden unless a purpose is given; organisations stay readable."""

from __future__ import annotations

import pandas as pd
import pytest

from gis.masking import (
    MASKED,
    Disclosure,
    masked_frame,
    masked_name,
    masked_number,
    masked_phone,
    short_address,
    visible_columns,
)
from grid_model import schema
from grid_model.errors import GridError
from grid_model.table import frame_of


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("张伟", "张**"),
        ("欧阳建国", "欧**"),
        ("李", "李**"),
        ("䶮某", "䶮**"),
        ("李水利", "李**"),
        ("青禾镇石桥村村委会", "青禾镇石桥村村委会"),
        ("石桥小学", "石桥小学"),
        ("长沙好运来餐饮有限公司", "长沙好运来餐饮有限公司"),
        ("中国移动石桥基站", "中国移动石桥基站"),
        ("张三、李四", "张**"),
        ("", ""),
    ],
)
def test_a_person_keeps_one_character_an_organisation_all(name: str, shown: str) -> None:
    assert masked_name(name) == shown


@pytest.mark.parametrize(
    ("phone", "shown"),
    [
        ("13812345678", "138****5678"),
        ("138 1234 5678", "138****5678"),
        ("１３８１２３４５６７８", "138****5678"),
        ("13812345678,13987654321", "138****5678,139****4321"),
        ("0731-5551234", "0731-***1234"),
        ("0731-85551234 | 13812345678", "0731-****1234 | 138****5678"),
        ("5551234", "***1234"),
        ("8613812345678", "***********78"),
        ("", ""),
    ],
)
def test_every_number_in_a_phone_cell_is_hidden(phone: str, shown: str) -> None:
    assert masked_phone(phone) == shown


def test_the_middle_four_of_a_customer_number_go() -> None:
    assert masked_number("0012345678") == "001****678"
    assert masked_number("4300012345678") == "4300****45678"
    assert masked_number("12345") == "***45"


@pytest.mark.parametrize(
    ("address", "shown"),
    [
        ("青禾镇石桥村3组12号", "青禾镇石桥村3组"),
        ("青禾镇石桥村三组12号", "青禾镇石桥村三组"),
        ("青禾镇石桥村老屋组12号", "青禾镇石桥村老屋组"),
        ("青禾镇石桥村12号", "青禾镇石桥村"),
        ("青禾镇青山社区幸福路8号", "青禾镇青山社区"),
        ("青禾镇幸福路8号", "青禾镇"),
        ("幸福路8号", ""),
    ],
)
def test_a_posted_address_stops_at_the_group(address: str, shown: str) -> None:
    assert short_address(address) == shown


def customers() -> pd.DataFrame:
    table = schema.table("customers")
    rows = [
        {
            "id": "0012345678",
            "name": "张伟",
            "phone": "13812345678",
            "address": "石桥村3组1号",
            "life_support": True,
        },
        {"id": "0012345679", "name": "红星砖瓦", "phone": None, "address": None, "customer_class": "mv"},
        {"id": "0012345680", "name": "恒达新型建材", "customer_class": "mv"},
    ]
    return frame_of(table, rows).assign(customer_class=["lv_resident", "mv", "mv"])


def test_a_work_list_hides_persons_and_keeps_the_customer_number() -> None:
    shown = masked_frame(schema.table("customers"), _whole(customers()), MASKED)
    assert shown["id"].tolist() == ["0012345678", "0012345679", "0012345680"]
    assert shown["name"].tolist() == ["张**", "红**", "恒达新型建材"]
    assert shown["phone"].iloc[0] == "138****5678"
    assert shown["address"].iloc[0] == "石桥村3组1号"
    assert shown["phone"].isna().tolist() == [False, True, True]


def test_a_posted_list_hides_numbers_and_houses_too() -> None:
    shown = masked_frame(schema.table("customers"), _whole(customers()), Disclosure(posted=True))
    assert shown["id"].iloc[0] == "001****678"
    assert shown["address"].iloc[0] == "石桥村3组"


def test_health_stands_in_no_list_even_unmasked() -> None:
    shown = masked_frame(
        schema.table("customers"), _whole(customers()), Disclosure(unmasked=True, purpose="x")
    )
    assert "life_support" not in shown.columns
    assert shown["name"].iloc[0] == "张伟"


def test_every_personal_column_of_every_table_is_hidden() -> None:
    secret = "13800001111"
    for table in schema.tables().values():
        personal = [c.name for c in visible_columns(table) if c.personal is schema.Personal.PERSONAL]
        rows = pd.DataFrame([{c.name: secret for c in table.columns}])
        if "customer_class" in rows:
            rows["customer_class"] = "lv_resident"
        shown = masked_frame(table, rows, MASKED)
        for name in personal:
            if name != "address":
                assert shown[name].iloc[0] != secret, (table.name, name)


def test_plain_names_need_a_purpose() -> None:
    with pytest.raises(GridError, match="purpose-missing"):
        Disclosure.asked(True, "  ")
    with pytest.raises(GridError, match="purpose-without-unmasked"):
        Disclosure.asked(False, "抢修")
    assert Disclosure.asked(True, " 抢修 ").purpose == "抢修"


def _whole(rows: pd.DataFrame) -> pd.DataFrame:
    from grid_model.table import conform

    return conform(schema.table("customers"), rows, 1)
