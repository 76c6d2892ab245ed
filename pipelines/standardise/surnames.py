"""Chinese surnames: which there are, which are compound, and how the tricky ones are read.

Belongs here: lists from general knowledge (the Hundred Family Surnames and today's common ones). Does not: rules.
"""

from __future__ import annotations

COMMON = frozenset(
    "王李张刘陈杨黄赵吴周徐孙马朱胡郭何林高罗郑梁谢宋唐许韩冯邓曹彭曾肖田董潘袁蔡蒋余于杜叶程苏魏吕丁任沈姚卢姜崔钟谭陆汪范金石廖"
    "贾夏韦付方白邹孟熊秦邱江尹薛闫段雷侯龙史陶黎贺顾毛郝龚邵万钱严覃武戴莫孔向汤"
)
"""The hundred or so most common single surnames: two of them in front of a four-character name make a double surname."""

SINGLE = COMMON | frozenset(
    "赵钱孙李周吴郑王冯陈褚卫蒋沈韩杨朱秦尤许何吕施张孔曹严华金魏陶姜戚谢邹喻柏水窦章云苏潘葛奚范彭郎鲁韦昌马苗凤花方俞任袁柳酆鲍史唐"
    "费廉岑薛雷贺倪汤滕殷罗毕郝邬安常乐于时傅皮卞齐康伍余元卜顾孟平黄和穆萧尹姚邵湛汪祁毛禹狄米贝明臧计伏成戴谈宋茅庞熊纪舒屈项祝董梁"
    "杜阮蓝闵席季麻强贾路娄危江童颜郭梅盛林刁钟徐邱骆高夏蔡田樊胡凌霍虞万支柯昝管卢莫经房裘缪干解应宗丁宣贲邓郁单杭洪包诸左石崔吉钮龚"
    "程嵇邢滑裴陆荣翁荀羊於惠甄曲家封芮羿储靳汲邴糜松井段富巫乌焦巴弓牧隗山谷车侯宓蓬全郗班仰秋仲伊宫宁仇栾暴甘钭厉戎祖武符刘景詹束龙"
    "叶幸司韶郜黎蓟薄印宿白怀蒲邰从鄂索咸籍赖卓蔺屠蒙池乔阴胥能苍双闻莘党翟谭贡劳逄姬申扶堵冉宰郦雍璩桑桂濮牛寿通边扈燕冀浦尚农温别庄"
    "晏柴瞿阎充慕连茹习宦艾鱼容向古易慎戈廖庾终暨居衡步都耿满弘匡国文寇广禄阙东殴沃利蔚越夔隆师巩厍聂晁勾敖融冷訾辛阚那简饶空曾毋沙乜"
    "养鞠须丰巢关蒯相查后荆红游竺权逯盖益桓公付肖闫代佟岳苟涂谌伦邸亓战展皇查楚商展冼祖雒仝樊柴逯位仉由官邝区揭占来覃辜阳庹补者战初滕"
    "沙隋蹇芦苑候信闪禤展柏幺兰占矫门南衣粟买麦衡延栗库铁旷郄"
)
"""Single surnames that are met in practice."""

COMPOUND = frozenset(
    "欧阳 太史 端木 上官 司马 东方 独孤 南宫 万俟 闻人 夏侯 诸葛 尉迟 公羊 赫连 澹台 皇甫 宗政 濮阳 公冶 太叔 申屠 公孙 慕容 仲孙 钟离 长孙 宇文 "
    "司徒 鲜于 司空 闾丘 子车 亓官 司寇 巫马 公西 颛孙 壤驷 公良 漆雕 乐正 宰父 谷梁 拓跋 夹谷 轩辕 令狐 段干 百里 呼延 东郭 南门 羊舌 微生 "
    "公户 公玉 公仪 梁丘 公仲 公上 公门 公山 公坚 左丘 公伯 西门 公祖 第五 公乘 贯丘 公皙 南荣 东里 东宫 仲长 子书 子桑 即墨 达奚 褚师 吴铭 "
    "纳兰 完颜 叶赫 那拉 爱新 觉罗 欧陽".split()
) - {"吴铭"}
"""Compound surnames."""

READINGS: dict[str, str] = {
    "单": "shan", "曾": "zeng", "解": "xie", "仇": "qiu", "任": "ren", "朴": "piao", "查": "zha", "区": "ou", "盖": "ge",
    "翟": "zhai", "乐": "yue", "折": "she", "宓": "mi", "缪": "miao", "冼": "xian", "洗": "xian", "员": "yun", "秘": "bi",
    "覃": "qin", "召": "shao", "黑": "he", "逄": "pang", "钭": "tou", "句": "gou", "勾": "gou", "么": "yao", "幺": "yao",
    "晁": "chao", "隗": "wei", "种": "chong", "郇": "xun", "祭": "zhai", "都": "du", "谌": "chen", "郗": "xi", "尉": "wei",
    "宿": "su", "车": "che", "卜": "bu", "柏": "bai", "薄": "bo", "褚": "chu", "石": "shi", "宁": "ning", "藏": "zang",
    "牟": "mu", "莘": "shen", "乜": "nie", "万": "wan", "行": "xing", "哈": "ha", "阚": "kan", "瞿": "qu", "禚": "zhuo",
    "尹": "yin", "能": "nai", "长": "chang", "沈": "shen", "贾": "jia", "葛": "ge", "那": "na", "殷": "yin", "盛": "sheng",
    "应": "ying", "相": "xiang", "燕": "yan", "华": "hua", "过": "guo", "纪": "ji", "余": "yu", "俞": "yu", "戴": "dai",
    "鲍": "bao", "娄": "lou", "蒋": "jiang", "强": "qiang", "降": "jiang", "重": "chong", "曲": "qu", "卒": "zu",
    "尉迟": "yu chi", "万俟": "mo qi", "长孙": "zhang sun", "澹台": "tan tai", "令狐": "ling hu", "鲜于": "xian yu",
    "乐正": "yue zheng", "宰父": "zai fu", "亓官": "qi guan", "皇甫": "huang fu", "单于": "chan yu", "呼延": "hu yan",
}  # fmt: skip
"""Readings of surnames where a dictionary of characters gives another, or an ambiguous, one."""


def surname_of(name: str) -> str:
    """The surname at the head of a simplified name without dots: compound ones whole, else the first character.

    Of a four-character name that starts with two common surnames both are taken (children bearing both parents' names).
    Names without a Chinese surname yield their first character, which serves for grouping only.

    >>> surname_of('欧阳明'), surname_of('陈徐小雨'), surname_of('单文')
    ('欧阳', '陈徐', '单')
    """
    head = name[:2]
    if len(name) > 2 and head in COMPOUND:
        return head
    if len(name) == 4 and name[0] in COMMON and name[1] in COMMON and "?" not in name:
        return head
    return name[:1]
