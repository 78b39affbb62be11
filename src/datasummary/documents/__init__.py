"""What each document says: data, no layout."""
