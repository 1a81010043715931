# Starts threads without end.
import threading, time
while True:
    try:
        threading.Thread(target=time.sleep, args=(4711,), daemon=True).start()
    except RuntimeError:
        time.sleep(4711)
