"""Name the folders of the checkout once."""

import hashlib
from importlib.util import find_spec
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
LOCAL = ROOT / ".local"
REQUIREMENTS = ROOT / "requirements"


def path_id(path: Path) -> str:
    """Return a short name for a folder that no other folder has."""
    return hashlib.sha256(str(path).encode()).hexdigest()[:12]


def private_folder(path: Path, mode: int = 0o700) -> Path:
    """Make a folder only its owner may list, and return it."""
    path.mkdir(parents=True, exist_ok=True)
    path.chmod(mode)
    return path


def package_folder(name: str) -> Path:
    """Return where a package is installed without importing it."""
    spec = find_spec(name)
    if spec is None or not spec.origin:
        message = f"{name} is not installed; run it through make"
        raise ModuleNotFoundError(message)
    return Path(spec.origin).parent
