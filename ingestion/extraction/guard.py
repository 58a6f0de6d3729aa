"""What yt-dlp may reach: YouTube's own hosts over https, at public addresses, redirects included."""

import functools
import http.client
import ipaddress
import re
import socket
import urllib.request
from typing import Any
from urllib.parse import urlsplit

from yt_dlp.networking import _helper, _urllib
from yt_dlp.networking.exceptions import RequestError

# Pages and player, media, pictures; to the last one YouTube redirects whom it takes for a machine.
HOSTS = (
    "youtube.com",
    "youtube-nocookie.com",
    "googlevideo.com",
    "ytimg.com",
    "youtubei.googleapis.com",
    "www.google.com",
)
HOST = re.compile(r"[a-z0-9.-]+")
NAT64 = ipaddress.ip_network("64:ff9b::/96")


class RefusedAddressError(RequestError):  # type: ignore[misc]
    """An address that yt-dlp was led to and that nothing is fetched from."""

    permanent = True


def check(address: str) -> None:
    """Raise RefusedAddressError for whatever is not https to the standard port of one of the hosts."""
    try:
        parts = urlsplit(address)
        host, port = (parts.hostname or "").rstrip("."), parts.port
    except ValueError:
        raise RefusedAddressError(f"{address!r} is not allowed") from None
    is_known = any(host == each or host.endswith(f".{each}") for each in HOSTS)
    is_plain = parts.scheme == "https" and port in {None, 443} and parts.username is None
    if not (is_known and is_plain and HOST.fullmatch(host)):
        raise RefusedAddressError(f"{parts.scheme}://{host} is not allowed")


def is_public(address: str) -> bool:
    """Return whether an IP address lies in the open internet, as does one that it carries within."""
    ip = ipaddress.ip_address(address)
    carried: Any = getattr(ip, "sixtofour", None)
    if ip in NAT64:
        carried = ipaddress.IPv4Address(ip.packed[-4:])
    return ip.is_global and not ip.is_multicast and (carried is None or carried.is_global)


class GuardedRH(_urllib.UrllibRH):  # type: ignore[misc]
    """yt-dlp's way of asking, checked before each request, each redirect and each connection.

    Behind a proxy the names are the proxy's to resolve; with a loopback every connection goes to that server.
    """

    RH_KEY = "Urllib"  # what yt-dlp looks its handler up by
    _SUPPORTED_URL_SCHEMES = ("https",)

    def __init__(self, *, loopback: str = "", **options: Any) -> None:
        super().__init__(**options | {"enable_file_urls": False})
        self._loopback = loopback

    def _send(self, request: Any) -> Any:
        check(request.url)
        return super()._send(request)

    def _create_instance(self, proxies: Any, cookiejar: Any, legacy_ssl_support: Any = None) -> Any:
        opener = urllib.request.OpenerDirector()
        context = self._make_sslcontext(legacy_ssl_support=legacy_ssl_support)
        for handler in (
            _urllib.ProxyHandler(proxies),
            _Connections(context=context, connection_class=self._choose_connection(proxies)),
            urllib.request.HTTPCookieProcessor(cookiejar),
            urllib.request.UnknownHandler(),
            urllib.request.HTTPDefaultErrorHandler(),
            urllib.request.HTTPErrorProcessor(),
            _Redirects(),
        ):
            opener.add_handler(handler)
        opener.addheaders = []
        return opener

    def _choose_connection(self, proxies: dict[str, str | None]) -> Any:
        if self._loopback:
            return functools.partial(_LoopbackConnection, self._loopback)
        is_direct = all(value in {None, "__noproxy__"} for value in proxies.values())
        return _PublicConnection if is_direct else None


class _Connections(_urllib.HTTPHandler):  # type: ignore[misc]
    """Opens connections of a class, those of yt-dlp where there is none."""

    def __init__(self, *, connection_class: Any, **options: Any) -> None:
        super().__init__(**options)
        self._connection_class = connection_class

    def https_open(self, req: Any) -> Any:
        if self._connection_class is None:
            return super().https_open(req)
        return self.do_open(self._connection_class, req, context=self._context)


class _Redirects(_urllib.RedirectHandler):  # type: ignore[misc]
    def redirect_request(self, req: Any, fp: Any, code: int, msg: str, headers: Any, newurl: str) -> Any:
        check(newurl)
        return super().redirect_request(req, fp, code, msg, headers, newurl)


class _PublicConnection(http.client.HTTPSConnection):
    """A connection that is not made where a name has led to an address that is not public."""

    def connect(self) -> None:
        context: Any = self._context  # type: ignore[attr-defined]
        plain = _helper.create_connection(
            (self.host, self.port), self.timeout, _create_socket_func=_connect_to_public
        )
        self.sock = context.wrap_socket(plain, server_hostname=self.host)


def _connect_to_public(found: Any, *options: Any) -> socket.socket:
    """Connect to an address as `getaddrinfo` returns it."""
    address = found[4][0]
    if not is_public(address.partition("%")[0]):
        raise RefusedAddressError(f"{address} is not allowed")
    connected: socket.socket = _helper._socket_connect(found, *options)
    return connected


class _LoopbackConnection(http.client.HTTPConnection):
    """A connection to the server that stands in for every host, which is told the one that was meant."""

    def __init__(self, loopback: str, *arguments: Any, context: Any = None, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self._loopback = loopback

    def connect(self) -> None:
        host, _, port = self._loopback.rpartition(":")
        self.sock = socket.create_connection((host, int(port)), self.timeout)
