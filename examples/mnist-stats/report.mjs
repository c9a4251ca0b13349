import { info, tensor } from 'batchnorm';

/** Prints what the run found. */
export function report({ image, pixel, exact, clocks, normalized }, { rows, columns }) {
  const batches = image.numBatchesTracked;
  console.log(`\n${image}`);
  console.log(`running_mean         ${image.runningMean}`);
  console.log(`running_var          ${image.runningVar}`);
  console.log(`num_batches_tracked  ${batches}`);

  console.log(`\n${pixel}`);
  const row = Math.floor(rows / 2);
  console.log(`of the pixels in the middle row, ${row}:`);
  const middle = (stats) => stats.reshape([rows, columns]).toArray()[row];
  console.log(`running_mean  ${tensor(middle(pixel.runningMean))}`);
  console.log(`running_var   ${tensor(middle(pixel.runningVar))}`);

  console.log('\nThe digits           mean    std');
  line('well known', 0.1307, 0.3081, '');
  line('exact', exact.mean[0], exact.std[0], `moments of all ${exact.count} pixels`);
  const [mean, variance] = [image.runningMean.item(), image.runningVar.item()];
  line('running statistics', mean, Math.sqrt(variance), `average over ${batches} batches`);
  const last = normalized.shape[0];
  console.log(
    `The average counts the last batch, of ${last} images, like the others, and leaves out how far\n` +
      'the means of the batches lie apart: it comes close to the exact figures, as in PyTorch.',
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

function line(name, mean, std, source) {
  console.log(`${name.padEnd(20)} ${mean.toFixed(4)}  ${std.toFixed(4)}  ${source}`.trimEnd());
}
