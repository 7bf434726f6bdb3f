// What a policy's expressions get wrong of the types they look at: warnings, for nothing is refused because of them
// (apiserver:pkg/admission/plugin/policy/validating/typechecking.go, 1.35).

import { type CelType, compileCel, dynType } from '@evenkeel/lang';
import type { KubeObject } from '@evenkeel/resource';
import type { Registry } from '../api/registry.ts';
import { type ServedType, apiVersionOf } from '../api/served-type.ts';
import { declaredType } from '../crd/declared-types.ts';
import { bagsOf } from '../defaulting/drafts.ts';
import { schemaAsWhole } from '../openapi/whole.ts';
import { type Bag, type Draft, bagAt, scalarText } from '../store/draft.ts';
import { typedEnvironment, variableType, variablesType } from './expressions.ts';

export interface TypeWarning {
  readonly fieldRef: string;
  readonly warning: string;
}

const typesMax = 10;

/** The warnings of a policy. `stamp` tells the names of types apart, as the original does by the time. */
export function typeWarnings(policy: KubeObject, registry: Registry, stamp: number): readonly TypeWarning[] {
  const spec = bagAt(policy as unknown as Draft, 'spec') ?? {};
  const params = paramsType(spec, registry, stamp);
  const checks = typesOf(spec, registry).map((type) => {
    const environment = environmentFor(spec, { object: objectType(type, stamp), params });
    const name = `${type.group}/${type.version}, Kind=${type.kind}`;
    return (expression: string): readonly string[] => {
      const compiled = compileCel(expression, environment);
      return compiled.ok || compiled.error.checked !== undefined ? [] : [`${name}: ${compiled.error.message}\n`];
    };
  });
  return bagsOf(spec['validations']).flatMap((validation, index) =>
    ['expression', 'messageExpression'].flatMap((member) => {
      const expression = scalarText(validation[member] ?? '');
      if (member === 'messageExpression' && expression === '') return [];
      const warnings = checks.flatMap((check) => check(expression));
      if (warnings.length === 0) return [];
      return [{ fieldRef: `spec.validations[${index}].${member}`, warning: warnings.join('\n') }];
    }),
  );
}

function environmentFor(
  spec: Bag,
  seen: { readonly object: CelType; readonly params: CelType | undefined },
): ReturnType<typeof typedEnvironment> {
  const types = new Map<string, CelType>();
  const environment = typedEnvironment(seen.object, seen.params, variablesType(types));
  for (const { name, expression } of bagsOf(spec['variables'])) {
    const compiled = compileCel(scalarText(expression ?? ''), environment);
    const type = compiled.ok ? compiled.value.type : compiled.error.checked?.type;
    types.set(scalarText(name ?? ''), type === undefined ? dynType : variableType(type));
  }
  return environment;
}

function objectType(type: ServedType, stamp: number): CelType {
  return declaredType(schemaAsWhole(type), `${type.kind}${stamp}`)?.type ?? dynType;
}

function paramsType(spec: Bag, registry: Registry, stamp: number): CelType | undefined {
  const { apiVersion = '', kind = '' } = bagAt(spec, 'paramKind') ?? {};
  const type = registry.all().find((each) => apiVersionOf(each) === apiVersion && each.kind === kind);
  return type === undefined ? undefined : objectType(type, stamp);
}

// The types rules name outright, without wildcards; the first rule that names ten of them is the last one looked at.
function typesOf(spec: Bag, registry: Registry): readonly ServedType[] {
  const found = new Map<string, ServedType>();
  for (const rule of bagsOf(bagAt(spec, 'matchConstraints')?.['resourceRules'])) {
    const types = typesOfRule(rule, registry);
    for (const type of types.slice(0, typesMax)) found.set(`${type.group} ${type.version} ${type.kind}`, type);
    if (types.length >= typesMax) break;
  }
  const order = (a: string, b: string): number => (a < b ? -1 : Number(a > b));
  return [...found.values()].sort(
    (a, b) => order(a.group, b.group) || order(a.version, b.version) || order(a.kind, b.kind),
  );
}

function typesOfRule(rule: Bag, registry: Registry): readonly ServedType[] {
  const sorted = (value: unknown): readonly string[] => (Array.isArray(value) ? (value as string[]).toSorted() : []);
  const groups = sorted(rule['apiGroups']);
  const versions = sorted(rule['apiVersions']);
  if ([...groups, ...versions].some((each) => each.includes('*'))) return [];
  const resources = sorted(rule['resources']).filter((each) => !/[*/]/.test(each));
  const all = registry.all();
  return groups.flatMap((group) =>
    versions.flatMap((version) =>
      resources.flatMap((resource) =>
        // The core group, which has no name, is looked for as if none were asked for.
        all.filter(
          (type) =>
            (group === '' || type.group === group) &&
            type.version === version &&
            [type.plural, type.singular].includes(resource.toLowerCase()),
        ),
      ),
    ),
  );
}
