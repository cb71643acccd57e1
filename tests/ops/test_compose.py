"""The production file is read as data: each promise it makes is an assertion."""

import os
import subprocess
from pathlib import Path

import pytest
import yaml

from deploy import new_secrets
from infusion.notifications.channels.push import signer_of
from infusion.notifications.channels.registry import NEEDS
from ops.layout import ROOT

COMPOSE = yaml.safe_load((ROOT / "docker-compose.yml").read_text())
SERVICES = COMPOSE["services"]
OURS = ("web", "worker", "beat", "migrate")
DOCKERFILE = (ROOT / "Dockerfile").read_text()


def test_these_are_the_services() -> None:
    assert set(SERVICES) == {*OURS, "db", "redis", "proxy"}


@pytest.mark.parametrize("name", SERVICES)
def test_no_service_runs_as_root(name: str) -> None:
    user, _, group = SERVICES[name]["user"].partition(":")
    assert int(user) > 0
    assert int(group) > 0


@pytest.mark.parametrize("name", SERVICES)
def test_no_service_can_change_its_files_or_gain_privileges(name: str) -> None:
    service = SERVICES[name]
    assert service["read_only"] is True
    assert service["cap_drop"] == ["ALL"]
    assert "cap_add" not in service
    assert "privileged" not in service
    assert "no-new-privileges:true" in service["security_opt"]
    assert any(mount.startswith("/tmp:") for mount in service["tmpfs"])  # noqa: S108
    assert service["pids_limit"] <= 200


@pytest.mark.parametrize("name", set(SERVICES) - {"migrate"})
def test_every_lasting_service_tells_its_health_and_comes_back(name: str) -> None:
    assert SERVICES[name]["healthcheck"]["test"][0] in {"CMD", "CMD-SHELL"}
    assert SERVICES[name]["restart"] == "unless-stopped"


def test_migrate_runs_once_and_before_everything_that_uses_the_tables() -> None:
    assert SERVICES["migrate"]["restart"] == "no"
    for name in ("web", "worker", "beat"):
        after = SERVICES[name]["depends_on"]
        assert after["migrate"] == {"condition": "service_completed_successfully"}
        assert after["db"] == {"condition": "service_healthy"}


def test_there_is_one_beat_also_while_it_is_replaced() -> None:
    deploy = SERVICES["beat"]["deploy"]
    assert deploy["replicas"] == 1
    assert deploy["update_config"]["order"] == "stop-first"


def test_only_migrate_gets_the_owner_of_the_tables() -> None:
    holders = {
        name
        for name, service in SERVICES.items()
        if "owner_database_url" in service.get("secrets", [])
    }
    assert holders == {"migrate"}
    for name in ("web", "worker", "beat"):
        url = SERVICES[name]["environment"]["DATABASE_URL_FILE"]
        assert url == "/run/secrets/app_database_url"


@pytest.mark.parametrize("name", SERVICES)
def test_secrets_are_files_that_the_service_was_given(name: str) -> None:
    service = SERVICES[name]
    given = set(service.get("secrets", []))
    assert given <= set(COMPOSE["secrets"])
    for variable, value in service.get("environment", {}).items():
        if "/run/secrets/" in str(value):
            assert variable.endswith("_FILE")
            assert Path(value).name in given
        else:
            sensitive = ("KEY", "PASSWORD", "SECRET", "DATABASE_URL", "REDIS_URL")
            assert not any(word in variable for word in sensitive)


def test_every_secret_is_used_and_made_or_asked_for(tmp_path: Path) -> None:
    used = {s for each in SERVICES.values() for s in each.get("secrets", [])}
    assert used == set(COMPOSE["secrets"])
    by_hand = new_secrets.make(tmp_path / "secrets")
    made = {path.name for path in (tmp_path / "secrets").iterdir()}
    wanted = {Path(each["file"]).name for each in COMPOSE["secrets"].values()}
    assert made | set(by_hand) == wanted


def test_the_key_of_push_messages_is_one_and_stays(tmp_path: Path) -> None:
    for _number in range(2):
        new_secrets.make(tmp_path)
    key = (tmp_path / "vapid_private_key").read_text()

    assert signer_of(key, "https://infusion.example.org").public_key()
    assert {n for n in OURS if "vapid_private_key" in SERVICES[n]["secrets"]} == {*OURS}


@pytest.mark.parametrize("name", ["text-messages", "wechat"])
def test_what_is_laid_over_gives_a_channel_its_files_and_secrets(name: str) -> None:
    laid = yaml.safe_load((ROOT / "deploy" / f"{name}.yml").read_text())

    # Web answers the reports of a provider, the worker sends.
    assert set(laid["services"]) == {"web", "worker"}
    for service in laid["services"].values():
        given = {f"/run/secrets/{one}" for one in service["secrets"]}
        assert set(service["environment"].values()) == given
        assert set(service["secrets"]) == set(laid["secrets"])
    assert not set(laid["secrets"]) & set(COMPOSE["secrets"])
    needed = {*NEEDS.values()} & set(laid["services"]["web"]["environment"])
    assert len(needed) == 1


def test_secrets_that_are_there_are_kept(tmp_path: Path) -> None:
    folder = tmp_path / "secrets"
    new_secrets.make(folder)
    before = {path.name: path.read_text() for path in folder.iterdir()}
    (folder / "app_database_url").unlink()
    new_secrets.make(folder)
    assert {path.name: path.read_text() for path in folder.iterdir()} == before
    assert folder.stat().st_mode & 0o077 == 0
    assert before["app_password"] in before["app_database_url"]
    assert before["redis_password"] in before["redis_conf"]


def test_only_the_proxy_is_reached_from_outside() -> None:
    assert [name for name, each in SERVICES.items() if "ports" in each] == ["proxy"]
    outside = {n for n, each in COMPOSE["networks"].items() if not each}
    assert outside == {"edge", "outward"}
    reaching = {n for n, each in SERVICES.items() if outside & set(each["networks"])}
    assert reaching == {"proxy", "worker"}
    assert "back" not in SERVICES["proxy"]["networks"]
    assert set(SERVICES["db"]["networks"]) == {"back"}
    assert set(SERVICES["redis"]["networks"]) == {"back"}


def test_files_that_are_mounted_exist_and_cannot_be_written() -> None:
    for service in SERVICES.values():
        for volume in service.get("volumes", []):
            source, _, target = volume.partition(":")
            if source.startswith("./"):
                assert (ROOT / source).is_file()
                assert target.endswith(":ro")
            else:
                assert source in COMPOSE["volumes"]


def test_a_worker_may_end_its_task_before_it_is_stopped(settings: object) -> None:
    period = int(SERVICES["worker"]["stop_grace_period"].removesuffix("s"))
    assert period > settings.CELERY_TASK_TIME_LIMIT  # type: ignore[attr-defined]


def test_the_worker_serves_every_queue(settings: object) -> None:
    routes = settings.CELERY_TASK_ROUTES  # type: ignore[attr-defined]
    named = {route["queue"] for route in routes.values()}
    named.add(settings.CELERY_TASK_DEFAULT_QUEUE)  # type: ignore[attr-defined]
    command = SERVICES["worker"]["command"]
    (queues,) = (word for word in command if word.startswith("--queues="))
    assert set(queues.removeprefix("--queues=").split(",")) == named


def test_the_image_is_locked_and_runs_as_somebody() -> None:
    assert "--require-hashes" in DOCKERFILE
    assert "USER 10001:10001" in DOCKERFILE
    assert DOCKERFILE.count("\nFROM ") == 2
    assert "SECRET_KEY=" not in DOCKERFILE.rpartition("\nFROM ")[2]
    assert SERVICES["web"]["user"] == "10001:10001"


def test_what_the_image_copies_is_not_left_out_of_it() -> None:
    lines = (ROOT / ".dockerignore").read_text().splitlines()
    assert lines[0] == "*"
    for name in lines:
        if name.startswith("!"):
            assert (ROOT / name[1:]).exists(), name
    needed = {"manage.py", "config", "patients", "infusion", "locale", "deploy"}
    assert needed <= {line[1:] for line in lines if line.startswith("!")}


@pytest.mark.parametrize("script", ["deploy/db/10-roles.sh", ".ci/run"])
def test_scripts_are_valid_and_may_be_run(script: str) -> None:
    path = ROOT / script
    assert os.access(path, os.X_OK)
    subprocess.run(["/usr/bin/env", "bash", "-n", str(path)], check=True)


def test_the_access_log_has_no_query_strings() -> None:
    proxy = (ROOT / "deploy" / "proxy" / "default.conf").read_text()
    (log_format,) = [part for part in proxy.split(";") if "log_format" in part]
    assert "$uri" in log_format
    for leaky in ("$request ", "$request_uri", "$args", "$http_referer"):
        assert leaky not in log_format
