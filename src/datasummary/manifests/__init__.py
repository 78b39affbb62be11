"""From files in many formats to rows of one shape: who stands where, how much, in which language, since when."""
