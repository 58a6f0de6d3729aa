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

from assistant.models import VideoIndex
from assistant.services import chunking, embedding
from ingestion import text


class Command(BaseCommand):
    help = "Cut new transcripts into chunks and sentences, and give them vectors; what failed is tried again."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--json", action="store_true", help="print JSON only")

    def handle(self, *args: Any, **options: Any) -> None:
        _show(chunking.chunk_pending(), name="chunk", total=chunking.find_unchunked().count())
        embedding.revive_failed()
        try:
            _show(embedding.embed_pending(), name="embed", total=VideoIndex.objects.unembedded().count())
        except embedding.FAULTS_OF_THE_MODEL as error:
            raise CommandError(str(error)) from error
        self._report(as_json=options["json"])

    def _report(self, *, as_json: bool) -> None:
        embedded, chunked = embedding.embedding_progress(), chunking.chunk_progress()
        video_count = VideoIndex.objects.embedded().count()
        reasons = list(VideoIndex.objects.gone_wrong().order_by("pk").values_list("reason", flat=True))
        if as_json:
            counts = {
                "video_count": video_count,
                "chunk_count": chunked.row_count,
                "sentence_count": embedded.row_count,
                "failed_count": len(reasons),
            }
            self.stdout.write(json.dumps(counts))
        else:
            sentences = text.tell_count(embedded.row_count, "sentence")
            chunks = text.tell_count(chunked.row_count, "chunk")
            line = f"{video_count} of {embedded.total_count} videos, {sentences} embedded"
            self.stdout.write(f"{line}, {chunks} in all.")
        if reasons:
            reason = " ".join(reasons[0].split())
            raise CommandError(f"{len(reasons)} of {embedded.total_count} videos could not be embedded: {reason}")


def _show(items: Iterator[int], *, name: str, total: int) -> None:
    """Go through items under a progress bar."""
    for _ in tqdm(items, total=total, desc=name, unit="video", disable=None):
        pass
