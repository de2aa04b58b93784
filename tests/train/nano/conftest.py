"""A language model of two layers, ears of one, and shards of clips whose truth can be seen in their spectrograms."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from train.examples import Example
from train.graft import Ears
from train.nano.shards import CLIPS_PER_SHARD, NanoClip, shard_path, write_shard
from train.nano.truth import METRES, N_PITCHES, N_ROWS, Truth

SMALL = Ears(n_mels=192, width=40, layers=1, heads=2, feed_forward=80, window_s=20, n_fft=2048, hop=320)
SKILLS = ("temporal understanding", "harmonic and theoretical analysis")


@pytest.fixture(scope="session")
def words(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A Llama checkpoint with random weights and a tokenizer of the toy's."""
    import torch
    import transformers

    from train.nano.words import vocabulary
    from train.toy import WORDS, _tokenizer, _words

    folder = tmp_path_factory.mktemp("words")
    tokenizer = _tokenizer((*WORDS, *(text for values in vocabulary().values() for text in values)))
    config = _words(tokenizer, width=64, n_layers=2)
    config.max_position_embeddings = 4096
    torch.manual_seed(0)
    speaker = transformers.LlamaForCausalLM(config)
    torch.nn.init.normal_(speaker.get_input_embeddings().weight, std=0.5)
    speaker.save_pretrained(folder)
    tokenizer.save_pretrained(folder)
    return folder


def truth(seed: int) -> Truth:
    random = np.random.default_rng(seed)
    chord, key, period = int(random.integers(1, 25)), int(random.integers(0, 24)), int(random.integers(5, 12))
    rows = np.arange(N_ROWS)
    pitches = np.zeros((N_ROWS, N_PITCHES), bool)
    pitches[:, [(chord - 1) % 12 + 24, key % 12 + 48]] = True
    held = np.ones(N_ROWS)
    return Truth(
        pitches=pitches,
        onsets=pitches & (rows % period == 2)[:, None],
        chords=(chord * held).astype(np.int16),
        bass=((chord - 1) % 12 * held).astype(np.int8),
        keys=(key * held).astype(np.int8),
        families=(5 * held).astype(np.uint32),
        beats=rows % period == 2,
        downbeats=rows % (4 * period) == 2,
        boundaries=rows == 100,
        loudness=np.full(N_ROWS, -20.0, np.float32),
        tempo_bpm=60 / (0.08 * period),
        metre=METRES.index("4/4"),
    )


def clip(seed: int) -> NanoClip:
    """A clip with two four-way questions and a caption."""
    told = truth(seed)
    mel = np.zeros((192, 4 * N_ROWS), np.float32)
    mel[: 2 * N_PITCHES] = np.repeat(np.repeat(told.pitches, 2, axis=1), 4, axis=0).T
    mel[180:] = np.repeat(told.beats, 4)
    random = np.random.default_rng(seed)
    mel += random.normal(-0.5, 0.05, mel.shape).astype(np.float32)
    slow, options = "slow" if told.tempo_bpm < 95 else "fast", ("slow", "fast", "free", "none")
    about = {"track": f"{seed}", "audio": f"clip {seed}", "state": "approved"}
    asked = tuple(
        Example(f"{seed}-{n}", task="pace", skill=SKILLS[n], kind="choice", question="How fast?", answer=slow,
                options=options, truth={"type": "words"}, thought="The beat is heard.", **about)
        for n in range(2)
    )  # fmt: skip
    caption = Example(f"{seed}-c", task="caption", skill=SKILLS[0], kind="caption", question="Describe it.",
                      answer=f"This is {slow}. " * 6, **about)  # fmt: skip
    facts = f"tempo: {round(told.tempo_bpm)} BPM"
    return NanoClip(f"clip {seed}", f"song {seed // 2}", "plain", mel, told, (*asked, caption), facts)


@pytest.fixture(scope="session")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Small shards of each side."""
    folder = tmp_path_factory.mktemp("clips")
    for number, side in enumerate(("train", "valid", "test")):
        write_shard(shard_path(folder, side, 0), [clip(100 * number + n) for n in range(min(8, CLIPS_PER_SHARD))])
    return folder


@pytest.fixture(scope="session")
def base(words: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A whole model with small ears that know nothing."""
    from train.nano.architecture import assemble

    return assemble(words, tmp_path_factory.mktemp("base") / "nano", ears=SMALL)


@pytest.fixture
def loaded(base: Path) -> Any:
    from model.transformers_hf.load import Checkpoint, load

    return load(Checkpoint(str(base), precision="fp32"))
