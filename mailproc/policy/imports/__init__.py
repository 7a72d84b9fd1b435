"""Files about people: columns, rows, cells, and what became of those in them."""
