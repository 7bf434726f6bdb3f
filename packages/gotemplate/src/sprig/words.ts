// Letter case as Go's strings and unicode packages and huandu/xstrings v1.5.0 understand it.

import { spaceClass } from '../value/go-string.ts';

const escaped = /[\ud800-\udfff]/;

// eslint-disable-next-line no-control-regex -- ASCII is exactly the question here.
const ascii = /^[\0-\x7f]*$/;

/** Go maps each rune by itself; JavaScript also has multi-rune and contextual mappings, which must not happen. */
export function upperText(text: string): string {
  if (ascii.test(text)) return text.toUpperCase();
  return mapRunes(text, (char) => {
    const upper = char.toUpperCase();
    return Array.from(upper).length === 1 ? upper : (specialUpper[char] ?? char);
  });
}

/** strings.ToLower. */
export function lowerText(text: string): string {
  if (ascii.test(text)) return text.toLowerCase();
  return mapRunes(text, (char) => {
    if (char === 'İ') return 'i';
    const lower = char.toLowerCase();
    return Array.from(lower).length === 1 ? lower : char;
  });
}

/** Runes whose full upper case is several characters but whose simple one is another single rune. */
const specialUpper: Readonly<Record<string, string>> = { ᾳ: 'ᾼ', ῃ: 'ῌ', ῳ: 'ῼ' };

function mapRunes(text: string, map: (char: string) => string): string {
  let out = '';
  // strings.Map replaces invalid bytes by U+FFFD.
  for (const char of text) out += char.length === 1 && escaped.test(char) ? '\ufffd' : map(char);
  return out;
}

/** strings.Title: the first letter of each word, where a word ends at anything but letters, digits and underscores. */
export function titleWords(text: string): string {
  let previous = ' ';
  let out = '';
  for (const char of text.toWellFormed()) {
    out += isSeparator(previous) ? titleRune(char) : char;
    previous = char;
  }
  return out;
}

function isSeparator(char: string): boolean {
  if (char.length === 1 && char < '\x80') return !/[A-Za-z0-9_]/.test(char);
  if (/[\p{L}\p{Nd}]/u.test(char)) return false;
  return space.test(char);
}

/** unicode.ToTitle. */
export function titleRune(char: string): string {
  const upper = upperText(char);
  // The digraphs have a title case of their own.
  return { Ǆ: 'ǅ', Ǉ: 'ǈ', Ǌ: 'ǋ', Ǳ: 'ǲ' }[upper] ?? upper;
}

const space = new RegExp(spaceClass);

function isConnector(char: string): boolean {
  return char === '-' || char === '_' || space.test(char);
}

const isUpper = (char: string): boolean => /^\p{Lu}/u.test(char);

/** xstrings.ToPascalCase. */
export function toPascalCase(text: string): string {
  const chars = Array.from(text.toWellFormed());
  let out = '';
  let at = 0;
  while (at < chars.length && isConnector(chars[at] ?? '')) out += chars[at++];
  const head = chars[at++];
  if (head === undefined) return out + (chars.at(-1) ?? '');
  let upperRun = isUpper(head);
  let current = upperText(head);
  if (at >= chars.length) return out + current;
  for (; at < chars.length; at++) {
    const previous = current;
    current = chars[at] ?? '';
    if (isConnector(current) && isConnector(previous)) {
      out += previous;
      continue;
    }
    if (isConnector(previous)) {
      upperRun = isUpper(current);
      current = upperText(current);
      continue;
    }
    if (upperRun) {
      if (isUpper(current)) current = lowerText(current);
      else upperRun = false;
    }
    out += previous;
  }
  return out + current;
}

type WordKind = 'invalid' | 'number' | 'upper' | 'alphabet' | 'connector' | 'punct' | 'other';

interface Word {
  readonly kind: WordKind;
  readonly text: string;
  readonly rest: string;
}

const isNumber = (char: string): boolean => /^\p{N}/u.test(char);
const isPunct = (char: string): boolean => /^\p{P}/u.test(char);
const ideograph = /^[\u3400-\u4d85\u4e00-\u9fcc\u{20000}-\u{2b81d}]/u;
const isAlphabet = (char: string): boolean => /^\p{L}/u.test(char) && !ideograph.test(char);

const isInvalid = (char: string): boolean => char === '\ufffd' || /^[\ud800-\udfff]$/.test(char);

function run(chars: readonly string[], from: number, test: (char: string) => boolean): number {
  let at = from;
  // Invalid bytes belong to the word they follow.
  while (at < chars.length && (isInvalid(chars[at] ?? '') || test(chars[at] ?? ''))) at++;
  return at;
}

function nextWord(text: string): Word {
  const chars = Array.from(text);
  const start = chars.findIndex((char) => !isInvalid(char));
  const first = chars[start];
  if (first === undefined) return { kind: 'invalid', text, rest: '' };
  const next = start + 1;
  const cut = (kind: WordKind, end: number): Word => ({
    kind,
    text: chars.slice(0, end).join(''),
    rest: chars.slice(end).join(''),
  });
  const small = (char: string): boolean => isAlphabet(char) && !isUpper(char);
  if (isConnector(first)) return cut('connector', run(chars, next, isConnector));
  if (isPunct(first)) return cut('punct', run(chars, next, isPunct));
  if (isUpper(first)) {
    if (chars.length === next) return cut('upper', next);
    if (isUpper(chars[next] ?? '')) {
      const end = run(chars, next, isUpper);
      // "HTTPStatus" is "HTTP" and "Status".
      return cut('upper', end < chars.length && isAlphabet(chars[end] ?? '') ? end - 1 : end);
    }
    return cut('upper', run(chars, next, small));
  }
  if (isAlphabet(first)) return cut('alphabet', run(chars, next, small));
  if (isNumber(first)) return cut('number', run(chars, next, isNumber));
  return cut(
    'other',
    run(chars, next, (char) => !(isConnector(char) || isAlphabet(char) || isNumber(char) || isPunct(char))),
  );
}

/** xstrings.ToSnakeCase and ToKebabCase. */
export function splitWords(text: string, connector: string): string {
  let out = '';
  let word: Word = nextWord(text);
  const emit = (item: Word): void => {
    out += lowered(item, connector);
  };
  const advance = (): void => {
    word = nextWord(word.rest);
  };
  /** By a function, because `word` moves on between two questions. */
  const kind = (): WordKind => word.kind;
  const swallow = (): void => {
    while (word.kind === 'alphabet' || word.kind === 'number') {
      emit(word);
      advance();
    }
  };
  const separable = (kind: WordKind): boolean => kind !== 'connector' && kind !== 'punct';
  while (word.rest !== '') {
    const last = word;
    if (last.kind !== 'connector') emit(last);
    advance();
    if (last.kind === 'number') {
      swallow();
      if (kind() !== 'invalid' && separable(kind())) out += connector;
    } else if (last.kind === 'connector') emit(last);
    else if (last.kind !== 'punct') {
      if (kind() !== 'number') {
        if (separable(kind())) out += connector;
      } else if (word.rest !== '') {
        const number = word;
        word = nextWord(word.rest);
        // A number belongs to the word before it ("bld4_floor") unless letters follow it in lower case ("http_2xx").
        if (kind() !== 'alphabet') {
          emit(number);
          if (separable(kind())) out += connector;
        } else {
          out += connector;
          emit(number);
          swallow();
          if (kind() !== 'invalid' && separable(kind())) out += connector;
        }
      }
    }
  }
  emit(word);
  return out;
}

function lowered(word: Word, connector: string): string {
  if (word.kind === 'connector')
    return Array.from(word.text)
      .map((char) => (isConnector(char) ? connector : char))
      .join('');
  return word.kind === 'upper' ? lowerText(word.text) : word.text;
}
