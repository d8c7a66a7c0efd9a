"""The tension and stress check-in: its content, what an answer means, what is asked next, and the outcome. Pure."""
