import {
  compilePatterns,
  LINK_ROLES,
  maskOf,
  memberMask,
  newestRoleTemplate,
  PERMISSIONS,
  RELATIONSHIP_TYPES,
  relationshipBounds,
  roleTemplate,
  toBits,
} from '@liaison/access'
import type { Mask, MemberRole, Permission } from '@liaison/access'
import type pg from 'pg'

type Opening = readonly [
  relation: string,
  operation: 'select' | 'insert' | 'update' | 'delete',
  permissions: readonly Permission[],
]

// A partner sees of the orders in a tenant those that it placed itself; the row policies say so.
const ORDERED_BY_PEOPLE = [
  'tenant.orders.create',
  'partner.tenants.read',
  'partner.provisioning.orders.create',
] as const
const ORDERING_PEOPLE = ['tenant.orders.create', 'partner.provisioning.orders.create'] as const

/**
 * Which permissions open a tenant-owned relation: any one of them is enough for the row policy, and the permission of
 * the route must be held besides. Source: B2, access.md section 4.
 */
const RELATION_PERMISSIONS: readonly Opening[] = [
  ['tenant', 'select', ['partner.tenants.list', 'tenant.profile.read']],
  [
    'billing_account',
    'select',
    [
      'partner.billing.read',
      'partner.billing.invoices.read',
      'partner.billing.summary.read',
      'tenant.billing.read',
    ],
  ],
  [
    'invoice',
    'select',
    [
      'partner.billing.read',
      'partner.billing.summary.read',
      'partner.billing.invoices.read',
      'partner.reports.revenue.read',
      'tenant.billing.read',
    ],
  ],
  ['payment', 'select', ['partner.billing.payments.read', 'tenant.billing.read']],
  [
    'invoice_dispute',
    'select',
    ['partner.billing.invoices.read', 'partner.billing.disputes.create', 'tenant.billing.read'],
  ],
  ['invoice_dispute', 'insert', ['partner.billing.disputes.create']],
  ['invoice_dispute', 'update', ['tenant.billing.manage']],
  [
    'invoice_reminder',
    'select',
    ['partner.billing.invoices.read', 'partner.billing.reminders.send', 'tenant.billing.read'],
  ],
  ['invoice_reminder', 'insert', ['partner.billing.reminders.send']],
  ['billing_setting', 'select', ['tenant.billing.read']],
  ['billing_setting', 'update', ['tenant.billing.manage']],
  [
    'subscriber',
    'select',
    [
      'partner.tenants.read',
      'partner.provisioning.subscribers.list',
      'partner.provisioning.subscribers.read',
      'tenant.profile.read',
    ],
  ],
  [
    'ticket',
    'select',
    ['partner.support.tickets.list', 'partner.support.tickets.read', 'tenant.tickets.read'],
  ],
  ['ticket', 'insert', ['partner.support.tickets.create', 'tenant.tickets.write']],
  [
    'ticket',
    'update',
    [
      'partner.support.tickets.update',
      'partner.support.tickets.comment',
      'partner.support.tickets.assign',
      'tenant.tickets.write',
    ],
  ],
  ['ticket_comment', 'select', ['partner.support.tickets.read', 'tenant.tickets.read']],
  ['ticket_comment', 'insert', ['partner.support.tickets.comment', 'tenant.tickets.write']],
  ['ticket_note', 'select', ['partner.support.tickets.internal_notes.read', 'tenant.tickets.read']],
  [
    'sla_policy_version',
    'select',
    [
      'partner.support.tickets.read',
      'partner.reports.sla.read',
      'partner.sla.policy.write',
      'tenant.tickets.read',
      'tenant.partner_access.read',
      'tenant.partner_access.policy.write',
    ],
  ],
  ['sla_policy_version', 'insert', ['partner.sla.policy.write', 'tenant.partner_access.policy.write']],
  ['outage', 'select', ['partner.reports.sla.read', 'tenant.profile.read']],
  ['usage_day', 'select', ['partner.reports.usage.read', 'tenant.profile.read']],
  ['monitoring_period', 'select', ['partner.reports.sla.read', 'tenant.profile.read']],
  ['subscriber_figures', 'select', ['partner.reports.usage.read', 'tenant.profile.read']],
  ['ticket_figures', 'select', ['partner.reports.sla.read', 'tenant.profile.read']],
  ['alert_sla', 'select', ['partner.alerts.sla.read', 'tenant.tickets.read']],
  ['alert_sla', 'update', ['partner.alerts.acknowledge', 'tenant.tickets.write']],
  ['alert_billing', 'select', ['partner.alerts.billing.read', 'tenant.billing.read']],
  ['alert_billing', 'update', ['partner.alerts.acknowledge', 'tenant.billing.read']],
  ['alert_access', 'select', ['tenant.partner_access.read']],
  ['alert_access', 'update', ['tenant.partner_access.revoke']],
  ['audit_scope', 'select', ['partner.audit.read', 'tenant.partner_access.audit.read', 'api.audit.read']],
  ['access_explanation', 'select', ['tenant.partner_access.read']],
  ['delegation', 'select', ['tenant.partner_access.read']],
  [
    'delegation',
    'update',
    ['tenant.partner_access.approve', 'tenant.partner_access.revoke', 'tenant.partner_access.policy.write'],
  ],
  ['api_client', 'select', ['tenant.clients.read']],
  ['api_client', 'update', ['tenant.clients.manage']],
  ['webhook_endpoint', 'select', ['tenant.webhooks.manage']],
  ['webhook_endpoint', 'update', ['tenant.webhooks.manage']],
  ['tenant_member', 'select', ['tenant.members.read']],
  ['tenant_member', 'update', ['tenant.members.manage']],
  ['commercial_relationship', 'select', ['api.accounts.read', 'tenant.orders.read']],
  ['account_of_client', 'select', ['api.accounts.read', 'api.orders.create', 'api.orders.update']],
  ['invoice_of_client', 'select', ['api.invoices.read']],
  [
    'service_order',
    'select',
    [
      'api.orders.read',
      'api.orders.create',
      'api.orders.update',
      'api.orders.cancel',
      'tenant.orders.read',
      ...ORDERED_BY_PEOPLE,
    ],
  ],
  ['service_order', 'insert', ['api.orders.create', ...ORDERING_PEOPLE]],
  ['service_order', 'update', ['api.orders.update', 'api.orders.cancel']],
  [
    'order_item',
    'select',
    [
      'api.orders.read',
      'api.orders.create',
      'api.orders.update',
      'api.orders.cancel',
      'tenant.orders.read',
      ...ORDERED_BY_PEOPLE,
    ],
  ],
  ['order_item', 'insert', ['api.orders.create', 'api.orders.update', ...ORDERING_PEOPLE]],
  ['order_item', 'delete', ['api.orders.update']],
  ['service', 'select', ['api.services.read', 'tenant.orders.read', 'partner.tenants.read']],
  ['export', 'select', ['tenant.profile.read']],
  ['export', 'insert', ['tenant.profile.read']],
  ['referral', 'select', ['tenant.referral.read']],
  [
    'voucher_type',
    'select',
    ['tenant.vouchers.read', 'tenant.voucher_types.manage', 'tenant.agencies.read', 'tenant.agencies.manage'],
  ],
  ['voucher_type', 'insert', ['tenant.voucher_types.manage']],
  ['voucher_type', 'update', ['tenant.voucher_types.manage']],
  ['voucher', 'select', ['tenant.vouchers.read']],
  ['voucher', 'insert', ['tenant.vouchers.issue']],
  ['voucher', 'update', ['tenant.vouchers.redeem', 'tenant.vouchers.review', 'tenant.vouchers.void']],
  ['voucher_redemption', 'update', ['tenant.vouchers.redeem']],
  ['voucher_review', 'update', ['tenant.vouchers.review']],
  ['voucher_void', 'update', ['tenant.vouchers.void']],
  // Whoever sees a voucher sees the name of the agency that issued it.
  ['agency', 'select', ['tenant.agencies.read', 'tenant.vouchers.read']],
  ['form', 'select', ['tenant.agencies.read']],
  ['form', 'update', ['tenant.agencies.manage']],
]

const ROLES: readonly (readonly [plane: 'platform' | 'program' | 'tenant', role: MemberRole])[] = [
  ['platform', 'SUPER_ADMIN'],
  ['program', 'PARTNER_OWNER'],
  ['program', 'PARTNER_STAFF'],
  ['tenant', 'TENANT_ADMIN'],
  ['tenant', 'TENANT_USER'],
]

function splitByPlane([relation, operation, permissions]: Opening): [string, string, string, string][] {
  return (['delegation', 'tenant'] as const).flatMap((plane) => {
    const ofPlane = permissions.filter((name) =>
      PERMISSIONS.some((entry) => entry.name === name && entry.plane === plane),
    )
    return ofPlane.length === 0
      ? []
      : [[relation, operation, plane, toBits(maskOf(ofPlane))] as [string, string, string, string]]
  })
}

async function writePermissions(pool: pg.Pool): Promise<void> {
  const known = await pool.query<{ name: string; bit: number }>('select name, bit from permission')
  for (const { name, bit } of known.rows) {
    const entry = PERMISSIONS.find((candidate) => candidate.name === name)
    if (!entry || entry.bit !== bit)
      throw new Error(
        `The database knows ${name} as bit ${bit}; the code does not. A bit keeps its meaning for ever.`,
      )
  }
  await pool.query(
    `insert into permission (name, bit, plane, is_sensitive, is_whole)
     select * from unnest($1::text[], $2::integer[], $3::text[], $4::boolean[], $5::boolean[])
     on conflict (name) do update set plane = excluded.plane, is_sensitive = excluded.is_sensitive, is_whole = excluded.is_whole`,
    [
      PERMISSIONS.map((p) => p.name),
      PERMISSIONS.map((p) => p.bit),
      PERMISSIONS.map((p) => p.plane),
      PERMISSIONS.map((p) => p.sensitive),
      PERMISSIONS.map((p) => p.whole),
    ],
  )
}

async function writeMasks(pool: pg.Pool): Promise<void> {
  const openings = RELATION_PERMISSIONS.flatMap(splitByPlane)
  const column = (index: 0 | 1 | 2 | 3) => openings.map((row) => row[index])
  const keys = openings.map(([relation, operation, plane]) => `${relation} ${operation} ${plane}`)
  await pool.query(
    `delete from relation_permission where relation || ' ' || operation || ' ' || plane <> all ($1)`,
    [keys],
  )
  await pool.query(
    `insert into relation_permission (relation, operation, plane, mask)
     select * from unnest($1::text[], $2::text[], $3::text[], $4::bit(256)[])
     on conflict (relation, operation, plane) do update set mask = excluded.mask`,
    [column(0), column(1), column(2), column(3)],
  )
  await pool.query(
    `insert into role_permission (plane, role, mask) select * from unnest($1::text[], $2::text[], $3::bit(256)[])
     on conflict (plane, role) do update set mask = excluded.mask`,
    [
      ROLES.map(([plane]) => plane),
      ROLES.map(([, role]) => role),
      ROLES.map(([, role]) => toBits(memberMask(role))),
    ],
  )
}

async function writeRoleTemplates(pool: pg.Pool): Promise<void> {
  const templates = LINK_ROLES.flatMap((role) =>
    Array.from({ length: newestRoleTemplate(role).version }, (_, index) =>
      roleTemplate(role, index + 1),
    ).filter((template) => template !== undefined),
  )
  await pool.query(
    `insert into link_role_template (role, version, defaults, ceiling)
     select * from unnest($1::text[], $2::integer[], $3::bit(256)[], $4::bit(256)[])
     on conflict (role, version) do update set defaults = excluded.defaults, ceiling = excluded.ceiling`,
    [
      templates.map(({ role }) => role),
      templates.map(({ version }) => version),
      templates.map(({ defaults }) => toBits(defaults)),
      templates.map(({ ceiling }) => toBits(ceiling)),
    ],
  )
}

async function writeRelationshipBounds(pool: pg.Pool): Promise<void> {
  await pool.query(
    `insert into link_relationship_bound (relationship_type, ceiling) select * from unnest($1::text[], $2::bit(256)[])
     on conflict (relationship_type) do update set ceiling = excluded.ceiling`,
    [RELATIONSHIP_TYPES, RELATIONSHIP_TYPES.map((type) => toBits(relationshipBounds(type).ceiling))],
  )
}

/** Refuses when a stored override no longer means what its pattern says. Source: performance.md section 1. */
async function checkOverrides(pool: pg.Pool): Promise<void> {
  const { rows } = await pool.query<{ pattern: string; effect: string; mask: string }>(
    'select distinct pattern, effect, mask::text as mask from link_override',
  )
  for (const { pattern, effect, mask } of rows) {
    const compiled: Mask = compilePatterns([pattern], { plane: 'delegation' }).mask
    // A grant keeps the meaning it was approved with; a deny must cover everything that its pattern covers today.
    if (effect === 'deny' && toBits(compiled) !== mask) {
      await pool.query(`update link_override set mask = $1 where pattern = $2 and effect = 'deny'`, [
        toBits(compiled),
        pattern,
      ])
    }
  }
}

/** Writes what the code knows about permissions into the database, in one go at every start. */
export async function writeCatalogue(pool: pg.Pool): Promise<void> {
  await writePermissions(pool)
  await writeMasks(pool)
  await writeRoleTemplates(pool)
  await writeRelationshipBounds(pool)
  await checkOverrides(pool)
}
