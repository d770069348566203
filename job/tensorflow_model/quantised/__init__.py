"""The .tflite files in 8 and in 16 bits, made from the float32 one.

int8: ranges.py sees what values there are, int8_source.py brings the network into the form that quantises best, int8_plan.py
says what computes in 8 bits and in which scales, int8_writing.py writes that. The others are what these do on the way, or
what is done to the files of other modes.
"""
