"""`.lab` files as MIREX and Isophonics have them: `start<TAB>end<TAB>label` without gaps.

Beats are `time<TAB>position`; keys are written `C:major`.
"""

from db.values import Track
from musicflamingo_app.music.analysis import Analysis
from musicflamingo_app.services.export.lanes import lanes, taps


def lab_files(analysis: Analysis, _track: Track) -> dict[str, bytes]:
    """`chords.lab`, `sections.lab`, `key.lab` and `beats.txt`, each when it was measured."""
    files = {
        f"{lane.name}.lab": "".join(f"{start_s:.6f}\t{end_s:.6f}\t{label}\n" for start_s, end_s, label in lane.rows)
        for lane in lanes(analysis)
    }
    beats = "".join(f"{tap.time_s:.6f}\t{tap.position}\n" for tap in taps(analysis))
    return {name: text.encode() for name, text in {**files, "beats.txt": beats}.items() if text}
