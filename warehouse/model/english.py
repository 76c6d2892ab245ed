"""English words for labels that are Chinese by themselves: nationalities, sex, classes of events.

Belongs here: words. Does not: codes of One Network, which are English as they are. A label that a city adds has none.
"""

from __future__ import annotations

_NATIONALITIES = (
    "汉族 Han,蒙古族 Mongol,回族 Hui,藏族 Zang,维吾尔族 Uygur,苗族 Miao,彝族 Yi,壮族 Zhuang,布依族 Buyei,朝鲜族 Chosen,满族 Man,侗族 Dong,"
    "瑶族 Yao,白族 Bai,土家族 Tujia,哈尼族 Hani,哈萨克族 Kazak,傣族 Dai,黎族 Li,傈僳族 Lisu,佤族 Va,畲族 She,高山族 Gaoshan,拉祜族 Lahu,"
    "水族 Sui,东乡族 Dongxiang,纳西族 Naxi,景颇族 Jingpo,柯尔克孜族 Kirgiz,土族 Tu,达斡尔族 Daur,仫佬族 Mulao,羌族 Qiang,布朗族 Blang,"
    "撒拉族 Salar,毛南族 Maonan,仡佬族 Gelao,锡伯族 Xibe,阿昌族 Achang,普米族 Pumi,塔吉克族 Tajik,怒族 Nu,乌孜别克族 Uzbek,俄罗斯族 Russ,"
    "鄂温克族 Ewenki,德昂族 Deang,保安族 Bonan,裕固族 Yugur,京族 Gin,塔塔尔族 Tatar,独龙族 Derung,鄂伦春族 Oroqen,赫哲族 Hezhen,"
    "门巴族 Monba,珞巴族 Lhoba,基诺族 Jino"
)
"""As GB/T 3304 romanises them."""
_EVENTS = (
    "井盖缺失 missing manhole cover,停水停电 water or power cut,占道经营 street trading,咨询 inquiry,噪声扰民 noise,意见建议 suggestion,"
    "拖欠工资 unpaid wages,无效来电 void call,日常巡查 routine patrol,暴露垃圾 litter,机动车乱停放 illegal parking,油烟扰民 cooking fumes,"
    "消防通道堵塞 blocked fire lane,环境污染 pollution,绿化问题 greenery,群租房 overcrowded letting,表扬 praise,路灯不亮 street lamp out,"
    "违章搭建 illegal building,道路破损 damaged road,道路积水 flooded road,邻里纠纷 dispute between neighbours,"
    "非机动车乱停放 badly parked bicycles,非法小广告 illegal posters"
)
_WORDS = {"男": "male", "女": "female"} | {
    zh: en for zh, _, en in (pair.partition(" ") for pair in f"{_NATIONALITIES},{_EVENTS}".split(","))
}


def english(label: str) -> str | None:
    """The English of a label; of several with `、` between them the English of each; None where one is not known.

    >>> english("男"), english("路灯不亮、道路破损"), english("某")
    ('male', 'street lamp out, damaged road', None)
    """
    words = [_WORDS.get(part) for part in label.split("、")]
    return None if None in words else ", ".join(word for word in words if word)
