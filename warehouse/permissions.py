"""Who may read the warehouse."""

from rest_framework import permissions
from rest_framework.request import Request
from rest_framework.views import APIView

from ingestion.models import OPERATE
from warehouse.models import READ_MARTS


class ReadsMarts(permissions.BasePermission):
    """Analysts, and operators as everywhere."""

    def has_permission(self, request: Request, view: APIView) -> bool:
        return request.user.has_perm(READ_MARTS) or request.user.has_perm(OPERATE)
