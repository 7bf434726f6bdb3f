// The options of `helm template` as data, and their parser: what spf13/pflag accepts and how it complains.
// Mirrors helm:pkg/cmd/{template,install,flags}.go (v4.3.0) and helm:cmd/helm (v3.22.0).

import { quote } from '@evenkeel/gotemplate';

import type { HelmVersion } from '../chart/chart.ts';

/** How a flag's value is read; the words are those that --help shows. */
export type FlagType =
  | 'bool'
  | 'string'
  /** Commas separate values; CSV quoting. */
  | 'strings'
  /** Every use is one value. */
  | 'stringArray'
  | 'stringToString'
  | 'duration'
  | 'int'
  | 'float32'
  | 'WaitStrategy'
  | 'postRendererString'
  | 'postRendererArgsSlice';

/** One flag. */
export interface Flag {
  readonly name: string;
  readonly short?: string;
  readonly type: FlagType;
  readonly help: string;
  /** The value of the flag without one ("--dry-run"). */
  readonly bare?: string;
  readonly fallback?: string;
  /** Helm version it exists in; both when absent. */
  readonly only?: HelmVersion;
  /** Still accepted, with this advice on stderr. */
  readonly deprecated?: string;
  readonly hidden?: boolean;
  readonly global?: boolean;
}

/** Parsed arguments. */
export interface ParsedFlags {
  readonly positional: readonly string[];
  /** Values by flag name in the order given; booleans as 'true' and 'false'. */
  readonly values: ReadonlyMap<string, readonly string[]>;
  /** Lines for stderr about deprecated flags. */
  readonly notices: readonly string[];
}

/** Thrown for arguments that do not parse; the message is pflag's or cobra's. */
export class FlagError extends Error {
  override readonly name = 'FlagError';
}

/** Parses arguments by a table of flags. Throws FlagError. */
export function parseFlags(args: readonly string[], flags: readonly Flag[]): ParsedFlags {
  const parser = new FlagParser(flags);
  parser.parse(args);
  return parser;
}

class FlagParser implements ParsedFlags {
  readonly positional: string[] = [];
  readonly values = new Map<string, string[]>();
  readonly notices: string[] = [];
  private readonly byName: ReadonlyMap<string, Flag>;
  private readonly byShort: ReadonlyMap<string, Flag>;

  constructor(flags: readonly Flag[]) {
    this.byName = new Map(flags.map((flag) => [flag.name, flag]));
    this.byShort = new Map(flags.flatMap((flag) => (flag.short === undefined ? [] : [[flag.short, flag]])));
  }

  parse(args: readonly string[]): void {
    const rest = [...args];
    for (let arg = rest.shift(); arg !== undefined; arg = rest.shift()) {
      if (arg === '--') {
        this.positional.push(...rest);
        return;
      }
      if (arg.startsWith('--')) this.long(arg, rest);
      else if (arg.startsWith('-') && arg.length > 1) this.short(arg.slice(1), arg, rest);
      else this.positional.push(arg);
    }
  }

  private long(arg: string, rest: string[]): void {
    const equals = arg.indexOf('=');
    const name = equals < 0 ? arg.slice(2) : arg.slice(2, equals);
    if (name === '' || name.startsWith('-') || name.startsWith('=')) throw new FlagError(`bad flag syntax: ${arg}`);
    const flag = this.byName.get(name);
    if (flag === undefined) throw new FlagError(`unknown flag: --${name}`);
    if (equals >= 0) this.set(flag, arg.slice(equals + 1));
    else if (flag.type === 'bool') this.set(flag, 'true');
    else if (flag.bare !== undefined) this.set(flag, flag.bare);
    else {
      const value = rest.shift();
      if (value === undefined) throw new FlagError(`flag needs an argument: --${name}`);
      this.set(flag, value);
    }
  }

  private short(letters: string, arg: string, rest: string[]): void {
    for (let at = 0; at < letters.length; at += 1) {
      const letter = letters.charAt(at);
      const flag = this.byShort.get(letter);
      if (flag === undefined) throw new FlagError(`unknown shorthand flag: '${letter}' in ${arg}`);
      const tail = letters.slice(at + 1);
      if (tail.startsWith('=')) {
        this.set(flag, tail.slice(1));
        return;
      }
      if (flag.type === 'bool') {
        this.set(flag, 'true');
        continue;
      }
      const value = tail === '' ? rest.shift() : tail;
      if (value === undefined) throw new FlagError(`flag needs an argument: '${letter}' in ${arg}`);
      this.set(flag, value);
      return;
    }
  }

  private set(flag: Flag, value: string): void {
    const read = readValue(flag, value);
    const repeats = flag.type === 'strings' || flag.type === 'stringArray' || flag.type === 'stringToString';
    const appended = repeats || flag.type === 'postRendererArgsSlice' ? (this.values.get(flag.name) ?? []) : [];
    this.values.set(flag.name, [...appended, ...read]);
    if (flag.deprecated !== undefined) this.notices.push(`Flag --${flag.name} has been deprecated, ${flag.deprecated}`);
  }
}

const TRUE_WORDS: ReadonlySet<string> = new Set(['1', 't', 'T', 'TRUE', 'true', 'True']);
const FALSE_WORDS: ReadonlySet<string> = new Set(['0', 'f', 'F', 'FALSE', 'false', 'False']);

function readValue(flag: Flag, value: string): string[] {
  const invalid = (reason: string): FlagError => {
    const shown = flag.short === undefined ? `--${flag.name}` : `-${flag.short}, --${flag.name}`;
    return new FlagError(`invalid argument ${quote(value)} for ${quote(shown)} flag: ${reason}`);
  };
  switch (flag.type) {
    case 'bool':
      if (TRUE_WORDS.has(value)) return ['true'];
      if (FALSE_WORDS.has(value)) return ['false'];
      throw invalid(`strconv.ParseBool: parsing ${quote(value)}: invalid syntax`);
    case 'int':
      if (/^[+-]?[0-9]+$/.test(value)) return [value];
      throw invalid(`strconv.ParseInt: parsing ${quote(value)}: invalid syntax`);
    case 'float32':
      if (Number.isFinite(Number(value)) && value !== '') return [value];
      throw invalid(`strconv.ParseFloat: parsing ${quote(value)}: invalid syntax`);
    case 'duration':
      if (/^[+-]?(?:0|(?:(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:ns|us|µs|ms|s|m|h))+)$/.test(value)) return [value];
      throw invalid(durationComplaint(value));
    case 'WaitStrategy':
      if (['watcher', 'hookOnly', 'legacy', 'true', 'false'].includes(value)) return [value];
      throw invalid(`invalid wait input ${quote(value)}. Valid inputs are watcher, hookOnly, and legacy`);
    case 'strings':
      return value === '' ? [] : readCsv(value);
    case 'stringToString':
      return readPairs(value, invalid);
    case 'string':
    case 'stringArray':
    case 'postRendererString':
    case 'postRendererArgsSlice':
      return [value];
  }
}

function durationComplaint(value: string): string {
  const missing = /^[+-]?[0-9.]+$/.test(value);
  return missing ? `time: missing unit in duration ${quote(value)}` : `time: invalid duration ${quote(value)}`;
}

function readPairs(value: string, invalid: (reason: string) => FlagError): string[] {
  const pairs = value === '' ? [] : readCsv(value);
  for (const pair of pairs) if (!pair.includes('=')) throw invalid(`${pair} must be formatted as key=value`);
  return pairs;
}

/** One line of encoding/csv. */
function readCsv(line: string): string[] {
  const fields: string[] = [];
  let at = 0;
  for (;;) {
    if (line[at] === '"') {
      let field = '';
      at += 1;
      for (;;) {
        const end = line.indexOf('"', at);
        if (end < 0)
          throw new FlagError(
            `invalid argument ${quote(line)}: parse error on line 1, column ${line.length + 1}: extraneous or missing " in quoted-field`,
          );
        field += line.slice(at, end);
        at = end + 1;
        if (line[at] !== '"') break;
        field += '"';
        at += 1;
      }
      fields.push(field);
    } else {
      const end = line.indexOf(',', at);
      fields.push(end < 0 ? line.slice(at) : line.slice(at, end));
      at = end < 0 ? line.length : end;
    }
    if (line[at] !== ',') return fields;
    at += 1;
  }
}
