from pathlib import Path

import pytest
from django.core.exceptions import ImproperlyConfigured

from config import lakes


def make(url, **options):
    return lakes.make_storage(url, **{"endpoint_url": "", "region": "", "addressing_style": "auto"} | options)


@pytest.mark.parametrize("url", ["/srv/lake", "file:///srv/lake"])
def test_a_path_is_a_folder(url):
    assert make(url) == {"BACKEND": "ingestion.lake.FolderStorage", "OPTIONS": {"location": Path("/srv/lake")}}
    assert lakes.find_folder(url) == Path("/srv/lake")


@pytest.mark.parametrize(
    ("url", "bucket", "prefix"),
    [
        ("s3://lectures", "lectures", ""),
        ("s3://lectures/", "lectures", ""),
        ("s3://my.lectures-1/of/2026/", "my.lectures-1", "of/2026"),
    ],
)
def test_a_bucket_is_named_with_its_prefix(url, bucket, prefix):
    made = make(url, endpoint_url="http://localhost:9000", region="eu-west-1", addressing_style="path")
    assert made == {
        "BACKEND": "ingestion.bucket.BucketStorage",
        "OPTIONS": {
            "bucket_name": bucket,
            "location": prefix,
            "endpoint_url": "http://localhost:9000",
            "region_name": "eu-west-1",
            "addressing_style": "path",
        },
    }
    assert lakes.find_folder(url) is None


@pytest.mark.parametrize(
    ("url", "options", "reason"),
    [
        ("gs://lectures", {}, "must be a folder or s3://bucket/prefix"),
        ("s3://", {}, "names no bucket"),
        ("s3://Lectures/x", {}, "names no bucket"),
        ("s3://lectures", {"addressing_style": "paths"}, "one of auto, path, virtual"),
        ("/srv/lake", {"endpoint_url": "http://localhost:9000"}, "LAKE_URL is a folder"),
    ],
)
def test_a_wrong_lake_is_refused_in_a_sentence(url, options, reason):
    with pytest.raises(ImproperlyConfigured, match=reason):
        make(url, **options)
