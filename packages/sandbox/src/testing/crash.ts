// kill -9 under load, again and again: writers over HTTPS remember what was acknowledged; after each kill the state file is
// opened again and compared. `npm run crash:sandbox -- 300 [seed]` runs it for long; the tests run it for a few seconds.

import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { Agent, request } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { createChance } from '../clock.ts';
import { openStateFile } from '../store/sqlite-journal.ts';

export interface CrashResult {
  readonly kills: number;
  /** Writes that were acknowledged, and those that a kill cut off. */
  readonly acknowledged: number;
  readonly cutOff: number;
  /** What was lost or wrong; empty when all is well. */
  readonly problems: readonly string[];
}

// What a writer knows of one of its objects.
interface Known {
  /** undefined where its deletion was acknowledged, or it was never there. */
  state: { readonly revision: number; readonly uid: string; readonly value: string } | undefined;
  /** A write that was sent and not answered: may have happened. */
  pending: 'put' | 'delete' | undefined;
}

interface Rig {
  readonly known: Map<string, Known>;
  readonly fraction: () => number;
  highest: number;
  acknowledged: number;
  onAcknowledged: () => void;
  cutOff: number;
  sequence: number;
}

const writers = 4;
const writesMax = 24;

/** Kills a cluster `kills` times at moments drawn from a seed. */
export async function crash(kills: number, seed: number): Promise<CrashResult> {
  const directory = mkdtempSync(join(tmpdir(), 'sandbox-crash-'));
  const stateFile = join(directory, 'state.db');
  const chance = createChance(seed);
  const fraction = (): number => chance.fraction();
  const onAcknowledged = (): void => undefined;
  const rig: Rig = { known: new Map(), fraction, highest: 0, acknowledged: 0, onAcknowledged, cutOff: 0, sequence: 0 };
  const problems: string[] = [];
  try {
    for (let round = 0; round < kills && problems.length === 0; round++) {
      await live(stateFile, rig);
      problems.push(...compare(stateFile, rig).map((problem) => `kill ${round + 1} (seed ${seed}): ${problem}`));
    }
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
  return { kills, acknowledged: rig.acknowledged, cutOff: rig.cutOff, problems };
}

// One life of the cluster: started, written to by several writers, killed in the middle.
async function live(stateFile: string, rig: Rig): Promise<void> {
  const child = spawn(
    process.execPath,
    ['--conditions=development', join(import.meta.dirname, 'crash-server.ts'), stateFile, `${stateFile}.cache`],
    { stdio: ['pipe', 'pipe', 'inherit'] },
  );
  const exited = once(child, 'exit');
  const kubeconfig = await firstLine(child);
  const client = clientOf(JSON.parse(kubeconfig) as string);
  // So many writes, whatever time they take on a busy machine, and then the others are in the middle of theirs.
  const { promise: enough, resolve } = Promise.withResolvers<void>();
  const target = rig.acknowledged + Math.floor(rig.fraction() * writesMax);
  rig.onAcknowledged = () => {
    if (rig.acknowledged >= target) setTimeout(resolve, rig.fraction() * 3);
  };
  rig.onAcknowledged();
  const work = Array.from({ length: writers }, (_, index) => write(client, rig, index));
  await enough;
  child.kill('SIGKILL');
  await exited;
  await Promise.all(work);
  client.agent.destroy();
}

async function firstLine(child: ChildProcess): Promise<string> {
  if (child.stdout === null) throw new Error('the cluster has no output');
  for await (const line of createInterface({ input: child.stdout })) return line;
  throw new Error('the cluster ended before it answered');
}

interface Client {
  readonly url: string;
  readonly agent: Agent;
}

function clientOf(kubeconfig: string): Client {
  const text = (name: string): string => new RegExp(`${name}: (\\S+)`).exec(kubeconfig)?.[1] ?? '';
  const pem = (name: string): string => Buffer.from(text(name), 'base64').toString();
  const agent = new Agent({
    keepAlive: true,
    ca: pem('certificate-authority-data'),
    cert: pem('client-certificate-data'),
    key: pem('client-key-data'),
  });
  return { url: text('server'), agent };
}

// Creates, changes and deletes objects of its own until the connection breaks.
async function write(client: Client, rig: Rig, writer: number): Promise<void> {
  const path = '/api/v1/namespaces/default/configmaps';
  for (;;) {
    const name = `w${writer}-${Math.floor(rig.fraction() * 12)}`;
    const known = rig.known.get(name) ?? { state: undefined, pending: undefined };
    rig.known.set(name, known);
    const value = String(++rig.sequence);
    const deletes = known.state !== undefined && rig.fraction() < 0.2;
    known.pending = deletes ? 'delete' : 'put';
    const body = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name }, data: { value } };
    const answer = await (
      deletes
        ? send(client, 'DELETE', `${path}/${name}`)
        : known.state === undefined
          ? send(client, 'POST', path, body)
          : send(client, 'PUT', `${path}/${name}`, body)
    ).catch(() => undefined);
    if (answer === undefined) {
      rig.cutOff++;
      return;
    }
    if (answer.status >= 300) throw new Error(`${name}: ${answer.status} ${JSON.stringify(answer.body)}`);
    rig.acknowledged++;
    rig.onAcknowledged();
    known.pending = undefined;
    known.state = deletes ? undefined : seen(answer.body);
    if (known.state !== undefined) rig.highest = Math.max(rig.highest, known.state.revision);
  }
}

interface Stored {
  readonly metadata: { readonly resourceVersion: string; readonly uid: string };
  readonly data?: { readonly value?: string };
}

function seen(body: unknown): NonNullable<Known['state']> {
  const { metadata, data } = body as Stored;
  return { revision: Number(metadata.resourceVersion), uid: metadata.uid, value: data?.value ?? '' };
}

function send(
  { url, agent }: Client,
  method: string,
  path: string,
  body?: unknown,
): Promise<{ readonly status: number; readonly body: unknown }> {
  return new Promise((resolve, reject) => {
    const headers = { 'content-type': 'application/json', 'user-agent': 'crash/1' };
    const outgoing = request(`${url}${path}`, { method, agent, headers }, (response) => {
      let text = '';
      response.on('data', (chunk: Buffer) => (text += chunk.toString()));
      response.on('error', reject);
      response.on('close', () => {
        if (!response.complete) reject(new Error('cut off'));
        else resolve({ status: response.statusCode ?? 0, body: JSON.parse(text) as unknown });
      });
    });
    outgoing.on('error', reject);
    outgoing.end(body === undefined ? undefined : JSON.stringify(body));
  });
}

// What the file holds must be what was acknowledged, or what the one write that was cut off would have made of it.
function compare(stateFile: string, rig: Rig): readonly string[] {
  const state = openStateFile(stateFile);
  const problems: string[] = [];
  try {
    const found = new Map<string, Known['state']>();
    let highest = 0;
    for (const { collection, key, object } of state.restored.entries) {
      highest = Math.max(highest, Number(object.metadata.resourceVersion));
      if (collection === 'configmaps') found.set(key.replace('default/', ''), seen(object));
    }
    if (state.restored.revision < Math.max(highest, rig.highest))
      problems.push(`revision ${state.restored.revision} is behind ${Math.max(highest, rig.highest)}`);
    for (const [name, known] of rig.known) {
      const problem = difference(known, found.get(name));
      if (problem !== undefined) problems.push(`${name} ${problem}`);
      rig.known.set(name, { state: found.get(name), pending: undefined });
    }
  } finally {
    state.journal.close();
  }
  return problems;
}

function difference({ state, pending }: Known, found: Known['state']): string | undefined {
  if (found === undefined)
    return state === undefined || pending === 'delete'
      ? undefined
      : `is gone; revision ${state.revision} was acknowledged`;
  if (state === undefined) return pending === 'put' ? undefined : 'is there; its deletion was acknowledged';
  if (found.uid !== state.uid) return 'was created anew';
  if (found.revision === state.revision)
    return found.value === state.value ? undefined : `has another content at revision ${state.revision}`;
  return pending === 'put' && found.revision > state.revision
    ? undefined
    : `is at revision ${found.revision}; ${state.revision} was acknowledged`;
}

if (import.meta.main) {
  const [kills = '300', seed = '1'] = process.argv.slice(2);
  const started = performance.now();
  const result = await crash(Number(kills), Number(seed));
  for (const problem of result.problems) process.stdout.write(`✖ ${problem}\n`);
  const seconds = Math.round((performance.now() - started) / 100) / 10;
  process.stdout.write(
    `RESULT crash:sandbox kills=${result.kills} seed=${seed} acknowledged=${result.acknowledged} cut-off=${result.cutOff} lost=${result.problems.length} seconds=${seconds}\n`,
  );
  process.exitCode = result.problems.length === 0 ? 0 : 1;
}
