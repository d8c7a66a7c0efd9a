"""The clinic's inbox: members of staff sign in, see contact requests, and note what became of them."""
