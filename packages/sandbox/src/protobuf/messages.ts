// The protobuf messages of the built-in types: field numbers, and which fields JSON leaves out when they are zero. Types
// are one letter for scalars (s string, b bool, i integer, y bytes, d double) or a message name; "*" is repeated, "%" a
// map from string.

import { messageTable } from './messages.gen.ts';

/** One field. */
export interface MessageField {
  readonly number: number;
  readonly name: string;
  /** Left out of JSON when zero. */
  readonly dropsZero: boolean;
  /** Its members belong to the parent in JSON. */
  readonly inline: boolean;
  readonly shape: 'one' | 'many' | 'map';
  readonly type: string;
}

/** One message. */
export interface Message {
  readonly name: string;
  readonly byNumber: ReadonlyMap<number, MessageField>;
  readonly byName: ReadonlyMap<string, MessageField>;
}

let lines: ReadonlyMap<string, string> | undefined;
const messages = new Map<string, Message>();

/** A message by its full name ("k8s.io.api.core.v1.Pod"), or undefined. */
export function messageOf(name: string): Message | undefined {
  const known = messages.get(name);
  if (known !== undefined) return known;
  lines ??= readLines();
  const line = lines.get(name);
  if (line === undefined) return undefined;
  const fields = line.split(' ').slice(1).map(readField);
  const message = {
    name,
    byNumber: new Map(fields.map((field) => [field.number, field])),
    byName: new Map(fields.map((field) => [jsonName(field.name), field])),
  };
  messages.set(name, message);
  return message;
}

/** The message behind an OpenAPI definition ("io.k8s.api.core.v1.Pod"). */
export function messageOfDefinition(definition: string): Message | undefined {
  return messageOf(definition.replace(/^io\.k8s\./, 'k8s.io.'));
}

/** Where JSON has another name than the message. */
export function jsonName(name: string): string {
  if (name === 'ref' || name === 'schema') return name;
  return name.startsWith('xKubernetes')
    ? `x-kubernetes-${name
        .slice(11)
        .replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)
        .replace(/^-/, '')}`
    : name;
}

function readLines(): ReadonlyMap<string, string> {
  const result = new Map<string, string>();
  for (const short of messageTable.split('\n')) {
    const line = short.replaceAll('@a.', 'k8s.io.api.').replaceAll('@m.', 'k8s.io.apimachinery.pkg.apis.meta.v1.');
    const space = line.indexOf(' ');
    result.set(space < 0 ? line : line.slice(0, space), line);
  }
  return result;
}

function readField(text: string): MessageField {
  const [number = '', marked = '', type = ''] = text.split(':');
  const name = marked.replace(/[!~]$/, '');
  const shape = type.startsWith('*') ? 'many' : type.startsWith('%') ? 'map' : 'one';
  return {
    number: Number(number),
    name,
    dropsZero: marked.endsWith('!'),
    inline: marked.endsWith('~'),
    shape,
    type: shape === 'one' ? type : type.slice(1),
  };
}
