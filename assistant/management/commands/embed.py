"""Chunk and embed what is pending.

manage.py embed             with a progress bar on a terminal
manage.py embed --json      {"video_count", "chunk_count", "sentence_count", "failed_count"}
"""

import json
from argparse import ArgumentParser
from collections.abc import Iterator
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from tqdm import tqdm

from assistant.models import IndexState, VideoIndex
from assistant.services import chunking, embedding
from assistant.weights import store


class Command(BaseCommand):
    help = "Cut transcripts that are new into chunks and sentences, and give them their vectors."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--json", action="store_true", help="print JSON only")

    def handle(self, *args: Any, **options: Any) -> None:
        _show(chunking.chunk_pending(), name="chunk", total=chunking.find_unchunked().count())
        try:
            _show(embedding.embed_pending(), name="embed", total=VideoIndex.objects.unembedded().count())
        except (store.WeightsError, embedding.DimensionsError) as error:
            raise CommandError(str(error)) from error
        self._report(as_json=options["json"])

    def _report(self, *, as_json: bool) -> None:
        embedded, chunked = embedding.embedding_progress(), chunking.chunk_progress()
        failed_count = VideoIndex.objects.filter(state=IndexState.FAILED).count()
        if as_json:
            counts = {
                "video_count": embedded.total_count,
                "chunk_count": chunked.row_count,
                "sentence_count": embedded.row_count,
                "failed_count": failed_count,
            }
            self.stdout.write(json.dumps(counts))
        else:
            line = f"{embedded.total_count} videos, {chunked.row_count} chunks, {embedded.row_count} sentences"
            self.stdout.write(f"{line} embedded.")
        if failed_count:
            raise CommandError(f"{failed_count} videos could not be embedded; the reasons stand in their index.")


def _show(items: Iterator[int], *, name: str, total: int) -> None:
    """Go through items under a progress bar."""
    for _ in tqdm(items, total=total, desc=name, unit="video", disable=None):
        pass
