// The numbers that made-up cases are made of. SEED chooses others: what holds is to hold for all of them.

/** Chosen by whoever runs an oracle. */
export const seed: number = Number(process.env['SEED'] ?? 1);

/** Numbers from 0 to 1, the same for the same start (mulberry32). */
export function randomFrom(start: number): () => number {
  let state = start;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let value = Math.imul(state ^ (state >>> 15), 1 | state);
    value = (value + Math.imul(value ^ (value >>> 7), 61 | value)) ^ value;
    return ((value ^ (value >>> 14)) >>> 0) / 4294967296;
  };
}

/** Numbers of a part of an oracle that begins somewhere of its own, others for every seed. */
export function seededFrom(start: number): () => number {
  return randomFrom((start + Math.imul(seed - 1, 0x9e3779b1)) | 0);
}
