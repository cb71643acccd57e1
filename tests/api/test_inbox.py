"""What a person has been told, as the app shows it, and that they have read it."""

import datetime as dt
from typing import Any

import pytest

from infusion import models
from infusion.notifications.channels import AnswerLost, Outgoing
from infusion.notifications.channels.in_app import InAppChannel
from patients import models as people
from tests.api.clients import Api, code_of
from tests.factories import patients as factories
from tests.factories.messages import Scene, in_hours
from tests.fakes.email import EmailChannel
from tests.integration.messages.deliver.post import claim, deliver, state

pytestmark = pytest.mark.django_db


@pytest.fixture
def scene() -> Scene:
    account = factories.UserFactory(language="zh-hans")
    fields = {"user": account, "given_name": "Jane", "language": "en"}
    return Scene(patient_fields=fields)


@pytest.fixture
def jane(scene: Scene) -> Api:
    return Api(scene.patient.user)


@pytest.fixture
def sent(scene: Scene) -> models.Message:
    message = scene.owe()
    deliver(EmailChannel())
    assert state(message) == ("SENT", "")
    return message


def inbox(api: Api) -> list[dict[str, Any]]:
    answer = api.get("me/messages")
    assert answer.status_code == 200
    found: list[dict[str, Any]] = answer.json()["results"]
    return found


def acknowledge(api: Api, message: models.Message, **more: Any) -> Any:
    return api.post(f"me/messages/{message.id}/acknowledge", **more)


def test_a_reader_sees_what_was_sent_in_their_language(
    jane: Api, sent: models.Message
) -> None:
    (found,) = inbox(jane)

    assert found["id"] == str(sent.id)
    assert found["body"].startswith("Hello Jane,")
    assert found["subject"]
    assert (found["status"], found["acknowledged_at"]) == ("SENT", None)
    assert jane.get(f"me/messages/{sent.id}").json() == found


def test_what_was_not_sent_is_not_there(scene: Scene, jane: Api) -> None:
    later = scene.owe(due_at=in_hours(1))
    cancelled = scene.owe(kind="bag_change_24h")
    models.Message.objects.filter(id=cancelled.id).update(status="CANCELLED")

    assert inbox(jane) == []
    for message in (later, cancelled):
        assert code_of(jane.get(f"me/messages/{message.id}")) == (404, "not_found")


def test_old_ones_are_left_to_the_log_of_the_course(
    jane: Api, sent: models.Message
) -> None:
    models.Message.objects.update(due_at=in_hours(-15 * 24))

    assert inbox(jane) == []


def test_nobody_sees_what_was_told_to_another(
    scene: Scene, sent: models.Message
) -> None:
    caregiver = factories.CaregiverLinkFactory(patient=scene.patient).user
    for user in (caregiver, scene.staff(), factories.UserFactory()):
        api = Api(user)
        assert inbox(api) == []
        assert code_of(api.get(f"me/messages/{sent.id}")) == (404, "not_found")
        assert code_of(acknowledge(api, sent)) == (404, "not_found")
    assert Api().get(f"me/messages/{sent.id}").status_code == 401
    assert acknowledge(Api(), sent).status_code == 401
    assert not models.Acknowledgement.objects.exists()


def test_who_cares_for_the_patient_no_more_sees_no_more(scene: Scene) -> None:
    link = factories.CaregiverLinkFactory(patient=scene.patient)
    scene.owe(person_kind="CAREGIVER", user=link.user)
    deliver(EmailChannel())
    assert len(inbox(Api(link.user))) == 1

    link.ends_on = dt.date(2026, 1, 2)
    link.save()

    assert inbox(Api(link.user)) == []


def test_staff_are_told_where_to_sign_in(scene: Scene) -> None:
    nurse = scene.staff(first_name="Nora")
    scene.owe(person_kind="STAFF", user=nurse)
    deliver(EmailChannel())

    (found,) = inbox(Api(nurse))
    assert f"/courses/{scene.course.id}/" in found["body"]


def test_a_list_costs_the_same_for_many(
    scene: Scene, jane: Api, django_assert_max_num_queries: Any
) -> None:
    for hour in range(5):
        scene.owe(event_at=scene.event_at + dt.timedelta(hours=hour))
    models.Message.objects.update(status="SENDING")
    models.Message.objects.update(status="SENT")
    inbox(jane)

    with django_assert_max_num_queries(12):
        assert len(inbox(jane)) == 5


def test_who_has_read_it_says_so_and_it_has_arrived(
    jane: Api, sent: models.Message
) -> None:
    answer = acknowledge(jane, sent, key="once")

    assert answer.status_code == 200
    assert answer.json()["acknowledged_at"]
    assert state(sent) == ("DELIVERED", "")
    assert sent.acknowledgement.by_id == jane.user.id
    assert inbox(jane)[0]["acknowledged_at"] == answer.json()["acknowledged_at"]


def test_the_first_time_counts(jane: Api, sent: models.Message, travel: Any) -> None:
    first = acknowledge(jane, sent).json()
    travel(hours=1)

    assert acknowledge(jane, sent).json() == first
    assert models.Acknowledgement.objects.count() == 1


def test_what_was_read_is_not_sent_again_after_a_lost_answer(
    scene: Scene, jane: Api
) -> None:
    message = scene.owe()
    post = EmailChannel(failures={"jane@example.org": AnswerLost(may_repeat=True)})
    deliver(post)
    assert state(message)[0] == "PENDING"
    assert inbox(jane) == []

    # The device had it all the same, and knows its id.
    assert acknowledge(jane, message).status_code == 200
    post.failures.clear()
    models.Message.objects.update(not_before=in_hours(-1))
    deliver(post)

    assert state(message) == ("DELIVERED", "")
    assert post.taken == []


def test_it_may_be_read_before_the_answer_of_the_provider_is_written(
    scene: Scene, jane: Api
) -> None:
    message = scene.owe()

    def read_at_once(_outgoing: Outgoing) -> None:
        assert jane.get(f"me/messages/{message.id}").status_code == 200
        assert acknowledge(jane, message).status_code == 200

    deliver(EmailChannel(before_answer=read_at_once))

    assert state(message) == ("DELIVERED", "")


def test_what_was_cancelled_while_it_waited_cannot_be_read(
    scene: Scene, jane: Api
) -> None:
    message = scene.owe()
    claim(message)
    models.Message.objects.filter(id=message.id).update(status="CANCELLED")

    assert code_of(acknowledge(jane, message)) == (404, "not_found")
    assert state(message)[0] == "CANCELLED"


def test_a_text_that_is_gone_leaves_the_fact(jane: Api, sent: models.Message) -> None:
    models.Message.objects.update(kind="a_rule_of_long_ago")

    (found,) = inbox(jane)
    assert (found["subject"], found["body"]) == ("", "")
    assert found["kind"] == "a_rule_of_long_ago"


def test_over_the_app_alone_it_lies_there_until_it_is_read(
    scene: Scene, jane: Api
) -> None:
    people.ContactPoint.objects.all().delete()
    assert jane.post("me/channels", {"channel": "IN_APP"}).status_code == 204
    models.Message.objects.create(**scene.values(channel="IN_APP"))

    post = EmailChannel()
    deliver(post, IN_APP=InAppChannel)

    assert post.taken == []
    assert [one["status"] for one in inbox(jane)] == ["SENT"]


def test_who_wants_it_no_more_is_told_no_more_until_they_want_it_again(
    scene: Scene, jane: Api
) -> None:
    def is_used() -> bool:
        rows = people.ContactPoint.objects.filter(channel="IN_APP", opted_out_at=None)
        return rows.filter(patient=scene.patient).exists()

    def leave(channel: str) -> int:
        return int(jane.raw("DELETE", f"/api/v1/me/channels/{channel}").status_code)

    jane.post("me/channels", {"channel": "IN_APP"})
    assert is_used()
    assert [leave("IN_APP"), leave("IN_APP"), leave("EMAIL")] == [204, 204, 404]
    assert not is_used()
    jane.post("me/channels", {"channel": "IN_APP"})
    assert is_used()


@pytest.mark.parametrize("channel", ["SMS", "EMAIL", "", None, "in_app"])
def test_only_channels_of_the_account_are_chosen_so(jane: Api, channel: Any) -> None:
    answer = jane.post("me/channels", {"channel": channel})

    assert code_of(answer) == (400, "invalid")


def test_nobody_chooses_for_another() -> None:
    assert Api().post("me/channels", {"channel": "PUSH"}).status_code == 401
