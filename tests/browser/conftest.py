"""A real Chromium against the real console, with a clock that a test can move."""

import datetime as dt
import os
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from ops.layout import LOCAL
from ops.translations.compiling import compile_all
from patients import clock
from tests.chromium import FLAGS, LOCALES, PHONE, WIDE
from tests.factories import wards

# Playwright's loop runs in this thread; the tests below it are not asynchronous.
os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"

PASSWORD = "a-long-enough-password"
# Asked for with SCREENSHOTS=1: they take a third of the time and prove nothing.
WITH_PICTURES = os.environ.get("SCREENSHOTS") == "1"
SCREENSHOTS = LOCAL / "screenshots"
# Looked at by axe at both widths; the others at the narrow one.
KEY_PAGES = {"patients", "course-paused", "hang-refused"}


@dataclass
class Clock:
    """The service's clock, moved through its file."""

    path: Path

    def set(self, instant: dt.datetime) -> None:
        ahead = instant - dt.datetime.now(dt.UTC)
        self.path.write_text(str(int(ahead.total_seconds())))

    def forward(self, **span: float) -> None:
        self.set(clock.now() + dt.timedelta(**span))

    def now(self) -> dt.datetime:
        return clock.now()


@dataclass
class Person:
    """Somebody at a browser, in one language; every page they see is inspected."""

    page: Page
    root: str
    language: str
    complaints: list[str] = field(default_factory=list)

    def watch(self) -> None:
        self.page.on("console", self._heard)
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))

    def _heard(self, message) -> None:
        # A refused form is answered with 422, which Chromium reports as an error.
        expected = re.search(r"status of 4(22|03)", message.text)
        if message.type in {"error", "warning"} and not expected:
            self.complaints.append(message.text)

    def open(self, path: str) -> None:
        self.page.goto(self.root + path)

    def log_in(self, user) -> None:
        self.open("/login")
        self.page.fill("[name=email]", user.email)
        self.page.fill("[name=password]", PASSWORD)
        self.send()
        self.page.wait_for_url(re.compile("/(patients|my)/$"))

    def send(self, button: str = "main button:is(.main, .grave)") -> None:
        with self.page.expect_navigation():
            self.page.click(button)

    def follow(self, link: str) -> None:
        """Go where a link leads; a bare click is over before the page has come."""
        with self.page.expect_navigation():
            self.page.click(link)

    def do(self, button: str = "main button:is(.main, .grave)") -> None:
        """Send a form that must be accepted."""
        self.send(button)
        refused = self.page.locator("#errors").all_inner_texts()
        assert refused == []

    def fill_instant(self, name: str, instant: dt.datetime, zone: dt.tzinfo) -> None:
        local = instant.astimezone(zone)
        self.page.select_option(f"[name={name}_0]", f"{local:%Y-%m-%d}")
        self.page.fill(f"[name={name}_1]", f"{local:%H:%M}")

    def inspect(self, name: str) -> None:
        """Look at a page at both widths; let axe and the console complain."""
        for size, title in ((WIDE, "wide"), (PHONE, "phone")):
            self.page.set_viewport_size(size)
            if WITH_PICTURES:
                self._picture(f"{name}-{self.language}-{title}", size)
            self.no_sideways_scroll(name)
            if self.language == "en" and (size == PHONE or name in KEY_PAGES):
                self._no_barrier()
        self.page.set_viewport_size(WIDE)
        assert self.complaints == [], name

    def _picture(self, name: str, size: dict[str, int]) -> None:
        SCREENSHOTS.mkdir(parents=True, exist_ok=True)
        self.page.screenshot(
            path=SCREENSHOTS / f"{name}.png",
            full_page=True,
            clip={"x": 0, "y": 0, **size, "height": 2 * size["height"]},
        )

    def _no_barrier(self) -> None:
        """Let axe look; in one language, for only the texts differ in the other."""
        found = Axe().run(self.page, options={"resultTypes": ["violations"]})
        assert found.violations_count == 0, found.generate_report()

    def no_sideways_scroll(self, name: str) -> None:
        wide = self.page.evaluate("document.documentElement.scrollWidth")
        assert wide <= self.page.viewport_size["width"], f"{name} scrolls sideways"


@pytest.fixture(scope="session")
def browser(chromium: str) -> Iterator[Browser]:
    compile_all()
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=chromium, args=FLAGS)
        yield started
        started.close()


@pytest.fixture
def moving_clock(tmp_path: Path, settings) -> Clock:
    settings.CLOCK_FILE = str(tmp_path / "clock")
    moved = Clock(tmp_path / "clock")
    moved.set(wards.MONDAY)
    return moved


@pytest.fixture
def person(browser: Browser, live_server, settings) -> Iterator:
    settings.ALLOWED_HOSTS = ["*"]
    contexts: list[BrowserContext] = []

    def make(language: str = "en", user=None) -> Person:
        context = browser.new_context(locale=LOCALES[language], viewport=WIDE)
        context.set_default_timeout(10_000)
        contexts.append(context)
        made = Person(context.new_page(), live_server.url, language)
        made.watch()
        if user:
            made.log_in(user)
        return made

    yield make
    for context in contexts:
        context.close()
