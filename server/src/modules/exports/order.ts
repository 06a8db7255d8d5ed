import { decide } from '@liaison/access'
import type { BillingParty, IdOf, TenantId } from '@liaison/access'
import { tenantsOfGroup } from '#modules/portfolio/index.ts'
import type { AnyExportMandate, ExportSource, ProgramExportMandate } from '#platform/export-source.ts'
import { factsOf, noteRead, recordEvent } from '#platform/mandate.ts'
import type { Mandate } from '#platform/mandate.ts'
import { ProblemError } from '#platform/problem.ts'
import { permissionsOf, requireEverywhere } from './access.ts'
import { tellOrder, tellPreview } from './events.ts'
import { chooseColumns, isTooLarge, MOST_ROWS } from './rules.ts'
import { insertExport } from './store.ts'
import type { ExportRow } from './store.ts'
import type { Format, Manifest } from './tables.ts'

/** What an order says beside the filters of its source. */
export interface Order {
  readonly format: Format
  readonly columns?: readonly string[] | undefined
  readonly byte_order_mark?: boolean | undefined
  readonly tenant_ids?: readonly TenantId[] | undefined
  readonly group?: IdOf<'tenant_group'> | undefined
}

/** The filters of an order: the fields that the source knows, as they were sent. */
function filterOf(source: ExportSource, order: object): Record<string, unknown> {
  const names = new Set(Object.keys(source.filter.shape))
  return Object.fromEntries(
    Object.entries(order).filter(([name, value]) => names.has(name) && value !== undefined),
  )
}

type Excluded = Manifest['excluded'][number]
type Included = Manifest['included'][number]

/** Only what the order names: a group opens nothing, and a tenant that is not linked is as good as unknown. */
async function wantedOf(mandate: Mandate<'portfolio'>, order: Order): Promise<(id: TenantId) => boolean> {
  const named = order.tenant_ids && new Set(order.tenant_ids)
  const grouped = order.group && new Set(await tenantsOfGroup(mandate, order.group))
  return (id) => (named?.has(id) ?? true) && (grouped?.has(id) ?? true)
}

async function manifestOf(
  source: ExportSource,
  mandate: Mandate<'portfolio'>,
  order: Order,
): Promise<Manifest> {
  const isWanted = await wantedOf(mandate, order)
  const included: Included[] = []
  const excluded: Excluded[] = mandate.excluded.map(({ tenantId, tenantName, reason }) => ({
    tenant_id: tenantId,
    name: tenantName,
    reason,
  }))
  for (const { tenant, facts, billingParties } of mandate.links) {
    const refusal = permissionsOf(source, 'portfolio')
      .map((permission) => decide(facts, { permission }))
      .find(({ effect }) => effect === 'deny')
    if (refusal) excluded.push({ tenant_id: tenant.id, name: tenant.name, reason: refusal.code })
    else
      included.push({
        tenant_id: tenant.id,
        name: tenant.name,
        rows: null,
        billing_party: billingParties.exports,
      })
  }
  return {
    included: included.filter(({ tenant_id: id }) => isWanted(id)),
    excluded: excluded.filter(({ tenant_id: id }) => isWanted(id)),
  }
}

function refuseNothing({ included, excluded }: Manifest): void {
  if (included.length > 0) return
  throw new ProblemError(
    422,
    'EXPORT_OF_NOTHING',
    'None of the customers asked for is open to you for this export.',
    { details: { excluded: excluded.map(({ name, reason }) => ({ tenant_name: name, reason })) } },
  )
}

/** Whether the source stopped counting there, so that there may be more. */
const isLeast = ({ countsUpTo }: ExportSource, rows: number): boolean =>
  countsUpTo !== undefined && rows >= countsUpTo

function refuseTooMany(source: ExportSource, rows: number): void {
  if (!isTooLarge(rows)) return
  throw new ProblemError(
    422,
    'EXPORT_TOO_LARGE',
    `This would be more than ${MOST_ROWS} rows, which is what one file holds at most.`,
    { details: { row_estimate: rows, is_at_least: isLeast(source, rows), most_rows: MOST_ROWS } },
  )
}

const tenantsOf = ({ included }: Manifest): TenantId[] => included.map(({ tenant_id: id }) => id)

/** What an order asks for, with whom it concerns. */
interface Asked {
  readonly order: Order
  readonly manifest: Manifest
}

function countRows(
  source: ExportSource,
  mandate: AnyExportMandate,
  { order, manifest }: Asked,
): Promise<number> {
  const question = {
    tenantIds: tenantsOf(manifest),
    asOf: mandate.origin.now,
    filter: filterOf(source, order),
  }
  return source.estimate(mandate, question)
}

/**
 * Exports are the partner's own doing, whoever's rows they hold, unless the link of a tenant says otherwise; where links
 * say different things the cost is shared, and the manifest says who pays for which part. Source: managed-tenants.md section 9, answer 3.
 */
function payerOf(mandate: AnyExportMandate, { included }: Manifest): BillingParty {
  if (mandate.kind === 'tenant') return 'tenant'
  const parties = new Set(included.map(({ billing_party: party }) => party ?? 'partner'))
  if (parties.size > 1) return 'split'
  return [...parties][0] ?? 'partner'
}

/** With which evidence a file is ordered and handed out, and whose it is. */
function sideOf(mandate: AnyExportMandate) {
  if (mandate.kind === 'tenant')
    return { plane: 'tenant', partner_id: null, tenant_id: mandate.tenant.id } as const
  if (mandate.kind === 'platform') return { plane: 'platform', partner_id: null, tenant_id: null } as const
  const plane = mandate.kind === 'program' ? 'program' : 'delegation'
  return { plane, partner_id: mandate.partner.id, tenant_id: null } as const
}

async function write(source: ExportSource, mandate: AnyExportMandate, asked: Asked): Promise<ExportRow> {
  const { order, manifest } = asked
  const rows = await countRows(source, mandate, asked)
  refuseTooMany(source, rows)
  const { actor } = factsOf(mandate)
  const written = await insertExport(mandate, {
    kind: source.kind,
    ...sideOf(mandate),
    ordered_by: mandate.actor.id,
    ordered_by_name: mandate.actor.name,
    session_id: mandate.actor.sessionId,
    factor: actor?.factor ?? 'none',
    permissions: permissionsOf(source, mandate.kind),
    tenant_ids: tenantsOf(manifest),
    manifest,
    format: order.format,
    columns: chooseColumns(source.columns, order.columns, order.format),
    options: { byte_order_mark: order.byte_order_mark ?? false },
    filter: filterOf(source, order),
    row_estimate: rows,
    billing_party: payerOf(mandate, manifest),
  })
  recordEvent(mandate, tellOrder(written))
  return written
}

/**
 * Orders a file across the tenants that are open to this person for it, with those left out named. Throws EXPORT_OF_NOTHING when
 * none is, and EXPORT_TOO_LARGE past 500,000 rows. Source: B6, managed-tenants.md section 7 row 5.
 */
export async function orderAcross(
  source: ExportSource,
  mandate: Mandate<'portfolio'>,
  order: Order,
): Promise<ExportRow> {
  const manifest = await manifestOf(source, mandate, order)
  refuseNothing(manifest)
  return write(source, mandate, { order, manifest })
}

/** As many customers learn of a preview; as many as an order can name. */
const MOST_TOLD = 200

/**
 * Whose rows a preview counts: all customers that it asks about, as the file itself would tell them. Of more than can be
 * told, those to whom the few rows belong where they are few; a larger number speaks of nobody in particular.
 */
async function touchedBy(
  source: ExportSource,
  mandate: Mandate<'portfolio'>,
  { order, manifest, rows }: Asked & { readonly rows: number },
): Promise<readonly string[]> {
  const tenantIds = tenantsOf(manifest)
  if (tenantIds.length <= MOST_TOLD) return tenantIds
  if (rows === 0 || rows > MOST_TOLD) return []
  const question = { tenantIds, asOf: mandate.origin.now, filter: filterOf(source, order) }
  return source.findTenants(mandate, question, MOST_TOLD)
}

/** What an order would come to, so that it is seen before it is confirmed. */
export interface Preview {
  readonly rows: number
  /** Whether there may be more: the source counts no further. */
  readonly isLeast: boolean
  readonly billingParty: BillingParty
  readonly manifest: Manifest
}

/** What this order would come to now; nothing is ordered, also where nothing or too much would be. */
export async function previewAcross(
  source: ExportSource,
  mandate: Mandate<'portfolio'>,
  order: Order,
): Promise<Preview> {
  const manifest = await manifestOf(source, mandate, order)
  const asked = { order, manifest }
  const rows = manifest.included.length === 0 ? 0 : await countRows(source, mandate, asked)
  noteRead(mandate, tellPreview(await touchedBy(source, mandate, { ...asked, rows }), rows))
  return { rows, isLeast: isLeast(source, rows), billingParty: payerOf(mandate, manifest), manifest }
}

const ownManifest = ({ tenant }: Mandate<'tenant'>): Manifest => ({
  included: [{ tenant_id: tenant.id, name: tenant.name, rows: null }],
  excluded: [],
})

/** What an order of an organisation's own rows would come to now. */
export async function previewOwn(
  source: ExportSource,
  mandate: Mandate<'tenant'>,
  order: Order,
): Promise<Preview> {
  const manifest = ownManifest(mandate)
  const rows = await countRows(source, mandate, { order, manifest })
  return { rows, isLeast: isLeast(source, rows), billingParty: payerOf(mandate, manifest), manifest }
}

/** Orders a file of an organisation's own rows. Throws EXPORT_TOO_LARGE past 500,000 rows. */
export function orderOwn(source: ExportSource, mandate: Mandate<'tenant'>, order: Order): Promise<ExportRow> {
  return write(source, mandate, { order, manifest: ownManifest(mandate) })
}

const NO_TENANTS: Manifest = { included: [], excluded: [] }

/** What an order of rows of the program would come to now. */
export async function previewOfProgram(
  source: ExportSource,
  mandate: ProgramExportMandate,
  order: Order,
): Promise<Preview> {
  requireEverywhere(mandate, [], permissionsOf(source, mandate.kind))
  const rows = await countRows(source, mandate, { order, manifest: NO_TENANTS })
  return {
    rows,
    isLeast: isLeast(source, rows),
    billingParty: payerOf(mandate, NO_TENANTS),
    manifest: NO_TENANTS,
  }
}

/** Orders a file of rows of the program: a partner's own, or the provider's. Throws EXPORT_TOO_LARGE past 500,000 rows. */
export async function orderOfProgram(
  source: ExportSource,
  mandate: ProgramExportMandate,
  order: Order,
): Promise<ExportRow> {
  requireEverywhere(mandate, [], permissionsOf(source, mandate.kind))
  return write(source, mandate, { order, manifest: NO_TENANTS })
}
