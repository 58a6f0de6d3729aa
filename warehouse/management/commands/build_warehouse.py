"""Build the warehouse.

python manage.py build_warehouse          # a table of what each relation holds and what changed
python manage.py build_warehouse --json
"""

import functools
import json
import sys
from dataclasses import asdict
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import DatabaseError
from tqdm import tqdm

from warehouse import loads, services, text_table


class Command(BaseCommand):
    help = "Make the warehouse equal to what has landed and been transcribed; again changes nothing."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--json", action="store_true", help="print JSON only")

    def handle(self, **options: Any) -> None:
        track = functools.partial(tqdm, desc="warehouse", unit="table", disable=not sys.stderr.isatty())
        try:
            table_loads = services.build_warehouse(track=track)
            relations = services.count_rows()
        except DatabaseError as error:
            reason = str(error).partition("\n")[0]
            raise CommandError(
                f"The warehouse was not built and nothing of it was changed: {reason}. "
                "Run `migrate` if the database has not seen this version."
            ) from error
        if options["json"]:
            self.stdout.write(_format_json(table_loads, relations))
        else:
            self.stdout.write(_format_text(table_loads, relations))


def _format_json(table_loads: list[loads.TableLoad], relations: list[services.RelationRows]) -> str:
    return json.dumps(
        {
            "tables": [asdict(load) for load in table_loads],
            "relations": [asdict(relation) for relation in relations],
        }
    )


def _format_text(table_loads: list[loads.TableLoad], relations: list[services.RelationRows]) -> str:
    changes = {load.table: (load.inserted_count, load.updated_count, load.deleted_count) for load in table_loads}
    return text_table.format_table(
        columns=("layer", "relation", "rows", "inserted", "updated", "deleted"),
        rows=[
            (relation.layer, relation.name, relation.row_count, *changes.get(relation.name, ("", "", "")))
            for relation in relations
        ],
    )
