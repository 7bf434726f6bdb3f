// ValidatingAdmissionPolicies: what they refuse and warn of, and how. All are made first, as the real server takes a second
// to hear of them.

import { authorityCases } from './cases-policy-authority.ts';
import { type Bag, config, core, get, merge, object, post, put, remove } from './requests.ts';
import type { Case } from './run.ts';
import type { Ask } from './servers.ts';

const api = '/apis/admissionregistration.k8s.io/v1';
const settle: Ask = { method: 'SETTLE', path: '3000' };

interface Policy {
  readonly name: string;
  /** The policy's spec; what it says about matching is added. */
  readonly spec: Bag;
  readonly match?: Bag;
  readonly rules?: readonly Bag[];
  /** Specs of bindings. */
  readonly bindings?: readonly Bag[];
  /** What is there before the policy. */
  readonly before?: readonly Ask[];
  readonly steps: readonly Ask[];
}

const inside = (name: string): string => `/api/v1/namespaces/vap-${name}`;
const map = (policy: string, name: string, data: Bag = { a: '1' }, metadata: Bag = {}): Ask =>
  post(`${inside(policy)}/configmaps`, config(name, data, metadata));
const rule = (rest: Bag = {}): Bag => ({
  operations: ['*'],
  apiGroups: [''],
  apiVersions: ['*'],
  resources: ['configmaps'],
  ...rest,
});

const deny = { validationActions: ['Deny'] };
const validations = (...list: readonly (string | Bag)[]): Bag => ({
  validations: list.map((each) => (typeof each === 'string' ? { expression: each } : each)),
});

// One expression, asked of one write of a ConfigMap.
const expression = (name: string, text: string, rest: Bag = {}): Policy => ({
  name,
  spec: validations({ expression: text, ...rest }),
  steps: [map(name, 'a', { a: '1', size: 'big' }, { labels: { app: 'web' } })],
});

const expressions: readonly Policy[] = [
  expression('true', 'true'),
  expression('false', 'false'),
  expression('message', 'false', { message: ' not like this ' }),
  expression('message-expression', 'false', { messageExpression: "'data ' + object.data.a", message: 'never' }),
  expression('message-error', 'false', { messageExpression: "'data ' + object.data.missing", message: 'instead' }),
  expression('message-empty', 'false', { messageExpression: "'  '", message: 'instead' }),
  expression('message-lines', 'false', { messageExpression: "'a\\nb'" }),
  expression('message-long', 'false', {
    messageExpression:
      "'a'.replace('', 'bbbbbbbbbb').replace('', 'cccccccccc').replace('b', 'ddddddddddddddddddddddddddddddddddd')",
  }),
  expression('reason-forbidden', 'false', { reason: 'Forbidden' }),
  expression('reason-too-large', 'false', { reason: 'RequestEntityTooLarge' }),
  expression('reason-invalid', 'false', { reason: 'Invalid' }),
  expression('runtime-error', "object.data.missing == ''"),
  expression('spaces', '  object.data.a == "2"  '),
  expression('optional', "object.?data.?missing.orValue('x') == 'y'"),
  expression('has', 'has(object.metadata.annotations)'),
  expression('label', "object.metadata.labels.app == 'db'"),
  expression('macro', "object.data.exists(k, object.data[k] == 'huge')"),
  expression('quantity', "quantity('1Gi').isGreaterThan(quantity('2Gi'))"),
  expression('format', "!format.dns1123Label().validate(object.metadata.name + '_').hasValue()"),
  expression('request-kind', "request.kind.kind + request.kind.version + request.kind.group == 'x'", {
    messageExpression: "request.kind.kind + '/' + request.kind.version + '/' + request.resource.resource",
  }),
  expression('request-user', 'false', {
    messageExpression:
      "request.userInfo.username + ' ' + request.userInfo.groups.join(',') + ' ' + string(has(request.userInfo.uid)) + string(has(request.userInfo.extra))",
  }),
  expression('request-name', 'false', {
    messageExpression:
      "request.operation + ' ' + request.name + ' ' + request.namespace + ' ' + string(request.dryRun) + ' ' + string(has(request.subResource))",
  }),
  expression('request-options', 'false', { messageExpression: 'request.options.kind + request.options.apiVersion' }),
  expression('namespace', "namespaceObject.metadata.name == 'x'", {
    messageExpression:
      "namespaceObject.metadata.name + ' ' + namespaceObject.metadata.labels['kubernetes.io/metadata.name'] + ' ' + namespaceObject.status.phase + ' ' + namespaceObject.spec.finalizers.join(',')",
  }),
  expression('namespace-fields', 'false', {
    messageExpression:
      'string(has(namespaceObject.metadata.annotations)) + string(has(namespaceObject.metadata.finalizers))',
  }),
  expression('old', 'oldObject != null'),
  expression('authorizer', "!authorizer.group('').resource('pods').namespace('x').check('delete').allowed()"),
  expression('authorizer-resource', "!authorizer.requestResource.check('create').allowed()"),
  expression('authorizer-account', "authorizer.serviceAccount('default', 'x').requestResource.check('get').allowed()"),
  expression('authorizer-path', "!authorizer.path('/healthz').check('get').allowed()"),
  expression(
    'budget',
    '[1,2,3,4,5,6,7,8,9,10].all(a, [1,2,3,4,5,6,7,8,9,10].all(b, [1,2,3,4,5,6,7,8,9,10].all(c, [1,2,3,4,5,6,7,8,9,10].all(d, [1,2,3,4,5,6,7,8,9,10].all(e, [1,2,3,4,5,6,7,8,9,10].all(f, a + b + c + d + e + f > 0))))))',
  ),
];

const variables: readonly Policy[] = [
  {
    name: 'variables',
    spec: {
      variables: [
        { name: 'size', expression: "object.data.?size.orValue('small')" },
        { name: 'isBig', expression: "variables.size == 'big'" },
      ],
      ...validations({ expression: '!variables.isBig', messageExpression: "'size is ' + variables.size" }),
    },
    steps: [map('variables', 'a', { size: 'big' }), map('variables', 'b', { size: 'small' }), map('variables', 'c')],
  },
  {
    name: 'variable-error',
    spec: {
      variables: [{ name: 'broken', expression: 'object.data.missing' }],
      ...validations("variables.broken == 'x'"),
    },
    steps: [map('variable-error', 'a')],
  },
  {
    name: 'variable-unused',
    spec: { variables: [{ name: 'broken', expression: 'object.data.missing' }], ...validations('true') },
    steps: [map('variable-unused', 'a')],
  },
  {
    name: 'variable-ignored',
    spec: {
      failurePolicy: 'Ignore',
      variables: [{ name: 'broken', expression: 'object.data.missing' }],
      ...validations("variables.broken == 'x'"),
    },
    steps: [map('variable-ignored', 'a')],
  },
];

const actions: readonly Policy[] = [
  {
    name: 'warn',
    spec: validations({ expression: 'false', message: 'first' }, { expression: 'false', message: 'second' }, 'true'),
    bindings: [{ validationActions: ['Warn'] }],
    steps: [map('warn', 'a'), map('warn', 'a'), remove(`${inside('warn')}/configmaps/a`)],
  },
  {
    name: 'warn-error',
    spec: validations('object.data.missing == "x"'),
    bindings: [{ validationActions: ['Warn', 'Audit'] }],
    steps: [map('warn-error', 'a')],
  },
  {
    name: 'audit',
    spec: validations('false'),
    bindings: [{ validationActions: ['Audit'] }],
    steps: [map('audit', 'a')],
  },
  {
    name: 'deny-audit',
    spec: validations({ expression: 'false', message: 'first' }, { expression: 'false', message: 'second' }),
    bindings: [{ validationActions: ['Audit', 'Deny'] }],
    steps: [map('deny-audit', 'a'), map('deny-audit', 'Not A Name')],
  },
  { name: 'unbound', spec: validations('false'), bindings: [], steps: [map('unbound', 'a')] },
  {
    name: 'annotations',
    spec: { auditAnnotations: [{ key: 'size', valueExpression: "'size ' + object.data.size" }] },
    steps: [map('annotations', 'a', { size: 'big' }), map('annotations', 'b', {})],
  },
  {
    name: 'annotations-warn',
    spec: {
      auditAnnotations: [
        { key: 'none', valueExpression: 'null' },
        { key: 'size', valueExpression: "'size ' + object.data.size" },
      ],
    },
    bindings: [{ validationActions: ['Warn'] }],
    steps: [map('annotations-warn', 'a', { size: 'big' }), map('annotations-warn', 'b', {})],
  },
  {
    name: 'annotations-ignored',
    spec: {
      failurePolicy: 'Ignore',
      auditAnnotations: [{ key: 'size', valueExpression: "'size ' + object.data.size" }],
    },
    steps: [map('annotations-ignored', 'b', {})],
  },
];

const condition = (text: string, name = 'only'): Bag => ({ name, expression: text });
const conditions: readonly Policy[] = [
  {
    name: 'condition',
    spec: { matchConditions: [condition("object.metadata.name == 'a'")], ...validations('false') },
    steps: [map('condition', 'a'), map('condition', 'b')],
  },
  {
    name: 'condition-error',
    spec: {
      matchConditions: [
        condition("object.data.missing == 'a'"),
        condition("object.data.also == 'a'", 'two'),
        condition('true', 'three'),
      ],
      ...validations('false'),
    },
    steps: [map('condition-error', 'a')],
  },
  {
    name: 'condition-ignored',
    spec: {
      failurePolicy: 'Ignore',
      matchConditions: [condition("object.data.missing == 'a'")],
      ...validations('false'),
    },
    steps: [map('condition-ignored', 'a')],
  },
  {
    name: 'condition-settled',
    spec: {
      matchConditions: [condition("object.data.missing == 'a'"), condition('false', 'two')],
      ...validations('false'),
    },
    steps: [map('condition-settled', 'a')],
  },
  {
    name: 'condition-namespace',
    spec: { matchConditions: [condition('namespaceObject == null')], ...validations('false') },
    steps: [map('condition-namespace', 'a')],
  },
];

const params = (ref: Bag, rest: Bag = deny): Bag => ({
  paramRef: { parameterNotFoundAction: 'Deny', ...ref },
  ...rest,
});
const mapKind = { paramKind: { apiVersion: 'v1', kind: 'ConfigMap' } };
const limit = (max: string, metadata: Bag = {}, name = 'limit'): Ask =>
  post(`${core}/configmaps`, config(`vap-${name}`, { max }, metadata));
const byParam = {
  ...mapKind,
  matchConditions: [condition("!object.metadata.name.startsWith('vap-')")],
  ...validations({
    expression: 'params == null || int(object.data.a) <= int(params.data.max)',
    messageExpression: "'at most ' + params.data.max + ' by ' + params.kind + ' ' + params.metadata.name",
  }),
};
const parameters: readonly Policy[] = [
  {
    name: 'param',
    spec: byParam,
    bindings: [params({ name: 'vap-limit', namespace: 'default' })],
    before: [limit('3')],
    steps: [map('param', 'a', { a: '4' }), map('param', 'b', { a: '3' })],
  },
  {
    name: 'param-own',
    spec: byParam,
    bindings: [params({ name: 'vap-own' })],
    before: [post(`${inside('param-own')}/configmaps`, config('vap-own', { max: '1' }))],
    steps: [map('param-own', 'a', { a: '4' })],
  },
  {
    name: 'param-missing',
    spec: byParam,
    bindings: [params({ name: 'vap-missing', namespace: 'default' })],
    steps: [map('param-missing', 'a', { a: '4' })],
  },
  {
    name: 'param-allowed',
    spec: byParam,
    bindings: [params({ name: 'vap-missing', namespace: 'default', parameterNotFoundAction: 'Allow' })],
    steps: [map('param-allowed', 'a', { a: '4' })],
  },
  {
    name: 'param-ignored',
    spec: { ...byParam, failurePolicy: 'Ignore' },
    bindings: [params({ name: 'vap-missing', namespace: 'default' })],
    steps: [map('param-ignored', 'a', { a: '4' })],
  },
  {
    name: 'param-selector',
    spec: byParam,
    bindings: [params({ selector: { matchLabels: { 'vap-limit': 'yes' } }, namespace: 'default' })],
    before: [
      limit('9', { labels: { 'vap-limit': 'yes' } }, 'nine'),
      limit('5', { labels: { 'vap-limit': 'yes' } }, 'five'),
    ],
    steps: [map('param-selector', 'a', { a: '7' }), map('param-selector', 'b', { a: '1' })],
  },
  {
    name: 'param-none-selected',
    spec: byParam,
    bindings: [params({ selector: { matchLabels: { 'vap-limit': 'no' } }, namespace: 'default' })],
    steps: [map('param-none-selected', 'a', { a: '7' })],
  },
  {
    name: 'param-unreferred',
    spec: byParam,
    bindings: [deny],
    steps: [map('param-unreferred', 'a', { a: '4' })],
  },
  {
    name: 'param-cluster',
    spec: {
      paramKind: { apiVersion: 'v1', kind: 'Namespace' },
      ...validations({ expression: 'false', messageExpression: 'params.metadata.name + params.kind' }),
    },
    bindings: [params({ name: 'default' })],
    steps: [map('param-cluster', 'a')],
  },
  {
    name: 'param-cluster-namespace',
    spec: { paramKind: { apiVersion: 'v1', kind: 'Namespace' }, ...validations('false') },
    bindings: [params({ name: 'default', namespace: 'default' })],
    steps: [map('param-cluster-namespace', 'a')],
  },
  {
    name: 'param-unknown',
    spec: { paramKind: { apiVersion: 'nowhere.example.com/v1', kind: 'Nothing' }, ...validations('true') },
    bindings: [params({ name: 'x' })],
    steps: [map('param-unknown', 'a')],
  },
  {
    name: 'param-unknown-ignored',
    spec: {
      failurePolicy: 'Ignore',
      paramKind: { apiVersion: 'nowhere.example.com/v1', kind: 'Nothing' },
      ...validations('false'),
    },
    bindings: [params({ name: 'x' })],
    steps: [map('param-unknown-ignored', 'a')],
  },
];

const updated = (policy: string, data: Bag, metadata: Bag = {}): Ask =>
  put(`${inside(policy)}/configmaps/a`, config('a', data, metadata));
const matching: readonly Policy[] = [
  {
    name: 'operations',
    rules: [rule({ operations: ['UPDATE', 'DELETE'] })],
    spec: validations({
      expression: "request.operation == 'DELETE' ? object == null && oldObject.data.a == '2' : oldObject.data.a == '1'",
      messageExpression: "request.operation + ' ' + request.options.kind + ' ' + oldObject.data.a",
    }),
    steps: [
      map('operations', 'a', { a: '1' }),
      remove(`${inside('operations')}/configmaps/a`),
      updated('operations', { a: '2' }),
      updated('operations', { a: '3' }),
      merge(`${inside('operations')}/configmaps/a`, { data: { a: '4' } }),
      remove(`${inside('operations')}/configmaps/a?dryRun=All`),
      remove(`${inside('operations')}/configmaps`),
    ],
  },
  {
    name: 'object-selector',
    match: { objectSelector: { matchLabels: { review: 'yes' } } },
    spec: validations('false'),
    steps: [
      map('object-selector', 'a'),
      map('object-selector', 'b', {}, { labels: { review: 'yes' } }),
      updated('object-selector', { a: '1' }, { labels: { review: 'yes' } }),
    ],
  },
  {
    name: 'names',
    rules: [rule({ resourceNames: ['a'] })],
    spec: validations('false'),
    steps: [map('names', 'a'), map('names', 'b'), map('names', '', {}, { name: undefined, generateName: 'gen-' })],
  },
  {
    name: 'generated',
    spec: validations({
      expression: 'false',
      messageExpression: 'string(has(request.name)) + object.metadata.generateName',
    }),
    steps: [map('generated', '', {}, { name: undefined, generateName: 'gen-' })],
  },
  {
    name: 'excluded',
    rules: [rule({ resources: ['*'] })],
    match: { excludeResourceRules: [rule({ operations: ['CREATE'] })] },
    spec: validations('false'),
    steps: [
      map('excluded', 'a'),
      updated('excluded', { a: '2' }),
      post(`${inside('excluded')}/secrets`, object('v1', 'Secret', 's')),
    ],
  },
  {
    name: 'binding-resources',
    rules: [rule({ resources: ['*'] })],
    spec: validations('false'),
    bindings: [{ ...deny, matchResources: { resourceRules: [rule({ resources: ['secrets'] })] } }],
    steps: [map('binding-resources', 'a'), post(`${inside('binding-resources')}/secrets`, object('v1', 'Secret', 's'))],
  },
  {
    name: 'equivalent',
    rules: [rule({ apiGroups: ['autoscaling'], apiVersions: ['v2'], resources: ['horizontalpodautoscalers'] })],
    spec: validations({
      expression: 'false',
      messageExpression:
        'request.kind.version + request.requestKind.version + object.apiVersion + request.resource.version',
    }),
    steps: [scaler('equivalent', 'v1'), scaler('equivalent', 'v2')],
  },
  {
    name: 'exact',
    match: { matchPolicy: 'Exact' },
    rules: [rule({ apiGroups: ['autoscaling'], apiVersions: ['v2'], resources: ['horizontalpodautoscalers'] })],
    spec: validations('false'),
    steps: [scaler('exact', 'v1'), scaler('exact', 'v2')],
  },
  {
    name: 'subresource',
    rules: [rule({ resources: ['services/status'] })],
    spec: validations({ expression: 'false', messageExpression: 'request.subResource + request.requestSubResource' }),
    steps: [
      post(
        `${inside('subresource')}/services`,
        object('v1', 'Service', 's', { spec: { type: 'LoadBalancer', ports: [{ port: 80 }] } }),
      ),
      merge(`${inside('subresource')}/services/s/status`, {
        status: { loadBalancer: { ingress: [{ ip: '1.2.3.4' }] } },
      }),
    ],
  },
  {
    name: 'workload',
    rules: [rule({ apiGroups: ['apps'], resources: ['deployments'] })],
    spec: validations(
      { expression: 'object.spec.replicas <= 5', messageExpression: "'replicas ' + string(object.spec.replicas)" },
      "object.spec.template.spec.containers.all(c, c.image.contains('@') || !c.image.endsWith(':latest'))",
      'object.spec.template.spec.containers.all(c, has(c.resources) && has(c.imagePullPolicy))',
    ),
    steps: [workload(6, 'nginx:1'), workload(1, 'nginx:latest'), workload(1, 'nginx:1')],
  },
  {
    name: 'namespaces',
    match: { namespaceSelector: { matchLabels: { 'vap-namespaces': 'yes' } } },
    rules: [rule({ resources: ['namespaces'] })],
    spec: validations({
      expression: 'namespaceObject != null',
      messageExpression: "request.namespace + ' ' + request.name",
    }),
    steps: [
      post(
        '/api/v1/namespaces',
        object('v1', 'Namespace', 'vap-self', { metadata: { labels: { 'vap-namespaces': 'yes' } } }),
      ),
    ],
  },
];

function scaler(policy: string, version: string): Ask {
  const body = object(`autoscaling/${version}`, 'HorizontalPodAutoscaler', 'a', {
    spec: { scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: 'a' }, maxReplicas: 3 },
  });
  return post(`/apis/autoscaling/${version}/namespaces/vap-${policy}/horizontalpodautoscalers`, body);
}

function workload(replicas: number, image: string): Ask {
  const labels = { app: 'web' };
  const template = { metadata: { labels }, spec: { containers: [{ name: 'main', image }] } };
  const spec = { replicas, selector: { matchLabels: labels }, template };
  return post('/apis/apps/v1/namespaces/vap-workload/deployments', object('apps/v1', 'Deployment', 'w', { spec }));
}

const policies: readonly Policy[] = [
  ...expressions,
  ...variables,
  ...actions,
  ...conditions,
  ...parameters,
  ...matching,
];

function made({ name, spec, match = {}, rules = [rule()], bindings = [deny], before = [] }: Policy): readonly Ask[] {
  const full = `vap-${name}`;
  const matchConstraints = {
    namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': full } },
    resourceRules: rules,
    ...match,
  };
  const policy = object('admissionregistration.k8s.io/v1', 'ValidatingAdmissionPolicy', full, {
    spec: { matchConstraints, ...spec },
  });
  return [
    post('/api/v1/namespaces', object('v1', 'Namespace', full)),
    ...before,
    post(`${api}/validatingadmissionpolicies`, policy),
    ...bindings.map((each, index) =>
      post(
        `${api}/validatingadmissionpolicybindings`,
        object('admissionregistration.k8s.io/v1', 'ValidatingAdmissionPolicyBinding', `${full}-${index}`, {
          spec: { policyName: full, ...each },
        }),
      ),
    ),
  ];
}

const removed = policies.flatMap(({ name }) => [
  remove(`${api}/validatingadmissionpolicies/vap-${name}`),
  remove(`${api}/validatingadmissionpolicybindings/vap-${name}-0`),
]);

const policyWith = (name: string, spec: Bag, metadata: Bag = {}): Case => ({
  name: `policy refused: ${name}`,
  steps: [
    post(
      `${api}/validatingadmissionpolicies?dryRun=All`,
      object('admissionregistration.k8s.io/v1', 'ValidatingAdmissionPolicy', 'p', {
        metadata,
        spec: { matchConstraints: { resourceRules: [rule()] }, ...spec },
      }),
    ),
  ],
});
const bindingWith = (name: string, spec: Bag): Case => ({
  name: `policy refused: binding ${name}`,
  steps: [
    post(
      `${api}/validatingadmissionpolicybindings?dryRun=All`,
      object('admissionregistration.k8s.io/v1', 'ValidatingAdmissionPolicyBinding', 'p', {
        spec: { policyName: 'p', ...deny, ...spec },
      }),
    ),
  ],
});
const bad = (name: string, text: string, rest: Bag = {}): Case =>
  policyWith(name, validations({ expression: text, ...rest }));

const refusals: readonly Case[] = [
  policyWith('nothing to check', {}),
  policyWith('no constraints', { matchConstraints: undefined, ...validations('true') }),
  policyWith('no rules', { matchConstraints: {}, ...validations('true') }),
  policyWith('failure policy', { failurePolicy: 'Maybe', ...validations('true') }),
  policyWith('match policy', {
    matchConstraints: { matchPolicy: 'Fuzzy', resourceRules: [rule()] },
    ...validations('true'),
  }),
  policyWith('empty rule', { matchConstraints: { resourceRules: [{}] }, ...validations('true') }),
  policyWith('rule with names', {
    matchConstraints: { resourceRules: [rule({ resourceNames: ['a', 'a', 'x/y', '..'], operations: ['READ', '*'] })] },
    ...validations('true'),
  }),
  policyWith('selector', {
    matchConstraints: {
      resourceRules: [rule()],
      objectSelector: { matchLabels: { 'not ok': 'x y' } },
      namespaceSelector: { matchExpressions: [{ key: 'a', operator: 'Is' }] },
    },
    ...validations('true'),
  }),
  policyWith('kind of parameters', { paramKind: { apiVersion: 'a/b/c', kind: 'Not A Kind' }, ...validations('true') }),
  policyWith('kind of parameters empty', { paramKind: {}, ...validations('true') }),
  policyWith('kind of parameters group', { paramKind: { apiVersion: 'A_B/V1', kind: 'X' }, ...validations('true') }),
  policyWith('kind of parameters version', { paramKind: { apiVersion: 'apps/', kind: 'X' }, ...validations('true') }),
  bad('syntax', 'object.'),
  bad('empty expression', '  '),
  bad('no bool', "'x'"),
  bad('dyn', 'object.spec.x'),
  bad('list', '[1, 2]'),
  bad('time', "timestamp('2020-01-01T00:00:00Z')"),
  bad('unknown name', 'spec.replicas < 3'),
  bad('unknown function', "object.metadata.name.beginsWith('x')"),
  bad('wrong type', 'object.metadata.name.size() + true == 3'),
  bad('params without kind', 'params.x == 1'),
  bad('variables without any', 'variables.x == 1'),
  bad('request field', "request.object.metadata.name == 'x'"),
  bad('namespace field', "namespaceObject.metadata.uid == 'x'"),
  bad('self', 'self.x == 1'),
  bad('constant conversion', "int('x') == 1"),
  bad('mixed list', "[1, 'a'].size() == 2"),
  bad('two lines', 'object.a ==\n  object.b &&'),
  bad('regular expression', "object.metadata.name.matches('(')"),
  bad('message of lines', 'true', { message: 'a\nb' }),
  bad('message of spaces', 'true', { message: '  ' }),
  bad('message expression of spaces', 'true', { messageExpression: '  ' }),
  bad('message expression no text', 'true', { messageExpression: '1' }),
  bad('message expression authorizer', 'true', { messageExpression: "authorizer.path('/x').check('get').reason()" }),
  bad('reason', 'true', { reason: 'NotFound' }),
  policyWith('variable', {
    variables: [
      { name: 'in', expression: 'true' },
      { name: '', expression: '' },
      { name: 'a-b', expression: 'object.' },
      { name: 'n', expression: '1' },
    ],
    ...validations("variables.n == 'x'", 'variables.later', 'variables.n'),
  }),
  policyWith('variable before its time', {
    variables: [
      { name: 'a', expression: 'variables.b' },
      { name: 'b', expression: '1' },
    ],
    ...validations('variables.a == 1'),
  }),
  policyWith('conditions', {
    matchConditions: [
      { name: 'a', expression: 'true' },
      { name: 'a', expression: '1' },
      { name: '', expression: '' },
      { name: 'not a name', expression: 'params.x' },
    ],
    ...validations('true'),
  }),
  policyWith('audit annotations', {
    auditAnnotations: [
      { key: 'a', valueExpression: '1' },
      { key: 'a', valueExpression: '' },
      { key: 'not a key', valueExpression: ' "x" + ' },
    ],
  }),
  bindingWith('without policy', { policyName: '' }),
  bindingWith('name of policy', { policyName: 'Not A Name' }),
  bindingWith('without actions', { validationActions: [] }),
  bindingWith('actions', { validationActions: ['Deny', 'Warn', 'Deny', 'Stop'] }),
  bindingWith('parameters', { paramRef: {} }),
  bindingWith('parameters both', {
    paramRef: { name: 'a/b', selector: { matchLabels: { 'not ok': '' } }, parameterNotFoundAction: 'Maybe' },
  }),
  bindingWith('resources', { matchResources: { matchPolicy: 'x', resourceRules: [{}], excludeResourceRules: [{}] } }),
];

const others: readonly Case[] = [
  {
    name: 'policy: fields and generations',
    steps: [
      post(
        `${api}/validatingadmissionpolicies`,
        object('admissionregistration.k8s.io/v1', 'ValidatingAdmissionPolicy', 'vap-object', {
          spec: { matchConstraints: { resourceRules: [rule()] }, ...validations('true') },
          status: { observedGeneration: 7 },
        }),
      ),
      merge(`${api}/validatingadmissionpolicies/vap-object`, { spec: { failurePolicy: 'Ignore' } }),
      merge(`${api}/validatingadmissionpolicies/vap-object/status`, {
        status: { observedGeneration: 2, typeChecking: { expressionWarnings: [{ fieldRef: 'spec', warning: 'x' }] } },
      }),
      merge(`${api}/validatingadmissionpolicies/vap-object`, { metadata: { labels: { a: 'b' } } }),
      get(`${api}/validatingadmissionpolicies/vap-object`),
      remove(`${api}/validatingadmissionpolicies/vap-object`),
    ],
  },
  {
    name: 'policy: mutating policies are not served',
    steps: ['v1', 'v1beta1', 'v1alpha1'].map((version) =>
      get(`/apis/admissionregistration.k8s.io/${version}/mutatingadmissionpolicies`),
    ),
  },
];

export const policyCases: readonly Case[] = [
  ...refusals,
  ...others,
  ...authorityCases,
  { name: 'policy: made', steps: [...policies.flatMap(made), settle] },
  ...policies.map(({ name, steps }) => ({ name: `policy: ${name}`, steps })),
  { name: 'policy: removed', steps: [...removed, settle] },
];
