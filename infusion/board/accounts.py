"""Logging in and out of the console."""

from typing import Any

from allauth.account.adapter import get_adapter
from django import forms
from django.conf import settings
from django.contrib.auth import login, logout
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render, resolve_url
from django.utils.decorators import method_decorator
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext_lazy as _
from django.views import View
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_POST

from patients import clock
from patients.policy import CAREGIVER, PATIENT
from patients.selectors.actors import get_actor


class LoginForm(forms.Form):
    """An email address and a password."""

    email = forms.EmailField(
        label=_("Email"),
        widget=forms.EmailInput(attrs={"autocomplete": "username", "autofocus": True}),
    )
    password = forms.CharField(
        label=_("Password"),
        strip=False,
        max_length=1024,
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
    )

    def __init__(self, *args: Any, request: HttpRequest, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.request = request
        self.user: Any = None

    def clean(self) -> dict[str, Any]:
        """Check the password; too many failures of one account are refused for a while.

        :raises ValidationError: when the account is not let in.
        """
        given = self.cleaned_data
        if self.errors:
            return given
        self.user = get_adapter(self.request).authenticate(
            self.request, email=given["email"], password=given["password"]
        )
        if self.user is None:
            raise ValidationError(_("The email address or the password is wrong."))
        return given


@method_decorator([never_cache, sensitive_post_parameters("password")], "dispatch")
class Login(View):
    """The login page."""

    def get(self, request: HttpRequest) -> HttpResponse:
        """Show the form; who is in already goes on."""
        if request.user.is_authenticated:
            return redirect(self._following(request))
        return self._page(request, LoginForm(request=request))

    def post(self, request: HttpRequest) -> HttpResponse:
        """Let the person in."""
        form = LoginForm(request.POST, request=request)
        if not form.is_valid() or form.user is None:
            return self._page(request, form)
        login(request, form.user, "django.contrib.auth.backends.ModelBackend")
        return _in_own_language(request, redirect(self._following(request)))

    def _page(self, request: HttpRequest, form: LoginForm) -> HttpResponse:
        context = {"form": form, "next": request.GET.get("next", "")}
        return render(request, "board/login.html", context)

    def _following(self, request: HttpRequest) -> str:
        wanted = request.POST.get("next") or request.GET.get("next") or ""
        safe = url_has_allowed_host_and_scheme(
            wanted, {request.get_host()}, require_https=request.is_secure()
        )
        return wanted if safe else _home_of(request.user)


def _home_of(user: Any) -> str:
    """Return where somebody begins: families with their questions, staff as set."""
    actor = get_actor(user.pk, clock.now().date())
    is_family = not actor.is_staff and actor.roles & {PATIENT, CAREGIVER}
    return resolve_url("board:my" if is_family else settings.LOGIN_REDIRECT_URL)


def _in_own_language(request: HttpRequest, response: HttpResponse) -> HttpResponse:
    """Use the account's language where nobody has chosen one at this browser.

    The default of an account is no choice: the browser's own language goes before it.
    """
    name = settings.LANGUAGE_COOKIE_NAME
    language = getattr(request.user, "language", settings.LANGUAGE_CODE)
    is_chosen = name in request.COOKIES or language == settings.LANGUAGE_CODE
    if not is_chosen and language in dict(settings.LANGUAGES):
        response.set_cookie(name, language, samesite="Lax")
    return response


@require_POST
def log_out(request: HttpRequest) -> HttpResponse:
    """End the session and let the browser forget what it kept."""
    logout(request)
    response = redirect(settings.LOGOUT_REDIRECT_URL)
    response["Clear-Site-Data"] = '"cache", "storage"'
    response["Cache-Control"] = "no-store"
    return response
