"""What each kind of control says in a review: a file a kind, registered by being here."""
