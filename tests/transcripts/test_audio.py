import numpy as np
import pytest

from tests.transcripts.factories import write_wave
from transcripts import audio

UNREADABLE = [
    "awful.wav",
    "bad.wav",
    "evil.wav",
    "mono.empty.wav",
    "mono.invalid.wav",
    "mono.zero.wav",
    "null.wav",
]


def tone(seconds, *, rate=audio.SAMPLE_RATE, level=10_000):
    return np.sin(np.arange(int(seconds * rate)) * 0.2) * level


def decode(path):
    return np.concatenate(list(audio.decode(path)))


@pytest.mark.parametrize("name", UNREADABLE)
def test_it_says_why_a_file_cannot_be_decoded(shared_data, name):
    with pytest.raises(audio.UnreadableAudioError, match=r"^The file .*\.$"):
        decode(shared_data / "audio" / "bad" / name)


@pytest.mark.parametrize("suffix", ["aac", "mp4", "ogg", "webm"])
def test_it_decodes_every_container(shared_data, suffix):
    samples = decode(shared_data / "audio" / "bad" / f"p001.{suffix}")
    assert len(samples) / audio.SAMPLE_RATE == pytest.approx(9.0, abs=0.05)


def test_it_lets_every_channel_be_heard(tmp_path):
    silence = np.zeros(16_000)
    for channel in range(3):
        channels = [silence, silence, silence]
        channels[channel] = tone(1)
        path = write_wave(tmp_path / f"{channel}.wav", np.stack(channels, axis=1))
        assert np.abs(decode(path)).max() == pytest.approx(10_000 / 3, rel=0.05)


def test_it_resamples_to_the_models_rate(tmp_path):
    path = write_wave(tmp_path / "high.wav", tone(2, rate=44_100), rate=44_100)
    assert len(decode(path)) == pytest.approx(2 * audio.SAMPLE_RATE, abs=10)


def test_it_fills_a_hole_in_the_clock_with_silence(tmp_path):
    import av

    path = tmp_path / "hole.mka"
    with av.open(str(path), "w") as container:
        stream = container.add_stream("pcm_s16le", rate=16_000, layout="mono")
        for start in (0, 48_000):  # one second of sound at 0 s and at 3 s
            frame = av.AudioFrame.from_ndarray(tone(1).astype(np.int16)[None], format="s16", layout="mono")
            frame.rate, frame.pts = 16_000, start
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    samples = decode(path)
    assert len(samples) == pytest.approx(64_000, abs=200)
    assert not samples[20_000:44_000].any()


def test_it_refuses_a_video_without_sound(tmp_path):
    import av

    path = tmp_path / "silent.mp4"
    with av.open(str(path), "w") as container:
        stream = container.add_stream("mpeg4", rate=10)
        stream.width, stream.height, stream.pix_fmt = 32, 32, "yuv420p"
        picture = av.VideoFrame.from_ndarray(np.zeros((32, 32, 3), np.uint8), format="rgb24")
        container.mux(stream.encode(picture))
        container.mux(stream.encode(None))
    with pytest.raises(audio.UnreadableAudioError, match="no audio track"):
        decode(path)


def make_sound(seconds, *, quiet_at):
    samples = np.full(audio.SAMPLE_RATE * seconds, 1000, np.int16)
    for second in quiet_at:
        samples[second * audio.SAMPLE_RATE : (second + 1) * audio.SAMPLE_RATE] = 0
    return samples


def test_it_cuts_long_sound_where_it_is_quiet():
    samples = make_sound(200, quiet_at=[110])
    (first_offset, first), (second_offset, second) = audio.pieces([samples])
    assert first_offset == 0
    assert 110 <= second_offset <= 111
    assert len(first) + len(second) == len(samples)


def test_its_cuts_depend_neither_on_the_blocks_nor_on_where_it_sets_out():
    samples = make_sound(500, quiet_at=[110, 200, 310, 420])
    whole = list(audio.pieces([samples]))
    blocks = [samples[first : first + 7777] for first in range(0, len(samples), 7777)]
    for number, piece in enumerate(whole):
        rest = list(audio.pieces(blocks, from_seconds=piece.start_seconds))
        assert [p.start_seconds for p in rest] == [p.start_seconds for p in whole[number:]]
        assert all(np.array_equal(p.samples, q.samples) for p, q in zip(rest, whole[number:], strict=True))


def test_it_yields_no_piece_of_nothing():
    assert list(audio.pieces([np.array([], np.int16)])) == []
    assert list(audio.pieces([np.zeros(10, np.int16)], from_seconds=1.0)) == []


def test_a_file_says_how_long_it_is(shared_data):
    assert audio.read_length(shared_data / "audio" / "jfk.flac") == pytest.approx(11.0)
