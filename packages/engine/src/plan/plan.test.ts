// The plan: turns and their order, what is pruned when, and the laws that hold for every plan.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { type KubeObject, refKey, refOf } from '@evenkeel/resource';
import { noDiff } from '../diff/diff.ts';
import { kindRank } from './order.ts';
import {
  type ComparedObject,
  type Phase,
  type Plan,
  type PlanInput,
  type PlanPolicy,
  type Stage,
  type Step,
  type StrayObject,
  makePlan,
  planKeys,
  planSummary,
} from './plan.ts';

const waves: PlanPolicy = { prune: true, ordering: 'waves', pruneLast: false, applyInSync: false, skipHooks: false };

function object(kind: string, name: string, apiVersion = 'v1', namespace = 'shop'): KubeObject {
  const clusterScoped = kind === 'Namespace' || kind === 'CustomResourceDefinition';
  return { apiVersion, kind, metadata: { name, ...(clusterScoped ? {} : { namespace }) } };
}

function missing(desired: KubeObject, wave = 0, phase: Phase = 'main'): ComparedObject {
  const hook = phase === 'main' ? undefined : { deletion: ['recreate'] as const };
  return { desired: { object: desired, phase, wave, hook }, diff: noDiff };
}

function hook(name: string, wave: number, phase: Phase): ComparedObject {
  const desired = { object: object('Job', name, 'batch/v1'), phase, wave, hook: { deletion: ['recreate'] as const } };
  return { desired, diff: noDiff };
}

function synced(name: string, wave: number): ComparedObject {
  const live = object('ConfigMap', name);
  return { desired: { object: live, phase: 'main', wave }, live, diff: noDiff };
}

function stray(kind: string, name: string, wave = 0, keepReason?: string): StrayObject {
  return { live: object(kind, name), wave, keepReason };
}

const marks: Readonly<Partial<Record<Step['action'], string>>> = { prune: '-', keep: '=' };
const waits: Readonly<Record<Stage['waitFor'], string>> = { all: ' …', hooks: ' … hooks', nothing: '' };

/** A plan as lines: one for each stage, groups divided by "|", "…" where it is waited for, "=" before what is in sync. */
function lines(plan: Plan): readonly string[] {
  return plan.stages.map(({ phase, wave, groups, waitFor }) => {
    const told = groups.map((group) =>
      group.map(({ action, ref }) => `${marks[action] ?? '+'}${ref.kind}/${ref.name}`).join(' '),
    );
    return `${phase} ${wave}: ${told.join(' | ')}${waits[waitFor]}`;
  });
}

interface Case {
  readonly what: string;
  readonly input: Partial<PlanInput>;
  readonly policy?: Partial<PlanPolicy>;
  readonly want: readonly string[];
}

const cases: readonly Case[] = [
  { what: 'nothing to do makes no stage', input: {}, want: [] },
  {
    what: 'one wave is not waited for',
    input: { objects: [missing(object('Deployment', 'web', 'apps/v1')), missing(object('ConfigMap', 'a'))] },
    want: ['main 0: +ConfigMap/a | +Deployment/web'],
  },
  {
    what: 'waves come in numeric order and wait for each other',
    input: {
      objects: [
        missing(object('ConfigMap', 'c'), 10),
        missing(object('ConfigMap', 'b'), 2),
        missing(object('ConfigMap', 'a'), -3),
      ],
    },
    want: ['main -3: +ConfigMap/a …', 'main 2: +ConfigMap/b …', 'main 10: +ConfigMap/c'],
  },
  {
    what: 'phases come before waves',
    input: {
      objects: [
        missing(object('Job', 'after', 'batch/v1'), -9, 'after'),
        missing(object('ConfigMap', 'main'), 5),
        missing(object('Job', 'before', 'batch/v1'), 99, 'before'),
        missing(object('Job', 'rescue', 'batch/v1'), 0, 'failure'),
      ],
    },
    want: [
      'before 99: +Job/before …',
      'main 5: +ConfigMap/main …',
      'after -9: +Job/after …',
      'failure 0: +Job/rescue …',
    ],
  },
  {
    what: 'a namespace that is a hook of two phases is made once before its first dependant, and once in its second phase',
    input: {
      objects: [
        missing(object('Namespace', 'shop'), 0, 'main'),
        missing(object('Namespace', 'shop'), 0, 'after'),
        missing(object('Job', 'before', 'batch/v1'), 0, 'before'),
      ],
    },
    want: ['before 0: +Namespace/shop | +Job/before …', 'after 0: +Namespace/shop …'],
  },
  {
    what: 'hooks are left out of a partial sync',
    input: { objects: [missing(object('Job', 'before', 'batch/v1'), 0, 'before'), missing(object('ConfigMap', 'a'))] },
    policy: { skipHooks: true },
    want: ['main 0: +ConfigMap/a'],
  },
  {
    what: 'a namespace takes the turn of the first that needs it',
    input: {
      objects: [
        missing(object('Namespace', 'shop'), 5),
        missing(object('ConfigMap', 'a'), 1),
        missing(object('Job', 'before', 'batch/v1'), 0, 'before'),
      ],
    },
    want: ['before 0: +Namespace/shop | +Job/before …', 'main 1: +ConfigMap/a'],
  },
  {
    what: 'prunes run backwards through the waves they were applied in',
    input: { strays: [stray('ConfigMap', 'a', 1), stray('ConfigMap', 'b', 2), stray('ConfigMap', 'c', 7)] },
    want: ['main 1: -ConfigMap/c …', 'main 2: -ConfigMap/b …', 'main 7: -ConfigMap/a'],
  },
  {
    what: 'prunes of a wave come before its writes',
    input: { objects: [missing(object('ConfigMap', 'new'))], strays: [stray('ConfigMap', 'old')] },
    want: ['main 0: -ConfigMap/old | +ConfigMap/new'],
  },
  {
    what: 'pruneLast puts every prune behind every write',
    input: {
      objects: [missing(object('ConfigMap', 'new'), 3)],
      strays: [stray('ConfigMap', 'a', -5), stray('ConfigMap', 'b', 8)],
    },
    policy: { pruneLast: true },
    want: ['main 3: +ConfigMap/new …', 'main 9: -ConfigMap/b -ConfigMap/a'],
  },
  {
    what: 'one object may ask to be pruned last',
    input: {
      objects: [missing(object('ConfigMap', 'new'), 3)],
      strays: [stray('ConfigMap', 'a', -5), { ...stray('ConfigMap', 'b', 1), pruneLast: true }],
    },
    want: ['main 1: -ConfigMap/a …', 'main 3: +ConfigMap/new …', 'main 4: -ConfigMap/b'],
  },
  {
    what: 'a single wave waits for its hooks alone',
    input: { objects: [hook('during', 0, 'main'), missing(object('Deployment', 'web', 'apps/v1'))] },
    want: ['main 0: +Deployment/web | +Job/during … hooks'],
  },
  {
    what: 'a last wave with hooks is waited for whole',
    input: { objects: [hook('during', 2, 'main'), missing(object('Deployment', 'web', 'apps/v1'))] },
    want: ['main 0: +Deployment/web …', 'main 2: +Job/during …'],
  },
  {
    what: 'hooks of failure run together, in the order of their waves',
    input: { objects: [missing(object('ConfigMap', 'a')), hook('one', 3, 'failure'), hook('two', -3, 'failure')] },
    want: ['main 0: +ConfigMap/a', 'failure 0: +Job/two | +Job/one …'],
  },
  {
    what: 'what is in sync takes its turn where the policy says so',
    input: { objects: [synced('a', 0), synced('b', 1), missing(object('ConfigMap', 'c'), 2)] },
    policy: { keepInSync: true },
    want: ['main 0: =ConfigMap/a …', 'main 1: =ConfigMap/b …', 'main 2: +ConfigMap/c'],
  },
  {
    what: 'stages: definitions, classes, the rest, prunes',
    input: {
      objects: [
        missing(object('ConfigMap', 'a'), 4),
        missing(object('StorageClass', 'fast', 'storage.k8s.io/v1')),
        missing(object('Namespace', 'shop')),
      ],
      strays: [stray('ConfigMap', 'old', -2)],
    },
    policy: { ordering: 'stages' },
    want: [
      'main 0: +Namespace/shop …',
      'main 1: +StorageClass/fast …',
      'main 2: +ConfigMap/a',
      'main 3: -ConfigMap/old',
    ],
  },
];

for (const { what, input, policy, want } of cases) {
  test(what, () => {
    const plan = makePlan({ objects: [], strays: [], ...input, policy: { ...waves, ...policy } });
    assert.deepEqual(lines(plan), want);
  });
}

test('what stays is told with its reason', () => {
  const strays = [stray('ConfigMap', 'a'), stray('ConfigMap', 'b', 0, 'ignored (no prune)')];
  const off = makePlan({ objects: [], strays, policy: { ...waves, prune: false } });
  assert.deepEqual(off.stages, []);
  assert.deepEqual(
    off.kept.map(({ ref, reason }) => [ref.name, reason]),
    [
      ['a', 'ignored (requires pruning)'],
      ['b', 'ignored (no prune)'],
    ],
  );
  const on = makePlan({ objects: [], strays, policy: waves });
  assert.deepEqual(
    on.kept.map(({ ref }) => ref.name),
    ['b'],
  );
});

test('an object in sync is written only where the policy wants it, and onlyIfMissing never twice', () => {
  const live = object('ConfigMap', 'a');
  const inSync: ComparedObject = { desired: { object: live, phase: 'main', wave: 0 }, live, diff: noDiff };
  const planOf = (entry: ComparedObject, policy: Partial<PlanPolicy>): number =>
    planSummary(makePlan({ objects: [entry], strays: [], policy: { ...waves, ...policy } })).update;
  assert.equal(planOf(inSync, {}), 0);
  assert.equal(planOf(inSync, { applyInSync: true }), 1);
  const changed = { ...inSync, diff: { changed: true, fields: [] } };
  assert.equal(planOf(changed, {}), 1);
  const once = { ...changed, desired: { ...changed.desired, options: { onlyIfMissing: true } } };
  assert.equal(planOf(once, { applyInSync: true }), 0);
});

const kinds = ['ConfigMap', 'Namespace', 'Deployment', 'Service', 'Job', 'StorageClass'] as const;
const named = fc.record({
  kind: fc.constantFrom(...kinds),
  name: fc.constantFrom('a', 'b', 'c', 'd', 'e', 'shop'),
  wave: fc.integer({ min: -3, max: 3 }),
});
const worlds = fc.record({
  wanted: fc.uniqueArray(
    fc.record({
      object: named,
      phase: fc.constantFrom<Phase>('before', 'main', 'after', 'failure'),
      live: fc.boolean(),
      changed: fc.boolean(),
    }),
    {
      selector: ({ object: { kind, name }, phase }) => `${kind}/${name}/${phase}`,
    },
  ),
  left: fc.uniqueArray(fc.record({ object: named, keep: fc.boolean() }), {
    selector: ({ object: { kind, name } }) => `${kind}/${name}`,
  }),
  prune: fc.boolean(),
  pruneLast: fc.boolean(),
  ordering: fc.constantFrom<PlanPolicy['ordering']>('waves', 'stages'),
});

type WorldCase = typeof worlds extends fc.Arbitrary<infer Value> ? Value : never;

function inputOf({ wanted, left, prune, pruneLast, ordering }: WorldCase): PlanInput {
  const objects = wanted.map(({ object: { kind, name, wave }, phase, live, changed }): ComparedObject => {
    const desired = object(kind, name);
    const hook = phase === 'main' ? undefined : { deletion: ['recreate'] as const };
    return {
      desired: { object: desired, phase, wave, hook },
      live: live ? desired : undefined,
      diff: { changed, fields: [] },
    };
  });
  const strays = left.map(({ object: { kind, name, wave }, keep }) =>
    stray(kind, `old-${name}`, wave, keep ? 'kept' : undefined),
  );
  return { objects, strays, policy: { ...waves, prune, pruneLast, ordering } };
}

test('a plan does not depend on the order of its input', () => {
  fc.assert(
    fc.property(worlds, fc.infiniteStream(fc.nat()), (world, numbers) => {
      const input = inputOf(world);
      const shuffled = <T>(list: readonly T[]): readonly T[] =>
        list
          .map((value) => ({ value, at: numbers.next().value }))
          .sort((left, right) => left.at - right.at)
          .map(({ value }) => value);
      const other = { ...input, objects: shuffled(input.objects), strays: shuffled(input.strays) };
      assert.deepEqual(lines(makePlan(other)), lines(makePlan(input)));
    }),
  );
});

test('nothing is pruned that is no stray of ours, nothing kept is pruned, and every prune was allowed', () => {
  fc.assert(
    fc.property(worlds, (world) => {
      const input = inputOf(world);
      const plan = makePlan(input);
      const prunable = new Set(
        input.strays.filter(({ keepReason }) => keepReason === undefined).map(({ live }) => refKey(refOf(live))),
      );
      const pruned = plan.stages.flatMap(({ groups }) => groups.flat()).filter(({ action }) => action === 'prune');
      for (const { ref } of pruned) assert.ok(input.policy.prune && prunable.has(refKey(ref)));
      assert.equal(pruned.length + plan.kept.length, input.strays.length);
    }),
  );
});

test('every object has exactly one step, and a plan carried out leaves only hooks to do', () => {
  fc.assert(
    fc.property(worlds, (world) => {
      const input = inputOf(world);
      const plan = makePlan(input);
      const steps = plan.stages.flatMap(({ groups }) => groups.flat());
      assert.equal(new Set(steps.map((step) => `${step.phase}/${step.action}/${refKey(step.ref)}`)).size, steps.length);
      for (const step of steps) assert.ok(planKeys(plan).has(refKey(step.ref)));
      const done: PlanInput = {
        ...input,
        objects: input.objects.map((entry) => ({ ...entry, live: entry.desired.object, diff: noDiff })),
        strays: [],
      };
      const { create, update, prune } = planSummary(makePlan(done));
      assert.deepEqual([create, update, prune], [0, 0, 0]);
    }),
  );
});

const phaseOrder: Readonly<Record<Phase, number>> = { before: 0, main: 1, after: 2, failure: 3 };

test('phases and waves only ever go forward, and kinds within a wave keep their order', () => {
  fc.assert(
    fc.property(worlds, (world) => {
      const { stages } = makePlan(inputOf({ ...world, ordering: 'waves' }));
      for (const [index, stage] of stages.entries()) {
        const before = stages[index - 1];
        if (before) {
          const step = phaseOrder[stage.phase] - phaseOrder[before.phase];
          assert.ok(step > 0 || (step === 0 && stage.wave > before.wave));
        }
        const written = stage.groups.filter(([first]) => first?.action !== 'prune');
        for (const group of stage.groups) assert.equal(new Set(group.map(({ action }) => action === 'prune')).size, 1);
        if (stage.phase === 'failure') continue;
        const ranks = written.map(([first]) => kindRank(first?.ref.kind ?? ''));
        assert.deepEqual(
          ranks,
          [...ranks].sort((left, right) => left - right),
        );
      }
    }),
  );
});

test('a namespace is never written after what is in it', () => {
  fc.assert(
    fc.property(worlds, (world) => {
      const { stages } = makePlan(inputOf({ ...world, ordering: 'waves' }));
      const steps = stages.flatMap(({ groups }, stage) =>
        groups.flatMap((group, index) => group.map((step) => ({ step, at: stage * 1000 + index }))),
      );
      const written = steps.filter(({ step }) => step.action !== 'prune');
      for (const { step, at } of written) {
        const isFirst = written.every((other) => refKey(other.step.ref) !== refKey(step.ref) || other.at >= at);
        if (step.ref.kind !== 'Namespace' || !isFirst) continue;
        const inside = written.filter((other) => other.step.object.metadata.namespace === step.ref.name);
        for (const other of inside) assert.ok(at < other.at);
      }
    }),
  );
});

test('only the last stage may go unwaited for, and one with hooks never does', () => {
  fc.assert(
    fc.property(worlds, (world) => {
      const { stages } = makePlan(inputOf({ ...world, ordering: 'waves' }));
      const last = stages.findLast(({ phase }) => phase !== 'failure');
      for (const stage of stages) {
        const hasHooks = stage.groups.some((group) => group.some(({ hook }) => hook !== undefined));
        if (stage.waitFor === 'nothing') assert.ok(stage === last && !hasHooks);
        if (stage !== last && stage.phase !== 'failure') assert.equal(stage.waitFor, 'all');
      }
    }),
  );
});

test('what an operation has not changed is planned to the same stages again', () => {
  fc.assert(
    fc.property(worlds, (world) => {
      const input = inputOf({ ...world, ordering: 'waves', prune: false });
      const policy = { ...input.policy, keepInSync: true };
      const done = input.objects.map((entry) => ({ ...entry, live: entry.desired.object, diff: noDiff }));
      const shape = (plan: Plan): readonly string[] =>
        plan.stages.map(({ phase, wave, waitFor }) => `${phase} ${wave} ${waitFor}`);
      assert.deepEqual(shape(makePlan({ ...input, objects: done, policy })), shape(makePlan({ ...input, policy })));
    }),
  );
});

test('strays that stay count among the waves that prunes mirror', () => {
  const stray = (name: string, wave: number, keepReason?: string): PlanInput['strays'][number] => ({
    live: { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name, namespace: 'a' } },
    wave,
    keepReason,
  });
  const skipped = { ...stray('skipped', 9, 'ignored (no prune)'), apart: true };
  const strays = [stray('goes', 1), stray('stays', 5, 'ignored (no prune)'), skipped];
  const { stages } = makePlan({
    objects: [],
    strays,
    policy: { prune: true, ordering: 'waves', pruneLast: false, applyInSync: false, skipHooks: false },
  });
  assert.deepEqual(
    stages.map(({ wave, groups }) => [wave, groups.flat().map(({ ref }) => ref.name)]),
    [[5, ['goes']]],
  );
});
