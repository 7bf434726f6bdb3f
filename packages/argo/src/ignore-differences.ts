// What is left out when an object is compared: spec.ignoreDifferences, the customizations of argocd-cm, the annotation of
// the object itself, and what Argo CD leaves out at all times.
// Mirrors argoproj/argo-cd:util/argo/normalizers and util/argo/diff/ignore.go (3.6).

import type { ComparePolicy } from '@evenkeel/delivery';
import type { DiffRules, FieldRemoval, Refusal } from '@evenkeel/engine';
import { compileJq, matchesGlob } from '@evenkeel/lang';
import { type Json, type JsonObject, type KubeObject, gvkOf, isMap, parseYaml } from '@evenkeel/resource';
import { isKnownType, knownTypeRules } from './known-types.ts';
import { type IgnoreFields, readFields } from './settings/customizations.ts';
import { isExcluded } from './settings/resource-filter.ts';
import type { ArgoSettings } from './settings/settings.ts';

const annotation = 'argocd.argoproj.io/ignore-differences';

/** One rule, ready to run. Empty name and namespace mean any. */
interface Rule {
  readonly group: string;
  readonly kind: string;
  readonly name: string;
  readonly namespace: string;
  readonly pointers: readonly string[];
  readonly removals: readonly FieldRemoval[];
  readonly managers: readonly string[];
}

/** What is special in the comparison of an Application's objects, and what cannot be read. */
export interface ReadCompare {
  readonly compare: ComparePolicy;
  readonly refusals: readonly Refusal[];
}

export interface CompareInput {
  readonly entries: readonly JsonObject[];
  readonly respectIgnored: boolean;
  readonly settings: ArgoSettings;
  /** The destination as exclusions name it. */
  readonly server: string;
  /** The annotation compare-options of the Application. */
  readonly options?: string | undefined;
}

/** Reads spec.ignoreDifferences beside the settings. An expression that cannot be read is refused by its place. */
export function readCompare(input: CompareInput): ReadCompare {
  const known = cached(input.settings);
  const key = JSON.stringify([input.entries, input.respectIgnored, input.server, input.options]);
  const result = known.get(key) ?? build(input);
  known.set(key, result);
  return result;
}

/** One policy for the same rules, so that what it remembers of objects lasts. */
const caches = new WeakMap<ArgoSettings, Map<string, ReadCompare>>();

function cached(settings: ArgoSettings): Map<string, ReadCompare> {
  const known = caches.get(settings) ?? new Map<string, ReadCompare>();
  caches.set(settings, known);
  return known;
}

function build({ entries, respectIgnored, settings, server, options }: CompareInput): ReadCompare {
  const refusals: Refusal[] = [];
  const own = entries.flatMap((entry, index) => {
    try {
      return [readRule(entry, stepsOf(settings))];
    } catch (error) {
      refusals.push({
        code: 'INVALID_SPEC',
        sentence: `spec.ignoreDifferences[${index}]: ${error instanceof Error ? error.message : String(error)}`,
        remedy: 'Correct the entry; until then nothing is compared, because it is not known what to leave out.',
      });
      return [];
    }
  });
  const rules = [...settingsRules(settings), ...own];
  const known = new WeakMap<KubeObject, DiffRules>();
  const compare: ComparePolicy = {
    respectIgnored,
    confirm: confirmationOf(options, settings),
    rulesFor(desired) {
      const found = known.get(desired) ?? rulesOf(desired, rules, settings);
      known.set(desired, found);
      return found;
    },
    excludes: (kind) => isExcluded(kind, server, settings),
  };
  return { compare, refusals };
}

function rulesOf(desired: KubeObject, rules: readonly Rule[], settings: ArgoSettings): DiffRules {
  const { group, kind } = gvkOf(desired);
  const { name = '', namespace = '' } = desired.metadata;
  const matching = rules.filter(
    (rule) =>
      matchesGlob(rule.group, group) &&
      matchesGlob(rule.kind, kind) &&
      (rule.name === '' || rule.name === name) &&
      (rule.namespace === '' || rule.namespace === namespace),
  );
  return {
    pointers: [
      ...matching.flatMap((rule) => rule.pointers),
      ...annotatedPointers(desired),
      ...(settings.compare.ignoreAggregatedRoles && isAggregated(desired) ? ['/rules'] : []),
    ],
    removals: [
      ...matching.flatMap((rule) => rule.removals),
      ...knownTypeRules(settings.customizations, { group, kind }),
    ],
    managers: matching.flatMap((rule) => rule.managers),
  };
}

/** The rules of an aggregated role are its controller's. */
function isAggregated(object: KubeObject): boolean {
  return (
    (object.kind === 'ClusterRole' || object.kind === 'Role') &&
    isMap((object as unknown as JsonObject)['aggregationRule'])
  );
}

/** An annotation that cannot be read ignores nothing, as upstream. */
function annotatedPointers(object: KubeObject): readonly string[] {
  const text = object.metadata.annotations?.[annotation];
  if (text === undefined || text === '') return [];
  try {
    return readFields(parseYaml(text, { dialect: 'sigs' })).jsonPointers;
  } catch {
    return [];
  }
}

/**
 * When the server is asked. It is asked about every difference at all times, which is what upstream's server-side diff is
 * for; what its mutating webhooks would add is only found by asking about objects that do not differ as well.
 */
function confirmationOf(options: string | undefined, { compare }: ArgoSettings): ComparePolicy['confirm'] {
  const given = (options ?? '').split(',').map((part) => part.trim());
  if (given.includes('ServerSideDiff=false')) return 'never';
  const isAsked = compare.serverSideDiff || given.includes('ServerSideDiff=true');
  return isAsked && given.includes('IncludeMutationWebhook=true') ? 'always' : undefined;
}

/** A second of upstream's is as many steps of ours as never take longer. */
const STEPS_PER_MS = 5000;

function stepsOf({ compare }: ArgoSettings): number {
  return Math.max(1, compare.jqTimeoutMs) * STEPS_PER_MS;
}

function readRule(entry: JsonObject, stepsMax: number): Rule {
  const text = (name: string): string => {
    const value = entry[name];
    return typeof value === 'string' ? value : '';
  };
  if (text('kind') === '') throw new Error('kind is missing');
  const where = { group: text('group'), kind: text('kind'), name: text('name'), namespace: text('namespace') };
  return ruleOf(where, readFields(entry), stepsMax);
}

function ruleOf(
  where: Pick<Rule, 'group' | 'kind' | 'name' | 'namespace'>,
  fields: IgnoreFields,
  stepsMax: number,
): Rule {
  return {
    ...where,
    pointers: fields.jsonPointers,
    removals: fields.jqPathExpressions.map((expression) => removalOf(expression, stepsMax)),
    managers: fields.managedFieldsManagers,
  };
}

/**
 * Takes out what an expression leads to; `.` leads to all of it. A run that fails, gives nothing or more than one object
 * leaves the object as it is, as upstream. Throws where the expression cannot be read.
 */
function removalOf(expression: string, stepsMax: number): FieldRemoval {
  const program = compileJq(`del(${expression})`);
  if (!program.ok) throw new Error(`jqPathExpressions: "${expression}": ${program.error.message}`);
  return (object) => {
    const { values, error } = program.value.run(object, { valuesMax: 2, stepsMax });
    const [first] = values;
    if (error === undefined && values.length === 1 && first === null) return {};
    return error === undefined && values.length === 1 && isMap(first) ? first : undefined;
  };
}

const settingsRulesOf = new WeakMap<ArgoSettings, readonly Rule[]>();

/** The rules of the installation. Expressions that cannot be read are left out; `settingsProblems` names them. */
function settingsRules(settings: ArgoSettings): readonly Rule[] {
  const known = settingsRulesOf.get(settings);
  if (known) return known;
  const rules: Rule[] = [...statusRules(settings)];
  for (const { key, expression } of unreadable(settings).good) {
    rules.push(ruleOf(placeOf(key), expression, stepsOf(settings)));
  }
  settingsRulesOf.set(settings, rules);
  return rules;
}

/** Expressions of the settings that cannot be read, one sentence each. */
export function settingsProblems(settings: ArgoSettings): readonly string[] {
  const types = [...settings.customizations].flatMap(([key, { knownTypeFields }]) =>
    knownTypeFields
      .filter(({ type }) => !isKnownType(type))
      .map(
        ({ type }) =>
          `argocd-cm: resource.customizations of ${key}: type '${type}' is not supported; the field is left out`,
      ),
  );
  return [...unreadable(settings).bad, ...types];
}

function unreadable(settings: ArgoSettings): {
  readonly good: readonly { readonly key: string; readonly expression: IgnoreFields }[];
  readonly bad: readonly string[];
} {
  const good: { readonly key: string; readonly expression: IgnoreFields }[] = [];
  const bad: string[] = [];
  for (const [key, { ignoreDifferences }] of settings.customizations) {
    const jqPathExpressions = ignoreDifferences.jqPathExpressions.filter((expression) => {
      const program = compileJq(`del(${expression})`);
      if (!program.ok) {
        bad.push(
          `argocd-cm: resource.customizations of ${key}: jq expression "${expression}": ${program.error.message}; the expression is left out`,
        );
      }
      return program.ok;
    });
    good.push({ key, expression: { ...ignoreDifferences, jqPathExpressions } });
  }
  return { good, bad };
}

function placeOf(key: string): Pick<Rule, 'group' | 'kind' | 'name' | 'namespace'> {
  const slash = key.indexOf('/');
  const [group, kind] = slash < 0 ? ['', key] : [key.slice(0, slash), key.slice(slash + 1)];
  return { group, kind, name: '', namespace: '' };
}

function statusRules({ compare: { ignoreStatus } }: ArgoSettings): readonly Rule[] {
  const pointers = ['/status'];
  const rule = { name: '', namespace: '', pointers, removals: [], managers: [] };
  if (ignoreStatus === 'all') return [{ ...rule, group: '*', kind: '*' }];
  if (ignoreStatus === 'crd') return [{ ...rule, group: 'apiextensions.k8s.io', kind: 'CustomResourceDefinition' }];
  return [];
}

/** A list of rules as JSON gives it; anything else is none. */
export function ruleEntries(value: Json | readonly JsonObject[] | undefined): readonly JsonObject[] {
  return Array.isArray(value) ? (value as readonly Json[]).filter((entry): entry is JsonObject => isMap(entry)) : [];
}
