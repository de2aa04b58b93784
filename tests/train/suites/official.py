"""Tiny files in the official formats, with recordings; all names, questions and captions are made up here."""

import json
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from tests.train.evaluate.answering import write_tone


def _json(path: Path, document: Any) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(document), "utf-8")


def _csv(path: Path, rows: Sequence[Mapping[str, Any]]) -> None:
    lines = [",".join(rows[0])]
    lines += [",".join('"' + str(value).replace('"', '""') + '"' for value in row.values()) for row in rows]
    path.write_text("\r\n".join(lines) + "\r\n", "utf-8")


def mmau(folder: Path) -> None:
    rows = [
        {"id": f"m{n}", "audio_id": f"./test-mini-audios/m{n}.wav", "question": "Which instrument leads?",
         "choices": ["Piano", "Violin", "Acoustic guitar", "Drum kit"], "answer": "Violin", "dataset": "made",
         "task": task, "split": "test-mini", "category": "Information Extraction", "sub-category": "Instrumentation",
         "difficulty": "easy"}
        for n, task in enumerate(("music", "speech", "music"))
    ]  # fmt: skip
    _json(folder / "mmau-test-mini.json", rows)
    for n in (0, 2):
        write_tone(folder / f"test-mini-audios/m{n}.wav", 220.0, 0.5)


def mmar(folder: Path) -> None:
    row = {"audio_path": "./audio/a.wav", "question": "How many voices?", "choices": ["One", "Two"], "answer": "Two",
           "modality": "music", "category": "Signal Layer", "sub-category": "Counting and Statistics",
           "thinking": "never read", "cue": "never read"}  # fmt: skip
    lines = [{"id": "a", **row}, {"id": "b", **row, "modality": "mix-music-speech"}]
    (folder / "MMAR-meta.jsonl").write_text("".join(json.dumps(line) + "\n" for line in lines))
    write_tone(folder / "audio/a.wav", 220.0, 0.5)


def mmau_pro(folder: Path) -> None:
    row = {"id": "p1", "audio_path": ["data/p1.wav"], "question": "Which key?", "answer": "A minor",
           "category": "music", "choices": ["C major", "A minor", "E minor"], "task_identifier": "harmony"}  # fmt: skip
    rows = [row, {**row, "id": "p2", "choices": None}, {**row, "id": "p3", "audio_path": ["data/p1.wav", "data/q.wav"]}]
    rows.append({**row, "id": "p4", "category": "speech"})
    (folder / "test.jsonl").write_text("".join(json.dumps(one) + "\n" for one in rows))
    write_tone(folder / "data/p1.wav", 220.0, 0.5)


def muchomusic(folder: Path) -> None:
    row = {"question": "What keeps the beat?", "correct_answer": "Clapping hands", "distractor_1_answer": "Drums",
           "distractor_2_answer": "Bass guitar", "distractor_3_answer": "A choir", "dataset": "sdd",
           "dataset_identifier": "415600.json", "genre": "Pop", "music_reasoning": "['genre and style', 'mood']",
           "music_knowledge": "['instrumentation']"}  # fmt: skip
    clip = {**row, "dataset": "musiccaps", "dataset_identifier": "a-_Bcdefgh1_30.json", "music_reasoning": ""}
    _csv(folder / "muchomusic.csv", [row, clip])
    write_tone(folder / "sdd/audio/00/415600.2min.wav", 220.0, 0.5)
    write_tone(folder / "musiccaps/[a-_Bcdefgh1]-[30-40].wav", 220.0, 0.5)


def rulistening(folder: Path) -> None:
    row = {"question": "Which mood?", "caption": "A slow waltz.", "correct_answer": "Calm",
           "distractors": ["Angry", "Bright", "Comical", "Dark"], "PI": 0.8}  # fmt: skip
    _json(folder / "RUL-MuchoMusic.json", {"101": row, "102": row})
    for id in ("101", "102"):
        write_tone(folder / f"audio/{id}.wav", 220.0, 0.5)


def avqa(folder: Path) -> None:
    rows = [
        {"video_id": "00000001", "question_id": 7, "type": '["Audio", "Counting"]', "anser": "two",
         "question_content": "How many instruments are sounding?", "templ_values": "[]", "question_deleted": 0},
        {"video_id": "00000001", "question_id": 8, "type": '["Audio", "Comparative"]', "anser": "no",
         "question_content": "Is the <Object> louder than the <Object>", "templ_values": '["cello", "flute"]'},
        {"video_id": "00000002", "question_id": 9, "type": '["Visual", "Counting"]', "anser": "one",
         "question_content": "How many are seen?", "templ_values": "[]"},
    ]  # fmt: skip
    _json(folder / "avqa-test.json", rows)
    write_tone(folder / "sounds/00000001.wav", 220.0, 0.5)


def musiccaps(folder: Path) -> None:
    rows = [
        {"ytid": f"abcdefghij{n}", "start_s": 30, "end_s": 40, "audioset_positive_labels": "/m/1", "aspect_list": "[]",
         "caption": "A slow piano piece in A minor at 60 bpm, with strings.", "author_id": 1,
         "is_balanced_subset": "False", "is_audioset_eval": str(n == 0)}
        for n in range(2)
    ]  # fmt: skip
    _csv(folder / "musiccaps-public.csv", rows)
    write_tone(folder / "clips/abcdefghij0.wav", 220.0, 0.5)


def songcaps(folder: Path) -> None:
    (folder / "captions.jsonl").write_text(json.dumps({"audio": "a/song.wav", "caption": "A song in D major."}) + "\n")
    write_tone(folder / "a/song.wav", 220.0, 0.5)


def musicinstruct(folder: Path) -> None:
    rows = [
        {"ytid": "abcdefghij0", "question": "Who plays?", "answer": "A piano plays.", "is_audioset_eval": held_out}
        for held_out in (True, False)
    ]
    _json(folder / "MusicInstruct/music_instruct_short.json", {"QA": rows})
    write_tone(folder / "abcdefghij0.wav", 220.0, 0.5)


def nsynth(folder: Path) -> None:
    note = {"instrument_str": "keyboard_electronic_001", "pitch": 60, "velocity": 75,
            "instrument_family_str": "keyboard", "instrument_source_str": "electronic"}  # fmt: skip
    names = ["keyboard_electronic_001-060-075", "keyboard_electronic_001-061-075"]
    _json(folder / "nsynth-test/examples.json", dict.fromkeys(names, note))
    for name in names:
        write_tone(folder / f"nsynth-test/audio/{name}.wav", 220.0, 0.5)


def gtzan(folder: Path) -> None:
    (folder / "test_filtered.txt").write_text("hiphop/hiphop.00012.wav\njazz/jazz.00003.wav\n")
    write_tone(folder / "genres_original/hiphop/hiphop.00012.wav", 220.0, 0.5)
    write_tone(folder / "genres_original/jazz/jazz.00003.wav", 220.0, 0.5)


def medley_solos(folder: Path) -> None:
    rows = [
        {"subset": subset, "instrument": name, "instrument_id": n, "song_id": 10 + n, "uuid4": f"uuid-{n}"}
        for n, (subset, name) in enumerate([("training", "clarinet"), ("test", "tenor saxophone"), ("test", "violin")])
    ]
    _csv(folder / "Medley-solos-DB_metadata.csv", rows)
    for n in (1, 2):
        write_tone(folder / f"audio/Medley-solos-DB_test-{n}_uuid-{n}.wav", 220.0, 0.5)


def opencpop(folder: Path) -> None:
    lines = ["2093003457|小海豚|x iao h ai t un|C4|0.2|0.1|0", "2093003458|月亮，船|y ve l iang|C4|0.2|0.1|0"]
    (folder / "test.txt").write_text("\n".join(lines) + "\n", "utf-8")
    for line in lines:
        write_tone(folder / f"wavs/{line.split('|')[0]}.wav", 220.0, 0.5)


def musdb18(folder: Path) -> None:
    (folder / "lyrics/test_lyrics").mkdir(parents=True)
    text = "00:01 00:04 a Don't stop, now\n00:04 00:08 d\n00:08 00:10 b we go* on?\n"
    (folder / "lyrics/test_lyrics/Somebody - A song.txt").write_text(text)
    (folder / "lyrics/test_lyrics/Somebody - No words [live].txt").write_text("00:00 03:00 d\n")
    write_tone(folder / "musdb18hq/test/Somebody - A song/mixture.wav", 220.0, 0.5)
    write_tone(folder / "musdb18hq/test/Another - Song/mixture.wav", 440.0, 0.5)


# By suite: what makes its files, and an answer by example id that the official rule must take as right.
OFFICIAL: dict[str, tuple[Callable[[Path], None], Mapping[str, str]]] = {
    "mmau-music": (mmau, {"m0": "Violin", "m2": "Violin"}),
    "mmar-music": (mmar, {"a": "Two"}),
    "mmau-pro-music": (mmau_pro, {"p1": "(B) A minor"}),
    "muchomusic": (muchomusic, {"muchomusic-1": "clapping hands", "muchomusic-2": "clapping hands"}),
    "muchomusic-rul": (
        rulistening,
        {f"{id}/{name}": "calm" for id in (101, 102) for name in ("five", *(f"without-{n}" for n in range(1, 5)))},
    ),
    "music-avqa": (avqa, {"7": "Two.", "8": "no"}),
    "musiccaps": (musiccaps, {"abcdefghij0": "A slow piano piece in A minor at 60 bpm, with strings."}),
    "songcaps": (songcaps, {"a/song.wav": "A song in D major."}),
    "musicinstruct": (musicinstruct, {"short-1": "A piano plays."}),
    "nsynth-source": (
        nsynth, {f"nsynth-source:keyboard_electronic_001-06{n}-075": "Electronic" for n in range(2)}
    ),
    "nsynth-instrument": (
        nsynth, {f"nsynth-instrument:keyboard_electronic_001-06{n}-075": "keyboard" for n in range(2)}
    ),
    "gtzan": (gtzan, {"hiphop.00012": "HipHop", "jazz.00003": "jazz."}),
    "medley-solos-db": (medley_solos, {"uuid-1": "tenor saxophone", "uuid-2": "Violin"}),
    "opencpop": (opencpop, {"2093003457": "小海豚", "2093003458": "月亮 船。"}),
    "musdb18-lyrics": (musdb18, {"Somebody - A song": "dont stop now we go on"}),
}  # fmt: skip
