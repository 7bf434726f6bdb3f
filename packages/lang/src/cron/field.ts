// One field of a cron schedule: values, ranges, steps and names, separated by commas.

/** What a field may hold. */
export interface FieldBounds {
  readonly min: number;
  readonly max: number;
  readonly names: ReadonlyMap<string, number>;
}

/** The values of a field; `star` where it leaves everything open. */
export interface CronField {
  readonly values: ReadonlySet<number>;
  readonly star: boolean;
}

/** Reads a field; a string is what is wrong with it, in the words of robfig/cron:parser.go (3.0.1). */
export function parseField(text: string, bounds: FieldBounds): CronField | string {
  const values = new Set<number>();
  let star = false;
  for (const part of text.split(',')) {
    if (part === '') continue;
    const range = parseRange(part, bounds);
    if (typeof range === 'string') return range;
    for (let value = range.start; value <= range.end; value += range.step) values.add(value);
    star ||= range.star;
  }
  return { values, star };
}

interface Range {
  readonly start: number;
  readonly end: number;
  readonly step: number;
  readonly star: boolean;
}

function parseRange(text: string, bounds: FieldBounds): Range | string {
  const [span = '', stepText, ...tooMany] = text.split('/');
  const ends = span.split('-');
  const open = ends[0] === '*' || ends[0] === '?';
  const read = open ? { start: bounds.min, end: bounds.max } : parseEnds(ends, text, bounds);
  if (typeof read === 'string') return read;
  if (tooMany.length > 0) return `too many slashes: ${text}`;
  const step = stepText === undefined ? 1 : parseNumber(stepText);
  if (typeof step === 'string') return step;
  const { start } = read;
  const end = stepText !== undefined && ends.length === 1 ? bounds.max : read.end;
  if (start < bounds.min) return `beginning of range (${start}) below minimum (${bounds.min}): ${text}`;
  if (end > bounds.max) return `end of range (${end}) above maximum (${bounds.max}): ${text}`;
  if (start > end) return `beginning of range (${start}) beyond end of range (${end}): ${text}`;
  if (step === 0) return `step of range should be a positive number: ${text}`;
  return { start, end, step, star: open && step === 1 };
}

function parseEnds(
  ends: readonly string[],
  text: string,
  bounds: FieldBounds,
): { readonly start: number; readonly end: number } | string {
  const start = parseValue(ends[0] ?? '', bounds);
  if (typeof start === 'string') return start;
  if (ends.length === 1) return { start, end: start };
  if (ends.length > 2) return `too many hyphens: ${text}`;
  const end = parseValue(ends[1] ?? '', bounds);
  return typeof end === 'string' ? end : { start, end };
}

function parseValue(text: string, { names }: FieldBounds): number | string {
  return names.get(text.toLowerCase()) ?? parseNumber(text);
}

function parseNumber(text: string): number | string {
  if (!/^[+-]?\d+$/.test(text))
    return `failed to parse int from ${text}: strconv.Atoi: parsing ${JSON.stringify(text)}: invalid syntax`;
  const value = Number(text);
  return value < 0 ? `negative number (${value}) not allowed: ${text}` : value;
}
