// Compares packages/resource with the originals: server-side apply and ownership with a real kube-apiserver, strategic
// merge, three-way patches, quantities and selectors with k8s.io/apimachinery (tools/go/apply).
// `--record` rewrites the recordings the unit tests replay. Ends with `RESULT apply …`, writes .results/apply.json.

import { spawnSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

import type { JsonObject } from '../../packages/resource/src/json.ts';
import { type Recording, checkRecording } from '../../packages/resource/src/ownership/replay.ts';
import { type AnsweredQuestion, type Answer, checkAnswers } from '../../packages/resource/src/apimachinery-replay.ts';
import { questions } from './apply-cases.ts';
import { recordScenarios } from './apply-record.ts';

const root = dirname(dirname(dirname(fileURLToPath(import.meta.url))));
const recordings = join(root, 'packages', 'resource', 'src', 'ownership', 'testdata', 'recordings.json');

function askApimachinery(): readonly AnsweredQuestion[] {
  const asked = questions();
  const input = asked.map((question) => `${JSON.stringify(question)}\n`).join('');
  const run = spawnSync('go', ['run', '.'], { cwd: join(root, 'tools', 'go', 'apply'), input, maxBuffer: 1 << 28 });
  if (run.status !== 0) throw new Error(`tools/go/apply: ${run.stderr.toString()}`);
  const lines = run.stdout.toString().trimEnd().split('\n');
  return asked.map((question, index) => ({ question, answer: JSON.parse(lines[index] ?? '{}') as Answer }));
}

// One step a line: small enough to keep, and a diff shows which step came out otherwise.
function recordingText({ schemas, scenarios }: Recording): string {
  const lives = scenarios.map(({ steps, ...scenario }) => {
    const lines = steps.map((step) => JSON.stringify(step)).join(',\n');
    return `${JSON.stringify(scenario).slice(0, -1)},"steps":[\n${lines}\n]}`;
  });
  return `{"schemas":${JSON.stringify(schemas)},\n"scenarios":[\n${lives.join(',\n')}\n]}\n`;
}

const answers = join(root, 'packages', 'resource', 'src', 'testdata', 'apimachinery.json');

const parts: Record<string, { checked: number; failed: readonly string[] }> = {};
const recorded: Recording = await recordScenarios();
if (process.argv.includes('--record')) {
  writeFileSync(recordings, recordingText(recorded));
}
parts['apply'] = checkRecording(recorded);

const answered = askApimachinery();
if (process.argv.includes('--record')) {
  writeFileSync(answers, `[\n${answered.map((one) => JSON.stringify(one)).join(',\n')}\n]\n`);
}
for (const [ask, group] of Map.groupBy(answered, ({ question }) => question.ask)) parts[ask] = checkAnswers(group);

const failures = Object.entries(parts).flatMap(([part, { failed }]) => failed.map((text) => `${part}: ${text}`));
for (const failure of failures) console.log(`FAIL ${failure}`);
const checked = Object.values(parts).reduce((sum, part) => sum + part.checked, 0);
mkdirSync(join(root, '.results'), { recursive: true });
const result: JsonObject = { checked, failed: failures.length, failures };
writeFileSync(join(root, '.results', 'apply.json'), `${JSON.stringify(result, undefined, 2)}\n`);
console.log(`RESULT apply checked=${checked} equal=${checked - failures.length} different=${failures.length}`);
if (failures.length > 0) process.exitCode = 1;
