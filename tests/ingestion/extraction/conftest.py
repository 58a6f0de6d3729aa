from dataclasses import dataclass, field

import pytest
from yt_dlp.networking.exceptions import HTTPError

from ingestion.extraction import addresses, guard, messages
from tests.emulators import media

VIDEO_ID = "-lecture_01"
WEBVTT = "WEBVTT\n\n00:00.000 --> 00:02.000\nHello\n"


@dataclass
class World:
    """The emulated site with one lecture of nine seconds, and how it is reached."""

    site: media.Site
    lecture: media.Lecture
    address: str = addresses.watch(VIDEO_ID)
    access: messages.Access = field(init=False)

    def __post_init__(self):
        self.access = messages.Access(loopback=self.site.address)

    def order(self, folder, **options):
        return messages.AudioOrder(self.address, str(folder), options.pop("access", self.access), **options)


@pytest.fixture
def closed(monkeypatch):
    """yt-dlp leaves refused replies, and their sockets, to the garbage collector: here they are closed."""
    replies, send = [], guard.GuardedRH._send

    def note(handler, request):
        try:
            replies.append(send(handler, request))
        except HTTPError as error:
            replies.append(error.response)
            raise
        return replies[-1]

    monkeypatch.setattr(guard.GuardedRH, "_send", note)
    yield
    for reply in replies:
        reply.close()


@pytest.fixture
def folder(tmp_path):
    """Where a download goes."""
    path = tmp_path / "download"
    path.mkdir()
    return path


@pytest.fixture
def world(shared_data, settings, tmp_path):
    """YouTube on this machine, admitted by the setting that tests alone can make."""
    settings.VAR_DIR = tmp_path / "var"
    settings.VAR_DIR.mkdir()
    audio = (shared_data / "audio" / "bad" / "p001.webm").read_bytes()
    with media.serve() as site:
        site.lectures[VIDEO_ID] = media.Lecture(audio=audio)
        settings.YT_DLP_LOOPBACK = site.address
        yield World(site, site.lectures[VIDEO_ID])
