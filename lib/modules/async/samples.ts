import {
  countSets,
  forwardSamples,
  Kept,
  newStatistics,
  type Passed,
  type SampleForwardCall,
  type Statistics,
  samplePass,
} from '../../functional/internal';
import type { AsyncForwardArguments } from '../pass-options';
import type { Done } from './call-module';
import { passKeeping } from './pass-keeping';

/** What else a pass changes, once it is done; nothing in most layers. */
export interface Update {
  check(): void;
  apply(statistics: Statistics): void;
}

const nothing: Update = { check: () => {}, apply: () => {} };

/** A pass that normalizes each sample by itself, off the event loop; the call is checked. */
export async function samplesAsync(
  kept: Kept,
  call: SampleForwardCall,
  { signal, ownsInput }: AsyncForwardArguments,
  update: Update = nothing,
): Promise<Done> {
  const statistics = newStatistics(countSets(call.arranged));
  const how = { signal, keeps: call.kept !== null, ownsInput };
  return keeping(kept, call, await samplePass(call, statistics, how), statistics, update);
}

/** The same at once; its changes are left to the net that it is inside. */
export function samplesInNet(kept: Kept, call: SampleForwardCall, update: Update = nothing): Done {
  const statistics = newStatistics(countSets(call.arranged));
  const { input } = call.arranged;
  const passed = passKeeping({ ...call, input }, new Kept(0), (own) =>
    forwardSamples(own, statistics),
  );
  return keeping(kept, call, passed, statistics, update);
}

/** What a pass leaves with `kept` once its turn has come; nothing where the call keeps nothing. */
export function keeping(
  kept: Kept,
  call: Pick<SampleForwardCall, 'kept'>,
  passed: Passed,
  statistics: Statistics,
  update: Update = nothing,
): Done {
  const { input, mask } = passed;
  const left = { input, statistics, usedBatchStatistics: true, hadResidual: false, mask };
  return {
    ...passed,
    commit: {
      check: () => update.check(),
      apply: (isLatest) => {
        update.apply(statistics);
        if (!isLatest) return;
        if (call.kept === null) kept.clear();
        else kept.take(left);
      },
    },
  };
}
