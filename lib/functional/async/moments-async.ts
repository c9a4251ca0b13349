import { borrow } from '../../async/borrow';
import { run } from '../../async/run';
import { type AsyncOptions, readSignal, refuseAborted } from '../../async/signal';
import { checkOptions } from '../../options';
import type { TensorLike } from '../../tensor/tensor-like';
import { beginMoments, type Moments, momentsOf } from '../moments';
import { perChannel } from '../statistics';

const name = 'momentsAsync';

/**
 * {@link moments} off the event loop, with the same bits; what else holds for it is said at
 * {@link BatchNorm.forwardAsync}.
 *
 * @returns A promise of what moments returns, rejected with what it throws or with the reason of
 * `signal`.
 */
export async function momentsAsync(
  input: TensorLike,
  options: AsyncOptions = {},
): Promise<Moments> {
  checkOptions(name, options, ['signal']);
  const signal = readSignal(name, options.signal);
  const { x, collapsed } = beginMoments(name, input);
  const { n, c, s, channelsLast } = collapsed;
  const mean = perChannel(c);
  const m2 = perChannel(c);
  const { data } = await borrow(name, 'input', x, x.memoryFormat, signal);
  if (x.size > 0) await run(name, 'moments', [data, n, c, s, channelsLast, mean, m2], signal);
  refuseAborted(signal);
  return momentsOf(x, collapsed, mean, m2);
}
