"""What people do in Slack: ack, one call, one answer."""
