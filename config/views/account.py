"""The pages of a person's account."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render


def account(request: HttpRequest) -> HttpResponse:
    return render(request, "base.html")
