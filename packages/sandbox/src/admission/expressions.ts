// Expressions of admission: what they may name, and their compilation (apiserver:pkg/admission/plugin/cel, 1.35).

import {
  type CelEnvironment,
  type CelProgram,
  type CelType,
  authorizerType,
  boolType,
  compileCel,
  dynType,
  intType,
  kubernetesCelEnvironment,
  listType,
  mapType,
  nullType,
  resourceCheckType,
  sameType,
  stringType,
  structType,
  timestampType,
} from '@evenkeel/lang';

/** Which variables there are beside the object, the request and the namespace. */
export interface Declared {
  readonly params: boolean;
  readonly authorizer: boolean;
  /** The type of `variables`, where a policy has some. */
  readonly variables?: CelType;
}

/** An expression, or why it is none: wrong in itself, or not to be made a program. */
export type Compiled =
  | { readonly ok: true; readonly expression: string; readonly program: CelProgram }
  | { readonly ok: false; readonly expression: string; readonly problem: string; readonly internal: boolean };

/** Compiles an expression that must be of one of these types; none given means any. */
export function compileExpression(expression: string, declared: Declared, types: readonly CelType[] = []): Compiled {
  const compiled = compileCel(expression, environmentOf(declared));
  const fail = (problem: string, internal = false): Compiled => ({ ok: false, expression, problem, internal });
  if (!compiled.ok) {
    const { message, checked } = compiled.error;
    if (checked === undefined) return fail(`compilation failed: ${message}`);
    return fail(`program instantiation failed: ${message}`, true);
  }
  const program = compiled.value;
  if (types.length === 0 || types.some((type) => sameType(type, program.type)))
    return { ok: true, expression, program };
  const names = types.map(typeText);
  const wanted = names.length === 1 ? (names[0] ?? '') : `one of [${names.join(' ')}]`;
  return fail(`must evaluate to ${wanted} but got ${typeText(program.type)}`);
}

export const conditionTypes: readonly CelType[] = [boolType];
export const messageTypes: readonly CelType[] = [stringType];
export const annotationTypes: readonly CelType[] = [stringType, nullType];

function typeText(type: CelType): string {
  return type.params.length === 0 ? type.name : `${type.name}(${type.params.map(typeText).join(', ')})`;
}

const environments = new Map<string, CelEnvironment>();

function environmentOf({ params, authorizer, variables }: Declared): CelEnvironment {
  const key = `${params}/${authorizer}`;
  const known = environments.get(key) ?? makeEnvironment(params, authorizer);
  environments.set(key, known);
  return variables === undefined ? known : known.extend({ variables: { variables } });
}

function makeEnvironment(params: boolean, authorizer: boolean): CelEnvironment {
  return kubernetesCelEnvironment().extend({
    variables: {
      object: dynType,
      oldObject: dynType,
      namespaceObject: namespaceType,
      request: requestType,
      ...(params ? { params: dynType } : {}),
      ...(authorizer ? { authorizer: authorizerType, 'authorizer.requestResource': resourceCheckType } : {}),
    },
  });
}

/** The environment in which expressions are checked against a type; `params` undefined means there are none. */
export function typedEnvironment(object: CelType, params: CelType | undefined, variables: CelType): CelEnvironment {
  return kubernetesCelEnvironment().extend({
    variables: {
      object,
      oldObject: object,
      namespaceObject: namespaceType,
      request: requestType,
      variables,
      authorizer: authorizerType,
      ...(params === undefined ? {} : { params }),
    },
  });
}

function struct(name: string, fields: Readonly<Record<string, CelType>>): CelType {
  return structType(`kubernetes.${name}`, (field) => (Object.hasOwn(fields, field) ? fields[field] : undefined));
}

const texts = listType(stringType);
const labels = mapType(stringType, stringType);
const kindType = struct('GroupVersionKind', { group: stringType, version: stringType, kind: stringType });
const resourceType = struct('GroupVersionResource', { group: stringType, version: stringType, resource: stringType });

const requestType: CelType = struct('AdmissionRequest', {
  kind: kindType,
  resource: resourceType,
  subResource: stringType,
  requestKind: kindType,
  requestResource: resourceType,
  requestSubResource: stringType,
  name: stringType,
  namespace: stringType,
  operation: stringType,
  userInfo: struct('UserInfo', {
    username: stringType,
    uid: stringType,
    groups: texts,
    extra: mapType(stringType, texts),
  }),
  dryRun: boolType,
  options: dynType,
});

const namespaceType: CelType = struct('Namespace', {
  metadata: struct('NamespaceMetadata', {
    name: stringType,
    generateName: stringType,
    namespace: stringType,
    labels,
    annotations: labels,
    UID: stringType,
    creationTimestamp: timestampType,
    deletionGracePeriodSeconds: intType,
    deletionTimestamp: timestampType,
    generation: intType,
    resourceVersion: stringType,
    finalizers: texts,
  }),
  spec: struct('NamespaceSpec', { finalizers: texts }),
  status: struct('NamespaceStatus', {
    conditions: listType(
      struct('NamespaceCondition', {
        status: stringType,
        type: stringType,
        lastTransitionTime: timestampType,
        message: stringType,
        reason: stringType,
      }),
    ),
    phase: stringType,
  }),
});

/** The type of `variables` with these in it, of the types their expressions have. */
export function variablesType(types: ReadonlyMap<string, CelType>): CelType {
  return structType('kubernetes.variables', (name) => types.get(name));
}

/** The type a variable is declared with: of structs only the outside is known. */
export function variableType(type: CelType): CelType {
  switch (type.kind as string) {
    case 'list':
      return listType(variableType(type.params[0] ?? dynType));
    case 'map':
      return mapType(variableType(type.params[0] ?? dynType), variableType(type.params[1] ?? dynType));
    case 'struct':
    case 'opaque':
    case 'type':
    case 'param':
    case 'error':
      return dynType;
    default:
      return type;
  }
}
