"""The pharmacy at the console: its list, its steps, and what the course page tells."""

from infusion.services import compounding, scheduling
from tests.factories import patients as people
from tests.factories import wards
from tests.integration.board.test_steps import open_form

SIGNED = {"value": "YES", "signed_by": "A. Apotheker", "signed_on": "2026-05-01"}


def recording(ward):
    ward.site.policy = {"pharmacy_records_steps": SIGNED}
    ward.site.save()
    return people.staff_actor(ward.site, "PHARMACIST")


def test_a_pharmacist_takes_each_step_from_the_list(ward, browser_of):
    other = recording(ward)
    course = ward.order(start_at=wards.MONDAY + 3 * wards.HOUR)
    bag = wards.planned_bags(course)[0]
    made = {"prepared_at_0": "2026-06-01", "prepared_at_1": "10:10", "lot": "L7"}
    for actor, key, body in (
        (ward.pharmacist, "order_bag", {}),
        (ward.pharmacist, "compound", made),
        (other, "check_bag", {}),
        (ward.pharmacist, "dispatch", {}),
    ):
        client = browser_of(actor)
        assert f"/steps/{key}/{bag.pk}" in client.get("/pharmacy/").text
        path, form = open_form(client, course, key, bag.pk)
        answer = client.post(path, form | body)
        assert answer.status_code == 302, answer.text
    assert str(bag.pk) not in browser_of(other).get("/pharmacy/").text

    nurse = browser_of(ward.nurse)
    assert "On its way" in nurse.get(f"/courses/{course.pk}/").text
    path, form = open_form(nurse, course, "deliver", bag.pk)
    assert "prepared_at" not in nurse.get(path).text
    assert nurse.post(path, form).status_code == 302
    bag.refresh_from_db()
    assert (bag.status, bag.lot) == ("DELIVERED", "L7")


def test_nobody_confirms_the_check_of_their_own_bag(ward, browser_of):
    recording(ward)
    course = ward.order(start_at=wards.MONDAY + 3 * wards.HOUR)
    bag = wards.planned_bags(course)[0]
    now = wards.MONDAY
    compounding.order_bag(actor=ward.pharmacist, bag_id=bag.id, now=now)
    compounding.compound_bag(
        actor=ward.pharmacist, bag_id=bag.id, prepared_at=now, now=now
    )
    client = browser_of(ward.pharmacist)
    path, form = open_form(client, course, "check_bag", bag.pk)

    answer = client.post(path, form)

    assert answer.status_code == 422
    assert "another person" in answer.text


def test_a_nurse_reads_the_list_and_has_no_step_on_it(ward, browser_of):
    recording(ward)
    ward.order(start_at=wards.MONDAY + 3 * wards.HOUR)

    text = browser_of(ward.nurse).get("/pharmacy/").text

    assert "Must leave by" in text
    assert "/steps/order_bag/" not in text


def test_a_withdrawn_order_is_shown_to_the_pharmacy_and_on_the_course(ward, browser_of):
    course = ward.order(start_at=wards.MONDAY + 3 * wards.HOUR)
    bag = wards.planned_bags(course)[0]
    compounding.order_bag(actor=ward.pharmacist, bag_id=bag.id, now=wards.MONDAY)
    scheduling.cancel_cycle(
        actor=ward.physician, course_id=course.id, reason="fever", now=wards.MONDAY
    )

    text = browser_of(ward.pharmacist).get("/pharmacy/?work=WITHDRAWN").text

    assert bag.code in text
    assert "do not make" in text


def test_a_bag_is_thrown_away_with_what_the_clock_says_is_left(ward, browser_of):
    course = ward.order(start_at=wards.MONDAY + 3 * wards.HOUR)
    bag = wards.planned_bags(course)[0]
    ward.deliver(bag, wards.MONDAY)
    client = browser_of(ward.nurse)
    path, form = open_form(client, course, "discard", bag.pk)
    assert f'value="{bag.volume_ml.normalize():f}"' in client.get(path).text

    refused = client.post(path, form | {"reason": "OTHER", "remaining_ml": "1"})
    assert refused.status_code == 422
    path, form = open_form(client, course, "discard", bag.pk)
    said = {"reason": "DAMAGED", "remaining_ml": "40.5", "note": "fell"}
    assert client.post(path, form | said).status_code == 302

    shown = client.get(f"/courses/{course.pk}/").text
    assert "It is damaged" in shown
    assert "40.5 mL left" in shown
