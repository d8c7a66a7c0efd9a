"""Contact requests: a visitor asks the clinic to get in touch. They never pass through the conversation or Rasa."""
