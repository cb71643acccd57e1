"""The app logs in, stays in, and is thrown out at once when it must be."""

import json
import uuid

import pytest
from django.test import Client
from redis.exceptions import ConnectionError as RedisDown
from rest_framework.throttling import BaseThrottle, UserRateThrottle

from patients.api.me import Me
from tests.api.clients import LOGIN, PASSWORD, Api, code_of, token_of
from tests.factories import infusion as factories
from tests.factories.patients import (
    CaregiverLinkFactory,
    MembershipFactory,
    PatientFactory,
    UserFactory,
)


@pytest.fixture(autouse=True)
def _no_counts_from_other_tests(settings):
    """Count under a name of one's own; clearing the store would take the broker's too."""
    own = {**settings.CACHES["default"], "KEY_PREFIX": str(uuid.uuid4())}
    settings.CACHES = {"default": own}


def log_in(email: str, password: str = PASSWORD, **extra):
    body = json.dumps({"email": email, "password": password})
    return Client().post(LOGIN, body, content_type="application/json", **extra)


def test_a_person_logs_in_with_email_and_password():
    user = MembershipFactory().user

    answer = log_in(user.email.upper())

    token = answer.json()["meta"]["session_token"]
    me = Client().get("/api/v1/me", headers={"x-session-token": token})
    assert (answer.status_code, me.json()["id"]) == (200, str(user.id))


def test_without_a_token_the_answer_is_401():
    answer = Api().get("me")

    assert code_of(answer) == (401, "not_authenticated")
    assert answer.headers["WWW-Authenticate"] == "X-Session-Token"


@pytest.mark.parametrize("token", ["gone", "x" * 32, "ünsinn", "a b", "x" * 5000])
def test_a_dead_token_answers_401(token):
    assert code_of(Api().get("me", x_session_token=token)) == (
        401,
        "authentication_failed",
    )


def test_a_dead_token_is_not_rescued_by_a_cookie():
    api = Api()
    api.client.force_login(UserFactory(), "django.contrib.auth.backends.ModelBackend")

    assert api.get("me", x_session_token="x" * 32).status_code == 401


def test_the_library_knows_the_token_too():
    answer = Api(UserFactory()).raw("GET", "/auth/app/v1/auth/session")

    assert answer.json()["meta"]["is_authenticated"] is True


def test_logging_out_ends_the_session():
    api = Api(UserFactory())

    api.raw("DELETE", "/auth/app/v1/auth/session")

    assert api.get("me").status_code == 401


def test_a_closed_account_is_refused_at_once():
    user = UserFactory()
    api = Api(user)
    assert api.get("me").status_code == 200

    user.is_active = False
    user.save()

    assert api.get("me").status_code == 401


def test_a_changed_password_ends_every_session():
    user = UserFactory()
    api = Api(user)

    user.set_password("another-long-password")
    user.save()

    assert api.get("me").status_code == 401


def test_changing_the_password_keeps_only_the_session_that_did_it():
    user = UserFactory()
    api, other = Api(), Api(user)
    token = log_in(user.email).json()["meta"]["session_token"]
    api.headers["x-session-token"] = token
    body = {"current_password": PASSWORD, "new_password": "a-new-and-longer-word"}

    answer = api.raw(
        "POST", "/auth/app/v1/account/password/change", json.dumps(body)
    ).json()

    fresh = answer["meta"].get("session_token", token)
    assert Api().get("me", x_session_token=fresh).status_code == 200
    assert other.get("me").status_code == 401


def test_a_wrong_password_and_an_unknown_person_look_alike():
    user = UserFactory()

    wrong = log_in(user.email, "not-the-password")
    unknown = log_in("nobody@example.org", "not-the-password")

    assert wrong.status_code == unknown.status_code == 400
    assert wrong.json() == unknown.json()


def test_an_account_under_attack_is_locked_for_a_while():
    user = UserFactory()

    answers = [log_in(user.email, "not-the-password").status_code for _ in range(7)]

    assert answers[:5] == [400] * 5
    assert log_in(user.email).status_code != 200


def test_a_ward_behind_one_address_does_not_lock_itself_out():
    users = [UserFactory() for _ in range(40)]

    for user in users[:15]:
        log_in(user.email, "mistyped-password")
    answers = {log_in(user.email).status_code for user in users}

    assert answers == {200}


@pytest.mark.parametrize(
    "path",
    [
        "auth/signup",
        "account/email",
        "account/phone",
        "auth/password/request",
        "auth/password/reset",
    ],
)
def test_the_other_doors_of_the_library_are_closed(path):
    answer = Api().raw("POST", f"/auth/app/v1/{path}", "{}")

    assert code_of(answer) == (404, "not_found")


def test_a_change_by_cookie_needs_its_csrf_token():
    user = UserFactory()
    client = Client(enforce_csrf_checks=True)
    client.force_login(user, "django.contrib.auth.backends.ModelBackend")

    answer = client.post("/api/v1/me", "{}", content_type="application/json")

    assert code_of(answer) == (403, "csrf_failed")


def test_a_change_by_cookie_with_its_csrf_token_goes_through(world):
    factories.weigh(world.patient, world.now)
    client = Client(enforce_csrf_checks=True)
    client.force_login(
        world.people["NURSE"], "django.contrib.auth.backends.ModelBackend"
    )
    page = client.get("/patients/")
    token = client.cookies["csrf"].value
    body = {"regimen_key": "us-label-rr", "start_at": "2199-01-01T00:00:00Z"}
    path = f"/api/v1/patients/{world.patient.id}/course-preview"

    def preview(**headers):
        return client.post(path, body, "application/json", headers=headers)

    assert page.status_code == 200
    assert code_of(preview()) == (403, "csrf_failed")
    assert preview(**{"x-csrftoken": token}).status_code == 200


def test_a_limit_that_cannot_be_counted_does_not_stop_the_work(world, monkeypatch):
    class Down(BaseThrottle):
        def allow_request(self, request, view):
            raise RedisDown

    monkeypatch.setattr(Me, "throttle_classes", [Down])

    assert world.api("NURSE").get("me").status_code == 200


def test_too_many_requests_are_told_when_to_come_back(world, monkeypatch):
    class Strict(UserRateThrottle):
        rate = "2/min"

    monkeypatch.setattr(Me, "throttle_classes", [Strict])
    nurse = world.api("NURSE")

    answers = [nurse.get("me") for _ in range(3)]

    assert code_of(answers[2]) == (429, "throttled")
    assert 0 < int(answers[2].headers["Retry-After"]) <= 61
    assert world.api("SECOND_NURSE").get("me").status_code == 200


def test_without_the_store_of_the_limits_nobody_logs_in_but_is_told(settings):
    nowhere = {**settings.CACHES["default"], "LOCATION": "redis://127.0.0.1:1/0"}
    settings.CACHES = {"default": nowhere}
    client = Client(raise_request_exception=False)

    answer = client.post(LOGIN, {"email": "a@b.c", "password": "x"}, "application/json")

    assert code_of(answer) == (503, "unavailable")


def test_me_names_sites_roles_and_patients():
    membership = MembershipFactory(role="NURSE")
    MembershipFactory(user=membership.user, site=membership.site, role="PHYSICIAN")
    link = CaregiverLinkFactory(user=membership.user)
    own = PatientFactory(user=membership.user)

    answer = Api(membership.user).get("me")

    body = answer.json()
    assert body["sites"] == [
        {
            "site_id": str(membership.site_id),
            "name": membership.site.name,
            "time_zone": membership.site.time_zone,
            "roles": ["NURSE", "PHYSICIAN"],
        }
    ]
    assert body["cared_patient_ids"] == [str(link.patient_id)]
    assert body["own_patient_id"] == str(own.id)


def test_every_answer_tells_the_time_and_is_kept_out_of_caches():
    for api, path in (
        (Api(), "me"),
        (Api(UserFactory()), "me"),
        (Api(), "no/such/address"),
    ):
        answer = api.get(path)

        assert answer.headers["X-Server-Time"].endswith("Z")
        assert answer.headers["Cache-Control"] == "no-store"


def test_a_session_ends_after_its_time():
    from django.contrib.sessions.models import Session

    user = UserFactory()
    token = token_of(user)
    Session.objects.update(expire_date="2020-01-01T00:00:00Z")
    api = Api()

    assert api.get("me", x_session_token=token).status_code == 401


def test_an_unknown_address_of_the_api_is_a_problem():
    assert code_of(Api().get("nothing/here")) == (404, "not_found")


def test_a_method_that_is_not_offered_is_405():
    api = Api(UserFactory())

    for method in ("PUT", "PATCH", "DELETE", "POST", "OPTIONS"):
        answer = api.raw(method, "/api/v1/me", "{}")
        assert code_of(answer) == (405, "method_not_allowed")


def test_the_texts_follow_the_language_and_the_code_does_not():
    answer = Api(language="zh-hans").get("me")

    assert answer.json()["code"] == "not_authenticated"
    assert answer.headers["Content-Language"] == "zh-hans"


def test_an_unknown_query_parameter_is_refused():
    answer = Api(UserFactory()).get("me?nam=x")

    assert code_of(answer) == (400, "invalid")
    assert answer.json()["errors"][0]["code"] == "unknown_field"
