// Compares our checks of the native kinds with Argo CD's typed code: on the objects of its own tests, each of them changed in
// hundreds of ways. Needs Go.
//
//   node tools/run.mjs oracle health-native

import { spawnSync } from 'node:child_process';
import { globSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { health } from '@evenkeel/engine';
import type { KubeObject } from '@evenkeel/resource';
import { readObject } from './argo-cd.ts';
import { hash, toJson } from './health-objects.ts';
import { mutate, shapeOf } from './health-shapes.ts';
import { seededFrom } from './seed.ts';

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

const program = join(import.meta.dirname, '../go/health');

/** The objects of the typed code's own tests, out of the module that the program is built from. */
function subjects(): readonly KubeObject[] {
  const found = spawnSync('go', ['list', '-f', '{{.Dir}}', 'github.com/argoproj/gitops-engine/pkg/health'], {
    cwd: program,
    encoding: 'utf8',
  });
  if (found.status !== 0) throw new Error(found.stderr);
  const directory = join(found.stdout.trim(), 'testdata');
  const objects: KubeObject[] = [];
  for (const file of globSync('*.yaml', { cwd: directory }).sort()) {
    const read = readObject(join(directory, file)) as KubeObject | undefined;
    if (read?.kind === undefined) continue;
    const object = { ...read, metadata: { name: 'it', ...(read.metadata as object | undefined) } } as KubeObject;
    objects.push(object);
    const random = seededFrom(hash(file));
    for (let index = 0; index < CHANGED_PER_OBJECT; index++) {
      objects.push(mutate(object as never, words, random) as unknown as KubeObject);
    }
  }
  return objects;
}

function theirAnswers(objects: readonly KubeObject[]): readonly Answer[] {
  const work = mkdtempSync(join(tmpdir(), 'evenkeel-health-native-'));
  try {
    const built = join(work, 'health');
    const build = spawnSync('go', ['build', '-o', built, '.'], { cwd: program, stdio: 'inherit' });
    if (build.status !== 0) throw new Error('cannot build the oracle');
    const input = objects.map((object) => toJson(object)).join('\n');
    const run = spawnSync(built, { input, encoding: 'utf8', maxBuffer: 1 << 28 });
    return run.stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as Answer);
  } finally {
    rmSync(work, { recursive: true });
  }
}

/** Why 3.6, which we mirror, says something else than the typed code of 3.2; newer code is in a module that no proxy serves. */
function versionOf({ apiVersion, kind }: KubeObject, theirs: Answer, status: string): string | undefined {
  if (kind === 'HorizontalPodAutoscaler') {
    if (apiVersion === 'autoscaling/v2beta1' || apiVersion === 'autoscaling/v2beta2')
      return '3.6 differs from 3.2: versions of autoscalers that are served nowhere are not known';
    if (theirs.status === 'Healthy' && status === 'Degraded')
      return '3.6 differs from 3.2: one condition that is bad outweighs those that are good';
  }
  return kind === 'Job' && status === 'Suspended' && theirs.status === status && theirs.message === ''
    ? '3.6 differs from 3.2: a job that is suspended says so'
    : undefined;
}

function main(): void {
  const objects = subjects();
  const answers = theirAnswers(objects);
  let [asked, equal, version, refused, shown] = [0, 0, 0, 0, 0];
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
    else if (versionOf(object, theirs, status) !== undefined) version++;
    else if (shown++ < SHOWN_MAX) {
      console.log(
        `${toJson(object)}\n  ${JSON.stringify([theirs.status, theirs.message])}\n  ${JSON.stringify([status, message])}`,
      );
    }
  }
  console.log(`RESULT health-native equal=${equal}/${asked} version=${version} refused=${refused}`);
  if (equal + version !== asked) process.exitCode = 1;
}

main();
