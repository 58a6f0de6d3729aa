import pytest
from django.core.management import call_command

from config import checks

KEY = "k" * 60
TWICE = {"faster_whisper": {}, "second_pass": {}}


def translating(model, **others):
    models = {"faster_whisper": model} | others
    entries = {name: {"OPTIONS": {"model": each, "task": "translate"}} for name, each in models.items()}
    return entries | {"captions": {}}


def ids(messages):
    return [message.id for message in messages]


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("", []),
        ("https://lectern.example.org", []),
        ("http://127.0.0.1:8000", []),
        ("http://[::1]:8000", []),
        ("http://localhost", []),
        ("lectern.example.org", ["config.E001"]),
        ("https://lectern.example.org/lectures", ["config.E001"]),
        ("ftp://lectern.example.org", ["config.E001"]),
        ("http://lectern.example.org", ["config.E002"]),
        ("http://192.0.2.1", ["config.E002"]),
    ],
)
def test_an_address_is_safe_or_refused(settings, url, expected):
    settings.BASE_URL = url
    assert ids(checks.check_base_url(None)) == expected


def test_a_short_key_is_refused_where_others_come_in(settings):
    settings.SECRET_KEY = "local-only"
    assert checks.check_secret_key(None) == []
    settings.BASE_URL = "https://lectern.example.org"
    assert ids(checks.check_secret_key(None)) == ["config.E003"]
    settings.SECRET_KEY = KEY
    assert checks.check_secret_key(None) == []


@pytest.mark.parametrize(("client_id", "secret", "expected"), [("a", "b", []), ("a", "", ["config.E004"])])
def test_half_of_single_sign_on_is_refused(settings, client_id, secret, expected):
    settings.SOCIALACCOUNT_PROVIDERS = {"openid_connect": {"APPS": [{"client_id": client_id, "secret": secret}]}}
    assert ids(checks.check_single_sign_on(None)) == expected


def test_mail_into_a_folder_is_fine_on_a_laptop_alone(settings):
    settings.EMAIL_BACKEND = "django.core.mail.backends.filebased.EmailBackend"
    assert checks.check_mail(None) == []
    settings.BASE_URL = "https://lectern.example.org"
    assert ids(checks.check_mail(None)) == ["config.W001"]


@pytest.mark.parametrize(
    ("server", "vector", "expected"),
    [
        (180004, "0.8.5", []),
        (160000, "0.8.0", []),
        (150009, "0.8.0", ["config.E005"]),
        (170000, "0.7.4", ["config.E006"]),
        (170000, None, ["config.E006"]),
    ],
)
def test_a_database_that_lacks_something_is_refused(monkeypatch, server, vector, expected):
    monkeypatch.setattr(checks, "_read_versions", lambda: (server, vector))
    assert ids(checks.check_database(None, databases=["default"])) == expected


def test_the_database_is_left_alone_where_it_is_not_meant(monkeypatch):
    monkeypatch.setattr(checks, "_read_versions", lambda: pytest.fail("the database was asked"))
    assert checks.check_database(None, databases=None) == []


@pytest.mark.parametrize(
    ("name", "value", "expected"),
    [
        ("YT_DLP_LOOPBACK", "127.0.0.1:8000", ["config.E010"]),
        ("YT_DLP_PROXIES", ["http://user:secret@proxy:1", "socks5h://proxy:1"], []),
        ("YT_DLP_PROXIES", ["http://proxy:1", "https://proxy:1"], ["config.E011"]),
        ("YT_DLP_PROXIES", ["proxy:1"], ["config.E011"]),
        ("YT_DLP_COOKIES_FILE", __file__, []),
        ("YT_DLP_COOKIES_FILE", "/nowhere/cookies.txt", ["config.W003"]),
    ],
)
def test_what_yt_dlp_cannot_use_is_refused_or_warned_of(settings, name, value, expected):
    setattr(settings, name, value)
    assert ids(checks.check_yt_dlp(None)) == expected


def test_the_checks_are_run_and_the_real_database_passes(db):
    call_command("check", "--database", "default", "--fail-level", "WARNING")


@pytest.mark.parametrize(
    ("endpoint", "expected"),
    [
        ("https://youtube.googleapis.com/", []),
        ("http://127.0.0.1:8080/", []),
        ("http://youtube.example.org/", ["config.E007"]),
        ("youtube.example.org", ["config.E007"]),
    ],
)
def test_the_key_of_youtube_crosses_no_network_unencrypted(settings, endpoint, expected):
    settings.YOUTUBE_API_ENDPOINT = endpoint
    assert ids(checks.check_youtube(None)) == expected


@pytest.mark.parametrize(
    ("percent", "expected"), [(1, []), (100, []), (0, ["config.E008"]), (101, ["config.E008"])]
)
def test_the_share_of_the_units_is_a_share(settings, percent, expected):
    settings.YOUTUBE_SPEND_PERCENT = percent
    assert ids(checks.check_youtube(None)) == expected


@pytest.mark.parametrize(
    ("secret", "queue", "expected"),
    [
        ("", "", []),
        ("s" * 32, "https://sqs.eu-west-1.amazonaws.com/1/lake", []),
        ("s" * 31, "lake", ["config.E020", "config.E021"]),
    ],
)
def test_a_secret_that_can_be_guessed_and_a_queue_that_is_none_are_refused(settings, secret, queue, expected):
    settings.OBJECT_EVENTS_SECRET, settings.LAKE_EVENTS_QUEUE = secret, queue
    assert ids(checks.check_object_events(None)) == expected


@pytest.mark.parametrize(("days", "expected"), [(0, []), (30, []), (31, ["config.W010"])])
def test_data_of_others_that_is_kept_too_long_is_warned_of(settings, days, expected):
    settings.RETENTION_DAYS = days
    assert ids(checks.check_retention(None)) == expected


@pytest.mark.parametrize(
    ("names", "expected"),
    [
        ({}, []),
        ({"WHISPER_MODEL": "", "SECOND_WHISPER_MODEL": ""}, []),
        ({"TRANSCRIBER": "telepathy"}, ["config.E040"]),
        ({"WHISPER_TASK": "summarize"}, ["config.E041"]),
        ({"TRANSCRIBERS": translating("base.en")}, ["config.E044"]),
        ({"TRANSCRIBERS": translating("base")}, []),
        ({"TRANSCRIBERS": translating("base", second_pass="small.en")}, ["config.E044"]),
        ({"TRANSCRIBERS": translating("base.en"), "TRANSCRIBER": "captions"}, []),
        ({"SECOND_WHISPER_MODEL": "small", "TRANSCRIBER": "captions"}, ["config.E042"]),
        ({"SECOND_WHISPER_MODEL": "small", "TRANSCRIBER": "telepathy"}, ["config.E040"]),
        ({"SECOND_WHISPER_MODEL": "tiny.en", "WHISPER_MODEL": "tiny.en", "TRANSCRIBERS": TWICE}, ["config.E043"]),
    ],
)
def test_a_transcriber_that_could_not_hear_is_refused(settings, names, expected):
    for name, value in names.items():
        setattr(settings, name, value)
    assert ids(checks.check_transcribers(None)) == expected
