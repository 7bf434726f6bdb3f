// Our kustomize against the original (v5.8.1): every case of packages/kustomize/testdata and every root of the corpus.
// UPDATE=1 records what the original prints into the cases. Ends with a RESULT line and writes .results/kustomize.json.

import { execFileSync, spawnSync } from 'node:child_process';
import {
  existsSync,
  globSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';

import { type BuildResult, build } from '../../packages/kustomize/src/build.ts';
import {
  type CaseFile,
  optionsOfCase,
  parseCase,
  settled,
  treeOfCase,
  withWanted,
  editedText,
} from '../../packages/kustomize/src/testing/case-file.ts';
import { type EditedCase, runEdits } from '../../packages/kustomize/src/testing/run-edits.ts';
import { parseYamlDocuments } from '../../packages/resource/src/index.ts';
import { directoryTree } from './directory-tree.ts';

const root = dirname(dirname(import.meta.dirname));
const testdata = join(root, 'packages', 'kustomize', 'testdata');
const corpus = join(dirname(root), 'shared', 'corpus');

interface Outcome {
  readonly exit: number;
  readonly stdout: string;
  readonly stderr: string;
}

type Verdict = 'identical' | 'data' | 'words' | 'different';

interface Finding {
  readonly name: string;
  readonly verdict: Verdict;
  readonly detail?: string;
}

/** The original, built as a Go tool where it is not there yet. */
function originalPath(): string {
  const path = join(
    process.env['EVENKEEL_TOOLS'] ?? join(homedir(), '.cache', 'evenkeel', 'tools', 'bin'),
    'kustomize',
  );
  if (existsSync(path)) return path;
  process.stderr.write('Building the original kustomize (once) …\n');
  mkdirSync(dirname(path), { recursive: true });
  execFileSync('go', ['build', '-o', path, 'sigs.k8s.io/kustomize/kustomize/v5'], {
    cwd: join(root, 'tools', 'go', 'kustomize'),
    stdio: ['ignore', 2, 2],
  });
  return path;
}

function runOriginal(program: string, directory: string, flags: readonly string[]): Outcome {
  const run = spawnSync(program, ['build', directory, ...flags], {
    encoding: 'utf8',
    maxBuffer: 1 << 28,
    timeout: 60_000,
  });
  return { exit: run.status ?? -1, stdout: run.stdout, stderr: run.stderr };
}

/** Runs the edits of a case; standard output becomes the text of what they left behind. */
function editWithOriginal(program: string, directory: string, file: CaseFile): Outcome {
  let stdout = '';
  let stderr = '';
  for (const args of file.edits) {
    const run = spawnSync(program, ['edit', ...args], { cwd: directory, encoding: 'utf8', timeout: 60_000 });
    stdout += run.stdout;
    stderr += run.stderr;
    if (run.status !== 0) return { exit: run.status ?? -1, stdout: '', stderr };
  }
  const changed = new Map<string, string>();
  for (const [path, before] of file.files) {
    const text = readFileSync(join(directory, path), 'utf8');
    if (text !== (typeof before === 'string' ? before : Buffer.from(before).toString('utf8'))) changed.set(path, text);
  }
  return { exit: 0, stdout: editedText(stdout, changed), stderr };
}

function judgeEdit(
  ours: EditedCase,
  theirs: { readonly exit: number; readonly stdout: string; readonly error: string; readonly warnings: string },
): Omit<Finding, 'name'> {
  if (theirs.exit !== 0) {
    if (ours.error === '') return { verdict: 'different', detail: `the original refuses: ${theirs.error}` };
    if (ours.error === theirs.error) return { verdict: 'identical' };
    return { verdict: 'words', detail: `theirs: ${theirs.error}ours:   ${ours.error}` };
  }
  if (ours.error !== '') return { verdict: 'different', detail: `we refuse: ${ours.error}` };
  if (ours.warnings !== theirs.warnings) {
    return { verdict: 'different', detail: `notes: ${ours.warnings} instead of ${theirs.warnings}` };
  }
  if (ours.text === theirs.stdout) return { verdict: 'identical' };
  return { verdict: 'different', detail: firstDifference(ours.text, theirs.stdout) };
}

function writeCase(file: CaseFile, directory: string): void {
  for (const [path, text] of file.files) {
    mkdirSync(dirname(join(directory, path)), { recursive: true });
    writeFileSync(join(directory, path), text);
  }
  for (const [path, target] of file.links) {
    mkdirSync(dirname(join(directory, path)), { recursive: true });
    symlinkSync(target, join(directory, path));
  }
  mkdirSync(join(directory, file.root), { recursive: true });
}

function isNotice(line: string): boolean {
  if (
    /already in kustomization file$|has no match$|doesn't exist in kustomization file$/.test(line) &&
    !line.startsWith('Error: ')
  ) {
    return true;
  }
  return line.startsWith('# Warning:') || line.startsWith('well-defined vars that were never replaced');
}

/** Standard error split into warnings and the error itself. */
function messagesOf(stderr: string): { readonly warnings: string; readonly error: string } {
  // Help that follows an error of `edit` is not part of the error.
  const lines = stderr.replace(/^Usage:\n[^]*/m, '').split('\n');
  const warnings = lines.filter(isNotice).map((line) => `${line}\n`);
  const error = lines
    .filter((line) => !isNotice(line))
    .join('\n')
    .replace(/^Error: /, '')
    .trimEnd();
  return { warnings: warnings.join(''), error: error === '' ? '' : `${error}\n` };
}

function checkCase(program: string, path: string): Finding {
  const place = join(testdata, path);
  const text = readFileSync(place, 'utf8');
  const file = parseCase(text);
  const directory = realpathSync(mkdtempSync(join(tmpdir(), 'kustomize-case-')));
  try {
    writeCase(file, directory);
    const ran =
      file.edits.length > 0
        ? editWithOriginal(program, directory, file)
        : runOriginal(program, join(directory, file.root), file.flags);
    const { warnings, error } = messagesOf(settled(ran.stderr, directory));
    if (process.env['UPDATE'] === '1') {
      const wanted: (readonly [string, string])[] = [];
      if (ran.exit === 0) wanted.push(['want', ran.stdout]);
      else wanted.push(['want error', error]);
      if (warnings !== '') wanted.push(['want warnings', warnings]);
      writeFileSync(place, withWanted(text, wanted));
    }
    if (file.edits.length > 0) {
      const edited = runEdits(file);
      const ours = { exit: ran.exit, error, warnings, stdout: ran.stdout };
      return { name: path.replace(/\.txtar$/, ''), ...judgeEdit(edited, ours) };
    }
    const ours = build(treeOfCase(file), file.root, optionsOfCase(file));
    return {
      name: path.replace(/\.txtar$/, ''),
      ...judge(ours, { exit: ran.exit, stdout: ran.stdout, error, warnings }),
    };
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}

function judge(
  ours: BuildResult,
  theirs: { readonly exit: number; readonly stdout: string; readonly error: string; readonly warnings: string },
): Omit<Finding, 'name'> {
  const problem = ours.problems[0];
  if (theirs.exit !== 0) {
    if (problem === undefined) return { verdict: 'different', detail: `the original refuses: ${theirs.error}` };
    const message = `${problem.message.trimEnd()}\n`;
    return message === theirs.error
      ? { verdict: 'identical' }
      : { verdict: 'words', detail: `theirs: ${theirs.error}ours:   ${message}` };
  }
  if (problem !== undefined) return { verdict: 'different', detail: `we refuse: ${problem.message}` };
  const text = ours.yaml();
  const notices = ours.warnings.map((warning) => `${warning}\n`).join('');
  if (notices !== theirs.warnings)
    return { verdict: 'different', detail: `warnings: ${notices} instead of ${theirs.warnings}` };
  if (text === theirs.stdout) return { verdict: 'identical' };
  const [a, b] = [text, theirs.stdout].map((each) => parseYamlDocuments(each, { dialect: 'sigs' }));
  return isDeepStrictEqual(a, b)
    ? { verdict: 'data', detail: firstDifference(text, theirs.stdout) }
    : { verdict: 'different', detail: firstDifference(text, theirs.stdout) };
}

function firstDifference(ours: string, theirs: string): string {
  const a = ours.split('\n');
  const b = theirs.split('\n');
  const line = a.findIndex((text, index) => text !== b[index]);
  return `line ${String(line + 1)}: ours ${JSON.stringify(a[line])}, theirs ${JSON.stringify(b[line])}`;
}

function checkCorpus(program: string): Finding[] {
  if (!existsSync(join(corpus, 'kustomize'))) {
    process.stderr.write('The corpus is not there; only the cases are compared.\n');
    return [];
  }
  const tree = directoryTree(corpus);
  const files = globSync('kustomize/**/{kustomization.yaml,kustomization.yml,Kustomization}', { cwd: corpus });
  const roots = [...new Set(files.map((path) => dirname(path)))].sort();
  return roots.map((path) => {
    const ran = runOriginal(program, join(corpus, path), []);
    const { warnings, error } = messagesOf(ran.stderr.replaceAll(/^\d{4}\/\d\d\/\d\d \d\d:\d\d:\d\d /gm, ''));
    const ours = build(tree, path, { displayRoot: corpus });
    return { name: path, ...judge(ours, { exit: ran.exit, stdout: ran.stdout, error, warnings }) };
  });
}

function report(cases: readonly Finding[], roots: readonly Finding[]): number {
  const all = [...cases, ...roots];
  for (const { name, verdict, detail } of all) {
    if (verdict !== 'identical')
      process.stdout.write(`${verdict} ${name}\n  ${(detail ?? '').trimEnd().replaceAll('\n', '\n  ')}\n`);
  }
  const count = (verdict: Verdict): number => all.filter((finding) => finding.verdict === verdict).length;
  const result = {
    cases: cases.length,
    roots: roots.length,
    identical: count('identical'),
    equalAsData: count('data'),
    refusedInOtherWords: count('words'),
    different: count('different'),
  };
  mkdirSync(join(root, '.results'), { recursive: true });
  writeFileSync(
    join(root, '.results', 'kustomize.json'),
    `${JSON.stringify({ ...result, findings: all }, undefined, 1)}\n`,
  );
  const share = ((100 * result.identical) / Math.max(1, all.length)).toFixed(2);
  process.stdout.write(
    `RESULT kustomize cases=${result.cases} roots=${result.roots} identical=${result.identical} percent=${share} data=${result.equalAsData} words=${result.refusedInOtherWords} different=${result.different}\n`,
  );
  return result.different === 0 ? 0 : 1;
}

const program = originalPath();
const only = process.argv.slice(2);
const paths = globSync('**/*.txtar', { cwd: testdata }).sort();
const chosen = only.length === 0 ? paths : paths.filter((path) => only.some((word) => path.includes(word)));
process.exitCode = report(
  chosen.map((path) => checkCase(program, path)),
  only.length === 0 ? checkCorpus(program) : [],
);
