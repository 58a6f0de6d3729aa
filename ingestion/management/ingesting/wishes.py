"""What is wanted of something that is followed, as the command line says it; what it does not say stays."""

from argparse import ArgumentParser, ArgumentTypeError, BooleanOptionalAction
from datetime import date, timedelta
from typing import Any

# Options that are columns of a subscription as they are, and those that are another measure of one.
PLAIN = ("wants_shorts", "wants_live", "wants_audio", "wants_comments", "title_pattern", "published_since")
MOST_MINUTES = 100_000


def add_arguments(parser: ArgumentParser) -> None:
    """Add the options, under the names that the page has for them."""
    group = parser.add_argument_group("what is wanted of what is followed")
    group.add_argument("--cadence", type=_read_minutes, metavar="MINUTES", help="how often it is pulled")
    group.add_argument("--published-since", type=_read_day, metavar="DAY", help="as in 2024-01-31")
    group.add_argument("--language", action="append", metavar="CODE", help="as in en or pt-BR; may be repeated")
    group.add_argument("--title", dest="title_pattern", metavar="REGEX", help="what the title has to match")
    group.add_argument("--min-minutes", type=_read_minutes, metavar="COUNT", help="at least so long")
    group.add_argument("--max-minutes", type=_read_minutes, metavar="COUNT", help="at most so long")
    for name, what in (
        ("shorts", "Shorts, too"),
        ("live", "live broadcasts, too"),
        ("audio", "fetch the audio"),
        ("comments", "fetch the comments"),
    ):
        group.add_argument(f"--{name}", dest=f"wants_{name}", help=what, action=BooleanOptionalAction)


def read(options: dict[str, Any]) -> dict[str, Any]:
    """Return the columns of a subscription that the options change."""
    minutes = {"shortest_seconds": options["min_minutes"], "longest_seconds": options["max_minutes"]}
    columns = {name: options[name] for name in PLAIN}
    columns |= {name: None if count is None else count * 60 for name, count in minutes.items()}
    columns["every"] = None if options["cadence"] is None else timedelta(minutes=options["cadence"])
    columns["languages"] = None if options["language"] is None else tuple(options["language"])
    return {name: value for name, value in columns.items() if value is not None}


def _read_day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise ArgumentTypeError(f"{text!r} is no day such as 2024-01-31") from None


def _read_minutes(text: str) -> int:
    if not text.isascii() or not text.isdecimal() or len(text) > 6 or int(text) > MOST_MINUTES:
        raise ArgumentTypeError(f"{text!r} is no count of minutes up to {MOST_MINUTES}")
    return int(text)
