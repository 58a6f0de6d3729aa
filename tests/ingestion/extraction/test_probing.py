import shutil

import pytest

from ingestion.extraction import probing


@pytest.mark.parametrize("suffix", ["webm", "mp4", "ogg", "aac"])
def test_it_measures_what_is_there(shared_data, suffix):
    path = shared_data / "audio" / "bad" / f"p001.{suffix}"
    assert probing.measure(path) == pytest.approx(9.0, abs=0.1)


@pytest.mark.parametrize("suffix", ["webm", "mp4", "ogg"])
def test_a_file_cut_short_is_found_out_though_its_header_says_otherwise(shared_data, tmp_path, suffix):
    whole = (shared_data / "audio" / "bad" / f"p001.{suffix}").read_bytes()
    path = tmp_path / f"cut.{suffix}"
    path.write_bytes(whole[: len(whole) // 3])
    with pytest.raises((probing.WrongLengthError, probing.SilentFileError)):
        probing.check_length(path, announced_seconds=9)


def test_rounding_and_padding_are_no_difference(shared_data):
    path = shared_data / "audio" / "bad" / "p001.webm"
    probing.check_length(path, announced_seconds=9 + probing.TOLERANCE_SECONDS - 0.1)
    with pytest.raises(probing.WrongLengthError, match=r"^20 s were announced, 9 s have come\.$"):
        probing.check_length(path, announced_seconds=20)


def test_what_is_long_may_differ_by_a_share(shared_data, monkeypatch):
    monkeypatch.setattr(probing, "measure", lambda path: 10_000.0)
    probing.check_length(None, announced_seconds=10_090)
    with pytest.raises(probing.WrongLengthError):
        probing.check_length(None, announced_seconds=10_200)


def test_where_no_length_is_announced_sound_is_enough(shared_data):
    probing.check_length(shared_data / "audio" / "bad" / "p001.webm", announced_seconds=None)


@pytest.mark.parametrize("name", ["mono.empty.wav", "mono.zero.wav", "null.wav"])
def test_a_file_without_sound_is_refused(shared_data, tmp_path, name):
    path = shutil.copy(shared_data / "audio" / "bad" / name, tmp_path / name)
    with pytest.raises(probing.SilentFileError, match=r"^The file.*\.$"):
        probing.check_length(path, announced_seconds=None)
