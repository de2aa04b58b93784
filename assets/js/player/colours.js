// Colours for the canvases, read from the page's CSS variables, and those that stand for a meaning.

const NAMES = ['card', 'ink', 'soft', 'faint', 'line', 'accent', 'wave', 'lane'];
const SECTION_HUES = {
  intro: 235, verse: 150, 'pre-chorus': 95, chorus: 20, bridge: 300, solo: 60, interlude: 200, outro: 265, silence: null,
};
const LETTER_HUES = [150, 20, 265, 75, 200, 330, 110, 235, 45, 300];

export function readColours(element) {
  const style = getComputedStyle(element);
  const colours = { dark: document.body.classList.contains('dark') };
  for (const name of NAMES) colours[name] = style.getPropertyValue(`--ma-${name}`).trim() || '#888';
  colours.font = style.getPropertyValue('--ma-font').trim() || 'system-ui, sans-serif';
  return colours;
}

// One hue for each root, round the circle of fifths: neighbours in harmony are neighbours in colour.
export function fifthHue(fifth) {
  return (fifth * 30 + 15) % 360;
}

// A chord or key: hue by root, paler the less sure it is; no root is grey.
export function chordFill(fifth, minor, confidence, dark) {
  const alpha = 0.3 + 0.7 * (confidence ?? 0.6);
  if (fifth === null) return dark ? `rgba(255,255,255,${0.05})` : `rgba(40,30,50,${0.06})`;
  const lightness = (dark ? 0.53 : 0.82) - (minor ? 0.06 : 0);
  return `oklch(${lightness} ${dark ? 0.11 : 0.1} ${fifthHue(fifth)} / ${alpha.toFixed(2)})`;
}

export function sectionHue(label) {
  if (label in SECTION_HUES) return SECTION_HUES[label];
  return LETTER_HUES[(label.toUpperCase().charCodeAt(0) - 65 + LETTER_HUES.length * 10) % LETTER_HUES.length];
}

// An instrument: one hue for each place among them, paler the less sure it is.
export function instrumentFill(index, confidence, dark) {
  const alpha = 0.25 + 0.75 * (confidence ?? 0.6);
  return `oklch(${dark ? '0.5 0.1' : '0.8 0.09'} ${(index * 137.5 + 200) % 360} / ${alpha.toFixed(2)})`;
}

// A section: one fixed colour for each function or letter.
export function sectionFill(label, dark) {
  const hue = sectionHue(label);
  return hue === null ? (dark ? 'oklch(0.35 0 0)' : 'oklch(0.87 0 0)') : `oklch(${dark ? '0.46 0.1' : '0.86 0.075'} ${hue})`;
}
