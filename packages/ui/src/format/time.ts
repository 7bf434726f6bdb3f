// Times and durations for people. Pure: the present is always an argument.

const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** "just now", "12 s ago", "4 minutes ago", "3 hours ago", "yesterday", "5 days ago", "12 March 2026". */
export function relativeTime(atMs: number, nowMs: number): string {
  const age = nowMs - atMs;
  if (age < -5 * SECOND) return `in ${duration(-age)}`;
  if (age < 5 * SECOND) return 'just now';
  if (age < MINUTE) return `${Math.floor(age / SECOND)} s ago`;
  if (age < HOUR) return `${count(Math.floor(age / MINUTE), 'minute')} ago`;
  if (age < DAY) return `${count(Math.floor(age / HOUR), 'hour')} ago`;
  if (age < 2 * DAY) return 'yesterday';
  if (age < 30 * DAY) return `${Math.floor(age / DAY)} days ago`;
  return new Date(atMs).toLocaleDateString('en-GB', { day: 'numeric', month: 'long', year: 'numeric' });
}

/** "4 min ago", where there is little room. */
export function briefTime(atMs: number, nowMs: number): string {
  const age = nowMs - atMs;
  return age >= 5 * SECOND && age < DAY
    ? `${duration(age).split(' ').slice(0, 2).join(' ')} ago`
    : relativeTime(atMs, nowMs);
}

/** "12 s", "4 min", "3 h 20 min", "2 d 4 h": two units at most. */
export function duration(ms: number): string {
  const total = Math.max(0, Math.round(ms));
  if (total < SECOND) return `${total} ms`;
  if (total < MINUTE) return `${Math.floor(total / SECOND)} s`;
  if (total < HOUR) return `${Math.floor(total / MINUTE)} min`;
  if (total < DAY) return pair([Math.floor(total / HOUR), 'h'], [Math.floor((total % HOUR) / MINUTE), 'min']);
  return pair([Math.floor(total / DAY), 'd'], [Math.floor((total % DAY) / HOUR), 'h']);
}

function pair([big, bigUnit]: [number, string], [small, smallUnit]: [number, string]): string {
  return small === 0 ? `${big} ${bigUnit}` : `${big} ${bigUnit} ${small} ${smallUnit}`;
}

/** The full moment, with its zone: what hovering and copying give. */
export function absoluteTime(atMs: number): string {
  const at = new Date(atMs);
  const zone = -at.getTimezoneOffset();
  const sign = zone < 0 ? '−' : '+';
  const offset = `${sign}${two(Math.floor(Math.abs(zone) / 60))}:${two(Math.abs(zone) % 60)}`;
  return `${isoDay(atMs)} ${clockTime(atMs, true)} ${offset}`;
}

/** "14:02" or "14:02:31", local time. */
export function clockTime(atMs: number, seconds = false): string {
  const at = new Date(atMs);
  const text = `${two(at.getHours())}:${two(at.getMinutes())}`;
  return seconds ? `${text}:${two(at.getSeconds())}` : text;
}

/** "2026-11-21", local time. */
export function isoDay(atMs: number): string {
  const at = new Date(atMs);
  return `${at.getFullYear()}-${two(at.getMonth() + 1)}-${two(at.getDate())}`;
}

/** "Today", "Yesterday", "Saturday 21 November 2026". */
export function dayName(atMs: number, nowMs: number): string {
  if (isoDay(atMs) === isoDay(nowMs)) return 'Today';
  if (isoDay(atMs) === isoDay(nowMs - DAY)) return 'Yesterday';
  return new Date(atMs)
    .toLocaleDateString('en-GB', {
      weekday: 'long',
      day: 'numeric',
      month: 'long',
      year: 'numeric',
    })
    .replace(',', '');
}

/** "1 object", "3 objects". */
export function count(number: number, noun: string, plural = `${noun}s`): string {
  return `${number} ${number === 1 ? noun : plural}`;
}

function two(number: number): string {
  return number.toString().padStart(2, '0');
}
