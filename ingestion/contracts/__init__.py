"""What a payload must be to land: little, so that an odd one lands and only a broken one is refused.

Every raw kind has a contract, `<source>/<kind>.odcs.yaml`; `any.odcs.yaml` is that of kinds without one. Shapes
are those of https://developers.google.com/youtube/v3/docs and of yt-dlp's info files.
"""

import json
import re
from functools import cache
from pathlib import Path
from typing import Any

import pydantic_core

from ingestion.contracts.contract import Contract, ContractError, FrozenContractError, Verdict, load
from ingestion.contracts.documents import InvalidContractError, Mode

__all__ = [
    "Contract",
    "ContractError",
    "FrozenContractError",
    "InvalidContractError",
    "Mode",
    "Verdict",
    "check",
    "dump",
    "find",
    "find_faults",
    "forget",
    "get",
    "is_known",
    "list_paths",
    "load",
    "parse",
]

FOLDER = Path(__file__).parent
SUFFIX = ".odcs.yaml"
ANY = "any"
# A backslash that another one does not take away, and the null character's number.
NULL = re.compile(rb"(?<!\\)(?:\\\\)*\\u0000")
DEEPEST_DUMP = 100


def list_paths() -> list[Path]:
    """Return the files of all contracts."""
    return sorted(FOLDER.glob(f"*/*{SUFFIX}"))


def find_faults() -> list[str]:
    """Return what is wrong with contract files, a line each."""
    faults = []
    for path in list_paths():
        try:
            load(path).validator  # noqa: B018  compiled when asked for
        except InvalidContractError as error:
            faults.append(str(error))
        except pydantic_core.SchemaError as error:
            faults.append(f"{path.name}: {' '.join(str(error).split())}")
    return faults


def find(*, source: str, kind: str) -> Contract:
    """Return the contract of a kind, else that of any kind of its source."""
    name = f"{source}.{kind}"
    return get(name if is_known(name) else f"{source}.{ANY}")


@cache
def get(name: str) -> Contract:
    """Return the contract of this name, read once."""
    return load(_paths_by_name()[name])


def is_known(name: str) -> bool:
    """Tell whether a contract of this name is there."""
    return name in _paths_by_name()


def parse(text: str) -> Any:
    """Return the JSON of a text. Raises ContractError where it is none."""
    try:
        return json.loads(text)
    except (ValueError, RecursionError) as error:
        raise ContractError(f"not JSON: {error}") from None


def check(payload: Any, *, source: str, kind: str) -> Verdict:
    """Return what may land of a payload.

    Raises ContractError where it is refused, FrozenContractError where its whole page is.
    """
    _refuse_unkeepable(payload)
    contract = find(source=source, kind=kind)
    if not is_known(f"{source}.{kind}") and contract.tables_mode != Mode.EVOLVE:
        is_frozen = contract.tables_mode == Mode.FREEZE
        raise (FrozenContractError if is_frozen else ContractError)(f"{kind}: a new kind")
    return contract.judge(payload)


def dump(payload: Any) -> str:
    """Return any payload as JSON that a database can keep as text, whatever is wrong with it."""
    try:
        text = json.dumps(payload, ensure_ascii=False)
        text.encode()
    except UnicodeEncodeError:  # half of a surrogate pair
        return json.dumps(payload)
    except RecursionError:
        return json.dumps(_cut(payload, DEEPEST_DUMP))
    return text


def _refuse_unkeepable(payload: Any) -> None:
    """Raise ContractError for what PostgreSQL, or JSON, cannot hold."""
    try:
        encoded = pydantic_core.to_json(payload, inf_nan_mode="constants")
    except pydantic_core.PydanticSerializationError as error:
        is_torn = "surrogates" in str(error)
        raise ContractError("holds half of a surrogate pair" if is_torn else "is nested too deeply") from None
    if b"\\u0000" in encoded and NULL.search(encoded):
        raise ContractError("holds a null character")
    if b"NaN" in encoded or b"Infinity" in encoded:
        _refuse_endless(payload)


def _refuse_endless(payload: Any) -> None:
    try:
        json.dumps(payload, allow_nan=False)
    except ValueError:
        raise ContractError("holds a number out of range") from None


def _cut(value: Any, depth: int) -> Any:
    """Return a value without what lies deeper."""
    if depth == 0:
        return "nested too deeply"
    if isinstance(value, dict):
        return {name: _cut(each, depth - 1) for name, each in value.items()}
    return [_cut(each, depth - 1) for each in value] if isinstance(value, list) else value


@cache
def _paths_by_name() -> dict[str, Path]:
    return {f"{path.parent.name}.{path.name.removesuffix(SUFFIX)}": path for path in list_paths()}


def forget() -> None:
    """Forget what this process has read, so that changed files count."""
    get.cache_clear()
    _paths_by_name.cache_clear()
