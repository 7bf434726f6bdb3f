// The contract of @evenkeel/api: what server, page and command say to each other.
export {
  type ApplicationSetAnswer,
  type ApplicationSetList,
  type ApplicationSetRequest,
  type GenerateAnswer,
  applicationSetAnswer,
  applicationSetList,
  applicationSetRequest,
  generateAnswer,
} from './application-sets.ts';
export {
  type Commit,
  type DeliveryDetail,
  type DeliveryList,
  type DeliveryResource,
  type DeliverySummary,
  type FieldDifference,
  type HealthStatus,
  type HistoryEntry,
  type ObjectRef,
  type Operation,
  type OperationPhase,
  type Refusal,
  type Standing,
  type SyncState,
  deliveryDetail,
  deliveryList,
  deliverySummary,
} from './deliveries.ts';
export { type DeliveryName, apiPaths, apiRoot, parseDeliveryKey } from './paths.ts';
export {
  type Accepted,
  type DeleteRequest,
  type Info,
  type Problem,
  type RefreshRequest,
  type RollbackRequest,
  type SyncRequest,
  accepted,
  deleteRequest,
  info,
  problem,
  refreshRequest,
  rollbackRequest,
  syncRequest,
} from './requests.ts';
export {
  type ResourceAction,
  type ResourceActionList,
  type ResourceActionRequest,
  resourceAction,
  resourceActionList,
  resourceActionRequest,
} from './resource-actions.ts';
export {
  type LogLines,
  type ResourceDetail,
  type ResourceEvent,
  type ResourceEvents,
  type ResourceTree,
  type TreeNode,
  logLines,
  resourceDetail,
  resourceEvents,
  resourceTree,
} from './resources.ts';
export { type StreamEvent, type StreamEventName, streamEvents } from './stream.ts';
export {
  type Run,
  type Tick,
  type TimelineEntry,
  type TimelinePage,
  type Waterline,
  type Waterlines,
  timelinePage,
  waterlines,
} from './timeline.ts';
