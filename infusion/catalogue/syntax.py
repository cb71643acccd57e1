"""Says in plain words what is wrong with the writing of a TOML text."""

import re

from infusion.domain.courses import Text

_AT = re.compile(r"at line (\d+), column (\d+)")
# Typed with a Chinese keyboard or put in by a word processor; TOML knows the plain signs.
_FOREIGN = frozenset("“”„‘’«»，、；：＝【】［］｛｝（）＂＇　")

_HINTS = (
    (
        re.compile("Unclosed"),
        Text(
            en="a comma or a closing bracket is missing here, or a line was broken: "
            "what stands in { } stays on one line",
            zh="此处缺少逗号或右括号，或一行被拆成两行：{ } 内须写在同一行",
        ),
    ),
    (
        re.compile("Invalid value"),
        Text(
            en='texts and numbers stand in quotes: "14"; yes and no are true and false',
            zh='文字与数字须加引号："14"；是与否写作 true 与 false',
        ),
    ),
    (
        re.compile("Expected '='"),
        Text(en="an = is missing after the name", zh="名称之后缺少 ="),
    ),
    (
        re.compile("Expected newline"),
        Text(
            en="the line should end here: a quote or a comma is too many, or missing",
            zh="该行应在此结束：多或少了引号或逗号",
        ),
    ),
    (
        re.compile("Invalid initial character"),
        Text(
            en="a comma before it is too many, or a line was broken: what stands in "
            "{ } stays on one line",
            zh="其前多了逗号，或一行被拆成两行：{ } 内须写在同一行",
        ),
    ),
    (
        re.compile("Cannot|twice"),
        Text(en="the same name is there already", zh="同一名称已出现过"),
    ),
    (
        re.compile("Unterminated|Illegal character"),
        Text(en="a text is not closed by a quote", zh="文字缺少结束引号"),
    ),
)


def hint(text: str, message: str) -> Text | None:
    """Return what to look for where the reader stopped; None when nothing helps."""
    found = _sign_at(text, message)
    if found in _FOREIGN:
        return Text(
            en=f'{found} is not a sign of TOML: type " , = [ ] {{ }} on an English '
            "keyboard",
            zh=f'“{found}”不是 TOML 符号：请用英文半角输入 " , = [ ] {{ }}',
        )
    return next((words for known, words in _HINTS if known.search(message)), None)


def _sign_at(text: str, message: str) -> str:
    """Return the character at the place a message names, if there is one."""
    match = _AT.search(message)
    if match is None:
        return ""
    line, column = int(match.group(1)), int(match.group(2))
    lines = text.splitlines()
    written = lines[line - 1] if line <= len(lines) else ""
    return written[column - 1 : column]
