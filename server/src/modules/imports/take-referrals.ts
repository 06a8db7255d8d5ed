import { takeKeptEvents } from '#modules/earnings/index.ts'
import type { BadRow } from '#modules/ingest/index.ts'
import type { Mandate } from '#platform/mandate.ts'
import type { IngestWithin } from '#platform/operator.ts'
import type { ReferralLine } from './referral-rows.ts'
import { badRow } from './rows.ts'
import { insertReferrals, listCodeIds, listPartnersByEmail } from './store.ts'
import type { NewReferral } from './store.ts'
import { ownerOf } from './take.ts'
import type { Counts } from './take.ts'

type Operating = Mandate<'system'>

/** Why a line refers nobody: the field that it is about, and the sentence. */
const FAULTS: Readonly<Record<string, readonly [field: string, detail: string]>> = {
  TENANT_UNKNOWN: ['tenant', 'There is no such tenant.'],
  TENANT_UNCLEAR: ['tenant', 'Several tenants are known so.'],
  PARTNER_INACTIVE: ['email', 'The partner does not work at present.'],
  NO_AGREEMENT: ['email', 'The partner has no agreement in force.'],
  REFERRAL_DIFFERS: ['tenant', 'The tenant was imported for this partner with other content, which stays.'],
  ALREADY_REFERRED: ['tenant', 'The tenant is referred already.'],
  TENANT_NOT_NEW: ['referredOn', 'The tenant had paid before that day.'],
  FIRST_PAYMENT_MISSING: [
    'firstPaidOn',
    'The tenant has paid: say from which day and through which day it was paid for elsewhere.',
  ],
  FIRST_PAYMENT_EARLIER: ['firstPaidOn', 'A payment of an earlier day was handed in.'],
  PROSPECT_REGISTERED: ['tenant', 'Another partner had registered it as its prospect on that day.'],
  CODE_USED_UP: ['code', 'The code was used as often as it may be.'],
  RISK_BLOCKED: ['tenant', 'It looks as if the partner referred itself.'],
}

const faultOf = (line: ReferralLine, code: string): BadRow => {
  const [field, detail] = FAULTS[code] ?? ['', 'It cannot be taken.']
  return badRow(line, { pointer: `/${field}`, code, detail })
}

type Codes = Awaited<ReturnType<typeof listCodeIds>>

function codeOf(line: ReferralLine, partnerId: string, codes: Codes): string | null | BadRow {
  if (line.code === null) return null
  const code = codes.get(line.code)
  if (code === undefined)
    return badRow(line, { pointer: '/code', code: 'CODE_UNKNOWN', detail: 'There is no such code.' })
  if (code.partnerId === partnerId) return code.id
  return badRow(line, { pointer: '/code', code: 'CODE_TAKEN', detail: 'Another partner has this code.' })
}

const toNew = (
  line: ReferralLine,
  of: { readonly place: number; readonly source: string | null; partnerId: string; codeId: string | null },
): NewReferral => ({
  place: of.place,
  known_by: line.tenant.by,
  known_as: line.tenant.as,
  source: of.source,
  partner_id: of.partnerId,
  code_id: of.codeId,
  referred_on: line.referredOn,
  first_paid_on: line.firstPaidOn,
  paid_through: line.paidThrough,
  contact_email: line.contactEmail,
  reference: line.reference,
})

async function place(
  mandate: Operating,
  lines: readonly ReferralLine[],
  source: string | null,
): Promise<{ placed: NewReferral[]; bad: BadRow[] }> {
  const known = await listPartnersByEmail(mandate)
  const codes = await listCodeIds(
    mandate,
    lines.flatMap(({ code }) => code ?? []),
  )
  const bad: BadRow[] = []
  const placed: NewReferral[] = []
  for (const [index, line] of lines.entries()) {
    const owned = ownerOf(line, known)
    if (!('partner' in owned)) {
      bad.push(owned)
      continue
    }
    const partnerId = owned.partner.id
    const codeId = codeOf(line, partnerId, codes)
    if (codeId !== null && typeof codeId === 'object') bad.push(codeId)
    else placed.push(toNew(line, { place: index, source, partnerId, codeId }))
  }
  return { placed, bad }
}

/**
 * Refers the tenants that are not referred yet, as the other program did, by the rules of every referral. What they paid
 * since then, and was handed in before, is earned on in the same transaction. Answers with every line that cannot be
 * taken; the caller undoes all of it then.
 */
export async function takeReferrals(
  mandate: Operating,
  lines: readonly ReferralLine[],
  by: { readonly source: string | null; readonly ingestWithin: IngestWithin },
): Promise<{ readonly counts: Counts; readonly bad: readonly BadRow[] }> {
  const { placed, bad } = await place(mandate, lines, by.source)
  const taken = await insertReferrals(mandate, placed)
  for (const { place: at, fault } of taken) {
    const line = lines[at]
    if (fault !== null && line !== undefined) bad.push(faultOf(line, fault))
  }
  if (bad.length > 0) return { counts: { created: 0, unchanged: 0 }, bad }
  const made = taken.filter(({ is_new: isNew }) => isNew)
  const bySource = Map.groupBy(made, ({ tenant_source: source }) => source)
  for (const [source, ofSource] of bySource)
    if (source !== null)
      await by.ingestWithin(source, (ingest) =>
        takeKeptEvents(
          ingest,
          ofSource.flatMap(({ of_tenant: tenant }) => tenant ?? []),
        ),
      )
  return { counts: { created: made.length, unchanged: taken.length - made.length }, bad }
}
