// The waveform out of its peaks: one filled shape, one column for each pixel.

export function drawWave(context, peaks, view, room, fill) {
  if (!peaks) return;
  const [perSecond, pairs] = peaks.level(view.secondsPerPixel);
  const last = pairs.length / 2 - 1;
  const middle = room.y + room.h / 2;
  const scale = (room.h / 2) * peaks.scale;
  const columns = Math.ceil(view.width);
  const lows = new Float32Array(columns);
  context.fillStyle = fill;
  context.beginPath();
  context.moveTo(0, middle);
  for (let x = 0; x < columns; x += 1) {
    const from = Math.floor((view.start + x * view.secondsPerPixel) * perSecond);
    const to = Math.max(from + 1, Math.floor((view.start + (x + 1) * view.secondsPerPixel) * perSecond));
    let low = 0;
    let high = 0;
    for (let index = Math.max(0, from); index < to && index <= last; index += 1) {
      if (pairs[2 * index] < low) low = pairs[2 * index];
      if (pairs[2 * index + 1] > high) high = pairs[2 * index + 1];
    }
    lows[x] = middle - low * scale + 0.5;
    context.lineTo(x + 0.5, middle - high * scale - 0.5);
  }
  for (let x = columns - 1; x >= 0; x -= 1) context.lineTo(x + 0.5, lows[x]);
  context.closePath();
  context.fill();
}
