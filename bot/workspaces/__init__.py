"""The workspaces that installed Haru, and the clients with which it calls Slack."""
