// One animation frame after another while something moves; asleep otherwise.

const REMEMBERED = 120;

export class Frames {
  constructor(draw, moving) {
    this.draw = draw;
    this.moving = moving;
    this.asked = false;
    this.times = [];
  }

  wake() {
    if (this.asked) return;
    this.asked = true;
    requestAnimationFrame((now) => {
      this.asked = false;
      this.times.push(now);
      if (this.times.length > REMEMBERED) this.times.shift();
      this.draw();
      if (this.moving()) this.wake();
    });
  }

  // Frames a second by the middle distance of the last ones; 0 before there are enough.
  rate() {
    const gaps = this.times.slice(1).map((time, index) => time - this.times[index]).sort((a, b) => a - b);
    return gaps.length < 10 ? 0 : 1000 / gaps[gaps.length >> 1];
  }
}
