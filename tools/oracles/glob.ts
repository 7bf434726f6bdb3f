// Compares @evenkeel/lang's globs with the libraries that Argo CD 3.6.1 reads them with: gobwas/glob 1.0.0, doublestar 4.10.0,
// Go's path.Match, and the real git for pathspecs. Patterns and texts are made from a seed (SEED), PAIRS of them for each
// kind; each must fit, or be refused, alike. Needs Go and git.
//
//   npm run oracle -- glob

import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type GlobKind, compileGlob, compilePath } from '@evenkeel/lang';
import { seed } from './seed.ts';

const root = dirname(dirname(dirname(fileURLToPath(import.meta.url))));
const PATTERNS = Number(process.env['PATTERNS'] ?? 1500);
const TEXTS = 8;
const SHOWN_MAX = Number(process.env['SHOWN'] ?? 20);

interface Question {
  readonly kind: GlobKind;
  readonly pattern: string;
  readonly separators: string;
  readonly texts: readonly string[];
}

interface Answer {
  readonly bad: boolean;
  readonly fits: readonly boolean[];
}

/** A small generator of numbers in [0, below), the same for the same seed. */
function numbers(from: number): (below: number) => number {
  let state = from >>> 0;
  return (below) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
}

const parts: Readonly<Record<GlobKind, readonly string[]>> = {
  gobwas: [
    'a',
    'b',
    'ä',
    '/',
    '.',
    '-',
    '*',
    '**',
    '?',
    '{a,b}',
    '{a*,}',
    '{',
    '}',
    ',',
    '[ab]',
    '[!a]',
    '[a-c]',
    '[',
    ']',
    '\\',
    '!',
    '[]',
    '[a-]',
    '[-a]',
    '[!-a]',
  ],
  path: [
    'a',
    'b',
    'ä',
    '/',
    '.',
    '-',
    '*',
    '**',
    '?',
    '{',
    '}',
    '[ab]',
    '[^a]',
    '[!a]',
    '[a-c]',
    '[',
    ']',
    '\\',
    '[a-]',
    '[\\]]',
    '[c-a]',
    '[^a-b/]',
    '\\*',
  ],
  doublestar: [
    'a',
    'b',
    'ä',
    '/',
    '.',
    '-',
    '*',
    '**',
    '**/',
    '/**',
    '?',
    '{a,b}',
    '{a/b,}',
    '{a,{b,c}}',
    '{',
    '}',
    ',',
    '[ab]',
    '[^a]',
    '[!a]',
    '[a-c]',
    '[a-]',
    '[',
    ']',
    '\\',
    '[\\]]',
    '[a-c-b]',
  ],
  git: [
    'a',
    'b',
    '/',
    '.',
    '-',
    '*',
    '**',
    '?',
    '[ab]',
    '[!a]',
    '[^a]',
    '[a-c]',
    '[]a]',
    '[[:alpha:]]',
    '[[:digit:]x]',
    '\\*',
  ],
};

const letters = ['a', 'b', 'c', 'ä', '/', 'a/', '.', '-', '', '*', '{', ',', '!', ']', 'ab'];

function questionsOf(kind: GlobKind): readonly Question[] {
  const next = numbers(seed * 7919 + kind.length);
  const pick = (list: readonly string[]): string => list[next(list.length)] ?? '';
  const join_ = (list: readonly string[], most: number): string =>
    Array.from({ length: 1 + next(most) }, () => pick(list)).join('');
  const text = (): string =>
    kind === 'git' ? pathOf(join_(['a', 'b', 'c', 'd/', '.', '-', '1', 'ab', 'x'], 5)) : join_(letters, 6);
  return Array.from({ length: PATTERNS }, () => ({
    kind,
    pattern: join_(parts[kind], 6),
    separators: kind === 'gobwas' && next(2) === 0 ? '/' : '',
    texts: Array.from({ length: TEXTS }, text),
  })).filter(({ pattern }) => kind !== 'git' || isPathspec(pattern));
}

/** A path that a repository can hold. */
function pathOf(text: string): string {
  const clean = text.split('/').filter((name) => !['', '.', '..'].includes(name));
  return clean.length === 0 ? 'a' : clean.join('/');
}

/** Git reads more than a pattern into some of them: an empty one, a path from the root or out of it, directories alone. */
function isPathspec(pattern: string): boolean {
  return (
    !pattern.startsWith('/') &&
    !pattern.startsWith(':') &&
    pattern.split('/').every((name) => !['', '.', '..'].includes(name))
  );
}

function ours({ kind, pattern, separators, texts }: Question): Answer {
  const glob = kind === 'gobwas' ? compileGlob(pattern, separators) : compilePath(kind, pattern);
  return { bad: glob === undefined, fits: texts.map((text) => glob?.(text) === true) };
}

function askGo(questions: readonly Question[]): readonly Answer[] {
  const directory = mkdtempSync(join(tmpdir(), 'evenkeel-glob-'));
  try {
    const program = join(directory, 'oracle');
    execFileSync('go', ['build', '-o', program, '.'], { cwd: join(root, 'tools/go/glob'), stdio: 'inherit' });
    const input = questions.map((question) => JSON.stringify(question)).join('\n');
    const { stdout, status, stderr } = spawnSync(program, { input, encoding: 'utf8', maxBuffer: 2 ** 28 });
    if (status !== 0) throw new Error(stderr);
    return stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as Answer);
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}

/** What git finds of the texts as files of a repository. What stands for a directory is not asked for here. */
function askGit(questions: readonly Question[]): readonly Answer[] {
  const directory = mkdtempSync(join(tmpdir(), 'evenkeel-glob-'));
  const git = (args: readonly string[], input = ''): string =>
    execFileSync('git', ['-C', directory, ...args], { input, encoding: 'utf8', maxBuffer: 2 ** 28 });
  try {
    git(['init', '-q']);
    const blob = git(['hash-object', '-w', '--stdin'], 'x').trim();
    return questions.map(({ pattern, texts }) => {
      git(['read-tree', '--empty']);
      const paths = texts.filter((text) => !texts.some((other) => other.startsWith(`${text}/`)));
      git(['update-index', '--add', '--index-info'], paths.map((path) => `100644 ${blob}\t${path}\n`).join(''));
      const found = new Set(git(['ls-files', '-z', '--', pattern]).split('\0'));
      return { bad: false, fits: texts.map((text) => found.has(text)) };
    });
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}

/** A path that git lists because a directory above it is named, or that it cannot hold beside another. */
function isDirectoryMatter({ kind, pattern, texts }: Question, text: string): boolean {
  return (
    kind === 'git' &&
    (text.startsWith(`${pattern}/`) || text === pattern || texts.some((other) => other.startsWith(`${text}/`)))
  );
}

function main(): void {
  const kinds = ['gobwas', 'path', 'doublestar'] as const;
  const forGo = kinds.flatMap(questionsOf);
  const forGit = questionsOf('git').slice(0, 250);
  const questions = [...forGo, ...forGit];
  const answers = [...askGo(forGo), ...askGit(forGit)];
  let [pairs, equal, shown] = [0, 0, 0];
  for (const [index, question] of questions.entries()) {
    const [own, their] = [ours(question), answers[index]];
    for (const [at, text] of question.texts.entries()) {
      if (isDirectoryMatter(question, text)) continue;
      pairs += 1;
      const isSame = own.fits[at] === their?.fits[at] && (question.kind === 'git' || own.bad === their?.bad);
      if (isSame) equal += 1;
      else if ((shown += 1) <= SHOWN_MAX) {
        const say = (answer: Answer | undefined): string => (answer?.bad === true ? 'bad' : String(answer?.fits[at]));
        console.log(
          `${question.kind} ${JSON.stringify(question.pattern)} "${question.separators}" ${JSON.stringify(text)}: ours ${say(own)}, theirs ${say(their)}`,
        );
      }
    }
  }
  mkdirSync(join(root, '.results'), { recursive: true });
  writeFileSync(join(root, '.results/glob.json'), `${JSON.stringify({ pairs, equal, seed }, null, 2)}\n`);
  console.log(`RESULT glob pairs=${pairs} equal=${equal} seed=${seed}`);
  if (equal !== pairs) process.exitCode = 1;
}

main();
