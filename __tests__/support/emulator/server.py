"""Starts the emulated AWS account: moto with the shim in front. Usage: python server.py [PORT, 0 for any free one] [attached].

Prints one line, `listening http://127.0.0.1:PORT`, when it is ready. SIGTERM ends it; with `attached` so does the end of its
standard input, so that it never outlives the process that started it.
"""

import os
import signal
import sys
import threading

# Read by moto at import: managed policies by name, certificates issued at once, services steady after two looks.
os.environ.setdefault("MOTO_IAM_LOAD_MANAGED_POLICIES", "true")
os.environ.setdefault("MOTO_ACM_VALIDATION_WAIT", "0")
os.environ.setdefault("MOTO_ECS_SERVICE_RUNNING", "2")

from moto.moto_api._internal import moto_api_backend  # noqa: E402
from werkzeug.serving import WSGIRequestHandler, make_server  # noqa: E402

import shim  # noqa: E402, F401
from shim.gateway import Gateway  # noqa: E402


class Handler(WSGIRequestHandler):
    """One segment per answer: werkzeug sends headers and body in two writes, which the provider at times reads as a torn connection."""

    wbufsize = 1 << 20
    protocol_version = "HTTP/1.1"

    def log_request(self, *_: object) -> None:
        """Requests are not logged: a whole environment makes tens of thousands."""


def end_with_input() -> None:
    sys.stdin.read()
    os._exit(0)


def main() -> None:
    port = int(sys.argv[1]) if len(sys.argv) > 1 else 0
    # Lambda code never runs here: no container engine is needed to create a function.
    moto_api_backend.set_config({"lambda": {"use_docker": False}})
    server = make_server("127.0.0.1", port, Gateway(), threaded=True, request_handler=Handler)
    os.environ["MOTO_PORT"] = str(server.server_port)
    signal.signal(signal.SIGTERM, lambda *_: os._exit(0))
    if "attached" in sys.argv[2:]:
        threading.Thread(target=end_with_input, daemon=True).start()
    print(f"listening http://127.0.0.1:{server.server_port}", flush=True)
    server.serve_forever()


if __name__ == "__main__":
    main()
