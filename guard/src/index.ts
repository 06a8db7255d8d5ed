export { readCertificateField, thumbprintOfCertificate } from './certificate.ts'
export type { Clock } from './clock.ts'
export { accountNameOf } from './context.ts'
export type {
  AccessContext,
  AccessDetail,
  AccountName,
  Actor,
  Billing,
  DelegatedAccess,
  OwnAccess,
} from './context.ts'
export { GuardError } from './error.ts'
export type { ChallengeTerms, GuardCode, GuardProblem, OAuthError } from './error.ts'
export { followChanges } from './follow-changes.ts'
export type { Following, FollowOptions } from './follow-changes.ts'
export { ACCESS_CONTEXT_HEADER, ACCESS_CONTEXT_TYPE, createGatewayGuard } from './gateway.ts'
export type { GatewayGuard, GatewayGuardOptions } from './gateway.ts'
export { createGuard } from './guard.ts'
export type { Guard, GuardOptions, Introspection, KnownNumbers } from './guard.ts'
export type { CertificateOf, Handlers, Refused, ServerRequest } from './handlers.ts'
export { createIntrospection } from './introspection.ts'
export type { IntrospectionOptions } from './introspection.ts'
export { keepIntrospection } from './kept-introspection.ts'
export type { AccessChange, KeptIntrospection, KeptIntrospectionOptions } from './kept-introspection.ts'
export type { KeySource } from './keys.ts'
export { createMemoryReplayStore } from './replay.ts'
export type { ReplayStore } from './replay.ts'
export type { GuardRequest, HeaderFields } from './request.ts'
export { requireAction, requireCustomer, requireScope } from './requirements.ts'
export type { Requirements } from './requirements.ts'
