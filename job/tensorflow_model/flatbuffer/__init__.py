"""A .tflite file as what it is, a flatbuffer: read without a copy into one value, and written from one."""
