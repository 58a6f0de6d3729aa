from datetime import UTC, datetime

import pytest

from ingestion import contracts
from ingestion.contracts import FrozenContractError, Mode
from ingestion.sources import resources
from tests.emulators import youtube_world
from tests.ingestion import folders

NEW_FIELD = folders.video(surprise=1)
OTHER_TYPE = folders.video(snippet={"title": "A lecture", "tags": [5, "kept"]})
MODES = [mode.value for mode in Mode]


def judge(payload):
    return contracts.check(payload, source="youtube_api", kind="video")


def make_page(*items):
    return resources.make_page(list(items), location="reply.json", observed_at=datetime(2026, 11, 26, tzinfo=UTC))


def test_a_contract_that_evolves_lets_all_but_what_is_critical_through():
    assert judge(NEW_FIELD) == contracts.Verdict(NEW_FIELD)
    assert judge(OTHER_TYPE) == contracts.Verdict(OTHER_TYPE)
    with pytest.raises(contracts.ContractError, match=r"^statistics.viewCount: Input should be a valid string$"):
        judge(folders.video(statistics={"viewCount": 5}))


@pytest.mark.parametrize("fields", [{"snippet": None}, {"statistics": {"viewCount": None}}, {"etag": None}])
def test_null_is_as_good_as_absent_where_nothing_is_required(fields):
    assert judge(folders.video(**fields)).payload == folders.video(**fields)


def test_what_is_required_may_not_be_null():
    with pytest.raises(contracts.ContractError, match="^kind: "):
        judge(folders.video(kind=None))


@pytest.mark.parametrize(
    ("entity", "payload", "reason"),
    [
        ("columns", NEW_FIELD, "surprise: a new field"),
        ("columns", folders.video(snippet={"odd": {"deep": 1}}), "snippet.odd: a new field"),
        ("dataType", OTHER_TYPE, "snippet.tags: Input should be a valid string"),
    ],
)
class TestModes:
    def test_a_row_is_discarded(self, change_contracts, entity, payload, reason):
        change_contracts("youtube_api.video", f"{entity}, value: evolve", f"{entity}, value: discard_row")
        page = make_page(folders.video("good"), payload)
        assert [record.external_id for record in page.records] == ["good"]
        assert [rejection.reason for rejection in page.rejections] == [reason]

    def test_frozen_it_lets_nothing_of_the_page_land(self, change_contracts, entity, payload, reason):
        change_contracts("youtube_api.video", f"{entity}, value: evolve", f"{entity}, value: freeze")
        page = make_page(folders.video("good"), payload)
        assert page.records == ()
        assert [rejection.reason for rejection in page.rejections] == [reason, reason]

    def test_a_value_is_discarded_and_the_whole_kept_beside(self, change_contracts, entity, payload, reason):
        change_contracts("youtube_api.video", f"{entity}, value: evolve", f"{entity}, value: discard_value")
        page = make_page(folders.video("good"), payload)
        assert len(page.records) == 2
        assert contracts.check(page.records[1].payload, source="youtube_api", kind="video").discarded == ""
        (rejection,) = page.rejections
        assert rejection.reason == f"landed without {reason}"
        assert contracts.parse(rejection.payload) == payload


def test_a_discarded_value_leaves_the_rest_as_it_was(change_contracts):
    change_contracts("youtube_api.video", "value: evolve", "value: discard_value")
    tags = ["a", 1, "b", 2, *"cdefghijk", 3]
    payload = folders.video(snippet={"title": 5, "tags": tags, "new": {}}, odd=1)
    verdict = judge(payload)
    assert verdict.payload["snippet"] == {"tags": ["a", "b", *"cdefghijk"]}
    assert "odd" not in verdict.payload
    assert verdict.discarded.count(";") == 5
    assert payload["snippet"]["tags"] == tags


def test_what_is_critical_is_never_just_discarded(change_contracts):
    change_contracts("youtube_api.video", "value: evolve", "value: discard_value")
    with pytest.raises(contracts.ContractError, match=r"^contentDetails.duration: "):
        judge(folders.video(contentDetails={"duration": "3 minutes"}))
    change_contracts("youtube_api.video", "value: discard_value", "value: freeze")
    with pytest.raises(FrozenContractError, match=r"^contentDetails.duration: "):
        judge(folders.video(contentDetails={"duration": "3 minutes"}))


@pytest.mark.parametrize("mode", MODES)
def test_a_kind_without_a_contract_is_a_new_table(change_contracts, mode):
    change_contracts("youtube_api.any", "tables, value: evolve", f"tables, value: {mode}")
    page = make_page({"kind": "youtube#superChat", "id": "a"})
    assert page.kind == "super_chat"
    if mode == "evolve":
        assert [record.external_id for record in page.records] == ["a"]
    else:
        assert [rejection.reason for rejection in page.rejections] == ["super_chat: a new kind"]


def test_a_payload_is_exact_where_nothing_is_new_odd_or_gone():
    contract = contracts.get("youtube_api.video")
    video = youtube_world.invent_video("v0000000001", channel_id="UCx", channel_title="X")
    assert contract.is_exact(video)
    for part in ({"surprise": 1}, {"tags": [5]}, {"description": None}):
        assert not contract.is_exact({**video, "snippet": {**video["snippet"], **part}})
    assert contract.is_exact({name: value for name, value in video.items() if name != "statistics"})
