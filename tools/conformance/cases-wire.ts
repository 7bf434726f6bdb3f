// What goes over the wire besides objects: discovery, protocols, compression, bodies that are no JSON, health, reviews of
// access, options of deletion.

import { type Bag, core, dry, get, merge, object, post, put, remove } from './requests.ts';
import type { Case } from './run.ts';
import type { Ask } from './servers.ts';

const maps = `${core}/configmaps`;
const aggregated = 'application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList';
const map = (name: string, rest: Readonly<Record<string, unknown>> = {}): Ask['body'] =>
  object('v1', 'ConfigMap', name, rest);
const headed = (ask: Ask, ...names: readonly string[]): Ask => ({ ...ask, compareHeaders: names });
const sent = (method: string, path: string, text: string, contentType = 'application/json'): Ask => ({
  method,
  path,
  text,
  contentType,
});

const groups = [
  'admissionregistration.k8s.io/v1',
  'apiextensions.k8s.io/v1',
  'apiregistration.k8s.io/v1',
  'apps/v1',
  'authentication.k8s.io/v1',
  'authorization.k8s.io/v1',
  'autoscaling/v1',
  'autoscaling/v2',
  'batch/v1',
  'certificates.k8s.io/v1',
  'coordination.k8s.io/v1',
  'discovery.k8s.io/v1',
  'events.k8s.io/v1',
  'networking.k8s.io/v1',
  'node.k8s.io/v1',
  'policy/v1',
  'rbac.authorization.k8s.io/v1',
  'scheduling.k8s.io/v1',
  'storage.k8s.io/v1',
  'flowcontrol.apiserver.k8s.io/v1',
  'resource.k8s.io/v1',
  'absent.example.com/v1',
];

const discovery: Case = {
  name: 'wire: discovery',
  steps: [
    get('/api'),
    ...groups.map((each) => get(`/apis/${each}`)),
    ...[...new Set(groups.map((each) => each.split('/')[0]))].map((each) => get(`/apis/${each}`)),
    headed(get('/apis', aggregated), 'content-type'),
    get('/api/v2'),
    get('/apis/apps/v9'),
    get('/nothing'),
    get('/openapi/v3/apis/absent.example.com/v1'),
    headed(get('/.well-known/openid-configuration'), 'content-type', 'cache-control'),
  ],
};

const protocols: Case = {
  name: 'wire: protocols',
  steps: [
    post(maps, map('wide', { data: { text: 'x'.repeat(200_000) } })),
    headed({ ...get(`${maps}/wide`), headers: { 'accept-encoding': 'gzip' } }, 'content-encoding', 'vary'),
    headed({ ...get(`${maps}/wide`), headers: { 'accept-encoding': 'identity' } }, 'content-encoding'),
    headed({ ...get('/api'), headers: { 'accept-encoding': 'gzip' } }, 'content-encoding'),
    { ...get(`${maps}/wide`), http2: true },
    { ...post(maps, map('two')), http2: true },
    { ...get(`${maps}?watch=1&fieldSelector=metadata.name%3Dtwo&timeoutSeconds=1`), http2: true },
    { ...remove(`${maps}/two`), http2: true },
    { method: 'HEAD', path: `${maps}/wide` },
    { method: 'OPTIONS', path: `${maps}/wide` },
    { method: 'PURGE', path: `${maps}/wide` },
    { ...get(`${maps}/wide`, 'text/plain') },
    { ...get(`${maps}/wide`, 'application/xml, application/json;q=0.5') },
    headed(get(`${maps}/wide`, 'application/yaml'), 'content-type'),
    { ...get(maps, 'application/json;stream=watch') },
    remove(`${maps}/wide`),
  ],
};

const brokenTexts = [
  '{bad',
  '{"a":1,}',
  '{"a" 1}',
  '[1,2',
  '{"a":tru}',
  '"\\x"',
  '{"a":01}',
  '',
  'null',
  '7',
  '{"a":1} x',
  '-',
  '1.e',
  '"\n"',
];

const bodies: Case = {
  name: 'wire: bodies that cannot be read',
  steps: [
    post(maps, map('body')),
    ...brokenTexts.map((text) => sent('POST', maps, text)),
    ...brokenTexts.map((text) => sent('PUT', `${maps}/body`, text)),
    ...brokenTexts.flatMap((text) =>
      ['merge-patch', 'strategic-merge-patch', 'json-patch'].map((kind) =>
        sent('PATCH', `${maps}/body`, text, `application/${kind}+json`),
      ),
    ),
    sent('POST', maps, 'a: [', 'application/yaml'),
    sent('POST', maps, '{}', 'text/plain'),
    sent('POST', maps, '{"kind":"ConfigMap"}'),
    sent('POST', maps, '{"apiVersion":"v1","kind":"Secret","metadata":{"name":"x"}}'),
    sent('POST', maps, '{"apiVersion":"v2","kind":"ConfigMap","metadata":{"name":"x"}}'),
    sent('DELETE', `${maps}/body`, '{bad'),
    sent('DELETE', `${maps}/body`, '{"kind":"DeleteOptions","apiVersion":"v1","gracePeriodSeconds":"x"}'),
    remove(`${maps}/body`),
  ],
};

const health: Case = {
  name: 'wire: health',
  steps: ['/healthz', '/livez', '/readyz', '/livez/ping', '/healthz/ping', '/readyz/etcd', '/livez/nothing'].map(
    (path) => headed(get(path), 'content-type', 'x-content-type-options', 'cache-control'),
  ),
};

const access = '/apis/authorization.k8s.io/v1';
const review = (kind: string, spec: unknown, namespace?: string): Ask['body'] =>
  object('authorization.k8s.io/v1', kind, '', { metadata: namespace === undefined ? {} : { namespace }, spec });
const asked = (plural: string, kind: string, spec: unknown, user?: string): Ask => ({
  ...post(`${access}/${plural}`, review(kind, spec)),
  ...(user === undefined ? {} : { headers: { 'impersonate-user': user } }),
});
const podsOf = (verb: string): Bag => ({ resourceAttributes: { namespace: 'default', verb, resource: 'pods' } });

const reviews: Case = {
  name: 'wire: reviews of access',
  steps: [
    asked('selfsubjectaccessreviews', 'SelfSubjectAccessReview', podsOf('get')),
    asked('selfsubjectaccessreviews', 'SelfSubjectAccessReview', podsOf('get'), 'nobody'),
    asked('selfsubjectaccessreviews', 'SelfSubjectAccessReview', {
      nonResourceAttributes: { path: '/healthz', verb: 'get' },
    }),
    asked(
      'selfsubjectaccessreviews',
      'SelfSubjectAccessReview',
      {
        nonResourceAttributes: { path: '/metrics', verb: 'get' },
      },
      'nobody',
    ),
    asked('selfsubjectaccessreviews', 'SelfSubjectAccessReview', {}),
    asked('subjectaccessreviews', 'SubjectAccessReview', { ...podsOf('get'), user: 'jane' }),
    asked('subjectaccessreviews', 'SubjectAccessReview', { ...podsOf('get'), groups: ['system:masters'] }),
    asked('subjectaccessreviews', 'SubjectAccessReview', podsOf('get')),
    post(
      `${access}/namespaces/default/localsubjectaccessreviews`,
      review('LocalSubjectAccessReview', { ...podsOf('get'), user: 'jane' }, 'default'),
    ),
    post(
      `${access}/namespaces/default/localsubjectaccessreviews`,
      review('LocalSubjectAccessReview', { ...podsOf('get'), user: 'jane' }, 'other'),
    ),
    asked('selfsubjectrulesreviews', 'SelfSubjectRulesReview', {}),
    get(`${access}/selfsubjectaccessreviews`),
  ],
};

const deletions: Case = {
  name: 'wire: options of deletion',
  steps: [
    post(maps, map('gone')),
    remove(`${maps}/gone${dry}`),
    remove(`${maps}/gone`, { preconditions: { uid: 'other' } }),
    remove(`${maps}/gone`, { preconditions: { resourceVersion: '1' } }),
    remove(`${maps}/gone`, { preconditions: { uid: '{1.metadata.uid}', resourceVersion: '1' } }),
    remove(`${maps}/gone?propagationPolicy=Never`),
    remove(`${maps}/gone?gracePeriodSeconds=x`),
    remove(`${maps}/gone`, { dryRun: ['Some'] }),
    remove(`${maps}/gone`, { propagationPolicy: 'Foreground' }),
    merge(`${maps}/gone`, { data: { a: '1' } }),
    put(`${maps}/gone`, map('gone', { metadata: { name: 'gone', finalizers: [] } })),
    get(`${maps}/gone`),
    remove(`${maps}/gone`, { preconditions: { uid: '{1.metadata.uid}' } }),
    post(maps, map('kept', { metadata: { name: 'kept', finalizers: ['example.com/hold'] } })),
    remove(`${maps}/kept`, { propagationPolicy: 'Background' }),
    remove(`${maps}/kept`, { propagationPolicy: 'Orphan' }),
    post(maps, map('kept')),
    merge(`${maps}/kept`, { metadata: { finalizers: ['example.com/hold', 'example.com/late'] } }),
    merge(`${maps}/kept`, { metadata: { finalizers: null } }),
    get(`${maps}/kept`),
  ],
};

export const wireCases: readonly Case[] = [discovery, protocols, bodies, health, reviews, deletions];
