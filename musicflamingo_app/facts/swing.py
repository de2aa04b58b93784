"""Swing in words, told only where it is clear."""

CLEAR = 0.5  # confidence from which it is told
STRAIGHT, SWUNG = 1.15, 1.3  # ratios up to and from which eighths are heard as even and as swung


def swing_in_words(ratio: float, confidence: float) -> str | None:
    """`straight`, or `swung, about 2:1` for the ratio of first to second eighth; None where it is not clear."""
    if confidence < CLEAR or STRAIGHT < ratio < SWUNG:
        return None
    return "straight" if ratio <= STRAIGHT else f"swung, about {ratio:.1f}".removesuffix(".0") + ":1"
