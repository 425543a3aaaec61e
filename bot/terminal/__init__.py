"""What the ``haru`` command prints: JSON records for programs, tables for people."""
