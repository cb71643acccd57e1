"""Make the secret files docker-compose.yml names; keep those that are there."""  # noqa: INP001

import secrets
import sys
from pathlib import Path

FOLDER = Path(__file__).resolve().parent.parent / "secrets"
PASSWORDS = ("postgres_password", "owner_password", "app_password", "redis_password")
DATABASE_URL = "postgresql://home_infusion_{role}:{password}@db:5432/home_infusion"
REDIS_CONF = """\
requirepass {password}
save ""
appendonly no
maxmemory 384mb
maxmemory-policy noeviction
"""
BY_HAND = ("email_url", "tls_certificate.pem", "tls_key.pem")


def keep_or_write(folder: Path, name: str, content: str) -> str:
    """Return what the file holds, after writing it if it was not there."""
    path = folder / name
    if not path.exists():
        path.write_text(content)
        # Read by another account inside the container; the folder is closed.
        path.chmod(0o444)
    return path.read_text().strip()


def make(folder: Path = FOLDER) -> list[str]:
    """Make every file that can be made and return the names of the others."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    folder.chmod(0o700)
    keep_or_write(folder, "secret_key", secrets.token_urlsafe(50))
    # With another one every device must subscribe anew: it is kept with the backups.
    keep_or_write(folder, "vapid_private_key", secrets.token_urlsafe(32))
    made = {
        name: keep_or_write(folder, name, secrets.token_urlsafe(24))
        for name in PASSWORDS
    }
    for role in ("owner", "app"):
        url = DATABASE_URL.format(role=role, password=made[f"{role}_password"])
        keep_or_write(folder, f"{role}_database_url", url)
    password = made["redis_password"]
    keep_or_write(folder, "redis_url", f"redis://:{password}@redis:6379/0")
    keep_or_write(folder, "redis_conf", REDIS_CONF.format(password=password))
    return [name for name in BY_HAND if not (folder / name).exists()]


def main() -> int:
    """Make the files and name those a person has to add."""
    for name in make():
        print(f"Add by hand: {FOLDER / name}")  # noqa: T201
    return 0


if __name__ == "__main__":
    sys.exit(main())
