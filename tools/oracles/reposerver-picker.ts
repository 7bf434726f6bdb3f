// Picks of a seeded generator.

import { randomFrom } from './seed.ts';

export class Picker {
  readonly #random: () => number;

  constructor(seed: number) {
    this.#random = randomFrom(seed);
  }

  chance(probability: number): boolean {
    return this.#random() < probability;
  }

  /** A whole number below `count`. */
  below(count: number): number {
    return Math.floor(this.#random() * count);
  }

  of<Item>(items: readonly Item[]): Item {
    return items[this.below(items.length)] as Item;
  }

  some<Item>(items: readonly Item[], most: number): readonly Item[] {
    return Array.from({ length: this.below(most + 1) }, () => this.of(items));
  }

  maybe<Fields extends object>(probability: number, fields: Fields): Fields | Record<string, never> {
    return this.chance(probability) ? fields : {};
  }
}
