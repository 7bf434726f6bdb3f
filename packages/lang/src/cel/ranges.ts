// The least and the greatest of a size or a cost, saturating where 64 bits end.

export interface Range {
  readonly min: number;
  readonly max: number;
}

const ceiling = 2 ** 64;

export const unknownRange: Range = { min: 0, max: ceiling };

export function fixed(value: number): Range {
  return { min: value, max: value };
}

export function addRanges(a: Range, b: Range): Range {
  return { min: Math.min(a.min + b.min, ceiling), max: Math.min(a.max + b.max, ceiling) };
}

export function multiplyRanges(a: Range, b: Range): Range {
  return { min: Math.min(a.min * b.min, ceiling), max: Math.min(a.max * b.max, ceiling) };
}

/** Times a cost per unit, rounded up. */
export function scaleRange(range: Range, factor: number): Range {
  return {
    min: Math.min(Math.ceil(range.min * factor), ceiling),
    max: Math.min(Math.ceil(range.max * factor), ceiling),
  };
}

/** Covers both. */
export function joinRanges(a: Range, b: Range): Range {
  return { min: Math.min(a.min, b.min), max: Math.max(a.max, b.max) };
}
