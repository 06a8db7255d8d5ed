import type pg from 'pg'
import type { Situation } from './situations.ts'

export const READS = [
  'read the tenant',
  'read invoices',
  'read tickets',
  'read subscribers',
  'read payments',
  'export invoices',
  'read tickets while opening one',
] as const
export const CHANGES = ['open a ticket', 'change a ticket'] as const
export type Probe = (typeof READS)[number] | (typeof CHANGES)[number]
export const EVERYTHING: readonly Probe[] = [...READS, ...CHANGES]

interface Question {
  /** By login: the permission that a route would ask for. */
  readonly permission: Readonly<Record<Situation['login'], string>>
  /** Counts what is open; a change returns what it changed. */
  readonly sql: string
}

const QUESTIONS: Readonly<Record<Probe, Question>> = {
  'read the tenant': {
    permission: { liaison_delegate: 'partner.tenants.list', liaison_tenant: 'tenant.profile.read' },
    sql: 'select id as tenant from tenant',
  },
  'read invoices': {
    permission: { liaison_delegate: 'partner.billing.invoices.read', liaison_tenant: 'tenant.billing.read' },
    sql: 'select tenant_id as tenant from invoice',
  },
  'read tickets': {
    permission: { liaison_delegate: 'partner.support.tickets.list', liaison_tenant: 'tenant.tickets.read' },
    sql: 'select tenant_id as tenant from ticket',
  },
  'read subscribers': {
    permission: {
      liaison_delegate: 'partner.provisioning.subscribers.list',
      liaison_tenant: 'tenant.profile.read',
    },
    sql: 'select tenant_id as tenant from subscriber',
  },
  'read payments': {
    permission: { liaison_delegate: 'partner.billing.payments.read', liaison_tenant: 'tenant.billing.read' },
    sql: 'select tenant_id as tenant from payment',
  },
  'export invoices': {
    permission: {
      liaison_delegate: 'partner.billing.invoices.export',
      liaison_tenant: 'tenant.billing.read',
    },
    sql: 'select tenant_id as tenant from invoice',
  },
  'read tickets while opening one': {
    permission: {
      liaison_delegate: 'partner.support.tickets.create',
      liaison_tenant: 'tenant.tickets.read',
    },
    sql: 'select tenant_id as tenant from ticket',
  },
  'open a ticket': {
    permission: {
      liaison_delegate: 'partner.support.tickets.create',
      liaison_tenant: 'tenant.tickets.write',
    },
    sql: `insert into ticket (tenant_id, number, subject, description) values ($tenant, 'T-9', 'x', 'x')`,
  },
  'change a ticket': {
    permission: {
      liaison_delegate: 'partner.support.tickets.update',
      liaison_tenant: 'tenant.tickets.write',
    },
    sql: `update ticket set subject = 'changed' where id = $ticket returning tenant_id as tenant`,
  },
}

/** What the access.md table marks (S) among the probes. */
export const SENSITIVE: readonly Probe[] = ['export invoices']

/** How a probe asks: for one tenant or for all of the partner's, and deciding anew or by a decision kept for the transaction. */
interface Way {
  readonly isActing: boolean
  readonly writes: boolean
}

function waysOf(probe: Probe, { login, isOneOfMany }: Situation): Way[] {
  if (probe === 'open a ticket' || probe === 'change a ticket') return [{ isActing: true, writes: true }]
  const acting = [
    { isActing: true, writes: true },
    { isActing: true, writes: false },
  ]
  if (login === 'liaison_tenant' || isOneOfMany) return acting
  return [...acting, { isActing: false, writes: true }, { isActing: false, writes: false }]
}

const REFUSED = new Set(['42501'])

/** Which tenants' rows the login reads or changes, asked in raw SQL through the door of persons. */
async function askOnce(
  client: pg.Client,
  situation: Situation,
  { probe, way }: { probe: Probe; way: Way },
): Promise<string[]> {
  const { permission, sql } = QUESTIONS[probe]
  const request = {
    session_hash: situation.session,
    ...(way.isActing && { tenant_id: situation.tenant }),
    permission: permission[situation.login],
    writes: way.writes,
    source: 'api',
  }
  const statement = sql
    .replace('$tenant', `'${situation.tenant}'`)
    .replace('$ticket', `'${situation.ticket}'`)
  try {
    const results: unknown = await client.query(
      `begin; set local session authorization ${situation.login};
       select access.enter_person('${JSON.stringify(request)}'); ${statement}; rollback`,
    )
    const result = (results as pg.QueryResult<{ tenant: string }>[])[3]
    // What an insert returns would be read, and needs the right to read: whether it was made tells the rest.
    if (result?.command === 'INSERT') return result.rowCount === 1 ? [situation.tenant] : []
    return [...new Set(result?.rows.map(({ tenant }) => tenant))]
  } catch (error) {
    await client.query('rollback')
    if (REFUSED.has((error as { code?: string }).code ?? '')) return []
    throw error
  }
}

/** What differs, in one situation, from what the specification opens in it. */
export async function differencesIn(
  client: pg.Client,
  situation: Situation,
  probes: readonly Probe[],
): Promise<{ asked: number; differences: string[] }> {
  const differences: string[] = []
  let asked = 0
  for (const probe of probes) {
    for (const way of waysOf(probe, situation)) {
      asked += 1
      const wanted = situation.opens.includes(probe) ? [situation.tenant] : []
      const found = await askOnce(client, situation, { probe, way })
      if (found.join() !== wanted.join())
        differences.push(
          `${situation.name}: ${probe}${way.isActing ? '' : ' of all tenants'}${way.writes ? '' : ' by a kept decision'}: ${found.length} tenants, not ${wanted.length}`,
        )
    }
  }
  return { asked, differences }
}

interface Forgery {
  readonly writes: boolean
  /** Whether it asks for all tenants, whose decision is signed; tickets of one are ids, see tests/ticket-mutants.test.ts. */
  readonly isAcross?: boolean
  /** What is changed to name the other tenant. */
  readonly setting: 'liaison.context' | 'liaison.kept'
  /** What then says a tenant that is believed. */
  readonly asks: string
}

const CONTEXT = {
  setting: 'liaison.context',
  asks: `select access.context_id('tenant_id') as tenant`,
} as const
const FORGERIES: readonly Forgery[] = [
  { writes: true, ...CONTEXT },
  { writes: false, ...CONTEXT },
  { writes: false, isAcross: true, setting: 'liaison.kept', asks: 'select tenant_id as tenant from ticket' },
]

/** Whether a context, or a decision that is kept for the transaction, takes effect that injected SQL changed to name another tenant. */
export async function takesForgery(
  client: pg.Client,
  { mine, other }: { mine: Situation; other: Situation },
): Promise<boolean> {
  for (const { writes, isAcross = false, setting, asks } of FORGERIES) {
    const request = JSON.stringify({
      session_hash: mine.session,
      ...(!isAcross && { tenant_id: mine.tenant }),
      permission: QUESTIONS['read tickets'].permission.liaison_delegate,
      writes,
      source: 'api',
    })
    try {
      await client.query(
        `begin; set local session authorization liaison_delegate; select access.enter_person('${request}')`,
      )
      const { rows } = await client.query<{ before: string; after: string }>(
        `select s.before, set_config($1, replace(s.before, $2, $3), true) as after from (select current_setting($1) as before) s`,
        [setting, mine.tenant, other.tenant],
      )
      if (rows[0]?.before === rows[0]?.after) throw new Error(`Nothing in ${setting} names the tenant.`)
      const believed = await client.query<{ tenant: string }>(asks)
      if (believed.rows.some(({ tenant }) => tenant === other.tenant)) return true
    } catch (error) {
      if (!String(error).includes('forged')) throw error
    } finally {
      await client.query('rollback')
    }
  }
  return false
}
