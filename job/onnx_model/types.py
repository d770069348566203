"""ONNX's types of numbers that its version 1.5, or numpy, has no name for."""

LATER = {17: "float8e4m3fn", 18: "float8e4m3fnuz", 19: "float8e5m2", 20: "float8e5m2fnuz", 21: "uint4",
         22: "int4", 23: "float4e2m1", 24: "float8e8m0", 25: "uint2", 26: "int2", 27: "float6e2m3", 28: "float6e3m2"}


def name_of_type(number: int) -> str:
    return LATER.get(number, "type {}, which ONNX does not have".format(number))
