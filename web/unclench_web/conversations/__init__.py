"""Conversations: opening one, saying something in it, reading it again, erasing it."""
