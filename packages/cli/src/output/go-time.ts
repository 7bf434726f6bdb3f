// Times as Go's tools print them: RFC 3339 in the zone of this machine, and how long ago that is in the words of go-humanize.

/** A moment that RFC 3339 has a year for. */
const SECONDS_MAX = 253_402_300_799;

/** "2026-11-21T20:15:00+01:00"; what is no such moment, as it stands in a file that somebody wrote by hand, as the number it is. */
export function localTime(seconds: number): string {
  if (!(Math.abs(seconds) < SECONDS_MAX - 86_400)) return `${seconds} seconds since 1970`;
  const date = new Date(seconds * 1000);
  const offset = -date.getTimezoneOffset();
  const shifted = new Date(date.getTime() + offset * 60_000).toISOString().slice(0, 19);
  const two = (value: number): string => String(Math.floor(value)).padStart(2, '0');
  const zone = `${offset < 0 ? '-' : '+'}${two(Math.abs(offset) / 60)}:${two(Math.abs(offset) % 60)}`;
  return `${shifted}${offset === 0 ? 'Z' : zone}`;
}

const minute = 60;
const hour = 60 * minute;
const day = 24 * hour;
const week = 7 * day;
const month = 30 * day;
const year = 12 * month;

/** Below which age what is said; a unit is counted where there is one. */
const words: readonly (readonly [below: number, text: string, unit?: number])[] = [
  [1, 'now'],
  [2, '1 second'],
  [minute, 'seconds', 1],
  [2 * minute, '1 minute'],
  [hour, 'minutes', minute],
  [2 * hour, '1 hour'],
  [day, 'hours', hour],
  [2 * day, '1 day'],
  [week, 'days', day],
  [2 * week, '1 week'],
  [month, 'weeks', week],
  [2 * month, '1 month'],
  [year, 'months', month],
  [18 * month, '1 year'],
  [2 * year, '2 years'],
  [37 * year, 'years', year],
  [Infinity, 'a long while'],
];

/** "4 hours ago", "1 week from now". Mirrors dustin/go-humanize:times.go. */
export function humanTime(seconds: number, nowMs: number): string {
  const age = Math.floor(nowMs / 1000) - seconds;
  const length = Math.abs(age);
  const [, text, unit] = words.find(([below]) => length < below) ?? [0, 'a long while'];
  if (text === 'now') return text;
  const counted = unit === undefined ? text : `${Math.floor(length / unit)} ${text}`;
  return `${counted} ${age < 0 ? 'from now' : 'ago'}`;
}
