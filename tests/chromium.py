"""How every Chromium of the tests is started, and what is looked at in it."""

FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
LOCALES = {"en": "en-GB", "zh": "zh-CN"}
WIDE = {"width": 1440, "height": 900}
PHONE = {"width": 390, "height": 844}
