// Dates as jq keeps them: seconds since 1970, or eight numbers. All times are UTC, local ones too: what the machine's
// zone is must not decide what a manifest means. Directives as in github.com/itchyny/timefmt-go (0.1.8).

import type { Json } from '@evenkeel/resource';
import { fail, failedOn, notApplicable } from './errors.ts';
import { isArray } from './json.ts';
import { toFloat, toInteger } from './numbers.ts';

type Native = (value: Json, args: readonly Json[]) => Json;

/** By name and number of arguments. */
export const dateFunctions: Readonly<Record<string, Native>> = {
  'gmtime/0': (value) => brokenDown('gmtime', value),
  'localtime/0': (value) => brokenDown('localtime', value),
  'mktime/0': (value) => {
    if (!isArray(value)) throw notApplicable('mktime', value);
    return toMs('mktime', value, []) / 1000;
  },
  'strftime/1': (value, [format = null]) => strftime('strftime', value, format),
  'strflocaltime/1': (value, [format = null]) => strftime('strflocaltime', value, format),
  'strptime/1': (value, [format = null]) => strptime(value, format),
};

function brokenDown(name: string, value: Json): readonly number[] {
  const seconds = toFloat(value);
  if (seconds === undefined) throw notApplicable(name, value);
  return partsOf(seconds);
}

function partsOf(seconds: number): readonly number[] {
  const nanos = Math.trunc((seconds - Math.floor(seconds)) * 1e9);
  const date = new Date(Math.trunc(seconds) * 1000);
  const startOfYear = yearStart(date.getUTCFullYear());
  return [
    date.getUTCFullYear(),
    date.getUTCMonth(),
    date.getUTCDate(),
    date.getUTCHours(),
    date.getUTCMinutes(),
    date.getUTCSeconds() + nanos / 1e9,
    date.getUTCDay(),
    Math.floor((date.getTime() - startOfYear) / 86_400_000),
  ];
}

function yearStart(year: number): number {
  return utc(year, 0, 1);
}

function utc(year: number, month: number, day: number): number {
  const date = new Date(0);
  return date.setUTCFullYear(year, month, day);
}

/** Milliseconds of the eight numbers; missing ones are 0. */
function toMs(name: string, parts: readonly Json[], args: readonly Json[]): number {
  const numbers = parts.slice(0, 8).map((part, index) => {
    const number = index === 5 ? toFloat(part) : toInteger(part);
    if (number === undefined) throw failedOn(name, parts, args, 'expected an array of 8 numbers');
    return number;
  });
  const [year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0] = numbers;
  return utc(year, month, day) + hour * 3_600_000 + minute * 60_000 + second * 1000;
}

const days = ['Sunday', 'Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday'];
const months = [
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

function strftime(name: string, value: Json, format: Json): string {
  const seconds = toFloat(value);
  const parts: Json = seconds === undefined ? value : partsOf(seconds);
  if (!isArray(parts) || typeof format !== 'string') throw notApplicable(name, parts, [format]);
  return formatTime(toMs(name, parts, [format]), format);
}

const shorthands: Readonly<Record<string, string>> = {
  c: '%a %b %e %H:%M:%S %Y',
  '+': '%a %b %e %H:%M:%S %Z %Y',
  v: '%e-%b-%Y',
  r: '%I:%M:%S %p',
  F: '%Y-%m-%d',
  D: '%m/%d/%y',
  x: '%m/%d/%y',
  T: '%H:%M:%S',
  X: '%H:%M:%S',
  R: '%H:%M',
};

function formatTime(timeMs: number, format: string): string {
  return format.replace(/%(:{0,3}[-_^#0]?[a-zA-Z+%])/g, (written: string, directive: string) => {
    const flag = /[-_^#0]/.exec(directive)?.[0] ?? '';
    const letter = directive.at(-1) ?? '';
    const long = shorthands[letter];
    if (long !== undefined) return formatTime(timeMs, long);
    const text = directiveText(timeMs, letter, directive.startsWith(':'));
    if (text === undefined) return written;
    if (flag === '-') return text.replace(/^[0 ]+(?=\d)/, '');
    if (flag === '_') return text.replace(/^0+(?=\d)/, (zeros) => ' '.repeat(zeros.length));
    return flag === '^' || flag === '#' ? text.toUpperCase() : text;
  });
}

function directiveText(timeMs: number, letter: string, hasColon: boolean): string | undefined {
  const date = new Date(Math.floor(timeMs));
  const [year, weekday] = [date.getUTCFullYear(), date.getUTCDay()];
  const dayOfYear = Math.floor((timeMs - yearStart(year)) / 86_400_000);
  const iso = isoWeek(date);
  switch (letter) {
    case 'Y':
      return pad(year, 4);
    case 'y':
      return pad(year % 100, 2);
    case 'C':
      return pad(Math.floor(year / 100), 2);
    case 'g':
      return pad(iso.year % 100, 2);
    case 'G':
      return pad(iso.year, 4);
    case 'm':
      return pad(date.getUTCMonth() + 1, 2);
    case 'B':
      return months[date.getUTCMonth()];
    case 'b':
    case 'h':
      return months[date.getUTCMonth()]?.slice(0, 3);
    case 'A':
      return days[weekday];
    case 'a':
      return days[weekday]?.slice(0, 3);
    case 'w':
      return String(weekday);
    case 'u':
      return String(weekday === 0 ? 7 : weekday);
    case 'V':
      return pad(iso.week, 2);
    case 'U':
      return pad(Math.floor((dayOfYear + 7 - weekday) / 7), 2);
    case 'W':
      return pad(Math.floor((dayOfYear + 7 - ((weekday + 6) % 7)) / 7), 2);
    default:
      return clockText(timeMs, letter, hasColon);
  }
}

function pad(number: number, width: number, fill = '0'): string {
  return number < 0 ? `-${String(-number).padStart(width - 1, fill)}` : String(number).padStart(width, fill);
}

/** Days and everything smaller. */
function clockText(timeMs: number, letter: string, hasColon: boolean): string | undefined {
  const date = new Date(Math.floor(timeMs));
  const hour = date.getUTCHours();
  switch (letter) {
    case 'e':
      return pad(date.getUTCDate(), 2, ' ');
    case 'd':
      return pad(date.getUTCDate(), 2);
    case 'j':
      return pad(Math.floor((timeMs - yearStart(date.getUTCFullYear())) / 86_400_000) + 1, 3);
    case 'k':
      return pad(hour, 2, ' ');
    case 'H':
      return pad(hour, 2);
    case 'l':
      return pad(hour % 12 || 12, 2, ' ');
    case 'I':
      return pad(hour % 12 || 12, 2);
    case 'P':
      return hour < 12 ? 'am' : 'pm';
    case 'p':
      return hour < 12 ? 'AM' : 'PM';
    case 'M':
      return pad(date.getUTCMinutes(), 2);
    case 'S':
      return pad(date.getUTCSeconds(), 2);
    case 's':
      return String(Math.floor(timeMs / 1000));
    case 'f':
      return pad(Math.round((timeMs % 1000) * 1000), 6);
    case 'Z':
      return 'UTC';
    case 'z':
      return hasColon ? '+00:00' : '+0000';
    case 't':
      return '\t';
    case 'n':
      return '\n';
    case '%':
      return '%';
    default:
      return undefined;
  }
}

function isoWeek(date: Date): { readonly year: number; readonly week: number } {
  const thursday = new Date(date.getTime() + (4 - (date.getUTCDay() || 7)) * 86_400_000);
  const year = thursday.getUTCFullYear();
  return { year, week: Math.floor((thursday.getTime() - yearStart(year)) / 86_400_000 / 7) + 1 };
}

function strptime(value: Json, format: Json): Json {
  if (typeof value !== 'string' || typeof format !== 'string') throw notApplicable('strptime', value, [format]);
  try {
    return partsOf(new TimeParser(value).parse(format));
  } catch (error) {
    throw failedOn(
      'strptime',
      value,
      [format],
      `failed to parse ${quoted(value)} with ${quoted(format)}: ${(error as Error).message}`,
    );
  }
}

function quoted(text: string): string {
  return JSON.stringify(text);
}

class TimeParser {
  readonly #text: string;
  #at = 0;
  #year = 1900;
  #month = 1;
  #day = 1;
  #dayOfYear: number | undefined;
  #seconds = 0;
  #isAfternoon: boolean | undefined;
  #epoch: number | undefined;

  constructor(text: string) {
    this.#text = text;
  }

  parse(format: string): number {
    this.#follow(format);
    if (this.#at < this.#text.length) throw fail('unparsed string ' + quoted(this.#text.slice(this.#at)));
    if (this.#epoch !== undefined) return this.#epoch;
    let { seconds } = { seconds: this.#seconds };
    const hour = Math.floor(seconds / 3600);
    if (this.#isAfternoon === true && hour < 12) seconds += 12 * 3600;
    if (this.#isAfternoon === false && hour === 12) seconds -= 12 * 3600;
    const day =
      this.#dayOfYear === undefined ? utc(this.#year, this.#month - 1, this.#day) : utc(this.#year, 0, this.#dayOfYear);
    return day / 1000 + seconds;
  }

  #follow(format: string): void {
    for (let index = 0; index < format.length; index += 1) {
      const char = format[index] ?? '';
      if (char !== '%' || index + 1 === format.length) {
        if (this.#text[this.#at] !== char) throw fail(`expected '${char}'`);
        this.#at += 1;
        continue;
      }
      index += 1;
      const letter = format[index] ?? '';
      const long = shorthands[letter];
      if (long !== undefined) this.#follow(long);
      else this.#directive(letter);
    }
  }

  #directive(letter: string): void {
    const number = (min: number, max: number): number =>
      Number(this.#take(new RegExp(`\\d{${min},${max}}`, 'y'), letter));
    switch (letter) {
      case 'Y':
        this.#year = number(4, 4);
        return;
      case 'y': {
        const short = number(2, 2);
        this.#year = short + (short < 69 ? 2000 : 1900);
        return;
      }
      case 'm':
        this.#month = this.#within(number(1, 2), 1, 12, letter);
        return;
      case 'B':
        this.#month = this.#name(months, letter) + 1;
        return;
      case 'b':
      case 'h':
        this.#month =
          this.#name(
            months.map((month) => month.slice(0, 3)),
            letter,
          ) + 1;
        return;
      case 'A':
        this.#name(days, letter);
        return;
      case 'a':
        this.#name(
          days.map((day) => day.slice(0, 3)),
          letter,
        );
        return;
      case 'e':
      case 'd':
        this.#take(/ ?/y, letter);
        this.#day = this.#within(number(1, 2), 1, 31, letter);
        return;
      case 'j':
        this.#dayOfYear = this.#within(number(1, 3), 1, 366, letter);
        return;
      default:
        this.#time(letter, number);
    }
  }

  #time(letter: string, number: (min: number, max: number) => number): void {
    switch (letter) {
      case 'k':
      case 'H':
        this.#take(/ ?/y, letter);
        this.#seconds += this.#within(number(1, 2), 0, 23, letter) * 3600;
        return;
      case 'l':
      case 'I':
        this.#take(/ ?/y, letter);
        this.#seconds += this.#within(number(1, 2), 1, 12, letter) * 3600;
        return;
      case 'p':
      case 'P':
        this.#isAfternoon = this.#take(/[AaPp][Mm]/y, letter).toLowerCase() === 'pm';
        return;
      case 'M':
        this.#seconds += this.#within(number(1, 2), 0, 59, letter) * 60;
        return;
      case 'S':
        this.#seconds += this.#within(number(1, 2), 0, 60, letter);
        return;
      case 'f':
        this.#seconds += Number(`0.${this.#take(/\d{1,9}/y, letter)}`);
        return;
      case 's':
        this.#epoch = Number(this.#take(/-?\d+/y, letter));
        return;
      case 'Z':
        this.#take(/[A-Z]{1,5}/y, letter);
        return;
      case 'z':
        this.#zone(letter);
        return;
      case 't':
      case 'n':
        this.#take(/[ \t\n\v\f\r]*/y, letter);
        return;
      case '%':
        this.#take(/%/y, letter);
        return;
      default:
        throw fail(`unexpected format "%${letter}"`);
    }
  }

  #zone(letter: string): void {
    const text = this.#take(/Z|[+-]\d\d:?\d\d/y, letter);
    if (text === 'Z') return;
    const [hours, minutes] = [Number(text.slice(1, 3)), Number(text.slice(-2))];
    this.#seconds -= (text.startsWith('-') ? -1 : 1) * (hours * 3600 + minutes * 60);
  }

  #take(pattern: RegExp, letter: string): string {
    pattern.lastIndex = this.#at;
    const found = pattern.exec(this.#text)?.[0];
    if (found === undefined) throw fail(`cannot parse "%${letter}"`);
    this.#at += found.length;
    return found;
  }

  #within(number: number, min: number, max: number, letter: string): number {
    if (number < min || number > max) throw fail(`cannot parse "%${letter}"`);
    return number;
  }

  #name(names: readonly string[], letter: string): number {
    const rest = this.#text.slice(this.#at).toLowerCase();
    const index = names.findIndex((name) => rest.startsWith(name.toLowerCase()));
    if (index < 0) throw fail(`cannot parse "%${letter}"`);
    this.#at += names[index]?.length ?? 0;
    return index;
  }
}
