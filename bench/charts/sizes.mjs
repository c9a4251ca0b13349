import { blue, green, grey, orange } from './colours.mjs';

const lines = {
  copy: 'copy (memcpy)',
  eval: 'eval',
  training: 'training forward',
  backward: 'backward',
};

/** Time of each pass against the tensor's size, with that of copying it; null without figures. */
export function sizesChart({ machine, sections: { sizes } }) {
  if (sizes === undefined) return null;
  const values = sizes.rows.flatMap(({ elements, ms }) =>
    Object.entries(ms).map(([name, time]) => ({ line: lines[name], elements, ns: time * 1e6 })),
  );
  return {
    title: {
      text: 'Time against size',
      subtitle: 'One thread, float32, into memory that is there already',
    },
    width: 640,
    height: 400,
    layer: [
      {
        data: { values: marks(machine, sizes.rows) },
        layer: [
          {
            mark: { type: 'rule', color: '#b0b0b0' },
            encoding: { x: { field: 'elements', type: 'quantitative' } },
          },
          {
            mark: { type: 'text', align: 'right', dx: -4, y: 10, color: grey, fontSize: 12 },
            encoding: {
              x: { field: 'elements', type: 'quantitative' },
              text: { field: 'name' },
            },
          },
        ],
      },
      {
        data: { values },
        mark: { type: 'line', point: { size: 45 }, strokeWidth: 2 },
        encoding: {
          x: {
            field: 'elements',
            type: 'quantitative',
            scale: { type: 'log', base: 2, nice: false },
            axis: {
              title: 'elements',
              values: sizes.rows.map(({ elements }) => elements),
              labelExpr: powerOfTwo,
            },
          },
          y: {
            field: 'ns',
            type: 'quantitative',
            scale: { type: 'log' },
            axis: { title: 'time', values: powersOfTen(values), labelExpr: withUnit },
          },
          color: {
            field: 'line',
            scale: { domain: Object.values(lines), range: [grey, blue, orange, green] },
          },
          strokeDash: {
            field: 'line',
            scale: { domain: Object.values(lines), range: [[6, 4], [], [], []] },
          },
          shape: {
            field: 'line',
            scale: {
              domain: Object.values(lines),
              range: ['cross', 'diamond', 'circle', 'square'],
            },
          },
        },
      },
    ],
  };
}

const powerOfTwo = "'2^' + round(log(datum.value) / LN2)";
const withUnit =
  "datum.value < 1e3 ? datum.value + ' ns' : datum.value < 1e6 ? datum.value / 1e3 + ' µs' : " +
  "datum.value < 1e9 ? datum.value / 1e6 + ' ms' : datum.value / 1e9 + ' s'";

function powersOfTen(values) {
  const times = values.map(({ ns }) => ns);
  const first = Math.floor(Math.log10(Math.min(...times)));
  const last = Math.ceil(Math.log10(Math.max(...times)));
  return Array.from({ length: last - first + 1 }, (_, step) => 10 ** (first + step));
}

/** The sizes at which one tensor fills a cache. */
function marks({ caches }, rows) {
  const [smallest, largest] = [rows[0], rows.at(-1)].map(({ elements }) => elements);
  return caches
    .map(({ name, bytes }) => ({ name: `tensor = ${name}`, elements: bytes / 4 }))
    .filter(({ elements }) => elements > smallest && elements < largest);
}
