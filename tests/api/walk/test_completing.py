"""Two people complete a regimen over REST, or change it."""

import json

import pytest

from infusion import models
from tests.api.clients import Api, code_of
from tests.api.walk.bodies import DAY, values
from tests.factories.walks import A041703, holes


def test_two_persons_complete_a_regimen_over_rest(world):
    pharmacist, physician = world.api("PHARMACIST"), world.api("PHYSICIAN")
    path = f"sites/{world.site.id}/overlays"

    drafted = pharmacist.post(path, {"regimen_key": A041703, "values": values()})
    assert drafted.status_code == 201, drafted.json()
    overlay = f"overlays/{drafted.json()['id']}"
    assert drafted.json()["missing"] == []
    first = pharmacist.post(f"{overlay}/sign", {"role": "PHARMACIST"}, version=1)
    assert first.status_code == 200, first.json()
    twice = pharmacist.post(f"{overlay}/sign", {"role": "PHARMACIST"}, version=2)
    assert code_of(twice) == (409, "already_signed")
    alone = pharmacist.post(f"{overlay}/sign", {"role": "PHYSICIAN"}, version=2)
    assert code_of(alone) == (403, "not_allowed")
    second = physician.post(f"{overlay}/sign", {"role": "PHYSICIAN"}, version=2)

    assert second.json()["status"] == "IN_FORCE"
    assert [one["role"] for one in second.json()["signatures"]] == [
        "PHARMACIST",
        "PHYSICIAN",
    ]
    rows = world.api("NURSE").get(f"{path}?regimen={A041703}").json()["results"]
    assert [row["id"] for row in rows] == [second.json()["id"]]
    body = {"regimen_key": A041703, "start_at": (world.now + DAY).isoformat()}
    ordered = physician.post(f"patients/{world.patient.id}/courses", body)
    assert ordered.json()["regimen_version"] == second.json()["effective_version"]


def test_a_change_over_rest_takes_the_signature_away(world):
    api = world.api("PHARMACIST")
    path = f"sites/{world.site.id}/overlays"
    drafted = api.post(path, {"regimen_key": A041703, "values": values()}).json()
    overlay = f"overlays/{drafted['id']}"
    api.post(f"{overlay}/sign", {"role": "PHARMACIST"}, version=1)

    changed = api.raw(
        "PATCH",
        f"/api/v1/{overlay}",
        json.dumps({"values": values(value="21")}),
        if_match='"2"',
    )

    assert changed.status_code == 200, changed.json()
    assert changed.json()["signatures"] == []
    assert {one["value"] for one in changed.json()["values"]} == {"21"}
    stale = api.post(f"{overlay}/sign", {"role": "PHARMACIST"}, version=2)
    assert code_of(stale) == (412, "version_stale")


@pytest.mark.parametrize(
    ("change", "status", "code"),
    [
        ({"regimen_key": "nowhere"}, 422, "regimen_unknown"),
        ({"values": []}, 400, "invalid"),
        ({"values": [{"place": "x", "value": "1"}]}, 400, "invalid"),
        ({"values": [{"place": "x", "value": "1", "source": "s"}]}, 422, ""),
        ({"values": values() + values()}, 400, "invalid"),
        ({"values": values(value="many")}, 422, "overlay_value_refused"),
        ({"values": values(unit="h")}, 422, "overlay_value_refused"),
        ({"values": values(source="")}, 400, "invalid"),
        ({"values": "all"}, 400, "invalid"),
    ],
)
def test_a_completion_that_does_not_fit_is_refused(world, change, status, code):
    body = {"regimen_key": A041703, "values": values(), **change}

    answer = world.api("PHARMACIST").post(f"sites/{world.site.id}/overlays", body)

    assert code_of(answer) == (status, code or "overlay_value_refused")
    assert not models.RegimenOverlay.objects.exists()


def test_the_reason_reads_in_the_language_of_the_reader(world):
    body = {"regimen_key": A041703, "values": values(value="many")}
    path = f"sites/{world.site.id}/overlays"

    told = [
        Api(world.people["PHARMACIST"], language=language).post(path, body).json()
        for language in ("en", "zh-hans")
    ]

    assert told[0]["errors"][0]["field"] == holes()[0]
    assert told[0]["detail"] != told[1]["detail"]
