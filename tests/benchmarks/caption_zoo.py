"""What becomes of the recorded captions of others, malformed ones among them: read, repaired or refused, and why.

    python -m tests.benchmarks.caption_zoo [files]

With `files` every file that was not simply read is named. Nothing may crash. The last line is JSON.
"""

import json
import os
import sys
from collections import Counter

import django


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings.local")
    django.setup()
    from tests.conftest import SHARED_DATA
    from tests.transcripts.captions import zoo

    outcomes = list(zoo.judge_all(SHARED_DATA))
    verdicts = Counter(outcome.verdict for outcome in outcomes)
    by_ending = Counter((outcome.path.suffix or "none", outcome.verdict) for outcome in outcomes)
    print(f"{'ending':8s}" + "".join(f"{verdict:>10s}" for verdict in zoo.VERDICTS))
    for ending in sorted({ending for ending, _ in by_ending}):
        print(f"{ending:8s}" + "".join(f"{by_ending[ending, verdict]:10d}" for verdict in zoo.VERDICTS))
    for verdict in zoo.VERDICTS[1:]:
        reasons = Counter(reason for each in outcomes if each.verdict == verdict for reason in each.reasons)
        print(f"{verdict}:")
        for reason, count in reasons.most_common():
            print(f"{count:8d}  {reason}")
    if "files" in sys.argv[1:]:
        for each in (each for each in outcomes if each.verdict != zoo.READ):
            print(f"{each.verdict:10s}{each.path.relative_to(SHARED_DATA)}: {', '.join(each.reasons)}")
    segment_count = sum(outcome.segment_count for outcome in outcomes)
    counts = {verdict: verdicts[verdict] for verdict in zoo.VERDICTS}
    print(json.dumps({"benchmark": "caption_zoo", "files": len(outcomes), **counts, "segments": segment_count}))


if __name__ == "__main__":
    main()
