// Compares hydrated commits with those of Argo CD's own commit server (3.2): the same dry commits and manifests are hydrated by
// both, each into a repository of its own, commit after commit, and the branches must end in the same tree and message.
// Run: `npm run oracle hydrator` (SEED and ROUNDS choose the manifests; `bash tools/go/build.sh "" --argo` builds the other side).
//
// We do as 3.6 does. Where the commit server of 3.6 (commitserver/commit) differs from that of 3.2, ours is held to what 3.6
// does with what 3.2 wrote, and the commits are counted by these names:
//   kept     3.6 differs from 3.2: a path whose manifest did not change keeps its hydrator.metadata and README.md
//   silent   3.6 differs from 3.2: where no manifest changed there is no commit, only a note
//   begun    3.6 differs from 3.2: the empty commit that a branch begins with names the branch
//   readme   3.6 differs from 3.2: the README's template is a setting; what it comes to is asked of Go's templates
// and all of them carry a note of the dry commit, which 3.2 does not write.

import assert from 'node:assert/strict';
import { execFileSync, spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { join, posix } from 'node:path';
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
import { seed as chosen } from './seed.ts';

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

interface Told {
  readonly sha?: string;
  readonly error?: string;
  /** What another template of READMEs than upstream's own comes to, path by path. */
  readonly readmes?: readonly string[];
}

async function ask(request: object): Promise<Told> {
  child.stdin.write(`${JSON.stringify(request)}\n`);
  const { value, done } = await answers.next();
  if (done === true) throw new Error(`${oracle} ended`);
  return JSON.parse(value) as Told;
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

/** The last commit of a branch; undefined where there is no such branch. */
interface Head {
  readonly commit: string;
  readonly message: string;
  readonly files: ReadonlyMap<string, string>;
}

function headOf(bare: string, branch: string): Head | undefined {
  const commit = git(bare, 'for-each-ref', '--format=%(objectname)', `refs/heads/${branch}`);
  if (commit === '') return undefined;
  const entries = git(bare, 'ls-tree', '-r', '-z', commit).split('\0').filter(Boolean);
  return {
    commit,
    message: git(bare, 'log', '-1', '--format=%an <%ae>|%cn <%ce>|%B', commit),
    files: new Map(entries.map((entry) => [entry.slice(entry.indexOf('\t') + 1), entry.slice(0, entry.indexOf('\t'))])),
  };
}

function blobOf(text: string): string {
  const hash = execFileSync('git', ['hash-object', '--stdin'], { cwd: dry, env: environment, input: text });
  return `100644 blob ${hash.toString('utf8').trim()}`;
}

type Difference = 'kept' | 'silent' | 'readme' | 'begun';

interface Expected {
  readonly head: Head | undefined;
  readonly differences: Set<Difference>;
}

/** What 3.6 makes of what 3.2 made: `before` is the branch that ours builds upon, the manifests of both being the same. */
function expectedOf(theirs: Head, before: Head | undefined, wish: Wish, told: Told): Expected {
  const differences = new Set<Difference>();
  const files = new Map(theirs.files);
  const fileOf = (path: string, name: string): string => posix.join(path, name);
  const isSame = (path: string): boolean => {
    const manifest = fileOf(path, 'manifest.yaml');
    return before?.files.has(manifest) === true && before.files.get(manifest) === theirs.files.get(manifest);
  };
  if (wish.paths.every(({ path }) => isSame(path))) return { head: before, differences: new Set(['silent']) };
  for (const [index, { path }] of wish.paths.entries()) {
    const readme = told.readmes?.[index];
    if (readme !== undefined) {
      files.set(fileOf(path, 'README.md'), blobOf(readme));
      differences.add('readme');
    }
    if (!isSame(path)) continue;
    differences.add('kept');
    for (const name of ['hydrator.metadata', 'README.md']) {
      files.set(fileOf(path, name), before?.files.get(fileOf(path, name)) ?? '');
    }
  }
  return { head: { ...theirs, files }, differences };
}

/** As one text; what is of one side by nature, the commit's name, is left out. */
function printed(head: Head | undefined): string {
  if (head === undefined) return 'no branch';
  const files = [...head.files].map(([name, entry]) => `${entry}\t${name}`).toSorted();
  return `${head.message}\n${files.join('\n')}`;
}

const rounds = Number(process.env['ROUNDS'] ?? 40);
const named = new Map<Difference, number>();
let [equal, count, refused] = [0, 0, 0];
const first = (chosen - 1) * rounds;
for (let seed = first; seed < first + rounds; seed += 1) {
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
    const before = headOf(ours, branch) ?? headOf(ours, syncBranch);
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
      const [made, original] = [headOf(ours, branch), headOf(theirs, branch)];
      assert.ok(original, 'upstream has no branch');
      const { head, differences } = expectedOf(original, before, wish, told);
      // Messages of many lines make one long text: the first difference is what is shown.
      assert.equal(printed(made), printed(head));
      assert.equal(
        made?.commit === before?.commit,
        differences.has('silent'),
        'a commit where there should be none, or none',
      );
      if (syncBranch !== branch) {
        const begun = printed(headOf(theirs, syncBranch));
        const expected = begun.replace(/\|Initial commit$/m, `|Initial commit for ${syncBranch}`);
        assert.equal(printed(headOf(ours, syncBranch)), expected);
        if (expected !== begun) differences.add('begun');
      }
      assert.equal(made?.commit, mine);
      assert.deepEqual(JSON.parse(git(ours, 'notes', '--ref=hydrator.metadata', 'show', mine)), { drySha: wish.sha });
      for (const each of differences) named.set(each, (named.get(each) ?? 0) + 1);
      equal += 1;
    } catch (error) {
      console.log(`seed ${seed}, ${JSON.stringify(said)}:\n${(error as Error).message.slice(0, 3000)}`);
      break;
    }
  }
}
child.stdin.end();
const counts = [...named].map(([name, many]) => `${name}=${many}`).join(' ');
console.log(`RESULT hydrator commits=${count} equal=${equal} refused=${refused}, of version: ${counts}`);
if (equal !== count) process.exitCode = 1;
