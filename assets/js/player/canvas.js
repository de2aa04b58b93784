// A canvas that is as sharp as the screen: sizes in CSS pixels, drawn in device pixels.

const MOST_DENSE = 3;

export class Sheet {
  constructor(canvas) {
    this.canvas = canvas;
    this.context = canvas.getContext('2d');
    this.width = 0;
    this.height = 0;
  }

  resize(width, height) {
    const density = Math.min(window.devicePixelRatio || 1, MOST_DENSE);
    const wide = Math.round(width * density);
    const high = Math.round(height * density);
    if (this.canvas.width !== wide || this.canvas.height !== high) {
      this.canvas.width = wide;
      this.canvas.height = high;
      this.canvas.style.height = `${height}px`;
    }
    this.width = width;
    this.height = height;
    this.context.setTransform(density, 0, 0, density, 0, 0);
    return this.context;
  }

  clear() {
    this.context.clearRect(0, 0, this.width, this.height);
  }
}

export function box(context, x, y, width, height, radius) {
  context.beginPath();
  context.roundRect(x, y, Math.max(0, width), height, Math.max(0, radius));
}
