"""The local workspace: a small, faithful Slack for one machine, to try and test Haru without an account."""
