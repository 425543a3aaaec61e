"""What Haru does when a person or Slack asks for it, without the words of the answer.

Listeners call these and turn their results into messages. The use cases check no permissions and send no
messages: listeners do both.
"""
