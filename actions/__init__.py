"""What needs code: thin Rasa SDK actions over pure functions of `knowledge`."""
