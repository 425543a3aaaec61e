"""What Haru does when a person or Slack asks for it, without the words of the answer.

Listeners call these and turn their results into messages. Who may do something is decided before, by the
listener; nobody is told anything here.
"""
