"""What code cannot say about tasks: every name exists, every task forgives."""

import ast
import inspect
from pathlib import Path

import pytest
from celery import Task

from config.celery import app
from infusion import dispatch, tasks  # noqa: F401 - importing registers the tasks

ROOT = Path(__file__).resolve().parents[2]
OURS = {name: task for name, task in app.tasks.items() if name.startswith("infusion.")}
ALLOWED = {"str", "int", "bool", "Sequence[str]"}


def names_in_dispatch() -> set[str]:
    return {
        value
        for name, value in vars(dispatch).items()
        if name.isupper() and isinstance(value, str)
    }


def is_dispatch(node: ast.AST) -> bool:
    return (
        isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and node.func.attr in {"send", "after_commit"}
        and ast.unparse(node.func.value).endswith("dispatch")
    )


def calls_of_dispatch() -> list[tuple[Path, ast.Call]]:
    return [
        (path, node)
        for path in [*ROOT.glob("infusion/**/*.py"), *ROOT.glob("patients/**/*.py")]
        for node in ast.walk(ast.parse(path.read_text()))
        if is_dispatch(node)
    ]


def test_every_dispatched_name_is_registered() -> None:
    assert names_in_dispatch() <= set(OURS)


def test_every_dispatch_uses_a_name_from_the_table() -> None:
    for path, call in calls_of_dispatch():
        shown = ast.unparse(call.args[0])
        assert shown.removeprefix("dispatch.") in vars(dispatch), f"{path}: {shown}"


def test_every_dispatch_gives_arguments_the_task_knows() -> None:
    for path, call in calls_of_dispatch():
        name = getattr(dispatch, ast.unparse(call.args[0]).removeprefix("dispatch."))
        known = set(inspect.signature(OURS[name].run).parameters)
        given = {keyword.arg for keyword in call.keywords}
        assert given <= known, f"{path}: {given - known}"


def test_beat_starts_only_registered_tasks() -> None:
    for line in app.conf.beat_schedule.values():
        known = set(inspect.signature(OURS[line["task"]].run).parameters)
        assert set(line.get("kwargs", {})) <= known


def test_beat_knows_no_crontab_and_no_clinical_time() -> None:
    for line in app.conf.beat_schedule.values():
        assert isinstance(line["schedule"], float)
        assert "expires" not in line.get("options", {})


@pytest.mark.parametrize("task", OURS.values(), ids=OURS)
def test_a_task_takes_keywords_and_forgives_new_ones(task: Task) -> None:
    parameters = inspect.signature(task.run).parameters.values()

    kinds = [parameter.kind for parameter in parameters]
    assert kinds[-1] is inspect.Parameter.VAR_KEYWORD
    assert set(kinds[:-1]) <= {inspect.Parameter.KEYWORD_ONLY}


@pytest.mark.parametrize("task", OURS.values(), ids=OURS)
def test_a_task_takes_ids_and_instants_only(task: Task) -> None:
    for parameter in inspect.signature(task.run).parameters.values():
        if parameter.kind is inspect.Parameter.KEYWORD_ONLY:
            assert inspect.formatannotation(parameter.annotation) in ALLOWED | {
                "collections.abc.Sequence[str]"
            }


def test_the_broker_can_lose_nothing_and_repeat_everything() -> None:
    conf = app.conf
    assert conf.task_acks_late
    assert conf.task_reject_on_worker_lost
    assert conf.task_ignore_result
    assert conf.broker_transport_options["visibility_timeout"] > conf.task_time_limit
    assert conf.task_soft_time_limit is None


def test_every_queue_a_task_is_routed_to_exists() -> None:
    queues = {queue.name for queue in app.conf.task_queues}
    routed = {route["queue"] for route in app.conf.task_routes.values()}
    assert routed | {app.conf.task_default_queue} <= queues


def test_nothing_about_a_task_is_logged_but_its_name() -> None:
    conf = app.conf
    assert not conf.worker_hijack_root_logger
    assert not conf.worker_redirect_stdouts
    assert not conf.worker_send_task_events
