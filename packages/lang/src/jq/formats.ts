// `@base64` and its kin, and how values become text. Mirrors github.com/itchyny/gojq:func.go (0.12.19).

import type { Json } from '@evenkeel/resource';
import { fail, failedOn, notApplicable, shown } from './errors.ts';
import { encode, isArray, isObject } from './json.ts';

/** `tostring`. */
export function toText(value: Json): string {
  return typeof value === 'string' ? value : encode(value);
}

const formats: Readonly<Record<string, (value: Json) => Json>> = {
  '@text': toText,
  '@json': encode,
  '@html': (value) => replaceAll(toText(value), htmlEscapes),
  '@uri': (value) => encodeUri(toText(value)),
  '@urid': (value) => decodeUri(value),
  '@csv': (value) => row('csv', value, ',', (text) => `"${replaceAll(text, csvEscapes)}"`),
  '@tsv': (value) => row('tsv', value, '\t', (text) => replaceAll(text, tsvEscapes)),
  '@sh': (value) => row('sh', isArray(value) ? value : [value], ' ', (text) => `'${replaceAll(text, shellEscapes)}'`),
  '@base64': (value) => base64(new TextEncoder().encode(toText(value))),
  '@base64d': (value) => decodeBase64(value),
};

/** The function of a format; one that is not known fails when it is applied. */
export function formatFunction(name: string): (value: Json) => Json {
  const found = Object.hasOwn(formats, name) ? formats[name] : undefined;
  if (found) return found;
  return () => {
    throw fail(`format not defined: ${name}`);
  };
}

type Escapes = Readonly<Record<string, string>>;
const htmlEscapes: Escapes = { '<': '&lt;', '>': '&gt;', '&': '&amp;', "'": '&apos;', '"': '&quot;' };
const csvEscapes: Escapes = { '"': '""', '\0': '\\0' };
const tsvEscapes: Escapes = { '\t': '\\t', '\r': '\\r', '\n': '\\n', '\\': '\\\\', '\0': '\\0' };
const shellEscapes: Escapes = { "'": `'\\''`, '\0': '\\0' };

function replaceAll(text: string, escapes: Escapes): string {
  return Array.from(text, (char) => escapes[char] ?? char).join('');
}

function encodeUri(text: string): string {
  return encodeURIComponent(text.toWellFormed()).replace(
    /[!'()*]/g,
    (char) => `%${char.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}

function decodeUri(value: Json): string {
  const text = toText(value);
  const wrong = /%(?![0-9a-fA-F]{2}).{0,2}/s.exec(text)?.[0];
  if (wrong !== undefined) throw failedOn('@urid', value, [], `invalid URL escape ${JSON.stringify(wrong)}`);
  const bytes: number[] = [];
  const encoder = new TextEncoder();
  for (const part of text.split(/(%[0-9a-fA-F]{2})/)) {
    if (/^%[0-9a-fA-F]{2}$/.test(part)) bytes.push(Number.parseInt(part.slice(1), 16));
    else bytes.push(...encoder.encode(part));
  }
  return new TextDecoder().decode(new Uint8Array(bytes));
}

function row(name: string, value: Json, separator: string, escape: (text: string) => string): string {
  if (!isArray(value)) throw notApplicable(`@${name}`, value);
  const cells = value.map((cell) => {
    if (isArray(cell) || isObject(cell)) throw fail(`@${name} cannot format an array including: ${shown(cell)}`);
    if (typeof cell === 'string') return escape(cell);
    const text = encode(cell);
    return text === 'null' && name !== 'sh' ? '' : text;
  });
  return cells.join(separator);
}

function base64(bytes: Uint8Array): string {
  let binary = '';
  for (const byte of bytes) binary += String.fromCharCode(byte);
  return btoa(binary);
}

/** Reads up to the first padding character, as Go's unpadded decoder does: line breaks count for nothing. */
function decodeBase64(value: Json): string {
  const text = toText(value);
  const padding = text.indexOf('=');
  const raw = padding < 0 ? text : text.slice(0, padding);
  const wrong = /[^A-Za-z0-9+/\r\n]/.exec(raw);
  const corrupt = (at: number): Error => failedOn('@base64d', value, [], `illegal base64 data at input byte ${at}`);
  if (wrong) throw corrupt(new TextEncoder().encode(raw.slice(0, wrong.index)).length);
  const body = raw.replace(/[\r\n]/g, '');
  if (body.length % 4 === 1) throw corrupt(raw.length - 1);
  const binary = atob(body.padEnd(Math.ceil(body.length / 4) * 4, '='));
  return new TextDecoder('utf-8', { ignoreBOM: true }).decode(Uint8Array.from(binary, (char) => char.charCodeAt(0)));
}
