"""Two databases under one set of statements: tables, drivers, and the journal that commits."""
