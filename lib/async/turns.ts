import { unlessAborted } from './signal';

/** The calls that are under way on one thing that they change. */
interface Place {
  /** Settled when the last of the calls is done that have it for themselves. */
  alone: Promise<void> | null;
  /** Those of the calls since then, which share it. */
  readonly beside: Set<Promise<void>>;
}

const places = new WeakMap<object, Place>();

/** A call's place in the order of the calls on some things. */
interface Turn {
  /** Settled when it has come: null where that is now. Rejected where the signal is aborted. */
  readonly come: Promise<void> | null;
  /** Lets the calls behind it go ahead; also called where it was given up before it came. */
  end(): void;
}

/**
 * Asks for a turn on each of `things`. Calls that are `alone` go in the order in which they asked;
 * others wait for the earlier of these, and go side by side.
 */
function takeTurn(things: ReadonlySet<object>, alone: boolean, signal: AbortSignal | null): Turn {
  const before: Promise<void>[] = [];
  let resolve = () => {};
  const ended = new Promise<void>((settle) => {
    resolve = settle;
  });
  for (const thing of things) {
    const place = placeOf(thing);
    if (place.alone !== null) before.push(place.alone);
    if (alone) {
      // Not as arguments of one push: there may be more of them than fit the stack.
      for (const other of place.beside) before.push(other);
      place.beside.clear();
      place.alone = ended;
    } else {
      place.beside.add(ended);
    }
  }
  const all = before.length === 0 ? null : Promise.all(before).then(() => {});
  let hasCome = all === null;
  const leave = () => {
    for (const thing of things) {
      const place = placeOf(thing);
      place.beside.delete(ended);
      if (place.alone === ended) place.alone = null;
    }
    resolve();
  };
  return {
    come:
      all === null
        ? null
        : unlessAborted(all, signal).then(() => {
            hasCome = true;
          }),
    // One that is given up keeps those behind it waiting for those before it.
    end: () => {
      if (hasCome) leave();
      else void all?.then(leave);
    },
  };
}

function placeOf(thing: object): Place {
  const found = places.get(thing);
  if (found !== undefined) return found;
  const place: Place = { alone: null, beside: new Set() };
  places.set(thing, place);
  return place;
}

/** Does `work` when the turn on `things` has come; it has them until the work is done. */
export async function inTurn<Result>(
  things: ReadonlySet<object>,
  alone: boolean,
  signal: AbortSignal | null,
  work: () => Promise<Result>,
): Promise<Result> {
  const turn = takeTurn(things, alone, signal);
  try {
    // Without a wait the work begins in the very call.
    if (turn.come !== null) await turn.come;
    return await work();
  } finally {
    turn.end();
  }
}
