"""Pure rendering: what Haru says, as Slack payloads."""
