#!/usr/bin/env python
"""Run Lectern's management commands, with the embedded services up where nothing else is configured."""

import os
import sys

from config import edge


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings.local")
    with edge.one_sentence_instead_of_a_trace():
        edge.prepare(sys.argv)
        from django.core.management import execute_from_command_line

        execute_from_command_line(sys.argv)


if __name__ == "__main__":
    main()
