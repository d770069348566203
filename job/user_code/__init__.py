"""The user's own code behind --model-code: where it lies, how it is imported and called, what it says when it fails."""
