"""The interviews that `ask` has saved: list them, show one, correct an answer, discard one.

They are in a folder that only you can read: `$XDG_DATA_HOME/salespath`, or `~/.local/share/salespath` (on macOS
`~/Library/Application Support/salespath`, on Windows `%LOCALAPPDATA%\\salespath`). `interview:NAME` stands for the facts of one
wherever a command takes a FILE of companies: `salespath assess interview:acme`.
"""
