"""Invented names: villages and towns, people, phones, numbers.

Nobody here is real. Province code 39 is assigned to no province, so unit codes, village codes and
customer numbers that begin with it belong to nobody. Phones begin with 154, a block that no operator
issues.
"""

from __future__ import annotations

import numpy as np

PROVINCE = "39"
CUSTOMER_PREFIX = "390"
PHONE_BLOCK = 15_400_000_000

TOWNS = ("青禾", "柳溪", "云峰", "石塘", "白鹭", "松岭", "河湾", "永乐", "桂岭", "荷田", "金坪", "龙潭")

_FIRST = "青石柳南北东西上下大小新古竹松桃杏梅荷枫樟龙凤鹿马牛羊金银铜铁白黑红黄长高云清泉双三五六七八九"
_SECOND = "坪溪桥塘冲坡岭湾垅田洞屋山口井坝堰洲沙港渡林园家树木桐坳峰源头滩"
_AWKWARD = frozenset(
    {
        "大家",
        "小家",
        "新家",
        "三家",
        "五家",
        "上头",
        "下头",
        "大头",
        "小头",
        "高头",
        "石头",
        "木头",
        "白头",
        "牛头",
        "羊头",
        "马头",
        "黄头",
        "红头",
        "黑头",
        "铁头",
        "金头",
        "银头",
        "铜头",
    }
)

SURNAMES = (
    "王李张刘陈杨黄赵吴周徐孙马朱胡郭何林高罗郑梁谢宋唐许韩冯邓曹彭曾肖田董袁潘蒋蔡余杜叶程苏魏吕丁任沈姚卢姜崔钟谭陆汪范金石廖贾夏韦付方白邹"
    "孟熊秦邱江尹薛闫段雷侯龙史陶黎贺顾毛郝龚邵万钱严覃武戴莫孔向汤"
)
COMPOUND = ("欧阳", "上官", "司马", "诸葛", "夏侯", "皇甫", "尉迟", "公孙")
RARE_SURNAMES = ("仝", "昝", "妫", "逄", "缑", "亓")

_GIVEN_A = (
    "建国明志文德春秋玉秀桂金银红小大永长新光福寿喜兰菊梅丽美凤英"
    "芳艳雪冬夏少家承世昌立正忠义仁礼智信海江河山林松柏青云"
)
_GIVEN_B = (
    "华平军伟强勇刚杰涛斌辉鹏飞龙虎生林森根发财旺兴盛成功英兰芳梅"
    "香莲珍珠玲琴霞娟敏静丽萍红艳秋月清泉水田初元良才民忠义东南西北满"
)
_SINGLE = "伟芳敏静丽强磊军洋勇艳杰娟涛明超霞平刚辉鹏华飞鑫波斌莉宇浩凯健俊帆帅旭雪婷雯琳玲"
_RARE_GIVEN = ("䶮", "㛃", "𬭎", "喆", "垚", "犇", "燊", "龑", "昪", "堃", "𫖯", "祎")


def village_names(random: np.random.Generator, count: int) -> list[str]:
    """Give `count` different village names without the ending 村."""
    every = [a + b for a in _FIRST for b in _SECOND if a + b not in _AWKWARD]
    picked = random.permutation(len(every))[:count]
    return [every[n] for n in picked]


def short(village: str) -> str:
    """Give a village's name without its ending, as lines and groups are named after it."""
    return village.removesuffix("村").removesuffix("社区")


def person_names(random: np.random.Generator, count: int) -> np.ndarray:
    """Give names of people: common surnames most often, a few of one, four or rare characters."""
    common = np.array(list(SURNAMES), dtype=object)
    weight = 1.0 / np.arange(4, 4 + len(common)) ** 0.85
    surnames = common[random.choice(len(common), count, p=weight / weight.sum())]
    kind = random.random(count)
    surnames = np.where(
        kind > 0.993, np.array(COMPOUND, dtype=object)[random.integers(0, len(COMPOUND), count)], surnames
    )
    surnames = np.where(
        kind < 0.002,
        np.array(RARE_SURNAMES, dtype=object)[random.integers(0, len(RARE_SURNAMES), count)],
        surnames,
    )
    first = np.array(list(_GIVEN_A), dtype=object)[random.integers(0, len(_GIVEN_A), count)]
    second = np.array(list(_GIVEN_B), dtype=object)[random.integers(0, len(_GIVEN_B), count)]
    single = np.array(list(_SINGLE), dtype=object)[random.integers(0, len(_SINGLE), count)]
    rare = np.array(_RARE_GIVEN, dtype=object)[random.integers(0, len(_RARE_GIVEN), count)]
    style = random.random(count)
    given = np.where(style < 0.22, single, first + second)
    given = np.where(style > 0.994, rare, given)
    named: np.ndarray = surnames + given
    alone = random.random(count) > 0.9985  # registered under one character only
    named[alone] = single[alone]
    return named


def phone_numbers(random: np.random.Generator, count: int) -> np.ndarray:
    """Give `count` different mobile numbers of the block that nobody uses."""
    start, step = (
        int(random.integers(0, 99_999_989)),
        61_803_397,
    )  # coprime to the block, so no number comes twice
    numbers = (start + step * np.arange(count, dtype=np.int64)) % 99_999_989
    return np.array([str(PHONE_BLOCK + int(n)) for n in numbers], dtype=object)


def padded(prefix: str, numbers: np.ndarray, digits: int) -> list[str]:
    """Write numbers with leading zeros behind a prefix."""
    return [f"{prefix}{n:0{digits}d}" for n in numbers.tolist()]
