"""Why a catalogue file is refused, in both languages."""

from collections.abc import Callable, Mapping
from typing import Any

from jsonschema.exceptions import ValidationError

from infusion.catalogue.scales_reasons import SCALE_REASONS
from infusion.domain.courses import Text

REASONS: Mapping[str, Text] = {
    "syntax": Text(en="is not TOML: {detail}", zh="不是有效的 TOML：{detail}"),
    "not_utf8": Text(
        en="is not written in UTF-8: {detail}; save it again as UTF-8",
        zh="不是 UTF-8 编码：{detail}；请另存为 UTF-8",
    ),
    "newer_schema": Text(
        en="is written in schema {found}; this version reads schema {known}",
        zh="使用格式版本 {found}；本程序只能读取格式版本 {known}",
    ),
    "unknown_kind": Text(
        en="kind is {found}; known: {known}", zh="kind 为 {found}；可用：{known}"
    ),
    "file_name": Text(
        en="key {key} differs from the file name", zh="key {key} 与文件名不同"
    ),
    "missing": Text(en="lacks {names}", zh="缺少 {names}"),
    "missing_language": Text(
        en="lacks the text in {names}: both languages are needed",
        zh="缺少 {names} 文本：中英文都必须有",
    ),
    "unknown_name": Text(en="has unknown entries: {names}", zh="含有未知项：{names}"),
    "not_allowed": Text(
        en="is {found}; allowed: {allowed}", zh="为 {found}；只允许：{allowed}"
    ),
    "too_few": Text(
        en="needs at least {least} entries, has {found}",
        zh="至少需要 {least} 项，现有 {found} 项",
    ),
    "sources": Text(
        en="needs at least {least} source(s) for its mark, has {found}",
        zh="该证据等级至少需要 {least} 个来源，现有 {found} 个",
    ),
    "unknown_source": Text(
        en="names the source {key}, which is not in sources.toml: add it there with "
        "its address",
        zh="引用的来源 {key} 不在 sources.toml 中：请连同网址一并加入",
    ),
    "type": Text(en="must be {wanted}", zh="类型必须是 {wanted}"),
    "type_string": Text(
        en='must be a text or number in quotes, such as "14"',
        zh='必须为加引号的文字或数字，例如 "14"',
    ),
    "type_array": Text(
        en='must be a list in brackets, such as ["FLOW"]',
        zh='必须为方括号列表，例如 ["FLOW"]',
    ),
    "type_object": Text(
        en="must be written in braces: {{ ... }}", zh="必须写在花括号内：{{ ... }}"
    ),
    "type_boolean": Text(
        en="must be true or false, without quotes", zh="必须为 true 或 false，不加引号"
    ),
    "type_integer": Text(
        en="must be a whole number without quotes", zh="必须为整数，不加引号"
    ),
    "empty": Text(en="is empty", zh="为空"),
    "pattern": Text(
        en="is {found}; it must look like {wanted}",
        zh="为 {found}；格式必须为 {wanted}",
    ),
    "invalid": Text(en="is not valid: {detail}", zh="无效：{detail}"),
    "not_a_number": Text(
        en="is not a number from zero up", zh="不是大于或等于零的数字"
    ),
    "not_whole": Text(en="is not a whole number", zh="不是整数"),
    "too_large": Text(en="must be at most {most}", zh="不得超过 {most}"),
    "not_above_zero": Text(en="must be above zero", zh="必须大于零"),
    "dose_above_cap": Text(
        en="the dose of {dose} is above its cap of {cap} ug/d",
        zh="剂量 {dose} 超过上限 {cap} ug/d",
    ),
    "volume_ml": Text(
        en="rate x hours = {rate} x {hours} = {product} mL, the file says {volume} mL",
        zh="速率 × 小时数 = {rate} × {hours} = {product} mL，而文件写的是 {volume} mL",
    ),
    "run_hours": Text(
        en="the bag is stopped after {runs} h: each must be above zero and at most "
        "{hours} h",
        zh="输液袋在 {runs} 小时后停止：每个值必须大于零且不超过 {hours} 小时",
    ),
    "bag_volume_ml": Text(
        en="the whole bag holds {bag} mL, less than the {volume} mL that are delivered",
        zh="整袋容量 {bag} mL，少于输注容量 {volume} mL",
    ),
    "room_hours": Text(
        en="the bag runs {hours} h, longer than it keeps ({room} h out of the cold, "
        "{cold} h in the cold)",
        zh="输液袋需输注 {hours} 小时，超过其保存时限（室温 {room} 小时，冷藏 {cold} 小时）",
    ),
    "level": Text(
        en="names a dose level that the file does not have: {found}",
        zh="使用了文件中没有的剂量级别：{found}",
    ),
    "steps_outside": Text(
        en="steps must begin at hour 0, rise and lie inside the infusion of {hours} h; "
        "found {found}",
        zh="剂量递增必须从第 0 小时开始、依次递增并位于 {hours} 小时的输注时间之内；现为 {found}",
    ),
    "infusion": Text(
        en="the infusion must last longer than zero hours", zh="输注时间必须大于零小时"
    ),
    "infusion_kind": Text(
        en="an infusion stands only in a block of kind BLINATUMOMAB or COMBINED, this one "
        "is {kind}",
        zh="只有 BLINATUMOMAB 或 COMBINED 类型的阶段可以含输注，本阶段为 {kind}",
    ),
    "no_infusion": Text(
        en="a block of kind {kind} needs its infusion; what no source gives is written as "
        "missing",
        zh="{kind} 类型的阶段必须写明输注；来源未给出的写为 missing",
    ),
    "no_free_days": Text(
        en="needs the free days of the infusion or the length of the block, or says that "
        "they are missing",
        zh="需写明输注后的间歇天数或阶段长度，或注明缺失",
    ),
    "no_steps": Text(
        en="needs the dose steps, or says that they are missing",
        zh="需写明剂量递增，或注明缺失",
    ),
    "no_length": Text(
        en="needs a length in days or until when it lasts, or says that it is missing",
        zh="需写明天数或持续至何时，或注明缺失",
    ),
    "length_days": Text(
        en="{found} days are fewer than the infusion and its free days: {least}",
        zh="{found} 天少于输注天数与间歇天数之和：{least}",
    ),
    "times": Text(en="must be given at least once", zh="至少给予一次"),
    "days": Text(
        en="is {found}; days are written as 1, 8, 15, from 1 up",
        zh="为 {found}；天数写作 1, 8, 15，从第 1 天起",
    ),
    "row_twice": Text(en="there is a row {key} already", zh="行 {key} 已存在"),
    "hole_acts": Text(
        en="stands for a rule that was not found and can not have {names}",
        zh="表示未找到规定，不能含有 {names}",
    ),
    "no_action": Text(
        en="needs an action, or says that it is missing", zh="需写明处理，或注明缺失"
    ),
    "only_a_hold_ends": Text(en="is only for a rule that holds", zh="仅用于暂停类规定"),
    "limit_of": Text(
        en="{found} with its limit where it has one, and without where it has none",
        zh="{found}：有界限者须写明，无界限者不得写",
    ),
    "block_twice": Text(en="there is a block {key} already", zh="阶段 {key} 已存在"),
    "key_twice": Text(
        en="{other} has the key {key} already", zh="{other} 已使用 key {key}"
    ),
    "unknown_block": Text(
        en="there is no block {to}, neither in this file nor among the shared blocks: "
        "{known}",
        zh="没有阶段 {to}：本文件与共享阶段（{known}）中均不存在",
    ),
    "exit_goes_on": Text(
        en="is an exit and can not lead to another block",
        zh="为出口，不能再通向其他阶段",
    ),
    "decides_nothing": Text(
        en="is a decision without a way out", zh="为决策点，但没有任何后续"
    ),
    "cycle_in_graph": Text(
        en="leads back: {loop}. Repetition is written as times",
        zh="形成回路：{loop}。重复请用 times 表示",
    ),
    "unreachable": Text(en="no way leads to this block", zh="没有任何途径通向本阶段"),
    "anchor_not_before": Text(
        en="is measured from {to}, which does not come before on every way",
        zh="以 {to} 为起点计算，但并非每条途径都先经过它",
    ),
    "unknown_regimen": Text(
        en="there is no sound regimen {key}; known: {known}",
        zh="没有可用的方案 {key}；可用：{known}",
    ),
    "unknown_place": Text(
        en="is no place of the regimen that takes a value",
        zh="方案中没有可填写数值的此位置",
    ),
    "no_source": Text(
        en="a value of a site needs its source", zh="本机构填写的数值必须注明来源"
    ),
    "sourced": Text(
        en="comes from a source (mark {mark}) and can not be replaced; only what needs "
        "sign-off can",
        zh="有来源（证据等级 {mark}），不能替换；只能替换需签署确认的数值",
    ),
    "one_comparison": Text(
        en="asks exactly one of: is, below, at_least",
        zh="is、below、at_least 三者必须且只能写一个",
    ),
    "fact_not_usable": Text(
        en="is {found}, which {fact} can not be; known: {known}",
        zh="为 {found}，{fact} 不能取该值；可用：{known}",
    ),
    "unit_of_fact": Text(
        en="is in {found}; {fact} is measured in {wanted}",
        zh="单位为 {found}；{fact} 的单位是 {wanted}",
    ),
    "unit_of_mrd": Text(
        en='is in {found}; MRD is a fraction of cells, unit "1": 0.01 % is 0.0001',
        zh='单位为 {found}；MRD 为细胞比例，单位 "1"：0.01% 写作 0.0001',
    ),
    "dose_side": Text(en="needs {names}", zh="缺少 {names}"),
    "max_cycles": Text(
        en="is {found}, but the longest way has {last}",
        zh="为 {found}，但最长途径有 {last} 个周期",
    ),
    "no_recipes": Text(
        en="no bag recipe of this jurisdiction has a source yet",
        zh="该辖区尚无有来源的输液袋配方",
    ),
    "unknown_recipe": Text(en="there is no recipe {key}", zh="没有输液袋配方 {key}"),
    "other_jurisdiction": Text(
        en="recipe {key} is of jurisdiction {found}, the regimen of {wanted}: the same "
        "bag name runs at another rate there",
        zh="配方 {key} 属于辖区 {found}，方案属于 {wanted}：同名输液袋在两地速率不同",
    ),
    "rule_twice": Text(en="{kind} is there twice", zh="{kind} 重复出现"),
    "strange_sign": Text(
        en="holds a sign that cannot be stored or sent: {found}",
        zh="含有无法存储或发送的字符：{found}",
    ),
    "rule_reserved": Text(
        en="{kind} is the name of a notice that follows no rule; choose another",
        zh="{kind} 是不由规则产生的通知名称；请另选名称",
    ),
    "trait_never_known": Text(
        en="nobody knows this of {event}: the rule would never speak; known: {known}",
        zh="{event} 没有此项信息，规则永远不会生效；可用：{known}",
    ),
    "not_one_line": Text(
        en="must be one line: it is the subject of a mail",
        zh="必须只有一行：它用作邮件主题",
    ),
    "rule_same": Text(
        en="says the same as {other}: one event, time, conditions and people",
        zh="与 {other} 相同：事件、时间、条件和对象都一样",
    ),
    "unknown_rule": Text(
        en="there is no rule {key}; known: {known}", zh="没有规则 {key}；可用：{known}"
    ),
    "not_minutes": Text(
        en='must be whole minutes from the event in unit "min", such as "-120"',
        zh='必须是相对事件的整分钟数，单位为 "min"，例如 "-120"',
    ),
    "nothing_before": Text(
        en="{event} is only known once it has happened: no reminder goes before it",
        zh="{event} 发生后才可知：不能设置提前提醒",
    ),
    "nothing_after": Text(
        en="{event} has nothing to say afterwards: only reminders before it",
        zh="{event} 之后无可提醒：只能设置提前提醒",
    ),
    "expires_first": Text(
        en="expires at {found} minutes, and is due at {offset}: it would never leave",
        zh="在 {found} 分钟过期，却在 {offset} 分钟才到期：永远不会发出",
    ),
    "expires_after": Text(
        en="expires {found} minutes after the event: a reminder before it must not "
        "leave after it",
        zh="在事件之后 {found} 分钟才过期：事件前的提醒不得在事件后发出",
    ),
    "unknown_policy": Text(
        en="there is no site value {key} in minutes",
        zh="没有以分钟为单位的机构值 {key}",
    ),
    "text_empty": Text(en="must not be empty", zh="不得为空"),
    "unknown_placeholder": Text(
        en="has {found}, which is not known here; known: {known}",
        zh="含有此处未知的占位符 {found}；可用：{known}",
    ),
    "placeholder_missing": Text(
        en="lacks {name}: the reader would not learn when",
        zh="缺少 {name}：读者无法得知时间",
    ),
    "text_too_long": Text(
        en="takes {parts} text messages with a long name and address; at most {most}",
        zh="加上较长的姓名和网址后需 {parts} 条短信；最多 {most} 条",
    ),
    "unknown_fact": Text(
        en="there is no fact {key}, or it has no part {item}",
        zh="没有事实 {key}，或它没有 {item} 这一部分",
    ),
    "word_not_asked": Text(
        en="no way out asks for the word {key}; known here: {known}",
        zh="没有途径用到词语 {key}；此处可用：{known}",
    ),
    "unknown_value": Text(
        en="there is no site value {key} for it", zh="没有对应的机构值 {key}"
    ),
    "hard_waived": Text(
        en="a hard criterion names nobody who may waive it",
        zh="硬性条件不得列出可豁免的人员",
    ),
    "criterion_twice": Text(en="{key} is there twice", zh="{key} 重复出现"),
    "not_a_choice": Text(
        en="the proposal {found} can not be chosen", zh="建议值 {found} 不在可选范围内"
    ),
    **SCALE_REASONS,
}


def reason(key: str, /, **params: object) -> Text:
    """Put a reason into words."""
    words = REASONS[key]
    return Text(en=words.en.format(**params), zh=words.zh.format(**params))


def of_schema(problem: ValidationError) -> Text:
    """Put what a schema refuses into words a pharmacist can act on."""
    explain = _BY_VALIDATOR.get(str(problem.validator))
    return explain(problem) if explain else reason("invalid", detail=problem.message)


def _missing(problem: ValidationError) -> Text:
    instance: Any = problem.instance
    wanted: Any = problem.validator_value
    names = [name for name in wanted if name not in instance]
    is_text = set(wanted) == {"en", "zh"}
    key = "missing_language" if is_text else "missing"
    return reason(key, names=", ".join(names))


def _dependent(problem: ValidationError) -> Text:
    wanted: Any = problem.validator_value
    instance: Any = problem.instance
    names = {each for name in wanted if name in instance for each in wanted[name]}
    return reason("missing", names=", ".join(sorted(names - set(instance))))


def _unknown(problem: ValidationError) -> Text:
    schema: Any = problem.schema
    instance: Any = problem.instance
    names = [name for name in instance if name not in schema["properties"]]
    return reason("unknown_name", names=", ".join(names))


def _too_few(problem: ValidationError) -> Text:
    instance: Any = problem.instance
    is_sources = list(problem.absolute_path)[-1:] == ["sources"]
    key = "sources" if is_sources else "too_few"
    return reason(key, least=problem.validator_value, found=len(instance))


def _enum(problem: ValidationError) -> Text:
    values: Any = problem.validator_value
    allowed = ", ".join(repr(one) for one in values)
    return reason("not_allowed", found=repr(problem.instance), allowed=allowed)


def _const(problem: ValidationError) -> Text:
    allowed = repr(problem.validator_value)
    return reason("not_allowed", found=repr(problem.instance), allowed=allowed)


def _pattern(problem: ValidationError) -> Text:
    found, wanted = repr(problem.instance), problem.validator_value
    return reason("pattern", found=found, wanted=wanted)


def _type(problem: ValidationError) -> Text:
    wanted: Any = problem.validator_value
    # Where several will do, the first is the one a person writes.
    first = wanted if isinstance(wanted, str) else wanted[0]
    named = f"type_{first}"
    return reason(named) if named in REASONS else reason("type", wanted=wanted)


_BY_VALIDATOR: Mapping[str, Callable[[ValidationError], Text]] = {
    "required": _missing,
    "dependentRequired": _dependent,
    "minProperties": lambda _: reason("empty"),
    "additionalProperties": _unknown,
    "enum": _enum,
    "const": _const,
    "minItems": _too_few,
    "minLength": lambda _: reason("empty"),
    "type": _type,
    "pattern": _pattern,
}
