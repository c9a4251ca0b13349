/** What the figures were taken on, a line each. */
export function machineLines({ date, machine }) {
  const { version, simdTarget, node, system, cpu, cores, caches, memoryGB } = machine;
  const sizes = caches.map(({ name, bytes }) => `${name} ${bytes / 1024} KB`);
  return [
    `batchnorm ${version}, ${simdTarget}; Node.js ${node}; ${system}`,
    [`${cpu}, ${cores} ${cores === 1 ? 'core' : 'cores'}`, ...sizes, `${memoryGB} GB`].join(', '),
    `taken on ${date.slice(0, 10)}`,
  ];
}
