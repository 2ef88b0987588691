"""The one place of the listening half where parts are chosen and put together, and closed in reverse order."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from datetime import timedelta
from pathlib import Path

from listener.bootstrap_sources import brand_queries, new_receiving, open_confirming, open_receivers, open_sources, secrets_of
from listener.embedding.label_models import open_label_models
from listener.embedding.open import BUNDLED, open_embedder
from listener.embedding.shared import SharedEmbedder
from listener.errors import SettingsError
from listener.insight.store import Insight, open_insight
from listener.issues.analyst import Analyst
from listener.issues.prepare import Reader
from listener.labels.labeller import Labeller
from listener.labels.rules import text_rules
from listener.ledger.ledger import Ledger, open_ledger
from listener.ledger.lock import home_lock
from listener.parts import Listening, pseudonym_key
from listener.ports import Clock, Embedder
from listener.rephrase.rephraser import Rephraser
from listener.search.store import SearchStore, open_search
from listener.settings.home import prepare_home
from listener.settings.schema import ListenerSettings
from listener.settings.wording import label_checks, label_heads, lexicons, private_titles, stop_words
from listener.signals.volume import VolumeRule
from listener.sources.incoming import INCOMING
from listener.text.language import Languages
from listener.workflows.analyse_mentions import AnalyseMentions, LabelModels, no_label_models
from listener.workflows.change_model import NAME_KEY, OpenEarlier, no_earlier
from listener.workflows.learn_labels import LearnLabels, learned_labels
from listener.workflows.read_quickly import QuickReading, is_quick
from listener.workflows.rebuild_insight import catch_up
from listener.workflows.rephrase_titles import RephraseTitles
from listener.workflows.search_mentions import SearchMentions
from listener.workflows.watch_sources import WatchSources

ANALYSE_BATCH = 256


def ledger_url(home: Path) -> str:
    return f"sqlite:///{home / 'ledger.db'}"


@contextmanager
def reading(home: Path) -> Iterator[Ledger]:
    """Open only the ledger of a home, beside whatever else runs there."""
    prepare_home(home)
    with open_ledger(ledger_url(home), backups=home / "backups") as ledger:
        yield ledger


@contextmanager
def listening(
    home: Path, settings: ListenerSettings, *, clock: Clock, embedder: Embedder | None = None, batch_size: int = ANALYSE_BATCH
) -> Iterator[Listening]:
    """Open everything on `home`, holding its lock. Raises `StoreLocked` when another process has it.

    The sentence model is loaded when the first text is encoded, not before. `embedder` replaces it (tests).
    """
    prepare_home(home)
    with ExitStack() as closing:
        closing.enter_context(home_lock(home))
        ledger = closing.enter_context(open_ledger(ledger_url(home), backups=home / "backups"))
        insight = closing.enter_context(open_insight(home / "insight.duckdb"))
        search = closing.enter_context(open_search(home / "search"))
        encode = SharedEmbedder(embedder or open_embedder(settings.model, models_dir=home / "models", languages=settings.languages))
        closing.callback(encode.close)
        earlier: OpenEarlier = no_earlier
        if embedder is None:
            ledger.meta.keep_first(f"{NAME_KEY}{encode.model_id}", settings.model.name)
            earlier = earlier_models(home, settings, ledger)
        analyse = open_analysis(
            home, settings, ledger, insight, encode, earlier=earlier, batch_size=batch_size, clock=clock, closing=closing
        )
        catch_up(ledger, insight, model_id=analyse.model_id)
        yield Listening(
            home=home,
            settings=settings,
            clock=clock,
            ledger=ledger,
            insight=insight,
            embedder=encode,
            queries=brand_queries(settings),
            analyse=analyse,
            watch=new_watch(settings, ledger, insight),
            search_store=search,
            search=new_search(ledger, search, encode, analyse),
            open_sources=lambda stack: open_sources(home, settings, clock, ledger, stack),
            receivers=open_receivers(home, settings, clock, ledger),
            open_confirming=lambda stack: open_confirming(home, settings, clock, ledger, stack),
            receive=new_receiving(settings, ledger, clock),
            new_learning=lambda: new_learning(settings, ledger, analyse.model_id),
            rephrase_titles=new_rephrasing(home, settings, ledger, insight, clock).once,
        )


def open_analysis(
    home: Path,
    settings: ListenerSettings,
    ledger: Ledger,
    insight: Insight,
    encode: SharedEmbedder,
    *,
    earlier: OpenEarlier,
    batch_size: int,
    clock: Clock,
    closing: ExitStack,
) -> AnalyseMentions:
    """Open what the analysing workflow needs besides stores and model, and wire it; `closing` closes both."""
    quick = QuickReading(ledger=ledger, embedder=encode, folder=home / "models", above=settings.model.quick_above, clock=clock)
    label_models = open_label_models(settings, models_dir=home / "models")
    closing.callback(label_models.close)
    analyse = new_analysis(
        settings,
        ledger,
        insight,
        encode,
        batch_size=batch_size,
        open_earlier=lambda model_id: quick.open(model_id) or earlier(model_id),
        label_models=label_models,
        quick=quick,
    )
    closing.callback(analyse.close)
    return analyse


def new_search(ledger: Ledger, store: SearchStore, encode: SharedEmbedder, analyse: AnalyseMentions) -> SearchMentions:
    """Wire the search: what is asked is read by the wanted model, and compared with what the serving one made."""
    return SearchMentions(ledger, store, soon=encode.soon, asked_model=lambda: encode.model_id, serving_model=lambda: analyse.model_id)


def new_watch(settings: ListenerSettings, ledger: Ledger, insight: Insight) -> WatchSources:
    """Wire the watch over brands and sources as a whole."""
    volume = VolumeRule(false_per_week=settings.detection.false_alarms_per_week)
    heard = [one for one in settings.sources if one.enabled]
    called = [one.id for one in heard if one.kind in INCOMING]
    return WatchSources(ledger, insight, sources=[one.id for one in heard], volume=volume, called=called)


def new_analysis(
    settings: ListenerSettings,
    ledger: Ledger,
    insight: Insight | None,
    embedder: Embedder,
    *,
    batch_size: int = ANALYSE_BATCH,
    open_earlier: OpenEarlier = no_earlier,
    label_models: LabelModels = no_label_models,
    quick: QuickReading | None = None,
    monotonic: Callable[[], float] = time.monotonic,
) -> AnalyseMentions:
    """Wire the analysing workflow."""

    def new_analyst() -> Analyst:
        return Analyst(
            settings.detection,
            brands=brand_words(settings),
            lexicons=lexicons(),
            stopwords=stop_words(),
            untold=private_titles(),
            # a quick model's vectors lie where the full one's do, so that its heads read them too
            labeller=new_labeller(settings, ledger, embedder.model_id if is_quick(analyse.model_id) else analyse.model_id),
        )

    analyse = AnalyseMentions(
        ledger,
        insight,
        embedder,
        new_analyst,
        window=timedelta(days=max(settings.detection.issue_window_days, settings.detection.baseline_days + 1)),
        regroup_every=settings.detection.regroup_every,
        batch_size=batch_size,
        open_earlier=open_earlier,
        label_models=label_models,
        quick=quick,
        monotonic=monotonic,
    )
    return analyse


def new_labeller(settings: ListenerSettings, ledger: Ledger, model_id: str) -> Labeller:
    """Return what labels texts whose vectors come from `model_id`: shipped heads, what brands taught, and the rules on words."""
    learned = learned_labels(ledger)
    return Labeller(
        lexicons(),
        heads=label_heads(),
        model_id=model_id,
        offsets=learned.offsets(model_id) if learned else {},
        rules=text_rules(lexicons()),
        replaced=tuple(settings.labels.models.named()),
    )


def new_learning(settings: ListenerSettings, ledger: Ledger, model_id: str) -> LearnLabels:
    """Wire the learning from corrections."""
    return LearnLabels(
        ledger,
        reader=new_reader(settings),
        labeller=new_labeller(settings, ledger, model_id),
        model_id=model_id,
        checks=label_checks(),
    )


def new_rephrasing(home: Path, settings: ListenerSettings, ledger: Ledger, insight: Insight, clock: Clock) -> RephraseTitles:
    """Wire the optional rewording of titles; without an address in settings it asks nobody, and no key is read."""
    key = secrets_of(home).get("KLANKBORD_REPHRASE_KEY") if settings.rephrase.url else None
    stopped = new_reader(settings).stop_words
    rephraser = Rephraser(settings.rephrase, key=key, clock=clock, stop_words=stopped)
    return RephraseTitles(ledger, insight, rephraser, clock=clock, zone=settings.zone, key=pseudonym_key(ledger))


def new_reader(settings: ListenerSettings) -> Reader:
    """Return what reads texts as the analyser does."""
    return Reader(brands=brand_words(settings), stopwords=stop_words(), languages=known_languages(), untold=private_titles())


def known_languages() -> Languages:
    """Return what tells languages apart, as the analyser does."""
    return Languages.from_lists(**stop_words())


def earlier_models(home: Path, settings: ListenerSettings, ledger: Ledger) -> OpenEarlier:
    """Return what opens a model that this home used before, by the name it had then, as long as the same weights are there."""

    def open_earlier(model_id: str) -> Embedder | None:
        for name in dict.fromkeys((ledger.meta.get(f"{NAME_KEY}{model_id}") or BUNDLED, BUNDLED)):
            for languages in (settings.languages, ()):
                try:
                    opened = open_embedder(
                        settings.model.model_copy(update={"name": name}), models_dir=home / "models", languages=languages
                    )
                except SettingsError:
                    continue  # not on this machine any more
                if opened.model_id == model_id:
                    return opened
                opened.close()
        return None

    return open_earlier


def brand_words(settings: ListenerSettings) -> tuple[str, ...]:
    """Every word that names a brand: true of all its mentions, so it says nothing about which issue one belongs to."""
    return tuple(sorted({word for brand in settings.brands for word in (brand.name, *brand.aliases, *brand.handles, *brand.hashtags)}))
