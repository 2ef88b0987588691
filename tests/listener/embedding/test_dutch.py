"""Dutch and English texts meet in one space: a Dutch text lands where the bundled model puts its English translation."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from listener.embedding.dutch import TOKENIZER, WEIGHTS, BilingualModel, reader_digest, write_reader
from listener.embedding.open import dutch_folder, open_embedder
from listener.embedding.sentences import SentenceEmbedder
from listener.settings.schema import ModelSettings
from listener.settings.wording import stop_words
from listener.text.language import Languages

MOST_BYTES = 30_000_000

TWINS = (
    ("Er is twee keer geld van mijn rekening gehaald", "Money was taken from my account twice"),
    ("Mijn pakket ligt al een week in het magazijn", "My parcel has been sitting in the warehouse for a week"),
    ("Sinds de update kan ik niet meer inloggen in de app", "Since the update I can no longer log in to the app"),
    ("De monteur is weer niet komen opdagen", "The mechanic did not show up again"),
    ("Wat een vriendelijke medewerker aan de telefoon", "What a friendly employee on the phone"),
    ("De trein had veertig minuten vertraging", "The train was forty minutes late"),
    ("De warmtepomp maakt te veel lawaai", "The heat pump makes too much noise"),
    ("Hoe zeg ik mijn abonnement op?", "How do I cancel my subscription?"),
)


@pytest.fixture(scope="module")
def embedder(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SentenceEmbedder]:
    found = open_embedder(ModelSettings.model_validate({}), models_dir=tmp_path_factory.mktemp("models"), languages=("nl", "en"))
    yield found
    found.close()


@pytest.mark.model
def test_a_dutch_text_is_nearest_to_its_own_translation(embedder: SentenceEmbedder) -> None:
    dutch = embedder.encode([nl for nl, _ in TWINS])
    english = embedder.encode([en for _, en in TWINS])
    likeness = dutch @ english.T
    assert likeness.argmax(axis=1).tolist() == list(range(len(TWINS)))
    assert float(np.diagonal(likeness).mean()) > 0.6


@pytest.mark.model
def test_english_is_read_by_the_bundled_model_as_before(embedder: SentenceEmbedder, tmp_path: Path) -> None:
    """The reader is beside the model, not instead of it: whoever writes English must notice nothing."""
    plain = open_embedder(ModelSettings.model_validate({}), models_dir=tmp_path, languages=("en",))
    texts = [en for _, en in TWINS]
    try:
        assert np.allclose(plain.encode(texts), embedder.encode(texts), atol=1e-5)
    finally:
        plain.close()


@pytest.mark.model
def test_a_text_has_one_vector_whatever_stands_beside_it(embedder: SentenceEmbedder) -> None:
    """Vectors are kept under the text's hash; being read in parts, beside others and side by side, must not change them."""
    texts = [f"{text} {'!' * n}" for n in range(4) for pair in TWINS for text in pair]
    together = embedder.encode(texts)
    alone = np.vstack([embedder.encode([text]) for text in texts])
    assert np.allclose(together, alone, atol=1e-6)


def test_vectors_are_kept_under_a_name_that_tells_the_reader(tmp_path: Path) -> None:
    settings = ModelSettings.model_validate({})
    with_dutch = open_embedder(settings, models_dir=tmp_path, languages=("nl", "en")).model_id
    assert with_dutch == f"{open_embedder(settings, models_dir=tmp_path, languages=('en',)).model_id}+nl-{reader_digest(dutch_folder())}"


def test_the_weights_that_ship_are_small_and_come_with_their_card() -> None:
    assert sum((dutch_folder() / name).stat().st_size for name in (WEIGHTS, TOKENIZER)) <= MOST_BYTES
    card = (dutch_folder() / "CARD.md").read_text(encoding="utf-8")
    assert all(name in card for name in ("Tatoeba", "CC BY", "MicrosoftDocs", "Apache-2.0"))


class Pieces:
    """A stand-in for a model whose tokenizer cuts a text into as many pieces as it is told; it is asked for nothing else here."""

    def __init__(self, pieces: dict[str, int]) -> None:
        self._pieces = pieces
        self.tokenizer = self
        self.ids: list[int] = []

    def encode(self, text: str, **_: object) -> Pieces:
        cut = Pieces(self._pieces)
        cut.ids = [0] * self._pieces[text]
        return cut

    def __len__(self) -> int:
        return len(self.ids)


@pytest.mark.parametrize(
    ("text", "ours", "theirs", "dutch"),
    [
        ("De factuur van deze maand klopt niet en ik krijg geen antwoord", 20, 10, True),  # clearly Dutch, whatever the pieces
        ("The invoice is wrong and nobody answers my mails", 5, 30, False),  # clearly English
        ("Stroomstoring Klaverzijl", 4, 9, True),  # no language shows: who knows the words?
        ("Thermostat update", 4, 4, False),  # a draw stays with the bundled model
    ],
)
def test_who_reads_a_text_follows_from_the_text_alone(text: str, ours: int, theirs: int, *, dutch: bool) -> None:
    languages = Languages.from_lists(**stop_words())
    model = BilingualModel(Pieces({text: theirs}), Pieces({text: ours}), languages)  # type: ignore[arg-type] # stand-ins
    assert model.is_dutch(text) is dutch


def test_weights_come_back_as_they_went_within_half_a_step(tmp_path: Path) -> None:
    torch = pytest.importorskip("torch")
    from tokenizers import Tokenizer, models

    model = torch.nn.Linear(64, 8)
    write_reader(tmp_path, model, Tokenizer(models.Unigram([("[UNK]", 0.0)], unk_id=0)))
    with np.load(tmp_path / WEIGHTS) as kept:
        rows = kept["weight|int8"].astype(np.float32) * kept["weight|scale"][:, None]
        step = kept["weight|scale"][:, None]
        assert np.all(np.abs(rows - model.weight.detach().numpy()) <= step / 2 + 1e-6)
        assert np.allclose(kept["bias"], model.bias.detach().numpy(), atol=1e-3)
