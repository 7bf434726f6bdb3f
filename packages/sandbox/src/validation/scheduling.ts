// Where pods may run: selectors, tolerations, affinities, spreading (pkg/apis/core/validation, Kubernetes 1.35).

import { bagsOf } from '../defaulting/drafts.ts';
import { type Bag, bagAt, listAt, scalarText } from '../store/draft.ts';
import type { Causes } from './causes.ts';
import { checkOneOf } from './choices.ts';
import { checkLabelSelector } from './label-selectors.ts';
import { checkLabelName, labelProblem, labelValueProblem, qualifiedNameProblem, subdomainProblem } from './names.ts';

const effects = ['NoSchedule', 'PreferNoSchedule', 'NoExecute'];

/** Checks tolerations. */
export function checkTolerations(causes: Causes, spec: Bag | undefined, at: string): void {
  for (const [index, toleration] of bagsOf(spec?.['tolerations']).entries()) {
    const place = `${at}.tolerations[${index}]`;
    const key = scalarText(toleration['key'] ?? '');
    const operator = scalarText(toleration['operator'] ?? '');
    const value = scalarText(toleration['value'] ?? '');
    const effect = scalarText(toleration['effect'] ?? '');
    if (key !== '') checkLabelName(causes, key, `${place}.key`);
    if (key === '' && operator !== 'Exists') {
      const message = 'operator must be Exists when `key` is empty, which means "match all values and all keys"';
      causes.invalid(`${place}.operator`, operator, message);
    }
    if (toleration['tolerationSeconds'] !== undefined && effect !== 'NoExecute')
      causes.invalid(`${place}.effect`, effect, "effect must be 'NoExecute' when `tolerationSeconds` is set");
    if (operator === 'Equal' || operator === '') {
      const problem = labelValueProblem(value);
      if (problem !== undefined) causes.invalid(`${place}.operator`, value, problem);
    } else if (operator === 'Exists') {
      if (value !== '') causes.invalid(`${place}.operator`, value, "value must be empty when `operator` is 'Exists'");
    } else {
      const numeric = operator === 'Lt' || operator === 'Gt' ? ['Lt', 'Gt'] : [];
      causes.notSupported(`${place}.operator`, operator, ['Equal', 'Exists', ...numeric]);
    }
    if (effect !== '') checkOneOf(causes, effect, `${place}.effect`, effects);
  }
}

/** Checks affinities to nodes and pods. */
export function checkAffinity(causes: Causes, spec: Bag | undefined, at: string): void {
  const affinity = bagAt(spec, 'affinity');
  const required = 'requiredDuringSchedulingIgnoredDuringExecution';
  const preferred = 'preferredDuringSchedulingIgnoredDuringExecution';
  const node = bagAt(affinity, 'nodeAffinity');
  const nodeAt = `${at}.affinity.nodeAffinity`;
  const selector = bagAt(node, required);
  if (selector !== undefined) checkNodeSelector(causes, selector, `${nodeAt}.${required}`);
  for (const [index, term] of bagsOf(node?.[preferred]).entries()) {
    const place = `${nodeAt}.${preferred}[${index}]`;
    checkWeight(causes, term, place);
    checkNodeTerm(causes, bagAt(term, 'preference') ?? {}, `${place}.preference`, false);
  }
  for (const kind of ['podAffinity', 'podAntiAffinity']) {
    const pods = bagAt(affinity, kind);
    for (const [index, term] of bagsOf(pods?.[required]).entries())
      checkPodTerm(causes, term, `${at}.affinity.${kind}.${required}[${index}]`);
    for (const [index, term] of bagsOf(pods?.[preferred]).entries()) {
      const place = `${at}.affinity.${kind}.${preferred}[${index}]`;
      checkWeight(causes, term, place);
      checkPodTerm(causes, bagAt(term, 'podAffinityTerm') ?? {}, `${place}.podAffinityTerm`);
    }
  }
}

function checkWeight(causes: Causes, term: Bag, at: string): void {
  const weight = typeof term['weight'] === 'number' ? term['weight'] : 0;
  if (weight <= 0 || weight > 100) causes.invalid(`${at}.weight`, weight, 'must be in the range 1-100');
}

/** Checks a node selector, of an affinity or of a volume. */
export function checkNodeSelector(causes: Causes, selector: Bag, at: string): void {
  const terms = bagsOf(selector['nodeSelectorTerms']);
  if (terms.length === 0) causes.required(`${at}.nodeSelectorTerms`, 'must have at least one node selector term');
  for (const [index, term] of terms.entries()) checkNodeTerm(causes, term, `${at}.nodeSelectorTerms[${index}]`, true);
}

function checkNodeTerm(causes: Causes, term: Bag, at: string, values: boolean): void {
  for (const [index, rule] of bagsOf(term['matchExpressions']).entries())
    checkNodeRule(causes, rule, `${at}.matchExpressions[${index}]`, values);
  for (const [index, rule] of bagsOf(term['matchFields']).entries())
    checkNodeFieldRule(causes, rule, `${at}.matchFields[${index}]`);
}

function checkNodeRule(causes: Causes, rule: Bag, at: string, checkValues: boolean): void {
  const operator = rule['operator'] ?? '';
  const values = listAt(rule, 'values') ?? [];
  if (operator === 'In' || operator === 'NotIn') {
    if (values.length === 0) causes.required(`${at}.values`, "must be specified when `operator` is 'In' or 'NotIn'");
  } else if (operator === 'Exists' || operator === 'DoesNotExist') {
    if (values.length > 0)
      causes.forbidden(`${at}.values`, "may not be specified when `operator` is 'Exists' or 'DoesNotExist'");
  } else if (operator === 'Gt' || operator === 'Lt') {
    if (values.length !== 1)
      causes.required(`${at}.values`, "must be specified single value when `operator` is 'Lt' or 'Gt'");
  } else causes.invalid(`${at}.operator`, operator, 'not a valid selector operator');
  checkLabelName(causes, scalarText(rule['key'] ?? ''), `${at}.key`);
  if (!checkValues) return;
  for (const [index, value] of values.entries()) {
    const problem = labelValueProblem(scalarText(value));
    if (problem !== undefined) causes.invalid(`${at}.values[${index}]`, value, problem);
  }
}

function checkNodeFieldRule(causes: Causes, rule: Bag, at: string): void {
  const operator = rule['operator'] ?? '';
  const values = listAt(rule, 'values') ?? [];
  if (operator === 'In' || operator === 'NotIn') {
    if (values.length !== 1) {
      const message = "must be only one value when `operator` is 'In' or 'NotIn' for node field selector";
      causes.required(`${at}.values`, message);
    }
  } else causes.invalid(`${at}.operator`, operator, 'not a valid selector operator');
  if (rule['key'] !== 'metadata.name') causes.invalid(`${at}.key`, rule['key'] ?? '', 'not a valid field selector key');
  else {
    for (const [index, value] of values.entries()) {
      const problem = subdomainProblem(scalarText(value));
      if (problem !== undefined) causes.invalid(`${at}.values[${index}]`, value, problem);
    }
  }
}

function checkPodTerm(causes: Causes, term: Bag, at: string): void {
  for (const key of ['labelSelector', 'namespaceSelector']) {
    const selector = bagAt(term, key);
    if (selector !== undefined) checkLabelSelector(causes, selector, `${at}.${key}`);
  }
  for (const name of listAt(term, 'namespaces') ?? []) {
    const problem = labelProblem(scalarText(name));
    if (problem !== undefined) causes.invalid(`${at}.namespace`, name, problem);
  }
  for (const key of ['matchLabelKeys', 'mismatchLabelKeys']) checkLabelKeys(causes, term, key, at);
  const topology = scalarText(term['topologyKey'] ?? '');
  if (topology === '') causes.required(`${at}.topologyKey`, 'can not be empty');
  checkLabelName(causes, topology, `${at}.topologyKey`);
}

function checkLabelKeys(causes: Causes, holder: Bag, key: string, at: string): void {
  const keys = listAt(holder, key) ?? [];
  if (keys.length === 0) return;
  if (holder['labelSelector'] === undefined) {
    causes.forbidden(`${at}.${key}`, 'must not be specified when labelSelector is not set');
    return;
  }
  for (const [index, each] of keys.entries()) checkLabelName(causes, scalarText(each), `${at}.${key}[${index}]`);
}

/** Checks topologySpreadConstraints. */
export function checkSpread(causes: Causes, spec: Bag | undefined, at: string): void {
  const constraints = bagsOf(spec?.['topologySpreadConstraints']);
  for (const [index, constraint] of constraints.entries()) {
    const place = `${at}.topologySpreadConstraints[${index}]`;
    const skew = typeof constraint['maxSkew'] === 'number' ? constraint['maxSkew'] : 0;
    if (skew <= 0) causes.invalid(`${place}.maxSkew`, skew, 'must be greater than zero');
    const { topologyKey, whenUnsatisfiable, minDomains } = constraint;
    if ((topologyKey ?? '') === '') causes.required(`${place}.topologyKey`, 'can not be empty');
    const actions = ['DoNotSchedule', 'ScheduleAnyway'];
    checkOneOf(causes, whenUnsatisfiable ?? '', `${place}.whenUnsatisfiable`, actions);
    const again = constraints
      .slice(index + 1)
      .some((each) => each['topologyKey'] === topologyKey && each['whenUnsatisfiable'] === whenUnsatisfiable);
    if (again) {
      const shown = `{${scalarText(topologyKey ?? '')}, ${scalarText(whenUnsatisfiable ?? '')}}`;
      causes.duplicate(`${place}.{topologyKey, whenUnsatisfiable}`, shown);
    }
    if (typeof minDomains === 'number') {
      if (minDomains <= 0) causes.invalid(`${place}.minDomains`, minDomains, 'must be greater than zero');
      if (whenUnsatisfiable !== 'DoNotSchedule') {
        const message = `can only use minDomains if whenUnsatisfiable=DoNotSchedule, not ${scalarText(whenUnsatisfiable ?? '')}`;
        causes.invalid(`${place}.minDomains`, minDomains, message);
      }
    }
    for (const key of ['nodeAffinityPolicy', 'nodeTaintsPolicy'])
      checkOneOf(causes, constraint[key], `${place}.${key}`, ['Honor', 'Ignore']);
    checkLabelKeys(causes, constraint, 'matchLabelKeys', place);
    const selector = bagAt(constraint, 'labelSelector');
    if (selector !== undefined) checkLabelSelector(causes, selector, `${place}.labelSelector`);
  }
}

/** Checks schedulingGates and readinessGates. */
export function checkGates(causes: Causes, spec: Bag | undefined, at: string): void {
  for (const [index, gate] of bagsOf(spec?.['readinessGates']).entries()) {
    const type = scalarText(gate['conditionType'] ?? '');
    const problem = qualifiedNameProblem(type);
    if (problem !== undefined) causes.invalid(`${at}.readinessGates[${index}].conditionType`, type, problem);
  }
  const seen = new Set<string>();
  for (const [index, gate] of bagsOf(spec?.['schedulingGates']).entries()) {
    const name = scalarText(gate['name'] ?? '');
    const problem = qualifiedNameProblem(name);
    if (problem !== undefined) causes.invalid(`${at}.schedulingGates[${index}]`, name, problem);
    if (seen.has(name)) causes.duplicate(`${at}.schedulingGates[${index}]`, name);
    seen.add(name);
  }
}
