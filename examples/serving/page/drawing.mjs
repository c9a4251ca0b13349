const INK = '#fff';
const PAPER = '#000';
/** As wide as MNIST's strokes where a digit fills the canvas. */
const WIDTH = 22;

/** Lets one draw on a canvas, in white on black as MNIST has its digits. */
export class Drawing {
  #canvas;
  #context;

  /** @param onStroke is called when a stroke has come to its end */
  constructor(canvas, onStroke) {
    this.#canvas = canvas;
    // Its pixels are read after each stroke.
    this.#context = canvas.getContext('2d', { willReadFrequently: true });
    this.clear();
    let last = null;
    canvas.addEventListener('pointerdown', (event) => {
      // One finger draws: lines would go from one to the other.
      if (event.button !== 0 || !event.isPrimary) return;
      canvas.setPointerCapture(event.pointerId);
      last = this.#place(event);
      this.#line(last, last);
    });
    canvas.addEventListener('pointermove', (event) => {
      if (last === null || !event.isPrimary) return;
      // A browser gathers what a quick hand does between two frames.
      for (const each of [...event.getCoalescedEvents(), event]) {
        const next = this.#place(each);
        this.#line(last, next);
        last = next;
      }
    });
    for (const end of ['pointerup', 'pointercancel']) {
      canvas.addEventListener(end, (event) => {
        if (last === null || !event.isPrimary) return;
        last = null;
        onStroke();
      });
    }
  }

  get canvas() {
    return this.#canvas;
  }

  clear() {
    this.#context.fillStyle = PAPER;
    this.#context.fillRect(0, 0, this.#canvas.width, this.#canvas.height);
  }

  /** Where on the canvas, which may be shown smaller than it is. */
  #place({ clientX, clientY }) {
    const { left, top, width, height } = this.#canvas.getBoundingClientRect();
    return {
      x: ((clientX - left) / width) * this.#canvas.width,
      y: ((clientY - top) / height) * this.#canvas.height,
    };
  }

  #line(from, to) {
    const context = this.#context;
    context.strokeStyle = INK;
    context.lineWidth = WIDTH;
    context.lineCap = 'round';
    context.beginPath();
    context.moveTo(from.x, from.y);
    context.lineTo(to.x, to.y);
    context.stroke();
  }
}
