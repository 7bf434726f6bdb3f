// sprig's dates (sprig v3.3.0 date.go).

import { any, str } from '../exec/codecs.ts';
import type { Call } from '../exec/call.ts';
import { GoError, type GoFunction, fn } from '../exec/function.ts';
import { NumberError, parseInt64 } from '../value/go-number.ts';
import { GoInt, type Value } from '../value/value.ts';
import { durationText, parseDuration, roundDuration } from '../time/duration.ts';
import { GoTime, time, zeroTime } from '../time/go-time.ts';
import { parseTime } from '../time/parse-time.ts';
import { type Zone, loadZone, utc } from '../time/zone.ts';

const second = 1_000_000_000n;

function localZone(call: Call): Zone {
  return loadZone(call.host.localZone) ?? utc;
}

function now(call: Call): GoTime {
  return new GoTime(call.host.nowNanos(), localZone(call));
}

/** int64, int and int32 are seconds since 1970; anything else that is no time means now. */
function timeOf(value: Value, kinds: readonly string[], call: Call): GoTime {
  if (value instanceof GoTime) return value;
  if (value instanceof GoInt && kinds.includes(value.type.text))
    return new GoTime(value.value * second, localZone(call));
  return now(call);
}

function formatted(layout: string, value: Value, zone: string, call: Call): string {
  call.step(layout.length);
  const where = zone === 'Local' ? localZone(call) : (loadZone(zone) ?? utc);
  return timeOf(value, ['int64', 'int', 'int32'], call).in(where).format(layout);
}

const htmlLayout = '2006-01-02';

function modified(text: string, value: GoTime): GoTime {
  return new GoTime(value.nanos + parseDuration(text), value.zone);
}

function quietly<T>(body: () => T, otherwise: T): T {
  try {
    return body();
  } catch (error) {
    if (error instanceof GoError || error instanceof NumberError) return otherwise;
    throw error;
  }
}

function secondsText(value: Value): string {
  let seconds = 0n;
  if (typeof value === 'string') seconds = quietly(() => parseInt64(value, 10), 0n);
  else if (value instanceof GoInt && value.type.text === 'int64') seconds = value.value;
  return durationText(BigInt.asIntN(64, seconds * second));
}

const hour = 3600n * second;
const spans: readonly (readonly [bigint, string])[] = [
  [hour * 24n * 365n, 'y'],
  [hour * 24n * 30n, 'mo'],
  [hour * 24n, 'd'],
  [hour, 'h'],
  [60n * second, 'm'],
  [second, 's'],
];

function coarse(value: Value, call: Call): string {
  let nanos = 0n;
  if (typeof value === 'string') nanos = quietly(() => parseDuration(value), 0n);
  else if (value instanceof GoInt && value.type.text === 'int64') nanos = value.value;
  else if (value instanceof GoTime) nanos = call.host.nowNanos() - value.nanos;
  const size = nanos < 0n ? -nanos : nanos;
  for (const [span, unit] of spans) if (size > span) return `${size / span}${unit}`;
  return '0s';
}

const date = fn([str, any], str, ([layout, value], call) => formatted(layout, value, 'Local', call));
const dateInZone = fn([str, any, str], str, ([layout, value, zone], call) => formatted(layout, value, zone, call));
const dateModify = fn([str, time], time, ([text, value]) => quietly(() => modified(text, value), value));
const mustDateModify = fn([str, time], time, ([text, value]) => modified(text, value));

export const dateFunctions: readonly (readonly [string, GoFunction])[] = [
  ['now', fn([], time, (_, call) => now(call))],
  ['date', date],
  ['dateInZone', dateInZone],
  ['date_in_zone', dateInZone],
  ['dateModify', dateModify],
  ['date_modify', dateModify],
  ['mustDateModify', mustDateModify],
  ['must_date_modify', mustDateModify],
  ['htmlDate', fn([any], str, ([value], call) => formatted(htmlLayout, value, 'Local', call))],
  ['htmlDateInZone', fn([any, str], str, ([value, zone], call) => formatted(htmlLayout, value, zone, call))],
  [
    'ago',
    fn([any], str, ([value], call) => {
      const since = call.host.nowNanos() - timeOf(value, ['int64', 'int'], call).nanos;
      return durationText(roundDuration(since, second));
    }),
  ],
  ['duration', fn([any], str, ([value]) => secondsText(value))],
  ['durationRound', fn([any], str, ([value], call) => coarse(value, call))],
  [
    'toDate',
    fn([str, str], time, ([layout, text], call) => quietly(() => parseTime(layout, text, localZone(call)), zeroTime())),
  ],
  ['mustToDate', fn([str, str], time, ([layout, text], call) => parseTime(layout, text, localZone(call)))],
  ['unixEpoch', fn([time], str, ([value]) => String(value.unixSeconds()))],
];
