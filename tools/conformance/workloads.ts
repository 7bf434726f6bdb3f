// What becomes of workloads: the same story told to the sandbox with its controllers, and to the real server with the real
// kube-controller-manager. Both have the same simulated nodes, so that what differs is what controllers do.

import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createHttpTransport } from '@evenkeel/kube';
import { referenceToolsDirectory, startReferenceCluster } from '@evenkeel/kube/reference';
import { Sandbox } from '@evenkeel/sandbox';
import { startPodSimulator } from '@evenkeel/sandbox/simulator';
import { type SuiteResult, homeOf, run } from './kubectl.ts';
import { differences } from './normalize.ts';
import { type Look, workloadFiles, workloadLines } from './workload-lines.ts';

const nodes = 3;
const speed = 50;

/** Tells the story to both, at the same time. */
export async function compareWorkloads(word: string): Promise<SuiteResult> {
  if (!'workloads'.startsWith(word) || !existsSync(join(referenceToolsDirectory, 'kube-controller-manager')))
    return { passed: 0, total: 0, failures: [] };
  await using stack = new AsyncDisposableStack();
  const directory = mkdtempSync(join(tmpdir(), 'sandbox-conformance-workloads-'));
  stack.defer(() => rmSync(directory, { recursive: true, force: true }));
  for (const [name, text] of Object.entries(workloadFiles)) writeFileSync(join(directory, name), text);
  const servers = [await startReal(stack), await startSandbox(stack)];
  const told = await Promise.all(servers.map((server) => tell(directory, homeOf(directory, server))));
  const failures = workloadLines.flatMap((line, index) => {
    const found = differences(told[0]?.[index], told[1]?.[index]);
    return found.length === 0 ? [] : [{ name: `workloads ${line.text}`, differences: found }];
  });
  return { passed: workloadLines.length - failures.length, total: workloadLines.length, failures };
}

interface Place {
  readonly name: string;
  readonly kubeconfig: string;
}

async function startReal(stack: AsyncDisposableStack): Promise<Place> {
  const cluster = stack.use(
    await startReferenceCluster({
      controllerManager: true,
      apiServerFlags: ['--kubelet-preferred-address-types=InternalIP'],
      controllerManagerFlags: [
        '--kube-api-qps=1000',
        '--kube-api-burst=1000',
        '--horizontal-pod-autoscaler-sync-period=1s',
      ],
    }),
  );
  const transport = stack.use(createHttpTransport(cluster.config));
  stack.use(await startPodSimulator({ transport, speed, nodes }));
  return { name: 'real', kubeconfig: readFileSync(cluster.kubeconfig, 'utf8') };
}

async function startSandbox(stack: AsyncDisposableStack): Promise<Place> {
  const sandbox = stack.use(await Sandbox.start({ speed, nodes }));
  return { name: 'sandbox', kubeconfig: sandbox.kubeconfig() };
}

interface Told {
  readonly code: number;
  readonly output: readonly unknown[];
  readonly errors: readonly string[];
}

async function tell(directory: string, home: string): Promise<readonly Told[]> {
  const result: Told[] = [];
  for (const line of workloadLines) {
    const printed = await run(directory, home, line);
    const [output, errors] = [printed.output, printed.errors].map((lines) => lines.map(nameless));
    result.push({ code: printed.code, output: looked(output ?? [], line.look).map(parsed), errors: errors ?? [] });
  }
  return result;
}

const letters = '[bcdfghjklmnpqrstvwxz2456789]';

// Names that controllers make up.
function nameless(line: string): string {
  return (
    line
      .replaceAll(new RegExp(`-${letters}{7,10}-${letters}{5}\\b`, 'g'), '-<hash>-<id>')
      .replaceAll(new RegExp(`-${letters}{7,10}\\b`, 'g'), '-<hash>')
      .replaceAll(new RegExp(`-${letters}{5}\\b`, 'g'), '-<id>')
      .replaceAll(new RegExp(`(hash":"|hash=)${letters}{7,10}\\b`, 'g'), '$1<hash>')
      // Types in messages are named after when they were looked up.
      .replaceAll(/\b([A-Z][A-Za-z]+)\d{3,9}(?=[.,)])/g, '$1<time>')
      .replaceAll(/\b10\.(244|0)\.\d+\.\d+\b/g, '<ip>')
  );
}

function looked(lines: readonly string[], look: Look | undefined): readonly string[] {
  if (look === 'last') return lines.filter((line) => line !== '').slice(-1);
  if (look === 'none') return [];
  return look === 'set' ? [...new Set(lines)].sort() : lines;
}

// So that differences name members.
function parsed(line: string): unknown {
  try {
    return line.startsWith('{"') ? (JSON.parse(line) as unknown) : line;
  } catch {
    return line;
  }
}
