// Every API group with checks. A group's checks are built when an object of it is first looked at.

import type { KindChecks } from './rules.ts';
import { checks as cnrmCloudGoogleComAny } from './groups/_.cnrm.cloud.google.com.ts';
import { checks as crossplaneIoAny } from './groups/_.crossplane.io.ts';
import { checks as servicesK8sAwsAny } from './groups/_.services.k8s.aws.ts';
import { checks as upboundIoAny } from './groups/_.upbound.io.ts';
import { checks as acidZalanDo } from './groups/acid.zalan.do.ts';
import { checks as acmeCertManagerIo } from './groups/acme.cert-manager.io.ts';
import { checks as addonsClusterXK8sIo } from './groups/addons.cluster.x-k8s.io.ts';
import { checks as addonsProjectcapsuleDev } from './groups/addons.projectcapsule.dev.ts';
import { checks as apiextensionsK8sIo } from './groups/apiextensions.k8s.io.ts';
import { checks as apps3scaleNet } from './groups/apps.3scale.net.ts';
import { checks as appsKruiseIo } from './groups/apps.kruise.io.ts';
import { checks as appsOpenshiftIo } from './groups/apps.openshift.io.ts';
import { checks as argoprojIo } from './groups/argoproj.io.ts';
import { checks as astraNetappIo } from './groups/astra.netapp.io.ts';
import { checks as batch } from './groups/batch.ts';
import { checks as beatK8sElasticCo } from './groups/beat.k8s.elastic.co.ts';
import { checks as bitnamiCom } from './groups/bitnami.com.ts';
import { checks as camelApacheOrg } from './groups/camel.apache.org.ts';
import { checks as capabilities3scaleNet } from './groups/capabilities.3scale.net.ts';
import { checks as capsuleClastixIo } from './groups/capsule.clastix.io.ts';
import { checks as cassandraRookIo } from './groups/cassandra.rook.io.ts';
import { checks as cdiKubevirtIo } from './groups/cdi.kubevirt.io.ts';
import { checks as cephRookIo } from './groups/ceph.rook.io.ts';
import { checks as certManagerIo } from './groups/cert-manager.io.ts';
import { checks as certmanagerK8sIo } from './groups/certmanager.k8s.io.ts';
import { checks as clickhouseKeeperAltinityCom } from './groups/clickhouse-keeper.altinity.com.ts';
import { checks as clickhouseAltinityCom } from './groups/clickhouse.altinity.com.ts';
import { checks as cloudfrontAwsCrossplaneIo } from './groups/cloudfront.aws.crossplane.io.ts';
import { checks as clusterXK8sIo } from './groups/cluster.x-k8s.io.ts';
import { checks as controlplaneClusterXK8sIo } from './groups/controlplane.cluster.x-k8s.io.ts';
import { checks as coralogixCom } from './groups/coralogix.com.ts';
import { checks as coreGardenerCloud } from './groups/core.gardener.cloud.ts';
import { checks as coreHumioCom } from './groups/core.humio.com.ts';
import { checks as coreSpinkubeDev } from './groups/core.spinkube.dev.ts';
import { checks as datadoghqCom } from './groups/datadoghq.com.ts';
import { checks as dbAtlasgoIo } from './groups/db.atlasgo.io.ts';
import { checks as elasticsearchK8sElasticCo } from './groups/elasticsearch.k8s.elastic.co.ts';
import { checks as externalSecretsIo } from './groups/external-secrets.io.ts';
import { checks as flaggerApp } from './groups/flagger.app.ts';
import { checks as flinkApacheOrg } from './groups/flink.apache.org.ts';
import { checks as gameKruiseIo } from './groups/game.kruise.io.ts';
import { checks as gatewayEnvoyproxyIo } from './groups/gateway.envoyproxy.io.ts';
import { checks as gatewayNetworkingK8sIo } from './groups/gateway.networking.k8s.io.ts';
import { checks as gatewaySoloIo } from './groups/gateway.solo.io.ts';
import { checks as glooSoloIo } from './groups/gloo.solo.io.ts';
import { checks as grafanaOrgOperatorKubitusProjectGitlabIo } from './groups/grafana-org-operator.kubitus-project.gitlab.io.ts';
import { checks as grafanaIntegreatlyOrg } from './groups/grafana.integreatly.org.ts';
import { checks as helmToolkitFluxcdIo } from './groups/helm.toolkit.fluxcd.io.ts';
import { checks as iamAwsCrossplaneIo } from './groups/iam.aws.crossplane.io.ts';
import { checks as iammanagerKeikoprojIo } from './groups/iammanager.keikoproj.io.ts';
import { checks as imageToolkitFluxcdIo } from './groups/image.toolkit.fluxcd.io.ts';
import { checks as installIstioIo } from './groups/install.istio.io.ts';
import { checks as jaegertracingIo } from './groups/jaegertracing.io.ts';
import { checks as k8sKeycloakOrg } from './groups/k8s.keycloak.org.ts';
import { checks as k8sMariadbCom } from './groups/k8s.mariadb.com.ts';
import { checks as kafkaBanzaicloudIo } from './groups/kafka.banzaicloud.io.ts';
import { checks as kafkaStrimziIo } from './groups/kafka.strimzi.io.ts';
import { checks as karpenterK8sAws } from './groups/karpenter.k8s.aws.ts';
import { checks as karpenterSh } from './groups/karpenter.sh.ts';
import { checks as kedaSh } from './groups/keda.sh.ts';
import { checks as kialiIo } from './groups/kiali.io.ts';
import { checks as kroRun } from './groups/kro.run.ts';
import { checks as kubernetesClientIo } from './groups/kubernetes-client.io.ts';
import { checks as kubevirtIo } from './groups/kubevirt.io.ts';
import { checks as kustomizeToolkitFluxcdIo } from './groups/kustomize.toolkit.fluxcd.io.ts';
import { checks as kyvernoIo } from './groups/kyverno.io.ts';
import { checks as lifecycleKeptnSh } from './groups/lifecycle.keptn.sh.ts';
import { checks as logstashK8sElasticCo } from './groups/logstash.k8s.elastic.co.ts';
import { checks as mariadbMmontesIo } from './groups/mariadb.mmontes.io.ts';
import { checks as medusaK8ssandraIo } from './groups/medusa.k8ssandra.io.ts';
import { checks as metricsKeptnSh } from './groups/metrics.keptn.sh.ts';
import { checks as microgatewayAirlockCom } from './groups/microgateway.airlock.com.ts';
import { checks as minioMinIo } from './groups/minio.min.io.ts';
import { checks as monitoringCoreosCom } from './groups/monitoring.coreos.com.ts';
import { checks as networkingGkeIo } from './groups/networking.gke.io.ts';
import { checks as nmstateIo } from './groups/nmstate.io.ts';
import { checks as notificationToolkitFluxcdIo } from './groups/notification.toolkit.fluxcd.io.ts';
import { checks as numaflowNumaprojIo } from './groups/numaflow.numaproj.io.ts';
import { checks as numaplaneNumaprojIo } from './groups/numaplane.numaproj.io.ts';
import { checks as objectbucketIo } from './groups/objectbucket.io.ts';
import { checks as ocsOpenshiftIo } from './groups/ocs.openshift.io.ts';
import { checks as onepasswordCom } from './groups/onepassword.com.ts';
import { checks as openfaasCom } from './groups/openfaas.com.ts';
import { checks as opentelemetryIo } from './groups/opentelemetry.io.ts';
import { checks as operatorKnativeDev } from './groups/operator.knative.dev.ts';
import { checks as operatorOpenshiftIo } from './groups/operator.openshift.io.ts';
import { checks as operatorVictoriametricsCom } from './groups/operator.victoriametrics.com.ts';
import { checks as operatorsCoreosCom } from './groups/operators.coreos.com.ts';
import { checks as pkgCrossplaneIo } from './groups/pkg.crossplane.io.ts';
import { checks as platformConfluentIo } from './groups/platform.confluent.io.ts';
import { checks as policiesKyvernoIo } from './groups/policies.kyverno.io.ts';
import { checks as policy } from './groups/policy.ts';
import { checks as policyOpenClusterManagementIo } from './groups/policy.open-cluster-management.io.ts';
import { checks as postgresqlCnpgIo } from './groups/postgresql.cnpg.io.ts';
import { checks as proclaimDogmatiqIo } from './groups/proclaim.dogmatiq.io.ts';
import { checks as projectcontourIo } from './groups/projectcontour.io.ts';
import { checks as promoterArgoprojIo } from './groups/promoter.argoproj.io.ts';
import { checks as psmdbPerconaCom } from './groups/psmdb.percona.com.ts';
import { checks as pulumiCom } from './groups/pulumi.com.ts';
import { checks as pxcPerconaCom } from './groups/pxc.percona.com.ts';
import { checks as rabbitmqCom } from './groups/rabbitmq.com.ts';
import { checks as rdsAwsCrossplaneIo } from './groups/rds.aws.crossplane.io.ts';
import { checks as rolloutsKruiseIo } from './groups/rollouts.kruise.io.ts';
import { checks as routeOpenshiftIo } from './groups/route.openshift.io.ts';
import { checks as route53AwsCrossplaneIo } from './groups/route53.aws.crossplane.io.ts';
import { checks as s3AwsCrossplaneIo } from './groups/s3.aws.crossplane.io.ts';
import { checks as servicesCloudSapCom } from './groups/services.cloud.sap.com.ts';
import { checks as servingKnativeDev } from './groups/serving.knative.dev.ts';
import { checks as servingKserveIo } from './groups/serving.kserve.io.ts';
import { checks as snapshotStorageK8sIo } from './groups/snapshot.storage.k8s.io.ts';
import { checks as solrApacheOrg } from './groups/solr.apache.org.ts';
import { checks as sourceToolkitFluxcdIo } from './groups/source.toolkit.fluxcd.io.ts';
import { checks as sparkoperatorK8sIo } from './groups/sparkoperator.k8s.io.ts';
import { checks as spotIo } from './groups/spot.io.ts';
import { checks as stacksCrossplaneIo } from './groups/stacks.crossplane.io.ts';
import { checks as tektonDev } from './groups/tekton.dev.ts';
import { checks as towerAnsibleCom } from './groups/tower.ansible.com.ts';
import { checks as tridentNetappIo } from './groups/trident.netapp.io.ts';
import { checks as trustCertManagerIo } from './groups/trust.cert-manager.io.ts';
import { checks as veleroIo } from './groups/velero.io.ts';
import { checks as workKarmadaIo } from './groups/work.karmada.io.ts';
import { checks as zookeeperPravegaIo } from './groups/zookeeper.pravega.io.ts';

/** The builders of checks by API group; a leading `_` stands for any prefix. */
export const groups: Readonly<Record<string, () => KindChecks>> = {
  '_.cnrm.cloud.google.com': cnrmCloudGoogleComAny,
  '_.crossplane.io': crossplaneIoAny,
  '_.services.k8s.aws': servicesK8sAwsAny,
  '_.upbound.io': upboundIoAny,
  'acid.zalan.do': acidZalanDo,
  'acme.cert-manager.io': acmeCertManagerIo,
  'addons.cluster.x-k8s.io': addonsClusterXK8sIo,
  'addons.projectcapsule.dev': addonsProjectcapsuleDev,
  'apiextensions.k8s.io': apiextensionsK8sIo,
  'apps.3scale.net': apps3scaleNet,
  'apps.kruise.io': appsKruiseIo,
  'apps.openshift.io': appsOpenshiftIo,
  'argoproj.io': argoprojIo,
  'astra.netapp.io': astraNetappIo,
  batch: batch,
  'beat.k8s.elastic.co': beatK8sElasticCo,
  'bitnami.com': bitnamiCom,
  'camel.apache.org': camelApacheOrg,
  'capabilities.3scale.net': capabilities3scaleNet,
  'capsule.clastix.io': capsuleClastixIo,
  'cassandra.rook.io': cassandraRookIo,
  'cdi.kubevirt.io': cdiKubevirtIo,
  'ceph.rook.io': cephRookIo,
  'cert-manager.io': certManagerIo,
  'certmanager.k8s.io': certmanagerK8sIo,
  'clickhouse-keeper.altinity.com': clickhouseKeeperAltinityCom,
  'clickhouse.altinity.com': clickhouseAltinityCom,
  'cloudfront.aws.crossplane.io': cloudfrontAwsCrossplaneIo,
  'cluster.x-k8s.io': clusterXK8sIo,
  'controlplane.cluster.x-k8s.io': controlplaneClusterXK8sIo,
  'coralogix.com': coralogixCom,
  'core.gardener.cloud': coreGardenerCloud,
  'core.humio.com': coreHumioCom,
  'core.spinkube.dev': coreSpinkubeDev,
  'datadoghq.com': datadoghqCom,
  'db.atlasgo.io': dbAtlasgoIo,
  'elasticsearch.k8s.elastic.co': elasticsearchK8sElasticCo,
  'external-secrets.io': externalSecretsIo,
  'flagger.app': flaggerApp,
  'flink.apache.org': flinkApacheOrg,
  'game.kruise.io': gameKruiseIo,
  'gateway.envoyproxy.io': gatewayEnvoyproxyIo,
  'gateway.networking.k8s.io': gatewayNetworkingK8sIo,
  'gateway.solo.io': gatewaySoloIo,
  'gloo.solo.io': glooSoloIo,
  'grafana-org-operator.kubitus-project.gitlab.io': grafanaOrgOperatorKubitusProjectGitlabIo,
  'grafana.integreatly.org': grafanaIntegreatlyOrg,
  'helm.toolkit.fluxcd.io': helmToolkitFluxcdIo,
  'iam.aws.crossplane.io': iamAwsCrossplaneIo,
  'iammanager.keikoproj.io': iammanagerKeikoprojIo,
  'image.toolkit.fluxcd.io': imageToolkitFluxcdIo,
  'install.istio.io': installIstioIo,
  'jaegertracing.io': jaegertracingIo,
  'k8s.keycloak.org': k8sKeycloakOrg,
  'k8s.mariadb.com': k8sMariadbCom,
  'kafka.banzaicloud.io': kafkaBanzaicloudIo,
  'kafka.strimzi.io': kafkaStrimziIo,
  'karpenter.k8s.aws': karpenterK8sAws,
  'karpenter.sh': karpenterSh,
  'keda.sh': kedaSh,
  'kiali.io': kialiIo,
  'kro.run': kroRun,
  'kubernetes-client.io': kubernetesClientIo,
  'kubevirt.io': kubevirtIo,
  'kustomize.toolkit.fluxcd.io': kustomizeToolkitFluxcdIo,
  'kyverno.io': kyvernoIo,
  'lifecycle.keptn.sh': lifecycleKeptnSh,
  'logstash.k8s.elastic.co': logstashK8sElasticCo,
  'mariadb.mmontes.io': mariadbMmontesIo,
  'medusa.k8ssandra.io': medusaK8ssandraIo,
  'metrics.keptn.sh': metricsKeptnSh,
  'microgateway.airlock.com': microgatewayAirlockCom,
  'minio.min.io': minioMinIo,
  'monitoring.coreos.com': monitoringCoreosCom,
  'networking.gke.io': networkingGkeIo,
  'nmstate.io': nmstateIo,
  'notification.toolkit.fluxcd.io': notificationToolkitFluxcdIo,
  'numaflow.numaproj.io': numaflowNumaprojIo,
  'numaplane.numaproj.io': numaplaneNumaprojIo,
  'objectbucket.io': objectbucketIo,
  'ocs.openshift.io': ocsOpenshiftIo,
  'onepassword.com': onepasswordCom,
  'openfaas.com': openfaasCom,
  'opentelemetry.io': opentelemetryIo,
  'operator.knative.dev': operatorKnativeDev,
  'operator.openshift.io': operatorOpenshiftIo,
  'operator.victoriametrics.com': operatorVictoriametricsCom,
  'operators.coreos.com': operatorsCoreosCom,
  'pkg.crossplane.io': pkgCrossplaneIo,
  'platform.confluent.io': platformConfluentIo,
  'policies.kyverno.io': policiesKyvernoIo,
  policy: policy,
  'policy.open-cluster-management.io': policyOpenClusterManagementIo,
  'postgresql.cnpg.io': postgresqlCnpgIo,
  'proclaim.dogmatiq.io': proclaimDogmatiqIo,
  'projectcontour.io': projectcontourIo,
  'promoter.argoproj.io': promoterArgoprojIo,
  'psmdb.percona.com': psmdbPerconaCom,
  'pulumi.com': pulumiCom,
  'pxc.percona.com': pxcPerconaCom,
  'rabbitmq.com': rabbitmqCom,
  'rds.aws.crossplane.io': rdsAwsCrossplaneIo,
  'rollouts.kruise.io': rolloutsKruiseIo,
  'route.openshift.io': routeOpenshiftIo,
  'route53.aws.crossplane.io': route53AwsCrossplaneIo,
  's3.aws.crossplane.io': s3AwsCrossplaneIo,
  'services.cloud.sap.com': servicesCloudSapCom,
  'serving.knative.dev': servingKnativeDev,
  'serving.kserve.io': servingKserveIo,
  'snapshot.storage.k8s.io': snapshotStorageK8sIo,
  'solr.apache.org': solrApacheOrg,
  'source.toolkit.fluxcd.io': sourceToolkitFluxcdIo,
  'sparkoperator.k8s.io': sparkoperatorK8sIo,
  'spot.io': spotIo,
  'stacks.crossplane.io': stacksCrossplaneIo,
  'tekton.dev': tektonDev,
  'tower.ansible.com': towerAnsibleCom,
  'trident.netapp.io': tridentNetappIo,
  'trust.cert-manager.io': trustCertManagerIo,
  'velero.io': veleroIo,
  'work.karmada.io': workKarmadaIo,
  'zookeeper.pravega.io': zookeeperPravegaIo,
};
