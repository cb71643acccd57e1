"""Clients of the REST API, logged in as somebody."""

import json
import uuid
from typing import Any

from django.test import Client

LOGIN = "/auth/app/v1/auth/login"
PASSWORD = "a-long-enough-password"


class Api:
    """The app of one person: sends JSON, a session token and fresh keys."""

    def __init__(self, user: Any = None, *, language: str = "en") -> None:
        self.client = Client(raise_request_exception=False)
        self.headers = {"accept-language": language}
        self.user = user
        if user is not None:
            self.headers["x-session-token"] = token_of(user)

    def get(self, path: str, **headers: str) -> Any:
        return self.client.get(f"/api/v1/{path}", headers=self._with(headers))

    def post(
        self,
        path: str,
        body: Any = None,
        *,
        version: int | None = None,
        key: str | None = None,
        **headers: str,
    ) -> Any:
        sent = self._with(headers)
        sent["idempotency-key"] = key or str(uuid.uuid4())
        if version is not None:
            sent["if-match"] = f'"{version}"'
        return self.client.post(
            f"/api/v1/{path}",
            json.dumps(body if body is not None else {}),
            content_type="application/json",
            headers=sent,
        )

    def raw(self, method: str, path: str, data: Any = "", **headers: str) -> Any:
        return self.client.generic(
            method, path, data, "application/json", headers=self._with(headers)
        )

    def _with(self, headers: dict[str, str]) -> dict[str, str]:
        return self.headers | {
            name.replace("_", "-"): value for name, value in headers.items()
        }


def token_of(user: Any) -> str:
    """Return a session token without the cost of a login."""
    client = Client()
    client.force_login(user, "django.contrib.auth.backends.ModelBackend")
    return client.session.session_key


def code_of(response: Any) -> tuple[int, str]:
    """Return the status and the code of a problem."""
    assert response.headers["Content-Type"] == "application/problem+json"
    return response.status_code, response.json()["code"]
