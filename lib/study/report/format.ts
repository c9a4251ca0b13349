const none = '–';

const whole = new Intl.NumberFormat('en-US', { maximumFractionDigits: 0 });

/** A count: 50,000. */
export function count(value: number): string {
  return Number.isFinite(value) ? whole.format(value) : none;
}

/** 1 step, 1,500 steps. */
export function steps(value: number): string {
  return `${count(value)} ${value === 1 ? 'step' : 'steps'}`;
}

/** A share from 0 to 1: 97.9%. */
export function percent(share: number | null | undefined, digits = 1): string {
  return isNumber(share) ? `${(100 * share).toFixed(digits)}%` : none;
}

/** Four significant digits, without those that say nothing: 0.1, 2.303, −1.5e−7. */
export function number(value: number | null | undefined): string {
  return isNumber(value) ? String(Number(value.toPrecision(4))).replaceAll('-', '−') : none;
}

/** Time of a step: 3.42 ms. */
export function milliseconds(value: number): string {
  return Number.isFinite(value) ? `${value.toPrecision(3)} ms` : none;
}

/** How long something took: 1 h 02 min, 4 min 05 s, 41.3 s. */
export function duration(seconds: number): string {
  if (!Number.isFinite(seconds)) return none;
  const tenths = seconds.toFixed(1);
  if (Number(tenths) < 60) return `${tenths} s`;
  const [minutes, rest] = divide(Math.round(seconds), 60);
  if (minutes < 60) return `${minutes} min ${twoDigits(rest)} s`;
  const [hours, minutesLeft] = divide(minutes, 60);
  return `${hours} h ${twoDigits(minutesLeft)} min`;
}

/** The memory of a machine: 7.8 GiB. */
export function memory(bytes: number): string {
  return Number.isFinite(bytes) ? `${(bytes / 2 ** 30).toFixed(1)} GiB` : none;
}

/** A moment to the minute: 2026-11-22 21:30 UTC; as it is where it is not a moment. */
export function moment(iso: string): string {
  const time = new Date(iso);
  if (Number.isNaN(time.getTime())) return iso;
  return `${time.toISOString().slice(0, 16).replace('T', ' ')} UTC`;
}

function isNumber(value: number | null | undefined): value is number {
  return typeof value === 'number' && Number.isFinite(value);
}

function divide(value: number, by: number): [number, number] {
  return [Math.floor(value / by), value % by];
}

function twoDigits(value: number): string {
  return String(value).padStart(2, '0');
}
