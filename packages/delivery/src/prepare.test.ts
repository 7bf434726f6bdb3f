// Objects that are hardly any: what is said of them, and what to do.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { KubeObject } from '@evenkeel/resource';
import type { Discovery } from '@evenkeel/kube';
import type { Delivery } from './model.ts';
import { prepareObjects } from './prepare.ts';

/** Neither is asked about an object that is refused before. */
const delivery = {} as Delivery;
const discovery = {} as Discovery;

async function refusalOf(object: object): Promise<readonly (string | undefined)[]> {
  const at = { file: 'a.yaml', line: 1 };
  const { objects, refusals } = await prepareObjects([{ object: object as KubeObject, at }], delivery, discovery);
  assert.deepEqual(objects, []);
  return refusals.flatMap(({ code, sentence, remedy }) => [code, sentence, remedy]);
}

const configMap = (metadata: object) => ({ apiVersion: 'v1', kind: 'ConfigMap', metadata });

const cases: readonly (readonly [object, string, string])[] = [
  [{ apiVersion: 'v1' }, 'a.yaml:1: the object has no kind', 'Add "kind:".'],
  [{ kind: 'ConfigMap' }, 'a.yaml:1: ConfigMap has no apiVersion', 'Add "apiVersion:".'],
  [configMap({}), 'a.yaml:1: ConfigMap has no metadata.name', 'Add "name:" under "metadata:".'],
  [
    configMap({ name: 'a', annotations: { x: 'y', z: 7 } }),
    'a.yaml:1: ConfigMap "a" has the annotation z: 7, which is no text',
    'Write it as text, in quotes.',
  ],
  [
    configMap({ generateName: 'a-', labels: { on: true } }),
    'a.yaml:1: ConfigMap "a-" has the label on: true, which is no text',
    'Write it as text, in quotes.',
  ],
  [
    configMap({ name: 'a', annotations: null, labels: ['x'] }),
    'a.yaml:1: ConfigMap "a" has metadata.labels that are no map',
    'Write each as "name: value".',
  ],
];

for (const [object, sentence, remedy] of cases) {
  test(sentence, async () => assert.deepEqual(await refusalOf(object), ['INVALID_OBJECT', sentence, remedy]));
}
