"""The subcommands of ``haru``, and what they print."""
