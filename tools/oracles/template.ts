// Compares @evenkeel/gotemplate with Go: every snippet of packages/gotemplate/testdata is rendered by both, and output and
// error text must be the same. UPDATE=1 rewrites the recorded answers that the unit tests replay. Needs Go.
//
//   npm run oracle:template [-- topic …]

import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type Answer, type Case, answer, readTopics, testdata } from '../../packages/gotemplate/src/testing/cases.ts';
import { goString } from '@evenkeel/gotemplate';

const root = dirname(dirname(dirname(fileURLToPath(import.meta.url))));
const SHOWN_MAX = Number(process.env['SHOWN'] ?? 30);

function main(wanted: readonly string[]): void {
  const work = mkdtempSync(join(tmpdir(), 'evenkeel-template-oracle-'));
  try {
    const program = join(work, 'oracle');
    const build = spawnSync('go', ['build', '-o', program, '.'], {
      cwd: join(root, 'tools/go/template'),
      stdio: 'inherit',
    });
    if (build.status !== 0) throw new Error('cannot build the oracle');
    let total = 0;
    let equal = 0;
    const perTopic: Record<string, { total: number; equal: number }> = {};
    for (const [topic, cases] of readTopics()) {
      if (wanted.length > 0 && !wanted.includes(topic)) continue;
      const theirs = ask(program, cases);
      if (process.env['UPDATE'] === '1') record(topic, theirs);
      const same = cases.filter((item, index) => compare(item, theirs[index] ?? { output: '', error: '' }));
      perTopic[topic] = { total: cases.length, equal: same.length };
      total += cases.length;
      equal += same.length;
    }
    mkdirSync(join(root, '.results'), { recursive: true });
    writeFileSync(
      join(root, '.results/template.json'),
      `${JSON.stringify({ total, equal, topics: perTopic }, null, 2)}\n`,
    );
    for (const [topic, count] of Object.entries(perTopic)) {
      if (count.total !== count.equal) console.log(`${topic}: ${count.equal}/${count.total}`);
    }
    const percent = total === 0 ? 0 : ((100 * equal) / total).toFixed(2);
    console.log(`RESULT template snippets=${total} equal=${equal} percent=${percent}`);
    if (equal !== total) process.exitCode = 1;
  } finally {
    rmSync(work, { recursive: true });
  }
}

function ask(program: string, cases: readonly Case[]): Answer[] {
  const lines = cases.map((item) =>
    JSON.stringify({
      templates: [...item.files, { name: 'case.yaml', text: item.text }],
      name: 'case.yaml',
      data: item.data,
      missingKey: item.missingKey,
      zone: item.zone,
      left: item.delims[0],
      right: item.delims[1],
    }),
  );
  const run = spawnSync(program, { input: `${lines.join('\n')}\n`, maxBuffer: 1 << 28, timeout: 120_000 });
  if (run.status !== 0) throw new Error(`the oracle failed: ${run.stderr.toString()}`);
  const answers = run.stdout.toString().trim().split('\n');
  return answers.map((line) => {
    const { output, error = '' } = JSON.parse(line) as { output: string; error?: string };
    return { output: goString(new Uint8Array(Buffer.from(output, 'base64'))), error };
  });
}

let shown = 0;

function compare(item: Case, theirs: Answer): boolean {
  let ours: Answer;
  try {
    ours = answer(item);
  } catch (error) {
    ours = {
      output: '',
      error: `CRASH ${error instanceof Error ? (error.stack ?? '').split('\n').slice(0, 4).join(' | ') : String(error)}`,
    };
  }
  // What was written before an error is not part of the answer: Helm discards it.
  const same = ours.error === theirs.error && (theirs.error !== '' || ours.output === theirs.output);
  if (!same && shown++ < SHOWN_MAX) {
    console.log(`✗ ${item.topic}: ${item.text}`);
    console.log(`    Go:   ${theirs.error === '' ? JSON.stringify(theirs.output) : theirs.error}`);
    console.log(`    ours: ${ours.error === '' ? JSON.stringify(ours.output) : ours.error}`);
  }
  return same;
}

/** One answer a line: [output] or [null, error]. */
function record(topic: string, answers: readonly Answer[]): void {
  const lines = answers.map(({ output, error }) => JSON.stringify(error === '' ? [output] : [null, error]));
  writeFileSync(join(testdata, 'expected', `${topic}.jsonl`), `${lines.join('\n')}\n`);
}

main(process.argv.slice(2));
