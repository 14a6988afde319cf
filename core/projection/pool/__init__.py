"""The rows that a projection may take, and the control cells they fall into."""
