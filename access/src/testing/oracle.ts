import type { Conditions, Facts, LinkFacts, Override, Question } from '../facts.ts'
import { TABLE_NAMES, TABLE_SENSITIVE, fitsRelationship, signOf } from './oracle-table.ts'

type Judge = (facts: Facts, question: Question) => string

const HIDDEN: ReadonlySet<string> = new Set(['requested', 'declined', 'withdrawn', 'lapsed'])

/** A tenant is known to a partner once a link was approved, and to its own members. */
function knowsTenant(facts: Facts, question: Question): boolean {
  if (!facts.tenant) return false
  if (question.tenant_id && question.tenant_id !== facts.tenant.id) return false
  if (facts.plane === 'tenant') return Boolean(facts.tenant_member)
  return facts.plane === 'delegation' && Boolean(facts.link) && !HIDDEN.has(facts.link?.status ?? '')
}

function isPartnerSide({ plane }: Facts): boolean {
  return ['program', 'delegation'].includes(plane)
}

const judgePerson: Judge = ({ actor }) => {
  if (!actor) return 'UNAUTHORIZED'
  return actor.status === 'inactive' ? 'PERSON_INACTIVE' : ''
}

const judgeMember: Judge = (facts) => {
  const members = { program: 'partner', delegation: 'partner', tenant: 'tenant', platform: '', realm: '' }
  const side = members[facts.plane]
  if (side === 'partner' && facts.partner_member?.status === 'inactive') return 'PERSON_INACTIVE'
  return side === 'tenant' && facts.tenant_member?.status === 'inactive' ? 'PERSON_INACTIVE' : ''
}

const judgeOrganisations: Judge = (facts, question) => {
  if (isPartnerSide(facts) && facts.partner?.status === 'inactive') return 'PARTNER_INACTIVE'
  return knowsTenant(facts, question) && facts.tenant?.status === 'inactive' ? 'TENANT_INACTIVE' : ''
}

const judgeFactor: Judge = ({ plane, actor }) =>
  ['platform', 'delegation'].includes(plane) && actor?.factor === 'none' ? 'MFA_REQUIRED' : ''

/** Who is stopped by which freeze: only a person everywhere; a tenant's own freeze only where the tenant is known. */
const judgeFreeze: Judge = (facts, question) => {
  const isStopped = facts.freezes.some(({ scope }) => {
    if (scope === 'person') return true
    if (scope === 'platform' || scope === 'partner') return ['delegation', 'realm'].includes(facts.plane)
    return facts.plane === 'delegation' && knowsTenant(facts, question)
  })
  return isStopped ? 'ACCESS_FROZEN' : ''
}

const PREFIXES: Readonly<Record<string, string>> = {
  platform: 'platform',
  program: 'partner_org',
  delegation: 'partner',
  tenant: 'tenant',
}

function hasMembership(facts: Facts): boolean {
  if (facts.plane === 'platform') return facts.platform_role === 'SUPER_ADMIN'
  if (facts.plane === 'tenant') return Boolean(facts.tenant && facts.tenant_member)
  return facts.plane !== 'realm' && Boolean(facts.partner && facts.partner_member)
}

const judgePlane: Judge = (facts, question) => {
  if (!hasMembership(facts)) return facts.plane === 'tenant' ? 'TENANT_NOT_FOUND' : 'WRONG_PLANE'
  const isForeign = question.partner_id !== undefined && question.partner_id !== facts.partner?.id
  if (isPartnerSide(facts) && isForeign) return 'PARTNER_NOT_FOUND'
  return question.permission.split('.')[0] === PREFIXES[facts.plane] ? '' : 'WRONG_PLANE'
}

function isPast(instant: Date | null | undefined, now: Date): boolean {
  return instant ? +now >= +instant : false
}

const judgeTenant: Judge = (facts, question) =>
  ['delegation', 'tenant'].includes(facts.plane) && !knowsTenant(facts, question) ? 'TENANT_NOT_FOUND' : ''

/** The link that matters: only people of partners who act in a tenant need one. */
function linkOf(facts: Facts): LinkFacts | null {
  return facts.plane === 'delegation' ? (facts.link ?? null) : null
}

const judgeLink: Judge = (facts) => {
  const link = linkOf(facts)
  if (!link) return ''
  if (link.status === 'revoked') return 'TENANT_LINK_REVOKED'
  if (link.status === 'expired' || isPast(link.ends_at, facts.now)) return 'TENANT_LINK_EXPIRED'
  if (link.status === 'suspended') return 'TENANT_LINK_SUSPENDED'
  const isStarted = link.status === 'active' && isPast(link.starts_at, facts.now)
  return isStarted ? '' : 'TENANT_LINK_NOT_STARTED'
}

const judgeEpoch: Judge = (facts, { presented_epoch: epoch }) => {
  const link = linkOf(facts)
  return !link || epoch === undefined || epoch === link.epoch ? '' : 'UNAUTHORIZED'
}

/** Whether a pattern names a permission, segment by segment. */
export function oracleMatches(pattern: string, name: string): boolean {
  const wanted = pattern.split('.')
  const segments = name.split('.')
  if (wanted.at(-1) !== '*') return wanted.join('.') === name
  const fixed = wanted.slice(0, -1)
  return segments.length > fixed.length && fixed.every((segment, index) => segment === segments[index])
}

function isNamed(link: LinkFacts, effect: Override['effect'], at: { name: string; now: Date }): boolean {
  return link.overrides.some(
    (override) =>
      override.effect === effect &&
      !isPast(override.expires_at, at.now) &&
      oracleMatches(override.pattern, at.name),
  )
}

/** Masks of elevations and scopes are read bit by bit in the order of the table. */
function isInMask(mask: bigint, name: string): boolean {
  const position = TABLE_NAMES.indexOf(name)
  return position >= 0 && (mask >> BigInt(position)) % 2n === 1n
}

function ownSet({ plane, partner_member, tenant_member }: Facts): (name: string) => boolean {
  if (plane === 'program' && partner_member?.role === 'PARTNER_STAFF') {
    return (name) =>
      /^partner_org\.((profile|links|exports|agreements|referrals|earnings\.summary)\.read|codes\.create)$/.test(
        name,
      )
  }
  if (plane === 'tenant' && tenant_member?.role === 'TENANT_USER') {
    return (name) =>
      /^tenant\.(profile\.read|tickets\.(read|write)|vouchers\.(read|issue|redeem))$/.test(name)
  }
  return () => true
}

const judgeOwnRole: Judge = (facts, { permission }) =>
  linkOf(facts) || ownSet(facts)(permission) ? '' : 'PERMISSION_DENIED'

function isElevated({ elevations }: LinkFacts, { name, now }: { name: string; now: Date }): boolean {
  return elevations.some(
    ({ mask, starts_at, ends_at }) => isInMask(mask, name) && isPast(starts_at, now) && !isPast(ends_at, now),
  )
}

const judgeBounds: Judge = (facts, { permission }) => {
  const link = linkOf(facts)
  if (!link) return ''
  const sign = link.role_version === 1 ? signOf(permission, link.role) : '–'
  return sign === '–' || !fitsRelationship(permission, link.relationship_type) ? 'PERMISSION_DENIED' : ''
}

const judgeRole: Judge = (facts, { permission }) => {
  const link = linkOf(facts)
  if (!link) return ''
  const at = { name: permission, now: facts.now }
  if (isNamed(link, 'deny', at)) return 'PERMISSION_DENIED'
  if (isNamed(link, 'grant', at) || isElevated(link, at)) return ''
  const isReseller = link.relationship_type === 'reseller_channel'
  if (isReseller && permission === 'partner.provisioning.subscribers.suspend') return 'PERMISSION_DENIED'
  return signOf(permission, link.role) === '●' ? '' : 'PERMISSION_DENIED'
}

/** "No standing write": what the table marks (S) counts only while an elevation names it. */
const judgeStanding: Judge = (facts, { permission }) => {
  const link = linkOf(facts)
  if (!link?.conditions.elevation_required || !TABLE_SENSITIVE.has(permission)) return ''
  return isElevated(link, { name: permission, now: facts.now }) ? '' : 'ELEVATION_REQUIRED'
}

/** What works on all of a tenant, written out: a link for single accounts never opens it. */
const judgeAccounts: Judge = (facts, { permission }) => {
  if (!linkOf(facts)?.own_accounts_only) return ''
  const isWhole =
    /^partner\.(reports|alerts|sla)\./.test(permission) ||
    ['partner.billing.read', 'partner.billing.summary.read'].includes(permission)
  return isWhole ? 'ACCOUNTS_ONLY' : ''
}

const judgeAssignment: Judge = (facts, { permission }) => {
  const link = linkOf(facts)
  if (!link) return ''
  if (!link.assignment || isPast(link.assignment.ends_at, facts.now)) return 'NOT_ASSIGNED'
  const own = link.assignment.role
  if (!own || isElevated(link, { name: permission, now: facts.now })) return ''
  return signOf(permission, own) === '●' ? '' : 'PERMISSION_DENIED'
}

function featureOf(permission: string): string {
  const [namespace, area = ''] = permission.split('.')
  if (permission === 'partner_org.webhooks.manage') return 'webhooks'
  if (namespace === 'partner_org' && ['clients', 'consents'].includes(area)) return 'api_clients'
  const ownUsers = ['branding', 'users', 'realm', 'plans', 'subscriptions', 'kyc']
  if (namespace === 'partner_org' && ownUsers.includes(area)) return 'white_label'
  const areas = ['billing', 'support', 'provisioning', 'reports', 'alerts']
  return namespace === 'partner' && areas.includes(area) ? area : ''
}

const judgeLimits: Judge = (facts, { permission }) => {
  if (facts.features_off?.has(featureOf(permission))) return 'FEATURE_DISABLED'
  if (!facts.token) return ''
  const isCovered = facts.plane === 'delegation' && isInMask(facts.token.scopes, permission)
  return isCovered ? '' : 'INSUFFICIENT_SCOPE'
}

function toBinary(ip: string): string {
  return ip
    .split('.')
    .map((octet) => Number(octet).toString(2).padStart(8, '0'))
    .join('')
}

/** IPv4 only: compares the leading binary digits. */
function isInBlock(ip: string, block: string): boolean {
  const [host = '', length = '32'] = block.split('/')
  return toBinary(ip).slice(0, Number(length)) === toBinary(host).slice(0, Number(length))
}

/** Windows within one day only, which is what the generated worlds contain. */
function isOpen(hours: NonNullable<Conditions['hours']>, now: Date): boolean {
  const text = now.toLocaleString('en-GB', { timeZone: hours.tz, hour: '2-digit', minute: '2-digit' })
  const weekday = now.toLocaleString('en-GB', { timeZone: hours.tz, weekday: 'long' })
  const days = ['Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday', 'Sunday']
  const today = days.indexOf(weekday) + 1
  return hours.windows.some(({ days: on, from, to }) => on.includes(today) && text >= from && text < to)
}

function hasFreshFactor({ actor, now }: Facts, seconds: number): boolean {
  if (!actor?.factor_at || actor.factor === 'none') return false
  return (+now - +actor.factor_at) / 1000 <= seconds
}

function conditionsOf(facts: Facts): Conditions | null {
  return linkOf(facts)?.conditions ?? null
}

const judgeNetwork: Judge = (facts) => {
  const conditions = conditionsOf(facts)
  if (conditions?.ip_mode !== 'enforce' || facts.actor_kind === 'job') return ''
  const ip = facts.actor?.ip ?? ''
  const isListed = ip !== '' && conditions.ip_allow.some((block) => isInBlock(ip, block))
  return isListed ? '' : 'IP_NOT_ALLOWED'
}

const judgeHours: Judge = (facts) => {
  const hours = conditionsOf(facts)?.hours
  return hours && !isOpen(hours, facts.now) ? 'OUTSIDE_HOURS' : ''
}

const judgeDemands: Judge = (facts) => {
  const conditions = conditionsOf(facts)
  if (!conditions) return ''
  const isStrong = facts.actor?.factor === 'phishing_resistant'
  if (conditions.phishing_resistant && !isStrong) return 'STEP_UP_REQUIRED'
  if (facts.actor_kind === 'job' || conditions.mfa_max_age_s === null) return ''
  return hasFreshFactor(facts, conditions.mfa_max_age_s) ? '' : 'STEP_UP_REQUIRED'
}

const SENSITIVE_ELSEWHERE = new Set([
  'partner_org.members.manage',
  'partner_org.links.accept',
  'partner_org.assignments.manage',
  'partner_org.elevations.approve',
  'partner_org.webhooks.manage',
  'tenant.members.manage',
  'tenant.partner_access.approve',
  'tenant.partner_access.policy.write',
  'tenant.orders.create',
  'platform.partners.manage',
  'platform.tenants.manage',
  'platform.links.manage',
  'platform.ingest_keys.manage',
  'platform.persons.manage',
])

const judgeStepUp: Judge = (facts, { permission }) => {
  const isSensitive = TABLE_SENSITIVE.has(permission) || SENSITIVE_ELSEWHERE.has(permission)
  if (!isSensitive || facts.actor_kind === 'job') return ''
  return hasFreshFactor(facts, 15 * 60) ? '' : 'STEP_UP_REQUIRED'
}

const judgeReason: Judge = (facts) => {
  if (!conditionsOf(facts)?.read_reason_required || facts.actor_kind === 'job') return ''
  return facts.access_reason === 'missing' ? 'ACCESS_REASON_REQUIRED' : ''
}

const judgeResource: Judge = ({ plane, resource, tenant }) => {
  if (!resource) return ''
  if (!resource.found) return 'RESOURCE_NOT_FOUND'
  const isBound = ['delegation', 'tenant'].includes(plane)
  return isBound && resource.tenant_id !== tenant?.id ? 'RESOURCE_NOT_FOUND' : ''
}

const judgeRate: Judge = ({ rate }) => (rate?.limited ? 'RATE_LIMIT_EXCEEDED' : '')

const JUDGES: readonly Judge[] = [
  judgePerson,
  judgeMember,
  judgeOrganisations,
  judgeFactor,
  judgeFreeze,
  judgePlane,
  judgeTenant,
  judgeLink,
  judgeEpoch,
  judgeOwnRole,
  judgeBounds,
  judgeRole,
  judgeStanding,
  judgeAccounts,
  judgeAssignment,
  judgeLimits,
  judgeNetwork,
  judgeHours,
  judgeDemands,
  judgeStepUp,
  judgeReason,
  judgeResource,
  judgeRate,
]

/**
 * A second evaluator, written from the text of the specification in another style than the kernel: strings, sets of
 * names and plain conditions, no masks, no states. Slow on purpose. Tests compare the two.
 */
export function oracleCode(facts: Facts, question: Question): string {
  for (const judge of JUDGES) {
    const code = judge(facts, question)
    if (code !== '') return code
  }
  return 'ALLOWED'
}
