/** A library of the peers' tables, as a column's title names it. */
export function entrantText({ name, version, threads }) {
  return threads === 1 ? `${name} ${version}` : `${name} ${version}, ${threads} threads`;
}
