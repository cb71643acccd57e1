"""Command line: check, update or compile the translations."""

import argparse
import sys

from ops.layout import ROOT
from ops.report import say
from ops.translations import compiling


def check() -> int:
    """Print every gap of the catalogue and tell whether there was one."""
    from ops.translations import catalogue
    from ops.translations.extract import messages

    name = str(catalogue.PATH.relative_to(ROOT))
    wanted = messages()
    found = list(catalogue.problems(catalogue.load(), wanted, name))
    for line in found:
        say(line)
    say(f"{len(wanted)} marked texts, {len(found)} problems")
    return 1 if found else 0


def update() -> int:
    """Bring the catalogue in line with the source and compile it."""
    from ops.translations import catalogue
    from ops.translations.extract import messages

    loaded = catalogue.load()
    added, dropped = catalogue.update(loaded, messages())
    catalogue.save(loaded)
    empty = len(loaded.untranslated_entries())
    say(f"{added} added, {dropped} dropped, {empty} to translate in {catalogue.PATH}")
    return compile_all()


def compile_all() -> int:
    """Compile every catalogue."""
    say(f"{compiling.compile_all()} catalogues compiled")
    return 0


def main() -> int:
    """Read the arguments and run."""
    commands = {"check": check, "update": update, "compile": compile_all}
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("command", choices=commands)
    return commands[parser.parse_args().command]()


if __name__ == "__main__":
    sys.exit(main())
