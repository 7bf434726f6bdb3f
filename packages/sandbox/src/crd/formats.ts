// String formats of custom schemas (kube-openapi:pkg/validation/strfmt; apiextensions-apiserver:pkg/apiserver/validation/formats.go,
// 1.35). Formats the real server does not know are not checked there either, and those of numbers are none of its.

import type { JsonObject } from '@evenkeel/resource';
import { ipProblem } from '../validation/names.ts';

const hostname =
  /^([a-zA-Z0-9\p{S}\p{L}]((-?[a-zA-Z0-9\p{S}\p{L}]{0,62})?)|([a-zA-Z0-9\p{S}\p{L}](([a-zA-Z0-9\-\p{S}\p{L}]{0,61}[a-zA-Z0-9\p{S}\p{L}])?)(\.)){1,}([a-zA-Z\p{L}]){2,63})$/u;
const label = '[a-z0-9]([-a-z0-9]*[a-z0-9])?';
const uuid = (version: string, variant: string): RegExp =>
  new RegExp(`^[0-9a-f]{8}-?[0-9a-f]{4}-?${version}-?${variant}-?[0-9a-f]{12}$`, 'i');
const any = '[0-9a-f]{4}';
const is =
  (pattern: RegExp) =>
  (text: string): boolean =>
    pattern.test(text);

const checks: Readonly<Record<string, (text: string) => boolean>> = {
  bsonobjectid: is(/^[0-9a-fA-F]{24}$/),
  byte: is(/^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=|[A-Za-z0-9+/]{4})$/),
  cidr: isCidr,
  creditcard: (text) => isCreditCard(text.replaceAll(/\D/g, '')),
  date: isDate,
  datetime: isDateTime,
  duration: isDuration,
  email: is(/^(?:[^<>]*<)?[^\s@<>,;:"()[\]\\]+@[^\s@<>,;:"()\\]+>?$/),
  hexcolor: is(/^#?([0-9a-fA-F]{3}|[0-9a-fA-F]{6})$/),
  hostname: (text) => hostname.test(text) && text.length <= 255 && text.split('.').every((part) => part.length <= 63),
  ipv4: (text) => isIp(text) && text.includes('.'),
  ipv6: (text) => isIp(text) && text.includes(':'),
  isbn: (text) => isIsbn10(text) || isIsbn13(text),
  isbn10: isIsbn10,
  isbn13: isIsbn13,
  k8slongname: (text) => text.length <= 253 && new RegExp(`^${label}(\\.${label})*$`).test(text),
  k8sshortname: (text) => text.length <= 63 && new RegExp(`^${label}$`).test(text),
  mac: is(
    /^([0-9a-fA-F]{2}([:-]))([0-9a-fA-F]{2}\2){4}([0-9a-fA-F]{2}\2){0,14}[0-9a-fA-F]{2}$|^([0-9a-fA-F]{4}\.){2,9}[0-9a-fA-F]{4}$/,
  ),
  password: () => true,
  rgbcolor: is(
    /^rgb\(\s*(0|[1-9]\d?|1\d\d?|2[0-4]\d|25[0-5])\s*,\s*(0|[1-9]\d?|1\d\d?|2[0-4]\d|25[0-5])\s*,\s*(0|[1-9]\d?|1\d\d?|2[0-4]\d|25[0-5])\s*\)$/,
  ),
  ssn: (text) => text.length === 11 && /^\d{3}[- ]?\d{2}[- ]?\d{4}$/.test(text),
  uri: isUri,
  uuid: is(uuid(any, any)),
  uuid3: is(uuid('3[0-9a-f]{3}', any)),
  uuid4: is(uuid('4[0-9a-f]{3}', '[89ab][0-9a-f]{3}')),
  uuid5: is(uuid('5[0-9a-f]{3}', '[89ab][0-9a-f]{3}')),
};

/** The format of a schema, where it is one that is checked. */
export function formatOf(schema: JsonObject): string | undefined {
  const format = schema['format'];
  return typeof format === 'string' && Object.hasOwn(checks, bare(format)) ? format : undefined;
}

function bare(format: string): string {
  return format.replaceAll('-', '');
}

/** False where the text is not of the format. */
export function checkFormat(format: string, text: string): boolean {
  return checks[bare(format)]?.(text) ?? true;
}

// Leading zeros are tolerated here.
function isIp(text: string): boolean {
  return ipProblem(text.replaceAll(/(^|[.:])0+(?=\d+(\.|$))/g, '$1')) === undefined;
}

function isCidr(text: string): boolean {
  const [address = '', bits = '', ...rest] = text.split('/');
  return rest.length === 0 && isIp(address) && /^\d+$/.test(bits) && Number(bits) <= (address.includes(':') ? 128 : 32);
}

function isDate(text: string): boolean {
  const match = /^(\d{4})-(\d\d)-(\d\d)$/.exec(text);
  if (match === null) return false;
  const [, year = '', month = '', day = ''] = match;
  const date = new Date(Date.UTC(Number(year), Number(month) - 1, Number(day)));
  return date.getUTCMonth() === Number(month) - 1 && date.getUTCDate() === Number(day);
}

function isDateTime(text: string): boolean {
  const [date = '', time = ''] = text.toLowerCase().split('t');
  const match = /^(\d{2}):(\d{2}):(\d{2})(.\d+)?(z|([+-]\d{2}:\d{2}))$/.exec(time);
  const [, hours = '', minutes = '', seconds = ''] = match ?? [];
  return match !== null && isDate(date) && hours <= '23' && minutes <= '59' && seconds <= '59';
}

const units = 'ns us µs ms s m h d w'.split(' ');
const longUnits = 'sec min hr wk'.split(' ');
const wordStarts = 'nano micro milli sec min hour day week'.split(' ');

// As Go reads durations, or somewhere in the text a number and a unit.
function isDuration(text: string): boolean {
  if (/^[+-]?(0|((\d+\.?\d*|\.\d+)(ns|us|µs|μs|ms|s|m|h))+)$/.test(text)) return true;
  return [...text.matchAll(/(\d+)\s*([A-Za-zµ]+)/g)].some((match) => {
    const unit = (match[2] ?? '').toLowerCase();
    return units.includes(unit) || longUnits.includes(unit) || wordStarts.some((word) => unit.startsWith(word));
  });
}

function isUri(text: string): boolean {
  if (text.includes(' ') || text === '' || /\p{Cc}/u.test(text)) return false;
  return text.startsWith('/') || /^[a-zA-Z][a-zA-Z0-9+.-]*:/.test(text);
}

function isIsbn10(text: string): boolean {
  const digits = text.replaceAll(/[\s-]+/g, '');
  if (!/^\d{9}[\dX]$/.test(digits)) return false;
  const sum = Array.from(digits).reduce(
    (all, digit, index) => all + (digit === 'X' ? 10 : Number(digit)) * (10 - index),
    0,
  );
  return sum % 11 === 0;
}

function isIsbn13(text: string): boolean {
  const digits = text.replaceAll(/[\s-]+/g, '');
  if (!/^\d{13}$/.test(digits)) return false;
  return (
    Array.from(digits).reduce((all, digit, index) => all + Number(digit) * (index % 2 === 0 ? 1 : 3), 0) % 10 === 0
  );
}

function isCreditCard(digits: string): boolean {
  if (
    !/^(4\d{12}(\d{3,6})?|5[1-5]\d{14}|6(?:011|5\d\d)\d{12}|3[47]\d{13}|3(?:0[0-5]|[68]\d)\d{11}|(?:2131|1800|35\d{3})\d{11})$/.test(
      digits,
    )
  )
    return false;
  const sum = Array.from(digits)
    .toReversed()
    .reduce((all, digit, index) => {
      const doubled = index % 2 === 1 ? Number(digit) * 2 : Number(digit);
      return all + (doubled > 9 ? doubled - 9 : doubled);
    }, 0);
  return sum % 10 === 0;
}
