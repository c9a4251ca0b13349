/** MNIST's digits fit 20 x 20, and have their centre of mass in the middle of 28 x 28. */
const SIDE = 28;
const INNER = 20;

/**
 * What is drawn on a canvas, white on black, as MNIST has its digits: 28 x 28 grey bytes. Not as a PNG,
 * since canvas.toBlob waits for the browser to be idle, a second at the worst.
 */
export function digitImage(canvas) {
  const box = boxOf(canvas);
  const scale = INNER / Math.max(box.width, box.height);
  const [width, height] = [box.width * scale, box.height * scale];
  const draw = (x, y) => {
    const small = document.createElement('canvas');
    small.width = SIDE;
    small.height = SIDE;
    const context = small.getContext('2d', { willReadFrequently: true });
    context.fillRect(0, 0, SIDE, SIDE);
    context.imageSmoothingQuality = 'high';
    context.drawImage(canvas, box.left, box.top, box.width, box.height, x, y, width, height);
    return small;
  };
  const [x, y] = [(SIDE - width) / 2, (SIDE - height) / 2];
  const centre = centreOf(draw(x, y));
  const centred = draw(x + SIDE / 2 - centre.x, y + SIDE / 2 - centre.y);
  const grey = new Uint8Array(SIDE * SIDE);
  forEachPixel(centred, (x, y, ink) => {
    grey[y * SIDE + x] = ink;
  });
  return grey;
}

/** The smallest rectangle with all ink. */
function boxOf(canvas) {
  let [left, top, right, bottom] = [canvas.width, canvas.height, 0, 0];
  forEachPixel(canvas, (x, y, ink) => {
    if (ink === 0) return;
    left = Math.min(left, x);
    right = Math.max(right, x + 1);
    top = Math.min(top, y);
    bottom = Math.max(bottom, y + 1);
  });
  return { left, top, width: right - left, height: bottom - top };
}

function centreOf(canvas) {
  let [sum, sumX, sumY] = [0, 0, 0];
  forEachPixel(canvas, (x, y, ink) => {
    sum += ink;
    sumX += ink * (x + 0.5);
    sumY += ink * (y + 0.5);
  });
  return { x: sumX / sum, y: sumY / sum };
}

function forEachPixel(canvas, action) {
  const { width, height } = canvas;
  const { data } = canvas.getContext('2d').getImageData(0, 0, width, height);
  // Grey: red says it all.
  for (let i = 0; i < width * height; i++) action(i % width, Math.floor(i / width), data[4 * i]);
}
