import json
from importlib import resources

import pytest

from ingestion import contracts
from ingestion.contracts import documents

CONTRACT = """
apiVersion: v3.1.0
kind: DataContract
id: place.thing
name: thing
version: 1.0.0
status: active
description: {purpose: A thing.}
schema:
  - name: thing
    physicalName: raw_record
    physicalType: table
    logicalType: object
    properties: [{name: id, logicalType: string, physicalType: string, required: true}]
"""
# Documented for its owner's eyes alone, or so large that what is inside says little here.
OPAQUE = {"contentRating", "localizations", "hints", "image"}
SCHEMAS = {
    "activity": "Activity",
    "caption": "Caption",
    "channel": "Channel",
    "channel_section": "ChannelSection",
    "comment": "Comment",
    "comment_thread": "CommentThread",
    "i18n_language": "I18nLanguage",
    "i18n_region": "I18nRegion",
    "playlist": "Playlist",
    "playlist_item": "PlaylistItem",
    "search_result": "SearchResult",
    "video": "Video",
    "video_category": "VideoCategory",
    "video_stats": "VideoStat",
}


@pytest.fixture(scope="module")
def discovery():
    """The schemas of the discovery document that Google's client brings along."""
    folder = resources.files("googleapiclient") / "discovery_cache" / "documents"
    return json.loads((folder / "youtube.v3.json").read_text())["schemas"]


def write(folder, text):
    path = folder / "place" / "thing.odcs.yaml"
    path.parent.mkdir(exist_ok=True)
    path.write_text(text)
    return path


@pytest.mark.parametrize("path", contracts.list_paths(), ids=lambda path: f"{path.parent.name}-{path.name}")
def test_every_contract_file_is_valid_and_can_be_compiled(path):
    contract = contracts.load(path)
    assert contract.name == f"{path.parent.name}.{path.name.removesuffix('.odcs.yaml')}"
    assert contract.validator
    (table,) = contract.document.tables
    keys = [each.name for each in table.properties if each.primary_key]
    assert keys == ["id"]


@pytest.mark.parametrize(
    ("old", "new", "reason"),
    [
        ("apiVersion: v3.1.0", "apiVersion: v2.2.2", "apiVersion: Input should be 'v3.1.0'"),
        ("kind: DataContract", "kind: Contract", "kind: "),
        ("version: 1.0.0", "version: newest", "version: "),
        ("id: place.thing", "id: place.other", "its id is place.other, its place says place.thing"),
        ("name: thing\nversion", "nmae: thing\nversion", "name: Field required"),
        ("logicalType: string", "logicalType: text", "logicalType: Input should be 'string'"),
        ("required: true}]", "required: true, secret: 1}]", "secret: Extra inputs are not permitted"),
        ("schema:", "customProperties: [{property: columns, value: thaw}]\nschema:", "'thaw' is not a valid Mode"),
        ("apiVersion", "{", "while parsing"),
        (CONTRACT, "", "the file: "),
    ],
)
def test_a_broken_contract_file_is_refused_with_its_point(tmp_path, old, new, reason):
    assert old in CONTRACT
    with pytest.raises(contracts.InvalidContractError) as refusal:
        documents.read(write(tmp_path, CONTRACT.replace(old, new)))
    assert str(refusal.value).startswith("thing.odcs.yaml: ")
    assert reason in str(refusal.value)


def test_what_is_not_said_evolves(tmp_path):
    document = documents.read(write(tmp_path, CONTRACT))
    assert {document.find_mode(each) for each in ("tables", "columns", "dataType")} == {contracts.Mode.EVOLVE}


@pytest.mark.parametrize("kind", SCHEMAS)
def test_a_contract_names_all_that_google_documents(discovery, kind):
    named = contracts.find(source="youtube_api", kind=kind).paths

    def list_missing(schema, before, seen):
        for name, value in schema.get("properties", {}).items():
            path = f"{before}{name}"
            if path not in named:
                yield path
            inside = value if "properties" in value else value.get("items", value)
            reference = inside.get("$ref")
            if name not in OPAQUE and reference not in seen:
                inside = discovery[reference] if reference else inside
                yield from list_missing(inside, f"{path}.", seen | {reference} - {None})

    schema = SCHEMAS[kind]
    assert list(list_missing(discovery[schema], "", {schema})) == []
