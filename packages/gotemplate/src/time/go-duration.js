// time.Duration as a template value.
import { float64, int64, str } from '../exec/codecs.js';
import { fn } from '../exec/function.js';
import { int64Type, namedType } from '../value/go-type.js';
import { GoInt } from '../value/value.js';
import { durationText, roundDuration } from './duration.js';
const methods = new Map();
/** `time.Duration`. */
export const durationType = namedType('time.Duration', int64Type, {
  methods,
  stringer: (self) => durationText(self instanceof GoInt ? self.value : 0n),
});
/** Codec of time.Duration: nanoseconds. */
export const duration = {
  type: durationType,
  read: (value) => (value instanceof GoInt ? value.value : 0n),
  write: (value) => new GoInt(value, durationType),
};
const inUnits = (scale) => fn([duration], float64, ([self]) => Number(self) / scale);
const whole = (scale) => fn([duration], int64, ([self]) => self / scale);
const entries = [
  ['String', fn([duration], str, ([self]) => durationText(self))],
  ['Hours', inUnits(3.6e12)],
  ['Minutes', inUnits(6e10)],
  ['Seconds', inUnits(1e9)],
  ['Milliseconds', whole(1000000n)],
  ['Microseconds', whole(1000n)],
  ['Nanoseconds', whole(1n)],
  ['Round', fn([duration, duration], duration, ([self, to]) => roundDuration(self, to))],
  ['Truncate', fn([duration, duration], duration, ([self, to]) => (to <= 0n ? self : self - (self % to)))],
  ['Abs', fn([duration], duration, ([self]) => (self < 0n ? -self : self))],
];
for (const [name, method] of entries) methods.set(name, method);
