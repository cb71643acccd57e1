"""How a name is filed: its pinyin or Latin sort key and its initials."""

from dataclasses import dataclass

from pypinyin import Style, lazy_pinyin

from patients.domain.names import PersonName, fold, has_chinese

_KEY_LENGTH = 400
_INITIALS_LENGTH = 40

# Characters that are read otherwise as a surname than in running text.
_SURNAMES = {
    "丁": "ding", "万俟": "mo qi", "乐": "yue", "乘": "sheng", "乜": "nie",
    "仇": "qiu", "令狐": "ling hu", "任": "ren", "佴": "nai", "便": "pian",
    "俞": "yu", "冼": "xian", "区": "ou", "单": "shan", "单于": "chan yu",
    "卜": "bu", "卞": "bian", "句": "gou", "召": "shao", "员": "yun",
    "哈": "ha", "尉": "wei", "尉迟": "yu chi", "宁": "ning", "宓": "mi",
    "宿": "su", "尹": "yin", "幺": "yao", "应": "ying", "折": "she",
    "撒": "sa", "晁": "chao", "曲": "qu", "曾": "zeng", "朴": "piao",
    "查": "zha", "柏": "bai", "殷": "yin", "洗": "xian", "澹台": "tan tai",
    "燕": "yan", "牟": "mou", "盖": "ge", "盛": "sheng", "祭": "zhai",
    "种": "chong", "秘": "bi", "繁": "po", "纪": "ji", "缪": "miao",
    "翟": "zhai", "葛": "ge", "藏": "zang", "覃": "qin", "解": "xie",
    "谌": "chen", "过": "guo", "逄": "pang", "那": "na", "郇": "xun",
    "都": "du", "长孙": "zhang sun", "阚": "kan", "隗": "wei", "車": "che",
    "车": "che", "黑": "he", "華": "hua", "华": "hua",
    "單": "shan", "區": "ou", "樸": "piao", "繆": "miao", "蓋": "ge",
    "應": "ying", "尉遲": "yu chi", "澹臺": "tan tai", "寧": "ning",
}  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class FilingKeys:
    """What a name is sorted and searched by."""

    sort_key: str
    initials: str


def filing_keys(name: PersonName) -> FilingKeys:
    """Return the sort key ("zhang san") and the initials ("zs"), family name first."""
    words = [*_family_words(name.family), *_words(name.given)]
    return FilingKeys(
        sort_key=" ".join(words)[:_KEY_LENGTH],
        initials="".join(word[0] for word in words)[:_INITIALS_LENGTH],
    )


def _family_words(family: str) -> list[str]:
    known = _SURNAMES.get("".join(family.split()))
    return known.split() if known else _words(family)


def _words(text: str) -> list[str]:
    if not has_chinese(text):
        return fold(text).split()
    return fold(" ".join(lazy_pinyin(text, style=Style.NORMAL))).split()
