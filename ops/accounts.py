"""Decide as whom PostgreSQL runs, because it refuses to run as root."""

import os
import pwd
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Any

UNPRIVILEGED = "nobody"


@dataclass(frozen=True)
class Account:
    """An account to run a program as; no name means the present one."""

    uid: int | None = None
    gid: int | None = None

    def popen_options(self) -> dict[str, Any]:
        """Return what subprocess needs to run as this account."""
        if self.uid is None:
            return {}
        return {"user": self.uid, "group": self.gid, "extra_groups": []}

    def own(self, path: Path) -> None:
        """Give a file or folder to this account."""
        if self.uid is not None and self.gid is not None:
            os.chown(path, self.uid, self.gid)

    def may_use(self, program: Path, folder: Path) -> bool:
        """Try whether this account can enter the folder and run the program."""
        script = 'cd "$1" && exec "$2" --version'
        command = ["/bin/sh", "-c", script, "probe", str(folder), str(program)]
        # The start folder is entered before the account changes.
        try:
            done = subprocess.run(
                command,
                cwd="/",
                capture_output=True,
                check=False,
                **self.popen_options(),
            )
        except OSError:
            return False
        return done.returncode == 0


def server_account(data: Path) -> Account:
    """Return the present account, or as root the owner of the data or nobody."""
    if os.geteuid() != 0:
        return Account()
    if data.exists() and data.stat().st_uid != 0:
        return Account(data.stat().st_uid, data.stat().st_gid)
    entry = pwd.getpwnam(UNPRIVILEGED)
    return Account(entry.pw_uid, entry.pw_gid)
