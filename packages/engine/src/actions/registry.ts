// Every API group with actions. A group's actions are built when first asked for.

import type { GroupActions } from './definition.ts';
import { actions as apps } from './groups/apps.ts';
import { actions as argoprojIo } from './groups/argoproj.io.ts';
import { actions as batch } from './groups/batch.ts';
import { actions as capsuleClastixIo } from './groups/capsule.clastix.io.ts';
import { actions as coreStrimziIo } from './groups/core.strimzi.io.ts';
import { actions as externalSecretsIo } from './groups/external-secrets.io.ts';
import { actions as helmToolkitFluxcdIo } from './groups/helm.toolkit.fluxcd.io.ts';
import { actions as imageToolkitFluxcdIo } from './groups/image.toolkit.fluxcd.io.ts';
import { actions as k8sMariadbCom } from './groups/k8s.mariadb.com.ts';
import { actions as kedaSh } from './groups/keda.sh.ts';
import { actions as kustomizeToolkitFluxcdIo } from './groups/kustomize.toolkit.fluxcd.io.ts';
import { actions as notificationToolkitFluxcdIo } from './groups/notification.toolkit.fluxcd.io.ts';
import { actions as numaflowNumaprojIo } from './groups/numaflow.numaproj.io.ts';
import { actions as numaplaneNumaprojIo } from './groups/numaplane.numaproj.io.ts';
import { actions as postgresqlCnpgIo } from './groups/postgresql.cnpg.io.ts';
import { actions as promoterArgoprojIo } from './groups/promoter.argoproj.io.ts';
import { actions as psmdbPerconaCom } from './groups/psmdb.percona.com.ts';
import { actions as sourceToolkitFluxcdIo } from './groups/source.toolkit.fluxcd.io.ts';

/** The builders of actions by API group. */
export const actionGroups: Readonly<Record<string, () => GroupActions>> = {
  apps: apps,
  'argoproj.io': argoprojIo,
  batch: batch,
  'capsule.clastix.io': capsuleClastixIo,
  'core.strimzi.io': coreStrimziIo,
  'external-secrets.io': externalSecretsIo,
  'helm.toolkit.fluxcd.io': helmToolkitFluxcdIo,
  'image.toolkit.fluxcd.io': imageToolkitFluxcdIo,
  'k8s.mariadb.com': k8sMariadbCom,
  'keda.sh': kedaSh,
  'kustomize.toolkit.fluxcd.io': kustomizeToolkitFluxcdIo,
  'notification.toolkit.fluxcd.io': notificationToolkitFluxcdIo,
  'numaflow.numaproj.io': numaflowNumaprojIo,
  'numaplane.numaproj.io': numaplaneNumaprojIo,
  'postgresql.cnpg.io': postgresqlCnpgIo,
  'promoter.argoproj.io': promoterArgoprojIo,
  'psmdb.percona.com': psmdbPerconaCom,
  'source.toolkit.fluxcd.io': sourceToolkitFluxcdIo,
};
