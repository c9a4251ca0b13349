import { info, tensor } from 'batchnorm';

/** Prints what the run found. */
export function report({ image, pixel, exact, clocks, normalized }, { rows, columns }) {
  const batches = image.numBatchesTracked;
  console.log(`\n${image}`);
  console.log(`running_mean         ${image.runningMean}`);
  console.log(`running_var          ${image.runningVar}`);
  console.log(`num_batches_tracked  ${batches}`);

  console.log(`\n${pixel}`);
  console.log(`of the pixels in the middle row, ${rows / 2}:`);
  const middle = (stats) => stats.reshape([rows, columns]).toArray()[rows / 2];
  console.log(`running_mean  ${tensor(middle(pixel.runningMean))}`);
  console.log(`running_var   ${tensor(middle(pixel.runningVar))}`);

  const mean = image.runningMean.item();
  const std = Math.sqrt(image.runningVar.item());
  console.log('\nThe digits            mean     std');
  console.log(`well known            0.1307   0.3081`);
  console.log(
    `running statistics    ${figure(mean)}   ${figure(std)}   average over ${batches} batches`,
  );
  console.log(
    `exact                 ${figure(exact.mean)}   ${figure(exact.std)}   all ${exact.count} pixels`,
  );
  console.log(
    'The average counts the last, smaller batch like the others, and leaves out how much the\n' +
      'means of the batches differ; so further digits are not those of the exact figures.',
  );

  console.log(`\nThe last batch, (${normalized.shape.join(', ')}), normalized in training`);
  console.log(`mean      ${tensor(normalized.mean)}`);
  console.log(`variance  ${tensor(normalized.variance)}`);

  const { simdTarget, simdTargets, threads } = info();
  console.log('\nThroughput, counting each byte read and each written once');
  for (const [name, clock] of [
    [image.constructor.name, clocks.image],
    [pixel.constructor.name, clocks.pixel],
    ['copying', clocks.copy],
  ]) {
    console.log(`${name.padEnd(12)}  ${clock.gigabytesPerSecond.toFixed(1).padStart(5)} GB/s`);
  }
  console.log(`SIMD target ${simdTarget} of ${simdTargets.join(', ')}; threads ${threads}`);
}

function figure(value) {
  return value.toFixed(4);
}
