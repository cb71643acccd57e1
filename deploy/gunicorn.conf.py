"""Settings of the web server; the demo and the containers use the same ones."""  # noqa: INP001

import os
from pathlib import Path

bind = os.environ.get("WEB_BIND", "0.0.0.0:8000")
workers = int(os.environ.get("WEB_CONCURRENCY", "2"))
threads = int(os.environ.get("WEB_THREADS", "4"))
worker_class = "gthread"
timeout = 60
graceful_timeout = 10
keepalive = 5
# A leak costs a worker now and then, not the service; the jitter keeps them apart.
max_requests = 5000
max_requests_jitter = 500
# The heartbeat file must not wait for a disk.
_MEMORY = "/dev/shm"  # noqa: S108
worker_tmp_dir = _MEMORY if Path(_MEMORY).is_dir() else None
# The proxy writes the access log, without query strings.
accesslog = None
errorlog = "-"
control_socket_disable = True
