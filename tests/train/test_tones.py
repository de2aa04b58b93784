"""Tones: the truth is what sounds, words give nothing away, the same seed gives the same."""

import numpy as np
import pytest

from train import tones


def test_registers_come_equally_often_and_the_seed_decides() -> None:
    made = tones.tones(40, 7)
    assert made == tones.tones(40, 7) != tones.tones(40, 8)
    assert {register: sum(one.answer == register for one in made) for register in tones.REGISTERS_HZ} == dict.fromkeys(
        tones.REGISTERS_HZ, 10
    )
    assert len({one.track for one in made + tones.tones(40, 8)}) == 80
    assert len({one.question for one in made}) == len(tones.QUESTIONS)


def test_the_strongest_of_the_spectrum_lies_on_a_partial_of_the_truth() -> None:
    for one in tones.tones(40, 3):
        heard = tones.samples(one)
        spectrum = np.abs(np.fft.rfft(heard * np.hanning(len(heard)), 1 << 17))
        peak_hz = float(np.argmax(spectrum)) * tones.RATE_HZ / (1 << 17)
        partial = peak_hz / one.truth["hz"]
        assert round(partial) in (1, 2, 3) and abs(partial - round(partial)) < 0.02
        low, high = tones.REGISTERS_HZ[one.answer]
        assert low <= one.truth["hz"] <= high
        assert len(heard) == len(tones.noise(one))


@pytest.mark.parametrize(
    ("said", "right"),
    [
        ("{}", 1.0),
        ("(A) {}.", 1.0),
        ("<think>maybe low, high, shrill or middle</think> So: <answer>{}</answer>", 1.0),
        ("low, middle, high or shrill", 0.0),
        ("", 0.0),
        ("<think>{}", 0.0),
    ],
)
def test_an_answer_names_one_register(said: str, right: float) -> None:
    one = tones.tones(4, 0)[0]
    assert tones.score(one, said.format(one.answer)).value == right
    wrong = next(register for register in tones.REGISTERS_HZ if register != one.answer)
    assert tones.score(one, said.format(wrong)).value == 0.0
