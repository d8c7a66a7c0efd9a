"""What stops `web` from starting: a list of sentences for the person who starts it, no stack trace."""


class StartFault(Exception):
    """`web` cannot start. `sentences` says what is wrong and what to do, one sentence a fault."""

    def __init__(self, *sentences: str) -> None:
        super().__init__(" ".join(sentences))
        self.sentences = sentences
