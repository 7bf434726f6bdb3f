// The real clock, for sandboxes that are given none, and names and uids from a seed or from chance.

import { randomBytes, randomUUID } from 'node:crypto';
import type { Clock } from '@evenkeel/std';

/** Wall-clock time. Timers do not keep the process alive. */
export const wallClock: Clock = {
  now: () => Date.now(),
  sleep: (delayMs, signal) =>
    new Promise((resolve, reject) => {
      if (signal?.aborted === true) {
        reject(signal.reason as Error);
        return;
      }
      const onAbort = (): void => {
        clearTimeout(timer);
        reject(signal?.reason as Error);
      };
      const timer = setTimeout(() => {
        signal?.removeEventListener('abort', onAbort);
        resolve();
      }, delayMs);
      timer.unref();
      signal?.addEventListener('abort', onAbort, { once: true });
    }),
  after: (delayMs, action) => {
    const timer = setTimeout(action, delayMs);
    timer.unref();
    return () => clearTimeout(timer);
  },
};

/** Where names and uids come from. */
export interface Chance {
  uid(): string;
  /** `length` characters as Kubernetes appends to generated names: no vowels, no look-alikes. */
  suffix(length: number): string;
  /** A number in [0, 1). */
  fraction(): number;
}

/** Random, or the same sequence for the same seed. */
export function createChance(seed: number | undefined): Chance {
  const fraction = seed === undefined ? () => randomBytes(4).readUInt32LE() / 0x1_0000_0000 : mulberry32(seed);
  return {
    // Node puts uids together from twenty pieces, and they stay in pieces: six times the memory, for as long as objects live.
    uid: seed === undefined ? () => Buffer.from(randomUUID(), 'latin1').toString('latin1') : () => seededUid(fraction),
    suffix: (length) => suffixFrom(fraction, length),
    fraction,
  };
}

// apimachinery:pkg/util/rand.
const alphabet = 'bcdfghjklmnpqrstvwxz2456789';

function suffixFrom(fraction: () => number, length: number): string {
  let text = '';
  for (let index = 0; index < length; index++) text += alphabet[Math.floor(fraction() * alphabet.length)] ?? 'b';
  return text;
}

function seededUid(fraction: () => number): string {
  const hex = Array.from({ length: 32 }, () => Math.floor(fraction() * 16).toString(16));
  hex[12] = '4';
  hex[16] = '89ab'[Math.floor(fraction() * 4)] ?? '8';
  const text = hex.join('');
  return [text.slice(0, 8), text.slice(8, 12), text.slice(12, 16), text.slice(16, 20), text.slice(20)].join('-');
}

function mulberry32(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 0x1_0000_0000;
  };
}
