"""Daily and manual posts: when they are due, what they show, sending, corrections, and settling doubts."""
