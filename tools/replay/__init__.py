"""What a node has recorded, run through the driver once more: does it decide the same?

    make trace > field.txt                  on a board
    make replay TRACE=field.txt             here, with the driver as it is now

The times of the trace are the driver's clock. What the node sent is taken from the trace, with the
shape of the answer that the driver's own code declares for it; what a line that came in is taken
for, when a command is given up, and what the platform asks are the driver's decisions anew.
"""
