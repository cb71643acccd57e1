"""Pages of a list, by a cursor on what never changes."""

from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _
from rest_framework import exceptions, status
from rest_framework.pagination import CursorPagination
from rest_framework.request import Request
from rest_framework.views import APIView

# A position that was not made here: not an id, not an instant, out of range.
_FOREIGN = (ValidationError, ValueError, TypeError, OverflowError, exceptions.NotFound)


class CursorInvalid(exceptions.APIException):
    """The cursor was not made by this service."""

    status_code = status.HTTP_400_BAD_REQUEST
    default_code = "cursor_invalid"
    default_detail = _("This cursor is not one the service gave out.")


class Pages(CursorPagination):
    """Newest first, 50 a page, up to 200 on request."""

    ordering: str | tuple[str, ...] = "-id"
    page_size = 50
    page_size_query_param = "page_size"
    max_page_size = 200

    def paginate_queryset(
        self,
        queryset: Any,
        request: Request,
        view: APIView | None = None,
    ) -> list[Any] | None:
        """Return one page.

        :raises CursorInvalid: when the cursor is not ours.
        """
        try:
            return super().paginate_queryset(queryset, request, view)
        except _FOREIGN as error:
            raise CursorInvalid from error
