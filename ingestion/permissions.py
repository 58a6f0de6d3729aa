"""Who may do what by the API."""

from rest_framework import permissions
from rest_framework.request import Request
from rest_framework.views import APIView

from ingestion.models import OPERATE, TEACH


class IsOperator(permissions.BasePermission):
    """Operators."""

    def has_permission(self, request: Request, view: APIView) -> bool:
        return request.user.has_perm(OPERATE)


class AddsLectures(permissions.BasePermission):
    """Teachers and operators."""

    def has_permission(self, request: Request, view: APIView) -> bool:
        return request.user.has_perm(TEACH) or request.user.has_perm(OPERATE)
