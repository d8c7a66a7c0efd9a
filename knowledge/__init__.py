"""Typed, validated access to data/ and clinic.yml. Knows nothing of Rasa, HTTP or databases."""
