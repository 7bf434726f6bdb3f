// time.ParseInLocation: reading a text by a layout, with Go's error texts.

import { GoError } from '../exec/function.ts';
import { quoteTime } from './quote-time.ts';
import { type LayoutChunk, dayNames, layoutChunks, monthNames } from './layout.ts';
import { GoTime, goDate } from './go-time.ts';
import { type Zone, fixedZone, utc } from './zone.ts';

/** Parses; throws GoError (`parsing time "x" as "2006": cannot parse "x" as "2006"`). */
export function parseTime(layout: string, text: string, zone: Zone): GoTime {
  return new TimeParser(layout, text, zone).run();
}

class Unreadable extends Error {
  override readonly name = 'Unreadable';
}

class TimeParser {
  readonly #layout: string;
  readonly #text: string;
  readonly #local: Zone;
  #rest: string;
  #year = 0;
  #month = -1;
  #day = -1;
  #yearDay = -1;
  #hour = 0;
  #minute = 0;
  #second = 0;
  #nanos = 0;
  #am = false;
  #pm = false;
  #zone: Zone | undefined;
  #offset: number | undefined;
  #zoneName = '';
  #outOfRange = '';

  constructor(layout: string, text: string, zone: Zone) {
    this.#layout = layout;
    this.#text = text;
    this.#rest = text;
    this.#local = zone;
  }

  #fail(element: string, rest: string, message: string): never {
    const head = `parsing time ${quoteTime(this.#text)}`;
    if (message !== '') throw new GoError(head + message);
    throw new GoError(
      `${head} as ${quoteTime(this.#layout)}: cannot parse ${quoteTime(rest)} as ${quoteTime(element)}`,
    );
  }

  run(): GoTime {
    const chunks = layoutChunks(this.#layout);
    chunks.forEach((chunk, index) => {
      this.#skip(chunk.prefix);
      if (chunk.kind === '') {
        if (this.#rest !== '') this.#fail('', this.#rest, `: extra text: ${quoteTime(this.#rest)}`);
        return;
      }
      const hold = this.#rest;
      try {
        this.#element(chunk, chunks[index + 1]);
      } catch (error) {
        if (error instanceof Unreadable) this.#fail(chunk.spelling, hold, '');
        throw error;
      }
      if (this.#outOfRange !== '') this.#fail(chunk.spelling, this.#rest, `: ${this.#outOfRange} out of range`);
    });
    return this.#result();
  }

  /** A space in the layout stands for any number of spaces. */
  #skip(prefix: string): void {
    let rest = prefix;
    while (rest !== '') {
      if (rest.startsWith(' ')) {
        if (this.#rest !== '' && !this.#rest.startsWith(' ')) this.#fail(prefix, this.#rest, '');
        rest = rest.replace(/^ +/, '');
        this.#rest = this.#rest.replace(/^ +/, '');
        continue;
      }
      if (this.#rest === '' || this.#rest.charAt(0) !== rest.charAt(0)) this.#fail(prefix, this.#rest, '');
      rest = rest.slice(1);
      this.#rest = this.#rest.slice(1);
    }
  }

  #take(pattern: RegExp): string {
    const match = pattern.exec(this.#rest);
    if (match === null) throw new Unreadable();
    this.#rest = this.#rest.slice(match[0].length);
    return match[0];
  }

  /** getnum: two digits where the layout has a zero, else one or two. */
  #number(fixed: boolean): number {
    return Number(this.#take(fixed ? /^\d\d/ : /^\d\d?/));
  }

  #bounded(fixed: boolean, range: { readonly from: number; readonly to: number; readonly name: string }): number {
    const value = this.#number(fixed);
    if (value < range.from || value > range.to) this.#outOfRange = range.name;
    return value;
  }

  #name(names: readonly string[], length?: number): number {
    const index = names.findIndex((name) => {
      const wanted = length === undefined ? name : name.slice(0, length);
      return this.#rest.slice(0, wanted.length).toLowerCase() === wanted.toLowerCase();
    });
    const name = names[index];
    if (name === undefined) throw new Unreadable();
    this.#rest = this.#rest.slice(length ?? name.length);
    return index;
  }

  #element(chunk: LayoutChunk, next: LayoutChunk | undefined): void {
    const { kind } = chunk;
    switch (kind) {
      case '2006':
        this.#year = Number(this.#take(/^\d{4}/));
        return;
      case '06': {
        const year = Number(this.#take(/^\d\d/));
        this.#year = year + (year >= 69 ? 1900 : 2000);
        return;
      }
      case 'January':
        this.#month = this.#name(monthNames) + 1;
        return;
      case 'Jan':
        this.#month = this.#name(monthNames, 3) + 1;
        return;
      case '01':
      case '1':
        this.#month = this.#bounded(kind === '01', { from: 1, to: 12, name: 'month' });
        return;
      case 'Monday':
        this.#name(dayNames);
        return;
      case 'Mon':
        this.#name(dayNames, 3);
        return;
      case '02':
      case '2':
      case '_2':
        if (kind === '_2' && this.#rest.startsWith(' ')) this.#rest = this.#rest.slice(1);
        this.#day = this.#number(kind === '02');
        return;
      case '002':
      case '__2':
        if (kind === '__2') this.#rest = this.#rest.replace(/^ {1,2}/, '');
        this.#yearDay = Number(this.#take(kind === '002' ? /^\d{3}/ : /^\d{1,3}/));
        return;
      case 'PM':
      case 'pm':
        this.#halfDay(kind);
        return;
      case 'MST':
        this.#abbreviation();
        return;
      case '.0':
      case '.9':
        this.#fraction(chunk);
        return;
      default:
        if (kind.startsWith('Z') || kind.startsWith('-')) this.#zoneOffset(kind);
        else this.#clock(kind, next);
    }
  }

  #clock(kind: string, next: LayoutChunk | undefined): void {
    switch (kind) {
      case '15':
        this.#hour = this.#bounded(false, { from: 0, to: 23, name: 'hour' });
        return;
      case '03':
      case '3':
        this.#hour = this.#bounded(kind === '03', { from: 0, to: 12, name: 'hour' });
        return;
      case '04':
      case '4':
        this.#minute = this.#bounded(kind === '04', { from: 0, to: 59, name: 'minute' });
        return;
      default:
        this.#second = this.#bounded(kind === '05', { from: 0, to: 59, name: 'second' });
        // A fraction in the text is read even where the layout has none.
        if (next?.kind !== '.0' && next?.kind !== '.9' && /^[.,]\d/.test(this.#rest)) {
          this.#nanos = nanosOf(this.#take(/^[.,]\d+/));
        }
    }
  }

  #halfDay(kind: 'PM' | 'pm'): void {
    const word = this.#take(kind === 'PM' ? /^[AP]M/ : /^[ap]m/);
    if (word.toLowerCase() === 'pm') this.#pm = true;
    else this.#am = true;
  }

  #fraction(chunk: LayoutChunk): void {
    if (chunk.kind === '.9') {
      if (/^[.,]\d/.test(this.#rest)) this.#nanos = nanosOf(this.#take(/^[.,]\d+/));
      return;
    }
    const digits = chunk.spelling.length - 1;
    this.#nanos = nanosOf(this.#take(new RegExp(`^[.,]\\d{${digits}}`)));
  }

  #zoneOffset(kind: string): void {
    if (kind.startsWith('Z') && this.#rest.startsWith('Z')) {
      this.#rest = this.#rest.slice(1);
      this.#zone = utc;
      return;
    }
    const shape = kind.slice(1).replaceAll(/\d\d/g, '(\\d\\d)');
    const match = new RegExp(`^([+-])${shape}`).exec(this.#rest);
    if (match === null) throw new Unreadable();
    this.#rest = this.#rest.slice(match[0].length);
    const [hours, minutes, seconds] = [Number(match[2] ?? 0), Number(match[3] ?? 0), Number(match[4] ?? 0)];
    if (hours > 24) this.#outOfRange = 'time zone offset hour';
    if (minutes > 60) this.#outOfRange = 'time zone offset minute';
    if (seconds > 60) this.#outOfRange = 'time zone offset second';
    const offset = (hours * 60 + minutes) * 60 + seconds;
    this.#offset = match[1] === '-' ? -offset : offset;
  }

  #abbreviation(): void {
    if (this.#rest.startsWith('UTC')) {
      this.#rest = this.#rest.slice(3);
      this.#zone = utc;
      return;
    }
    const special = /^(ChST|MeST|GMT[+-]\d{1,2}|[+-]\d{2}(?!\d))/.exec(this.#rest);
    if (special !== null) {
      this.#zoneName = special[0];
      this.#rest = this.#rest.slice(special[0].length);
      return;
    }
    const letters = /^[A-Z]*/.exec(this.#rest)?.[0] ?? '';
    const good =
      letters.length === 3 ||
      (letters.length === 4 && (letters.endsWith('T') || letters === 'WITA')) ||
      (letters.length === 5 && letters.endsWith('T'));
    if (!good) throw new Unreadable();
    this.#zoneName = letters;
    this.#rest = this.#rest.slice(letters.length);
  }

  #result(): GoTime {
    if (this.#pm && this.#hour < 12) this.#hour += 12;
    else if (this.#am && this.#hour === 12) this.#hour = 0;
    if (this.#yearDay >= 0) this.#applyYearDay();
    const month = this.#month < 0 ? 1 : this.#month;
    const day = this.#day < 0 ? 1 : this.#day;
    if (day < 1 || day > daysIn(month, this.#year)) this.#fail('', this.#rest, ': day out of range');
    const date = {
      year: this.#year,
      month,
      day,
      hour: this.#hour,
      minute: this.#minute,
      second: this.#second,
      nanosecond: this.#nanos,
    };
    if (this.#zone !== undefined) return goDate(date, this.#zone);
    if (this.#offset !== undefined) {
      const shifted = new GoTime(goDate(date, utc).nanos - BigInt(this.#offset) * 1_000_000_000n, utc);
      const local = this.#local.at(shifted.unixSeconds());
      const isLocal = local.offset === this.#offset && (this.#zoneName === '' || this.#zoneName === local.abbreviation);
      return new GoTime(shifted.nanos, isLocal ? this.#local : fixedZone(this.#zoneName, this.#offset));
    }
    if (this.#zoneName !== '') return this.#inNamedZone(goDate(date, utc));
    return goDate(date, this.#local);
  }

  #inNamedZone(time: GoTime): GoTime {
    const local = this.#local.at(time.unixSeconds());
    if (local.abbreviation === this.#zoneName) {
      return new GoTime(time.nanos - BigInt(local.offset) * 1_000_000_000n, this.#local);
    }
    const gmt = /^GMT([+-]\d+)$/.exec(this.#zoneName);
    return new GoTime(time.nanos, fixedZone(this.#zoneName, gmt === null ? 0 : Number(gmt[1]) * 3600));
  }

  #applyYearDay(): void {
    const last = daysIn(2, this.#year) === 29 ? 366 : 365;
    if (this.#yearDay < 1 || this.#yearDay > last) this.#fail('', this.#rest, ': day-of-year out of range');
    let month = 1;
    let day = this.#yearDay;
    while (day > daysIn(month, this.#year)) day -= daysIn(month++, this.#year);
    if (this.#month >= 0 && this.#month !== month) this.#fail('', this.#rest, ': day-of-year does not match month');
    if (this.#day >= 0 && this.#day !== day) this.#fail('', this.#rest, ': day-of-year does not match day');
    this.#month = month;
    this.#day = day;
  }
}

function nanosOf(fraction: string): number {
  return Number(fraction.slice(1, 10).padEnd(9, '0'));
}

function daysIn(month: number, year: number): number {
  const date = new Date(0);
  date.setUTCFullYear(year, month, 0);
  return date.getUTCDate();
}
