import pytest

from ingestion import roots
from tests.ingestion import folders


def test_a_folder_of_a_root_is_found_by_either_path(inbox):
    (inbox / "physics").mkdir()
    assert roots.find_folder(str(inbox / "physics")) == inbox / "physics"
    assert roots.find_folder(" physics ") == inbox / "physics"
    assert roots.find_folder(str(inbox)) == inbox


@pytest.mark.parametrize(
    "text", ["..", "physics/../..", "/etc", "/", "nowhere", "a\0b", "x" * 5000, "physics/a.txt", "~", "loop"]
)
def test_anything_else_is_refused_in_one_sentence(inbox, text):
    (inbox / "physics").mkdir()
    (inbox / "physics" / "a.txt").write_text("")
    (inbox / "loop").symlink_to(inbox / "loop")
    with pytest.raises(roots.RefusedFolderError, match="There is no such folder in"):
        roots.find_folder(text)


def test_a_link_that_leads_out_is_refused_and_one_within_is_followed(inbox, tmp_path):
    (tmp_path / "secret").mkdir()
    (inbox / "physics").mkdir()
    (inbox / "out").symlink_to(tmp_path / "secret")
    (inbox / "in").symlink_to(inbox / "physics")
    with pytest.raises(roots.RefusedFolderError):
        roots.find_folder("out")
    assert roots.find_folder("in") == inbox / "physics"


def test_a_file_that_is_a_link_out_is_named(inbox, tmp_path):
    (tmp_path / "secret").write_text("secret")
    (inbox / "a").mkdir()
    (inbox / "a" / "x.opus").symlink_to(tmp_path / "secret")
    with pytest.raises(roots.RefusedFolderError, match="a/x.opus is a link to a place outside"):
        roots.refuse_links_out(inbox)
    (inbox / "a" / "x.opus").unlink()
    roots.refuse_links_out(inbox)


def test_a_root_whose_name_begins_with_anothers_is_not_it(inbox):
    (inbox.parent / "inbox-of-others").mkdir()
    with pytest.raises(roots.RefusedFolderError):
        roots.find_folder(str(inbox.parent / "inbox-of-others"))


def test_folders_with_payloads_are_offered(inbox):
    folders.write_info(inbox / "physics", folders.info())
    folders.write_info(inbox / ".hidden", folders.info())
    (inbox / "empty").mkdir()
    assert [offer.name for offer in roots.list_folders()] == ["inbox", "inbox/physics"]


def test_a_root_that_is_not_there_offers_nothing(inbox):
    inbox.rmdir()
    assert roots.list_folders() == []
