// Go's fmt: how values print. `{{ . }}` is %v, `printf` is Sprintf with every verb, flag and complaint.

import { formatFloat } from '../value/go-number.ts';
import { GoInt, GoScalar, type Value, typeOf } from '../value/value.ts';
import { Printer } from './print-value.ts';

/** fmt.Sprint of one value: what an action prints. */
export function formatValue(value: Value): string {
  if (typeof value === 'string') return value;
  if (typeof value === 'number') return formatFloat(value, 'g', -1);
  if (typeof value === 'boolean') return value ? 'true' : 'false';
  if (value instanceof GoInt && value.type.stringer === undefined) return value.value.toString();
  const printer = new Printer();
  printer.arg(value, 'v');
  return printer.out;
}

function isStringKind(value: Value): boolean {
  return typeof value === 'string' || (value instanceof GoScalar && typeof value.value === 'string');
}

/** fmt.Sprint. */
export function sprint(args: readonly Value[]): string {
  let out = '';
  let previousString = false;
  args.forEach((arg, index) => {
    const string = isStringKind(arg);
    if (index > 0 && !string && !previousString) out += ' ';
    out += formatValue(arg);
    previousString = string;
  });
  return out;
}

/** fmt.Sprintln. */
export function sprintln(args: readonly Value[]): string {
  return `${args.map(formatValue).join(' ')}\n`;
}

const tooLarge = 1_000_000;

/** fmt.Sprintf. */
export function sprintf(format: string, args: readonly Value[]): string {
  return new Formatter(format, args).run();
}

class Formatter extends Printer {
  readonly #format: string;
  readonly #args: readonly Value[];
  #at = 0;
  #arg = 0;
  #reordered = false;
  #goodArg = true;
  #afterIndex = false;

  constructor(format: string, args: readonly Value[]) {
    super();
    this.#format = format;
    this.#args = args;
  }

  run(): string {
    const { length } = this.#format;
    while (this.#at < length) {
      const next = this.#format.indexOf('%', this.#at);
      if (next < 0) {
        this.out += this.#format.slice(this.#at);
        break;
      }
      this.out += this.#format.slice(this.#at, next);
      this.#at = next + 1;
      if (!this.#verb()) break;
    }
    this.#extra();
    return this.out;
  }

  /** One verb after its %. False at a premature end of the format. */
  #verb(): boolean {
    this.#goodArg = true;
    this.#afterIndex = false;
    this.clear();
    if (this.#flagsAndSimpleVerb()) return true;
    this.#argNumber();
    this.#width();
    this.#precision();
    if (!this.#afterIndex) this.#argNumber();
    const code = this.#format.codePointAt(this.#at);
    if (code === undefined) {
      this.out += '%!(NOVERB)';
      return false;
    }
    const verb = code >= 0xd800 && code <= 0xdfff ? '�' : String.fromCodePoint(code);
    this.#at += verb.length;
    if (verb === '%') this.out += '%';
    else if (!this.#goodArg) this.out += `%!${verb}(BADINDEX)`;
    else if (this.#arg >= this.#args.length) this.out += `%!${verb}(MISSING)`;
    else this.#print(verb);
    return true;
  }

  #print(verb: string): void {
    if (verb === 'v' || verb === 'w') {
      this.sharpV = this.sharp;
      this.sharp = false;
      this.plusV = this.plus;
      this.plus = false;
    }
    this.arg(this.#args[this.#arg++], verb);
  }

  #flagsAndSimpleVerb(): boolean {
    for (; this.#at < this.#format.length; this.#at++) {
      const char = this.#format.charAt(this.#at);
      if (char === '#') this.sharp = true;
      else if (char === '0') this.zero = true;
      else if (char === '+') this.plus = true;
      else if (char === '-') this.minus = true;
      else if (char === ' ') this.space = true;
      else {
        if (char < 'a' || char > 'z' || this.#arg >= this.#args.length) return false;
        this.#at++;
        this.#print(char);
        return true;
      }
    }
    return false;
  }

  #width(): void {
    if (this.#format.charAt(this.#at) === '*') {
      this.#at++;
      const width = this.#intArg();
      if (width === undefined) this.out += '%!(BADWIDTH)';
      this.width = width;
      if (width !== undefined && width < 0) {
        this.width = -width;
        this.minus = true;
        this.zero = false;
      }
      this.#afterIndex = false;
      return;
    }
    this.width = this.#number();
    if (this.#afterIndex && this.width !== undefined) this.#goodArg = false;
  }

  #precision(): void {
    if (this.#format.charAt(this.#at) !== '.' || this.#at + 1 >= this.#format.length) return;
    this.#at++;
    if (this.#afterIndex) this.#goodArg = false;
    this.#argNumber();
    if (this.#format.charAt(this.#at) === '*') {
      this.#at++;
      const precision = this.#intArg();
      this.precision = precision !== undefined && precision < 0 ? undefined : precision;
      if (this.precision === undefined) this.out += '%!(BADPREC)';
      this.#afterIndex = false;
      return;
    }
    this.precision = this.#number() ?? 0;
  }

  #intArg(): number | undefined {
    if (this.#arg >= this.#args.length) return undefined;
    const value = this.#args[this.#arg++];
    if (!(value instanceof GoInt)) return undefined;
    const number = Number(value.value);
    return Math.abs(number) > tooLarge ? undefined : number;
  }

  #number(): number | undefined {
    let value: number | undefined;
    for (let char = this.#format.charAt(this.#at); char >= '0' && char <= '9'; char = this.#format.charAt(++this.#at)) {
      if ((value ?? 0) > tooLarge) {
        this.#at = this.#format.length;
        return undefined;
      }
      value = (value ?? 0) * 10 + Number(char);
    }
    return value;
  }

  #argNumber(): void {
    this.#afterIndex = false;
    if (this.#format.charAt(this.#at) !== '[') return;
    this.#reordered = true;
    const close = this.#format.indexOf(']', this.#at);
    if (close < 0 || this.#format.length - this.#at < 3) {
      this.#goodArg = false;
      this.#at++;
      return;
    }
    const text = this.#format.slice(this.#at + 1, close);
    this.#at = close + 1;
    const index = /^[0-9]{1,7}$/.test(text) ? Number(text) - 1 : undefined;
    if (index !== undefined) this.#afterIndex = true;
    if (index === undefined || index < 0 || index >= this.#args.length) this.#goodArg = false;
    else this.#arg = index;
  }

  #extra(): void {
    if (this.#reordered || this.#arg >= this.#args.length) return;
    this.clear();
    this.out += '%!(EXTRA ';
    this.#args.slice(this.#arg).forEach((arg, index) => {
      if (index > 0) this.out += ', ';
      const type = typeOf(arg);
      if (type === undefined) this.out += '<nil>';
      else {
        this.out += `${type.text}=`;
        this.arg(arg, 'v');
      }
    });
    this.out += ')';
  }
}
