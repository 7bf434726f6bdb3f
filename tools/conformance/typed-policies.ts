// Policies whose expressions are right or wrong of the types they look at.

interface PolicyRule {
  readonly group: string;
  readonly versions: string;
  readonly resources: string;
}

function policy(name: string, rules: readonly PolicyRule[], checks: readonly string[], more = ''): string {
  const rule = ({ group, versions, resources }: PolicyRule): string =>
    `{apiGroups: [${group}], apiVersions: [${versions}], operations: ['*'], resources: [${resources}]}`;
  const validation = (text: string): string => {
    const [expression = '', message] = text.split(' >> ');
    return `{expression: ${JSON.stringify(expression)}${message === undefined ? '' : `, messageExpression: ${JSON.stringify(message)}`}}`;
  };
  return `---
apiVersion: admissionregistration.k8s.io/v1
kind: ValidatingAdmissionPolicy
metadata: {name: ${name}}
spec: {matchConstraints: {resourceRules: [${rules.map(rule).join(', ')}]}, validations: [${checks.map(validation).join(', ')}]${more}}
`;
}

const pods1: PolicyRule = { group: '""', versions: 'v1', resources: 'pods' };
const apps = (resources: string): PolicyRule => ({ group: 'apps', versions: 'v1', resources });

/** ValidatingAdmissionPolicies by name, as files. */
export const policies: Readonly<Record<string, string>> = {
  'types-right': policy(
    'types-right',
    [apps('deployments'), apps('"*"')],
    [
      'object.spec.replicas < 5',
      'oldObject == null || object.metadata.labels == oldObject.metadata.labels',
      'object.spec.strategy.?rollingUpdate.maxSurge.orValue(1) != 0',
      'object.metadata.creationTimestamp < timestamp("2030-01-01T00:00:00Z")',
    ],
  ),
  'types-wrong': policy(
    'types-wrong',
    [apps('deployments, statefulsets, deployments/scale'), pods1],
    [
      'object.spec.replicas > "3"',
      'object.spec.foo == 1',
      'object.spec.template.spec.containers.all(c, c.image > 1)',
      'has(object.spec.hostNetwork)',
      'true >> "has " + object.spec.replicas',
      'true >> object.metadata.labels.map(k, k).join(object.spec.replicas)',
      'object.metadata.nam == "x" >> "of " + object.metadata.ownerReferences',
    ],
  ),
  'types-members': policy(
    'types-members',
    [pods1],
    [
      'object.spec.containers.all(c, has(c.resources.limits))',
      'object.spec.containers[0].ports[0].hostPort == "1"',
      'object.metadata.managedFields[0].fieldsV1.x == 1',
      'object.spec.containers[0].livenessProbe.httpGet.port + 1 == 2',
      'object.spec == object.status',
      'object.spec.containers[0] == 1',
      'object.spec.overhead == 1',
      'object.metadata.labels == ["a"]',
      'object.spec.securityContext.namespace == 1',
      'namespaceObject.metadata.name == object.metadata.creationTimestamp',
      'request.operation == object.spec.priority',
      'authorizer.requestResource.check("get").allowed()',
      'authorizer.group("").resource("pods").check("get").allowed()',
    ],
  ),
  'types-variables': policy(
    'types-variables',
    [apps('daemonsets, replicasets')],
    ['variables.count > object.spec.selector', 'variables.bad == 1', 'variables.meta.foo == 1'],
    ', variables: [{name: count, expression: size(object.metadata.name)}, {name: bad, expression: object.foo}, {name: meta, expression: object.metadata}]',
  ),
  'types-params': policy(
    'types-params',
    [{ group: 'batch', versions: 'v1', resources: '"jobs", cronjobs' }],
    ['params.data.a == 1', 'params.foo == 1', 'object.spec.suspend == 1'],
    ', paramKind: {apiVersion: v1, kind: ConfigMap}',
  ),
  'types-noparams': policy(
    'types-noparams',
    [{ group: '""', versions: 'v1', resources: 'configmaps' }],
    ['params.x == 1', 'object.data.size() < 3', 'object.data == 1', 'object.binaryData["a"] == "x"'],
    ', paramKind: {apiVersion: none.example.com/v1, kind: None}',
  ),
  'types-core': policy('types-core', [{ group: '""', versions: 'v1', resources: 'events' }], ['object.foo == 1']),
  'types-many': policy(
    'types-many',
    [
      {
        group: '"", apps, batch',
        versions: 'v1',
        resources:
          'configmaps, cronjobs, daemonsets, deployments, jobs, nodes, pods, secrets, services, serviceaccounts, statefulsets',
      },
      { group: 'policy', versions: 'v1', resources: 'poddisruptionbudgets' },
    ],
    ['object.foo == 1'],
  ),
  'types-nothing': policy('types-nothing', [{ group: '"*"', versions: 'v1', resources: 'pods' }], ['object.foo == 1']),
  'types-self': policy(
    'types-self',
    [{ group: 'apiextensions.k8s.io', versions: 'v1', resources: 'customresourcedefinitions' }],
    ['object.spec.versions[0].schema.openAPIV3Schema.properties["a"].type == 1', 'object.foo == 1'],
  ),
  'types-custom': policy(
    'types-custom',
    [{ group: 'types.example.com', versions: 'v1', resources: 'things' }],
    [
      'object.spec.size == "1"',
      'object.spec.any.x == 1',
      'object.spec.port == 1',
      'object.metadata.labels == 1',
      'object.spec.inner.metadata.labels == 1',
      'object.spec.inner.foo == 1',
      'object.spec.map["a"] == 1',
      'object.spec.__namespace__ == 1',
      'object.foo == 1',
    ],
  ),
};

/** A definition with members of each kind. */
export const thingDefinition = `apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata: {name: things.types.example.com}
spec:
  group: types.example.com
  names: {plural: things, singular: thing, kind: Thing, listKind: ThingList}
  scope: Namespaced
  versions:
    - name: v1
      served: true
      storage: true
      schema:
        openAPIV3Schema:
          type: object
          properties:
            spec:
              type: object
              properties:
                size: {type: integer}
                namespace: {type: string}
                any: {x-kubernetes-preserve-unknown-fields: true}
                port: {x-kubernetes-int-or-string: true}
                inner: {type: object, x-kubernetes-embedded-resource: true, x-kubernetes-preserve-unknown-fields: true}
                map: {type: object, additionalProperties: {type: string, format: date-time}}
`;
