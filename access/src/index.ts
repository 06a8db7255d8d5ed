/**
 * The access kernel: who may do what, decided once.
 *
 * A permission has a name and a fixed bit (`PERMISSIONS`); sets of permissions are masks. Roles, relationship types and
 * overrides become masks when they are resolved (`resolveGrant`). A request becomes plain `Facts`, and `decide` walks
 * one table of checks over them: the first that refuses is the decision, and the same walk with its trace kept is the
 * explanation (`explainFor` hides what is the other side's). `effectiveMask` answers for all permissions at once, and
 * `decidePortfolio` for many tenants. `classifyChange` separates what needs the tenant's approval from what holds at
 * once. Nothing here reads a clock, a file, a network or a database.
 */

export { ID_PREFIXES, decodeId, encodeId, idFromUuid } from './ids.ts'
export type {
  AuditEventId,
  BillingAccountId,
  ChangeRequestId,
  ClientId,
  CommentId,
  ConsentId,
  DelegationId,
  ExplainId,
  FreezeId,
  IdKind,
  IdOf,
  IngestKeyId,
  InvitationId,
  InvoiceId,
  LinkId,
  MemberId,
  OperationId,
  OrderId,
  OutageId,
  PartnerId,
  PaymentId,
  PersonId,
  RequestId,
  ResaleId,
  ServiceId,
  SessionId,
  SubscriberId,
  TenantId,
  TenantMemberId,
  TicketId,
} from './ids.ts'

export { firstPageOf } from './first-page.ts'
export type { FirstPage } from './first-page.ts'
export { PLANES } from './planes.ts'
export type { Plane } from './planes.ts'
export {
  CLIENT_PERMISSIONS,
  REALM_PERMISSIONS,
  FEATURES,
  PERMISSIONS,
  bitOf,
  findPermission,
  isPermission,
  permissionsOfPlane,
} from './permissions.ts'
export type {
  ClientPermission,
  RealmPermission,
  Feature,
  Permission,
  PermissionEntry,
  PermissionEntryOf,
  PermissionOf,
} from './permissions.ts'

export {
  EMPTY_MASK,
  MASK_BITS,
  allows,
  compileMask,
  compilePatterns,
  fromBits,
  has,
  isSubset,
  maskOf,
  maskOfPlane,
  matchesPattern,
  permissionsOf,
  toBits,
} from './mask.ts'
export type { CompiledPatterns, Mask, PatternFault, PatternOptions, ResolvedMask } from './mask.ts'

export {
  LINK_ROLES,
  MEMBER_ROLES,
  RELATIONSHIP_TYPES,
  ceilingOf,
  isRoleOffered,
  isWithin,
  memberMask,
  newestRoleTemplate,
  parseLinkRole,
  relationshipBounds,
  roleTemplate,
} from './roles.ts'
export type {
  LinkRole,
  MemberRole,
  PartnerRole,
  PlatformRole,
  RelationshipBounds,
  RelationshipType,
  RoleTemplate,
  TenantRole,
} from './roles.ts'

export {
  SOURCE_PERMISSIONS,
  SOURCE_REFUSALS,
  canViewTenantInternals,
  findSourcePermission,
  getPartnerPermissions,
  hasPartnerPermission,
  programMatrixMarkdown,
} from './program.ts'
export type { ProgramRole, SourcePermission } from './program.ts'

export { findCeilingFaults, parseOverrides, resolveGrant, toOverrideMap } from './overrides.ts'
export type { Fault, GrantLayers, GrantTerms, Parsed, ResolvedGrant } from './overrides.ts'

export { LINK_STATUSES } from './facts.ts'
export type {
  ActorFacts,
  ActorKind,
  AssignmentFacts,
  Conditions,
  ElevationFacts,
  Facts,
  Factor,
  FreezeFacts,
  Hours,
  HoursWindow,
  LinkFacts,
  LinkStatus,
  Override,
  Owner,
  Question,
  Standing,
} from './facts.ts'

export { decide, effectiveMask } from './decide.ts'
export type { DecideOptions } from './decide.ts'
export { withoutFeatures, withoutWhole } from './checks-rights.ts'
export type { CheckName } from './check.ts'
export type { Decision, Evidence, Step, StepState } from './decision.ts'
export { STEP_UP_MAX_AGE_S } from './checks-request.ts'
export { explainFor, findBlocker } from './explain.ts'
export { decidePortfolio } from './portfolio.ts'
export type { CommonFacts, Exclusion, PortfolioEntry, PortfolioScope } from './portfolio.ts'
export { DECISION_STATUS, REFUSAL_CODES } from './refusals.ts'
export type { DecisionCode, RefusalCode } from './refusals.ts'

export {
  ACTIONS,
  ACTION_NAMES,
  OWN_SCOPE_NAMES,
  OWN_SCOPES,
  SCOPES,
  SCOPE_NAMES,
  isAction,
  isOwnScope,
  isScope,
  maskOfActions,
  maskOfScopes,
  scopeOfAction,
  scopeOfPermission,
} from './scopes.ts'
export type { Action, ClientNeed, OwnScope, Scope } from './scopes.ts'
export { costsMoney } from './spending.ts'
export { ACCESS_MODES } from './client-facts.ts'
export type { AccessMode, ApiDelegationFacts, ClientFacts, ClientQuestion } from './client-facts.ts'
export { decideClient } from './decide-client.ts'
export type { ClientDecision, ClientStep } from './decide-client.ts'
export { CLIENT_DECISION_STATUS, CLIENT_REFUSAL_CODES, CLIENT_REFUSAL_WORDS } from './client-refusals.ts'
export type { ClientDecisionCode, ClientRefusalCode } from './client-refusals.ts'

export {
  NEXT_REALM_ROLES,
  REALM_ROLES,
  findRealmRoleFaults,
  isRealmRole,
  realmRoleMask,
  realmRoleTemplate,
} from './realm-roles.ts'
export type { RealmRole, RealmRoleChoice, RealmRoleTemplate } from './realm-roles.ts'
export { decideAssisted } from './decide-assisted.ts'
export type { AssistedDecision, AssistedFacts, AssistedRefusalCode } from './decide-assisted.ts'
export { decideDashboard } from './decide-dashboard.ts'
export type { DashboardDecision, DashboardFacts, DashboardRefusalCode } from './decide-dashboard.ts'
export { FORM_ACTIONS, decideForm } from './decide-form.ts'
export type { FormAction, FormDecision, FormFacts, FormRefusalCode } from './decide-form.ts'
export { END_USER_STATUSES, decideRealm } from './decide-realm.ts'
export type { EndUserStatus, RealmDecision, RealmFacts, RealmQuestion, RealmStep } from './decide-realm.ts'
export { REALM_DECISION_STATUS, REALM_REFUSAL_CODES, REALM_REFUSAL_WORDS } from './realm-refusals.ts'
export type { RealmDecisionCode, RealmRefusalCode } from './realm-refusals.ts'

export {
  BILLABLE_CLASSES,
  BILLABLE_TITLES,
  BILLING_PARTIES,
  BILLING_PARTY_TITLES,
  billingOf,
  DEFAULT_BILLING,
} from './billing.ts'
export type { BillableClass, BillingParties, BillingParty } from './billing.ts'
export { classifyChange } from './change.ts'
export type { Change } from './change.ts'
export { compareConditions } from './change-conditions.ts'
export type { ChangeRow, Direction, LinkTerms } from './change-terms.ts'
export { NO_CONDITIONS, findConditionFaults } from './conditions.ts'
export { intersectHours, isTimeZone, isUnambiguousTimeZone, isWithinHours } from './hours.ts'
export { intersectIpLists, isCidr, isIpAllowed, isIpListWithin } from './network.ts'

export {
  EXPIRES_SOON_DAYS,
  MEMBER_ROLE_TITLES,
  RELATIONSHIP_TITLES,
  ROLE_TITLES,
  STATUS_WORDS,
  areaTitle,
  describeMask,
  formatInstant,
  linkStatusWord,
} from './words.ts'
export type { AreaWords, StatusName, StatusWord, Tone } from './words.ts'
export { REFUSAL_WORDS } from './refusal-words.ts'
export type { RefusalWords } from './refusal-words.ts'
