// How many values a value is written as. What stands in many places of it is one value in memory and as many in the text, so
// that sixty lists of the one before, twice, are more than anybody can write.

import { GoStruct, type Value } from './value.ts';

/** Deeper ones are left to whoever writes them: that is a cycle, which has a sentence of its own. */
const DEPTH_MAX = 1000;

/** The count, or the first number above `most`. */
export function weigh(value: Value, most: number): number {
  let count = 0;
  const visit = (each: Value, depth: number): void => {
    count += 1;
    if (count > most || depth > DEPTH_MAX || typeof each !== 'object' || each === null) return;
    const items = Array.isArray(each) ? each : each instanceof Map ? each.values() : undefined;
    for (const item of items ?? (each instanceof GoStruct ? each.fields.values() : [])) {
      if (count > most) return;
      visit(item, depth + 1);
    }
  };
  visit(value, 0);
  return count;
}
