// Counts what was compared and prints what differs, as far as anybody reads.

import { inspect } from 'node:util';

const shownMax = Number(process.env['SHOWN'] ?? 10);

/** One part of the comparison. */
export class Tally {
  readonly name: string;
  readonly #counts = new Map<string, number>();
  #different = 0;

  constructor(name: string) {
    this.name = name;
  }

  get different(): number {
    return this.#different;
  }

  /** Counts a case of one kind that came out as it should. */
  equal(kind = 'equal'): void {
    this.#counts.set(kind, (this.#counts.get(kind) ?? 0) + 1);
  }

  /** Counts what cannot be compared; REFUSALS=1 prints why. */
  refused(kind: string, what: string, why: string): void {
    this.equal(kind);
    if (process.env['REFUSALS']) process.stdout.write(`REFUSED ${this.name}: ${what}\n  ${why.slice(0, 400)}\n`);
  }

  /** Counts a difference and prints it. */
  differs(what: string, details: Readonly<Record<string, unknown>>): void {
    this.#different += 1;
    if (this.#different > shownMax) return;
    process.stdout.write(`DIFFERENT ${this.name}: ${what}\n`);
    for (const [name, value] of Object.entries(details)) {
      const text = typeof value === 'string' ? value : inspect(value, { depth: 30, breakLength: 160, compact: 6 });
      process.stdout.write(`  ${name}: ${text.slice(0, 4000)}\n`);
    }
  }

  /** The line that ends a run. */
  summary(): string {
    const counts = [...this.#counts].map(([kind, count]) => `${kind}=${count}`).join(' ');
    return `RESULT reposerver ${this.name} ${counts} different=${this.#different}`;
  }
}
