import { digitImage } from './digit-image.mjs';
import { Drawing } from './drawing.mjs';

const element = (id) => document.getElementById(id);
const rows = Array.from({ length: 10 }, (_, digit) => makeRow(digit));
element('probabilities').append(...rows.map(({ item }) => item));

/** The request that is open; a newer one takes its place. */
let request = new AbortController();
const drawing = new Drawing(element('drawing'), read);
element('clear').addEventListener('click', () => {
  request.abort();
  drawing.clear();
  show(null);
});
show(null);

async function read() {
  request.abort();
  request = new AbortController();
  const { signal } = request;
  element('reading').ariaBusy = 'true';
  try {
    const body = digitImage(drawing.canvas);
    const headers = { 'content-type': 'application/octet-stream' };
    // The page sends light ink, whatever most of the pixels are.
    const response = await fetch('classify?ink=light', { method: 'POST', headers, body, signal });
    const answer = await response.json();
    signal.throwIfAborted();
    if (!response.ok) throw new Error(answer.message);
    show(answer);
  } catch (error) {
    if (signal.aborted) return;
    show(null, `Not read: ${error.message}`);
  }
}

/** Shows an answer of the server, or none, and what went wrong. */
function show(answer, message = '') {
  element('reading').ariaBusy = 'false';
  element('digit').textContent = answer === null ? '–' : answer.digit;
  element('message').textContent = message;
  for (const [digit, { item, bar, share }] of rows.entries()) {
    const probability = answer?.probabilities[digit] ?? 0;
    item.className = digit === answer?.digit ? 'most' : '';
    bar.value = probability;
    share.textContent = answer === null ? '' : `${(100 * probability).toFixed(1)} %`;
  }
}

function makeRow(digit) {
  const item = document.createElement('li');
  const name = document.createElement('span');
  name.textContent = digit;
  const bar = document.createElement('progress');
  bar.max = 1;
  bar.setAttribute('aria-label', `Probability of ${digit}`);
  const share = document.createElement('span');
  share.className = 'share';
  item.append(name, bar, share);
  return { item, bar, share };
}
