"""What always holds between the columns of a source: kinds of relations, found against chance, checked by SQL."""
