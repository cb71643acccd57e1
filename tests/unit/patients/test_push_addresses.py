"""Messages to browsers are posted to known push services and nowhere else."""

import pytest

from patients.domain.push import (
    LONGEST_ENDPOINT,
    has_shape,
    is_allowed,
    read_devices,
    write_devices,
)
from tests.fakes.push import Browser

SERVICES = ("fcm.googleapis.com", "*.notify.windows.com", "http://127.0.0.1:9999")
GOOD = "https://fcm.googleapis.com/fcm/send/x"


@pytest.mark.parametrize(
    "endpoint",
    [
        GOOD,
        "https://fcm.googleapis.com:443/fcm/send/x",
        "https://db5p.notify.windows.com/w/?token=1",
        "http://127.0.0.1:9999/push/1",
    ],
)
def test_a_known_service_is_posted_to(endpoint):
    assert is_allowed(endpoint, SERVICES)


@pytest.mark.parametrize(
    "endpoint",
    [
        "",
        "x",
        "http://fcm.googleapis.com/fcm/send/x",
        "ftp://fcm.googleapis.com/x",
        "https://fcm.googleapis.com:8443/x",
        "https://fcm.googleapis.com:x/x",
        "https://fcm.googleapis.com.evil.org/x",
        "https://evil.org/fcm.googleapis.com",
        "https://fcm.googleapis.com@evil.org/x",
        "https://evil.org\\@fcm.googleapis.com/x",
        "https://me:you@fcm.googleapis.com/x",
        "https://fcm.googleapis.com/x#y",
        "https://fcm.googleapis.com /x",
        "https://fcm.googleapis.com/x\nHost: evil.org",
        "https://fcm。googleapis。com/x",
        "https://notify.windows.com/x",
        "https://evilnotify.windows.com/x",
        "https://127.0.0.1/x",
        "https://[::1]/x",
        "https://169.254.169.254/latest/meta-data",
        "https://localhost/x",
        "http://127.0.0.1:9998/push/1",
        "http://127.0.0.1:9999@evil.org/push/1",
        "http://localhost:9999/push/1",
        "http://[::ffff:127.0.0.1]:9999/x",
    ],
)
def test_nobody_else_is(endpoint):
    assert not is_allowed(endpoint, SERVICES)


def test_an_endless_address_is_not():
    assert is_allowed(GOOD.ljust(LONGEST_ENDPOINT, "x"), SERVICES)
    assert not is_allowed(GOOD.ljust(LONGEST_ENDPOINT + 1, "x"), SERVICES)


def test_the_keys_of_a_browser_have_their_shape():
    browser = Browser()

    assert has_shape(browser.p256dh, browser.auth)
    assert has_shape(browser.p256dh + "=", browser.auth + "==")


@pytest.mark.parametrize("text", ["", "x", "ß", "A" * 87, "!" * 87, "B" * 200])
def test_other_texts_have_not(text):
    browser = Browser()

    assert not has_shape(text, browser.auth)
    assert not has_shape(browser.p256dh, text)


def test_the_devices_of_a_person_are_one_address():
    devices = (Browser().device, Browser("https://web.push.apple.com/y").device)

    assert read_devices(write_devices(devices)) == devices


@pytest.mark.parametrize("text", ["", "jane@example.org", "[1]", '[{"id": "1"}]', "1"])
def test_what_is_no_list_of_devices_is_refused(text):
    with pytest.raises(ValueError, match=r"."):
        read_devices(text)
