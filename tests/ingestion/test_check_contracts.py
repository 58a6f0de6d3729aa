import json
from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from ingestion import contracts
from ingestion.models import ContractDrift

pytestmark = pytest.mark.django_db


@pytest.fixture
def drifts():
    return [
        ContractDrift.objects.create(contract="youtube_api.video", path="statistics.hypeCount", example='"12"'),
        ContractDrift.objects.create(contract="youtube_api.video", path="snippet.title", is_vanished=True),
    ]


def check(*arguments):
    output = StringIO()
    try:
        call_command("check_contracts", *arguments, stdout=output)
    except CommandError as error:
        return output.getvalue(), str(error)
    return output.getvalue(), ""


def test_all_is_well_where_nothing_differs():
    output, error = check()
    assert output == f"{len(contracts.list_paths())} contracts, 0 fields accepted\n"
    assert error == ""


def test_a_field_that_came_or_went_fails(drifts):
    output, error = check()
    day = f"{drifts[0].first_seen_at:%F}"
    assert f'youtube_api.video: statistics.hypeCount  new since {day}, "12"\n' in output
    assert f"youtube_api.video: snippet.title  gone since {day}\n" in output
    assert error == "0 broken contract files, 2 fields that came or went."


def test_it_speaks_json(drifts):
    output, _ = check("--json")
    told = json.loads(output)
    assert (told["contract_count"], told["faults"]) == (len(contracts.list_paths()), [])
    assert [(drift["path"], drift["is_vanished"]) for drift in told["drifts"]] == [
        ("snippet.title", True),
        ("statistics.hypeCount", False),
    ]


def test_what_is_accepted_fails_no_more(drifts):
    output, error = check("--accept", "youtube_api.video: statistics.hypeCount")
    assert error == "0 broken contract files, 1 field that came or went."
    output, error = check("--accept")
    assert (output.splitlines()[0].partition(", ")[2], error) == ("1 field accepted", "")
    assert check() == (f"{len(contracts.list_paths())} contracts, 0 fields accepted\n", "")


def test_what_nobody_noted_cannot_be_accepted(drifts):
    _, error = check("--accept", "youtube_api.video: nothing")
    assert error == "Nothing is noted of youtube_api.video: nothing."
    assert not ContractDrift.objects.exclude(accepted_at=None).exists()


def test_a_field_that_its_contract_has_come_to_name_fails_no_more(change_contracts):
    ContractDrift.objects.create(contract="youtube_api.video", path="statistics.hypeCount")
    change_contracts("youtube_api.video", "name: dislikeCount", "name: hypeCount")
    assert check()[1] == ""


def test_a_broken_contract_file_fails_with_its_name(change_contracts):
    change_contracts("youtube_api.comment", "kind: DataContract", "kind: Promise")
    change_contracts("youtube_api.video", '"^youtube#video$"', '"(unclosed"')
    output, error = check()
    assert "comment.odcs.yaml: kind: Input should be 'DataContract'" in output
    assert "unclosed" in output
    assert error == "2 broken contract files, 0 fields that came or went."
