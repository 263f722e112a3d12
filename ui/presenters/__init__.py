"""Pure functions from what the services and the domain say to what the pages show. No widget, no store, no wire."""
