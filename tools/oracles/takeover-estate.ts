// The team's estate: repositories behind a git host, and what is applied to the cluster, out of tools/oracles/takeover/*.txtar
// and, where they are beside the checkout, the acceptance tree and its listings.

import { execFile } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { createGit, startGitHost } from '@evenkeel/git';
import { type KubeObject, parseYamlDocuments } from '@evenkeel/resource';

const here = dirname(fileURLToPath(import.meta.url));
const acceptance = join(dirname(dirname(dirname(here))), 'shared', 'acceptance');

export interface Estate extends AsyncDisposable {
  /** What the team applies: namespaces and projects first. */
  readonly objects: readonly KubeObject[];
  /** Puts the repositories where they were at the beginning. */
  rewind(): Promise<void>;
  /** Pushes the one commit of push.txtar. */
  push(): Promise<void>;
  /** The text with what differs between two runs on different ports named instead. */
  readonly neutral: (text: string) => string;
}

/** Hosts the estate. `only` picks Applications by name; without it everything is there. */
export async function openEstate(only?: RegExp): Promise<Estate> {
  const directory = mkdtempSync(join(tmpdir(), 'takeover-estate-'));
  const host = await startGitHost(createGit({ directory: join(directory, 'home') }), {
    stateDirectory: join(directory, 'hosted'),
    repositories: [{ name: 'estate' }, { name: 'infrastructure' }],
    listen: { port: 0 },
  });
  const address = host.url ?? '';
  const named = (text: string): string =>
    text
      .replaceAll('$ESTATE', `${address}/estate.git`)
      .replaceAll('$HOST', address)
      .replaceAll('https://github.com/your-org/infrastructure.git', `${address}/infrastructure.git`)
      .replaceAll('https://github.com/company/k8s-config', `${address}/infrastructure.git`)
      .replaceAll('https://github.com/example/infra', `${address}/infrastructure.git`);
  const archives = ['estate', 'estate-more', 'failures'].flatMap((name) => readArchive(`${name}.txtar`));
  const estate = await repository(join(directory, 'estate'), `${address}/estate.git`, filesOf(archives, 'git/'), named);
  const tree = existsSync(acceptance) ? acceptanceFiles() : [{ path: 'README', text: 'no tree here\n' }];
  const infrastructure = await repository(
    join(directory, 'infrastructure'),
    `${address}/infrastructure.git`,
    tree,
    named,
  );
  const manifests = [...filesOf(archives, 'cluster/'), ...(existsSync(acceptance) ? listings() : [])];
  const objects = manifests
    .flatMap(
      ({ text }) => parseYamlDocuments(named(text), { dialect: 'sigs' }) as readonly unknown[] as readonly KubeObject[],
    )
    .filter(
      ({ kind, metadata: { name = '' } }) => only === undefined || !kind.startsWith('Application') || only.test(name),
    );
  return {
    objects: objects.toSorted((left, right) => rank(left) - rank(right)),
    async rewind() {
      await estate.rewind();
      await infrastructure.rewind();
    },
    push: () => estate.push(filesOf(readArchive('push.txtar'), 'git/'), named),
    neutral: (text) => text.replaceAll(address, 'http://git'),
    async [Symbol.asyncDispose]() {
      await host[Symbol.asyncDispose]();
      rmSync(directory, { recursive: true, force: true });
    },
  };
}

function rank({ kind }: KubeObject): number {
  return ['Namespace', 'AppProject'].includes(kind) ? 0 : 1;
}

interface File {
  readonly path: string;
  readonly text: string;
}

function readArchive(name: string): readonly File[] {
  const parts = readFileSync(join(here, 'takeover', name), 'utf8').split(/^-- (\S+) --\n/m);
  return parts.flatMap((path, at) => (at % 2 === 1 ? [{ path, text: parts[at + 1] ?? '' }] : []));
}

function filesOf(archive: readonly File[], folder: string): readonly File[] {
  return archive
    .filter(({ path }) => path.startsWith(folder))
    .map(({ path, text }) => ({ path: path.slice(folder.length), text }));
}

/** The tree as it stands; its Applications name the hosted repository. */
function acceptanceFiles(): readonly File[] {
  const root = join(acceptance, 'infrastructure');
  return readdirSync(root, { recursive: true, encoding: 'utf8' })
    .filter((path) => statSync(join(root, path)).isFile())
    .map((path) => ({ path, text: readFileSync(join(root, path), 'utf8') }));
}

/** The root application of the tree, those of the infrastructure, and the set over directories. */
function listings(): readonly File[] {
  const paths = [
    'infrastructure/clusters/production/root-app.yaml',
    'infrastructure/clusters/production/infrastructure/cert-manager.yaml',
    'infrastructure/clusters/production/infrastructure/ingress-nginx.yaml',
    'infrastructure/clusters/production/infrastructure/monitoring.yaml',
    'listings/argocd-application-api-production.yaml',
  ];
  return paths.map((path) => ({ path, text: readFileSync(join(acceptance, path), 'utf8') }));
}

interface Repository {
  rewind(): Promise<void>;
  push(files: readonly File[], named: (text: string) => string): Promise<void>;
}

/** Times of commits, fixed: the same estate has the same commits in every run on one port. */
const when = '2026-01-02T03:04:05Z';
const run = promisify(execFile);

async function repository(
  directory: string,
  url: string,
  files: readonly File[],
  named: (text: string) => string,
): Promise<Repository> {
  const git = async (...args: readonly string[]): Promise<string> => {
    const identity = ['-c', 'user.name=Ada', '-c', 'user.email=ada@example.com'];
    const env = { ...process.env, GIT_AUTHOR_DATE: when, GIT_COMMITTER_DATE: when };
    return (await run('git', [...identity, ...args], { cwd: directory, env })).stdout.trim();
  };
  const write = async (changed: readonly File[]): Promise<void> => {
    for (const { path, text } of changed) {
      mkdirSync(dirname(join(directory, path)), { recursive: true });
      if (text.trim() === '') rmSync(join(directory, path));
      else writeFileSync(join(directory, path), named(text));
    }
    await git('add', '-A');
  };
  mkdirSync(directory);
  await git('init', '-q', '-b', 'main');
  await write(files);
  await git('commit', '-q', '-m', 'What there is');
  await git('push', '-q', url, 'main');
  const first = await git('rev-parse', 'HEAD');
  return {
    async rewind() {
      await git('reset', '-q', '--hard', first);
      await git('push', '-q', '-f', url, 'main');
    },
    async push(changed) {
      await write(changed);
      await git('commit', '-q', '-m', 'What changes');
      await git('push', '-q', url, 'main');
    },
  };
}
