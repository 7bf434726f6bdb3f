// Go's date layouts ("2006-01-02 15:04:05"): how a layout is cut into elements, and formatting by it.

/** The elements of layouts by their spelling; longer ones first where one begins another. */
const elements: readonly (readonly [string, RegExp])[] = [
  ['January', /^January/],
  ['Jan', /^Jan(?![a-z])/],
  ['Monday', /^Monday/],
  ['Mon', /^Mon(?![a-z])/],
  ['MST', /^MST/],
  ['01', /^01/],
  ['02', /^02/],
  ['03', /^03/],
  ['04', /^04/],
  ['05', /^05/],
  ['06', /^06/],
  ['002', /^002/],
  ['15', /^15/],
  ['1', /^1/],
  ['2006', /^2006/],
  ['2', /^2/],
  ['_2', /^_2(?!006)/],
  ['__2', /^__2/],
  ['3', /^3/],
  ['4', /^4/],
  ['5', /^5/],
  ['PM', /^PM/],
  ['pm', /^pm/],
  ['-070000', /^-070000/],
  ['-07:00:00', /^-07:00:00/],
  ['-0700', /^-0700/],
  ['-07:00', /^-07:00/],
  ['-07', /^-07/],
  ['Z070000', /^Z070000/],
  ['Z07:00:00', /^Z07:00:00/],
  ['Z0700', /^Z0700/],
  ['Z07:00', /^Z07:00/],
  ['Z07', /^Z07/],
  ['.0', /^[.,]0+(?![0-9])/],
  ['.9', /^[.,]9+(?![0-9])/],
];

/** A literal text followed by one element (kind '' at the end of the layout). */
export interface LayoutChunk {
  readonly prefix: string;
  readonly kind: string;
  /** The element as it is spelt, for `.000` and error texts. */
  readonly spelling: string;
}

/** Cuts a layout as time.nextStdChunk does. */
export function layoutChunks(layout: string): readonly LayoutChunk[] {
  const chunks: LayoutChunk[] = [];
  let start = 0;
  let at = 0;
  while (at < layout.length) {
    const rest = layout.slice(at, at + 64);
    const element = elements.find(([, pattern]) => pattern.test(rest));
    if (element === undefined) {
      at++;
      continue;
    }
    const spelling = element[1].exec(layout.slice(at))?.[0] ?? '';
    // A fraction longer than the window may turn out to be none.
    if (spelling === '') {
      at++;
      continue;
    }
    chunks.push({ prefix: layout.slice(start, at), kind: element[0], spelling });
    at += spelling.length;
    start = at;
  }
  chunks.push({ prefix: layout.slice(start), kind: '', spelling: '' });
  return chunks;
}

export const monthNames: readonly string[] = [
  'January',
  'February',
  'March',
  'April',
  'May',
  'June',
  'July',
  'August',
  'September',
  'October',
  'November',
  'December',
];
export const dayNames: readonly string[] = [
  'Sunday',
  'Monday',
  'Tuesday',
  'Wednesday',
  'Thursday',
  'Friday',
  'Saturday',
];

/** A point in time taken apart in its zone. */
export interface TimeParts {
  readonly year: number;
  /** 1–12. */
  readonly month: number;
  readonly day: number;
  readonly hour: number;
  readonly minute: number;
  readonly second: number;
  readonly nanosecond: number;
  readonly weekday: number;
  /** 1–366. */
  readonly yearDay: number;
  /** Seconds east of UTC. */
  readonly offset: number;
  readonly abbreviation: string;
}

/** Time.Format. */
export function formatLayout(layout: string, parts: TimeParts): string {
  let out = '';
  for (const chunk of layoutChunks(layout)) {
    out += chunk.prefix;
    if (chunk.kind !== '') out += element(chunk, parts);
  }
  return out;
}

function pad(value: number, width: number): string {
  return value < 0 ? `-${String(-value).padStart(width, '0')}` : String(value).padStart(width, '0');
}

function element(chunk: LayoutChunk, parts: TimeParts): string {
  const { kind } = chunk;
  switch (kind) {
    case '2006':
      return pad(parts.year, 4);
    case '06':
      return pad(Math.abs(parts.year) % 100, 2);
    case 'January':
      return monthNames[parts.month - 1] ?? '';
    case 'Jan':
      return (monthNames[parts.month - 1] ?? '').slice(0, 3);
    case '01':
      return pad(parts.month, 2);
    case '1':
      return String(parts.month);
    case 'Monday':
      return dayNames[parts.weekday] ?? '';
    case 'Mon':
      return (dayNames[parts.weekday] ?? '').slice(0, 3);
    case '02':
      return pad(parts.day, 2);
    case '_2':
      return String(parts.day).padStart(2);
    case '2':
      return String(parts.day);
    case '002':
      return pad(parts.yearDay, 3);
    case '__2':
      return String(parts.yearDay).padStart(3);
    case 'MST':
      return parts.abbreviation === '' ? zoneOffset('-0700', parts.offset) : parts.abbreviation;
    case '.0':
    case '.9':
      return fraction(chunk.spelling, parts.nanosecond);
    default:
      return kind.startsWith('-') || kind.startsWith('Z') ? zoneOffset(kind, parts.offset) : clock(kind, parts);
  }
}

function clock(kind: string, parts: TimeParts): string {
  const hour12 = parts.hour % 12 === 0 ? 12 : parts.hour % 12;
  switch (kind) {
    case '15':
      return pad(parts.hour, 2);
    case '03':
      return pad(hour12, 2);
    case '3':
      return String(hour12);
    case '04':
      return pad(parts.minute, 2);
    case '4':
      return String(parts.minute);
    case '05':
      return pad(parts.second, 2);
    case '5':
      return String(parts.second);
    case 'PM':
      return parts.hour >= 12 ? 'PM' : 'AM';
    default:
      return parts.hour >= 12 ? 'pm' : 'am';
  }
}

function fraction(spelling: string, nanosecond: number): string {
  const digits = String(nanosecond)
    .padStart(9, '0')
    .slice(0, spelling.length - 1);
  if (spelling.charAt(1) === '0') return spelling.charAt(0) + digits;
  const trimmed = digits.replace(/0+$/, '');
  return trimmed === '' ? '' : spelling.charAt(0) + trimmed;
}

function zoneOffset(kind: string, offset: number): string {
  if (kind.startsWith('Z') && offset === 0) return 'Z';
  const sign = Math.trunc(offset / 60) < 0 ? '-' : '+';
  const minutes = Math.trunc(Math.abs(offset) / 60);
  const body = kind.slice(1);
  const colon = body.includes(':') ? ':' : '';
  let out = sign + pad(Math.floor(minutes / 60), 2);
  if (body.length > 2) out += colon + pad(minutes % 60, 2);
  if (body.length > 5) out += colon + pad(Math.abs(offset) % 60, 2);
  return out;
}
