// Server-side apply and ownership against recordings of a real kube-apiserver (tools/oracles/apply.ts --record).

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';

import { type Recording, checkRecording } from './replay.ts';

const recording = JSON.parse(
  readFileSync(new URL('testdata/recordings.json', import.meta.url), 'utf8'),
) as unknown as Recording;

for (const scenario of recording.scenarios) {
  test(`as kube-apiserver: ${scenario.kind}: ${scenario.name}`, () => {
    const { failed } = checkRecording({ ...recording, scenarios: [scenario] });
    assert.deepEqual(failed, []);
  });
}
