"""Never finishes importing."""

import threading

threading.Event().wait()
