// Renders the charts of the shared corpus as `helm template` was asked to, and compares with what the real Helm 4 and
// Helm 3 printed, byte by byte. Charts with generated randomness are compared by shape.
//
//   npm run oracle -- helm [substring-of-a-chart …]      VERBOSE=1 shows more of what differs
//   npm run oracle -- helm releases                      release records against a real API server and the real helm

import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import {
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  readlinkSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { basename, dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

import {
  type HelmVersion,
  type ReleaseRecord,
  type TemplateCommandHost,
  type TemplateCommandResult,
  decodeRelease,
  encodeRelease,
  helmTemplate,
  makeReleaseRecord,
  readReleaseSecret,
  releaseSecret,
} from '@evenkeel/helm';
import type { KubeObject } from '@evenkeel/resource';
import type { FileTree } from '@evenkeel/std';

const root = dirname(dirname(dirname(fileURLToPath(import.meta.url))));
const corpus = resolve(root, '../shared/corpus');

interface CorpusCase {
  readonly chart: string;
  readonly case: string;
  readonly args: readonly string[];
  readonly exit: number;
  readonly expected?: string;
  readonly expected_helm3?: string;
  readonly error?: string;
  readonly random?: boolean;
}

/** A directory of the disk as a tree; symlinks may lead anywhere, as they may for Helm. */
export function diskTree(directory: string): FileTree {
  const at = (path: string): string => join(directory, path);
  const quiet = <T>(action: () => T): T | undefined => {
    try {
      return action();
    } catch {
      return undefined;
    }
  };
  return {
    stat(path) {
      const info = quiet(() => lstatSync(at(path)));
      if (info === undefined) return undefined;
      return info.isSymbolicLink() ? 'symlink' : info.isDirectory() ? 'directory' : 'file';
    },
    read: (path) => quiet(() => readFileSync(at(path))),
    list(path) {
      const entries = quiet(() => readdirSync(at(path), { withFileTypes: true }));
      return entries
        ?.map((entry) => ({
          name: entry.name,
          kind: entry.isSymbolicLink()
            ? ('symlink' as const)
            : entry.isDirectory()
              ? ('directory' as const)
              : ('file' as const),
        }))
        .sort((left, right) => (left.name < right.name ? -1 : 1));
    },
    readlink: (path) => quiet(() => readlinkSync(at(path))),
  };
}

/** The command's world on this machine, with `directory` as working directory and no cluster. */
export function diskHost(directory: string): TemplateCommandHost {
  return {
    nowNanos: () => BigInt(Date.now()) * 1_000_000n,
    localZone: 'UTC',
    randomBytes: (count) => randomBytes(count),
    defaultNamespace: () => 'default',
    locateChart(reference) {
      const path = resolve(directory, reference);
      if (!existsSync(path)) return undefined;
      if (statSync(path).isDirectory())
        return { tree: diskTree(path), path: '', displayPath: (name) => join(path, name) };
      return { tree: diskTree(dirname(path)), path: basename(path), displayPath: (name) => join(dirname(path), name) };
    },
    readFile(path) {
      const full = resolve(directory, path);
      return existsSync(full) ? readFileSync(full) : undefined;
    },
  };
}

const WORD = /[A-Za-z0-9+/=$.]+/g;

/** Whether two lines differ only in generated words: equally long, and long enough to be generated. */
function sameShape(left: string, right: string): boolean {
  if (left === right) return true;
  const first = left.match(WORD) ?? [];
  const second = right.match(WORD) ?? [];
  if (left.replaceAll(WORD, '') !== right.replaceAll(WORD, '')) return false;
  return first.every((word, index) => {
    const other = second[index] ?? '';
    return word === other || (word.length === other.length && word.length >= 5);
  });
}

function agrees(found: string, wanted: string, random: boolean): boolean {
  if (found === wanted) return true;
  if (!random) return false;
  const left = found.split('\n');
  const right = wanted.split('\n');
  return left.length === right.length && left.every((line, index) => sameShape(line, right[index] ?? ''));
}

function firstDifference(found: string, wanted: string): string {
  const left = found.split('\n');
  const right = wanted.split('\n');
  const at = left.findIndex((line, index) => line !== right[index]);
  const from = at < 0 ? left.length : at;
  return [
    `line ${from + 1}`,
    ...right.slice(from, from + 4).map((line) => `  want ${JSON.stringify(line)}`),
    ...left.slice(from, from + 4).map((line) => `  got  ${JSON.stringify(line)}`),
  ].join('\n');
}

interface Tally {
  cases: number;
  equal: number;
  readonly differing: { readonly name: string; readonly what: string }[];
}

function check(entry: CorpusCase, version: HelmVersion, tally: Tally): void {
  const name = `${entry.chart} ${entry.case} (helm ${version})`;
  const expected = version === 3 ? (entry.expected_helm3 ?? entry.expected) : entry.expected;
  // For failures and randomness only Helm 4's output is recorded.
  if (version === 3 && (entry.exit !== 0 || (entry.random === true && entry.expected_helm3 === undefined))) return;
  tally.cases += 1;
  let result: TemplateCommandResult;
  try {
    result = helmTemplate(entry.args, diskHost(join(corpus, entry.chart)), version);
  } catch (error) {
    tally.differing.push({
      name,
      what: `threw ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`,
    });
    return;
  }
  if (entry.exit !== 0) {
    if (result.exitCode === entry.exit && result.stderr.trimEnd().endsWith((entry.error ?? '').trimEnd()))
      tally.equal += 1;
    else tally.differing.push({ name, what: `want ${entry.error}\ngot  ${result.stderr}` });
    return;
  }
  const wanted = readFileSync(join(corpus, expected ?? ''), 'utf8');
  if (result.exitCode === 0 && agrees(result.stdout, wanted, entry.random ?? false)) tally.equal += 1;
  else
    tally.differing.push({
      name,
      what: result.exitCode === 0 ? firstDifference(result.stdout, wanted) : result.stderr,
    });
}

function main(filters: readonly string[]): void {
  const index = JSON.parse(readFileSync(join(corpus, 'index.json'), 'utf8')) as {
    readonly helm: readonly CorpusCase[];
  };
  const chosen = index.helm.filter(
    (entry) => filters.length === 0 || filters.some((filter) => entry.chart.includes(filter)),
  );
  const tally: Tally = { cases: 0, equal: 0, differing: [] };
  const started = performance.now();
  for (const entry of chosen) for (const version of [4, 3] as const) check(entry, version, tally);
  const seconds = ((performance.now() - started) / 1000).toFixed(1);
  for (const { name, what } of tally.differing.slice(0, 30))
    console.log(`DIFFERS ${name}\n${what.slice(0, process.env['VERBOSE'] === '1' ? 4000 : 700)}`);
  const percent = tally.cases === 0 ? 0 : (100 * tally.equal) / tally.cases;
  mkdirSync(join(root, '.results'), { recursive: true });
  const record = {
    cases: tally.cases,
    equal: tally.equal,
    percent,
    differing: tally.differing.map(({ name }) => name),
  };
  writeFileSync(join(root, '.results/helm.json'), `${JSON.stringify(record, undefined, 2)}\n`);
  console.log(`RESULT helm cases=${tally.cases} equal=${tally.equal} percent=${percent.toFixed(2)} seconds=${seconds}`);
  process.exitCode = percent >= 99.5 ? 0 : 1;
}

/**
 * Release records against the real helm on a real API server: it must list, show and roll back what we wrote, and we
 * must read what it wrote.
 */
async function checkReleases(): Promise<void> {
  const { startReferenceCluster } = await import('../schema/reference-cluster.ts');
  await using cluster = await startReferenceCluster();
  const work = mkdtempSync(join(tmpdir(), 'helm-releases-'));
  const chart = join(work, 'web');
  mkdirSync(join(chart, 'templates'), { recursive: true });
  writeFileSync(join(chart, 'Chart.yaml'), 'apiVersion: v2\nname: web\nversion: 1.2.3\nappVersion: "9"\n');
  writeFileSync(join(chart, 'values.yaml'), 'size: 1\n');
  const configMap = 'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: web}\ndata: {size: "{{ .Values.size }}"}\n';
  writeFileSync(join(chart, 'templates/cm.yaml'), configMap);
  const kubeconfig = join(work, 'kubeconfig');
  const user = { name: 'u', user: { token: cluster.token } };
  const server = { server: cluster.url, 'insecure-skip-tls-verify': true };
  const context = { name: 'c', context: { cluster: 'c', user: 'u' } };
  const config = {
    apiVersion: 'v1',
    kind: 'Config',
    clusters: [{ name: 'c', cluster: server }],
    users: [user],
    contexts: [context],
    'current-context': 'c',
  };
  writeFileSync(kubeconfig, JSON.stringify(config));
  const run = (program: string, ...args: string[]): string => {
    const bin = join(homedir(), '.cache/evenkeel/tools/bin', program);
    const { stdout, stderr, status } = spawnSync(bin, args, {
      encoding: 'utf8',
      env: { HOME: work, PATH: '/usr/bin:/bin', KUBECONFIG: kubeconfig },
    });
    assert.equal(status, 0, `${program} ${args.join(' ')}: ${stderr}`);
    return stdout;
  };
  const send = async (method: string, path: string, body?: unknown): Promise<string> => {
    const headers = { 'content-type': 'application/json' };
    const base = { method, path };
    const answer = await cluster.request(body === undefined ? base : { ...base, headers, body: JSON.stringify(body) });
    assert.ok(answer.status < 300, `${method} ${path}: ${answer.body}`);
    return answer.body;
  };
  const secrets = '/api/v1/namespaces/default/secrets';
  const tree = diskTree(chart);
  for (const revision of [1, 2]) {
    const values = [{ kind: 'set' as const, expression: `size=${revision * 10}` }];
    const record = makeReleaseRecord(
      { tree, chartPath: '' },
      { releaseName: 'ours', namespace: 'default', revision, values },
      {
        status: revision === 1 ? 'superseded' : 'deployed',
        description: `revision ${revision}`,
        firstDeployed: '2026-01-01T00:00:00Z',
        lastDeployed: '2026-01-02T00:00:00Z',
      },
    );
    await send('POST', secrets, releaseSecret(record, { kind: 'create', unixSeconds: 1_767_225_600 }));
  }
  for (const program of ['helm', 'helm3']) {
    assert.match(run(program, 'list'), /ours\s+default\s+2\s+2026-01-02 .*deployed\s+web-1\.2\.3\s+9/);
    assert.match(run(program, 'history', 'ours'), /1\s+.*superseded\s+web-1\.2\.3[\s\S]*2\s+.*deployed/);
    assert.match(run(program, 'get', 'values', 'ours'), /size: 20/);
    assert.match(run(program, 'get', 'values', 'ours', '--revision', '1', '--all'), /size: 10/);
    assert.match(run(program, 'get', 'manifest', 'ours'), /data: \{size: "20"\}/);
  }
  await send('POST', '/api/v1/namespaces/default/configmaps', {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: {
      name: 'web',
      labels: { 'app.kubernetes.io/managed-by': 'Helm' },
      annotations: { 'meta.helm.sh/release-name': 'ours', 'meta.helm.sh/release-namespace': 'default' },
    },
    data: { size: '20' },
  });
  run('helm', 'rollback', 'ours', '1');
  assert.match(await send('GET', '/api/v1/namespaces/default/configmaps/web'), /"size":\s?"10"/);
  run('helm3', 'install', 'theirs', chart, '--set', 'size=7', '--take-ownership');
  const read = async (name: string): Promise<ReleaseRecord> =>
    readReleaseSecret(JSON.parse(await send('GET', `${secrets}/${name}`)) as KubeObject);
  const rolledBack = await read('sh.helm.release.v1.ours.v3');
  assert.deepEqual([rolledBack.status, rolledBack.config, rolledBack.rollbackRevision], ['deployed', { size: 10 }, 1]);
  const theirs = await read('sh.helm.release.v1.theirs.v1');
  assert.deepEqual([theirs.status, theirs.config, theirs.description], ['deployed', { size: 7 }, 'Install complete']);
  assert.deepEqual(decodeRelease(encodeRelease(theirs)), { ...theirs, labels: {} });
  rmSync(work, { recursive: true });
  console.log('RESULT helm-releases ok');
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  if (process.argv[2] === 'releases') await checkReleases();
  else main(process.argv.slice(2));
}
