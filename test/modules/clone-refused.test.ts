import {
  ArgumentError,
  BatchNorm1d,
  Module,
  ones,
  Parameter,
  Sequential,
  type Tensor,
} from 'batchnorm';
import { expectRefused } from '../expect-refused';
import { takeAway } from '../take-away';
import { isIndependent } from './independent';

describe('what cannot be copied is refused, and named', () => {
  class Private extends Module {
    #count = 1;

    get count(): number {
      return this.#count;
    }
  }

  test('private names of a class', () => {
    class Outer extends Module {
      inner = new Sequential(new Private() as never);
    }
    const message =
      'cannot copy the private #count of Private: override clone() in a class that knows how, such as ' +
      'by a new module that loads the stateDict() of this one';
    expectRefused(() => new Private().clone(), ArgumentError, `Private.clone: ${message}`);
    expectRefused(() => new Outer().clone(), ArgumentError, `Outer.clone: inner.0: ${message}`);
    class Holder {
      #secret = 2;
      secret = () => 3;
      read = () => 4;
      see(): number {
        return this.#secret;
      }
    }
    class Holding extends Module {
      holder = new Holder();
    }
    expectRefused(
      () => new Holding().clone(),
      ArgumentError,
      'Holding.clone: holder: cannot copy the private #secret of Holder',
    );
  });

  test('but a class that says how is asked, wherever it is', () => {
    let asked = 0;
    class Knows extends Private {
      norm = new BatchNorm1d(2);

      override clone(): this {
        asked++;
        const copy = new Knows();
        copy.loadStateDict(this.stateDict());
        return copy as this;
      }
    }
    class Outer extends Module {
      a = new Knows();
      b = this.a;
    }
    const outer = new Outer();
    outer.a.norm.weight?.data.fill(4);
    const copy = outer.clone();
    expect(copy.a).toBe(copy.b);
    expect([copy.a.count, asked]).toEqual([1, 1]);
    isIndependent(outer, copy);
    class Wrong extends Module {
      override clone(): this {
        return this;
      }
    }
    class Around extends Module {
      wrong = new Wrong();
    }
    expectRefused(
      () => new Around().clone(),
      ArgumentError,
      'Around.clone: the clone() of Wrong should return another Wrong',
    );
  });

  test('static private names, comments and strings are none', () => {
    class Fine extends Module {
      static #made = 0;
      // not #private
      color = '#ff0000';
      text = `#hash ${1}`;
      pattern = /[#]x/;
      count = ++Fine.#made;
    }
    expect(new Fine().clone()).toMatchObject({ color: '#ff0000', count: 1 });
  });

  test('functions that are tied to the original', () => {
    class Arrow extends Module {
      norm = new BatchNorm1d(2);
      forward = (x: Tensor): Tensor => this.norm.forward(x);
    }
    const message =
      'forward is a function that is tied to the module it was made in, so that a copy would use that ' +
      'one: make it a method, or override clone()';
    expectRefused(() => new Arrow().clone(), ArgumentError, `Arrow.clone: ${message}`);
    class Bound extends Module {
      hooks = { each: this.toString.bind(this) };
    }
    expectRefused(
      () => new Bound().clone(),
      ArgumentError,
      'Bound.clone: hooks.each is a function',
    );
    class Free extends Module {
      double = (x: number): number => 2 * x;
      named = function named(this: Free) {
        return this.training;
      };
    }
    expect(new Free().clone().double(4)).toBe(8);
    expect(new Free().eval().clone().named()).toBe(false);
  });

  test.each<[string, unknown]>([
    ['Promise', Promise.resolve()],
    ['WeakMap', new WeakMap()],
    ['Worker', new MessageChannel().port1],
  ])('a %s in a field', (_, value) => {
    (value as { close?: () => void }).close?.();
    class Odd extends Module {
      parts = [{ value }];
    }
    expectRefused(() => new Odd().clone(), ArgumentError, 'Odd.clone: parts.0.value: cannot copy ');
  });

  test('memory that is gone', () => {
    class Gone extends Module {
      scale = new Parameter(ones([2]));
    }
    const gone = new Gone();
    takeAway(gone.scale);
    expectRefused(() => gone.clone(), ArgumentError, 'Gone.clone: the memory of scale is gone');
  });
});
