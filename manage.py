#!/usr/bin/env python
"""Run Lectern's management commands, with the embedded services up where nothing else is configured."""

import os
import sys


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings.local")
    try:
        # Loading takes long enough to press Ctrl-C meanwhile.
        from config import edge

        with edge.one_sentence_instead_of_a_trace():
            edge.prepare(sys.argv)
            from django.core.management import execute_from_command_line

            execute_from_command_line(sys.argv)
    except KeyboardInterrupt:
        sys.exit(130)


if __name__ == "__main__":
    main()
