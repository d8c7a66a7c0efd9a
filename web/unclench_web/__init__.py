"""Where visitors meet Unclench: the one public process.

It serves the public API, the chat page, the loader and the contact form. What the assistant understands and says is
Rasa's part, reached over HTTP only; what the pages say is written in `data/web.yml`.
"""
