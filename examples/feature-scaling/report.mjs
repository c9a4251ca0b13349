/** Prints what the run found. */
export function report({ normalize, pixels, scaled, clocks, farthest }, count) {
  console.log(`\n${normalize}`);
  console.log('\nThe digits               mean      std      min      max');
  line('before, from 0 to 1', pixels);
  line('after', scaled);

  console.log('\nScaling them, 256 at a time, into memory that is used again');
  const rates = Object.values(clocks).map(({ seconds }) => count / seconds);
  rate('transforms.Normalize', rates[0]);
  rate('a JavaScript loop', rates[1]);
  console.log(
    `${(rates[0] / rates[1]).toFixed(1)} times as fast; the results are ${farthest.toExponential(0)} apart at most`,
  );
}

function line(name, { mean, std, min, max }) {
  const numbers = [mean, std, min, max].map(([value]) => withoutSign(value.toFixed(4)).padStart(9));
  console.log(`${name.padEnd(20)}${numbers.join('')}`);
}

/** -0.0000 is 0. */
function withoutSign(text) {
  return Number(text) === 0 ? text.replace('-', '') : text;
}

function rate(name, imagesPerSecond) {
  const text = Math.round(imagesPerSecond).toLocaleString('en');
  console.log(`${name.padEnd(20)}  ${text.padStart(11)} images/s`);
}
