"""What was learned from a source, kept in its workspace: opened again in milliseconds, or learned anew."""
