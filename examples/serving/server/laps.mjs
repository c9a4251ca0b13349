/** A function that gives the milliseconds since it was last called, or made. */
export function laps() {
  let last = performance.now();
  return () => {
    const now = performance.now();
    const lap = now - last;
    last = now;
    return lap;
  };
}
