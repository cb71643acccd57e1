"""One patient under A041703 through HTTP: completed, ordered, decided, given, left."""

import datetime as dt

from infusion import models
from patients import clock
from tests.api.clients import code_of
from tests.factories import infusion as factories
from tests.factories.walks import A041703, completion

HOUR, DAY = dt.timedelta(hours=1), dt.timedelta(days=1)


class Story:
    """The people around one patient, each with the app in hand."""

    def __init__(self, world, travel):
        self.world, self.travel = world, travel
        self.apis = {
            kind: world.api(kind) for kind in ("NURSE", "PHYSICIAN", "PHARMACIST")
        }
        self.course = ""

    @property
    def path(self):
        return f"courses/{self.course}"

    def do(self, kind, verb, **body):
        """Take a step on what was just looked at."""
        api = self.apis[kind]
        version = api.get(self.path).json()["version"]
        return api.post(f"{self.path}/{verb}", body, version=version)

    def done(self, kind, verb, **body):
        answer = self.do(kind, verb, **body)
        assert answer.status_code == 200, answer.json()
        return answer.json()

    def outlook(self):
        return self.apis["NURSE"].get(f"{self.path}/outlook").json()

    def fact(self, kind, value, **more):
        day = (clock.now() - DAY).date().isoformat()
        return {"kind": kind, "value": value, "taken_on": day, **more}

    def day(self, back=1):
        return (clock.now() - back * DAY).date().isoformat()


def test_from_the_completion_of_the_regimen_to_the_way_out(world, travel):
    story = Story(world, travel)

    the_regimen_is_incomplete_until_two_have_signed(story)
    the_physician_orders_and_inotuzumab_is_recorded(story)
    the_physician_decides_with_facts(story)
    two_cycles_of_course_two_run(story)
    without_remission_the_patient_leaves(story)

    row = _row(story)
    assert (row.status, row.exit_key) == ("LEFT", "off-protocol")
    given = row.cycles.order_by("number").values_list("block_key", "status")
    assert list(given) == [("ii-1", "COMPLETED"), ("ii-2", "COMPLETED")]


def the_regimen_is_incomplete_until_two_have_signed(story):
    world = story.world
    factories.weigh(world.patient, world.now)
    order = {
        "regimen_key": A041703,
        "start_at": (world.now + HOUR).isoformat(),
    }
    path = f"patients/{world.patient.id}/courses"
    refused = story.apis["PHYSICIAN"].post(path, order)
    assert code_of(refused) == (422, "regimen_incomplete")
    drafted = story.apis["PHARMACIST"].post(
        f"sites/{world.site.id}/overlays",
        {
            "regimen_key": A041703,
            "values": [{"place": key, **row} for key, row in completion().items()],
        },
    )
    overlay = f"overlays/{drafted.json()['id']}/sign"
    story.apis["PHARMACIST"].post(overlay, {"role": "PHARMACIST"}, version=1)
    still = story.apis["PHYSICIAN"].post(path, order)
    assert code_of(still) == (422, "regimen_incomplete")
    signed = story.apis["PHYSICIAN"].post(overlay, {"role": "PHYSICIAN"}, version=2)
    assert signed.json()["status"] == "IN_FORCE"
    ordered = story.apis["PHYSICIAN"].post(path, order)
    assert ordered.status_code == 201, ordered.json()
    story.course = ordered.json()["id"]
    assert ordered.json()["regimen_version"].endswith("+site.1")


def the_physician_orders_and_inotuzumab_is_recorded(story):
    outlook = story.outlook()
    assert outlook["standing"]["due"] == "BLOCK_START"
    firm = {row["block"]: row["firmness"] for row in outlook["rounds"]}
    assert firm["ii-1"] == "PROVISIONAL"
    early = story.do("PHYSICIAN", "next-cycle", start_at=_soon())
    assert code_of(early) == (409, "block_open")
    story.travel(days=22)
    story.done("NURSE", "blocks", block="ia", step="START", on=story.day(21))
    story.done("NURSE", "blocks", block="ia", step="FINISH", on=story.day(1))
    assert story.outlook()["standing"]["due"] == "DECISION"


def the_physician_decides_with_facts(story):
    early = story.do("PHYSICIAN", "next-cycle", start_at=_soon())
    assert code_of(early) == (409, "decision_needed")
    nurse = story.do("NURSE", "decisions", to="ii-1")
    assert code_of(nurse) == (403, "not_allowed")
    missing = story.do("PHYSICIAN", "decisions", to="ii-1")
    assert code_of(missing) == (422, "facts_missing")
    story.done(
        "PHYSICIAN",
        "decisions",
        to="ii-1",
        facts=[story.fact("CYTOREDUCTION", "NO")],
    )
    outlook = story.outlook()
    assert (outlook["standing"]["due"], outlook["standing"]["block"]) == (
        "CYCLE_ORDER",
        "ii-1",
    )


def two_cycles_of_course_two_run(story):
    for number, key in ((1, "ii-1"), (2, "ii-2")):
        factories.weigh(story.world.patient, clock.now())
        start = clock.now() + HOUR
        course = story.done("PHYSICIAN", "next-cycle", start_at=start.isoformat())
        cycle = course["cycles"][-1]
        assert (cycle["number"], cycle["block"]) == (number, key)
        _run(story)
        outlook = story.outlook()
        assert outlook["cycles_given"] == number
        story.travel(days=15)


def _run(story):
    """Hang every bag of the planned cycle and disconnect after the last hour."""
    nurse, second = story.world.actor("NURSE"), story.world.actor("SECOND_NURSE")
    now = story.travel(hours=1, minutes=1)
    course = _row(story)
    factories.start(course, nurse, now)
    factories.hang(course, nurse, second, now)
    while bag := factories.next_bag(course):
        change_at = course.bags.get(status="HUNG").planned_take_down_at
        now = story.travel(seconds=(change_at - now).total_seconds() + 60)
        factories.deliver(bag, nurse, now)
        factories.hang(course, nurse, second, now, hung_at=change_at)
    end_at = course.bags.get(status="HUNG").planned_take_down_at
    story.travel(seconds=(end_at - now).total_seconds() + 60)
    story.done("NURSE", "end-cycle", at=end_at.isoformat(), reason="COMPLETED")


def _row(story):
    return models.Course.objects.get(id=story.course)


def without_remission_the_patient_leaves(story):
    asked = story.apis["PHYSICIAN"].get(f"{story.path}/decisions").json()
    assert [one["to"] for one in asked["choices"]] == [
        "iii-two",
        "iii-three",
        "off-protocol",
    ]
    # The remission after inotuzumab is long ago: it opens nothing now.
    assert {one["verdict"] for one in asked["choices"]} == {"UNKNOWN"}
    facts = [story.fact("REMISSION", "NONE")]
    silent = story.do("PHYSICIAN", "decisions", to="off-protocol", facts=facts)
    assert code_of(silent) == (422, "response_needed")
    left = story.done(
        "PHYSICIAN", "decisions", to="off-protocol", facts=facts, response="NO"
    )
    assert (left["status"], left["exit_key"]) == ("LEFT", "off-protocol")
    outlook = story.outlook()
    assert outlook["standing"]["due"] == "NOTHING"
    assert [row["block"] for row in outlook["rounds"]] == [
        "ia",
        "ii-1",
        "ii-2",
        "off-protocol",
    ]
    assert [one["to"] for one in outlook["decisions"]] == ["ii-1", "off-protocol"]


def _soon():
    return (clock.now() + HOUR).isoformat()
