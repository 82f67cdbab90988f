"""``python -m triage.training [STAGE...]``: from corpus and texts to weights, card and figures."""

from __future__ import annotations

import argparse
import hashlib
import json
import time
from collections.abc import Callable
from typing import Final

import torch

from triage.judge import WEIGHTS, Judge
from triage.training import card, data
from triage.training.blend import blend
from triage.training.classifier import Classifier
from triage.training.evaluation import MEMBERS, Bench, evaluate, ordinary, texts_folder, work_folder
from triage.training.export import drift, export
from triage.training.finetune import untrained
from triage.training.fit import fit
from triage.training.lessons import encode
from triage.training.pretrain import prepare, pretrain
from triage.training.settings import CONFIG
from triage.training.teach import alphabet, classifier_path, side_by_side, teach, train
from triage.training.trials import trials
from triage.verdict import Level

_FILES: Final = ("alphabet.txt", "fusion.json", "linear.npz", "thresholds.toml", "transformer.onnx")


def check() -> None:
    """The corpus is the one that its sums name, and no row stands on two sides of a split."""
    data.check_sums()
    train, dev, test = (data.rows(split) for split in ("train", "dev", "test"))
    found = data.leaks([*train, *data.told_by_rules()], [*dev, *test]) + data.leaks(dev, test)
    print(
        f"rows: train {len(train)}, dev {len(dev)}, test {len(test)}; near the same: {len(found)}"
    )
    if found:
        raise SystemExit(f"nearly the same on two sides: {found[:20]}")


def texts() -> None:
    """The texts for pre-training, plain and packed; done once."""
    prepare(texts_folder(), work_folder(), [row.text for row in data.rows("train")])


def encoder() -> None:
    """Pre-training of the encoder that is shipped, or the rest of it."""
    pretrain(work_folder(), "encoder")


def teacher() -> None:
    """Pre-training of the larger one, or the rest of it."""
    pretrain(work_folder(), "teacher")


def linear() -> None:
    """The linear member."""
    WEIGHTS.mkdir(exist_ok=True)
    fit(data.learned(), ordinary()[0], WEIGHTS / "linear.npz")


def classifiers() -> None:
    """One classifier for each seed; those already trained are kept."""
    seeds = [n for n in CONFIG["finetune"]["seeds"] if not classifier_path(n).exists()]
    side_by_side(_classifier, [{"seed": seed} for seed in seeds], len(seeds))


def _classifier(seed: int) -> None:
    torch.save(train(data.learned(), seed, {}).half().state_dict(), classifier_path(seed))


def averaged() -> Classifier:
    """The mean of all seeds' weights: they start from one encoder, so their mean is a model."""
    plan = CONFIG["finetune"]
    states = [torch.load(classifier_path(seed), weights_only=True) for seed in plan["seeds"]]
    mean = {
        name: torch.stack([state[name].float() for state in states]).mean(dim=0)
        for name in states[0]
    }
    model = untrained("encoder", len(alphabet()), plan, None)
    model.load_state_dict(mean)
    return model.eval()


def network() -> None:
    """The network file, and how far its scores drifted from the original's."""
    model, letters = averaged(), alphabet()
    letters.write(WEIGHTS / "alphabet.txt")
    export(model, WEIGHTS / "transformer.onnx")
    sample = [encode(letters, [row.plain]) for row in data.rows("dev")[:200]]
    worst = drift(model, WEIGHTS / "transformer.onnx", sample)
    print(f"largest drift of a log-odds by export: {worst:.3f}")


def fusion() -> None:
    """How the members are weighed, for each set of them that may be there."""
    bench, rows = Bench(), data.rows("dev")
    opinions = bench.opinions(rows)
    blends = {}
    for names in (("linear",), ("transformer",), MEMBERS):
        chosen = [tuple(opinion[name] for name in names) for opinion in opinions]
        blends["+".join(names)] = blend(rows, chosen)
    parts = [data.digest(WEIGHTS / name) for name in ("linear.npz", "transformer.onnx")]
    version = hashlib.sha256("".join(parts).encode()).hexdigest()[:12]
    text = json.dumps({"version": version, "blends": blends}, indent=1)
    (WEIGHTS / "fusion.json").write_text(text + "\n", encoding="utf-8")


def seal() -> None:
    """The manifest with the hash of every file, and the golden messages."""
    sums = {name: data.digest(WEIGHTS / name) for name in _FILES}
    (WEIGHTS / "manifest.json").write_text(json.dumps({"files": sums}, indent=1) + "\n")
    judge = Judge.load()
    unheard = [
        row.id
        for row in data.told_by_rules()
        if row.level >= 2 and judge.verdict(row.text).level < Level.PASSIVE
    ]
    if unheard:
        raise SystemExit(f"the members contradict these rules on their own examples: {unheard}")
    golden = data.rows("dev")[:: max(1, len(data.rows("dev")) // CONFIG["export"]["golden"])]
    lines = [
        json.dumps(
            {
                "text": row.text,
                "level": judge.verdict(row.text).level.label,
                "chances": [round(c, 4) for c in judge.chances(row.text)],
            },
            ensure_ascii=False,
        )
        for row in golden
    ]
    (WEIGHTS / "golden.jsonl").write_text("\n".join(lines) + "\n", encoding="utf-8")


STAGES: Final[dict[str, Callable[[], None]]] = {
    "check": check,
    "texts": texts,
    "pretrain": encoder,
    "teacher": teacher,
    "linear": linear,
    "teach": teach,
    "trials": trials,
    "finetune": classifiers,
    "export": network,
    "fusion": fusion,
    "seal": seal,
    "evaluate": evaluate,
    "card": card.write,
}


def main() -> None:
    """Run the named stages, or all of them in order."""
    parser = argparse.ArgumentParser(prog="python -m triage.training", description=__doc__)
    parser.add_argument("stages", nargs="*", metavar="STAGE", help=", ".join(STAGES))
    for name in parser.parse_args().stages or STAGES:
        begin = time.monotonic()
        STAGES[name]()
        print(f"{name}: {time.monotonic() - begin:.0f} s", flush=True)


if __name__ == "__main__":
    main()
