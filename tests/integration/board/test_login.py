"""The door of the console."""

import time

import pytest
from django.core.cache import cache
from django.test import Client

from tests.factories import patients as people

PASSWORD = "a-long-enough-password"


@pytest.fixture(autouse=True)
def _no_earlier_failures():
    cache.clear()


def log_in(client, email, password=PASSWORD, **more):
    return client.post("/login", {"email": email, "password": password, **more})


def test_staff_log_in_and_land_on_their_patients():
    member = people.MembershipFactory()
    client = Client()

    assert log_in(client, member.user.email).headers["Location"] == "/patients/"
    assert client.get("/patients/").status_code == 200


def test_families_log_in_and_land_on_their_questions():
    link = people.CaregiverLinkFactory()
    client = Client()

    assert log_in(client, link.user.email).headers["Location"] == "/my/"
    assert client.get("/my/").status_code == 200
    assert client.get("/login").headers["Location"] == "/my/"


@pytest.mark.parametrize("following", ["https://evil.example/", "//evil.example", ""])
def test_nobody_is_sent_to_another_site(following):
    member = people.MembershipFactory()
    answer = log_in(Client(), member.user.email, next=following)

    assert answer.headers["Location"] == "/patients/"


def test_an_unknown_account_and_a_wrong_password_look_the_same():
    member = people.MembershipFactory()
    wrong = log_in(Client(), member.user.email, "not-the-password")
    unknown = log_in(Client(), "nobody@example.org", "not-the-password")

    text = "The email address or the password is wrong."
    assert text in wrong.text
    assert text in unknown.text


def test_five_failures_close_the_account_for_a_while_and_no_other():
    member, other = people.MembershipFactory(), people.MembershipFactory()
    for _try in range(5):
        log_in(Client(), member.user.email, "not-the-password")

    assert log_in(Client(), member.user.email).status_code == 200
    assert log_in(Client(), other.user.email).status_code == 302


def test_a_caregiver_is_told_to_use_the_app_and_sees_no_data():
    link = people.CaregiverLinkFactory()
    client = Client()
    client.force_login(link.user)
    answer = client.get("/patients/")

    assert answer.status_code == 403
    assert "Please use the app" in answer.text
    assert link.patient.mrn not in answer.text
    assert client.get(f"/patients/{link.patient.pk}/").status_code == 403


def test_pages_are_never_stored_and_logging_out_clears_the_browser():
    member = people.MembershipFactory()
    client = Client()
    client.force_login(member.user)

    assert "no-store" in client.get("/patients/").headers["Cache-Control"]
    answer = client.post("/logout")
    assert answer.headers["Clear-Site-Data"] == '"cache", "storage"'
    assert client.get("/patients/").status_code == 302
    assert client.get("/logout").status_code == 405


def test_an_idle_session_ends_and_a_poll_does_not_keep_it(settings):
    member = people.MembershipFactory()
    client = Client()
    client.force_login(member.user)
    client.get("/patients/")
    session = client.session
    session["console_seen"] = int(time.time()) - 3601
    session.save()

    poll = client.get("/patients/", headers={"HX-Request": "true"})
    assert poll.headers["HX-Redirect"] == "/login"
    assert client.get("/patients/").headers["Location"] == "/login?next=/patients/"


def test_the_language_is_switched_by_a_post():
    client = Client(headers={"Accept-Language": "en"})
    client.post("/i18n/setlang/", {"language": "zh-hans", "next": "/login"})

    assert "登录" in client.get("/login").text


def test_the_policy_allows_no_inline_script_or_style():
    policy = Client().get("/login").headers["Content-Security-Policy"]

    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
