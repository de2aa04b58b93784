"""Everything that may be asked. Among equals the first one wins, so the more common meaning stands first."""

from musicflamingo_app.facts.reader.answers import (
    bars,
    cadences,
    capo,
    chords,
    compare,
    form,
    harmony,
    instruments,
    keys,
    knowing,
    measures,
    scales,
    sound,
    transposing,
)
from musicflamingo_app.facts.reader.intents import Intent

_of = Intent.of

INTENTS: tuple[Intent, ...] = (
    # what nobody measures, and what is not about the track
    _of("off_topic", "off_topic, opinion !sure !capo, definition", knowing.nothing),
    _of("lyrics", "lyrics !@metre", knowing.nobody("lyrics")),
    *(_of(topic, topic, knowing.nobody(topic)) for topic in ("creator", "players", "melody", "release")),
    _of("production", "production", knowing.nobody("production")),
    _of("popularity", "popularity", knowing.nobody("popularity")),
    _of("not_measured", "not_measured", knowing.unmeasured),
    _of("help", "help", knowing.helping),
    # tempo and metre
    _of("tempo", "tempo, tempo @place, tempo change @place", measures.tempo, is_plain=True),
    _of("tempo_change", "tempo change, tempo steady, steady, slow_down, tempo same", measures.tempo_change),
    _of("tempo_against", "tempo faster/slower @number, tempo faster/slower, faster/slower @number !how_long, "
        "tempo @number @yes",
        measures.tempo_against),
    _of("tempo_felt", "half_time, double_time, tempo half_time/double_time", measures.tempo_felt),
    _of("swing", "swing, swing how_many, swing metre, swing tempo", measures.swing),
    _of("metre", "metre, metre change, @metre, metre @metre, metre @number, beats bar, beats bar how_many",
        measures.metre, is_plain=True),
    # keys
    _of("key", "key, key at_end, key at_start, key end, key begin, key last, key first, key at_end end",
        keys.key, is_plain=True),
    _of("key_in", "key @place, key @time, key @section, key @span, key @here, key after @place, key after @section",
        keys.key_in),
    _of("is_key", "@into @yes !chord !scale !transpose !step !capo, key @named @yes, key @named @section, "
        "@into @yes @place !chord !scale !transpose !capo", keys.is_key),
    _of("gender", "gender, gender @place, gender key @yes", keys.gender),
    _of("modulation", "modulation, modulation when, modulation how_many, key change, key change when, key different, "
        "modulation @place, key change how_often/how_many, modulation relation, modulation key, "
        "modulation when key change", keys.changes),
    _of("lifted", "@step @section @yes !chord !transpose !capo, transpose @step @section @yes !chord !capo",
        keys.lifted),
    _of("relative", "relative, relative key, relative @named, relative gender", keys.relative),
    _of("parallel", "parallel, parallel key, parallel @named, parallel gender", keys.parallel),
    _of("accidentals", "accidentals, accidentals key, accidentals key how_many", keys.accidentals),
    _of("dynamics", "dynamics, dynamics how_many", sound.dynamics),
    _of("camelot", "camelot, mixing, camelot mixing, mixing key, camelot key", keys.camelot),
    # chords
    _of("chords_in", "chord @section, chord @time, chord @bars, chord @span, chord @here, chord when @here",
        chords.in_place),
    _of("chord_next", "chord after @named, chord before @named, after @named, before @named, chord after @place, "
        "chord before @place, chord after @time, chord before @time, after @named @time, before @named @time, "
        "chord first after @named", chords.neighbour),
    _of("chord_edge", "chord first, chord last, chord at_start, chord at_end, chord first @place, chord last @place, "
        "chord begin, chord end, chord at_end end, at_end !key !section !tempo, at_start !key !section !tempo, "
        "chord begin first, @nth, chord @nth, chord @nth @place, chord first @number, chord last @number, "
        "chord at_end @place, chord at_start @place, chord end @place, chord begin @place", chords.edge),
    _of("chord_most", "chord most, chord most @place, chord longest, chord most use", chords.most),
    _of("chords", "chord, chord all, chord use, chord how_many, how_different, how_different how_many, "
        "chord how_many @place, how_different @place, how_different how_many @place, chord different how_many",
        chords.every),
    _of("chord_count", "@named how_often, @named how_many use, @named chord how_often, @named how_many",
        chords.how_often),
    _of("uses_chord", "use @named, chord @named @yes !@into, chord @named !@into, use @named @place, @named when, "
        "@named when first, @named when use, @named when chord, @named when last, @named first/last use, @named @yes "
        "use, @named chord use @yes", chords.uses),
    _of("chord_kind", ", ".join(
        f"{kind}, {kind} @place, {kind} chord, {kind} use chord, {kind} use"
        for kind in ("quality_min", "quality_maj", "quality_dim", "quality_aug", "quality_sus", "quality_7",
                     "quality_slash")), chords.of_kind),
    # harmony
    _of("degree", "@degree chord, @degree chord key, @degree chord @place, @degree chord use", harmony.degree),
    _of("roman", "roman, roman @place, roman chord, roman progression, roman chord @place, roman progression @place",
        harmony.roman),
    _of("progression", "progression, progression @place, progression chord, progression all", harmony.progression),
    _of("progression_most", "progression most, progression most chord, progression most use", harmony.most_common),
    _of("progression_named", "progression named, progression named @place, progression named use, "
        "progression named use @place", harmony.named),
    _of("uses_progression", "@chain, @chain use, @chain progression, @chain @place, @chain when", harmony.uses_chain),
    _of("cadence", "cadence, cadence @place, cadence end, cadence end @place, cadence at_end @place, cadence last, "
        "cadence all", cadences.cadence),
    _of("chromatic", "borrowed, borrowed chord, secondary, borrowed @place, secondary @place, borrowed chord @place, "
        "borrowed chord @named, borrowed @named", cadences.outside),
    # form
    _of("form", "form, letters, form letters, section, section all, section use, section letters, form section",
        form.form, is_plain=True),
    _of("section_count", "section how_many, @section how_many, @section how_often, section how_many use, "
        "@section how_many use, @section section how_many", form.how_many),
    _of("section_when", "when @section, when @section begin, when @section end, @section begin, @section end, "
        "when @section section, when @section use, @section at_start when", form.when),
    _of("section_length", "how_long @section, how_long @here, how_long @bars, how_long @span, how_long @section last",
        form.how_long),
    _of("section_extreme", "longest, shortest, longest section, shortest section, longest @section, "
        "shortest @section", form.extreme),
    _of("section_next", "after @section, before @section, after @time, before @time, section after @place, "
        "section before @place, "
        "after @section use, after @section when", form.neighbour),
    _of("playing", "@time, @time use, section @time, section @bars, section @here, section @region !how_many !use !all,"
        " @span, @here, @bars, section @time use, section @bars use", form.playing),
    _of("form_edge", "begin, end, at_start @section @yes, at_end @section @yes, begin @section @yes", form.edge),
    _of("has_section", "use @section @yes, use @section @yes section", form.has_section),
    _of("about_section", "@section, summary @section, summary @place, @here summary, @bars summary",
        form.about_section),
    _of("compare", "compare @two, different @two, same @two, longer @two, shorter @two, change @two, "
        "compare @section, different @section, same @section, same chord @two, different chord @two, same key @two, "
        "different key @two, key compare @two, chord compare @two, longer @section, shorter @section, "
        "same chord @section, different chord @section, same how_long @two, key same @section", compare.compare),
    # bars and length
    _of("bars", "bar, bar how_many, bar @section, bar how_many @section, bar how_many @here, bar @here, "
        "bar how_long @section, bar how_long @here, how_many bar @span, bar how_long", bars.how_many, is_plain=True),
    _of("bar_when", "@bars when, @bars begin, @bars when begin, @bars end", bars.when),
    _of("bar_at", "bar @time, bar when @time, bar @time how_many", bars.which),
    _of("duration", "how_long, longer @number, shorter @number, how_long faster/slower @number, "
        "how_long longer/shorter @number, how_long longer/shorter", bars.duration, is_plain=True),
    # sound
    _of("loudness", "loud, loud @place, loud @section, louder, louder @two, louder @section",
        sound.loudness, is_plain=True),
    _of("tuning", "tuning, tuning key, tuning chord", sound.tuning, is_plain=True),
    _of("instruments", "instrument, @instrument, @instrument use, @instrument @place, instrument @place, "
        "instrument use, @instrument @section use, instrument @section use, @instrument @place use, "
        "instrument @place use, @instrument all, instrument all", instruments.playing, is_plain=True),
    _of("instrument_when", ", ".join(f"{who} {what}" for who in ("@instrument", "instrument", "voice") for what in (
        "when", "when begin", "when end", "begin", "end", "when use", "when first", "when last", "first", "last",
        "begin @place", "when begin @place", "end @place", "when end @place", "when @place", "begin first", "end last",
        "when begin first", "when end last", "when begin use", "at_start", "at_end")), instruments.when),
    _of("instrument_length", "how_long @instrument, how_long voice, how_long @instrument use, how_long voice use",
        instruments.how_long),
    _of("voice", "voice, voice @place, voice use, voice @section, voice @place use", instruments.voice, is_plain=True),
    _of("genre", "genre, genre @place, genre use", sound.genre, is_plain=True),
    _of("mood", "mood, mood @place, mood use, mood @section", sound.mood, is_plain=True),
    # playing it
    _of("capo", "capo, capo @place, capo shape, capo @chain, capo use, capo @named, shape, shape @chain, capo chord, "
        "capo chord use, capo shape @chain use, capo @place use, capo chord @place, shape @chain use, "
        "capo @section use, capo chord @section use", capo.capo),
    _of("scale", "scale, scale @place, scale @named, scale chord, scale use, scale key, scale chord @named, "
        "scale @named @section, scale @section, scale gender, scale chord @section, scale gender use, "
        "scale use @section, scale @named use, scale cadence", scales.scale),
    _of("transpose", "@step, transpose @step, transpose @named, transpose @into, chord @step, @step @place, "
        "chord @into !use, transpose @named @place, transpose @step @place, transpose @step chord @place, transpose, "
        "chord @into @place !use, transpose @section, transpose chord @into, progression @into, progression @step",
        transposing.transpose),
    # labels and the reader itself
    _of("summary", "summary", knowing.summary),
    _of("confidence", "sure, sure key, sure tempo, sure chord, sure metre, sure form, sure section, sure @named, "
        "sure tuning, else key, else tempo, else metre, else, sure chord @time, sure chord @bars, sure @section, "
        "sure modulation, sure key use, sure @into @named, sure @into @yes, sure @metre, else chord, else key named",
        knowing.sure),
    *(_of(name, f"{name}, {name} named, {name} use", knowing.label(name))
      for name in ("artist", "title", "album", "year")),
)  # fmt: skip
