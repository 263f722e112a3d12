"""Ethnic groups (民族) by their two-digit codes of GB/T 3304, as cards and forms name them."""

from __future__ import annotations

_IN_ORDER = """
汉 蒙古 回 藏 维吾尔 苗 彝 壮 布依 朝鲜
满 侗 瑶 白 土家 哈尼 哈萨克 傣 黎 傈僳
佤 畲 高山 拉祜 水 东乡 纳西 景颇 柯尔克孜 土
达斡尔 仫佬 羌 布朗 撒拉 毛南 仡佬 锡伯 阿昌 普米
塔吉克 怒 乌孜别克 俄罗斯 鄂温克 德昂 保安 裕固 京 塔塔尔
独龙 鄂伦春 赫哲 门巴 珞巴 基诺
"""

NAMES: dict[str, str] = {
    **{f"{code:02d}": name for code, name in enumerate(_IN_ORDER.split(), start=1)},
    "97": "其他",
    "98": "外国血统",
}
"""Code to name: 01–56, 97 and 98."""


def name_of(code: str) -> str:
    """The group's name. Later cards know more codes than the standard, so an unknown one is shown, never dropped."""
    return NAMES.get(code, f"民族代码 {code}")
