// Evaluates the rules of a custom type on an object, in the words of apiextensions-apiserver v0.35
// (pkg/apiserver/schema/cel/validation.go), with ratcheting: an unchanged value that was refused before passes.

import { type CelError, OptionalValue, type Value } from '@evenkeel/lang';
import type { JsonObject } from '@evenkeel/resource';
import type { Cause } from '../api/status.ts';
import { type Bag, type Value as Json, isBag, sameValue } from '../store/draft.ts';
import { formatValue } from '../validation/causes.ts';
import { withObjectMeta } from './declared-types.ts';
import { type CompiledRule, type Rule, type RuleNode, ruleTree } from './rules.ts';
import { listMapKeys } from './schema-access.ts';
import { valueUnder } from './schema-values.ts';

/** What one object's rules may cost together. */
const budgetMax = 10_000_000;

/** What the rules refuse, and what they only warn of because it was like that before. */
export interface RuleFindings {
  readonly causes: readonly Cause[];
  readonly warnings: readonly string[];
}

/** Evaluates all rules of a schema; `old` is the object before the update. */
export function validateRules(schema: JsonObject, object: Bag, old: Bag | undefined): RuleFindings {
  const tree = ruleTree(schema);
  if (tree === undefined) return { causes: [], warnings: [] };
  const run = new Run();
  const root = old === undefined ? undefined : { now: object, before: old, schema };
  run.validate(tree, { path: '', value: object, old: old ?? null, root: true }, { current: root, parent: undefined });
  return { causes: run.causes, warnings: run.warnings };
}

interface Place {
  readonly path: string;
  readonly value: Json;
  /** The value before; null where there was none. */
  readonly old: Json;
  readonly root: boolean;
}

/** A value and the one it was before the update. */
interface Pair {
  readonly now: Json;
  readonly before: Json;
  readonly schema: JsonObject | undefined;
}

interface Correlation {
  readonly current: Pair | undefined;
  readonly parent: Pair | undefined;
}

/** Ends a run whose budget is spent. */
class Spent extends Error {}

class Run {
  readonly causes: Cause[] = [];
  readonly warnings: string[] = [];
  #budget = budgetMax;

  validate(node: RuleNode, place: Place, correlation: Correlation): void {
    try {
      this.#visit(node, place, correlation);
    } catch (error) {
      if (!(error instanceof Spent)) throw error;
    }
  }

  #visit(node: RuleNode, place: Place, correlation: Correlation): void {
    const { value } = place;
    if (value === null) return;
    if (node.rules.length > 0) this.#evaluate(node, place, correlation);
    if (Array.isArray(value)) this.#items(node, place, correlation);
    else if (isBag(value)) this.#members(node, place, correlation);
  }

  #items(node: RuleNode, place: Place, correlation: Correlation): void {
    const { items, schema } = node;
    if (items === undefined || !Array.isArray(place.value)) return;
    const before = Array.isArray(place.old) ? place.old : [];
    for (const [index, value] of place.value.entries()) {
      const old = correlated(value, before, schema) ?? null;
      const path = `${place.path}[${index}]`;
      this.#visit(items, { path, value, old, root: false }, below(correlation, index, items.schema));
    }
  }

  #members(node: RuleNode, place: Place, correlation: Correlation): void {
    const bag = place.value as Bag;
    const before = isBag(place.old) ? place.old : {};
    for (const name of Object.keys(bag).sort()) {
      const child = node.properties.get(name) ?? node.additional;
      if (child === undefined) continue;
      const named = node.properties.has(name);
      const path = named ? joined(place.path, name) : `${place.path}[${name}]`;
      const inner = { path, value: bag[name] ?? null, old: before[name] ?? null, root: false };
      const freed = place.root && (name === 'apiVersion' || name === 'kind');
      this.#visit(
        child,
        inner,
        freed ? { current: undefined, parent: undefined } : below(correlation, name, child.schema),
      );
    }
  }

  #evaluate(node: RuleNode, place: Place, correlation: Correlation): void {
    const schema = place.root ? withObjectMeta(node.schema) : node.schema;
    const bindings = lazily({ self: place.value, oldSelf: place.old }, schema);
    for (const compiled of node.rules) {
      const { program, rule, usesOldSelf } = compiled;
      if (program === undefined) continue;
      const optional = rule.optionalOldSelf === true;
      if (usesOldSelf && place.old === null && !optional) continue;
      const given = optional ? bindings.optional : bindings.plain;
      const { result, cost } = program.evaluate(given);
      this.#spend(cost, place, node);
      if (!result.ok) this.#failed(result.error, { rule, place, node });
      else if (result.value !== true) this.#refused(compiled, { place, node, correlation, given: bindings.plain });
    }
  }

  #spend(cost: number, place: Place, node: RuleNode): void {
    this.#budget -= cost;
    if (this.#budget >= 0) return;
    const detail = 'validation failed due to running out of cost budget, no further validation rules will be run';
    this.#invalid(place.path, typeText(node), detail);
    throw new Spent();
  }

  #failed(
    error: CelError,
    { rule, place, node }: { readonly rule: Rule; readonly place: Place; readonly node: RuleNode },
  ): void {
    const shown = ruleText(rule);
    if (error.message.startsWith('no such overload')) {
      const detail = `'${error.message}': call arguments did not match a supported operator, function or macro signature for rule: ${shown}`;
      this.#invalid(place.path, typeText(node), detail);
    } else if (error.message.startsWith('operation cancelled')) {
      const detail = `'${error.message}': no further validation rules will be run due to call cost exceeds limit for rule: ${shown}`;
      this.#invalid(place.path, typeText(node), detail);
      throw new Spent();
    } else this.#invalid(place.path, typeText(node), `${error.message} evaluating rule: ${shown}`);
  }

  #refused(
    compiled: CompiledRule,
    {
      place,
      node,
      correlation,
      given,
    }: { place: Place; node: RuleNode; correlation: Correlation; given: Readonly<Record<string, Value | undefined>> },
  ): void {
    const detail = this.#message(compiled, given) ?? defaultMessage(compiled.rule);
    const path = compiled.fieldPath === undefined ? place.path : joined(place.path, compiled.fieldPath);
    const whole = ['object', 'array'].includes(typeText(node) as string);
    const cause = causeFor(compiled.rule.reason, { path, value: whole ? undefined : place.value, detail });
    if (!compiled.usesOldSelf && isUnchanged(correlation)) this.warnings.push(`${cause.field}: ${cause.message}`);
    else this.causes.push(cause);
  }

  #message({ message }: CompiledRule, given: Readonly<Record<string, Value | undefined>>): string | undefined {
    if (message === undefined) return undefined;
    const { result, cost } = message.evaluate(given);
    this.#budget -= cost;
    if (!result.ok || typeof result.value !== 'string') return undefined;
    const text = result.value.trim();
    return text === '' || text.includes('\n') || Buffer.byteLength(text) > 5 * 1024 ? undefined : text;
  }

  #invalid(path: string, value: unknown, detail: string): void {
    this.causes.push({
      reason: 'FieldValueInvalid',
      field: path === '' ? '<nil>' : path,
      message: `Invalid value: ${formatValue(value)}: ${detail}`,
    });
  }
}

function typeText(node: RuleNode): unknown {
  return node.schema['type'] ?? '';
}

function joined(path: string, name: string): string {
  return path === '' ? name : `${path}.${name}`;
}

function ruleText({ rule, message }: Rule): string {
  return (message === '' ? rule : message).trim();
}

function defaultMessage(rule: Rule): string {
  return rule.message === '' ? `failed rule: ${ruleText(rule)}` : rule.message.trim();
}

function causeFor(
  reason: string | undefined,
  { path, value, detail }: { readonly path: string; readonly value: Json | undefined; readonly detail: string },
): Cause {
  const field = path === '' ? '<nil>' : path;
  if (reason === 'FieldValueForbidden') return { reason, field, message: `Forbidden: ${detail}` };
  if (reason === 'FieldValueRequired') return { reason, field, message: `Required value: ${detail}` };
  const shown = value === undefined ? '' : `: ${formatValue(value)}`;
  if (reason === 'FieldValueDuplicate') return { reason, field, message: `Duplicate value${shown}` };
  return { reason: 'FieldValueInvalid', field, message: `Invalid value${shown}: ${detail}` };
}

interface Given {
  readonly self: Json;
  readonly oldSelf: Json;
}

// Values are converted when a rule first asks for them.
function lazily(given: Given, schema: JsonObject): { readonly plain: Bindings; readonly optional: Bindings } {
  const old = (): Value | undefined => (given.oldSelf === null ? undefined : valueUnder(schema, given.oldSelf));
  const self = (): Value => valueUnder(schema, given.self);
  return {
    plain: {
      get self() {
        return self();
      },
      get oldSelf() {
        return old();
      },
    },
    optional: {
      get self() {
        return self();
      },
      get oldSelf() {
        const value = old();
        return value === undefined ? OptionalValue.none : new OptionalValue(value);
      },
    },
  };
}

type Bindings = Readonly<Record<string, Value | undefined>>;

// Items of map lists are compared with the old item of the same keys; other lists have no correlation.
function correlated(item: Json, before: readonly Json[], schema: JsonObject | undefined): Json | undefined {
  if (schema?.['x-kubernetes-list-type'] !== 'map' || !isBag(item)) return undefined;
  const keys = listMapKeys(schema);
  return before.find((each) => isBag(each) && keys.every((key) => sameValue(each[key], item[key])));
}

function below(correlation: Correlation, step: string | number, schema: JsonObject): Correlation {
  const { current } = correlation;
  if (current === undefined) return correlation;
  const { now, before } = current;
  let pair: Pair | undefined;
  if (typeof step === 'string') {
    const [next, previous] = [isBag(now) ? now[step] : undefined, isBag(before) ? before[step] : undefined];
    if (next !== undefined && previous !== undefined) pair = { now: next, before: previous, schema };
  } else if (Array.isArray(now) && Array.isArray(before)) {
    const next = now[step] ?? null;
    const previous = correlated(next, before, current.schema);
    if (previous !== undefined) pair = { now: next, before: previous, schema };
  }
  return { current: pair, parent: current };
}

function isUnchanged({ current, parent }: Correlation): boolean {
  const pair = current ?? parent;
  return pair !== undefined && sameValue(pair.now, pair.before);
}
