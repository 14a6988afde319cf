"""No breaking of a design passes, and no honest rewriting of its rows is refused."""
