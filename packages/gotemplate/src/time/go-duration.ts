// time.Duration as a template value.

import { float64, int64, str } from '../exec/codecs.ts';
import { type Codec, type GoFunction, fn } from '../exec/function.ts';
import { type GoType, int64Type, namedType } from '../value/go-type.ts';
import { GoInt } from '../value/value.ts';
import { durationText, roundDuration } from './duration.ts';

const methods = new Map<string, GoFunction>();

/** `time.Duration`. */
export const durationType: GoType = namedType('time.Duration', int64Type, {
  methods,
  stringer: (self) => durationText(self instanceof GoInt ? self.value : 0n),
});

/** Codec of time.Duration: nanoseconds. */
export const duration: Codec<bigint> = {
  type: durationType,
  read: (value) => (value instanceof GoInt ? value.value : 0n),
  write: (value) => new GoInt(value, durationType),
};

const inUnits = (scale: number): GoFunction => fn([duration], float64, ([self]) => Number(self) / scale);
const whole = (scale: bigint): GoFunction => fn([duration], int64, ([self]) => self / scale);

const entries: readonly (readonly [string, GoFunction])[] = [
  ['String', fn([duration], str, ([self]) => durationText(self))],
  ['Hours', inUnits(3.6e12)],
  ['Minutes', inUnits(6e10)],
  ['Seconds', inUnits(1e9)],
  ['Milliseconds', whole(1_000_000n)],
  ['Microseconds', whole(1000n)],
  ['Nanoseconds', whole(1n)],
  ['Round', fn([duration, duration], duration, ([self, to]) => roundDuration(self, to))],
  ['Truncate', fn([duration, duration], duration, ([self, to]) => (to <= 0n ? self : self - (self % to)))],
  ['Abs', fn([duration], duration, ([self]) => (self < 0n ? -self : self))],
];
for (const [name, method] of entries) methods.set(name, method);
