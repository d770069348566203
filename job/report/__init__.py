"""What is written about a conversion: JSON documents built from values, each with a schema."""
