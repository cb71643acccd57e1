"""What people do in the console, without a word of any language."""

import datetime as dt
import zoneinfo
from dataclasses import dataclass

from infusion import models
from patients import models as patients
from tests.browser.conftest import Clock, Person
from tests.factories import wards

MINUTE = dt.timedelta(minutes=1)


def account(actor):
    return patients.User.objects.get(id=actor.user_id)


def chinese_ward(now: dt.datetime = wards.MONDAY) -> wards.Ward:
    """Make a ward in Beijing with a patient called 张三."""
    ward = wards.ward(now)
    ward.site.name, ward.site.time_zone, ward.site.country = (
        "北京血液病医院",
        "Asia/Shanghai",
        "CN",
    )
    ward.site.save()
    patient = ward.patient
    patient.family_name, patient.given_name = "张", "三"
    patient.sort_key, patient.initials = "zhang san", "zs"
    patient.time_zone = "Asia/Shanghai"
    patient.save()
    for actor, name in ((ward.nurse, "李"), (ward.other_nurse, "王")):
        patients.User.objects.filter(id=actor.user_id).update(
            first_name="", last_name=f"{name}护士"
        )
    return ward


def tab_to(someone: Person, name: str) -> None:
    """Move to a field as somebody without a mouse does."""
    for _press in range(60):
        focused = "document.activeElement && document.activeElement.name"
        if someone.page.evaluate(focused) == name:
            return
        someone.page.keyboard.press("Tab")
    raise AssertionError(f"{name} is not reached by the keyboard")


@dataclass
class Walk:
    """One course in the console, step by step."""

    ward: wards.Ward
    clock: Clock
    course_id: object = None

    @property
    def zone(self) -> zoneinfo.ZoneInfo:
        return zoneinfo.ZoneInfo(self.ward.patient.time_zone)

    @property
    def course(self) -> models.Course:
        return models.Course.objects.get(id=self.course_id)

    def bag(self, status: str = "PLANNED") -> models.Bag:
        rows = models.Bag.objects.filter(course_id=self.course_id, status=status)
        return rows.order_by("planned_hang_at").first()

    def step(self, person: Person, key: str, target: object = None) -> None:
        """Open the form of a step through its link on the course page."""
        person.open(f"/courses/{self.course_id}/")
        path = f"/courses/{self.course_id}/steps/{key}"
        person.follow(f'a[href="{path}{f"/{target}" if target else ""}"]')

    def order(self, physician: Person, start_at: dt.datetime) -> None:
        page = physician.page
        physician.open(f"/patients/{self.ward.patient.pk}/")
        physician.follow(f'a[href="/patients/{self.ward.patient.pk}/order"]')
        page.select_option("[name=regimen_key]", "us-label-rr")
        physician.fill_instant("start_at", start_at, self.zone)
        physician.send("[name=preview]")
        physician.inspect("order-preview")
        physician.send("[name=order]")
        self.course_id = models.Course.objects.latest("ordered_at").pk

    def cancel(self, physician: Person) -> None:
        self.step(physician, "cancel")
        physician.page.fill("[name=reason]", "38.5 °C")
        physician.inspect("cancel")
        physician.do()
        assert self.course.status == "CANCELLED"

    def move(self, physician: Person, start_at: dt.datetime) -> None:
        self.step(physician, "move")
        physician.fill_instant("start_at", start_at, self.zone)
        physician.inspect("move")
        physician.do()

    def deliver(self, pharmacist: Person) -> models.Bag:
        bag = self.bag()
        self.step(pharmacist, "deliver", bag.pk)
        pharmacist.fill_instant("prepared_at", self.clock.now() - MINUTE, self.zone)
        pharmacist.page.fill("[name=lot]", "LOT-7")
        pharmacist.do()
        return bag

    def read_pump(self, person: Person, bag: models.Bag, hung_at: dt.datetime) -> None:
        reading = wards.reading_of(bag, hung_at)
        person.page.fill("[name=rate_ml_h]", f"{reading.rate_ml_h.normalize():f}")
        person.page.fill("[name=volume_ml]", f"{reading.volume_ml.normalize():f}")
        person.fill_instant("ends_at", reading.ends_at, self.zone)

    def hang(self, first: Person, second: Person) -> models.Bag:
        bag = self.bag("DELIVERED")
        at = self.clock.now().replace(second=0, microsecond=0)
        self.step(first, "hang")
        first.page.fill("[name=bag_code]", bag.code)
        first.fill_instant("hung_at", at, self.zone)
        self.read_pump(first, bag, at)
        first.do()
        check = models.HangCheck.objects.get(bag=bag, confirmed_at=None)
        self.step(second, "confirm", check.pk)
        self.read_pump(second, bag, at)
        second.do()
        bag.refresh_from_db()
        assert bag.status == "HUNG"
        return bag

    def change_bag_unseen(self) -> None:
        """Change a bag as in the console, without the console."""
        bag, hanging = self.bag(), self.bag("HUNG")
        self.clock.set(bag.planned_hang_at)
        self.ward.deliver(bag, bag.planned_hang_at)
        self.ward.hang(bag, bag.planned_hang_at, replaces=hanging)

    def change_bag(self, pharmacist: Person, first: Person, second: Person) -> None:
        bag = self.bag()
        self.clock.set(bag.planned_hang_at)
        self.deliver(pharmacist)
        self.hang(first, second)
