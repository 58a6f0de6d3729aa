"""Hear one file, or all that is pending.

manage.py transcribe lecture.opus                     lines of [mm:ss] text
manage.py transcribe lecture.opus --json              language, duration, segments with word times
manage.py transcribe --pending                        everything ingested and not yet heard
manage.py transcribe --plan                           device, precision, workers and threads chosen here
"""

import json
import os
import signal
import sys
import threading
from argparse import ArgumentParser
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import asdict
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.db import connection
from django.db.models import Count
from tqdm import tqdm

from ingestion import lost_objects
from transcripts import clock, planning, services, transcribers
from transcripts.audio import UnreadableAudioError
from transcripts.heard import HeardSegment
from transcripts.models import State, Transcription
from transcripts.transcribers import Hearing, Transcriber, TranscriberError

# As shells tell of a command that Ctrl-C has ended.
EXIT_CODE_OF_INTERRUPT = 130


class Command(BaseCommand):
    help = "Transcribe one file, or with --pending everything ingested that nobody has heard yet."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", nargs="?", type=Path, help="audio or video to be heard")
        parser.add_argument("--pending", action="store_true", help="hear all that is ingested and not heard")
        parser.add_argument("--plan", action="store_true", help="say how the engine runs here, and hear nothing")
        parser.add_argument("--json", action="store_true", help="print JSON only")
        parser.add_argument(
            "--engine",
            default=settings.TRANSCRIBER,
            help=f"one of {', '.join(settings.TRANSCRIBERS)}; %(default)s by default",
        )
        parser.add_argument("--language", default="", help="spoken language, such as en; else detected")

    def handle(self, *args: Any, **options: Any) -> None:
        if options["pending"] + bool(options["file"]) + options["plan"] != 1:
            raise CommandError("Name a file to be heard, or say --pending or --plan.")
        try:
            if options["plan"]:
                self._tell_plan(transcribers.get(options["engine"]), as_json=options["json"])
            elif options["pending"]:
                lost_objects.refuse_other_lake()
                self._hear_pending(engine=options["engine"], as_json=options["json"])
            else:
                self._hear_file(options)
        except (TranscriberError, UnreadableAudioError, lost_objects.OtherLakeError) as error:
            raise CommandError(str(error)) from error

    def _tell_plan(self, transcriber: Transcriber, *, as_json: bool) -> None:
        plan = transcriber.describe()
        if as_json:
            self.stdout.write(json.dumps(plan))
            return
        width = max(map(len, plan))
        for name, value in plan.items():
            self.stdout.write(f"{name.replace('_', ' '):{width}}  {value}")

    def _hear_file(self, options: dict[str, Any]) -> None:
        path: Path = options["file"]
        if not path.is_file():
            raise CommandError(f"{path} is a folder." if path.is_dir() else f"There is no file {path}.")
        try:
            transcriber = transcribers.get(options["engine"])
            hearing = transcriber.hear(path, language=options["language"])
        except UnreadableAudioError as error:
            raise CommandError(f"{path}: {error}") from error
        except PermissionError as error:
            raise CommandError(f"{path} cannot be opened: permission denied.") from error
        heard, duration_seconds = self._listen(hearing)
        segments = [segment for segment in heard if not segment.gate_reason]
        if not segments:
            self.stderr.write(f"{path}: {transcriber.explain_silence()}")
        if doubts := Counter(segment.gate_reason for segment in heard if segment.gate_reason):
            counts = ", ".join(f"{reason.replace('_', ' ')} ({count})" for reason, count in doubts.most_common())
            self.stderr.write(f"Left out, in doubt: {counts}.")
        if options["json"]:
            self.stdout.write(
                json.dumps(_as_dict(hearing.language, duration_seconds, segments), ensure_ascii=False)
            )
            return
        for segment in segments:
            self.stdout.write(f"[{clock.format_clock(segment.start_seconds)}] {segment.text}")

    def _listen(self, hearing: Hearing) -> tuple[list[HeardSegment], float]:
        """Return what is heard, and the seconds at which the recording ends."""
        heard: list[HeardSegment] = []
        until_seconds = 0.0
        with tqdm(total=round(hearing.duration_seconds), unit="s", disable=None) as bar:
            meter = _Meter(bar, threading.Event())
            for piece in hearing.pieces:
                meter(until_seconds := piece.until_seconds)
                heard += piece.segments
        return heard, until_seconds

    def _hear_pending(self, *, engine: str, as_json: bool) -> None:
        at_once = transcribers.prepare(engine).recordings_at_once
        handled: set[int] = set()
        with tqdm(unit="s", desc="heard", disable=None) as bar:
            # What was heard with doubt is planned once more, for the second pass.
            while services.plan_transcriptions(engine=engine) or services.find_next():
                handled |= _hear_all(bar, at_once=at_once)
        self._sum_up(as_json=as_json)
        if obstacle := planning.find_obstacle(engine=engine):
            raise CommandError(obstacle)
        if failed_count := Transcription.objects.failed().filter(pk__in=handled).count():
            raise CommandError(f"{failed_count} of {len(handled)} recordings failed: the admin says why.")

    def _sum_up(self, *, as_json: bool) -> None:
        rows = Transcription.objects.retained().values_list("state").annotate(Count("pk")).order_by("state")
        if as_json:
            self.stdout.write(json.dumps(dict(rows)))
            return
        for state, count in rows:
            self.stdout.write(f"{count:6d} {State(state).label}")


def _hear_all(bar: "tqdm[Any]", *, at_once: int) -> set[int]:
    """Hear what waits, so many recordings beside one another; return the ids of those taken up.

    Ctrl-C ends each at its next piece, from which it goes on another time; a second one ends the process. What is
    heard alone ends at once.
    """
    is_broken_off = threading.Event()
    if at_once == 1:
        return _hear_waiting(bar, is_broken_off)
    with ThreadPoolExecutor(at_once) as pool:
        hearing = [pool.submit(_hear_in_thread, bar, is_broken_off) for _ in range(at_once)]
        try:
            return set().union(*(each.result() for each in hearing))
        except KeyboardInterrupt:
            is_broken_off.set()
            bar.write("Stopping after the pieces in hand; Ctrl-C once more stops at once.", file=sys.stderr)
            signal.signal(signal.SIGINT, lambda *_: os._exit(EXIT_CODE_OF_INTERRUPT))
            raise


def _hear_in_thread(bar: "tqdm[Any]", is_broken_off: threading.Event) -> set[int]:
    try:
        return _hear_waiting(bar, is_broken_off)
    finally:
        connection.close()  # this thread's own


def _hear_waiting(bar: "tqdm[Any]", is_broken_off: threading.Event) -> set[int]:
    handled: set[int] = set()
    while not is_broken_off.is_set() and (pk := next(iter(services.find_next()), None)):
        handled.add(pk)
        # What went wrong stands in the row, which ends as failed once its attempts are used up.
        with suppress(Exception):
            services.run_transcription(transcription_id=pk, on_heard=_Meter(bar, is_broken_off))
    return handled


class _Meter:
    """Moves a bar of seconds on as one recording is heard, until that is broken off."""

    def __init__(self, bar: "tqdm[Any]", is_broken_off: threading.Event) -> None:
        self.bar, self.is_broken_off = bar, is_broken_off
        self.reached = 0

    def __call__(self, seconds: float) -> None:
        if self.is_broken_off.is_set():
            raise KeyboardInterrupt
        self.bar.update(int(seconds) - self.reached)
        self.reached = int(seconds)


def _as_dict(language: str, duration_seconds: float, segments: list[HeardSegment]) -> dict[str, Any]:
    return {
        "language": language,
        "duration_seconds": duration_seconds,
        "segments": [
            {
                "start_seconds": segment.start_seconds,
                "end_seconds": segment.end_seconds,
                "text": segment.text,
                "words": [asdict(word) for word in segment.words],
            }
            for segment in segments
        ],
    }
