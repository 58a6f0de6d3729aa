"""Every text of the pages is in the catalogs, translated, and compiled as it is written."""

import html
import re
import shutil
from collections import Counter
from pathlib import Path

import polib
import pytest
from django.conf import settings as django_settings
from django.core.management import call_command
from django.urls import reverse
from django.utils.translation import to_locale

from tests.transcripts import pages

ROOT = django_settings.BASE_DIR
SOURCES = ["assistant", "config", "ingestion", "templates", "transcripts", "warehouse"]
LANGUAGES = [code for code, _name in django_settings.LANGUAGES if code != django_settings.LANGUAGE_CODE]
# What stands for something else, and markup.
MARKS = re.compile(r"%(?:\(\w+\))?\d*[sdf]|%%|\{\w*\}|<[^>]+>")
# As a browser of Brazil asks.
PORTUGUESE = {"accept-language": "pt-BR,pt;q=0.9,en;q=0.5"}

each_language = pytest.mark.parametrize("code", LANGUAGES)


def find_catalog(code: str, *, root: Path = ROOT) -> Path:
    return root / "config" / "locale" / to_locale(code) / "LC_MESSAGES" / "django.po"


def read_texts(entry: polib.POEntry) -> list[tuple[str, str]]:
    """Return each text of an entry beside its translation."""
    if not entry.msgid_plural:
        return [(entry.msgid, entry.msgstr)]
    originals = {0: entry.msgid}
    return [(originals.get(n, entry.msgid_plural), text) for n, text in sorted(entry.msgstr_plural.items())]


def list_keys(entries: list[polib.POEntry]) -> set[tuple[str | None, str, str]]:
    return {(entry.msgctxt, entry.msgid, entry.msgid_plural) for entry in entries}


def copy_sources(folder: Path) -> None:
    for path in (path for name in SOURCES for path in (ROOT / name).rglob("*")):
        if path.suffix in {".py", ".html", ".txt", ".po"}:
            copy = folder / path.relative_to(ROOT)
            copy.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(path, copy)


def list_english(page: str) -> list[str]:
    """Return the texts of the catalog that a page shows as they are; a single word may be of both languages."""
    shown = " ".join(html.unescape(page).split())
    entries = [entry for entry in polib.pofile(str(find_catalog(LANGUAGES[0]))) if " " in entry.msgid]
    return [entry.msgid for entry in entries if not MARKS.search(entry.msgid) and entry.msgid in shown]


@each_language
def test_every_text_is_translated_and_none_is_left_over(code):
    catalog = polib.pofile(str(find_catalog(code)))
    assert len(catalog) > 500
    assert [entry.msgid for entry in catalog.untranslated_entries()] == []
    assert [entry.msgid for entry in catalog.fuzzy_entries()] == []
    assert [entry.msgid for entry in catalog.obsolete_entries()] == []


@each_language
def test_a_translation_keeps_placeholders_and_markup(code):
    changed = [
        (original, text)
        for entry in polib.pofile(str(find_catalog(code)))
        for original, text in read_texts(entry)
        if Counter(MARKS.findall(original)) != Counter(MARKS.findall(text))
    ]
    assert changed == []


@each_language
def test_the_compiled_catalog_holds_what_the_written_one_says(code):
    written = polib.pofile(str(find_catalog(code)))
    compiled = polib.mofile(str(find_catalog(code).with_suffix(".mo")))
    assert {(e.msgctxt, *text) for e in compiled for text in read_texts(e)} == {
        (e.msgctxt, *text) for e in written for text in read_texts(e)
    }
    assert compiled.metadata["Plural-Forms"] == written.metadata["Plural-Forms"]


@pytest.mark.skipif(not shutil.which("xgettext"), reason="gathering texts needs GNU gettext")
@each_language
def test_the_catalog_holds_every_text_that_is_marked_in_the_sources(code, tmp_path, monkeypatch, settings):
    copy_sources(tmp_path)
    monkeypatch.chdir(tmp_path)
    settings.LOCALE_PATHS = [tmp_path / "config" / "locale"]
    call_command("makemessages", locale=[to_locale(code)], no_obsolete=True, verbosity=0)
    gathered = polib.pofile(str(find_catalog(code, root=tmp_path)))
    known = polib.pofile(str(find_catalog(code)))
    assert list_keys(gathered) - list_keys(known) == set(), "run `make messages` and translate what is new"
    assert list_keys(known) - list_keys(gathered) == set(), "run `make messages`: these are used no more"


@pytest.mark.django_db
def test_the_sign_in_page_is_in_portuguese(client):
    response = client.get(reverse("account_login"), headers=PORTUGUESE)
    page = response.content.decode()
    assert '<html lang="pt' in page
    assert response.headers["Content-Language"] in LANGUAGES
    assert "<h1>Entrar</h1>" in page
    assert "Primeira vez aqui? Abra o link do seu convite" in page
    assert list_english(page) == []


@pytest.mark.django_db
def test_the_library_is_in_portuguese(client):
    person = pages.make_person()
    client.force_login(person)
    course = pages.make_course("Panificação", members=[person])
    pages.make_heard(pages.make_lecture(course, duration_seconds=600.0, view_count=1234))
    pages.make_lecture(course, "lecture-02", view_count=1)
    page = client.get(reverse("library"), headers=PORTUGUESE).content.decode()
    assert '<html lang="pt' in page
    assert "<h1><bdi>Biblioteca</bdi></h1>" in page
    for words in ["2 aulas", "prontas: 1", "1.234 visualizações", "1 visualização", "aguardando"]:
        assert words in page
    assert list_english(page) == []


@pytest.mark.django_db
def test_a_fault_of_ours_is_told_in_portuguese(client, monkeypatch):
    def fail(*arguments, **options):
        raise RuntimeError

    client.raise_request_exception = False
    client.force_login(pages.make_person())
    monkeypatch.setattr("transcripts.library.fill_shelf", fail)
    page = client.get(reverse("library"), headers=PORTUGUESE)
    assert page.status_code == 500
    assert '<html lang="pt' in page.content.decode()
    assert "Algo deu errado aqui" in page.content.decode()
