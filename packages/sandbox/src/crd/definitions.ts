// CustomResourceDefinitions: what they serve, what is wrong with them, and the conditions the server writes on them.

import type { JsonObject, KubeObject } from '@evenkeel/resource';
import { type Registry, compareVersions } from '../api/registry.ts';
import type { ServedSubresource, ServedType, Verb } from '../api/served-type.ts';
import type { Cause } from '../api/status.ts';
import { bagsOf, memberBag, specOf } from '../defaulting/drafts.ts';
import { type Bag, type Draft, bagAt, listAt } from '../store/draft.ts';
import { approvalCondition } from './approval.ts';
import { checkDefinition } from './definition-checks.ts';
import type { CustomType, PrinterColumn, ScalePaths } from './custom-type.ts';

export const definitionCollection = 'customresourcedefinitions.apiextensions.k8s.io';

const verbs: ReadonlySet<Verb> = new Set([
  'delete',
  'deletecollection',
  'get',
  'list',
  'patch',
  'create',
  'update',
  'watch',
]);
const subresourceVerbs: ReadonlySet<Verb> = new Set(['get', 'patch', 'update']);

/** The types a definition serves, one per served version; none while it is not established. */
export function servedTypesOf(definition: KubeObject): readonly ServedType[] {
  const spec = bagAt(definition as unknown as Draft, 'spec');
  if (spec === undefined || !hasCondition(definition, 'Established')) return [];
  const types: ServedType[] = bagsOf(spec['versions'])
    .filter((version) => version['served'] === true)
    .map((version) => ({ ...servedType(definition, spec, version), siblings: () => types }));
  return types;
}

function servedType(definition: KubeObject, spec: Bag, version: Bag): ServedType {
  const names = bagAt(spec, 'names') ?? {};
  const group = textOf(spec['group']);
  const custom = customType(definition, spec, version);
  const subresources = new Map<string, ServedSubresource>();
  if (custom.hasStatus) subresources.set('status', subresource('status', '', '', textOf(names['kind'])));
  if (custom.scale !== undefined) subresources.set('scale', subresource('scale', 'autoscaling', 'v1', 'Scale'));
  return {
    group,
    version: textOf(version['name']),
    kind: textOf(names['kind']),
    plural: textOf(names['plural']),
    singular: textOf(names['singular']),
    listKind: textOf(names['listKind']),
    namespaced: spec['scope'] === 'Namespaced',
    verbs,
    shortNames: textsOf(names['shortNames']),
    categories: textsOf(names['categories']),
    subresources,
    collection: `${textOf(names['plural'])}.${group}`,
    custom,
  };
}

function subresource(name: string, group: string, version: string, kind: string): ServedSubresource {
  return { name, group, version, kind, verbs: subresourceVerbs };
}

function customType(definition: KubeObject, spec: Bag, version: Bag): CustomType {
  const schema = bagAt(bagAt(version, 'schema'), 'openAPIV3Schema') as JsonObject | undefined;
  const stored = bagsOf(spec['versions']).find((each) => each['storage'] === true);
  const subresources = bagAt(version, 'subresources');
  const scale = bagAt(subresources, 'scale');
  return {
    storedApiVersion: `${textOf(spec['group'])}/${textOf(stored?.['name'])}`,
    crd: definition.metadata.name ?? '',
    schema,
    storedSchema: bagAt(bagAt(stored, 'schema'), 'openAPIV3Schema') as JsonObject | undefined,
    preserveUnknown: spec['preserveUnknownFields'] === true,
    hasStatus: subresources?.['status'] !== undefined,
    scale: scale === undefined ? undefined : scalePaths(scale),
    columns: bagsOf(version['additionalPrinterColumns']).map(printerColumn),
    selectableFields: bagsOf(version['selectableFields']).map((field) => textOf(field['jsonPath']).replace(/^\./, '')),
    deprecationWarning: deprecationOf(spec, version),
  };
}

function deprecationOf(spec: Bag, version: Bag): string | undefined {
  if (version['deprecated'] !== true) return undefined;
  const text = textOf(version['deprecationWarning']);
  const kind = textOf(bagAt(spec, 'names')?.['kind']);
  if (version['deprecationWarning'] !== undefined) return text;
  const [group, name] = [textOf(spec['group']), textOf(version['name'])];
  const [better] = bagsOf(spec['versions'])
    .filter((each) => each['served'] === true && each['deprecated'] !== true)
    .map((each) => textOf(each['name']))
    .sort(compareVersions);
  const hint = better === undefined || compareVersions(better, name) >= 0 ? '' : `; use ${group}/${better} ${kind}`;
  return `${group}/${name} ${kind} is deprecated${hint}`;
}

function scalePaths(scale: Bag): ScalePaths {
  const selector = textOf(scale['labelSelectorPath']);
  return {
    specReplicasPath: textOf(scale['specReplicasPath']),
    statusReplicasPath: textOf(scale['statusReplicasPath']),
    labelSelectorPath: selector === '' ? undefined : selector,
  };
}

function printerColumn(column: Bag): PrinterColumn {
  return {
    name: textOf(column['name']),
    type: textOf(column['type']),
    format: textOf(column['format']),
    description: textOf(column['description']),
    priority: typeof column['priority'] === 'number' ? column['priority'] : 0,
    jsonPath: textOf(column['jsonPath']),
  };
}

/** Fills in a definition's defaults and status and says what is wrong with it. Runs on every write of one. */
export function settleDefinition(
  draft: Draft,
  old: KubeObject | undefined,
  registry: Registry,
  now: string,
): readonly Cause[] {
  const causes = checkDefinition(draft, old);
  if (causes.length === 0) writeStatus(draft, old, registry, now);
  return causes;
}

function writeStatus(draft: Draft, old: KubeObject | undefined, registry: Registry, now: string): void {
  const spec = specOf(draft);
  const storage = bagsOf(spec['versions']).find((version) => version['storage'] === true);
  const before = bagAt(old as unknown as Draft | undefined, 'status');
  const stored = new Set([...textsOf(before?.['storedVersions']), textOf(storage?.['name'])]);
  const names = memberBag(spec, 'names');
  const clash = nameClash(draft, registry);
  const accepted = clash === undefined;
  const status: Bag = {
    conditions: [
      condition(
        'NamesAccepted',
        { on: accepted, reason: accepted ? 'NoConflicts' : 'NotAccepted', message: clash ?? 'no conflicts found' },
        now,
        before,
      ),
      condition(
        'Established',
        {
          on: accepted,
          reason: accepted ? 'InitialNamesAccepted' : 'NotAccepted',
          message: accepted ? 'the initial names have been accepted' : 'not all names are accepted',
        },
        now,
        before,
      ),
    ],
    acceptedNames: accepted ? structuredClone(names) : { plural: '', kind: '' },
    storedVersions: [...stored],
  };
  const approval = approvalCondition(draft);
  if (approval !== undefined) {
    const { on, reason, message } = approval;
    listAt(status, 'conditions')?.push(
      condition('KubernetesAPIApprovalPolicyConformant', { on, reason, message }, now, before),
    );
  }
  if (draft.metadata.deletionTimestamp !== undefined) {
    listAt(status, 'conditions')?.push(
      condition(
        'Terminating',
        { on: true, reason: 'InstanceDeletionInProgress', message: 'CustomResource deletion is in progress' },
        now,
        before,
      ),
    );
  }
  draft['status'] = status;
}

function nameClash(draft: Draft, registry: Registry): string | undefined {
  const spec = specOf(draft);
  const names = bagAt(spec, 'names') ?? {};
  const others = registry
    .all()
    .filter((type) => type.group === spec['group'] && type.custom?.crd !== draft.metadata.name);
  const plural = textOf(names['plural']);
  if (others.some((type) => type.plural === plural)) return `${JSON.stringify(plural)} is already in use`;
  const kind = textOf(names['kind']);
  return others.some((type) => type.kind === kind) ? `${JSON.stringify(kind)} is already in use` : undefined;
}

interface ConditionText {
  readonly on: boolean;
  readonly reason: string;
  readonly message: string;
}

// The time of the last transition is kept while the status stays the same.
function condition(type: string, text: ConditionText, now: string, before: Bag | undefined): Bag {
  const { reason, message } = text;
  const status = text.on ? 'True' : 'False';
  const same = bagsOf(before?.['conditions']).find((each) => each['type'] === type && each['status'] === status);
  return { type, status, lastTransitionTime: textOf(same?.['lastTransitionTime']) || now, reason, message };
}

/** True where a definition's condition is True. */
export function hasCondition(definition: KubeObject, type: string): boolean {
  const status = bagAt(definition as unknown as Draft, 'status');
  return bagsOf(status?.['conditions']).some((each) => each['type'] === type && each['status'] === 'True');
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : '';
}

function textsOf(value: unknown): readonly string[] {
  return Array.isArray(value) ? value.filter((each): each is string => typeof each === 'string') : [];
}
