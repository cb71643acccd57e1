"""Who the service takes the caller for."""

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.response import Response

from patients.api.endpoints import Endpoint
from patients.api.fields import Output
from patients.api.permissions import SelfPermission
from patients.policy import Actor
from patients.selectors import accounts


class SiteRoles(Output):
    """What the caller is at one site."""

    site_id = serializers.UUIDField()
    name = serializers.CharField()
    time_zone = serializers.CharField()
    roles = serializers.ListField(child=serializers.CharField())


class MeOut(Output):
    """The caller: account, sites, and the patients it is linked to."""

    id = serializers.UUIDField()
    email = serializers.EmailField()
    first_name = serializers.CharField()
    last_name = serializers.CharField()
    language = serializers.CharField()
    sites = SiteRoles(many=True)
    own_patient_id = serializers.UUIDField(allow_null=True)
    cared_patient_ids = serializers.ListField(child=serializers.UUIDField())
    assigned_patient_ids = serializers.ListField(child=serializers.UUIDField())


class Me(Endpoint):
    """The caller's own account."""

    permission_classes = (SelfPermission,)

    @extend_schema(operation_id="me", responses={200: MeOut})
    def get(self, request: Any) -> Response:
        """Return the roles, sites and linked patients of the caller."""
        actor = self.actor
        account = accounts.get_account(actor.user_id)
        return Response(MeOut({**account, **_reach(actor)}).data)


def _reach(actor: Actor) -> dict[str, Any]:
    known = accounts.site_names(list(actor.site_roles))
    return {
        "sites": [
            {
                "site_id": site_id,
                "name": known[site_id][0],
                "time_zone": known[site_id][1],
                "roles": sorted(roles),
            }
            for site_id, roles in actor.site_roles.items()
        ],
        "own_patient_id": actor.own_patient_id,
        "cared_patient_ids": sorted(actor.cared_patient_ids),
        "assigned_patient_ids": sorted(actor.assigned_patient_ids),
    }
