"""Published models asked again: nothing of the conversion is needed."""
