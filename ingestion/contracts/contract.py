"""One raw kind's contract, ready to judge payloads."""

import json
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from pydantic import ValidationError
from pydantic_core import SchemaValidator

from ingestion.contracts import documents, shapes
from ingestion.contracts.documents import Mode


class ContractError(Exception):
    """A payload that cannot land; the message is the reason, in one line."""

    permanent = True


class FrozenContractError(ContractError):
    """A payload that a frozen contract does not know: nothing of its page lands."""


@dataclass(frozen=True)
class Problem:
    """A point at which a payload is not what its contract says."""

    place: shapes.Place
    reason: str
    mode: Mode


@dataclass(frozen=True)
class Verdict:
    """What may land of a payload, and what was taken out of it, in one line."""

    payload: dict[str, Any]
    discarded: str = ""


@dataclass(frozen=True)
class Contract:
    """What a payload of one source and kind is; `name` is the two, with a dot between."""

    document: documents.Document

    @property
    def name(self) -> str:
        return self.document.id

    @cached_property
    def tables_mode(self) -> Mode:
        return self.document.find_mode("tables")

    @cached_property
    def columns_mode(self) -> Mode:
        return self.document.find_mode("columns")

    @cached_property
    def data_type_mode(self) -> Mode:
        return self.document.find_mode("dataType")

    @cached_property
    def validator(self) -> SchemaValidator:
        return shapes.compile_validator(self._properties)

    @cached_property
    def _exact_validator(self) -> SchemaValidator:
        return shapes.compile_validator(self._properties, is_exact=True)

    def is_exact(self, payload: Any) -> bool:
        """Tell in one pass whether a payload has nothing new or of another type, and no steady field missing."""
        return self._exact_validator.isinstance_python(payload)

    @cached_property
    def fields(self) -> shapes.Fields:
        return shapes.list_fields(self._properties)

    @cached_property
    def paths(self) -> frozenset[str]:
        """Paths of all fields that are named."""
        return frozenset(path for path, _ in shapes.walk(self._properties))

    @cached_property
    def critical(self) -> frozenset[str]:
        """Paths of fields of which no other type lands; the payload itself is an object."""
        walked = shapes.walk(self._properties)
        named = (path for path, each in walked if each.required or each.critical_data_element)
        return frozenset(["", *named])

    @cached_property
    def steady(self) -> dict[tuple[str, ...], tuple[str, ...]]:
        """Fields that must not be missing everywhere, by the way to the object that holds them."""
        found: dict[tuple[str, ...], tuple[str, ...]] = {}
        for path, each in shapes.walk(self._properties):
            if each.quality:
                *holder, name = path.split(".")
                found[tuple(holder)] = (*found.get(tuple(holder), ()), name)
        return found

    def judge(self, payload: Any) -> Verdict:
        """Return what may land of a payload.

        Raises ContractError where it is refused, FrozenContractError where its whole page is.
        """
        if self.is_exact(payload):
            return Verdict(payload)
        discarded = []
        for problem in self.find_problems(payload):
            if problem.mode == Mode.FREEZE:
                raise FrozenContractError(problem.reason)
            if problem.mode == Mode.DISCARD_ROW:
                raise ContractError(problem.reason)
            if problem.mode == Mode.DISCARD_VALUE:
                discarded.append(problem)
        if not discarded:
            return Verdict(payload)
        reasons = "; ".join(problem.reason for problem in discarded)
        return Verdict(_without(payload, [problem.place for problem in discarded]), reasons)

    def find_problems(self, payload: Any) -> list[Problem]:
        """Return where a payload differs: other types first, then new fields where these do not just evolve."""
        problems = self.find_type_problems(payload)
        if self.columns_mode != Mode.EVOLVE and isinstance(payload, dict):
            for place, _ in shapes.find_new(payload, self.fields):
                problems.append(Problem(place, f"{shapes.name_path(place)}: a new field", self.columns_mode))
        return problems

    def find_type_problems(self, payload: Any) -> list[Problem]:
        """Return the fields that are missing or of another type than the contract says."""
        try:
            self.validator.validate_python(payload)
        except ValidationError as error:
            return [
                self._type_problem(each["loc"], each["msg"])
                for each in error.errors(include_url=False, include_context=False, include_input=False)
            ]
        return []

    def _type_problem(self, place: shapes.Place, message: str) -> Problem:
        path = shapes.name_path(place)
        mode = self.data_type_mode
        if path in self.critical and mode != Mode.FREEZE:
            mode = Mode.DISCARD_ROW
        return Problem(place, f"{path or 'payload'}: {message}", mode)

    @property
    def _properties(self) -> tuple[documents.Property, ...]:
        return self.document.tables[0].properties


def load(path: Path) -> Contract:
    """Read a contract from its file. Raises documents.InvalidContractError."""
    return Contract(documents.read(path))


def _without(payload: dict[str, Any], places: list[shapes.Place]) -> dict[str, Any]:
    """Return a copy of a payload without the values at some places."""
    kept: dict[str, Any] = json.loads(json.dumps(payload))
    for *way, last in sorted(set(places), reverse=True):
        holder: Any = kept
        for step in way:
            holder = holder[step]
        del holder[last]
    return kept
