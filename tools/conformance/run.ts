// npm run conformance: one suite of requests on the real kube-apiserver and on the sandbox; status codes and bodies are
// compared, ids and times aside. `npm run conformance -- WORD` runs the cases whose name contains the word; kubectl's lines
// only where it starts with "kubectl".

import { mkdirSync, writeFileSync } from 'node:fs';
import { accessCases } from './cases-access.ts';
import { admissionCases } from './cases-admission.ts';
import { kindCases } from './cases-kinds.ts';
import { definitionCases } from './cases-definitions.ts';
import { objectCases } from './cases-objects.ts';
import { machineryCases } from './cases-machinery.ts';
import { policyCases } from './cases-policies.ts';
import { podCases } from './cases-pods.ts';
import { refusalCases } from './cases-refusals.ts';
import { updateCases } from './cases-updates.ts';
import { webhookCases } from './cases-webhooks.ts';
import { wireCases } from './cases-wire.ts';
import { type SuiteResult, compareKubectl } from './kubectl.ts';
import { differences, normalize } from './normalize.ts';
import { compareOpenApi } from './openapi.ts';
import { compareWorkloads } from './workloads.ts';
import { type Answer, type Ask, type Server, hasRealServer, startReal, startSandbox } from './servers.ts';

/** A sequence of requests; each answer is one comparison. */
export interface Case {
  readonly name: string;
  readonly steps: readonly Ask[];
}

const [word = ''] = process.argv.slice(2);

if (!hasRealServer()) {
  console.log('kube-apiserver and etcd are not built on this machine; nothing to compare with');
  process.exit(1);
}

async function answers(server: Server, cases: readonly Case[]): Promise<ReadonlyMap<string, Answer>> {
  const result = new Map<string, Answer>();
  for (const name of ['default', 'x']) await server.ask(serviceAccount(name));
  for (const each of cases) {
    const earlier: Answer[] = [];
    for (const [index, written] of each.steps.entries()) {
      const step = filledIn(written, earlier);
      if (step.method === 'SETUP') await establish(server, step);
      else if (step.method === 'SETTLE') await settle(server, Number(step.path));
      else {
        const answer = await server.ask(step);
        earlier[index] = answer;
        result.set(`${each.name} #${index + 1} ${written.method} ${written.path}`, answer);
      }
    }
  }
  return result;
}

// `{1.metadata.uid}` becomes what the first step answered there.
function filledIn(ask: Ask, earlier: readonly Answer[]): Ask {
  const text = JSON.stringify(ask);
  if (!/\{\d+\./.test(text)) return ask;
  const filled = text.replaceAll(/\{(\d+)\.([\w.]+)\}/g, (_, step: string, path: string) => {
    let value: unknown = earlier[Number(step) - 1]?.body;
    for (const key of path.split('.')) value = (value as Readonly<Record<string, unknown>> | undefined)?.[key];
    return ask.path.includes(`{${step}.${path}}`) ? encodeURIComponent(String(value)) : String(value);
  });
  return JSON.parse(filled) as Ask;
}

// The real server's admission plugins see quotas and limit ranges through informers; the sandbox sees them at once.
async function settle(server: Server, waitMs: number): Promise<void> {
  if (server.name === 'real') await new Promise((resolve) => setTimeout(resolve, waitMs || 300));
}

// Pods are refused where their account is missing; no controller makes accounts here.
function serviceAccount(name: string): Ask {
  const body = { apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name } };
  return { method: 'POST', path: '/api/v1/namespaces/default/serviceaccounts', body };
}

// Creates a CustomResourceDefinition and waits until its objects are served: the real server takes a moment.
async function establish(server: Server, { path, body }: Ask): Promise<void> {
  await server.ask({ method: 'POST', path, body });
  const { spec } = body as { readonly spec: { readonly group: string; readonly names: { readonly plural: string } } };
  for (let attempt = 0; attempt < 100; attempt++) {
    const answer = await server.ask({ method: 'GET', path: `/apis/${spec.group}/v1/${spec.names.plural}` });
    if (answer.status === 200) return;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  throw new Error(`${spec.names.plural} were never served by the ${server.name} server`);
}

function report(found: SuiteResult['failures']): void {
  for (const failure of found) {
    console.log(`✖ ${failure.name}`);
    for (const line of failure.differences) console.log(`    ${line}`);
  }
}

function told(suite: SuiteResult): SuiteResult {
  report(suite.failures);
  return suite;
}

const suites: readonly (readonly Case[])[] = [
  // First, while discovery has nothing in it that others left.
  wireCases,
  objectCases,
  refusalCases,
  admissionCases,
  definitionCases,
  podCases,
  webhookCases,
  policyCases,
  accessCases,
  kindCases,
  updateCases,
  machineryCases,
];
const cases = suites.flat().filter((each) => each.name.includes(word));
const started = performance.now();
await using real = await startReal();
await using sandbox = await startSandbox();
const expected = await answers(real, cases);
const actual = await answers(sandbox, cases);

let passed = 0;
const failures: { readonly name: string; readonly differences: readonly string[] }[] = [];
for (const [name, want] of expected) {
  const found = differences(normalize(want), normalize(actual.get(name)));
  if (found.length === 0) passed++;
  else failures.push({ name, differences: found });
}
report(failures);
const openApi = told(await compareOpenApi(real, sandbox, word));
const kubectl = told(
  word === '' || word.startsWith('kubectl')
    ? await compareKubectl(real, sandbox, word)
    : { passed: 0, total: 0, failures: [] },
);
const workloads = told(await compareWorkloads(word));
const seconds = Math.round((performance.now() - started) / 100) / 10;
const total = expected.size;
mkdirSync('.results', { recursive: true });
writeFileSync(
  '.results/conformance.json',
  JSON.stringify(
    { name: 'conformance', passed, total, cases: cases.length, seconds, failures, openApi, kubectl, workloads },
    undefined,
    2,
  ),
);
console.log(
  `RESULT conformance passed=${passed} total=${total} percent=${Math.round((passed / total) * 1000) / 10} seconds=${seconds}`,
);
console.log(`RESULT conformance-openapi passed=${openApi.passed} total=${openApi.total}`);
console.log(`RESULT conformance-kubectl passed=${kubectl.passed} total=${kubectl.total}`);
console.log(`RESULT conformance-workloads passed=${workloads.passed} total=${workloads.total}`);

/** Names, times and orders that the server makes up can still look like a difference, in one answer out of hundreds. */
const wantedShare = 0.99;
const scores = [{ passed, total }, openApi, kubectl, workloads];
if (scores.some((score) => score.passed < score.total * wantedShare)) process.exitCode = 1;
