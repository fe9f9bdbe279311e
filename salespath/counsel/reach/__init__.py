"""What it takes to reach a process: single moves, all smallest sets of them, and the steps of each."""
