import { encodeId } from '@liaison/access'
import { z } from 'zod'
import { tenantsOfGroup } from '#modules/portfolio/index.ts'
import { noteRead, recordEvent } from '#platform/mandate.ts'
import type { Mandate } from '#platform/mandate.ts'
import { inputRefused, ProblemError } from '#platform/problem.ts'
import { publicIdOf } from '#platform/public-id.ts'
import { publicId } from '#platform/route-input.ts'
import { route, sentAt } from '#platform/route.ts'
import './problems.ts'
import { checkLevels, RULED_TYPES } from './rule-rules.ts'
import type { RuledType } from './rule-rules.ts'
import { deleteRule, getRule, insertRule, listDefaults, listRules, updateRule } from './rule-store.ts'
import type { RuleRow, RuleTarget, RuleTerms } from './rule-store.ts'

const BASE = '/api/v1/partner/alert-rules'
const access = { permission: 'partner.alerts.config.write', tenant: 'portfolio' } as const

const CHANNELS = ['in_app', 'mail', 'webhook'] as const
const DIGESTS = ['none', 'hourly', 'daily'] as const

const terms = {
  is_enabled: z
    .boolean()
    .default(true)
    .meta({ description: 'False raises no alert of this kind for these customers.' }),
  warning: z.number().nullable().default(null).meta({ description: 'Null takes the default.' }),
  critical: z.number().nullable().default(null).meta({ description: 'Null takes the default.' }),
  channels: z
    .array(z.enum(CHANNELS))
    .max(3)
    .default([...CHANNELS])
    .meta({ description: 'How it is told. Without `in_app` it is listed, but not counted at the bell.' }),
  digest: z
    .enum(DIGESTS)
    .default('none')
    .meta({ description: 'Mails one by one, or gathered by hour or by day (07:00 UTC).' }),
}

const AppliesTo = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('all') }),
  z.strictObject({ kind: z.literal('group'), group_id: publicId('tenant_group') }),
  z.strictObject({ kind: z.literal('link'), link_id: publicId('link') }),
])

const NewRule = z
  .strictObject({ type: z.enum(RULED_TYPES), applies_to: AppliesTo, ...terms })
  .meta({ id: 'NewAlertRule' })
const ChangedRule = z.strictObject(terms).meta({ id: 'AlertRuleChange' })

const RuleBody = z
  .strictObject({
    rule_id: z.string(),
    type: z.string(),
    applies_to: z.strictObject({
      kind: z.enum(['all', 'group', 'link']),
      group_id: z.string().nullable(),
      group_name: z.string().nullable(),
      link_id: z.string().nullable(),
      tenant_id: z.string().nullable(),
      tenant_name: z.string().nullable(),
    }),
    is_enabled: z.boolean(),
    warning: z.number().nullable(),
    critical: z.number().nullable(),
    channels: z.array(z.enum(CHANNELS)),
    digest: z.enum(DIGESTS),
    version: z.int(),
    created_by_name: z.string(),
    created_at: z.string(),
    updated_at: z.string(),
  })
  .meta({ id: 'AlertRule' })

const RuleList = z
  .strictObject({
    items: z.array(RuleBody),
    defaults: z.array(
      z.strictObject({
        type: z.string(),
        area: z.enum(['sla', 'billing', 'access']),
        title: z.string(),
        warning: z.number().nullable(),
        critical: z.number().nullable(),
        unit: z.enum(['percent', 'days', 'times', 'count']).nullable(),
        rearm_percent: z.number().meta({
          description:
            'A level counts as left below this share of its threshold, and can then be told again.',
        }),
        is_adjustable: z.boolean(),
      }),
    ),
  })
  .meta({ id: 'AlertRuleList' })

const RuleParams = z.strictObject({ rule_id: publicId('alert_rule') })

function toTarget(row: RuleRow): z.input<typeof RuleBody>['applies_to'] {
  return {
    kind: row.applies_to,
    group_id: row.group_id && publicIdOf('tenant_group', row.group_id),
    group_name: row.group_name,
    link_id: row.link_id && publicIdOf('link', row.link_id),
    tenant_id: row.tenant_id && publicIdOf('tenant', row.tenant_id),
    tenant_name: row.tenant_name,
  }
}

function toRule(row: RuleRow): z.input<typeof RuleBody> {
  return {
    rule_id: publicIdOf('alert_rule', row.id),
    type: row.type,
    applies_to: toTarget(row),
    is_enabled: row.is_enabled,
    warning: row.warning,
    critical: row.critical,
    channels: CHANNELS.filter((channel) => row.channels.includes(channel)),
    digest: row.digest,
    version: row.version,
    created_by_name: row.created_by_name,
    created_at: row.created_at.toISOString(),
    updated_at: row.updated_at.toISOString(),
  }
}

const answer = (row: RuleRow) => sentAt(toRule(row), row.version)

/** A rule for one link is its tenant's matter; one for many concerns every colleague. Throws ALERT_RULE_NOT_YOURS. */
function requireSay(mandate: Mandate<'portfolio'>, kind: RuleTarget['kind']): void {
  const mayForMany = mandate.partner.role === 'PARTNER_OWNER' && mandate.tenantIds.length > 0
  if (kind === 'link' || mayForMany) return
  throw new ProblemError(
    403,
    'ALERT_RULE_NOT_YOURS',
    'A rule for all customers or for a group is set by an owner of the organisation who may change alerts in at least one customer.',
  )
}

/** What a rule is to be attached to. Throws GROUP_NOT_FOUND, and VALIDATION_ERROR for a link that is not reached. */
async function readTarget(
  mandate: Mandate<'portfolio'>,
  wanted: z.output<typeof AppliesTo>,
): Promise<RuleTarget> {
  if (wanted.kind === 'group') {
    await tenantsOfGroup(mandate, wanted.group_id)
    return { kind: 'group', groupId: wanted.group_id }
  }
  if (wanted.kind === 'all') return { kind: 'all' }
  const link = mandate.links.find(({ facts }) => facts.link?.id === wanted.link_id)
  if (link) return { kind: 'link', linkId: wanted.link_id, tenantId: link.tenant.id }
  throw inputRefused([
    {
      pointer: '/body/applies_to/link_id',
      code: 'UNKNOWN_LINK',
      detail: 'You have no link with this id in which you may change alerts.',
    },
  ])
}

function toTerms(type: RuledType, body: z.output<typeof ChangedRule>): RuleTerms {
  const faults = checkLevels(type, body)
  if (faults.length > 0) throw inputRefused(faults)
  const { is_enabled, warning, critical, digest } = body
  return { is_enabled, warning, critical, digest, channels: [...new Set(body.channels)] }
}

const isRuled = (type: string): type is RuledType => RULED_TYPES.some((name) => name === type)

/** How a rule reads in the log. */
function toAudited(row: RuleRow) {
  const { is_enabled, warning, critical, channels, digest } = row
  return { is_enabled, warning, critical, channels, digest }
}

function recordRule(
  mandate: Mandate<'portfolio'>,
  action: 'create' | 'update' | 'delete',
  { before, after }: { readonly before: RuleRow | null; readonly after: RuleRow | null },
): void {
  const row = after ?? before
  if (!row) return
  const target = row.group_name ?? row.tenant_name ?? 'all customers'
  recordEvent(mandate, {
    action: `alert_rules.${action}`,
    resource: { type: 'alert_rule', id: row.id, label: `${row.type}: ${target}` },
    ...(row.tenant_id !== null && { tenantId: row.tenant_id }),
    changes: { rule: { before: before && toAudited(before), after: after && toAudited(after) } },
  })
}

/** The rules are the organisation's own: no customer is told that somebody looked at them. */
function noteLook(mandate: Mandate<'portfolio'>, rowCount: number): void {
  noteRead(mandate, { action: 'alert_rules.read', tenants: [], rowCount })
}

const reads = [
  route({
    method: 'GET',
    path: BASE,
    summary: 'When the organisation is alerted: its rules, and what holds without one',
    input: {},
    access,
    limit: 'list',
    responses: { 200: RuleList },
    async handle({ mandate }) {
      const [items, defaults] = [await listRules(mandate), await listDefaults(mandate)]
      noteLook(mandate, items.length)
      return {
        items: items.map(toRule),
        defaults: defaults.map((row) => ({
          type: row.type,
          area: row.area,
          title: row.title,
          warning: row.warning,
          critical: row.critical,
          unit: row.unit,
          rearm_percent: row.rearm_percent,
          is_adjustable: row.is_adjustable,
        })),
      }
    },
  }),
  route({
    method: 'GET',
    path: `${BASE}/:rule_id`,
    summary: 'One alert rule',
    input: { params: RuleParams },
    access,
    limit: 'detail',
    problems: ['ALERT_RULE_NOT_FOUND'],
    responses: { 200: RuleBody },
    async handle({ mandate, params }) {
      const rule = await getRule(mandate, params.rule_id)
      noteLook(mandate, 1)
      return answer(rule)
    },
  }),
]

const writes = [
  route({
    method: 'POST',
    path: BASE,
    summary: 'Make an alert rule for all customers, a group with its exclusions, or one link',
    input: { body: NewRule },
    access,
    limit: 'write',
    problems: ['ALERT_RULE_EXISTS', 'ALERT_RULE_NOT_YOURS', 'GROUP_NOT_FOUND'],
    responses: { 201: RuleBody },
    async handle({ mandate, body }) {
      requireSay(mandate, body.applies_to.kind)
      const made = toTerms(body.type, body)
      const target = await readTarget(mandate, body.applies_to)
      const id = await insertRule(mandate, { type: body.type, target }, made)
      const row = await getRule(mandate, id)
      recordRule(mandate, 'create', { before: null, after: row })
      return sentAt(toRule(row), row.version, { Location: `${BASE}/${encodeId('alert_rule', id)}` })
    },
  }),
  route({
    method: 'PUT',
    path: `${BASE}/:rule_id`,
    summary: 'Change an alert rule',
    input: { params: RuleParams, body: ChangedRule },
    access,
    limit: 'write',
    ifMatch: true,
    problems: ['ALERT_RULE_NOT_FOUND', 'ALERT_RULE_NOT_YOURS'],
    responses: { 200: RuleBody },
    async handle({ mandate, params, body, expectedVersion }) {
      const before = await getRule(mandate, params.rule_id)
      requireSay(mandate, before.applies_to)
      if (!isRuled(before.type)) throw new Error(`No rule is made for ${before.type}.`)
      await updateRule(mandate, { id: before.id, version: expectedVersion }, toTerms(before.type, body))
      const after = await getRule(mandate, params.rule_id)
      recordRule(mandate, 'update', { before, after })
      return answer(after)
    },
  }),
  route({
    method: 'DELETE',
    path: `${BASE}/:rule_id`,
    summary: 'Delete an alert rule: the next wider one, or the default, holds again',
    input: { params: RuleParams },
    access,
    limit: 'write',
    problems: ['ALERT_RULE_NOT_FOUND', 'ALERT_RULE_NOT_YOURS'],
    responses: { 204: null },
    async handle({ mandate, params }) {
      const before = await getRule(mandate, params.rule_id)
      requireSay(mandate, before.applies_to)
      await deleteRule(mandate, before.id)
      recordRule(mandate, 'delete', { before, after: null })
      return undefined
    },
  }),
]

/** When a partner is alerted, and how (B9). */
export const alertRuleRoutes = [...reads, ...writes]
