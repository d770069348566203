"""The two sides of a conversion: PyTorch's and TensorFlow's, each in a process of its own."""
