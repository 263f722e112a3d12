"""Pages: each is made with its view-model, renders a whole state, and tells what the clerk did by signals."""
