from django.http import HttpRequest, HttpResponse
from django.shortcuts import render


def placeholder(request: HttpRequest, **parts: object) -> HttpResponse:
    return render(request, "base.html")
