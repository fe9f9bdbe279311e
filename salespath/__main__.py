"""`python -m salespath`."""

from salespath.cli import main

main(prog_name="salespath")
