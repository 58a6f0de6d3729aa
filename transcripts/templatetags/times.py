"""Seconds in templates."""

from django import template

from transcripts import clock

register = template.Library()


@register.filter(name="clock")
def show_clock(seconds: float | None) -> str:
    return "" if seconds is None else clock.format_clock(seconds)


@register.filter(name="length")
def show_length(seconds: float | None) -> str:
    return "" if seconds is None else clock.format_length(seconds)
