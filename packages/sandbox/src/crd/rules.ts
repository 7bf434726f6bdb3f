// The rules of a schema (x-kubernetes-validations), compiled once (apiextensions-apiserver v0.35:pkg/apiserver/schema/cel).

import {
  type CelEnvironment,
  type CelProgram,
  compileCel,
  estimateCost,
  kubernetesCelEnvironment,
  optionalType,
} from '@evenkeel/lang';
import type { JsonObject } from '@evenkeel/resource';
import { bagsOf } from '../defaulting/drafts.ts';
import { isBag } from '../store/draft.ts';
import { type DeclaredType, declaredType, sizesOf } from './declared-types.ts';
import { fieldPathOf } from './field-paths.ts';
import { propertiesOf, schemaAt } from './schema-access.ts';

/** A rule as it is written. */
export interface Rule {
  readonly rule: string;
  readonly message: string;
  readonly messageExpression: string;
  readonly reason: string | undefined;
  readonly fieldPath: string;
  readonly optionalOldSelf: boolean | undefined;
}

export interface CompiledRule {
  readonly rule: Rule;
  readonly program: CelProgram | undefined;
  /** Why there is no program; undefined for an empty rule. */
  readonly problem: string | undefined;
  readonly usesOldSelf: boolean;
  readonly cost: number;
  readonly message: CelProgram | undefined;
  readonly messageProblem: string | undefined;
  readonly messageCost: number;
  /** Where a refusal is reported, below the value itself. */
  readonly fieldPath: string | undefined;
}

/** A schema with rules in it or below it. */
export interface RuleNode {
  readonly schema: JsonObject;
  readonly rules: readonly CompiledRule[];
  readonly properties: ReadonlyMap<string, RuleNode>;
  readonly additional: RuleNode | undefined;
  readonly items: RuleNode | undefined;
}

/** The rules a schema node has. */
export function rulesOf(schema: JsonObject): readonly Rule[] {
  const text = (value: unknown): string => (typeof value === 'string' ? value : '');
  const rules = schema['x-kubernetes-validations'];
  return bagsOf(rules as Parameters<typeof bagsOf>[0]).map((rule) => ({
    rule: text(rule['rule']),
    message: text(rule['message']),
    messageExpression: text(rule['messageExpression']),
    reason: typeof rule['reason'] === 'string' ? rule['reason'] : undefined,
    fieldPath: text(rule['fieldPath']),
    optionalOldSelf: typeof rule['optionalOldSelf'] === 'boolean' ? rule['optionalOldSelf'] : undefined,
  }));
}

/** Compiles the rules of one schema node. */
export function compileRules(schema: JsonObject, declared: DeclaredType): readonly CompiledRule[] {
  const environments = new Map<boolean, CelEnvironment>();
  const environment = (optional: boolean): CelEnvironment => {
    const known = environments.get(optional);
    if (known !== undefined) return known;
    const oldSelf = optional ? optionalType(declared.type) : declared.type;
    const made = kubernetesCelEnvironment().extend({ variables: { self: declared.type, oldSelf } });
    environments.set(optional, made);
    return made;
  };
  return rulesOf(schema).map((rule) => compileRule(rule, schema, declared, environment(rule.optionalOldSelf === true)));
}

const empty = { program: undefined, problem: undefined, usesOldSelf: false, cost: 0 } as const;
const noMessage = { message: undefined, messageProblem: undefined, messageCost: 0 } as const;

// oxlint-disable-next-line max-params
function compileRule(
  rule: Rule,
  schema: JsonObject,
  declared: DeclaredType,
  environment: CelEnvironment,
): CompiledRule {
  const fieldPath = rule.fieldPath === '' ? undefined : fieldPathOf(rule.fieldPath, schema);
  const base = { rule, ...empty, ...noMessage, fieldPath };
  if (rule.rule.trim() === '') return base;
  const compiled = compileCel(rule.rule, environment);
  if (!compiled.ok) return { ...base, problem: `compilation failed: ${compiled.error.message}` };
  const program = compiled.value;
  if (program.type.kind !== 'bool') return { ...base, problem: 'cel expression must evaluate to a bool' };
  const cost = estimateCost(program.expr, sizesOf(declared)).max;
  const usesOldSelf = program.variables.has('oldSelf');
  return { ...base, program, cost, usesOldSelf, ...compileMessage(rule, declared, environment) };
}

function compileMessage(
  { messageExpression }: Rule,
  declared: DeclaredType,
  environment: CelEnvironment,
): Pick<CompiledRule, 'message' | 'messageProblem' | 'messageCost'> {
  if (messageExpression === '') return noMessage;
  const compiled = compileCel(messageExpression, environment);
  if (!compiled.ok)
    return { ...noMessage, messageProblem: `messageExpression compilation failed: ${compiled.error.message}` };
  const program = compiled.value;
  if (program.type.kind !== 'string')
    return { ...noMessage, messageProblem: 'messageExpression must evaluate to a string' };
  return {
    message: program,
    messageProblem: undefined,
    messageCost: estimateCost(program.expr, sizesOf(declared)).max,
  };
}

const trees = new WeakMap<JsonObject, RuleNode | null>();

/** The rules of a whole schema; undefined where it has none. Compiled once for each schema. */
export function ruleTree(schema: JsonObject): RuleNode | undefined {
  const known = trees.get(schema);
  if (known !== undefined) return known ?? undefined;
  const tree = hasRules(schema) ? nodeOf(schema, undefined, true) : undefined;
  trees.set(schema, tree ?? null);
  return tree;
}

/** True where a schema or one below it has rules. */
export function hasRules(schema: JsonObject): boolean {
  if (rulesOf(schema).length > 0) return true;
  const below = [
    schemaAt(schema, 'items'),
    schemaAt(schema, 'additionalProperties'),
    ...Object.values(propertiesOf(schema) ?? {}),
  ];
  return below.some((each) => isBag(each) && hasRules(each as JsonObject));
}

function nodeOf(schema: JsonObject, given: DeclaredType | undefined, root: boolean): RuleNode | undefined {
  if (!hasRules(schema)) return undefined;
  const own = rulesOf(schema).length > 0;
  const declared = given ?? (own ? declaredType(schema, 'selfType', root) : undefined);
  const rules = own && declared !== undefined ? compileRules(schema, declared) : [];
  const below = (child: JsonObject | undefined): RuleNode | undefined =>
    child === undefined ? undefined : nodeOf(child, undefined, false);
  const properties = new Map<string, RuleNode>();
  for (const [name, field] of Object.entries(propertiesOf(schema) ?? {})) {
    const node = below(field);
    if (node !== undefined) properties.set(name, node);
  }
  return {
    schema,
    rules,
    properties,
    additional: below(schemaAt(schema, 'additionalProperties')),
    items: below(schemaAt(schema, 'items')),
  };
}
