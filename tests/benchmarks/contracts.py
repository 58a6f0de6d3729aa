"""What contracts let through: every recorded payload, and each a hundred times broken; and what that costs.

    python -m tests.benchmarks.contracts [variants]

Nothing may crash, nothing may be dropped: given = accepted + rejected, with a reason for each. The cost is that of
one video at the edge: its contract, and whether its fields have drifted. The last line is JSON.
"""

import json
import os
import random
import re
import sys
import time
from collections import Counter
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from typing import Any

import django

SEED = 20261126
VARIANTS = 100
SHOWN_REASONS = 12
LONGEST_REASON = 100
ROUNDS = 200


@dataclass
class Tally:
    """What became of the payloads of one origin."""

    given: int = 0
    accepted: int = 0
    rejected: int = 0
    crashed: int = 0
    reasons: Counter[str] = field(default_factory=Counter)


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings.local")
    django.setup()
    from tests.conftest import SHARED_DATA
    from tests.ingestion import payloads

    variants = int(sys.argv[1]) if len(sys.argv) > 1 else VARIANTS
    luck = random.Random(SEED)
    tallies: dict[str, Tally] = {}
    videos: list[dict[str, Any]] = []
    for each in payloads.read_all(SHARED_DATA):
        _judge(each.source, each.text, given=each.given_count, tally=tallies.setdefault(each.origin, Tally()))
        content = json.loads(each.text)
        for item in content.get("items", [content]):
            videos += [item] if item.get("kind") == "youtube#video" and "statistics" in item else []
            broken = tallies.setdefault(f"{each.origin}, broken", Tally())
            for _ in range(variants // (20 if each.source == "yt_dlp" else 1)):
                variant = payloads.break_payload(item, luck=luck)
                text = payloads.reply_of([variant]) if each.source == "youtube_api" else json.dumps(variant)
                _judge(each.source, text, given=1, tally=broken)
    for name, tally in tallies.items():
        _report(name, tally)
    _say(json.dumps(_summarize(tallies, microseconds=measure(videos))))


def measure(videos: list[dict[str, Any]]) -> float:
    """Return the microseconds that a video takes at the edge, the best of some rounds over all of them."""
    from ingestion import contracts, drift

    contract = contracts.find(source="youtube_api", kind="video")
    watch = drift.Watch(contract.name, contract, noted={})
    rounds = []
    for _ in range(ROUNDS):
        started_at = time.perf_counter()
        for video in videos:
            contracts.check(video, source="youtube_api", kind="video")
            list(drift.look(watch, video))
        rounds.append(time.perf_counter() - started_at)
    return min(rounds) / len(videos) * 1e6


def _judge(source: str, text: str, *, given: int, tally: Tally) -> None:
    from ingestion import sources

    tally.given += given
    try:
        page = sources.reader_of(source).read_text(
            text, location="x", observed_at=datetime(2026, 11, 26, tzinfo=UTC)
        )
    except Exception as error:  # a crash is what is being looked for
        tally.crashed += given
        tally.reasons[f"crash: {error!r}"[:LONGEST_REASON]] += given
        return
    tally.accepted += len(page.records)
    tally.rejected += len(page.rejections)
    tally.reasons.update(_shorten(rejection.reason) for rejection in page.rejections)


def _shorten(reason: str) -> str:
    return re.sub(r"\(char .*|: line .*", "", reason)[:LONGEST_REASON]


def _report(name: str, tally: Tally) -> None:
    _say(f"{name:24s} {tally.given:8d} given {tally.accepted:8d} accepted {tally.rejected:8d} rejected")
    for reason, count in tally.reasons.most_common(SHOWN_REASONS):
        _say(f"    {count:8d}  {reason}")


def _summarize(tallies: dict[str, Tally], *, microseconds: float) -> dict[str, Any]:
    total = {
        name: sum(getattr(tally, name) for tally in tallies.values()) for name in ("given", "accepted", "rejected")
    }
    crashed = sum(tally.crashed for tally in tallies.values())
    dropped = total["given"] - total["accepted"] - total["rejected"] - crashed
    origins = {
        name: {key: value for key, value in asdict(tally).items() if key != "reasons"}
        for name, tally in tallies.items()
    }
    return {
        "benchmark": "contracts",
        **total,
        "crashed": crashed,
        "dropped": dropped,
        "microseconds_per_video": round(microseconds, 1),
        "origins": origins,
    }


def _say(line: str) -> None:
    print(line, flush=True)


if __name__ == "__main__":
    main()
