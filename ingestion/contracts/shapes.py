"""From the properties of a contract to what checks payloads: a compiled validator, and a tree of known fields."""

from collections.abc import Iterable, Iterator
from typing import Any, TypeAlias

from pydantic_core import CoreSchema, SchemaValidator, core_schema

from ingestion.contracts import documents

# Names of known fields, with what is known inside of each; nothing inside: it may hold anything.
Fields: TypeAlias = dict[str, "Fields"]
# Names and indexes on the way from a payload to a value.
Place: TypeAlias = tuple[int | str, ...]

# How text is written that means something else.
PATTERNS = {"integer": "^[0-9]+$", "boolean": "^(true|false)$"}


def compile_validator(properties: Iterable[documents.Property], *, is_exact: bool = False) -> SchemaValidator:
    """Return a validator of a payload; fields it does not name are none of its business.

    One that is exact takes none of these, and wants those that must not be missing everywhere.
    """
    return SchemaValidator(_object_schema(properties, is_exact=is_exact))


def list_fields(properties: Iterable[documents.Property]) -> Fields:
    """Return the tree of names; the items of an array count as if they were the array."""
    return {
        each.name: list_fields(each.properties or (each.items.properties if each.items else ()))
        for each in properties
    }


def find_new(payload: dict[str, Any], fields: Fields, before: Place = ()) -> Iterator[tuple[Place, Any]]:
    """Yield place and value of every field that the tree does not name."""
    for name, value in payload.items():
        inside = fields.get(name)
        if inside is None:
            yield (*before, name), value
        elif not inside:
            continue
        elif isinstance(value, dict):
            yield from find_new(value, inside, (*before, name))
        elif isinstance(value, list):
            for index, item in enumerate(value):
                if isinstance(item, dict):
                    yield from find_new(item, inside, (*before, name, index))


def walk(properties: Iterable[documents.Property], before: str = "") -> Iterator[tuple[str, documents.Property]]:
    """Yield path and property of everything that a contract names."""
    for each in properties:
        yield before + each.name, each
        inside = each.properties or (each.items.properties if each.items else ())
        yield from walk(inside, f"{before}{each.name}.")


def name_path(place: Place) -> str:
    """Return the names on the way to a place; which item of an array it is does not matter."""
    return ".".join(each for each in place if isinstance(each, str))


def _object_schema(properties: Iterable[documents.Property], *, is_exact: bool) -> CoreSchema:
    fields = {each.name: _field(each, is_exact=is_exact) for each in properties}
    return core_schema.typed_dict_schema(fields, extra_behavior="forbid" if is_exact else "ignore")


def _field(each: documents.Property, *, is_exact: bool) -> core_schema.TypedDictField:
    """Return what a field must be; one that is not required may be null as well as absent."""
    is_required = each.required or (is_exact and bool(each.quality))
    if each.logical_type == "array" and each.items:
        items = _schema_of_value(each.items, is_exact=is_exact)
        schema: CoreSchema = core_schema.list_schema(items, strict=True)
    else:
        schema = _schema_of_value(each, is_exact=is_exact)
    return core_schema.typed_dict_field(
        schema if is_required else core_schema.nullable_schema(schema), required=is_required
    )


def _schema_of_value(each: documents.Item, *, is_exact: bool) -> CoreSchema:
    options = each.logical_type_options
    match each.physical_type or each.logical_type:
        case "string" | "date" | "timestamp":
            pattern = options.pattern or PATTERNS.get(each.logical_type or "")
            return core_schema.str_schema(
                strict=True, pattern=pattern, min_length=options.min_length, max_length=options.max_length
            )
        case "number":
            return core_schema.float_schema(strict=True, ge=options.minimum, le=options.maximum)
        case "integer":
            return core_schema.int_schema(strict=True)
        case "boolean":
            return core_schema.bool_schema(strict=True)
        case "array":
            return core_schema.list_schema(strict=True)
        case "object" if each.properties:
            return _object_schema(each.properties, is_exact=is_exact)
        case "object":
            return core_schema.dict_schema(strict=True)
        case _:
            return core_schema.any_schema()
