"""What must outlive a broken disk: contact requests, accounts, the audit log. Never conversations, never keys."""
