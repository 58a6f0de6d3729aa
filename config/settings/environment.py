"""Reading the environment and `.env`: settings do it with these, and nothing else does."""

from pathlib import Path

import environ
from django.core.exceptions import ImproperlyConfigured

BASE_DIR = Path(__file__).resolve().parents[2]

env = environ.Env()
environ.Env.read_env(BASE_DIR / ".env")


def value(name: str, default: str) -> str:
    """Return an environment variable; an empty one counts as not set."""
    return env(name, default="") or default


def whole_number(name: str, default: int) -> int:
    """Return an environment variable that counts something."""
    text = value(name, str(default))
    if not text.isdecimal():
        raise ImproperlyConfigured(f"{name} must be a whole number, and {text!r} is none.")
    return int(text)


def yes_or_no(name: str, default: str) -> bool:
    """Return an environment variable that is switched on or off."""
    text = value(name, default)
    if text not in {"yes", "no"}:
        raise ImproperlyConfigured(f"{name} must be yes or no, and {text!r} is neither.")
    return text == "yes"


def address(name: str, default: str) -> tuple[str, int]:
    """Return an environment variable that names a host and a port."""
    host, _, port = value(name, default).rpartition(":")
    if not host or not port.isdecimal() or int(port) > 65535:
        raise ImproperlyConfigured(f"{name} must be a host and a port, as in {default}.")
    return host.strip("[]"), int(port)


# Everything written at run time lies here.
VAR_DIR = Path(value("VAR_DIR", str(BASE_DIR / "var"))).absolute()
