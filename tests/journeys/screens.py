"""What people see: the pages of the running service in a real Chromium."""

import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field

from playwright.sync_api import Browser, Page, sync_playwright

from tests.chromium import FLAGS, LOCALES, PHONE, WIDE
from tests.journeys.running import PASSWORD


@dataclass
class Screen:
    """Somebody at a browser."""

    page: Page
    root: str
    complaints: list[str] = field(default_factory=list)

    def open(self, path: str) -> None:
        """Go to a page."""
        self.page.goto(self.root + path)

    def log_in(self, name: str, path: str) -> None:
        """Come in by the door of the page that is wanted."""
        self.open(f"/login?next={path}")
        self.page.fill("[name=email]", f"{name}@demo.example")
        self.page.fill("[name=password]", PASSWORD)
        self.send()

    def send(self, button: str = "main button.main") -> None:
        """Send a form and wait for what comes of it."""
        with self.page.expect_navigation():
            self.page.click(button)

    def follow(self, link: str) -> None:
        """Go where a link leads."""
        with self.page.expect_navigation():
            self.page.click(link)

    def reads(self, place: str = "main") -> str:
        """Return what stands there for the eye, on one line."""
        return re.sub(r"\s+", " ", self.page.inner_text(place))

    def unfold(self) -> None:
        """Open everything that is folded."""
        self.page.eval_on_selector_all("details", "all => all.map(one => one.open = 1)")

    def fits(self) -> bool:
        """Say whether nothing of the page lies beside the screen, and nothing broke."""
        wide = self.page.evaluate("document.documentElement.scrollWidth")
        return wide <= self.page.viewport_size["width"] and not self.complaints

    def answer(self, said: Mapping[str, str], *, stop_at: str = "") -> None:
        """Answer question after question; what is not said gets its first answer."""
        page = self.page
        while page.is_visible("#next"):
            shown = page.locator(".question:visible")
            name = shown.get_attribute("data-name")
            if name == stop_at:
                return
            answer = said.get(name.partition(".")[2])
            choices = shown.locator("input[type=radio]")
            if answer and not choices.count():
                shown.locator("input").fill(answer)
            elif choices.count():
                picked = f"[value={answer}]" if answer else ":first-child"
                shown.locator(f"label input{picked}").first.check()
            page.click("#next")

    def hand_in(self) -> None:
        """Send the answers, whether or not there is a network."""
        self.page.click("#finish .main")


class Screens:
    """Hands out phones and desks; everything they complain of is heard."""

    def __init__(self, browser: Browser, root: str) -> None:
        self.browser, self.root = browser, root

    @contextmanager
    def somebody(
        self, name: str, path: str, language: str = "en", *, on_phone: bool = False
    ) -> Iterator[Screen]:
        """Log somebody in at a new browser, and close it afterwards."""
        size = PHONE if on_phone else WIDE
        context = self.browser.new_context(locale=LOCALES[language], viewport=size)
        context.set_default_timeout(15_000)
        found = Screen(context.new_page(), self.root)
        found.page.on("pageerror", lambda error: found.complaints.append(str(error)))
        try:
            found.log_in(name, path)
            yield found
        finally:
            context.close()


@contextmanager
def opened(chromium: str) -> Iterator[Browser]:
    """Start a Chromium and leave nothing of it behind: other tests follow."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=FLAGS)
        try:
            yield browser
        finally:
            browser.close()
