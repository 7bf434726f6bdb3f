// Compares @evenkeel/lang's CEL with cel-go in the environment of Kubernetes 1.35: every expression of
// packages/lang/testdata/cel/cases.jsonl is asked of both. Problems, types, values, errors, estimates and costs must be the
// same, but for known.jsonl. UPDATE=1 rewrites the recorded answers that the unit test replays. A file of questions as the
// argument is asked instead. Needs Go.
//
//   npm run oracle:cel [-- questions.jsonl]

import { spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type CelAnswer, type CelQuestion, answerCel, sameAnswer } from '../../packages/lang/src/cel/answer.ts';

const root = dirname(dirname(dirname(fileURLToPath(import.meta.url))));
const testdata = join(root, 'packages/lang/testdata/cel');
const shownMax = Number(process.env['SHOWN'] ?? 30);

function main(): void {
  const [file = join(testdata, 'cases.jsonl')] = process.argv.slice(2);
  const questions = parse<CelQuestion>(readFileSync(file, 'utf8'));
  const theirs = askGo(questions);
  const known = new Set(
    parse<CelQuestion>(readFileSync(join(testdata, 'known.jsonl'), 'utf8')).map(({ expr }) => expr),
  );
  let [equal, deviating, shown] = [0, 0, 0];
  for (const [index, question] of questions.entries()) {
    const [their, ours] = [theirs[index] ?? { id: question.id }, answerCel(question)];
    if (known.has(question.expr)) deviating += 1;
    else if (sameAnswer(ours, their)) equal += 1;
    else if ((shown += 1) <= shownMax) {
      console.log(`${question.expr}\n  cel-go ${JSON.stringify(their)}\n  ours   ${JSON.stringify(ours)}`);
    }
  }
  if (process.env['UPDATE'] === '1' && process.argv.length < 3) {
    writeFileSync(join(testdata, 'expected.jsonl'), theirs.map((answer) => `${JSON.stringify(answer)}\n`).join(''));
  }
  mkdirSync(join(root, '.results'), { recursive: true });
  const total = questions.length - deviating;
  writeFileSync(join(root, '.results/cel.json'), `${JSON.stringify({ total, equal, deviating }, null, 2)}\n`);
  console.log(`RESULT cel cases=${total} equal=${equal} deviating=${deviating}`);
  if (equal !== total) process.exitCode = 1;
}

function parse<T>(text: string): readonly T[] {
  return text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as T);
}

function askGo(questions: readonly CelQuestion[]): readonly CelAnswer[] {
  const bin = join(process.env['XDG_CACHE_HOME'] ?? join(homedir(), '.cache'), 'evenkeel/tools/bin');
  const build = spawnSync('bash', [join(root, 'tools/go/build.sh'), bin, '--cel'], { stdio: 'inherit' });
  if (build.status !== 0) throw new Error('cannot build the oracle');
  const input = questions.map((question) => `${JSON.stringify(question)}\n`).join('');
  const run = spawnSync(join(bin, 'cel-oracle'), { input, encoding: 'utf8', maxBuffer: 1 << 28 });
  if (run.status !== 0) throw new Error(run.stderr);
  return parse<CelAnswer>(run.stdout);
}

main();
