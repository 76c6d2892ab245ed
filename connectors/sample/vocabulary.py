"""The words the sample city is put together from: characters of names, parts of place and firm names.

Belongs here: word lists with rough weights, written by hand from general knowledge. Does not: choosing among them (that is
`people`, `places`, `firms`, `incidents`). No place, person or firm in them is real; what looks real is coincidence.
"""

from __future__ import annotations

PROVINCE, CITY, PARENT_CITY, DIVISION, AREA_CODE = "浙江省", "云陵市", "越江市", "330291", "0576"
"""The invented city: a county-level city under an invented prefecture; `DIVISION` is a code of GB/T 2260 form nobody has."""

SURNAMES: dict[str, float] = {
    **dict.fromkeys("王李张", 72),
    **dict.fromkeys("刘陈", 52),
    **dict.fromkeys("杨赵黄周吴", 24),
    **dict.fromkeys("徐孙胡朱高林何郭马", 14),
    **dict.fromkeys("罗梁宋郑谢韩唐冯于董萧程曹袁邓许傅沈曾彭吕", 7.5),
    **dict.fromkeys(
        "苏卢蒋蔡贾丁魏薛叶阎余潘杜戴夏钟汪田任姜范方石姚谭廖邹熊金陆郝孔白崔康毛邱秦江史顾侯邵孟龙万段雷钱汤", 3.6
    ),
    **dict.fromkeys(
        "尹黎易常武乔贺赖龚文庞樊兰殷施陶洪翟安颜倪严牛温芦季俞章鲁葛伍韦申尤毕聂丛焦向柳邢路岳齐梅莫庄辛管祝左涂谷祁时舒",
        1.3,
    ),
    **dict.fromkeys(
        "耿牟卜詹关苗凌费纪靳盛童欧甄项曲成游阳裴席卫查屈鲍位覃霍翁隋植甘景薄单包司柏宁柯阮桂闵解强柴华车冉房边辜吉饶刁",
        0.6,
    ),
    **dict.fromkeys("瞿戚丘古米池滕晋苑邬臧畅宫来嵺苟宗符蒲郁麦沙虞储巩匡褚敖湛楚应冀尚仇井党宣鹿", 0.25),
    **dict.fromkeys(["欧阳", "上官", "司马", "诸葛", "皇甫", "令狐", "尉迟"], 0.4),
}
"""Surname → share in a thousand, roughly as in the country."""

GIVEN_OLDER_MALE = "国建志明华军平文德荣林海永成金福生祥忠才贵根全庆富宝兴良友正义昌树元有仁光法大长连云水顺发田山松柏泉寿康喜万来财旺银祖宗耀堂"
GIVEN_OLDER_FEMALE = "英秀兰芳玉梅珍桂凤香莲珠翠娥菊美妹琴彩巧月素爱惠金花银娣小粉云仙阿杏女桃荷贞淑蓉萍腊招来芬"
GIVEN_MIDDLE_MALE = "伟强勇刚军斌峰波涛辉超鹏飞杰磊亮健民东洪新学利明建国华俊林海龙江春红卫兵宏松青晓立永志良武锋翔凯雷"
GIVEN_MIDDLE_FEMALE = "丽敏静燕霞红艳玲萍娟芳华英梅琴慧洁雪莉婷娜晓春秋月云倩蓉菲佳莹颖琳海丹晶亚群美爱"
GIVEN_YOUNGER_MALE = "浩宇轩泽晨睿博文子俊杰昊天嘉铭翔宸逸辰皓烨航奕旭哲瑞霖恒凯毅帆君佑安乐可一梓沐景煜"
GIVEN_YOUNGER_FEMALE = "欣怡涵雨萱梓婷诗语思琪佳悦一诺依晗可馨瑶妍彤雯若茜梦洁玥晨雅嘉心艺紫沐芷羽甜朵果安然"
GIVEN_ANY = "文永春玉金海晓林华清新元志平成小世德云瑞兴江龙星月阳雨雪松竹兰菊远方圆和祥庆延启承继思学敬守道立本仲伯叔季"

RARE_GIVEN = "䶮㛃䌹㭎𬭎𬱖𬍛𬬭𬘭䎃"
"""Characters outside GBK that real people bear; a GBK platform cannot write them."""

UYGHUR_GIVEN = [
    "艾力",
    "古丽",
    "阿依古丽",
    "买合木提",
    "吐尔洪",
    "帕提古丽",
    "热依拉",
    "玉山江",
    "阿不力孜",
    "麦麦提",
    "努尔古丽",
    "木拉提",
    "迪丽努尔",
    "艾尼",
    "塔依尔",
    "祖丽皮亚",
]
UYGHUR_FATHER = [
    "艾山",
    "肉孜",
    "托合提",
    "库尔班",
    "热合曼",
    "吐尔逊",
    "玉苏普",
    "买买提",
    "阿布拉",
    "依明",
    "司马义",
    "达吾提",
]

ETHNICITIES: dict[str, tuple[str, float]] = {
    "汉族": ("01", 0.9755),
    "回族": ("03", 0.0155),
    "维吾尔族": ("05", 0.0027),
    "苗族": ("06", 0.0015),
    "壮族": ("08", 0.0014),
    "满族": ("11", 0.0012),
    "侗族": ("12", 0.0008),
    "土家族": ("15", 0.0014),
}
"""Ethnicity → code of GB/T 3304 and share."""

PROVINCE_CODES = "41 34 36 42 43 52 51 50 37 33 35 32 14 13 61 62 53 45 44 23 22 21 15 64 63 65 46 31 11 12 54".split()
PROVINCE_WEIGHTS = [
    62,
    60,
    48,
    44,
    46,
    44,
    60,
    20,
    46,
    30,
    28,
    34,
    38,
    52,
    36,
    32,
    38,
    36,
    40,
    40,
    24,
    32,
    36,
    10,
    16,
    30,
    10,
    8,
    4,
    5,
    20,
]

MOBILE_PREFIXES = "130 131 132 133 134 135 136 137 138 139 147 150 151 152 153 155 156 157 158 159 166 173 176 177 178 180 181 182 183 184 185 186 187 188 189 191 195 198 199".split()

STREET_STEMS = [
    "临溪",
    "青石",
    "望桥",
    "柳浦",
    "凤坪",
    "白荡",
    "横塘",
    "金坞",
    "沙洲",
    "松隐",
    "梅渚",
    "石埠",
    "紫沙",
    "鹤滩",
    "云栖",
    "长浦",
    "东篱",
]
PLACE_CHARS = "云溪青石松柏兰桂金银龙凤鹤鹿梅竹荷莲杏柳枫桐星月霞晖春秋晴雪泉湖江河海滨山岭峰谷沙洲浦塘荡湾渡桥亭台阁楼安康宁和祥瑞福禄寿喜庆丰裕泰平永长久远景秀丽清明光华盛世嘉美乐新"
ROAD_KINDS = ["路", "路", "路", "大道", "街", "东路", "西路", "南路", "北路", "中路", "一路", "二路"]
ESTATE_KINDS = ["花园", "小区", "公寓", "佳苑", "雅居", "家园", "苑", "湾", "华庭", "名邸", "新村", "城", "府", "园"]
VILLAGE_KINDS = ["村", "里", "埭", "巷", "桥头", "浜", "圩", "塘", "岸", "宅"]
COMMUNITY_CHARS = "桥亭溪湾塘岭庙坊园港浦岸场渡坞潭"

BRAND_CHARS = "源阳长凯众润吉通德新康茂海恒绿星宝联良泰科福嘉远江盛隆创丰利鑫灵景光达顺华兴信永金东方宏瑞祥安健博美辉天满宇胜尔澜煌晟拓捷腾诚佳"
TRADES = [
    "机械",
    "包装",
    "钢管",
    "纺织",
    "塑料制品",
    "文化传媒",
    "服饰",
    "信息技术",
    "新材料",
    "医疗器械",
    "金属制品",
    "化工",
    "劳务",
    "毛纺",
    "餐饮管理",
    "环保设备",
    "装饰工程",
    "建筑工程",
    "针织",
    "电子科技",
    "贸易",
    "物流",
    "农业发展",
    "汽车零部件",
    "精密模具",
    "家具",
    "园林绿化",
    "电气设备",
]
SHOP_TRADES = [
    "水果店",
    "修理部",
    "小吃店",
    "服装店",
    "理发店",
    "布艺店",
    "棋牌室",
    "美容院",
    "便利店",
    "快餐店",
    "洗车店",
    "早餐店",
    "五金店",
    "文具店",
    "烟酒店",
    "超市",
    "药店",
    "面馆",
    "鞋店",
    "花店",
    "茶叶店",
    "干洗店",
]
LEGAL_FORMS: dict[str, float] = {
    "有限公司": 0.73,
    "股份有限公司": 0.09,
    "有限责任公司": 0.085,
    "厂": 0.065,
    "合伙企业(有限合伙)": 0.03,
}
SOCIAL_KINDS = ["社会工作服务中心", "幼儿园", "养老服务中心", "志愿者协会", "文化交流协会"]

EDUCATION = ["小学", "初中", "高中", "大专", "本科", "研究生"]

COMMON_CHARS = "一二三四五六七八九十百千东西南北中上下左右前后里外大小多少长短高低新旧老幼男女人民工农商学兵车船路桥街市城镇乡村庄店铺家户房屋门窗园林花草树木山川河湖江海天地日月星云风雨雷电春夏秋冬金银铜铁钢石土沙水火冶煤油气红黄蓝绿白黑紫灰青"
"""Beside the name characters: what a homophone slip may end in."""

LOOKALIKES = [
    "末未",
    "土士",
    "己已",
    "人入",
    "大太",
    "日目",
    "干千",
    "王玉",
    "田由",
    "天夫",
    "晴睛",
    "侯候",
    "芸芝",
    "昊吴",
    "辰晨",
    "亭享",
    "萧肖",
    "阎闫",
    "傅付",
    "洁沽",
    "渊源",
    "淇琪",
    "晓哓",
    "祖租",
    "延廷",
    "庭廷",
    "丹舟",
    "岚风",
    "玲铃",
    "荣莱",
    "苑范",
]
"""Groups of characters easily taken for one another."""

TRADITIONAL = dict(
    zip(
        "张陈刘杨黄赵吴孙马罗梁宋郑谢韩冯邓许萧苏卢蒋贾叶阎潘钟谭邹陆顾龙万汤贺赖龚庞兰严华国东军红丽兰凤云伟强杰飞兴宝贵",
        "張陳劉楊黃趙吳孫馬羅梁宋鄭謝韓馮鄧許蕭蘇盧蔣賈葉閻潘鐘譚鄒陸顧龍萬湯賀賴龔龐蘭嚴華國東軍紅麗蘭鳳雲偉強傑飛興寶貴",
        strict=True,
    )
)
"""Simplified → traditional, for the few names that are typed the old way."""

DEPARTMENTS: dict[str, str] = {
    "住房和城乡建设局": "住建局",
    "交通运输局": "交通局",
    "城市管理局": "城管局",
    "市场监督管理局": "市监局",
    "教育局": "教育局",
    "人民医院": "人民医院",
}
"""Departments and institutions of the city → what everybody calls them."""
