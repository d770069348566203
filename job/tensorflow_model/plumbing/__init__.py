"""What toco leaves in a .tflite that moves or repeats what need not be: taken out of the file, once toco is done."""
