"""Write everything that is said about the recordings.

    python -m ingestion.sample_course.describe

Needs no package. Reads `lectures/`, `catalogue.toml` and `sentences.jsonl`; writes `videos/<id>.info.json`,
the published captions `videos/<id>.en.vtt`, the saved replies under `api/` and the spans in `questions.jsonl`.
"""

import math
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Any

from ingestion.sample_course import course, replies

CUE_CHARACTERS = 84
CUE_SECONDS = 7.0

# What is the same of every lecture: that it is public and over, and plays nowhere else; how it is encoded.
PUBLIC = {
    "live_status": "not_live",
    "is_live": False,
    "was_live": False,
    "availability": "public",
    "playable_in_embed": True,
    "media_type": "video",
    "subtitles": {},
    "automatic_captions": {},
    "requested_subtitles": None,
    "extractor": "generic",
    "extractor_key": "Generic",
    "webpage_url": None,
    "original_url": None,
}
RECORDING = {
    "ext": "opus",
    "format": "audio only",
    "resolution": "audio only",
    "vcodec": "none",
    "acodec": "opus",
    "abr": 24,
    "asr": 48000,
    "audio_channels": 1,
}


def describe_lecture(
    *, lecture: course.Lecture, playlist_index: int, catalogue: Mapping[str, Any]
) -> dict[str, Any]:
    """Build the info dict that yt-dlp writes beside a recording."""
    fetched_at: datetime = catalogue["fetched_at"]
    return {
        **_identify(lecture),
        **_name_channel(catalogue["channel"]),
        **_count(lecture),
        **_date(lecture.entry["published_at"]),
        **_sort(lecture),
        **PUBLIC,
        **_list(catalogue, playlist_index=playlist_index),
        **RECORDING,
        # The files of one playlist arrive one after the other.
        "epoch": int(fetched_at.timestamp()) + 17 * (playlist_index - 1),
        "_type": "video",
    }


def _identify(lecture: course.Lecture) -> dict[str, Any]:
    return {
        "id": lecture.video_id,
        "title": lecture.script.title,
        "fulltitle": lecture.script.title,
        "display_id": lecture.video_id,
        "description": replies.describe_video(lecture),
        "thumbnail": None,
    }


def _name_channel(channel: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "uploader": channel["title"],
        "uploader_id": channel["handle"],
        "uploader_url": replies.handle_url(channel),
        "channel": channel["title"],
        "channel_id": channel["id"],
        "channel_url": f"https://www.youtube.com/channel/{channel['id']}",
        "channel_follower_count": channel["subscribers"][0],
    }


def _count(lecture: course.Lecture) -> dict[str, Any]:
    """Return length and totals; likes that are hidden are null."""
    entry = lecture.entry
    return {
        "duration": lecture.duration_seconds,
        "duration_string": replies.format_clock(lecture.duration_seconds),
        "view_count": entry["views"][0],
        "like_count": entry["likes"][0] if "likes" in entry else None,
        "comment_count": entry["comments"][0],
        "average_rating": None,
        "age_limit": 0,
    }


def _date(published_at: datetime) -> dict[str, Any]:
    return {
        "upload_date": f"{published_at.astimezone(UTC):%Y%m%d}",
        "timestamp": int(published_at.timestamp()),
        "release_timestamp": None,
    }


def _sort(lecture: course.Lecture) -> dict[str, Any]:
    chapters = [
        {"start_time": chapter.start_seconds, "title": chapter.title, "end_time": chapter.end_seconds}
        for chapter in lecture.chapters
    ]
    return {
        "tags": lecture.entry["tags"],
        "categories": ["Education"],
        "chapters": chapters,
        "heatmap": None,
        "language": "en",
    }


def _list(catalogue: Mapping[str, Any], *, playlist_index: int) -> dict[str, Any]:
    channel, playlist = catalogue["channel"], catalogue["playlist"]
    return {
        "playlist": playlist["title"],
        "playlist_id": playlist["id"],
        "playlist_title": playlist["title"],
        "playlist_uploader": channel["title"],
        "playlist_uploader_id": channel["handle"],
        "playlist_index": playlist_index,
        "playlist_count": len(catalogue["videos"]),
        "n_entries": len(catalogue["videos"]),
    }


def divide_words(*, text: str, count: int) -> list[str]:
    """Divide a text into at most `count` pieces of about equal length, at word boundaries."""
    pieces: list[list[str]] = [[] for _ in range(count)]
    offset = 0
    for word in text.split():
        middle = offset + len(word) / 2
        pieces[int(middle * count / len(text))].append(word)
        offset += len(word) + 1
    return [" ".join(piece) for piece in pieces if piece]


def split_sentence(sentence: course.Sentence) -> Iterator[tuple[float, float, str]]:
    """Yield the cues of one sentence; its seconds are shared out by characters."""
    seconds = sentence.end_seconds - sentence.start_seconds
    count = max(math.ceil(len(sentence.text) / CUE_CHARACTERS), math.ceil(seconds / CUE_SECONDS))
    pieces = divide_words(text=sentence.text, count=count)
    while max(map(len, pieces)) > CUE_CHARACTERS:
        count += 1
        pieces = divide_words(text=sentence.text, count=count)
    seconds_per_character = seconds / sum(map(len, pieces))
    start = sentence.start_seconds
    for piece in pieces:
        end = start + len(piece) * seconds_per_character
        yield start, end, piece
        start = end


def format_vtt_time(seconds: float) -> str:
    """Format seconds as WebVTT does: `00:03:12.450`."""
    milliseconds = round(seconds * 1000)
    minutes, rest = divmod(milliseconds, 60_000)
    return f"{minutes // 60:02}:{minutes % 60:02}:{rest // 1000:02}.{rest % 1000:03}"


def caption_lecture(lecture: course.Lecture) -> str:
    """Write the published captions of a lecture as WebVTT."""
    cues = (
        f"{format_vtt_time(start)} --> {format_vtt_time(end)}\n{text}\n"
        for sentence in lecture.sentences
        for start, end, text in split_sentence(sentence)
    )
    return "\n".join(["WEBVTT\nKind: captions\nLanguage: en\n", *cues])


def locate_question(
    *, question: dict[str, Any], sentences: Mapping[str, tuple[course.Sentence, ...]]
) -> dict[str, Any]:
    """Set the span of a question to the sentences that answer it."""
    if question["video_id"] is None:
        return question
    spoken = [sentences[question["video_id"]][position] for position in question["sentences"]]
    return question | {"start_seconds": spoken[0].start_seconds, "end_seconds": spoken[-1].end_seconds}


def write_videos(*, lectures: tuple[course.Lecture, ...], catalogue: Mapping[str, Any]) -> None:
    """Write info dicts and captions beside the recordings."""
    for playlist_index, lecture in enumerate(lectures, start=1):
        info = describe_lecture(lecture=lecture, playlist_index=playlist_index, catalogue=catalogue)
        course.write_json(path=course.VIDEOS / f"{lecture.video_id}.info.json", document=info)
        if lecture.entry["has_captions"]:
            path = course.VIDEOS / f"{lecture.video_id}.en.vtt"
            path.write_text(caption_lecture(lecture), encoding="utf-8")


def write_replies(*, lectures: tuple[course.Lecture, ...], catalogue: Mapping[str, Any]) -> None:
    """Write the replies of each day; the numbers of a day stand at its place in the catalogue's lists."""
    for day, saved_on in enumerate(catalogue["saved_on"], start=1):
        for name, reply in replies.build_replies(lectures=lectures, catalogue=catalogue, day=day).items():
            course.write_json(path=course.REPLIES / f"{saved_on}" / f"{name}.json", document=reply)


def write_questions() -> None:
    """Bring the spans of all questions up to date with the recordings."""
    sentences = course.read_sentences()
    questions = course.read_jsonl(course.QUESTIONS)
    located = [locate_question(question=question, sentences=sentences) for question in questions]
    course.write_jsonl(path=course.QUESTIONS, rows=located)


def main() -> None:
    """Describe all lectures."""
    lectures = course.read_lectures()
    catalogue = course.read_catalogue()
    write_videos(lectures=lectures, catalogue=catalogue)
    write_replies(lectures=lectures, catalogue=catalogue)
    write_questions()


if __name__ == "__main__":
    main()
