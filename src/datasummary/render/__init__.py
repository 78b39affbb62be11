"""The documents' data in the forms people read: layout, no facts."""
