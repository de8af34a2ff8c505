"""How the site is served: gunicorn's threads in one process (waitress on Windows), stopped cleanly and soon."""

import gc
import logging
import sys
from dataclasses import dataclass
from typing import Any

from tutor.settings import Settings

# Within the five seconds a stop may take; an answer takes a few milliseconds, a measurement about a second.
GRACE_SECONDS = 4
LONGEST_SECONDS = 60
SWITCH_SECONDS = 0.02


@dataclass(frozen=True)
class Address:
    """Where to listen, and with how many threads."""

    host: str
    port: int
    threads: int

    @property
    def url(self) -> str:
        """What a reader types into a browser."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"http://{host}:{self.port}/"


def serve(settings: Settings, address: Address) -> None:
    """Serve until told to stop (SIGTERM, Ctrl-C); prints the address once it answers."""
    (_waitress if sys.platform == "win32" else _gunicorn)(settings, address)


def _waitress(settings: Settings, address: Address) -> None:
    import waitress

    from tutor.web import create_app

    app = create_app(settings)
    print(f"Tutor: {address.url}", flush=True)
    waitress.serve(app, host=address.host, port=address.port, threads=address.threads)


def _gunicorn(settings: Settings, address: Address) -> None:
    from gunicorn.app.base import BaseApplication

    class Site(BaseApplication):  # type: ignore[misc]
        def load_config(self) -> None:
            for name, value in _options(address).items():
                self.cfg.set(name, value)

        def load(self) -> Any:
            # The worker builds the site: its caches and connections must not be forked.
            from tutor.web import create_app

            app = create_app(settings)
            # An answer takes a few milliseconds: a thread that has begun one ends it, instead of sharing with all others.
            sys.setswitchinterval(SWITCH_SECONDS)
            gc.freeze()  # lessons and tables live as long as the process: the collector need not look at them again
            return app

    logging.getLogger("gunicorn.error").propagate = False
    Site().run()


def _options(address: Address) -> dict[str, Any]:
    host = f"[{address.host}]" if ":" in address.host else address.host
    return {
        "bind": f"{host}:{address.port}", "workers": 1, "worker_class": "gthread", "threads": address.threads,
        "timeout": LONGEST_SECONDS, "graceful_timeout": GRACE_SECONDS, "keepalive": 5, "loglevel": "warning",
        "control_socket_disable": True, "proc_name": "tutor",
        "post_worker_init": lambda _: print(f"Tutor: {address.url}", flush=True),
    }  # fmt: skip
