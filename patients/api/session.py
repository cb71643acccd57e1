"""Logging in and out from the app: the few doors of allauth that stand open."""

from allauth.headless.account import views
from allauth.headless.constants import Client
from django.urls import URLPattern, path

app_name = "auth"
# No sign-up, no change of the login address, no reset by mail: a site makes the
# account and sets a first password.
urlpatterns: list[URLPattern] = [
    path(
        "app/v1/auth/login",
        views.LoginView.as_api_view(client=Client.APP),
        name="login",
    ),
    path(
        "app/v1/auth/session",
        views.SessionView.as_api_view(client=Client.APP),
        name="session",
    ),
    path(
        "app/v1/auth/reauthenticate",
        views.ReauthenticateView.as_api_view(client=Client.APP),
        name="reauthenticate",
    ),
    path(
        "app/v1/account/password/change",
        views.ChangePasswordView.as_api_view(client=Client.APP),
        name="change_password",
    ),
]
