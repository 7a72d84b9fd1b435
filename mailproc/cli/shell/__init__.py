"""What every command stands on: settings, storage, terminal, tables, processes."""
