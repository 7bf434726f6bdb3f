// What is wrong with the rules of a definition when it is written: their form, what does not compile, what may cost too much
// (apiextensions-apiserver v0.35:pkg/apis/apiextensions/validation).

import type { JsonObject } from '@evenkeel/resource';
import type { Cause } from '../api/status.ts';
import { bagsOf } from '../defaulting/drafts.ts';
import { type Bag, bagAt, sameValue } from '../store/draft.ts';
import { Causes, RawText } from '../validation/causes.ts';
import { type DeclaredType, cardinalityMax, declaredType } from './declared-types.ts';
import { fieldPathOf } from './field-paths.ts';
import { escapedName } from './property-names.ts';
import { type CompiledRule, type Rule, compileRules, rulesOf } from './rules.ts';
import { isIntOrString, propertiesOf, schemaAt } from './schema-access.ts';

const ruleCostMax = 10_000_000;
const totalCostMax = 100_000_000;
const reasons = ['FieldValueDuplicate', 'FieldValueForbidden', 'FieldValueInvalid', 'FieldValueRequired'];

/** Problems of all versions' rules. A version that is as it was is not looked at again. */
export function checkRules(spec: Bag, before: Bag | undefined): readonly Cause[] {
  const versions = bagsOf(spec['versions']);
  const old = bagsOf(before?.['versions']);
  const causes = new Causes();
  const schemas = versions.map((version) => bagAt(bagAt(version, 'schema'), 'openAPIV3Schema'));
  const shared = schemas.every((schema) => sameValue(schema, schemas[0]));
  for (const [index, version] of versions.entries()) {
    const schema = schemas[index];
    const previous = old.find((each) => each['name'] === version['name']);
    if (schema === undefined || (previous !== undefined && sameValue(previous['schema'], version['schema']))) continue;
    if (shared && index > 0) break;
    const at = shared ? 'spec.validation.openAPIV3Schema' : `spec.versions[${index}].schema.openAPIV3Schema`;
    checkSchema(causes, schema as JsonObject, at);
  }
  return causes.list;
}

interface Context {
  readonly path: string;
  /** How many values of the schema one object may hold; undefined where nothing limits it. */
  readonly cardinality: number | undefined;
  /** The list within which values cannot be compared with those before an update. */
  readonly uncorrelated: string | undefined;
  readonly root: boolean;
  /** What rules of the parents know of this schema. */
  readonly declared: DeclaredType | undefined;
}

interface Total {
  cost: number;
  readonly expensive: { readonly path: string; readonly cost: number }[];
}

function checkSchema(causes: Causes, schema: JsonObject, path: string): void {
  const total: Total = { cost: 0, expensive: [] };
  visit(causes, schema, { path, cardinality: 1, uncorrelated: undefined, root: true, declared: undefined }, total);
  if (total.cost <= totalCostMax) return;
  for (const { path: at } of total.expensive) {
    causes.forbidden(at, 'contributed to estimated rule cost total exceeding cost limit for entire OpenAPIv3 schema');
  }
  causes.forbidden(
    path,
    costMessage(
      'x-kubernetes-validations estimated rule cost total for entire OpenAPIv3 schema',
      total.cost,
      totalCostMax,
    ),
  );
}

// oxlint-disable-next-line max-params
function visit(causes: Causes, schema: JsonObject, context: Context, total: Total): void {
  const { path } = context;
  const cardinality = within(schema, context.cardinality);
  const own = rulesOf(schema).length > 0;
  const declared = context.declared ?? (own ? declaredType(schema, 'selfType', context.root) : undefined);
  const base = { cardinality, uncorrelated: context.uncorrelated, root: false };
  const properties = Object.entries(propertiesOf(schema) ?? {}).sort(([a], [b]) => (a < b ? -1 : 1));
  const values = schemaAt(schema, 'additionalProperties');
  if (values !== undefined)
    visit(causes, values, { ...base, path: `${path}.additionalProperties`, declared: declared?.element }, total);
  for (const [name, field] of properties) {
    const escaped = escapedName(name);
    const known = escaped === undefined ? undefined : declared?.fields?.get(escaped);
    visit(causes, field, { ...base, path: `${path}.properties[${name}]`, declared: known }, total);
  }
  const items = schemaAt(schema, 'items');
  if (items !== undefined) {
    const loose = schema['x-kubernetes-list-type'] !== 'map';
    const uncorrelated = context.uncorrelated ?? (loose ? path : undefined);
    visit(causes, items, { ...base, uncorrelated, path: `${path}.items`, declared: declared?.element }, total);
  }
  if (own) checkNode(causes, schema, { ...context, declared }, total);
}

function within(schema: JsonObject, cardinality: number | undefined): number | undefined {
  if (cardinality === undefined) return undefined;
  const counted = schema['type'] === 'array' ? 'maxItems' : schemaAt(schema, 'additionalProperties') && 'maxProperties';
  if (counted === undefined || isIntOrString(schema)) return cardinality;
  const most = schema[counted];
  return typeof most === 'number' ? cardinality * Math.max(0, most) : undefined;
}

// oxlint-disable-next-line max-params
function checkNode(causes: Causes, schema: JsonObject, context: Context, total: Total): void {
  const at = `${context.path}.x-kubernetes-validations`;
  if (schema['type'] === undefined && !isIntOrString(schema)) return;
  const form = new Causes();
  for (const [index, rule] of rulesOf(schema).entries()) checkForm(form, rule, { at: `${at}[${index}]`, schema });
  causes.addAll(form.list);
  if (form.list.length > 0) return;
  const { declared } = context;
  if (declared === undefined) return;
  for (const [index, compiled] of compileRules(schema, declared).entries()) {
    checkCompiled(causes, compiled, { at: `${at}[${index}]`, context: { ...context, declared }, total });
  }
}

function checkForm(
  causes: Causes,
  rule: Rule,
  { at, schema }: { readonly at: string; readonly schema: JsonObject },
): void {
  const text = rule.rule.trim();
  const message = rule.message.trim();
  if (text === '') causes.required(`${at}.rule`, 'rule is not specified');
  else if (rule.message !== '' && message === '')
    causes.invalid(`${at}.message`, rule.message, 'must be non-empty if specified');
  else if (message.includes('\n')) causes.invalid(`${at}.message`, rule.message, 'must not contain line breaks');
  else if (text.includes('\n') && message === '')
    causes.required(`${at}.message`, 'message must be specified if rule contains line breaks');
  if (rule.messageExpression !== '' && rule.messageExpression.trim() === '')
    causes.required(`${at}.messageExpression`, 'messageExpression must be non-empty if specified');
  if (rule.reason !== undefined && !reasons.includes(rule.reason))
    causes.notSupported(`${at}.reason`, rule.reason, reasons);
  if (rule.fieldPath === '') return;
  if (rule.fieldPath.trim() === '') causes.invalid(`${at}.fieldPath`, rule.fieldPath, 'must be non-empty if specified');
  if (rule.fieldPath.includes('\n')) causes.invalid(`${at}.fieldPath`, rule.fieldPath, 'must not contain line breaks');
  if (fieldPathOf(rule.fieldPath, schema) === undefined)
    causes.invalid(`${at}.fieldPath`, rule.fieldPath, 'must be a valid path');
}

interface CheckedPlace {
  readonly at: string;
  readonly context: Context & { readonly declared: DeclaredType };
  readonly total: Total;
}

function checkCompiled(causes: Causes, compiled: CompiledRule, { at, context, total }: CheckedPlace): void {
  const { rule } = compiled;
  const times = context.cardinality ?? cardinalityMax(context.declared);
  const cost = Math.min(compiled.cost * times, 2 ** 64);
  if (cost > ruleCostMax) causes.forbidden(`${at}.rule`, costMessage('estimated rule cost', cost, ruleCostMax));
  observe(total, `${at}.rule`, cost);
  if (compiled.problem !== undefined) causes.invalid(`${at}.rule`, shownRule(rule), compiled.problem);
  if (compiled.messageProblem !== undefined)
    causes.invalid(`${at}.messageExpression`, shownRule(rule), compiled.messageProblem);
  else if (compiled.message !== undefined) {
    if (compiled.messageCost > ruleCostMax)
      causes.forbidden(
        `${at}.messageExpression`,
        costMessage('estimated messageExpression cost', compiled.messageCost, ruleCostMax),
      );
    observe(total, `${at}.messageExpression`, compiled.messageCost);
  }
  if (compiled.usesOldSelf) {
    if (context.uncorrelated !== undefined)
      causes.invalid(
        `${at}.rule`,
        rule.rule,
        `oldSelf cannot be used on the uncorrelatable portion of the schema within ${context.uncorrelated}`,
      );
  } else if (rule.optionalOldSelf !== undefined)
    causes.invalid(`${at}.optionalOldSelf`, rule.optionalOldSelf, 'may not be set if oldSelf is not used in rule');
}

// The server prints its own struct, as Go writes JSON.
function shownRule(rule: Rule): RawText {
  const text = JSON.stringify({
    Rule: rule.rule,
    Message: rule.message,
    MessageExpression: rule.messageExpression,
    Reason: rule.reason ?? null,
    FieldPath: rule.fieldPath,
    OptionalOldSelf: rule.optionalOldSelf ?? null,
  });
  return new RawText(
    text.replaceAll(/[<>&\u2028\u2029]/g, (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`),
  );
}

function observe(total: Total, path: string, cost: number): void {
  total.cost += cost;
  if (cost < totalCostMax / 100) return;
  total.expensive.push({ path, cost });
  total.expensive.sort((a, b) => b.cost - a.cost);
  if (total.expensive.length > 4) total.expensive.length = 4;
}

function costMessage(name: string, cost: number, limit: number): string {
  const factor = cost / limit;
  const shown = factor > 100 ? 'more than 100x' : factor < 1.5 ? `${factor.toFixed(6)}x` : `${factor.toFixed(1)}x`;
  return `${name} exceeds budget by factor of ${shown} (try simplifying the rule, or adding maxItems, maxProperties, and maxLength where arrays, maps, and strings are declared)`;
}
