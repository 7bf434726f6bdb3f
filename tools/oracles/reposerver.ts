// Manifests, comparisons and the order of syncs beside Argo CD's own code (tools/go/reposerver, argo-cd 3.2.11;
// what 3.6 does otherwise has its reason in reposerver-versions.ts and is counted as `version`).
//
//   npm run oracle -- reposerver [render|diff|sync …] [words of cases …]
//
// SEED and MADE choose what is made up, SHOWN how many differences are printed, REFUSALS=1 prints both sides' refusals.

import { mkdirSync, writeFileSync } from 'node:fs';
import { renderCases } from './reposerver-cases.ts';
import { corpusCases } from './reposerver-corpus.ts';
import { compareDiffs } from './reposerver-diff.ts';
import { Original } from './reposerver-process.ts';
import { compareRendering } from './reposerver-render.ts';
import { compareHooks, compareSyncs } from './reposerver-sync.ts';
import type { Tally } from './reposerver-tally.ts';
import { seed } from './seed.ts';

const parts: readonly string[] = ['render', 'diff', 'sync'];

async function main(words: readonly string[]): Promise<void> {
  const asked = words.filter((word) => parts.includes(word));
  const filters = words.filter((word) => !parts.includes(word));
  const isAsked = (part: string): boolean => asked.length === 0 || asked.includes(part);
  const chosen = (name: string): boolean => filters.length === 0 || filters.some((filter) => name.includes(filter));
  await using original = new Original();
  const tallies: Tally[] = [];
  if (isAsked('render')) {
    const made = renderCases(seed, Number(process.env['MADE'] ?? 60));
    const cases = [...made, ...corpusCases(Number(process.env['CORPUS'] ?? 10))].filter(({ name }) => chosen(name));
    tallies.push(await compareRendering(original, cases));
  }
  if (isAsked('diff')) tallies.push(await compareDiffs(original, seed, Number(process.env['PAIRS'] ?? 2400)));
  if (isAsked('sync')) {
    tallies.push(await compareHooks(original, seed));
    tallies.push(await compareSyncs(original, seed, Number(process.env['SYNCS'] ?? 400)));
  }
  const lines = tallies.map((tally) => tally.summary());
  process.stdout.write(`${lines.join('\n')}\n`);
  mkdirSync('.results', { recursive: true });
  writeFileSync('.results/reposerver.json', `${JSON.stringify({ seed, lines }, undefined, 2)}\n`);
  process.exitCode = tallies.some(({ different }) => different > 0) ? 1 : 0;
}

await main(process.argv.slice(2));
