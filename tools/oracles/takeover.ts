// `npm run oracle -- takeover`: the real Argo CD and `evenkeel controller` on one real API server, one after the other. First
// Argo CD, then Evenkeel, a push, Argo CD again; then the same from an empty cluster the other way round. Nothing may be
// rewritten when the one takes over from the other, and what the two say in the status of the same Applications is compared.
//   takeover [--only REGEXP] [--method annotation|label|annotation+label] [--order argocd|evenkeel] [--keep DIRECTORY]
// Ends with `RESULT takeover …`, writes .results/takeover.json.

import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { argoMissing } from './takeover-argo.ts';
import { type Difference, compareStatuses } from './takeover-compare.ts';
import { openEstate } from './takeover-estate.ts';
import { type Play, playTakeover } from './takeover-play.ts';

const root = dirname(dirname(dirname(fileURLToPath(import.meta.url))));
const { values } = parseArgs({
  options: {
    only: { type: 'string' },
    method: { type: 'string', default: 'annotation' },
    order: { type: 'string' },
    keep: { type: 'string', default: join(root, '.results', 'takeover') },
  },
});
const missing = argoMissing();
if (missing !== undefined) throw new Error(missing);
mkdirSync(values.keep, { recursive: true });
// Ends what it has started when it is told to end.
for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, () => process.exit(1));
process.setMaxListeners(100);
const started = performance.now();
const say = (text: string): void =>
  void process.stdout.write(`${((performance.now() - started) / 1000).toFixed(1).padStart(6)} s  ${text}\n`);

await using estate = await openEstate(values.only === undefined ? undefined : new RegExp(values.only));
const plays: Play[] = [];
for (const first of ['argocd', 'evenkeel'] as const) {
  if (values.order !== undefined && values.order !== first) continue;
  say(`== first ${first}`);
  plays.push(await playTakeover({ first, estate, method: values.method, keep: values.keep, say }));
}
const problems = plays.flatMap(({ problems: found }) => found);
const differences: Difference[] = [];
let compared = 0;
const [theirs, ours] = plays;
if (theirs && ours) {
  for (const moment of ['first', 'pushed'] as const) {
    // After a push the second of each play has synced: their roles are exchanged.
    const [argo, evenkeel] = moment === 'first' ? [theirs[moment], ours[moment]] : [ours[moment], theirs[moment]];
    compared += argo.size;
    differences.push(...compareStatuses({ moment, argo, evenkeel, neutral: estate.neutral }));
  }
}
for (const play of plays) {
  compared += play.first.size;
  const [argo, evenkeel] = play.actor === 'argocd' ? [play.first, play.taken] : [play.taken, play.first];
  differences.push(
    ...compareStatuses({ moment: `taken over from ${play.actor}`, argo, evenkeel, neutral: estate.neutral }),
  );
}
const unexplained = differences.filter(({ reason }) => reason === undefined);
for (const problem of problems) console.log(`FAIL ${problem}`);
for (const { moment, application, path, argo, evenkeel } of unexplained)
  console.log(`FAIL ${moment}: ${application} ${path}\n       argocd   ${argo}\n       evenkeel ${evenkeel}`);
writeFileSync(
  join(root, '.results', 'takeover.json'),
  `${JSON.stringify({ compared, problems, differences }, undefined, 1)}\n`,
);
const reasons = Map.groupBy(differences, ({ reason = '' }) => reason);
for (const [reason, list] of reasons)
  if (reason !== '') console.log(`allowed ${String(list.length).padStart(4)}  ${reason}`);
console.log(
  `RESULT takeover statuses=${compared} rewritten=${problems.length} different=${unexplained.length} allowed=${differences.length - unexplained.length}`,
);
if (problems.length + unexplained.length > 0) process.exitCode = 1;
