"""Find a Chromium for the browser tests, or get one."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

from ops.report import say, step

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
VARIABLE = "CHROMIUM"
CHINESE_FONT = "fonts-noto-cjk"
HOW_TO_GET_IT = (
    "Install Chromium (Debian: apt-get install chromium; any system: "
    ".venv/bin/python -m playwright install --with-deps chromium), or set "
    f"{VARIABLE} to the path of one."
)
PLAYWRIGHT_PATH = (
    "from playwright.sync_api import sync_playwright as s\n"
    "with s() as p: print(p.chromium.executable_path)"
)
TRY_OUT = ["--headless", "--no-sandbox", "--disable-gpu", "--dump-dom", "about:blank"]


def installed() -> str:
    """Return the Chromium that was named or is on the PATH, or nothing."""
    named = os.environ.get(VARIABLE, "")
    found = (shutil.which(name) for name in (named, *NAMES) if name)
    return next((path for path in found if path), "")


def starts(path: str) -> bool:
    """Tell whether a browser really runs here, libraries and all."""
    try:
        done = _quiet([path, *TRY_OUT], seconds=60)
    except (OSError, subprocess.TimeoutExpired):
        return False
    return done.returncode == 0


def _quiet(command: list[str], seconds: float) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        command,
        capture_output=True,
        text=True,
        check=False,
        timeout=seconds,
        stdin=subprocess.DEVNULL,
        env={**os.environ, "DEBIAN_FRONTEND": "noninteractive"},
    )


def from_playwright() -> str:
    """Return the Chromium Playwright keeps, after trying to fetch it, or nothing."""
    path = _playwright_path()
    if path and not Path(path).exists():
        _attempt([sys.executable, "-m", "playwright", "install", "chromium"])
    return path if path and starts(path) else ""


def _playwright_path() -> str:
    done = _quiet([sys.executable, "-c", PLAYWRIGHT_PATH], seconds=60)
    return done.stdout.strip()


def from_debian() -> str:
    """Return Debian's Chromium after installing it as root, or nothing."""
    if not _apt_install("chromium"):
        return ""
    return installed()


def _apt_install(package: str) -> bool:
    if os.geteuid() != 0 or not shutil.which("apt-get"):
        return False
    _attempt(["apt-get", "update", "-q"])
    install = ["apt-get", "install", "-y", "-q", "--no-install-recommends", package]
    return _attempt(install)


def _attempt(command: list[str]) -> bool:
    with step(f"Trying {' '.join(Path(part).name for part in command)}"):
        try:
            done = _quiet(command, seconds=600)
        except (OSError, subprocess.TimeoutExpired) as error:
            say(f"that failed: {error}")
            return False
    if done.returncode:
        say(f"that failed: {(done.stderr or done.stdout).strip()[-300:]}")
    return done.returncode == 0


def find_or_get() -> str:
    """Return the path of a Chromium that starts, or nothing after a loud line."""
    path = installed()
    if not (path and starts(path)):
        path = from_playwright() or from_debian()
    if not path:
        loud(f"NO CHROMIUM: the browser tests are left out. {HOW_TO_GET_IT}")
    return path


def ensure_chinese_font() -> None:
    """Say loudly when Chinese pages would show boxes."""
    if has_chinese_font() or _apt_install(CHINESE_FONT):
        return
    loud(f"NO CHINESE FONT: screenshots show boxes. Debian: {CHINESE_FONT}")


def has_chinese_font() -> bool:
    """Ask fontconfig, if it is there, for a font with Chinese signs."""
    if not shutil.which("fc-list"):
        return False
    return bool(_quiet(["fc-list", ":lang=zh-cn"], seconds=60).stdout.strip())


def loud(text: str) -> None:
    """Print a line nobody overlooks."""
    bar = "!" * 78
    say(f"{bar}\n!! {text}\n{bar}")
