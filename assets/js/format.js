// Numbers as people read them.

export function clock(seconds, tenths = false) {
  const steps = Math.max(0, tenths ? Math.floor(seconds * 10 + 1e-6) : Math.floor(seconds + 1e-6) * 10);
  const whole = Math.floor(steps / 10);
  const minutes = Math.floor(whole / 60) % 60;
  const hours = Math.floor(whole / 3600);
  const two = (n) => String(n).padStart(2, '0');
  const text = hours ? `${hours}:${two(minutes)}:${two(whole % 60)}` : `${minutes}:${two(whole % 60)}`;
  return tenths ? `${text}.${steps % 10}` : text;
}

export function percent(share) {
  return share === null || share === undefined ? '' : `${Math.round(share * 100)} %`;
}

export function day(iso) {
  const date = new Date(iso);
  return Number.isNaN(date.getTime()) ? '' : date.toLocaleDateString(undefined, { dateStyle: 'medium' });
}

export function clamp(value, low, high) {
  return Math.min(Math.max(value, low), Math.max(low, high));
}
