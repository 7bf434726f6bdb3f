// Compares hydrated commits with those of Argo CD's own commit server: the same dry commits and manifests are hydrated by both,
// each into a repository of its own, commit after commit, and every branch must have the same trees, messages and notes.
// Run: `npm run oracle hydrator` (`bash tools/go/build.sh "" --argo` builds the other side).

import assert from 'node:assert/strict';
import { execFileSync, spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { createGit, openRepository, publish } from '@evenkeel/git';
import { type CommitInput, planCommit, refsOf } from '../../packages/argo/src/hydrator/commit.ts';
import type { HydratedPath } from '../../packages/argo/src/hydrator/layout.ts';
import { commitMetadata } from '../../packages/argo/src/hydrator/metadata.ts';
import {
  cleanMessage,
  defaultMessageTemplate,
  defaultReadmeTemplate,
  renderMessage,
} from '../../packages/argo/src/hydrator/templates.ts';
import { dryMessages, hydrationsOf, templates } from './hydrator-cases.ts';

const oracle = join(process.env['EVENKEEL_TOOLS'] ?? join(homedir(), '.cache/evenkeel/tools/bin'), 'hydrator-oracle');
const directory = mkdtempSync(join(tmpdir(), 'evenkeel-hydrator-oracle-'));
process.on('exit', () => rmSync(directory, { recursive: true, force: true }));

const environment = { PATH: process.env['PATH'] ?? '', HOME: directory, GIT_CONFIG_NOSYSTEM: '1', TZ: 'UTC' };
const command = createGit({ directory: join(directory, 'git') });

function git(cwd: string, ...args: readonly string[]): string {
  return execFileSync('git', args, { cwd, env: environment, encoding: 'utf8' }).trim();
}

/** A side: a bare repository that Git knows by one URL, so that both write the same of it. */
function makeSide(name: string): string {
  const bare = join(directory, name, 'remote.git');
  execFileSync('git', ['init', '--bare', '-q', '-b', 'main', bare], { env: environment });
  return bare;
}

const dry = join(directory, 'dry');
execFileSync('git', ['init', '-q', '-b', 'main', dry], { env: environment });
const who = ['-c', 'user.name=Ada Keeper', '-c', 'user.email=ada@example.com'];

const child = spawn(oracle, { env: environment, stdio: ['pipe', 'pipe', 'ignore'] });
const answers = createInterface({ input: child.stdout })[Symbol.asyncIterator]();

async function ask(request: object): Promise<{ readonly sha?: string; readonly error?: string }> {
  child.stdin.write(`${JSON.stringify(request)}\n`);
  const { value, done } = await answers.next();
  if (done === true) throw new Error(`${oracle} ended`);
  return JSON.parse(value) as { readonly sha?: string; readonly error?: string };
}

interface Wish {
  readonly sha: string;
  readonly paths: readonly HydratedPath[];
  readonly branch: string;
  readonly syncBranch: string;
  readonly message: string;
  readonly readme: string;
  /** What the commits call the repository. */
  readonly url: string;
}

async function hydrateOurs(bare: string, wish: Wish): Promise<string> {
  await using repository = openRepository(command, join(dry, '.git'));
  const metadata = commitMetadata(wish.url, await repository.commit(wish.sha));
  const input: CommitInput = {
    ...wish,
    drySha: wish.sha,
    metadata,
    message: cleanMessage(renderMessage(wish.message || defaultMessageTemplate, metadata)),
    readmeTemplate: wish.readme || defaultReadmeTemplate,
    author: { name: 'Argo CD', email: 'argo-cd@example.com' },
    seconds: 1_700_000_000,
  };
  let at: string | number = '';
  const options = { url: bare, directory: join(directory, 'publish'), refs: refsOf(input) };
  const made = await publish(command, options, async (view) => {
    const planned = await planCommit(input, view);
    ({ at } = planned);
    return planned.plan;
  });
  return typeof at === 'string' ? at : (made[at] ?? '');
}

/** What stands in a repository, with what differs by nature left out. */
function standing(bare: string): string {
  const branches = git(bare, 'for-each-ref', '--format=%(refname)', 'refs/heads').split('\n').filter(Boolean);
  return branches
    .map((ref) => {
      const commits = git(
        bare,
        'log',
        '--format=%T|%an <%ae>|%B',
        '--notes=hydrator.metadata',
        '--format=%T|%an|%B|%N',
        ref,
      );
      return `${ref}\n${commits}\n${git(bare, 'ls-tree', '-r', ref)}`;
    })
    .join('\n\n');
}

const rounds = Number(process.env['ROUNDS'] ?? 40);
let [equal, count, refused] = [0, 0, 0];
for (let seed = 0; seed < rounds; seed += 1) {
  const [ours, theirs] = [makeSide(`ours-${seed}`), makeSide(`theirs-${seed}`)];
  const [syncBranch, branch] = seed % 3 === 0 ? ['env/prod', 'env/prod-next'] : ['env/dev', 'env/dev'];
  for (const paths of hydrationsOf(seed)) {
    const said = dryMessages[count % dryMessages.length] ?? 'A change';
    git(dry, ...who, 'commit', '-q', '--allow-empty', '--cleanup=verbatim', '-m', said);
    const [message = '', readme = ''] = templates[seed % templates.length] ?? [];
    const wish: Wish = { sha: git(dry, 'rev-parse', 'HEAD'), paths, branch, syncBranch, message, readme, url: theirs };
    const manifests = paths.map((path) => ({ ...path, manifests: path.manifests.map((each) => JSON.stringify(each)) }));
    const request = { dryRepo: dry, drySha: wish.sha, repo: theirs, syncBranch, targetBranch: branch, message, readme };
    count += 1;
    const [told, mine] = [
      await ask({ ...request, paths: manifests }),
      await hydrateOurs(ours, wish).catch((error: unknown) => error as Error),
    ];
    if (told.error !== undefined || mine instanceof Error) {
      const both = told.error !== undefined && mine instanceof Error;
      if (!both) console.log(`seed ${seed}: upstream ${JSON.stringify(told)}, ours ${String(mine)}`);
      refused += 1;
      equal += both ? 1 : 0;
      continue;
    }
    try {
      // Messages of many lines make one long text: the first difference is what is shown.
      assert.equal(standing(ours), standing(theirs));
      equal += 1;
    } catch (error) {
      console.log(`seed ${seed}, ${JSON.stringify(said)}:\n${(error as Error).message.slice(0, 3000)}`);
      break;
    }
  }
}
child.stdin.end();
console.log(`RESULT hydrator commits=${count} equal=${equal} refused=${refused}`);
if (equal !== count) process.exitCode = 1;
