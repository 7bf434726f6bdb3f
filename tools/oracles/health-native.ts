// Compares our checks of the native kinds with Argo CD's typed code: on the objects of its own tests, each of them changed in
// hundreds of ways. That code is a module that no proxy serves, so a checkout of Argo CD has to be named; needs Go.
//
//   ARGO_CD=<checkout of argoproj/argo-cd> node tools/run.mjs oracle health-native

import { spawnSync } from 'node:child_process';
import { globSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { health } from '@evenkeel/engine';
import type { KubeObject } from '@evenkeel/resource';
import { readObject } from './argo-cd.ts';
import { hash, toJson } from './health-objects.ts';
import { mutate, randomFrom, shapeOf } from './health-shapes.ts';

const CHANGED_PER_OBJECT = Number(process.env['MADE'] ?? 300);
const SHOWN_MAX = Number(process.env['SHOWN'] ?? 10);

/** Words that the typed code looks for, by what it reads. */
const words = shapeOf(
  [
    'if obj.status.phase == "Bound" or obj.status.phase == "Lost" or obj.status.phase == "Pending" then end',
    'if obj.status.phase == "Running" or obj.status.phase == "Succeeded" or obj.status.phase == "Failed" then end',
    'if obj.status.phase == "Error" or obj.status.phase == "Omitted" or obj.spec.type == "LoadBalancer" then end',
    'if obj.spec.restartPolicy == "Always" or obj.spec.restartPolicy == "Never" or obj.spec.restartPolicy == "OnFailure" then end',
    'if obj.spec.updateStrategy.type == "OnDelete" or obj.spec.updateStrategy.type == "RollingUpdate" then end',
    'for _, c in ipairs(obj.status.conditions) do if c.type == "Progressing" or c.type == "ReplicaFailure" or c.type == "Available" then end',
    'if c.type == "Complete" or c.type == "Failed" or c.type == "Suspended" or c.type == "FailureTarget" then end',
    'if c.type == "AbleToScale" or c.type == "ScalingActive" or c.type == "ScalingLimited" or c.type == "Ready" then end',
    'if c.reason == "ProgressDeadlineExceeded" or c.reason == "SucceededRescale" or c.reason == "FailedGetScale" then end',
    'if c.reason == "FailedGetResourceMetric" or c.reason == "InvalidSelector" or c.reason == "ImagePullBackOff" then end end',
  ].join('\n'),
);

interface Answer {
  readonly status: string;
  readonly message: string;
  readonly error?: string;
}

function subjects(checkout: string): readonly KubeObject[] {
  const directory = join(checkout, 'gitops-engine/pkg/health/testdata');
  const objects: KubeObject[] = [];
  for (const file of globSync('*.yaml', { cwd: directory }).sort()) {
    const read = readObject(join(directory, file)) as KubeObject | undefined;
    if (read?.kind === undefined) continue;
    const object = { ...read, metadata: { name: 'it', ...(read.metadata as object | undefined) } } as KubeObject;
    objects.push(object);
    const random = randomFrom(hash(file));
    for (let index = 0; index < CHANGED_PER_OBJECT; index++) {
      objects.push(mutate(object as never, words, random) as unknown as KubeObject);
    }
  }
  return objects;
}

function theirAnswers(checkout: string, objects: readonly KubeObject[]): readonly Answer[] {
  const work = mkdtempSync(join(tmpdir(), 'evenkeel-health-native-'));
  try {
    const program = join(work, 'health');
    const source = join(import.meta.dirname, '../go/health/main.go');
    const module = join(checkout, 'gitops-engine');
    const build = spawnSync('go', ['build', '-mod=mod', '-o', program, source], { cwd: module, stdio: 'inherit' });
    if (build.status !== 0) throw new Error('cannot build the oracle');
    const input = objects.map((object) => toJson(object)).join('\n');
    const run = spawnSync(program, { input, encoding: 'utf8', maxBuffer: 1 << 28 });
    return run.stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as Answer);
  } finally {
    rmSync(work, { recursive: true });
  }
}

function main(): void {
  const checkout = process.env['ARGO_CD'];
  if (checkout === undefined) throw new Error('name a checkout of argoproj/argo-cd in ARGO_CD');
  const objects = subjects(checkout);
  const answers = theirAnswers(checkout, objects);
  let [asked, equal, refused, shown] = [0, 0, 0, 0];
  for (const [index, object] of objects.entries()) {
    const theirs = answers[index];
    if (!theirs || theirs.error !== undefined) {
      // An object that does not fit its type is none the server could hold.
      refused++;
      continue;
    }
    // A kind that only a script knows; health.ts asks for those.
    if (theirs.status === '') continue;
    asked++;
    const found = health(object);
    const status = found ? found.status.charAt(0).toUpperCase() + found.status.slice(1) : '';
    // Version 3.6.1 names the finalizers of what is being deleted; the typed code does not.
    const message = (found?.message ?? '').replace(/^Pending deletion \(.*\)$/, 'Pending deletion');
    if (theirs.status === status && theirs.message === message) equal++;
    else if (shown++ < SHOWN_MAX) {
      console.log(
        `${toJson(object)}\n  ${JSON.stringify([theirs.status, theirs.message])}\n  ${JSON.stringify([status, message])}`,
      );
    }
  }
  console.log(`RESULT health-native equal=${equal}/${asked} refused=${refused}`);
  if (equal !== asked) process.exitCode = 1;
}

main();
