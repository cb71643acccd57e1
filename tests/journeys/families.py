"""A patient at home and a family that answers: what they are asked, and what they say."""

import datetime as dt
import uuid
import zoneinfo
from urllib.parse import quote

from tests.fakes.push import Browser
from tests.journeys.conftest import Answer, Person
from tests.journeys.running import wait_until
from tests.journeys.test_spine import HOUR, at, when
from tests.journeys.test_way_home import WayHome


class Family(WayHome):
    """The people of the way home, and a caregiver who answers questions."""

    def __init__(self, service):
        super().__init__(service)
        self.carer = service.person("caregiver")

    @property
    def zone(self):
        return zoneinfo.ZoneInfo(self.nurse.get(self.path)["time_zone"])

    def local(self, hour, *, days=0):
        """Return an hour on the wall of the patient, so many days from today."""
        today = self.clock.now().astimezone(self.zone) + dt.timedelta(days=days)
        found = today.replace(hour=hour, minute=0, second=0, microsecond=0)
        return found.astimezone(dt.UTC)

    def begin(self):
        """Start the infusion on the ward, with a caregiver who has an account."""
        self.caregiver()
        self.order(self.clock.now() + HOUR)
        self.clock.move(HOUR)
        first = self.deliver_next()
        self.do(self.nurse, "start-cycle", premedication_given=True)
        return self.hang(first)

    def goes(self, kind):
        """Let the patient go home or to the ward, now."""
        reason = {"override_reason": "Assessed on paper."} if kind == "HOME" else {}
        now = at(self.clock.now())
        moved = self.do(self.physician, "placement", kind=kind, from_at=now, **reason)
        assert moved.status == 200, moved

    def due(self):
        """Return what waits for an answer, the oldest first."""
        rows = self.asked()
        now = self.clock.now()
        waiting = [one for one in rows if one["status"] in {"DUE", "MISSED"}]
        return [one for one in reversed(waiting) if when(one["due_at"]) <= now]

    def asked(self, patient=""):
        """Return all that was and will be asked, the latest first."""
        return self.nurse.get(f"patients/{patient or self.patient}/check-ins")[
            "results"
        ]

    def answers_well(self):
        """Let the caregiver answer everything that is due with the best answers."""
        for one in self.due():
            sent = answer(self.carer, f"check-ins/{one['id']}", self.clock.now())
            assert (sent.status, sent.body["colour"]) == (201, "GREEN"), sent

    def alerts(self, cause, course=""):
        """Return the alerts of a cause about the course, the latest first."""
        rows = self.nurse.get("alerts?page_size=100")["results"]
        wanted = course or self.course
        return [
            one for one in rows if (one["cause"], one["course_id"]) == (cause, wanted)
        ]

    def alert(self, cause):
        """Wait until there is an alert of a cause, and return the latest."""
        wait_until(lambda: self.alerts(cause))
        return self.alerts(cause)[0]

    def steps(self, alert):
        """Return what happened to an alert, in order."""
        rows = self.nurse.get(f"alerts/{alert['id']}")["steps"]
        return [(one["kind"], one["role"]) for one in rows]


class AtHome(Family):
    """A family of the demo, at home already."""

    def __init__(self, service, surname, carer, staff=("nurse", "nurse2")):
        super().__init__(service)
        self.carer = service.person(carer)
        self.nurse, self.second = map(service.person, staff)
        self.patient = self.nurse.get(f"patients?search={quote(surname)}")["results"][
            0
        ]["id"]
        courses = self.nurse.get(f"patients/{self.patient}/courses")["results"]
        self.course = courses[0]["id"]

    def tells(self, said):
        """Let the caregiver tell something though nothing is due."""
        told = answer(self.carer, self.path, self.clock.now(), said)
        assert told.status == 201, told
        return told.body


def answer(
    who: Person,
    path: str,
    given_at: dt.datetime,
    said: dict[str, str] | None = None,
    **more: str,
) -> Answer:
    """Answer what a sheet asks: as was said, and otherwise as well as can be."""
    own = path.startswith("check-ins/")
    sheet = who.get(f"{path}/sheet" if own else f"{path}/check-in-sheet")
    forms = [
        {
            "key": form["key"],
            "version": form["version"],
            "answers": best(form, said or {}),
        }
        for form in sheet["forms"]
    ]
    verb = ("enter" if "way" in more else "answers") if own else "check-ins"
    body = {"id": str(uuid.uuid4()), "given_at": at(given_at), "forms": forms}
    return who.post(f"{path}/{verb}", **body, **more)


def best(form, said):
    """Return the answers to a form, the first of those to choose unless it was said."""
    answers = {}
    for one in form["questions"]:
        asked = one["asked_when"]
        if asked and answers.get(asked["question"]) not in asked["answers"]:
            continue
        usual = one["options"][0]["key"] if one["options"] else ""
        usual = "36.7" if one["form"] == "NUMBER" else usual
        if found := said.get(one["key"], usual):
            answers[one["key"]] = found
    return answers


def has_a_phone(service, name):
    """Let somebody of the staff be told on a phone, and return where that listens."""
    who = service.person(name)
    phone = f"{name}-{uuid.uuid4().hex[:8]}"
    browser = Browser(endpoint=f"{service.facts['provider']}push/{phone}")
    added = who.post(
        "me/push-subscriptions",
        endpoint=browser.endpoint,
        keys={"p256dh": browser.p256dh, "auth": browser.auth},
        device="phone",
    )
    assert added.status == 201, added
    return phone
