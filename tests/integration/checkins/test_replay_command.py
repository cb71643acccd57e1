"""``replay_rules`` prints what would be different and can't write."""

import json

import pytest
from django.core.management import CommandError, call_command
from django.db import InternalError, transaction

from infusion import models
from infusion.catalogue.toml_text import toml_of
from infusion.services import checkins_answering
from patients import clock
from tests.factories import triage as written
from tests.factories.submissions import due, form, sent


@pytest.fixture
def told(here):
    now = clock.now()
    checkins_answering.answer_check_in(
        actor=here.patient_actor,
        check_in_id=due(here.course, now).id,
        given=sent(now, form(antipyretic="YES")),
        now=now,
    )
    return here


def run(here, tmp_path, capsys, body, *options):
    path = tmp_path / "mine.toml"
    path.write_text(toml_of(body), encoding="utf-8")
    call_command("replay_rules", *options, site=here.site.code, rules=path)
    return capsys.readouterr().out


def test_it_prints_what_would_be_different_in_both_languages(told, tmp_path, capsys):
    body = written.coloured("fever-hidden", "RED")

    english = run(told, tmp_path, capsys, body)
    chinese = run(told, tmp_path, capsys, body, "--language=zh-hans")
    data = json.loads(run(told, tmp_path, capsys, body, "--json"))

    row = models.CheckIn.objects.get()
    assert f"{row.pk} AMBER -> RED" in english
    assert "Check-ins that would ask less for a person: 0" in english
    assert "体温" in chinese
    assert data["matrix"]["AMBER"]["RED"] == 1
    assert data["changed"] == [{"check_in": str(row.pk), "now": "AMBER", "then": "RED"}]
    # No name of anybody, and what was stored is as it was.
    assert told.patient.family_name not in english + chinese
    assert row.colour == "AMBER"


def test_the_database_refuses_every_write_meanwhile(
    told, tmp_path, capsys, monkeypatch
):
    def writes(*_args):
        with transaction.atomic():
            models.CheckIn.objects.update(colour="GREEN")

    name = "infusion.management.commands.replay_rules.replay"
    monkeypatch.setattr(name, writes)

    with pytest.raises(InternalError, match="read-only transaction"):
        run(told, tmp_path, capsys, written.body())


def test_what_is_not_sound_is_refused_by_its_place(told, tmp_path, capsys):
    body = written.coloured("fever", "GREEN")

    with pytest.raises(CommandError, match=r"rules.fever.colour.value: is 'GREEN'"):
        run(told, tmp_path, capsys, body)
    with pytest.raises(CommandError, match="no site nowhere"):
        call_command("replay_rules", site="nowhere", rules=tmp_path / "mine.toml")
    with pytest.raises(CommandError, match="No such file"):
        call_command("replay_rules", site=told.site.code, rules=tmp_path / "none.toml")
