// Flags of a command as a table, and arguments read by it the way pflag reads them: `--flag value`, `--flag=value`,
// `-f value`, `-fvalue`, `--switch`, `--switch=false`, and `--` before what is no flag.

/** What a flag takes. A list is given several times; a 'csv' may also hold several values in one, between commas. */
export type FlagKind = 'bool' | 'string' | 'list' | 'csv';

/** One flag. */
export interface Flag {
  readonly name: string;
  readonly short?: string;
  readonly kind: FlagKind;
  readonly help: string;
  readonly default?: string;
}

/** Arguments taken apart. */
export interface ParsedArgs {
  readonly rest: readonly string[];
  /** The value of a string flag, or its default. */
  text(name: string): string;
  list(name: string): readonly string[];
  isSet(name: string): boolean;
  /** True for a switch that is on. */
  on(name: string): boolean;
}

/** Thrown for arguments that fit no flag; worded as pflag words it. */
export class FlagError extends Error {
  override readonly name = 'FlagError';
}

/** Reads arguments by a table. Throws FlagError. */
export function parseArgs(args: readonly string[], flags: readonly Flag[]): ParsedArgs {
  const values = new Map<string, string[]>();
  const rest: string[] = [];
  const queue = [...args];
  for (let arg = queue.shift(); arg !== undefined; arg = queue.shift()) {
    if (arg === '--') {
      rest.push(...queue);
      break;
    }
    if (arg.startsWith('--')) readLong(arg, { flags, queue, values });
    else if (arg.startsWith('-') && arg.length > 1) readShort(arg, { flags, queue, values });
    else rest.push(arg);
  }
  const flagOf = (name: string): Flag | undefined => flags.find((flag) => flag.name === name);
  return {
    rest,
    text: (name) => values.get(name)?.at(-1) ?? flagOf(name)?.default ?? '',
    list: (name) => values.get(name) ?? [],
    isSet: (name) => values.has(name),
    on: (name) => ['true', '1', 't', 'T', 'TRUE', 'True'].includes(values.get(name)?.at(-1) ?? ''),
  };
}

interface Reading {
  readonly flags: readonly Flag[];
  readonly queue: string[];
  readonly values: Map<string, string[]>;
}

function readLong(arg: string, reading: Reading): void {
  const equals = arg.indexOf('=');
  const name = equals < 0 ? arg.slice(2) : arg.slice(2, equals);
  const flag = reading.flags.find((each) => each.name === name);
  if (flag === undefined) throw new FlagError(`unknown flag: --${name}`);
  if (equals >= 0) put(flag, arg.slice(equals + 1), reading);
  else if (flag.kind === 'bool') put(flag, 'true', reading);
  else put(flag, nextValue(`flag needs an argument: --${name}`, reading), reading);
}

function readShort(arg: string, reading: Reading): void {
  const letter = arg.charAt(1);
  const flag = reading.flags.find((each) => each.short === letter);
  if (flag === undefined) throw new FlagError(`unknown shorthand flag: '${letter}' in ${arg}`);
  const more = arg.slice(2);
  if (flag.kind === 'bool') {
    put(flag, more.startsWith('=') ? more.slice(1) : 'true', reading);
    if (more !== '' && !more.startsWith('=')) readShort(`-${more}`, reading);
  } else if (more !== '') put(flag, more.replace(/^=/, ''), reading);
  else put(flag, nextValue(`flag needs an argument: '${letter}' in ${arg}`, reading), reading);
}

function nextValue(message: string, reading: Reading): string {
  const value = reading.queue.shift();
  if (value === undefined) throw new FlagError(message);
  return value;
}

function put(flag: Flag, value: string, reading: Reading): void {
  if (flag.kind === 'bool' && !/^(?:1|0|t|f|true|false)$/i.test(value)) {
    const reason = `strconv.ParseBool: parsing ${JSON.stringify(value)}: invalid syntax`;
    throw new FlagError(`invalid argument ${JSON.stringify(value)} for "--${flag.name}" flag: ${reason}`);
  }
  const list = reading.values.get(flag.name) ?? [];
  list.push(...(flag.kind === 'csv' ? value.split(',').filter((part) => part !== '') : [value]));
  reading.values.set(flag.name, list);
}
