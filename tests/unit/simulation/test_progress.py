"""How far a run of the simulation says it is."""

from infusion.simulation.progress import Progress


class Paper:
    def __init__(self, is_terminal):
        self.is_terminal, self.lines = is_terminal, []

    def write(self, msg="", style_func=None, ending="\n"):
        self.lines.append(msg + ending)

    def isatty(self):
        return self.is_terminal


def told(total, is_terminal):
    paper = Paper(is_terminal)
    seconds = iter(range(0, 10_000, 6))
    progress = Progress(total, paper, lambda: next(seconds))
    assert list(progress.over(range(total))) == list(range(total))
    return paper.lines


def test_a_log_gets_a_line_every_ten_percent():
    lines = told(200, is_terminal=False)

    assert len(lines) == 10
    assert lines[0].startswith(" 10 % 20/200, ")
    assert lines[-1].startswith("100 % 200/200, 0:00 left")


def test_a_terminal_gets_one_line_that_grows():
    lines = told(4, is_terminal=True)

    assert [line.startswith("\r[") for line in lines] == [True] * 4
    assert [line.endswith("\n") for line in lines] == [False, False, False, True]
    assert "##########  " in lines[0]
    assert "1/4, 0:18 left" in lines[0]


def test_what_was_done_before_counts_but_not_for_the_time_that_is_left():
    paper = Paper(is_terminal=False)
    seconds = iter(range(0, 10_000, 6))
    progress = Progress(10, paper, lambda: next(seconds), had=8)

    assert list(progress.over("ab")) == ["a", "b"]
    assert paper.lines[0].startswith(" 90 % 9/10, 0:06 left")
