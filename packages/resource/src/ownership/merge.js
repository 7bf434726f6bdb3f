// Lays a partial object over another, type by type: server-side apply's merge
// (sigs.k8s.io/structured-merge-diff:typed/merge.go, v6.3.0). Parts that stay as they were are the same objects.
import { formOf, handledForm, unknownType } from './atoms.js';
import { itemStep } from './list-items.js';
import { equalValues, isEmptyMap, isList, isMap } from './values.js';
/**
 * The value with `config` laid over it: nothing is removed, leaves are config's where it has them, lists keep the value's
 * order but for items config orders otherwise. Returns `value` itself where nothing differs. Both must be of the type.
 */
export function mergeValues(value, config, type) {
  return merge(value, config, type) ?? null;
}
function merge(value, config, type) {
  if (config === undefined || value === config) return value;
  if (value === undefined) return config;
  const atom = type.atom;
  const form = handledForm(atom, formOf(atom, config));
  if (form === 'map' && atom.map !== undefined) return mergeMaps(value, config, atom.map);
  if (form === 'list' && atom.list !== undefined) return mergeLists(value, config, atom.list);
  return keepConfig(value, config);
}
function keepConfig(value, config) {
  return value !== undefined && equalValues(value, config) ? value : config;
}
function mergeMaps(value, config, map) {
  const left = isMap(value) ? value : undefined;
  const right = isMap(config) ? config : undefined;
  const empty = (left === undefined || isEmptyMap(left)) && (right === undefined || isEmptyMap(right));
  if (map.atomic || empty) return keepConfig(value, config);
  if (right === undefined) return value;
  let merged;
  for (const name of Object.keys(right)) {
    const own = left?.[name];
    const result = merge(own, right[name], map.fields.get(name)?.type ?? map.element ?? unknownType);
    if (result === own && left !== undefined) continue;
    merged ??= { ...left };
    merged[name] = result;
  }
  const result = merged ?? left;
  return result;
}
function mergeLists(value, config, list) {
  const left = isList(value) ? value : undefined;
  const right = isList(config) ? config : undefined;
  if (list.atomic || ((left?.length ?? 0) === 0 && (right?.length ?? 0) === 0)) return keepConfig(value, config);
  if (right === undefined) return value;
  const merged = new ListMerge(left ?? [], right, list).run();
  if (left?.length === merged.length && merged.every((item, index) => item === left[index])) return left;
  return merged;
}
/** One merge of two associative lists: walks both in order, keeping config's order among the items they share. */
class ListMerge {
  #list;
  #left;
  #leftSteps;
  #rightSteps;
  /** Undefined items are known but not merged with: the left had them twice. */
  #leftItems = new Map();
  #rightItems = new Map();
  #shared;
  #nextShared = 0;
  constructor(left, right, list) {
    this.#list = list;
    this.#left = left;
    this.#leftSteps = left.map((item) => itemStep(list, item).step ?? '');
    this.#rightSteps = right.map((item) => itemStep(list, item).step ?? '');
    for (const [index, step] of this.#leftSteps.entries()) {
      this.#leftItems.set(step, this.#leftItems.has(step) ? null : (left[index] ?? null));
    }
    for (const [index, step] of this.#rightSteps.entries()) this.#rightItems.set(step, right[index] ?? null);
    this.#shared = this.#rightSteps.filter((step) => this.#leftItems.has(step));
  }
  run() {
    const out = [];
    const mergedRight = new Set();
    let left = 0;
    let right = 0;
    while (left < this.#leftSteps.length || right < this.#rightSteps.length) {
      const leftStep = this.#leftSteps[left];
      const rightStep = this.#rightSteps[right];
      const awaited = this.#shared[this.#nextShared];
      if (leftStep !== undefined && rightStep !== undefined) {
        if (leftStep === rightStep) {
          mergedRight.add(leftStep);
          this.#push(out, leftStep);
          left++;
          right++;
          this.#nextShared++;
          continue;
        }
        // A shared item, but not the one whose turn it is by config's order: it comes later.
        if (this.#rightItems.has(leftStep) && awaited !== undefined && awaited !== leftStep) {
          left++;
          continue;
        }
      }
      if (leftStep !== undefined) {
        if (!this.#rightItems.has(leftStep)) {
          out.push(this.#left[left] ?? null);
          left++;
          continue;
        }
        if (mergedRight.has(leftStep)) left++;
      }
      if (rightStep !== undefined) {
        mergedRight.add(rightStep);
        this.#push(out, rightStep);
        right++;
        if (awaited === rightStep) this.#nextShared++;
      }
    }
    return out;
  }
  #push(out, step) {
    const merged = merge(this.#leftItems.get(step), this.#rightItems.get(step), this.#list.element);
    if (merged !== undefined) out.push(merged);
  }
}
