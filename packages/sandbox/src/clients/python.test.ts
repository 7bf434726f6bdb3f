// The official Python client (kubernetes 35 or newer) against the sandbox over HTTPS, and against the real server where its
// programs are on this machine. The client is installed once per machine into an environment of its own.

import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { referenceClusterMissing, startReferenceCluster } from '@evenkeel/kube/reference';
import { Sandbox } from '../sandbox.ts';
import { runProgram } from '../testing/kubectl.ts';

const environment = join(homedir(), '.cache/evenkeel/tools/python');
const python = join(environment, 'bin/python3');
const story = join(import.meta.dirname, 'story.py');
const version = 'import kubernetes; assert int(kubernetes.__version__.split(".")[0]) >= 35';

const directory = mkdtempSync(join(tmpdir(), 'sandbox-python-'));
after(() => rmSync(directory, { recursive: true, force: true }));

/** Why the client cannot run here; false where it can. Installs it where it is missing. */
async function missing(): Promise<string | false> {
  const works = async (program: string, args: readonly string[]): Promise<boolean> => {
    try {
      return (await runProgram(program, args)).code === 0;
    } catch {
      return false;
    }
  };
  if (await works(python, ['-c', version])) return false;
  if (!(await works('python3', ['-m', 'venv', environment]))) return 'python3 with venv is not on this machine';
  const install = ['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check', 'kubernetes==37.0.2'];
  return (await works(python, install)) ? false : 'the Python client could not be installed';
}

const skip = await missing();
const steps = [
  'typed objects',
  'pages and selectors',
  'watches',
  'dynamic objects',
  'server-side apply',
  'custom kinds',
  'service accounts',
  'deployments',
];

async function tell(kubeconfig: string, pods: 'pods' | 'no pods'): Promise<void> {
  const cache = { TMPDIR: mkdtempSync(join(directory, 'cache-')) };
  const { code, output, errors } = await runProgram(python, [story, kubeconfig, pods], { env: cache });
  assert.equal(code, 0, output + errors);
  assert.deepEqual(
    output.trim().split('\n'),
    steps.map((step) => `ok ${step}`),
  );
}

test('the Python client on the sandbox', { skip }, async () => {
  await using sandbox = await Sandbox.start({ speed: 100 });
  const kubeconfig = join(directory, 'kubeconfig');
  writeFileSync(kubeconfig, sandbox.kubeconfig(), { mode: 0o600 });
  await tell(kubeconfig, 'pods');
});

test('the Python client on the real server', { skip: skip || (referenceClusterMissing() ?? false) }, async () => {
  await using cluster = await startReferenceCluster({ controllerManager: true, authorization: 'RBAC' });
  await tell(cluster.kubeconfig, 'no pods');
});
