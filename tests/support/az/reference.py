"""Write reference.json, the commands that the stand-in knows, with the options of the real Azure CLI.

    az extension add --name azure-devops
    PATH-OF-AZ/python -m tests.support.az.reference

It runs with the Python of an installed Azure CLI, whose own parser it asks, and needs nothing else of this project.
"""

import argparse
import json
import sys
from pathlib import Path
from typing import Any

FILE = Path(__file__).with_name("reference.json")


def read_options(cli: Any, name: str) -> dict[str, Any]:
    """Return the options of a command: each name with the arity of its values, and which are required."""
    made = cli.invocation_cls(
        cli_ctx=cli,
        parser_cls=cli.parser_cls,
        commands_loader_cls=cli.commands_loader_cls,
        help_cls=cli.help_cls,
    )
    cli.invocation = made
    made.commands_loader.load_command_table(name.split())
    made.data["command_string"] = name
    made.commands_loader.command_name = name
    made.commands_loader.command_table = {name: made.commands_loader.command_table[name]}
    cli.raise_event("CommandInvoker.OnPreArgumentLoad", commands_loader=made.commands_loader)  # adds --subscription
    made.commands_loader.load_arguments(name)
    made.parser.load_command_table(made.commands_loader)
    parser = made.parser
    for word in name.split():
        parser = next(one for one in parser._actions if isinstance(one, argparse._SubParsersAction)).choices[word]
    return dict(
        _describe(action)
        for action in parser._actions
        if action.option_strings and "--cmd" not in action.option_strings
    )


def _describe(action: argparse.Action) -> tuple[str, dict[str, Any]]:
    """Return an option's long name, and what differs from an option that takes one value and may be left out."""
    strings = [str(option) for option in action.option_strings]
    name = next((one for one in strings if one.startswith("--")), strings[0])
    also = [one for one in strings if one != name]
    values = "none" if action.nargs == 0 else "many" if action.nargs in ("*", "+") else "one"
    found: dict[str, Any] = {
        "also": also,
        "values": values if values != "one" else "",
        "required": action.required,
        "choices": sorted(map(str, action.choices)) if action.choices else [],
    }
    return name, {key: value for key, value in found.items() if value}


def main() -> None:
    """Ask the installed Azure CLI about each command that the file names; more are given as arguments."""
    from azure.cli.core import get_default_cli  # noqa: PLC0415  # a package of the Azure CLI, not of this project

    known = json.loads(FILE.read_text(encoding="utf-8"))["commands"] if FILE.exists() else {}
    cli = get_default_cli()
    names = sorted({*known, *sys.argv[1:]})
    commands = {name: read_options(cli, name) for name in names}
    lines = [f"  {json.dumps(name)}: {json.dumps(options)}" for name, options in commands.items()]
    head = f'{{\n "version": {json.dumps(cli.get_cli_version())},\n "commands": {{\n'
    FILE.write_text(head + ",\n".join(lines) + "\n }\n}\n", encoding="utf-8")


if __name__ == "__main__":
    main()
