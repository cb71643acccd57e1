"""What stands before each test: delivery by hand: a claimed message, a real post, and what was written down."""

import pytest

from tests.fakes.email import EmailChannel


@pytest.fixture
def post() -> EmailChannel:
    return EmailChannel()
