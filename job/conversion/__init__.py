"""What job/pipeline.py works with: what is made and known of a conversion, what the log says of it, and its documents."""
