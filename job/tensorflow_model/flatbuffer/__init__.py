"""A .tflite file as what it is, a flatbuffer: read without a copy, changed in its place, or written anew."""
