"""Who may do what where people sign in: the list of people, and to whom a design is open."""
