"""The `onenet` command."""

import typer

app = typer.Typer(help="One Network (一张网)")
