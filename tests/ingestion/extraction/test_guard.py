"""What yt-dlp may reach, tried with yt-dlp itself; `world` admits one server, `bare` is as production has it."""

import socket
import ssl
import threading
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from ingestion.extraction import download, guard, messages, site
from tests.emulators import media
from tests.ingestion.extraction.conftest import VIDEO_ID

pytestmark = pytest.mark.usefixtures("closed")

BARE = messages.Access()


@pytest.fixture
def other():
    """A server on this machine that nothing may be fetched from."""
    with media.serve() as served:
        served.lectures[VIDEO_ID] = media.Lecture(audio=b"secret")
        yield served


def failures(order):
    events = []
    download.fetch(order, emit=events.append)
    assert not [event for event in events if isinstance(event, messages.Fetched)]
    return [event for event in events if isinstance(event, messages.Failed)]


@pytest.mark.parametrize(
    "address",
    [
        "https://www.youtube.com/watch?v=lecture-001",
        "https://youtube.com./watch",
        "https://rr1---sn-4g5e6nzs.googlevideo.com/videoplayback?id=1",
        "https://youtubei.googleapis.com:443/youtubei/v1/player",
        "https://WWW.YouTube.com/",
    ],
)
def test_the_sites_own_hosts_are_admitted(address):
    guard.check(address)


@pytest.mark.parametrize(
    "address",
    [
        "http://www.youtube.com/watch",
        "https://127.0.0.1/",
        "https://localhost/",
        "https://[::1]/",
        "https://2130706433/",
        "https://youtube.com@127.0.0.1/",
        "https://youtube.com:secret@127.0.0.1/",
        "https://127.0.0.1#@youtube.com/",
        "https://127.0.0.1\\.youtube.com/",
        "https://www.youtube.com:8443/",
        "https://youtube.com.example.org/",
        "https://evilyoutube.com/",
        "https://storage.googleapis.com/",
        "https://169.254.169.254/latest/meta-data/",
        "file:///etc/passwd",
        "ftp://www.youtube.com/",
        "data:text/plain,a",
        "https://www.youtube.com:port/",
        "https://[www.youtube.com/",
        "",
    ],
)
def test_nothing_else_is(address):
    with pytest.raises(guard.RefusedAddressError):
        guard.check(address)


@pytest.mark.parametrize(
    ("address", "expected"),
    [
        ("142.250.74.110", True),
        ("2a00:1450:4001:82a::200e", True),
        ("64:ff9b::8efa:4a6e", True),
        ("127.0.0.1", False),
        ("10.1.2.3", False),
        ("172.16.0.1", False),
        ("192.168.0.1", False),
        ("169.254.169.254", False),
        ("100.64.0.1", False),
        ("0.0.0.1", False),
        ("224.0.0.1", False),
        ("::1", False),
        ("fe80::1", False),
        ("fd00::1", False),
        ("::ffff:127.0.0.1", False),
        ("64:ff9b::7f00:1", False),
        ("2002:7f00:1::", False),
    ],
)
def test_an_address_is_public_or_is_not(address, expected):
    assert guard.is_public(address) is expected


@pytest.mark.parametrize(
    "address",
    [
        "http://{other}/a.webm",
        "https://{other}/a.webm",
        "http://youtube.com@{other}/a.webm",
        "https://www.youtube.com@{other}/watch?v=lecture-001",
        "file:///etc/passwd",
    ],
)
def test_as_production_has_it_yt_dlp_fetches_nothing_from_this_machine(other, folder, address):
    (failure,) = failures(messages.AudioOrder(address.format(other=other.address), str(folder), BARE))
    assert failure.reason == "forbidden_address"
    assert other.requests == []
    assert list(folder.iterdir()) == []


def test_a_name_of_the_sites_that_leads_to_this_machine_is_not_followed(other, folder, monkeypatch):
    host, _, port = other.address.partition(":")
    found = [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (host, int(port)))]
    monkeypatch.setattr(socket, "getaddrinfo", lambda *arguments, **options: found)
    watch = messages.AudioOrder(f"https://www.youtube.com/watch?v={VIDEO_ID}", str(folder), BARE)
    (failure,) = failures(watch)
    assert (failure.reason, other.requests) == ("forbidden_address", [])


@pytest.mark.parametrize(
    "target",
    [
        "http://{other}/a.webm",
        "https://{other}/a.webm",
        "https://www.youtube.com@{other}/",
        "file:///etc/passwd",
        "//{other}/a.webm",
        "https://evil.example.org/",
        "http://www.youtube.com/",
    ],
)
def test_a_redirect_leads_no_further_than_an_address(world, other, folder, target):
    location = target.format(other=other.address)
    world.lecture.media_faults = [media.Fault(redirect=location, times=99)]
    (failure,) = failures(world.order(folder))
    assert failure.reason == "forbidden_address"
    assert other.requests == []
    assert list(folder.iterdir()) == []


@pytest.mark.parametrize("host", ["evil.example.org", "127.0.0.1", "www.youtube.com@127.0.0.1", "[::1]"])
def test_what_the_site_says_lies_elsewhere_is_not_fetched(world, folder, host):
    world.lecture.media_host = host
    (failure,) = failures(world.order(folder))
    assert failure.reason == "forbidden_address"
    assert world.site.paths("/videoplayback") == []


def test_a_redirect_within_the_site_is_followed(world, folder):
    location = f"https://rr2---sn-other.googlevideo.com/videoplayback?id={VIDEO_ID}"
    world.lecture.media_faults = [media.Fault(redirect=location)]
    events = []
    download.fetch(world.order(folder), emit=events.append)
    assert events[-1] == messages.Fetched("audio", str(folder / "audio.webm"))
    assert world.site.requests[-1].host == "rr2---sn-other.googlevideo.com"


def test_a_proxy_is_asked_and_may_lie_anywhere(other):
    served = site.Site(messages.Access(proxy=f"http://{other.address}"), emit=lambda event: None)
    with pytest.raises(Exception, match="Tunnel connection failed: 501"):  # the emulator is no proxy
        served.urlopen("https://www.youtube.com/")
    assert other.requests == []


def test_the_environments_proxy_is_not_asked(world, other, folder, monkeypatch):
    monkeypatch.setenv("HTTPS_PROXY", f"http://{other.address}")
    events = []
    download.fetch(world.order(folder), emit=events.append)
    assert isinstance(events[-1], messages.Fetched)


def test_a_connection_checks_whom_it_speaks_to(tmp_path, monkeypatch):
    """The way to the real site: addresses checked, then TLS with the name that was meant."""
    with _serve_tls(tmp_path, name="www.youtube.com") as (port, trusted):
        found = [(socket.AF_INET, socket.SOCK_STREAM, 6, "", ("127.0.0.1", port))]
        monkeypatch.setattr(socket, "getaddrinfo", lambda *arguments, **options: found)
        monkeypatch.setattr(guard, "is_public", lambda address: True)
        connection = guard._PublicConnection("www.youtube.com", context=trusted, timeout=10)
        connection.request("GET", "/")
        assert connection.getresponse().read() == b"hello"
        connection.close()
        with pytest.raises(ssl.SSLCertVerificationError):
            guard._PublicConnection("rr1.googlevideo.com", context=trusted, timeout=10).connect()


class _serve_tls:  # noqa: N801
    """A server that has a certificate for a name, and a context that trusts it."""

    def __init__(self, folder, *, name):
        self.folder, self.name = folder, name

    def __enter__(self):
        certificate = self._write_certificate()
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate)
        self.server = HTTPServer(("127.0.0.1", 0), _Hello)
        self.server.socket = context.wrap_socket(self.server.socket, server_side=True)
        self.server.handle_error = lambda *arguments: None  # whoever did not trust it hung up
        self.thread = threading.Thread(target=self.server.serve_forever, args=(0.02,), daemon=True)
        self.thread.start()
        return self.server.server_address[1], ssl.create_default_context(cafile=str(certificate))

    def __exit__(self, *error):
        self.server.shutdown()
        self.thread.join()
        self.server.server_close()

    def _write_certificate(self):
        key = ec.generate_private_key(ec.SECP256R1())
        name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, self.name)])
        now = datetime.now(UTC)
        certificate = (
            x509.CertificateBuilder()
            .subject_name(name)
            .issuer_name(name)
            .public_key(key.public_key())
            .serial_number(1)
            .not_valid_before(now - timedelta(days=1))
            .not_valid_after(now + timedelta(days=1))
            .add_extension(x509.SubjectAlternativeName([x509.DNSName(self.name)]), critical=False)
            .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
            .sign(key, hashes.SHA256())
        )
        private = key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
        path = self.folder / "certificate.pem"
        path.write_bytes(private + certificate.public_bytes(serialization.Encoding.PEM))
        return path


class _Hello(BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200)
        self.send_header("Content-Length", "5")
        self.end_headers()
        self.wfile.write(b"hello")

    def log_message(self, *arguments):
        pass
