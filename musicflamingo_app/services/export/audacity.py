"""Audacity's label files: `start<TAB>end<TAB>label` with six decimals, one file for each lane; a beat is a point.

Source: Audacity manual, “Importing and Exporting Labels”.
"""

from db.values import Track
from musicflamingo_app.music.analysis import Analysis
from musicflamingo_app.services.export.lanes import lanes, overlapping, taps


def audacity_files(analysis: Analysis, _track: Track) -> dict[str, bytes]:
    """Files for chords, sections, key, instruments (which overlap) and beats (labels `bar.beat`), `NAME.labels.txt`."""
    rows = {lane.name: lane.rows for lane in lanes(analysis)}
    rows["instruments"] = overlapping(analysis)
    rows["beats"] = tuple((tap.time_s, tap.time_s, f"{tap.bar}.{tap.position}") for tap in taps(analysis))
    return {
        f"{name}.labels.txt": "".join(
            f"{start_s:.6f}\t{end_s:.6f}\t{label}\n" for start_s, end_s, label in found
        ).encode()
        for name, found in rows.items()
        if found
    }
