"""What an operator looks at first in the morning."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render


def status(request: HttpRequest) -> HttpResponse:
    return render(request, "base.html")
