const { default: Sequencer } = require('@jest/test-sequencer');

const longest = /[\\/]test[\\/]package[\\/]/;

/**
 * Jest's order, by time or on a new machine by size, but first what builds the whole addon: started
 * late, it would run on alone.
 */
module.exports = class extends Sequencer {
  sort(tests) {
    const sorted = super.sort(tests);
    const isLongest = ({ path }) => longest.test(path);
    return [...sorted.filter(isLongest), ...sorted.filter((test) => !isLongest(test))];
  }
};
