import pytest

from transcripts.audio import UnreadableAudioError
from transcripts.captions import encoding

SAID = {
    "cp1252": "A informação não está à disposição; você também é responsável pelas ações.",
    "cp1250": "Dziś porozmawiamy o hurtowniach danych, ponieważ są ważne i źródłowe.",
    "cp1251": "Сегодня мы поговорим о хранилищах данных и таблицах фактов.",  # noqa: RUF001
    "gb18030": "今天我们讲数据仓库和事实表。大家好，欢迎来到课程。",  # noqa: RUF001
}


@pytest.mark.parametrize("name", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32"])
def test_unicode_is_told_by_its_mark_or_its_zeros(name):
    decoded = encoding.decode("WEBVTT\n\nAção 今\n".encode(name))
    assert decoded == encoding.Decoded("WEBVTT\n\nAção 今\n")


@pytest.mark.parametrize("name", SAID)
def test_another_encoding_is_guessed_and_said_to_be(name):
    decoded = encoding.decode(f"1\n00:00:01,000 --> 00:00:02,000\n{SAID[name]}\n".encode(name))
    assert SAID[name] in decoded.text
    assert decoded.repairs == (f"The encoding is not said: read as {name}.",)


def test_utf8_that_was_cut_within_a_letter_is_still_utf8():
    decoded = encoding.decode("Ação e reação".encode()[:-1] + b"\xc3")
    assert decoded == encoding.Decoded("Ação e reaçã\ufffd", ("Characters that are no UTF-8: 1.",))


def test_bytes_that_are_no_text_are_refused():
    with pytest.raises(UnreadableAudioError, match="no encoding that is known"):
        encoding.decode(bytes(range(128, 160)) * 20)


def test_every_way_to_end_a_line_is_one():
    assert encoding.decode(b"a\rb\r\nc\r\r\nd\n").text == "a\nb\nc\nd\n"
