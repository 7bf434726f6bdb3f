// Validates values against JSON Schema (drafts 4 to 2020-12) and words violations as Helm shows them.
// Mirrors the observable behaviour of github.com/santhosh-tekuri/jsonschema v6 (validator.go, output.go); where that
// library follows Go's random map order, this one goes by name.

import { GoInt, quote } from '@evenkeel/gotemplate';
import { RE2JS } from 're2js';

import { compareGoStrings, runesOf } from '../go-text.ts';
import { Table, type Value, isTable } from '../values/table.ts';
import { type SchemaNode, SchemaError } from './document.ts';
import { canonical, grouped, singleQuote, sortedKeys } from './json-values.ts';
import { numberProblems, wholeProblem } from './scalar-checks.ts';
import type { Violation } from './violation.ts';

/** The violations of `value`; empty when it is valid. Throws SchemaError for a schema that cannot be used. */
export function validateValue(schema: SchemaNode, value: Value): readonly Violation[] {
  const outcome = new Validation({ node: schema, value, path: [], quick: false, scope: undefined }).run(false);
  if (outcome.violation === undefined) return [];
  return outcome.violation.kind === 'group' ? outcome.violation.causes : [outcome.violation];
}

interface Scope {
  readonly node: SchemaNode;
  readonly instance: object;
  readonly parent: Scope | undefined;
}

interface Input {
  readonly node: SchemaNode;
  readonly value: Value;
  readonly path: readonly string[];
  /** Only validity is wanted. */
  readonly quick: boolean;
  readonly scope: Scope | undefined;
  /** Identity of the instance position, to notice reference cycles. */
  readonly instance?: object;
}

/** What a validation leaves over for unevaluatedProperties and unevaluatedItems of its caller. */
interface Unevaluated {
  readonly properties: Set<string>;
  readonly items: Set<number>;
}

interface Outcome {
  readonly violation: Violation | undefined;
  readonly unevaluated: Unevaluated;
}

class Validation {
  private readonly input: Input;
  private readonly schema: Table;
  private readonly scope: Scope;
  private readonly violations: Violation[] = [];
  private unevaluated: Unevaluated = { properties: new Set(), items: new Set() };

  constructor(input: Input) {
    this.input = input;
    this.schema = isTable(input.node.value) ? input.node.value : new Table();
    this.scope = { node: input.node, instance: input.instance ?? {}, parent: input.scope };
  }

  run(callerNeeds: boolean): Outcome {
    this.unevaluated = this.unevaluatedFrom(callerNeeds);
    const { value, node } = this.input;
    if (node.value === false) return this.fail('false schema');
    if (node.value === true) return this.done();
    for (let at = this.input.scope; at !== undefined && at.instance === this.scope.instance; at = at.parent) {
      if (at.node === node) return this.fail(`reference cycle at ${node.location}`);
    }
    // From 2019-09 on, format is an annotation, but the metaschemas themselves assert it.
    const assertsFormat = node.draft < 2019 || node.document.url.startsWith('https://json-schema.org/draft/');
    const refused = wholeProblem(this.schema, { draft: node.draft, assertsFormat }, value);
    if (refused !== undefined) return this.fail(refused);
    const reference = this.text('$ref');
    if (reference !== undefined) {
      const violation = this.follow(node.document.reference(node, reference));
      if (node.draft < 2019) return { violation, unevaluated: this.unevaluated };
      this.add(violation);
    }
    if (isTable(value)) this.checkObject(value);
    else if (Array.isArray(value)) this.checkArray(value);
    else if (typeof value === 'string') this.checkString(value);
    else if (typeof value === 'number' || value instanceof GoInt)
      for (const problem of numberProblems(this.schema, value)) this.add(problem);
    if (this.violations.length === 0 || !this.input.quick) {
      if (node.draft >= 2019) this.checkDynamicReferences();
      this.checkConditions();
      if (node.draft >= 2019) this.checkUnevaluated(value);
    }
    return this.done();
  }

  private done(): Outcome {
    const [first] = this.violations;
    const violation =
      this.violations.length > 1
        ? { path: this.input.path, message: 'validation failed', kind: 'group' as const, causes: this.violations }
        : first;
    return { violation, unevaluated: this.unevaluated };
  }

  private fail(message: string): Outcome {
    return { violation: this.violation(message), unevaluated: this.unevaluated };
  }

  private violation(message: string, causes: readonly Violation[] = [], kind: Violation['kind'] = 'other'): Violation {
    return { path: this.input.path, message, kind, causes };
  }

  private add(violation: Violation | string | undefined): void {
    if (violation !== undefined) {
      this.violations.push(typeof violation === 'string' ? this.violation(violation) : violation);
    }
  }

  private checkObject(object: Table): void {
    const size = object.size;
    const least = this.integer('minProperties');
    if (least !== undefined && size < least) this.add(`minProperties: got ${grouped(size)}, want ${grouped(least)}`);
    const most = this.integer('maxProperties');
    if (most !== undefined && size > most) this.add(`maxProperties: got ${grouped(size)}, want ${grouped(most)}`);
    const missing = this.strings('required').filter((name) => !object.has(name));
    if (missing.length === 1) this.add(`missing property ${singleQuote(missing[0] ?? '')}`);
    else if (missing.length > 1) this.add(`missing properties ${missing.map(singleQuote).join(', ')}`);
    if (this.input.quick && this.violations.length > 0) return;
    for (const name of this.names('dependencies')) {
      if (object.has(name)) this.checkDependency(object, 'dependencies', name);
    }
    this.checkProperties(object);
    const { draft } = this.input.node;
    if (draft >= 6) this.checkPropertyNames(object);
    if (draft < 2019) return;
    for (const name of this.names('dependentSchemas')) {
      if (object.has(name)) this.add(this.applySelf(['dependentSchemas', name]));
    }
    for (const name of this.names('dependentRequired')) {
      if (object.has(name)) this.checkDependency(object, 'dependentRequired', name);
    }
  }

  private checkDependency(object: Table, keyword: string, name: string): void {
    const all = this.schema.get(keyword);
    const wanted = isTable(all) ? all.get(name) : undefined;
    if (!Array.isArray(wanted)) {
      if (keyword === 'dependencies') this.add(this.applySelf([keyword, name]));
      return;
    }
    const missing = wanted.filter((entry) => typeof entry === 'string' && !object.has(entry)).map(String);
    if (missing.length > 0) {
      this.add(`properties ${missing.map(singleQuote).join(', ')} required, if ${singleQuote(name)} exists`);
    }
  }

  private checkProperties(object: Table): void {
    const properties = this.schema.get('properties');
    const patterns = this.names('patternProperties').map((text) => ({ text, regex: this.pattern(text) }));
    const additional = this.schema.get('additionalProperties');
    const unwanted: string[] = [];
    for (const name of sortedKeys(object)) {
      if (this.input.quick && this.violations.length > 0) return;
      const value = object.get(name) ?? null;
      let evaluated = isTable(properties) && properties.has(name);
      if (evaluated) this.add(this.applyTo(['properties', name], value, name));
      for (const { text, regex } of patterns) {
        if (!regex.matcher(name).find()) continue;
        evaluated = true;
        this.add(this.applyTo(['patternProperties', text], value, name));
      }
      if (!evaluated && additional !== undefined) {
        evaluated = true;
        if (additional === false) unwanted.push(name);
        else if (additional !== true) this.add(this.applyTo(['additionalProperties'], value, name));
      }
      if (evaluated) this.unevaluated.properties.delete(name);
    }
    if (unwanted.length > 0) this.add(`additional properties ${unwanted.map(singleQuote).join(', ')} not allowed`);
  }

  private checkPropertyNames(object: Table): void {
    const node = this.sub(['propertyNames']);
    if (node === undefined) return;
    for (const name of sortedKeys(object)) {
      const violations = validateValue(node, name);
      if (violations.length > 0) this.add(this.violation(`invalid propertyName ${singleQuote(name)}`, violations));
    }
  }

  private checkArray(list: readonly Value[]): void {
    const least = this.integer('minItems');
    if (least !== undefined && list.length < least) {
      this.add(`minItems: got ${grouped(list.length)}, want ${grouped(least)}`);
    }
    const most = this.integer('maxItems');
    if (most !== undefined && list.length > most) {
      this.add(`maxItems: got ${grouped(list.length)}, want ${grouped(most)}`);
    }
    if (this.schema.get('uniqueItems') === true) this.checkUnique(list);
    if (this.input.node.draft < 2020) this.checkItemsBefore2020(list);
    else this.checkItems(list);
    if (this.input.node.draft >= 6) this.checkContains(list);
  }

  private checkUnique(list: readonly Value[]): void {
    const seen = new Map<string, number>();
    for (const [index, item] of list.entries()) {
      const key = canonical(item);
      const before = seen.get(key);
      if (before !== undefined) {
        this.add(`items at ${grouped(before)} and ${grouped(index)} are equal`);
        return;
      }
      seen.set(key, index);
    }
  }

  private checkItemsBefore2020(list: readonly Value[]): void {
    const items = this.schema.get('items');
    if (items === undefined) return;
    if (!Array.isArray(items)) {
      for (const [index, item] of list.entries()) this.add(this.applyTo(['items'], item, String(index)));
      return;
    }
    const tuple = Math.min(items.length, list.length);
    for (let index = 0; index < tuple; index += 1) {
      this.add(this.applyTo(['items', String(index)], list[index] ?? null, String(index)));
    }
    const additional = this.schema.get('additionalItems');
    if (additional === false && tuple < list.length) {
      this.add(`last ${grouped(list.length - tuple)} additionalItem(s) not allowed`);
    } else if (additional !== undefined && typeof additional !== 'boolean') {
      for (let index = tuple; index < list.length; index += 1) {
        this.add(this.applyTo(['additionalItems'], list[index] ?? null, String(index)));
      }
    }
  }

  private checkItems(list: readonly Value[]): void {
    const prefix = this.schema.get('prefixItems');
    const tuple = Array.isArray(prefix) ? Math.min(prefix.length, list.length) : 0;
    for (const [index, item] of list.entries()) {
      const tokens = index < tuple ? ['prefixItems', String(index)] : ['items'];
      this.add(this.applyTo(tokens, item, String(index)));
    }
  }

  private checkContains(list: readonly Value[]): void {
    if (this.schema.get('contains') === undefined) return;
    const violations: Violation[] = [];
    const matched: number[] = [];
    for (const [index, item] of list.entries()) {
      const violation = this.applyTo(['contains'], item, String(index));
      if (violation !== undefined) violations.push(violation);
      else {
        matched.push(index);
        if (this.input.node.draft >= 2020) this.unevaluated.items.delete(index);
      }
    }
    const least = this.input.node.draft >= 2019 ? this.integer('minContains') : undefined;
    if (least !== undefined && matched.length < least) {
      const found = matched.length === 0 ? 'none matched' : `matched ${matched.length} items at ${matched.join(' ')}`;
      this.add(this.violation(`min ${least} items required to match contains schema, but ${found}`, violations));
    } else if (least === undefined && matched.length === 0) {
      this.add(this.violation('no items match contains schema', violations));
    }
    const most = this.input.node.draft >= 2019 ? this.integer('maxContains') : undefined;
    if (most !== undefined && matched.length > most) {
      const found = `matched ${matched.length} items at ${matched.join(' ')}`;
      this.add(`max ${most} items required to match contains schema, but ${found}`);
    }
  }

  private checkString(text: string): void {
    const least = this.integer('minLength');
    const most = this.integer('maxLength');
    const length = least === undefined && most === undefined ? 0 : runesOf(text).length;
    if (least !== undefined && length < least) this.add(`minLength: got ${grouped(length)}, want ${grouped(least)}`);
    if (most !== undefined && length > most) this.add(`maxLength: got ${grouped(length)}, want ${grouped(most)}`);
    const pattern = this.text('pattern');
    if (pattern !== undefined && !this.pattern(pattern).matcher(text).find()) {
      this.add(`${singleQuote(text)} does not match pattern ${singleQuote(pattern)}`);
    }
  }

  private checkConditions(): void {
    if (this.schema.has('not') && this.applySelf(['not'], true) === undefined) this.add("'not' failed");
    this.checkAllOf();
    this.checkAnyOf();
    this.checkOneOf();
    if (!this.schema.has('if') || this.input.node.draft < 7) return;
    const branch = this.applySelf(['if'], true) === undefined ? 'then' : 'else';
    this.add(this.applySelf([branch]));
  }

  private checkAllOf(): void {
    const violations = this.list('allOf').flatMap((_, index) => this.applySelf(['allOf', String(index)]) ?? []);
    if (violations.length > 0) this.add(this.violation("'allOf' failed", violations));
  }

  private checkAnyOf(): void {
    const choices = this.list('anyOf');
    const violations: Violation[] = [];
    let matched = choices.length === 0;
    for (const index of choices.keys()) {
      const violation = this.applySelf(['anyOf', String(index)]);
      if (violation !== undefined) violations.push(violation);
      else {
        matched = true;
        if (this.unevaluated.properties.size === 0 && this.unevaluated.items.size === 0) break;
      }
    }
    if (!matched) this.add(this.violation("'anyOf' failed", violations));
  }

  private checkOneOf(): void {
    const choices = this.list('oneOf');
    const violations: Violation[] = [];
    let matched = -1;
    for (const index of choices.keys()) {
      const violation = this.applySelf(['oneOf', String(index)], matched >= 0);
      if (violation !== undefined) {
        if (matched < 0) violations.push(violation);
      } else if (matched < 0) matched = index;
      else {
        this.add(`'oneOf' failed, subschemas ${matched}, ${index} matched`);
        return;
      }
    }
    if (choices.length > 0 && matched < 0) this.add(this.violation("'oneOf' failed, none matched", violations));
  }

  private checkDynamicReferences(): void {
    const { node } = this.input;
    const recursive = this.text('$recursiveRef');
    if (recursive !== undefined && node.draft === 2019) {
      const target = node.document.reference(node, recursive);
      this.add(this.follow(isRecursiveAnchor(target) ? (this.outermost(isRecursiveAnchor) ?? target) : target));
    }
    const dynamic = this.text('$dynamicRef');
    if (dynamic === undefined || node.draft < 2020) return;
    const target = node.document.reference(node, dynamic);
    const name = dynamic.includes('#') ? dynamic.slice(dynamic.indexOf('#') + 1) : '';
    const isDynamic = isTable(target.value) && target.value.get('$dynamicAnchor') === name && name !== '';
    this.add(this.follow((isDynamic ? this.outermostAnchor(name) : undefined) ?? target));
  }

  private outermost(accepts: (node: SchemaNode) => boolean): SchemaNode | undefined {
    let found: SchemaNode | undefined;
    for (let at: Scope | undefined = this.scope; at !== undefined; at = at.parent) {
      const resource = at.node.document.resource(at.node.base);
      if (resource !== undefined && accepts(resource)) found = resource;
    }
    return found;
  }

  private outermostAnchor(name: string): SchemaNode | undefined {
    let found: SchemaNode | undefined;
    for (let at: Scope | undefined = this.scope; at !== undefined; at = at.parent) {
      found = at.node.document.dynamicAnchor(at.node, name) ?? found;
    }
    return found;
  }

  private checkUnevaluated(value: Value): void {
    if (isTable(value) && this.schema.has('unevaluatedProperties')) {
      for (const name of [...this.unevaluated.properties].sort(compareGoStrings)) {
        this.add(this.applyTo(['unevaluatedProperties'], value.get(name) ?? null, name));
      }
      this.unevaluated.properties.clear();
    }
    if (Array.isArray(value) && this.schema.has('unevaluatedItems')) {
      for (const index of this.unevaluated.items) {
        this.add(this.applyTo(['unevaluatedItems'], value[index] ?? null, String(index)));
      }
      this.unevaluated.items.clear();
    }
  }

  private unevaluatedFrom(callerNeeds: boolean): Unevaluated {
    const { value } = this.input;
    const fresh: Unevaluated = { properties: new Set(), items: new Set() };
    if (isTable(value) && (callerNeeds || this.schema.has('unevaluatedProperties'))) {
      for (const name of value.keys()) fresh.properties.add(name);
    }
    if (Array.isArray(value) && (callerNeeds || this.schema.has('unevaluatedItems'))) {
      for (let index = this.evaluatedItems(); index < value.length; index += 1) fresh.items.add(index);
    }
    return fresh;
  }

  private evaluatedItems(): number {
    const items = this.schema.get('items');
    const prefix = this.input.node.draft < 2020 ? items : this.schema.get('prefixItems');
    const tuple = Array.isArray(prefix) ? prefix.length : 0;
    if (this.input.node.draft < 2020 && Array.isArray(items)) {
      return this.schema.has('additionalItems') ? Number.POSITIVE_INFINITY : tuple;
    }
    return items === undefined ? tuple : Number.POSITIVE_INFINITY;
  }

  /** Applies a subschema to the same value. */
  private applySelf(tokens: readonly string[], quick = false): Violation | undefined {
    const node = this.sub(tokens);
    return node === undefined ? undefined : this.applyNode(node, quick);
  }

  private applyNode(node: SchemaNode, quick: boolean): Violation | undefined {
    const { value, path } = this.input;
    const run = new Validation({
      node,
      value,
      path,
      quick: quick || this.input.quick,
      scope: this.scope,
      instance: this.scope.instance,
    });
    const needs = this.unevaluated.properties.size > 0 || this.unevaluated.items.size > 0;
    const { violation, unevaluated } = run.run(needs);
    if (violation !== undefined) return violation;
    for (const name of this.unevaluated.properties) {
      if (!unevaluated.properties.has(name)) this.unevaluated.properties.delete(name);
    }
    for (const index of this.unevaluated.items) {
      if (!unevaluated.items.has(index)) this.unevaluated.items.delete(index);
    }
    return undefined;
  }

  /** Applies a subschema to a member of the value. */
  private applyTo(tokens: readonly string[], value: Value, token: string): Violation | undefined {
    const node = this.sub(tokens);
    if (node === undefined) return undefined;
    const input = { node, value, path: [...this.input.path, token], quick: this.input.quick, scope: this.scope };
    return new Validation(input).run(false).violation;
  }

  private follow(target: SchemaNode): Violation | undefined {
    const violation = this.applyNode(target, false);
    if (violation === undefined) return undefined;
    const causes = violation.kind === 'group' ? violation.causes : [violation];
    return this.violation('validation failed', causes, 'reference');
  }

  private sub(tokens: readonly string[]): SchemaNode | undefined {
    return this.input.node.document.child(this.input.node, tokens);
  }

  private text(keyword: string): string | undefined {
    const value = this.schema.get(keyword);
    return typeof value === 'string' ? value : undefined;
  }

  private number(keyword: string): number | undefined {
    const value = this.schema.get(keyword);
    return typeof value === 'number' ? value : undefined;
  }

  private integer(keyword: string): number | undefined {
    const value = this.number(keyword);
    return value !== undefined && Number.isInteger(value) ? value : undefined;
  }

  private list(keyword: string): readonly Value[] {
    const value = this.schema.get(keyword);
    return Array.isArray(value) ? value : [];
  }

  private strings(keyword: string): string[] {
    return this.list(keyword).filter((entry) => typeof entry === 'string');
  }

  private names(keyword: string): string[] {
    const value = this.schema.get(keyword);
    return isTable(value) ? sortedKeys(value) : [];
  }

  private pattern(text: string): RE2JS {
    try {
      return RE2JS.compile(text);
    } catch (error) {
      const reason = error instanceof Error ? error.message : 'invalid';
      throw new SchemaError(`invalid regex ${quote(text)} at ${quote(this.input.node.location)}: ${reason}`);
    }
  }
}

function isRecursiveAnchor(node: SchemaNode): boolean {
  return isTable(node.value) && node.value.get('$recursiveAnchor') === true;
}
