// What is wrong with CustomResourceDefinitions: each must be refused with the words of the real server.

import { type Bag, object, post } from './requests.ts';
import type { Case } from './run.ts';

const path = '/apis/apiextensions.k8s.io/v1/customresourcedefinitions?dryRun=All';
const names = { plural: 'mistakes', singular: 'mistake', kind: 'Mistake', listKind: 'MistakeList' };
const version = (schema: Bag = { type: 'object' }, rest: Bag = {}): Bag => ({
  name: 'v1',
  served: true,
  storage: true,
  schema: { openAPIV3Schema: schema },
  ...rest,
});

const definition = (name: string, spec: Bag, metadata: Bag = {}): Case => ({
  name: `definition mistake: ${name}`,
  steps: [
    post(
      path,
      object('apiextensions.k8s.io/v1', 'CustomResourceDefinition', 'mistakes.example.com', {
        metadata,
        spec: { group: 'example.com', scope: 'Namespaced', names, versions: [version()], ...spec },
      }),
    ),
  ],
});
const schema = (name: string, root: Bag): Case => definition(`schema ${name}`, { versions: [version(root)] });
const field = (name: string, of: Bag): Case =>
  schema(`field ${name}`, { type: 'object', properties: { spec: { type: 'object', properties: { a: of } } } });
const inVersion = (name: string, rest: Bag): Case =>
  definition(`version ${name}`, { versions: [version(undefined, rest)] });

const column = (rest: Bag): Bag => ({
  additionalPrinterColumns: [{ name: 'A', type: 'string', jsonPath: '.spec.a', ...rest }],
});

export const definitionMistakes: readonly Case[] = [
  definition('no group', { group: '' }),
  definition('group in capitals', { group: 'Example.com' }),
  definition('group without dot', { group: 'example' }),
  definition('name of another group', { group: 'other.example.com' }),
  definition('no scope', { scope: '' }),
  definition('scope', { scope: 'Global' }),
  definition('no names', { names: {} }),
  definition('plural in capitals', { names: { ...names, plural: 'Mistakes' } }),
  definition('plural with dot', { names: { ...names, plural: 'mis.takes' } }),
  definition('kind', { names: { ...names, kind: 'Mis_take' } }),
  definition('kind and list kind', { names: { ...names, listKind: 'Mistake' } }),
  definition('singular', { names: { ...names, singular: 'Mis take' } }),
  definition('list kind', { names: { ...names, listKind: '9List' } }),
  definition('short name', { names: { ...names, shortNames: ['ok', 'Not Ok'] } }),
  definition('category', { names: { ...names, categories: ['all', 'Not Ok'] } }),
  definition('no versions', { versions: [] }),
  definition('no storage version', { versions: [version(undefined, { storage: false })] }),
  definition('two storage versions', { versions: [version(), version(undefined, { name: 'v2' })] }),
  definition('version twice', { versions: [version(), version(undefined, { storage: false })] }),
  definition('preserve unknown fields', { preserveUnknownFields: true }),
  definition('conversion strategy', { conversion: { strategy: 'Magic' } }),
  definition('conversion webhook missing', { conversion: { strategy: 'Webhook' } }),
  definition('conversion webhook unwanted', {
    conversion: { strategy: 'None', webhook: { conversionReviewVersions: ['v1'], clientConfig: { url: 'https://a' } } },
  }),
  definition('conversion webhook empty', { conversion: { strategy: 'Webhook', webhook: {} } }),
  definition('conversion webhook versions', {
    conversion: {
      strategy: 'Webhook',
      webhook: { conversionReviewVersions: ['v7'], clientConfig: { url: 'http://example.com' } },
    },
  }),
  definition('conversion webhook service', {
    conversion: {
      strategy: 'Webhook',
      webhook: {
        conversionReviewVersions: ['v1'],
        clientConfig: { service: { name: '', namespace: '', port: 99_999, path: 'x' } },
      },
    },
  }),
  definition('approval missing', { group: 'mistakes.k8s.io' }, { name: 'mistakes.mistakes.k8s.io' }),
  definition(
    'approval no address',
    { group: 'mistakes.k8s.io' },
    { name: 'mistakes.mistakes.k8s.io', annotations: { 'api-approved.kubernetes.io': 'yes' } },
  ),
  inVersion('name', { name: 'V_1' }),
  inVersion('without name', { name: '' }),
  inVersion('without schema', { schema: undefined }),
  inVersion('with an empty schema', { schema: {} }),
  inVersion('warning without deprecation', { deprecationWarning: 'old' }),
  inVersion('empty warning', { deprecated: true, deprecationWarning: '' }),
  inVersion('long warning', { deprecated: true, deprecationWarning: 'x'.repeat(300) }),
  inVersion('warning of lines', { deprecated: true, deprecationWarning: 'a\nb' }),
  inVersion('column without name', column({ name: '' })),
  inVersion('column without path', column({ jsonPath: '' })),
  inVersion('column path', column({ jsonPath: 'spec.a' })),
  inVersion('column type', column({ type: 'text' })),
  inVersion('column without type', column({ type: '' })),
  inVersion('column format', column({ format: 'fancy' })),
  inVersion('scale', { subresources: { scale: {} } }),
  inVersion('scale paths', {
    subresources: { scale: { specReplicasPath: 'spec.replicas', statusReplicasPath: '.spec.replicas' } },
  }),
  inVersion('scale list path', {
    subresources: {
      scale: {
        specReplicasPath: '.spec.a[0]',
        statusReplicasPath: '.status.replicas',
        labelSelectorPath: '.metadata.x',
      },
    },
  }),
  inVersion('selectable field missing', { selectableFields: [{ jsonPath: '.spec.b' }] }),
  inVersion('selectable field path', { selectableFields: [{ jsonPath: 'spec.b' }, { jsonPath: '' }] }),
  schema('root no object', { type: 'string' }),
  schema('root without type', {}),
  schema('root nullable', { type: 'object', nullable: true }),
  schema('metadata with a limit', {
    type: 'object',
    properties: { metadata: { type: 'object', required: ['labels'], properties: { labels: { type: 'object' } } } },
  }),
  schema('kind as number', { type: 'object', properties: { kind: { type: 'integer' } } }),
  schema('of two types in allOf', { type: 'object', allOf: [{ type: 'object' }] }),
  schema('keeping what is unknown beside', { type: 'object', 'x-kubernetes-preserve-unknown-fields': false }),
  field('without type', {}),
  field('type', { type: 'text' }),
  field('type null', { type: 'null' }),
  field('list without items', { type: 'array' }),
  field('items of lists', { type: 'array', items: [{ type: 'string' }] }),
  field('items without type', { type: 'array', items: {} }),
  field('object of both', {
    type: 'object',
    properties: { b: { type: 'string' } },
    additionalProperties: { type: 'string' },
  }),
  field('unique items', { type: 'array', items: { type: 'string' }, uniqueItems: true }),
  field('pattern', { type: 'string', pattern: '[' }),
  field('pattern properties', { type: 'object', patternProperties: { a: { type: 'string' } } }),
  field('definitions', { type: 'object', definitions: { a: { type: 'string' } } }),
  field('dependencies', { type: 'object', dependencies: { a: ['b'] } }),
  field('additional items', { type: 'array', items: { type: 'string' }, additionalItems: true }),
  field('id', { type: 'string', id: 'x' }),
  field('reference', { type: 'string', $ref: '#/x' }),
  field('int or string any of', { 'x-kubernetes-int-or-string': true, anyOf: [{ type: 'integer' }] }),
  field('embedded without object', { type: 'string', 'x-kubernetes-embedded-resource': true }),
  field('embedded without content', { type: 'object', 'x-kubernetes-embedded-resource': true }),
  field('list type', { type: 'array', items: { type: 'string' }, 'x-kubernetes-list-type': 'bag' }),
  field('list type of an object', { type: 'object', 'x-kubernetes-list-type': 'set' }),
  field('map keys without map', {
    type: 'array',
    items: { type: 'object', properties: { k: { type: 'string' } } },
    'x-kubernetes-list-map-keys': ['k'],
  }),
  field('map without keys', {
    type: 'array',
    items: { type: 'object', properties: { k: { type: 'string' } } },
    'x-kubernetes-list-type': 'map',
  }),
  field('map key unknown', {
    type: 'array',
    items: { type: 'object', properties: { k: { type: 'string' } } },
    'x-kubernetes-list-type': 'map',
    'x-kubernetes-list-map-keys': ['other'],
  }),
  field('map key optional', {
    type: 'array',
    items: { type: 'object', properties: { k: { type: 'string' } } },
    'x-kubernetes-list-type': 'map',
    'x-kubernetes-list-map-keys': ['k'],
  }),
  field('map key twice', {
    type: 'array',
    items: { type: 'object', required: ['k'], properties: { k: { type: 'string' } } },
    'x-kubernetes-list-type': 'map',
    'x-kubernetes-list-map-keys': ['k', 'k'],
  }),
  field('map key of an object', {
    type: 'array',
    items: { type: 'object', required: ['k'], properties: { k: { type: 'object' } } },
    'x-kubernetes-list-type': 'map',
    'x-kubernetes-list-map-keys': ['k'],
  }),
  field('map of texts', {
    type: 'array',
    items: { type: 'string' },
    'x-kubernetes-list-type': 'map',
    'x-kubernetes-list-map-keys': ['k'],
  }),
  field('set of objects', {
    type: 'array',
    items: { type: 'object', properties: { k: { type: 'string' } } },
    'x-kubernetes-list-type': 'set',
  }),
  field('set of nullable', {
    type: 'array',
    items: { type: 'string', nullable: true },
    'x-kubernetes-list-type': 'set',
  }),
  field('map type', { type: 'object', 'x-kubernetes-map-type': 'tree' }),
  field('map type of a list', { type: 'array', items: { type: 'string' }, 'x-kubernetes-map-type': 'atomic' }),
  field('default of another type', { type: 'string', default: 3 }),
  field('default outside of its enum', { type: 'string', enum: ['a'], default: 'b' }),
  field('default with unknown fields', { type: 'object', properties: { b: { type: 'string' } }, default: { c: 1 } }),
  field('default below an any', { type: 'object', anyOf: [{ properties: { b: { default: 'x' } } }] }),
  field('type inside an any', { type: 'object', anyOf: [{ type: 'object' }] }),
  field('description inside an any', { type: 'object', anyOf: [{ description: 'x' }] }),
  field('default in a list of another type', { type: 'array', items: { type: 'string' }, default: ['a', 1] }),
  field('default against a rule', {
    type: 'object',
    properties: { b: { type: 'integer' } },
    default: { b: 1 },
    'x-kubernetes-validations': [{ rule: 'self.b > 3', message: 'more' }],
  }),
  field('two alternatives', {
    type: 'object',
    oneOf: [{ required: ['a'], title: 'x' }, { items: { type: 'string' } }],
  }),
  schema('default in metadata', {
    type: 'object',
    properties: { metadata: { type: 'object', properties: { name: { type: 'string', default: 'x' } } } },
  }),
  schema('additional properties at the root', { type: 'object', additionalProperties: { type: 'string' } }),
  definition('root of another type with status', {
    versions: [version({ type: 'string' }, { subresources: { status: {} } })],
  }),
  definition('several versions', {
    versions: [
      version({ type: 'object', properties: { a: {} } }),
      version({ type: 'object', properties: { b: { type: 'x' } } }, { name: 'v2', storage: false }),
    ],
  }),
  definition('several versions alike', {
    versions: [
      version({ type: 'object', properties: { a: {} } }, column({ type: 'x' })),
      version({ type: 'object', properties: { a: {} } }, { name: 'v2', storage: false, ...column({ type: 'x' }) }),
    ],
  }),
  field('nullable inside a not', { type: 'string', not: { nullable: true } }),
];
