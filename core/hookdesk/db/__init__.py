"""The database: engine, sessions and transactions, column types, naming convention, migration runner."""
