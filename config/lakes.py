"""Where the lake lies: a folder, or a bucket of S3 or of a store that speaks as S3 does."""

import re
from pathlib import Path
from typing import Any

from django.core.exceptions import ImproperlyConfigured

# https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucketnamingrules.html
BUCKET_URL = re.compile(r"s3://(?P<bucket>[a-z0-9][a-z0-9.-]{1,61}[a-z0-9])(/(?P<prefix>.*?))?/*")
ADDRESSING_STYLES = ("auto", "path", "virtual")


def find_folder(url: str) -> Path | None:
    """Return the folder that LAKE_URL names, None where it names a bucket."""
    if url.startswith("s3://"):
        return None
    if "://" in url.removeprefix("file://"):
        raise ImproperlyConfigured(f"LAKE_URL must be a folder or s3://bucket/prefix, and {url} is neither.")
    return Path(url.removeprefix("file://")).absolute()


def make_storage(url: str, *, endpoint_url: str, region: str, addressing_style: str) -> dict[str, Any]:
    """Return the entry of `STORAGES` for LAKE_URL; what is set of a bucket beside a folder is a mistake."""
    folder = find_folder(url)
    if folder is not None:
        if endpoint_url or region:
            raise ImproperlyConfigured("LAKE_ENDPOINT_URL and LAKE_REGION are of a bucket, LAKE_URL is a folder.")
        return {"BACKEND": "ingestion.lake.FolderStorage", "OPTIONS": {"location": folder}}
    named = BUCKET_URL.fullmatch(url)
    if named is None:
        raise ImproperlyConfigured(
            f"LAKE_URL must be s3://bucket/prefix, and {url} names no bucket that S3 would have."
        )
    if addressing_style not in ADDRESSING_STYLES:
        raise ImproperlyConfigured(f"LAKE_ADDRESSING_STYLE must be one of {', '.join(ADDRESSING_STYLES)}.")
    options = {
        "bucket_name": named["bucket"],
        "location": named["prefix"] or "",
        "endpoint_url": endpoint_url or None,
        "region_name": region or None,
        "addressing_style": addressing_style,
    }
    return {"BACKEND": "ingestion.bucket.BucketStorage", "OPTIONS": options}
