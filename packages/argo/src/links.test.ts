// Addresses of objects.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { JsonObject, KubeObject } from '@evenkeel/resource';
import { linksOf } from './links.ts';

function ingress(
  spec: JsonObject,
  annotations: Readonly<Record<string, string>> = {},
  status: JsonObject = {},
): KubeObject {
  return { apiVersion: 'networking.k8s.io/v1', kind: 'Ingress', metadata: { name: 'web', annotations }, spec, status };
}

const rule = (host: string, ...paths: readonly string[]): JsonObject => ({
  ...(host === '' ? {} : { host }),
  http: { paths: paths.map((path) => ({ path })) },
});

test('hosts and paths of an Ingress', () => {
  assert.deepEqual(linksOf(ingress({ rules: [rule('a.example.com', '/', '/api/*')] })), [
    'http://a.example.com/',
    'http://a.example.com/api/',
  ]);
});

test('what is secured is https', () => {
  const rules = [rule('a.example.com', '/')];
  assert.deepEqual(linksOf(ingress({ rules, tls: [{ secretName: 'x' }] })), ['https://a.example.com/']);
  assert.deepEqual(linksOf(ingress({ rules, tls: [{ hosts: ['a.example.com'] }] })), ['https://a.example.com/']);
  assert.deepEqual(linksOf(ingress({ rules, tls: [{ hosts: ['b.example.com'] }] })), ['http://a.example.com/']);
});

test('without a host the balancer has the address, or nobody has one', () => {
  const status = { loadBalancer: { ingress: [{ ip: '192.0.2.1' }] } };
  assert.deepEqual(linksOf(ingress({ rules: [rule('', '/')] }, {}, status)), ['http://192.0.2.1/']);
  assert.deepEqual(linksOf(ingress({ rules: [rule('', '/')] })), []);
});

test('annotations name addresses of any object, and may be all there is', () => {
  const said = { 'link.argocd.argoproj.io/docs': 'Docs|https://docs.example.com' };
  const map: KubeObject = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'a', annotations: said } };
  assert.deepEqual(linksOf(map), ['Docs|https://docs.example.com']);
  const only = { ...said, 'argocd.argoproj.io/ignore-default-links': 'true' };
  assert.deepEqual(linksOf(ingress({ rules: [rule('a.example.com', '/')] }, only)), ['Docs|https://docs.example.com']);
});
