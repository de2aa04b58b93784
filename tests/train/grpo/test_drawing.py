"""Drawing follows the model's own distribution, stops where it ends, and never writes tokens of sound."""

from pathlib import Path

import pytest
import torch

from tests.train.grpo.making import PEFT_ASKS, direct, policy, prompt
from train.grpo.drawing import draw
from train.tones import tones

pytestmark = pytest.mark.filterwarnings(PEFT_ASKS)
EXAMPLES = tones(4, 7)


def seeded(seed: int = 0) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


def test_cold_drawing_is_greedy_generation(base: Path) -> None:
    learner = policy(base)
    prompts = [prompt(learner, EXAMPLES[0], seconds=s) for s in (0.8, 2.7, 1.5)]
    drawn = draw(learner, prompts, 2, temperature=1e-4, max_new_tokens=9, generator=seeded())
    for put, group in zip(prompts, drawn, strict=True):
        own = learner.model.generate(
            input_ids=torch.tensor([put.ids]),
            attention_mask=torch.ones((1, len(put.ids)), dtype=torch.long),
            input_features=torch.from_numpy(put.heard.frames),
            input_features_mask=torch.from_numpy(put.heard.mask),
            max_new_tokens=9,
            do_sample=False,
            suppress_tokens=list(learner.sound_ids),
        )[0, len(put.ids) :].tolist()
        assert [list(one.ids) for one in group] == [own, own]


def test_tokens_of_sound_are_never_drawn(base: Path) -> None:
    learner = policy(base)
    with torch.no_grad():
        head = learner.base.lm_head.weight
        head[list(learner.sound_ids)] = 40 * head.abs().max() * torch.sign(torch.randn(3, head.shape[1]))
    drawn = draw(learner, [prompt(learner, EXAMPLES[0])], 24, temperature=1.0, max_new_tokens=12, generator=seeded())
    ids = {token for one in drawn[0] for token in one.ids}
    assert ids and not ids & set(learner.sound_ids)


def test_what_is_drawn_can_be_scored_and_ends_where_it_says(base: Path) -> None:
    learner = policy(base)
    with torch.no_grad():
        learner.base.lm_head.weight[learner.eos_ids[0]] *= 2.5  # some end early, some do not
    prompts = [prompt(learner, example) for example in EXAMPLES]
    drawn = draw(learner, prompts, 6, temperature=1.3, max_new_tokens=10, generator=seeded(3))
    everything = [one for group in drawn for one in group]
    assert {one.ended for one in everything} == {True, False}
    for one in everything:
        ends = [token in learner.eos_ids for token in one.ids]
        assert ends[-1] == one.ended and not any(ends[:-1]) and (one.ended or len(one.ids) == 10)
        said = one.ids[:-1] if one.ended else one.ids
        assert one.text == learner.processor.tokenizer.decode(said)
    with torch.no_grad():
        completions = [one.ids for one in drawn[0]]
        mine = learner.log_probs(prompts[0], completions)[0]
        for row, expected in zip(mine, direct(learner, prompts[0], completions), strict=True):
            assert (row[: len(expected)] - expected).abs().max() < 1e-5


def test_frequencies_are_the_model_s_probabilities(base: Path) -> None:
    learner = policy(base)
    put = prompt(learner, EXAMPLES[1])
    n, temperature = 6000, 0.6
    with torch.no_grad():
        words = [(token,) for token in range(learner.base.lm_head.out_features)]
        chances = learner.log_probs(put, words, temperature)[0][:, 0].exp()
    chances[list(learner.sound_ids)] = 0
    chances /= chances.sum()
    drawn = draw(learner, [put], n, temperature=temperature, max_new_tokens=1, generator=seeded(1))[0]
    counts = torch.bincount(torch.tensor([one.ids[0] for one in drawn]), minlength=len(chances))
    spread = (chances * (1 - chances) / n).sqrt().clamp(min=1e-4)
    assert ((counts / n - chances).abs() / spread).max() < 6


@pytest.mark.parametrize("seed", [0, 5])
def test_a_seed_gives_the_same_completions(base: Path, seed: int) -> None:
    learner = policy(base)
    put = [prompt(learner, EXAMPLES[2])]
    options = {"temperature": 1.0, "max_new_tokens": 6}
    first = draw(learner, put, 4, generator=seeded(seed), **options)
    assert draw(learner, put, 4, generator=seeded(seed), **options) == first
    assert draw(learner, put, 4, generator=seeded(seed + 1), **options) != first
