// The real kubectl, line by line, against both servers: exit codes and what it prints, ages and ids aside.

import { spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { kubectlProgram } from '../../packages/sandbox/src/testing/kubectl.ts';
import { type Line, kubectlLines, manifests } from './kubectl-lines.ts';
import { differences, normalize } from './normalize.ts';
import type { Server } from './servers.ts';

/** What came of a suite. */
export interface SuiteResult {
  readonly passed: number;
  readonly total: number;
  readonly failures: readonly { readonly name: string; readonly differences: readonly string[] }[];
}

/** What a line printed, ages and ids aside. */
export interface Printed {
  readonly code: number;
  readonly output: readonly string[];
  readonly errors: readonly string[];
}

/** Runs every line on both servers; later lines see what earlier ones did. */
export async function compareKubectl(real: Server, sandbox: Server, word: string): Promise<SuiteResult> {
  const directory = mkdtempSync(join(tmpdir(), 'sandbox-conformance-kubectl-'));
  for (const [name, text] of Object.entries(manifests)) writeFileSync(join(directory, name), text);
  const failures: { readonly name: string; readonly differences: readonly string[] }[] = [];
  try {
    const homes = [homeOf(directory, real), homeOf(directory, sandbox)] as const;
    for (const line of kubectlLines) {
      const [want, got] = await Promise.all(homes.map((home) => run(directory, home, line)));
      const found = differences(want, got);
      if (found.length > 0) failures.push({ name: `kubectl ${line.text}`, differences: found });
    }
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
  const shown = failures.filter((each) => each.name.includes(word));
  return { passed: kubectlLines.length - failures.length, total: kubectlLines.length, failures: shown };
}

/** A home of its own for each server, so that kubectl's caches do not mix. */
export function homeOf(directory: string, server: Pick<Server, 'name' | 'kubeconfig'>): string {
  const home = join(directory, server.name);
  mkdirSync(home);
  writeFileSync(join(home, 'config'), server.kubeconfig);
  return home;
}

/** Runs one line. */
export function run(directory: string, home: string, line: Line): Promise<Printed> {
  const args = [...line.text.matchAll(/'([^']*)'|(\S+)/g)].map((match) => match[1] ?? match[2] ?? '');
  return new Promise((resolve, reject) => {
    const child = spawn(kubectlProgram(), args, {
      cwd: directory,
      env: { HOME: home, KUBECONFIG: join(home, 'config'), PATH: process.env['PATH'], ...line.environment },
      stdio: ['pipe', 'pipe', 'pipe'],
      timeout: 90_000,
    });
    const texts = { output: '', errors: '' };
    child.stdout.on('data', (chunk: Buffer) => (texts.output += chunk.toString()));
    child.stderr.on('data', (chunk: Buffer) => (texts.errors += chunk.toString()));
    child.on('error', reject);
    child.on('close', (code) =>
      resolve({ code: code ?? -1, output: plain(texts.output), errors: plain(texts.errors) }),
    );
    // A command that refuses its arguments ends without reading what it is given.
    child.stdin.on('error', () => undefined);
    child.stdin.end(line.input ?? '');
  });
}

// Go answers members in the order of its structs, which nobody reads.
function sortedJson(line: string): string {
  try {
    return JSON.stringify(normalize(JSON.parse(line)));
  } catch {
    return line;
  }
}

// Ages, ids, times, addresses and the spaces that follow from their width. What follows a dash is no age but the end of a name
// that was made up, which may look like one (web-28h5d).
function plain(text: string): readonly string[] {
  return text
    .replaceAll(/[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/g, '<uid>')
    .replaceAll(/\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z/g, '<time>')
    .replaceAll(/\w{3}, \d\d \w{3} \d{4} \d\d:\d\d:\d\d [+-]\d{4}/g, '<time>')
    .replaceAll(/(?<![-\w])(\d+[smhd]){1,2}\b( ago)?/g, '<age>')
    .replaceAll(/\d{4}-\d\d-\d\d \d\d:\d\d:\d\d(\.\d+)? \+0000/g, '<time>')
    .replaceAll(/Context "\w+" modified/g, 'Context "<context>" modified')
    .replaceAll(/Resource Version:\s+\d+/g, 'Resource Version: <rv>')
    .replaceAll(/\b(g|debugger)-\w{5}\b/g, '$1-<suffix>')
    .replaceAll(/(resourceVersion["']?: ?"?)\d+/g, '$1<rv>')
    .replaceAll(/\b10\.96\.\d+\.\d+\b/g, '<ip>')
    .replaceAll(/https:\/\/127\.0\.0\.1:\d+/g, '<server>')
    .replaceAll(/\bkube-api-access-\w{5}\b/g, 'kube-api-access-<id>')
    .replaceAll(/\b3[0-2]\d{3}\b/g, '<port>')
    .replaceAll(/\/tmp\/\S+/g, '<file>')
    .replaceAll(/[IWE]\d{4} \d\d:\d\d:\d\d\.\d+ +\d+ /g, '<log> ')
    .split('\n')
    .map((line) => (line.startsWith('{"') ? sortedJson(line) : line.replaceAll(/\s+/g, ' ').trimEnd()));
}
