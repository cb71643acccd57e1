"""Home and back through HTTP and a real worker: two signatures, a fever between them."""

import datetime as dt

from tests.journeys.conftest import call, wait_until
from tests.journeys.test_spine import DAY, HOUR, Story, at

YES = (
    "NO_INFECTION NO_CNS_HISTORY TRANSPORT PHONE_TEST SECOND_CONTACT LANGUAGE LUMEN "
    "DRESSING_CHANGED LAB_ROUTE OTHER_VISITS STAY_ON_HOME_PUMP TEACH_BACK:ALARMS "
    "TEACH_BACK:TUBING TEACH_BACK:BATTERY TEACH_BACK:NO_SETTINGS TEACH_BACK:NO_FLUSH "
    "TEACH_BACK:NO_DRIVING TEACH_BACK:WASTE KIT:THERMOMETER KIT:BLOOD_PRESSURE "
    "KIT:OXIMETER EMERGENCY:PLAN EMERGENCY:CARD"
)
NUMBERS = {
    "CRS_GRADE": (0, ""),
    "ICANS_GRADE": (0, ""),
    "ICE": (10, ""),
    "ECOG": (1, ""),
    "BLASTS": (1, "%"),
    "NEUTROPHILS": ("1.4", "10*9/L"),
    "LYMPHOCYTES": ("0.3", "10*9/L"),
    "TRAVEL_TIME": (40, "min"),
}
PUMP = {
    "MODEL": "Model P",
    "SERIAL": "HP-7",
    "SPARE": "ward",
    "BATTERY": "two",
    "HELP_LINE": "+1 800 555 0199",
}
LIVER = {"AST": (30, 40, "U/L"), "ALT": (30, 40, "U/L"), "BILIRUBIN": (9, 20, "umol/L")}


class WayHome(Story):
    """The spine's people, and what they do before a patient goes home."""

    @property
    def readiness(self):
        return self.nurse.get(f"{self.path}/readiness")

    def record(self, *facts):
        answer = self.nurse.post(
            f"{self.path}/readiness/facts",
            taken_at=at(self.clock.now()),
            facts=list(facts),
        )
        assert answer.status == 201, answer
        return answer.body

    def sign(self, who):
        digest = self.readiness["digest"]
        return who.post(f"{self.path}/readiness/signatures", digest=digest)

    def temperature(self, celsius):
        return self.record({"kind": "TEMPERATURE", "number": celsius, "unit": "Cel"})

    def run_to(self, instant):
        """Let time go on and change every bag before it is empty."""
        while self.ends_at(hanging := self.bags("HUNG")[0]) <= instant:
            following = self.deliver_next()
            self.clock.move_to(self.ends_at(hanging) - HOUR / 12)
            self.hang(following, replaces=hanging)
        self.clock.move_to(instant)

    @staticmethod
    def ends_at(bag):
        return dt.datetime.fromisoformat(bag["take_down_at"])

    def a_day_of_temperatures(self):
        for _ in range(4):
            self.temperature("36.8")
            self.run_to(self.clock.now() + 6 * HOUR)
        self.temperature("36.8")

    def settle_everything(self):
        """Record, hour after hour and all at once, what the checklist asks for."""
        self.a_day_of_temperatures()
        now = self.clock.now()
        end = now + 40 * DAY
        answers = [one.partition(":") for one in YES.split()]
        self.record(
            *(
                {"kind": kind, "item": item, "answer": True}
                for kind, _, item in answers
            ),
            *(
                {"kind": kind, "number": number, "unit": unit}
                for kind, (number, unit) in NUMBERS.items()
            ),
            *(
                {"kind": kind, "number": n, "upper_limit": top, "unit": unit}
                for kind, (n, top, unit) in LIVER.items()
            ),
            *({"kind": "PUMP", "item": k, "text": v} for k, v in PUMP.items()),
            {"kind": "FUNDING", "text": "AUTH-1"},
            {"kind": "SUPPLY_UNTIL", "from_at": at(end)},
            {
                "kind": "CAREGIVER_PRESENT",
                "from_at": at(now - HOUR),
                "until_at": at(end),
                "caregiver_id": self.caregiver(),
            },
        )

    def settle_again(self):
        """Renew what has grown too old since."""
        self.a_day_of_temperatures()
        old = ("CRS_GRADE", "ICANS_GRADE", "ICE", "ECOG", "NEUTROPHILS", "LYMPHOCYTES")
        self.record(
            {"kind": "NO_INFECTION", "answer": True},
            *(
                {"kind": kind, "number": NUMBERS[kind][0], "unit": NUMBERS[kind][1]}
                for kind in old
            ),
            *(
                {"kind": kind, "number": n, "upper_limit": top, "unit": unit}
                for kind, (n, top, unit) in LIVER.items()
            ),
        )

    def waiting(self):
        """Return what still stands in the way, for the message of a failure."""
        return [
            (one["key"], one["findings"])
            for one in self.readiness["criteria"]
            if one["blocks"]
        ]

    def caregiver(self):
        linked = self.nurse.post(
            f"patients/{self.patient}/caregivers",
            email="caregiver@demo.example",
            kind="PARTNER",
            starts_on=f"{self.clock.now() - 2 * DAY:%Y-%m-%d}",
        )
        assert linked.status == 201, linked
        link = linked.body["id"]
        confirmed = self.nurse.post(
            f"patients/{self.patient}/caregivers/{link}/confirm"
        )
        assert confirmed.status == 200, confirmed
        return link

    def give_every_visit_an_owner(self):
        """Take on one visit after another; each makes a plan, so look again."""
        me = self.nurse.get("me")["id"]
        while free := self.free_visits():
            given = call(
                self.nurse.address,
                "POST",
                f"/api/v1/visits/{free[0]['id']}/assign",
                {"user_id": me},
                {
                    "Idempotency-Key": free[0]["id"],
                    "If-Match": f'"{free[0]["version"]}"',
                },
                token=self.nurse.token,
            )
            assert given.status == 200, given

    def free_visits(self):
        return [
            visit
            for visit in self.nurse.get(f"{self.path}/plan")["visits"]
            if visit["status"] == "BOOKED" and not visit["assigned_to_id"]
        ]


def test_home_on_day_ten_and_back_on_day_twelve(service):
    story = WayHome(service)
    begun = the_infusion_begins(story)
    a_fever_comes_between_the_signatures(story)
    on_day_ten_the_patient_goes_home(story, begun)
    on_day_twelve_the_patient_comes_back(story, begun)

    again = story.do(
        story.nurse, "placement", kind="HOME", from_at=at(story.clock.now())
    )
    assert again.body["code"] == "not_ready_for_home"


def the_infusion_begins(story):
    start = story.clock.now() + HOUR
    story.order(start)
    story.clock.move_to(start)
    first = story.deliver_next()
    go = story.do(story.nurse, "start-cycle", premedication_given=True)
    assert go.status == 200, go
    begun = story.hang(first)
    story.run_to(begun + 4 * DAY)
    assert story.readiness["verdict"] != "READY"
    story.settle_everything()
    story.give_every_visit_an_owner()
    assert (story.readiness["verdict"], story.waiting()) == ("READY", [])
    return begun


def told_that_it_fell(story) -> list[str]:
    """Return what the physician was told of a signature; alerts may come between."""
    mails = story.service.mails_to("physician@demo.example")
    texts = [mail.get_content().lower() for mail in mails]
    return [text for text in texts if "no longer holds" in text]


def a_fever_comes_between_the_signatures(story):
    assert story.sign(story.physician).status == 201
    before = len(told_that_it_fell(story))

    body = story.temperature("38.6")

    assert body["sign_offs"][0]["status"] == "VOID"
    assert story.sign(story.nurse).body["code"] == "not_ready"
    wait_until(lambda: len(told_that_it_fell(story)) > before)
    text = told_that_it_fell(story)[-1]
    assert not [word for word in ("okoye", "fever", "38.6", "blina") if word in text]


def on_day_ten_the_patient_goes_home(story, begun):
    story.run_to(begun + 8 * DAY)
    story.settle_again()
    # The plan of a week later may ask for a visit that the first one had not.
    story.give_every_visit_an_owner()
    for who in (story.nurse, story.physician):
        signed = story.sign(who)
        assert signed.status == 201, (signed.body, story.waiting())
    now = at(story.clock.now())
    home = story.do(
        story.nurse,
        "discharge",
        from_at=now,
        pump_serial="hp-7",
        volume_left_ml="20",
    )
    assert home.status == 200, home
    sheet = story.nurse.get(f"{story.path}/handover")
    assert sheet["departure"]["override_reason"] == ""
    assert len(sheet["departure"]["signed_by"]) == 2


def on_day_twelve_the_patient_comes_back(story, begun):
    story.run_to(begun + 11 * DAY)
    before = story.nurse.get(f"{story.path}/plan")["cycles"][0]["clock"]
    now = at(story.clock.now())
    back = {"from_at": now, "reason": "fever"}
    kept = story.do(story.nurse, "readmit", keeps_home_pump=True, **back)
    assert kept.body["code"] == "home_pump_not_allowed"
    ward = story.do(story.nurse, "readmit", keeps_home_pump=False, **back)
    assert ward.status == 200, ward

    after = story.nurse.get(f"{story.path}/plan")["cycles"][0]["clock"]
    assert after["is_running"]
    assert after["gaps"] == before["gaps"] == []
    assert after["projected_end_at"] == before["projected_end_at"]
