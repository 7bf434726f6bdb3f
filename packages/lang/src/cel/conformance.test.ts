// The official conformance cases of CEL (cel-spec v0.25.1): all that need no protocol buffers must pass.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { tests } from '@bufbuild/cel-spec/testdata/conformance.js';
import { compileCel } from './cel.ts';
import { equalValues } from './compare.ts';
import { commonCelEnvironment } from './kubernetes.ts';
import { parseType } from './types.ts';
import { ArrayList, EntryMap, TypeValue, Uint, type Value, plainText, typeOf } from './values.ts';

interface Case {
  readonly name?: string;
  readonly expr: string;
  readonly container?: string;
  readonly disableCheck?: boolean;
  readonly checkOnly?: boolean;
  readonly typeEnv?: readonly { readonly name: string; readonly ident?: { readonly type: ProtoType } }[];
  readonly bindings?: Readonly<Record<string, { readonly value: ProtoValue }>>;
  readonly value?: ProtoValue;
  readonly typedResult?: { readonly result?: ProtoValue };
  readonly evalError?: unknown;
}

interface ProtoValue {
  readonly int64Value?: string;
  readonly uint64Value?: string;
  readonly doubleValue?: number | string;
  readonly stringValue?: string;
  readonly boolValue?: boolean;
  readonly nullValue?: null;
  readonly bytesValue?: string;
  readonly typeValue?: string;
  readonly listValue?: { readonly values?: readonly ProtoValue[] };
  readonly mapValue?: { readonly entries?: readonly { readonly key: ProtoValue; readonly value: ProtoValue }[] };
  readonly objectValue?: unknown;
}

interface ProtoType {
  readonly primitive?: string;
  readonly dyn?: unknown;
  readonly null?: unknown;
  readonly wellKnown?: string;
  readonly listType?: { readonly elemType: ProtoType };
  readonly mapType?: { readonly keyType: ProtoType; readonly valueType: ProtoType };
  readonly type?: unknown;
}

interface Suite {
  readonly name: string;
  readonly suites?: readonly Suite[];
  readonly tests?: readonly { readonly original: unknown }[];
}

/** Cases of a version of the string extension that is newer than Kubernetes'. */
const newer = new Set([
  'NaN support for decimal',
  'positive infinity support for decimal',
  'negative infinity support for decimal',
  'indexof_out_of_range',
  'lastindexof_out_of_range',
]);

/** Why a case is not run; the first that applies. */
const refusals: readonly (readonly [string, (section: string, each: Case) => boolean])[] = [
  [
    'protocol buffer messages are not part of Kubernetes',
    (_, each) =>
      /TestAllTypes|NestedTestAllTypes|TestRequired|Proto2Ext|proto\.(has|get)Ext/.test(
        each.expr +
          JSON.stringify(each.bindings ?? '') +
          JSON.stringify(each.typeEnv ?? '') +
          JSON.stringify(each.value ?? ''),
      ),
  ],
  [
    'messages of google.protobuf',
    (_, each) =>
      /google\.protobuf\.|Value\{|type\.googleapis/.test(
        each.expr.replaceAll(/google\.protobuf\.(Timestamp|Duration)\b(?!\{)/g, '') +
          JSON.stringify(each.bindings ?? '') +
          JSON.stringify(each.value?.objectValue ?? ''),
      ),
  ],
  ['enumerations of protocol buffers', (section) => section === 'enums'],
  ['strings as Kubernetes 1.35 has them', (section, each) => section === 'string_ext' && newer.has(each.name ?? '')],
  [
    'milliseconds of a duration are all of it in cel-go 0.26',
    (_, each) => each.expr.includes('getMilliseconds') && each.expr.includes('duration'),
  ],
  ['cel.block is for optimizers', (section) => section === 'block_ext'],
  [
    'functions declared by the case',
    (_, each) => (each.typeEnv ?? []).some((declared) => declared.ident === undefined),
  ],
  ['network and time functions of the newest specification', (_, each) => /cel\.@|`/.test(each.expr)],
];

const unchecked = 'evaluated without a check, which is always made here';

function valueOf(proto: ProtoValue): Value {
  if (proto.int64Value !== undefined) return BigInt(proto.int64Value);
  if (proto.uint64Value !== undefined) return new Uint(BigInt(proto.uint64Value));
  if (proto.doubleValue !== undefined) return Number(proto.doubleValue);
  if (proto.stringValue !== undefined) return proto.stringValue;
  if (proto.boolValue !== undefined) return proto.boolValue;
  if (proto.bytesValue !== undefined) return new Uint8Array(Buffer.from(proto.bytesValue, 'base64'));
  if (proto.typeValue !== undefined) return new TypeValue(parseTypeName(proto.typeValue));
  if (proto.listValue !== undefined) return new ArrayList((proto.listValue.values ?? []).map(valueOf));
  if (proto.mapValue !== undefined)
    return new EntryMap(
      (proto.mapValue.entries ?? []).map(({ key, value }) => [valueOf(key), valueOf(value)] as const),
    );
  return null;
}

function parseTypeName(name: string): ReturnType<typeof parseType> {
  return { ...parseType('dyn'), name };
}

function typeText(type: ProtoType): string {
  if (type.primitive !== undefined)
    return type.primitive.toLowerCase().replace('uint64', 'uint').replace('int64', 'int');
  if (type.listType !== undefined) return `list(${typeText(type.listType.elemType)})`;
  if (type.mapType !== undefined) return `map(${typeText(type.mapType.keyType)}, ${typeText(type.mapType.valueType)})`;
  if (type.wellKnown === 'TIMESTAMP' || type.wellKnown === 'DURATION') return type.wellKnown.toLowerCase();
  return 'dyn';
}

function failureOf(each: Case): string | undefined {
  const variables = Object.fromEntries(
    (each.typeEnv ?? []).map(({ name, ident }) => [name, parseType(typeText(ident?.type ?? {}))]),
  );
  for (const name of Object.keys(each.bindings ?? {})) variables[name] ??= parseType('dyn');
  const environment = commonCelEnvironment().extend({ variables, container: each.container ?? '' });
  const program = compileCel(each.expr, environment);
  if (!program.ok && each.disableCheck === true && each.evalError === undefined) return unchecked;
  if (!program.ok) return each.evalError === undefined ? program.error.message : undefined;
  if (each.checkOnly === true) return undefined;
  const bindings = Object.fromEntries(
    Object.entries(each.bindings ?? {}).map(([name, { value }]) => [name, valueOf(value)]),
  );
  const { result } = program.value.evaluate(bindings, { costMax: Infinity });
  if (!result.ok) return each.evalError === undefined ? result.error.message : undefined;
  if (each.evalError !== undefined) return 'should have failed';
  const wanted =
    each.typedResult === undefined
      ? valueOf(each.value ?? { boolValue: true })
      : each.typedResult.result === undefined
        ? undefined
        : valueOf(each.typedResult.result);
  if (wanted === undefined) return undefined;
  const got = result.value;
  if (typeof got === 'number' && typeof wanted === 'number' && Number.isNaN(got) && Number.isNaN(wanted))
    return undefined;
  const same = typeOf(got).kind === typeOf(wanted).kind && equalValues(got, wanted);
  return same ? undefined : `got ${typeOf(got).name} ${plainText(got)}`;
}

test('official conformance cases', (t) => {
  const refused = new Map<string, number>();
  const failures: string[] = [];
  let passed = 0;
  const run = (section: string, each: Case, path: string): void => {
    const reason = refusals.find(([, applies]) => applies(section, each))?.[0];
    if (reason !== undefined) {
      refused.set(reason, (refused.get(reason) ?? 0) + 1);
      return;
    }
    const failure = failureOf(each);
    if (failure === unchecked) refused.set(unchecked, (refused.get(unchecked) ?? 0) + 1);
    else if (failure === undefined) passed++;
    else failures.push(`${path}/${each.name ?? ''}: ${each.expr}\n    ${failure}`);
  };
  const visit = (suite: Suite, path: readonly string[]): void => {
    for (const each of suite.tests ?? []) run(path[0] ?? '', each.original as Case, path.join('/'));
    for (const each of suite.suites ?? []) visit(each, [...path, each.name]);
  };
  visit(tests as Suite, []);
  t.diagnostic(
    `${passed} passed; not run: ${[...refused].map(([reason, count]) => `${count} (${reason})`).join(', ')}`,
  );
  assert.deepEqual(failures, []);
});
