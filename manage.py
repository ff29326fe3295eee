#!/usr/bin/env python
"""Django's command line for DomoAdmin."""

import os
import sys


def main() -> None:
    """Run a management command with DomoAdmin's settings."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "domoadmin.settings")
    from django.core.management import execute_from_command_line
    from django.db import OperationalError, ProgrammingError

    try:
        execute_from_command_line(sys.argv)
    except (OperationalError, ProgrammingError) as error:
        if "--traceback" in sys.argv:
            raise
        reason = str(error).splitlines()[0] if str(error) else type(error).__name__
        sys.exit(f"domoadmin: the database can't be used: {reason}. If it is new, prepare it: make setup")


if __name__ == "__main__":
    main()
