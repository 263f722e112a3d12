"""Item models for tables: rows are frozen dataclasses, columns and roles have names."""
