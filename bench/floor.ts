// `npm run bench:floor -- --apps 500`: the physical limit on this machine. A bare client creates the Applications and their
// three objects on the real kube-apiserver and writes one status for each: what no controller can leave out. Objects are
// written by server-side applies, as Argo CD with server-side apply and Flux do; `--write create` posts them instead, which
// costs the server less and is what Evenkeel does for objects that are not there yet. `--beside 0.9` lets another process
// think for 0.9 s meanwhile: the least that a controller needs which uses so much processor time.

import { readArguments } from './arguments.ts';
import type { Writing } from './fleet.ts';
import { type Floor, floorLanes, measureFloor } from './measure-floor.ts';
import { printResult } from './results.ts';

const options = readArguments(process.argv.slice(2), ['apps', 'objects', 'lanes', 'runs', 'write', 'beside']);
const apps = options.number('apps', 500);
if (options.number('objects', 3) !== 3) throw new Error('an app of this bench has three objects');
const lanes = options.number('lanes', floorLanes);
const writing: Writing = options.text('write', 'apply') === 'create' ? 'create' : 'apply';
const beside = Number(options.text('beside', '0'));
let best: Floor | undefined;
for (let run = 0; run < options.number('runs', 1); run += 1) {
  const floor = await measureFloor(apps, lanes, writing, beside);
  process.stdout.write(
    `${apps} apps, ${lanes} lanes, ${writing}: ${Math.round(floor.wallMs)} ms, ${floor.cpuSeconds.toFixed(2)} CPU s\n`,
  );
  if (!best || floor.wallMs < best.wallMs) best = floor;
}
if (best) {
  printResult(apps === 500 ? 'floor' : `floor-${apps}`, {
    apps,
    lanes,
    write: writing,
    beside_cpu_s: beside,
    wall_ms: best.wallMs,
    cpu_s: best.cpuSeconds,
    peak_rss_mib: best.peakRssMib,
    creates: best.requests['create'] ?? 0,
    patches: best.requests['patch'] ?? 0,
  });
}
