"""The form of a text that families read, in both languages."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from infusion.board.forms.people import SiteForm

_LONGEST = 500


def _area() -> forms.Textarea:
    return forms.Textarea(attrs={"rows": 3})


class SiteTextForm(SiteForm):
    """The words in both languages; ``what`` and ``about`` say what they are about."""

    what = ""
    about = ""

    en = forms.CharField(label=_("English"), max_length=_LONGEST, widget=_area())
    zh = forms.CharField(label=_("Chinese"), max_length=_LONGEST, widget=_area())

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["en"].widget.attrs["lang"] = "en"
        self.fields["zh"].widget.attrs["lang"] = "zh-Hans"
