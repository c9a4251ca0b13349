interface Group {
  readonly members: readonly number[];
  readonly middle: number;
}

/**
 * The positions in their order, at least `gap` from one to the next: those that are nearer are
 * spread about their mean.
 */
export function apart(positions: readonly number[], gap: number): number[] {
  const at = (i: number) => positions[i] ?? Number.NaN;
  const groups: Group[] = [];
  for (const i of [...positions.keys()].sort((a, b) => at(a) - at(b))) {
    let group: Group = { members: [i], middle: at(i) };
    // Groups that meet become one, which may meet the one before.
    for (let last = groups.at(-1); last && meet(last, group, gap); last = groups.at(-1)) {
      groups.pop();
      const members = [...last.members, ...group.members];
      group = { members, middle: members.reduce((sum, j) => sum + at(j), 0) / members.length };
    }
    groups.push(group);
  }
  const result = [...positions];
  for (const { members, middle } of groups) {
    members.forEach((i, rank) => {
      result[i] = middle + (rank - (members.length - 1) / 2) * gap;
    });
  }
  return result;
}

function meet(upper: Group, lower: Group, gap: number): boolean {
  const needed = ((upper.members.length + lower.members.length) / 2) * gap;
  return lower.middle - upper.middle < needed;
}
