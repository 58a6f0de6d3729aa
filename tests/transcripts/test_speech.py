from itertools import pairwise

import numpy as np

from transcripts import audio, speech
from transcripts.speech import Chunk


def test_it_finds_no_speech_in_silence():
    assert speech.find_chunks(np.zeros(16_000 * 3, np.float32), most_seconds=15) == []


def test_its_chunks_are_as_long_as_allowed_and_in_order(shared_data):
    ((_, piece),) = audio.pieces(audio.decode(shared_data / "audio" / "sonnet_en.mp3"))
    chunks = speech.find_chunks(piece, most_seconds=15)
    assert all(chunk.end_seconds - chunk.start_seconds <= 15 for chunk in chunks)
    assert all(left.end_seconds <= right.start_seconds for left, right in pairwise(chunks))


def test_it_finds_what_a_decoder_passed_over():
    chunks = [Chunk(((0.5, 2.0), (3.0, 5.0), (7.0, 9.0))), Chunk(((10.0, 14.0),))]
    assert speech.find_unheard(chunks, heard_until=[2.2, 13.9]) == [Chunk(((3.0, 5.0), (7.0, 9.0)))]


def test_it_leaves_a_chunk_without_any_word_alone():
    assert speech.find_unheard([Chunk(((10.0, 14.0),))], heard_until=[]) == []
