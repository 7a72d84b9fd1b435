"""The only room with SQL; it must survive a power cut."""
