"""Contract files as the Open Data Contract Standard v3.1 has them: the part of it that is used here, nothing else.

https://bitol-io.github.io/open-data-contract-standard/v3.1.0/
"""

from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any, Literal

import yaml
from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError
from pydantic.alias_generators import to_camel

LOGICAL_TYPES = Literal["string", "date", "timestamp", "number", "integer", "object", "array", "boolean"]
# What a value is in JSON; a count of the Data API is an integer that comes as a string.
PHYSICAL_TYPES = Literal["string", "number", "integer", "object", "array", "boolean"]

# Seven times as fast where libyaml is there, as it is in every wheel; each is safe.
LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


class InvalidContractError(Exception):
    """A contract file that says what the standard, or this program, does not know."""

    permanent = True


class Mode(StrEnum):
    """What becomes of a payload that holds what its contract does not, by the names dlt has for it.

    https://dlthub.com/docs/general-usage/schema-contracts
    """

    EVOLVE = "evolve"  # it lands as it is
    FREEZE = "freeze"  # nothing of its page lands
    DISCARD_ROW = "discard_row"  # it is refused, its neighbours land
    DISCARD_VALUE = "discard_value"  # it lands without the value


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, alias_generator=to_camel)


class CustomProperty(_Part):
    property: str
    value: Any
    description: str = ""


class Quality(_Part):
    """A share of payloads that must not be without the value."""

    metric: Literal["missingValues"]
    unit: Literal["percent"]
    must_be_less_than: Literal[100]


class Options(_Part):
    """What a value must satisfy beyond its type."""

    pattern: str | None = None
    min_length: int | None = None
    max_length: int | None = None
    minimum: float | None = None
    maximum: float | None = None


class Item(_Part):
    """What every item of an array is."""

    logical_type: LOGICAL_TYPES | None = None
    physical_type: PHYSICAL_TYPES | None = None
    logical_type_options: Options = Options()
    properties: tuple["Property", ...] = ()


class Property(Item):
    """A field of a payload; of one that is critical no other type is let through in any mode."""

    name: str
    description: str = ""
    required: bool = False
    primary_key: bool = False
    critical_data_element: bool = False
    items: Item | None = None
    quality: tuple[Quality, ...] = ()


class Table(_Part):
    name: str
    physical_name: Literal["raw_record"]
    physical_type: Literal["table"]
    logical_type: Literal["object"]
    properties: tuple[Property, ...]


class Description(_Part):
    purpose: str
    limitations: str = ""


class Document(_Part):
    """One file."""

    api_version: Literal["v3.1.0"]
    kind: Literal["DataContract"]
    id: str
    name: str
    version: Annotated[str, StringConstraints(pattern=r"^[0-9]+\.[0-9]+\.[0-9]+$")]
    status: Literal["proposed", "draft", "active", "deprecated", "retired"]
    description: Description
    tables: Annotated[tuple[Table], Field(alias="schema")]
    custom_properties: tuple[CustomProperty, ...] = ()

    def find_mode(self, entity: str) -> Mode:
        """Return the mode for `tables`, `columns` or `dataType`; what is not said evolves."""
        said = {each.property: each.value for each in self.custom_properties}
        return Mode(said.get(entity, Mode.EVOLVE))


def read(path: Path) -> Document:
    """Read a contract file. Raises InvalidContractError with its first broken point."""
    try:
        document = Document.model_validate(yaml.load(path.read_text(encoding="utf-8"), Loader=LOADER))  # noqa: S506
        for entity in ("tables", "columns", "dataType"):
            document.find_mode(entity)
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(map(str, first["loc"])) or "the file"
        raise InvalidContractError(f"{path.name}: {where}: {first['msg']}") from None
    except (ValueError, yaml.YAMLError) as error:
        raise InvalidContractError(f"{path.name}: {' '.join(str(error).split())}") from None
    expected = f"{path.parent.name}.{path.name.removesuffix('.odcs.yaml')}"
    if document.id != expected:
        raise InvalidContractError(f"{path.name}: its id is {document.id}, its place says {expected}")
    return document
