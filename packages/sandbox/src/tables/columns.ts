// The columns of `kubectl get` for each built-in type, as the real server names them. A column with "*" is shown only by
// -o wide; ":type" and "/format" as in the real column definitions.

const lines = `
configmaps Name/name | Data | Age
endpoints Name/name | Endpoints | Age
events Last Seen | Type | Reason | Object | Subobject* | Source* | Message | First Seen* | Count* | Name/name*
namespaces Name/name | Status | Age
nodes Name/name | Status | Roles | Age | Version | Internal-IP* | External-IP* | OS-Image* | Kernel-Version* | Container-Runtime*
persistentvolumeclaims Name/name | Status | Volume | Capacity | Access Modes | StorageClass | VolumeAttributesClass | Age | VolumeMode*
persistentvolumes Name/name | Capacity | Access Modes | Reclaim Policy | Status | Claim | StorageClass | VolumeAttributesClass | Reason | Age | VolumeMode*
pods Name/name | Ready | Status | Restarts | Age | IP* | Node* | Nominated Node* | Readiness Gates*
podtemplates Name/name | Containers | Images | Pod Labels
replicationcontrollers Name/name | Desired:integer | Current:integer | Ready:integer | Age | Containers* | Images* | Selector*
resourcequotas Name/name | Request | Limit | Age
secrets Name/name | Type | Data | Age
serviceaccounts Name/name | Age
services Name/name | Type | Cluster-IP | External-IP | Port(s) | Age | Selector*
apiservices.apiregistration.k8s.io Name/name | Service | Available | Age
controllerrevisions.apps Name/name | Controller | Revision | Age
daemonsets.apps Name/name | Desired:integer | Current:integer | Ready:integer | Up-to-date:integer | Available:integer | Node Selector | Age | Containers* | Images* | Selector*
deployments.apps Name/name | Ready | Up-to-date | Available | Age | Containers* | Images* | Selector*
replicasets.apps Name/name | Desired:integer | Current:integer | Ready:integer | Age | Containers* | Images* | Selector*
statefulsets.apps Name/name | Ready | Age | Containers* | Images*
horizontalpodautoscalers.autoscaling Name/name | Reference | Targets | MinPods | MaxPods | Replicas | Age
cronjobs.batch Name/name | Schedule | Timezone | Suspend:boolean | Active:integer | Last Schedule | Age | Containers* | Images* | Selector*
jobs.batch Name/name | Status | Completions | Duration | Age | Containers* | Images* | Selector*
certificatesigningrequests.certificates.k8s.io Name/name | Age | SignerName | Requestor | RequestedDuration | Condition
ingressclasses.networking.k8s.io Name/name | Controller | Parameters | Age
ingresses.networking.k8s.io Name/name | Class | Hosts | Address | Ports | Age
networkpolicies.networking.k8s.io Name/name | Pod-Selector | Age
poddisruptionbudgets.policy Name/name | Min Available | Max Unavailable | Allowed Disruptions:integer | Age
clusterrolebindings.rbac.authorization.k8s.io Name/name | Role | Age | Users* | Groups* | ServiceAccounts*
rolebindings.rbac.authorization.k8s.io Name/name | Role | Age | Users* | Groups* | ServiceAccounts*
storageclasses.storage.k8s.io Name/name | Provisioner | ReclaimPolicy | VolumeBindingMode | AllowVolumeExpansion | Age
mutatingwebhookconfigurations.admissionregistration.k8s.io Name/name | Webhooks:integer | Age
validatingwebhookconfigurations.admissionregistration.k8s.io Name/name | Webhooks:integer | Age
priorityclasses.scheduling.k8s.io Name/name | Value:integer | Global-Default:boolean | Age | PreemptionPolicy
leases.coordination.k8s.io Name/name | Holder | Age
runtimeclasses.node.k8s.io Name/name | Handler | Age
endpointslices.discovery.k8s.io Name/name | AddressType | Ports | Endpoints | Age
validatingadmissionpolicies.admissionregistration.k8s.io Name/name | Validations:integer | ParamKind | Age
validatingadmissionpolicybindings.admissionregistration.k8s.io Name/name | PolicyName | ParamRef | Age
ipaddresses.networking.k8s.io Name/name | ParentRef
servicecidrs.networking.k8s.io Name/name | CIDRs | Age
deviceclasses.resource.k8s.io Name/name | Age
resourceclaims.resource.k8s.io Name/name | State | Age
resourceclaimtemplates.resource.k8s.io Name/name | Age
resourceslices.resource.k8s.io Name/name | Node | Driver | Pool | Age
csidrivers.storage.k8s.io Name/name | AttachRequired:boolean | PodInfoOnMount:boolean | StorageCapacity:boolean | TokenRequests | RequiresRepublish:boolean | Modes | Age
csinodes.storage.k8s.io Name/name | Drivers:integer | Age
volumeattachments.storage.k8s.io Name/name | Attacher/name | PV | Node | Attached:boolean | Age
volumeattributesclasses.storage.k8s.io Name/name | DriverName | Age
`;

export interface ColumnDefinition {
  readonly name: string;
  readonly type: string;
  readonly format: string;
  readonly description: string;
  readonly priority: number;
}

const byCollection = new Map(lines.trim().split('\n').map(readLine));

/** The columns of a type's table; undefined where the server shows name and creation time only. */
export function columnsOf(collection: string): readonly ColumnDefinition[] | undefined {
  return byCollection.get(collection);
}

/** What types without columns of their own show. */
export const plainColumns: readonly ColumnDefinition[] = [column('Name/name'), column('Created At:date')];

function readLine(line: string): readonly [string, readonly ColumnDefinition[]] {
  const space = line.indexOf(' ');
  return [
    line.slice(0, space),
    line
      .slice(space + 1)
      .split(' | ')
      .map(column),
  ];
}

function column(text: string): ColumnDefinition {
  const match = /^([^:/*]+)(?::([a-z]+))?(?:\/([a-z]+))?(\*)?$/.exec(text);
  return {
    name: match?.[1] ?? text,
    type: match?.[2] ?? 'string',
    format: match?.[3] ?? '',
    description: '',
    priority: match?.[4] === '*' ? 1 : 0,
  };
}
