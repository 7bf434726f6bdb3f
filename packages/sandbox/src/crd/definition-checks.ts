// What is wrong with a CustomResourceDefinition as a whole (apiextensions-apiserver:pkg/apis/apiextensions/validation, 1.35).
// What all versions say alike is reported where older definitions had it: beside the versions.

import type { Json, JsonObject, KubeObject } from '@evenkeel/resource';
import type { Cause } from '../api/status.ts';
import { bagsOf, specOf } from '../defaulting/drafts.ts';
import { type Bag, type Draft, bagAt, listAt, sameValue, scalarText } from '../store/draft.ts';
import { Causes, RawText } from '../validation/causes.ts';
import { checkOneOf } from '../validation/choices.ts';
import { dns1035Problem, subdomainProblem } from '../validation/names.ts';
import { checkClient } from '../validation/webhook-configurations.ts';
import { checkApproval } from './approval.ts';
import { checkRules } from './rule-checks.ts';
import { checkSchema } from './schema-checks.ts';
import { checkColumns, checkDeprecation, checkSelectable, checkSubresources } from './version-checks.ts';

/** Everything that is wrong with a definition, or with an update of it. */
export function checkDefinition(draft: Draft, old: KubeObject | undefined): readonly Cause[] {
  const causes = new Causes();
  const spec = specOf(draft);
  const before = bagAt(old as unknown as Draft | undefined, 'spec');
  const expected = `${textAt(bagAt(spec, 'names'), 'plural')}.${textAt(spec, 'group')}`;
  if (draft.metadata.name !== expected)
    causes.invalid('metadata.name', draft.metadata.name, 'must be spec.names.plural+"."+spec.group');
  checkHead(causes, spec);
  checkVersions(causes, spec, before);
  checkConversion(causes, bagAt(spec, 'conversion') ?? {});
  checkFixedMembers(causes, spec, before);
  checkStored(causes, spec, bagAt(old as unknown as Draft | undefined, 'status'));
  checkApproval(causes, draft, old);
  if (spec['preserveUnknownFields'] === true && before?.['preserveUnknownFields'] !== true) {
    const hint = 'set x-kubernetes-preserve-unknown-fields to true in spec.versions[*].schema instead';
    causes.invalid('spec.preserveUnknownFields', true, `cannot set to true, ${hint}`);
  }
  return causes.list;
}

function textAt(bag: Bag | undefined, key: string): string {
  return scalarText(bag?.[key] ?? '');
}

function checkHead(causes: Causes, spec: Bag): void {
  const group = textAt(spec, 'group');
  const problem = subdomainProblem(group);
  if (group === '') causes.required('spec.group');
  else if (problem !== undefined) causes.invalid('spec.group', group, problem);
  else if (!group.includes('.')) causes.invalid('spec.group', group, 'should be a domain with at least one dot');
  if (textAt(spec, 'scope') === '') causes.required('spec.scope');
  else checkOneOf(causes, spec['scope'], 'spec.scope', ['Cluster', 'Namespaced']);
}

/** The parts of versions that are reported beside them where all versions say the same. */
const shareable = ['schema', 'subresources', 'additionalPrinterColumns', 'selectableFields'] as const;

function checkVersions(causes: Causes, spec: Bag, before: Bag | undefined): void {
  const versions = bagsOf(spec['versions']);
  const [first] = versions;
  const shared = new Set<string>(
    shareable.filter((key) => versions.every((each) => each[key] !== undefined && sameValue(each[key], first?.[key]))),
  );
  for (const [index, version] of versions.entries()) {
    if (bagAt(bagAt(version, 'schema'), 'openAPIV3Schema') === undefined)
      causes.required(`spec.versions[${index}].schema.openAPIV3Schema`);
  }
  for (const [index, version] of versions.entries()) {
    const at = `spec.versions[${index}]`;
    const problem = dns1035Problem(textAt(version, 'name'));
    if (problem !== undefined) causes.invalid(`${at}.name`, textAt(version, 'name'), problem);
    checkDeprecation(causes, version, `${at}.deprecationWarning`);
    checkParts(causes, version, { at, has: (key) => !shared.has(key), schemaKey: 'schema' });
  }
  const shown = new RawText(JSON.stringify(versions.map((each) => internalForm(each))));
  const names = versions.map((each) => textAt(each, 'name'));
  if (new Set(names).size < names.length) causes.invalid('spec.versions', shown, 'must contain unique version names');
  if (versions.filter((each) => each['storage'] === true).length !== 1)
    causes.invalid('spec.versions', shown, 'must have exactly one version marked as storage version');
  const problem = dns1035Problem(names[0] ?? '');
  if ((names[0] ?? '') !== '' && problem !== undefined) causes.invalid('spec.version', names[0], problem);
  checkNames(causes, bagAt(spec, 'names') ?? {});
  if (first !== undefined)
    checkParts(causes, first, { at: 'spec', has: (key) => shared.has(key), schemaKey: 'validation' });
  if (causes.list.length === 0 || versions.every((each) => structural(each))) causes.addAll(checkRules(spec, before));
}

// Rules of a schema that is wrong in itself are not looked at.
function structural(version: Bag): boolean {
  const schema = bagAt(bagAt(version, 'schema'), 'openAPIV3Schema');
  const trial = new Causes();
  if (schema !== undefined) checkSchema(trial, schema as JsonObject, { at: '', hasStatus: false });
  return trial.list.length === 0;
}

interface Parts {
  readonly at: string;
  readonly has: (key: (typeof shareable)[number]) => boolean;
  readonly schemaKey: string;
}

function checkParts(causes: Causes, version: Bag, { at, has, schemaKey }: Parts): void {
  const schema = bagAt(bagAt(version, 'schema'), 'openAPIV3Schema') as JsonObject | undefined;
  const hasStatus = bagAt(version, 'subresources')?.['status'] !== undefined;
  if (has('schema') && schema !== undefined)
    checkSchema(causes, schema, { at: `${at}.${schemaKey}.openAPIV3Schema`, hasStatus });
  const subresources = bagAt(version, 'subresources');
  if (has('subresources') && subresources !== undefined) checkSubresources(causes, subresources, `${at}.subresources`);
  if (has('additionalPrinterColumns'))
    checkColumns(causes, bagsOf(version['additionalPrinterColumns']), `${at}.additionalPrinterColumns`);
  const fields = bagsOf(version['selectableFields']);
  if (has('selectableFields') && fields.length > 0)
    checkSelectable(causes, fields, { at: `${at}.selectableFields`, schema: schema ?? {} });
}

// As the server prints its own form of a version.
function internalForm(version: Bag): Record<string, Json> {
  return {
    Name: textAt(version, 'name'),
    Served: version['served'] === true,
    Storage: version['storage'] === true,
    Deprecated: version['deprecated'] === true,
    DeprecationWarning: (version['deprecationWarning'] ?? null) as Json,
    Schema: null,
    Subresources: null,
    AdditionalPrinterColumns: null,
    SelectableFields: null,
  };
}

function checkNames(causes: Causes, names: Bag): void {
  const keys = ['plural', 'singular', 'kind', 'listKind'] as const;
  for (const key of keys) if (textAt(names, key) === '') causes.required(`spec.names.${key}`);
  for (const key of keys) {
    const name = textAt(names, key);
    const isMixed = key === 'kind' || key === 'listKind';
    const problem = name === '' ? undefined : dns1035Problem(isMixed ? name.toLowerCase() : name);
    if (problem === undefined) continue;
    const detail = isMixed ? `may have mixed case, but should otherwise match: ${problem}` : problem;
    causes.invalid(`spec.names.${key}`, name, detail);
  }
  const each = (key: string): void => {
    for (const [index, name] of (listAt(names, key) ?? []).entries()) {
      const problem = dns1035Problem(scalarText(name));
      if (problem !== undefined) causes.invalid(`spec.names.${key}[${index}]`, name, problem);
    }
  };
  each('shortNames');
  if (textAt(names, 'kind') !== '' && names['kind'] === names['listKind'])
    causes.invalid('spec.names.listKind', names['listKind'], 'kind and listKind may not be the same');
  each('categories');
}

function checkConversion(causes: Causes, conversion: Bag): void {
  const at = 'spec.conversion';
  checkOneOf(causes, conversion['strategy'], `${at}.strategy`, ['None', 'Webhook']);
  const webhook = bagAt(conversion, 'webhook');
  const client = bagAt(webhook, 'clientConfig');
  const versions = (listAt(webhook, 'conversionReviewVersions') ?? []).map(scalarText);
  if (conversion['strategy'] !== 'Webhook') {
    const unwanted = 'should not be set when strategy is not set to Webhook';
    if (client !== undefined) causes.forbidden(`${at}.webhookClientConfig`, unwanted);
    if (versions.length > 0) causes.forbidden(`${at}.conversionReviewVersions`, unwanted);
    return;
  }
  if (client === undefined) causes.required(`${at}.webhookClientConfig`, 'required when strategy is set to Webhook');
  else checkClient(causes, client, `${at}.webhookClientConfig`);
  checkReviewVersions(causes, versions, `${at}.conversionReviewVersions`);
}

function checkReviewVersions(causes: Causes, versions: readonly string[], at: string): void {
  if (versions.length === 0) {
    causes.required(at);
    return;
  }
  for (const [index, version] of versions.entries()) {
    const problem = dns1035Problem(version);
    if (versions.indexOf(version) < index) causes.invalid(`${at}[${index}]`, version, 'duplicate version');
    else if (problem !== undefined) causes.invalid(`${at}[${index}]`, version, problem);
  }
  if (!versions.includes('v1') && !versions.includes('v1beta1'))
    causes.invalid(at, versions, 'must include at least one of v1, v1beta1');
}

function checkFixedMembers(causes: Causes, spec: Bag, before: Bag | undefined): void {
  if (before === undefined) return;
  for (const [path, next, previous] of [
    ['spec.scope', spec['scope'], before['scope']],
    ['spec.names.kind', bagAt(spec, 'names')?.['kind'], bagAt(before, 'names')?.['kind']],
    ['spec.group', spec['group'], before['group']],
    ['spec.names.plural', bagAt(spec, 'names')?.['plural'], bagAt(before, 'names')?.['plural']],
  ] as const) {
    if (next !== previous) causes.invalid(path, next as Json, 'field is immutable');
  }
}

// Versions that objects may be stored at have to stay.
function checkStored(causes: Causes, spec: Bag, status: Bag | undefined): void {
  const at = 'status.storedVersions';
  const versions = bagsOf(spec['versions']);
  const storage = versions.filter((each) => each['storage'] === true).map((each) => textAt(each, 'name'));
  const known = (listAt(status, 'storedVersions') ?? []).map(scalarText);
  const stored = [...new Set([...known, ...storage.slice(0, 1)])];
  if (stored.length === 0) causes.invalid(at, undefined, 'must have at least one stored version');
  for (const name of storage.filter((each) => !stored.includes(each)))
    causes.invalid(at, stored, `must have the storage version ${name}`);
  for (const [index, name] of stored.entries()) {
    if (versions.some((each) => each['name'] === name)) continue;
    const until = `until a storage migration ensures no data remains persisted in ${name} and removes ${name} from status.storedVersions`;
    const why = `missing from spec.versions; ${name} was previously a storage version, and must remain in spec.versions ${until}`;
    causes.invalid(`${at}[${index}]`, name, why);
  }
}
