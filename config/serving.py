"""What serves an installation: the listening socket and the processes around it."""

import errno
import socket

from django.conf import settings

from config.pipeline import WORKERS, Worker
from config.supervision import Program

# Connections that wait while no web process accepts them.
BACKLOG = 2048


class AddressError(Exception):
    """An address that nothing can listen at; says which and why."""

    permanent = True


def bind(host: str, port: int) -> socket.socket:
    """Return a socket that listens. Raises AddressError.

    Its owner outlives the web processes: while one is started again the kernel keeps who knocks waiting.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listener = socket.socket(family)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((host, port))
        listener.listen(BACKLOG)
    except OSError as error:
        listener.close()
        if error.errno == errno.EADDRINUSE:
            reason = "is taken: stop what listens there, or set WEB_ADDRESS"
        else:
            reason = f"cannot be used ({error.strerror}): set WEB_ADDRESS"
        raise AddressError(f"The address {host}:{port} {reason}.") from None
    return listener


def bind_next_free(host: str, port: int, *, most: int = 100) -> socket.socket:
    """Return a socket that listens at a port or at the first free one after it. Raises AddressError."""
    for candidate in range(port, min(port + most, 65536)):
        try:
            return bind(host, candidate)
        except AddressError:
            continue
    raise AddressError(f"No port of {host} from {port} on is free.")


def make_url(listener: socket.socket) -> str:
    """Return the address a browser opens."""
    host, port = listener.getsockname()[:2]
    return f"http://[{host}]:{port}/" if ":" in host else f"http://{host}:{port}/"


def list_programs(listener: socket.socket) -> list[Program]:
    """Return everything that serves: web processes on one socket, a worker for each group of queues, beat."""
    descriptor = listener.fileno()
    web = ("web", "--fd", str(descriptor))
    return [
        *(Program(f"web-{number}", web, (descriptor,)) for number in range(1, settings.WEB_PROCESSES + 1)),
        *(Program(worker.name, _make_worker_arguments(worker)) for worker in WORKERS),
        Program("beat", ("beat",)),
    ]


def _make_worker_arguments(worker: Worker) -> tuple[str, ...]:
    return ("worker", "--queues", ",".join(worker.queues), "--concurrency", str(worker.process_count))
