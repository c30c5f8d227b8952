"""`python -m delivery preview`: see in a minute what a change does, with or without credentials."""

import typer

app = typer.Typer(help="See what a change does before it is applied.", no_args_is_help=True)
