// Reads request bodies in Kubernetes' protobuf encoding: an envelope (apimachinery:pkg/runtime/serializer/protobuf) around
// a message, turned into the JSON value that the same object has. Clients with generated types send it by default.

import type { Json } from '@evenkeel/resource';
import { kubeMicroTime, kubeTime } from '@evenkeel/std';
import { badRequest } from '../api/status.ts';
import { type Bag, type Value, setMember } from '../store/draft.ts';
import { jsonName, type Message, type MessageField, messageOf } from './messages.ts';

const magic = Buffer.from([0x6b, 0x38, 0x73, 0x00]);

/** The object in a protobuf body. Throws 400 where it is none, or of a kind without a known message. */
export function decodeProtobuf(bytes: Buffer): Json {
  if (!bytes.subarray(0, 4).equals(magic)) {
    throw badRequest('provided data does not appear to be a protobuf message, expected prefix [107 56 115 0]');
  }
  const envelope = fieldsOf(bytes.subarray(4));
  const typeMeta = fieldsOf(bytesOf(envelope.find((field) => field.number === 1)));
  const apiVersion = textOf(typeMeta.find((field) => field.number === 1));
  const kind = textOf(typeMeta.find((field) => field.number === 2));
  const message = messageFor(apiVersion, kind);
  if (message === undefined) throw badRequest(`no kind "${kind}" is registered for version "${apiVersion}"`);
  const body = decodeMessage(bytesOf(envelope.find((field) => field.number === 2)), message);
  return { apiVersion, kind, ...(body as Bag) } as Json;
}

// "apps/v1" is package k8s.io.api.apps.v1; options and statuses of every group are meta/v1.
function messageFor(apiVersion: string, kind: string): Message | undefined {
  const [group = '', version = ''] = apiVersion.includes('/') ? apiVersion.split('/') : ['core', apiVersion];
  const short = group.split('.')[0] ?? '';
  const packages = [
    `k8s.io.api.${short}.${version}`,
    `k8s.io.api.${short === 'rbac' ? 'rbac' : short}.${version}`,
    'k8s.io.apimachinery.pkg.apis.meta.v1',
    `k8s.io.apiextensions_apiserver.pkg.apis.apiextensions.${version}`,
    `k8s.io.kube_aggregator.pkg.apis.apiregistration.${version}`,
  ];
  for (const name of packages) {
    const message = messageOf(`${name}.${kind}`);
    if (message !== undefined) return message;
  }
  return undefined;
}

interface WireField {
  readonly number: number;
  readonly value: bigint | Buffer;
}

function fieldsOf(bytes: Buffer): readonly WireField[] {
  const fields: WireField[] = [];
  let at = 0;
  while (at < bytes.length) {
    const [tag, afterTag] = varint(bytes, at);
    const number = Number(tag >> 3n);
    const [value, next] = wireValue(bytes, afterTag, Number(tag & 7n));
    fields.push({ number, value });
    at = next;
  }
  return fields;
}

function wireValue(bytes: Buffer, at: number, wire: number): readonly [bigint | Buffer, number] {
  if (wire === 0) return varint(bytes, at);
  if (wire === 1) return [bytes.subarray(at, at + 8), at + 8];
  if (wire === 5) return [bytes.subarray(at, at + 4), at + 4];
  if (wire !== 2) throw badRequest(`proto: illegal wireType ${wire}`);
  const [length, start] = varint(bytes, at);
  const end = start + Number(length);
  if (end > bytes.length) throw badRequest('unexpected EOF');
  return [bytes.subarray(start, end), end];
}

function varint(bytes: Buffer, from: number): readonly [bigint, number] {
  let value = 0n;
  let shift = 0n;
  for (let at = from; at < bytes.length && shift < 70n; at++) {
    const byte = bytes[at] ?? 0;
    value |= BigInt(byte & 0x7f) << shift;
    if (byte < 0x80) return [BigInt.asUintN(64, value), at + 1];
    shift += 7n;
  }
  throw badRequest('unexpected EOF');
}

function bytesOf(field: WireField | undefined): Buffer {
  return Buffer.isBuffer(field?.value) ? field.value : Buffer.alloc(0);
}

function textOf(field: WireField | undefined): string {
  return bytesOf(field).toString('utf8');
}

function integerOf(field: WireField | undefined): number | bigint {
  const value = BigInt.asIntN(64, typeof field?.value === 'bigint' ? field.value : 0n);
  const number = Number(value);
  return Number.isSafeInteger(number) ? number : value;
}

// Messages that JSON writes in a form of their own.
const special: Readonly<Record<string, (fields: readonly WireField[]) => Value | undefined>> = {
  'k8s.io.apimachinery.pkg.api.resource.Quantity': ([text]) => textOf(text),
  'k8s.io.apimachinery.pkg.util.intstr.IntOrString': (fields) =>
    integerOf(numbered(fields, 1)) === 0 ? integerOf(numbered(fields, 2)) : textOf(numbered(fields, 3)),
  'k8s.io.apimachinery.pkg.apis.meta.v1.Time': (fields) => timeOf(fields, kubeTime),
  'k8s.io.apimachinery.pkg.apis.meta.v1.MicroTime': (fields) => timeOf(fields, kubeMicroTime),
  'k8s.io.apimachinery.pkg.apis.meta.v1.Duration': (fields) => `${Number(integerOf(numbered(fields, 1))) / 1e9}s`,
  'k8s.io.apimachinery.pkg.apis.meta.v1.FieldsV1': (fields) => jsonOf(numbered(fields, 1)),
  'k8s.io.apimachinery.pkg.apis.meta.v1.Verbs': (fields) => fields.map(textOf),
  'k8s.io.apimachinery.pkg.runtime.RawExtension': (fields) => jsonOf(numbered(fields, 1)),
  'k8s.io.api.authentication.v1.ExtraValue': (fields) => fields.map(textOf),
  'k8s.io.api.authorization.v1.ExtraValue': (fields) => fields.map(textOf),
  'k8s.io.api.certificates.v1.ExtraValue': (fields) => fields.map(textOf),
};

function numbered(fields: readonly WireField[], number: number): WireField | undefined {
  return fields.find((field) => field.number === number);
}

function jsonOf(field: WireField | undefined): Value | undefined {
  const text = textOf(field);
  return text === '' ? undefined : (JSON.parse(text) as Value);
}

// A zero time is Go's "no time at all".
function timeOf(fields: readonly WireField[], format: (epochMs: number) => string): string | undefined {
  if (fields.length === 0) return undefined;
  const seconds = Number(integerOf(numbered(fields, 1)));
  return seconds <= -62_135_596_800 ? undefined : format(seconds * 1000 + Number(integerOf(numbered(fields, 2))) / 1e6);
}

function decodeMessage(bytes: Buffer, message: Message): Value | undefined {
  const fields = fieldsOf(bytes);
  const own = special[message.name];
  if (own !== undefined) return own(fields);
  const result: Bag = {};
  for (const wire of fields) {
    const field = message.byNumber.get(wire.number);
    if (field !== undefined) put(result, field, wire);
  }
  return result;
}

function put(result: Bag, field: MessageField, wire: WireField): void {
  const name = jsonName(field.name);
  if (field.shape === 'map') {
    const entry = fieldsOf(bytesOf(wire));
    const map = (result[name] ??= {}) as Bag;
    const value = valueOf(field.type, numbered(entry, 2));
    setMember(map, textOf(numbered(entry, 1)), value ?? '');
    return;
  }
  const value = valueOf(field.type, wire);
  if (value === undefined) return;
  if (field.shape === 'many') {
    const list = (result[name] ??= []) as Value[];
    list.push(value);
  } else if (field.inline) Object.assign(result, value);
  else if (!field.dropsZero || (value !== '' && value !== 0 && value !== false)) result[name] = value;
}

function valueOf(type: string, wire: WireField | undefined): Value | undefined {
  switch (type) {
    case 's':
      return textOf(wire);
    case 'b':
      return wire?.value === 1n;
    case 'i':
      return integerOf(wire);
    case 'y':
      return bytesOf(wire).toString('base64');
    case 'd':
      return wire === undefined ? 0 : bytesOf(wire).readDoubleLE();
    default: {
      const message = messageOf(type);
      return message === undefined ? undefined : decodeMessage(bytesOf(wire), message);
    }
  }
}
