"""Why a file of a scale, of triage rules or of questions is refused."""

from collections.abc import Mapping

from infusion.domain.courses import Text

SCALE_REASONS: Mapping[str, Text] = {
    "unknown_finding": Text(
        en="there is no kind of finding {found}", zh="没有名为 {found} 的发现类型"
    ),
    "unknown_word": Text(
        en="{found} is no word of it; known: {known}",
        zh="{found} 不是其可用词；可用：{known}",
    ),
    "ask_form": Text(
        en="{found} is asked for by words (is, maybe) or by limits (at_least, above, "
        "at_most, below), as its values are",
        zh="{found} 须按其取值方式提问：用词（is、maybe）或用界限（at_least、above、at_most、below）",
    ),
    "points_of": Text(
        en="{found} needs points for each of its words, or for none, and a number has "
        "none: {known}",
        zh="{found} 的每个用词都须有分值或全部没有；数字没有分值：{known}",
    ),
    "hole_mark": Text(
        en="a row that is missing has the mark NF, and no other row has it",
        zh="缺失（missing）的行证据等级为 NF，其他行不得为 NF",
    ),
    "rule_or_trend": Text(
        en="asks either when or trend, one of the two",
        zh="when 与 trend 必须且只能写一个",
    ),
    "trend_by": Text(
        en="{found}: a number gets worse by an amount, a word is new without one",
        zh="{found}：数字须写明变化量 by，用词只能为 NEW 且不写 by",
    ),
    "trend_alone": Text(
        en="{found} is compared with earlier check-ins alone: without one, no answer to it "
        "would be green. Keep a rule that asks for {found} itself (when)",
        zh="{found} 只与以往登记比较：没有以往登记时，未回答会显示为绿色。"
        "请保留一条直接询问 {found} 的规则（when）",
    ),
    "unanswered_colour": Text(
        en="is {found}; allowed: SAME, AMBER. It is never green",
        zh="为 {found}；只允许 SAME 或 AMBER，绝不为绿色",
    ),
    "one_finding": Text(
        en="asks for several findings together: a phone without a network reads one answer "
        "at a time and would show less. Let one of them be enough",
        zh="同时要求多项发现：无网络的手机一次只能读取一个回答，会少报。请改为任一项即可",
    ),
    "claims_source": Text(
        en="carries the mark {mark} of a source, but is not the shipped rule as it was: "
        "give it the mark I, or leave it as it is",
        zh="带有来源证据等级 {mark}，但与随附规则不一致：请改为 I，或保持原样",
    ),
    "option_of": Text(
        en="the answer {found} gives no value of {code}",
        zh="答案 {found} 不对应 {code} 的任何取值",
    ),
    "no_way_out": Text(
        en="needs an answer that gives no value, such as CANNOT_TELL: nobody may be "
        "made to guess",
        zh="需要一个不给出取值的选项，例如 CANNOT_TELL：不得迫使任何人猜测",
    ),
    "for_nurses": Text(
        en="{found} is for clinicians: only a form for nurses may ask for it",
        zh="{found} 仅限医护人员：只有护士用表可以询问",
    ),
    "item_before": Text(
        en="names {found}, which is no item before it",
        zh="引用了 {found}，但其前没有该题目",
    ),
    "item_form": Text(
        en="a {form} has {names}, and nothing else that gives a value",
        zh="{form} 类型须有 {names}，且不得有其他取值方式",
    ),
}
