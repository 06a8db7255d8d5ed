import { placeIn, SEALED_COLUMNS } from '#platform/credentials/sealed-columns.ts'
import type { RunSql } from '#platform/admin.ts'
import type { Vault } from '#platform/credentials/vault.ts'
import { createHash, createHmac } from 'node:crypto'

/** Who is paid in the demo world, and by whom. */
export interface DemoPayouts {
  readonly partnerId: string
  readonly owner: { readonly id: string; readonly name: string }
  /** Two people of the provider: one builds, the other approves. */
  readonly admins: readonly { readonly id: string; readonly name: string }[]
  readonly vault: Vault
}

const ACCOUNT = { account_number: 'DE89370400440532013000', bank_code: 'COBADEFFXXX' }
const PAPER = Buffer.from(
  '%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n2 0 obj<</Type/Pages/Count 0/Kids[]>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n',
)

async function newId(run: RunSql): Promise<string> {
  const [row] = await run('select uuidv7() as id')
  return String(row?.['id'])
}

async function addAccount(run: RunSql, { partnerId, owner, admins, vault }: DemoPayouts): Promise<void> {
  const [, checker] = admins
  const id = await newId(run)
  const sealed = vault.seal(Buffer.from(JSON.stringify(ACCOUNT)), placeIn(SEALED_COLUMNS.payoutAccount, id))
  const fingerprint = createHmac('sha256', vault.deriveKey('payout account fingerprint'))
    .update(`bank_transfer\n${ACCOUNT.account_number}\n${ACCOUNT.bank_code}`)
    .digest()
  await run(
    `insert into payout_account (id, partner_id, method, holder_name, label, country, sealed_details, fingerprint, created_by, created_by_name, created_at, usable_from, verified_at, verified_by, verified_by_name)
     values ($1, $2, 'bank_transfer', 'Brightside Growth GmbH', 'DE •••• 3000', 'DE', $3, $4, $5, $6, now() - interval '300 days', now() - interval '297 days', now() - interval '298 days', $7, $8)`,
    [id, partnerId, sealed, fingerprint, owner.id, owner.name, checker?.id, checker?.name],
  )
  const paper = await newId(run)
  await run(
    `insert into tax_document (id, partner_id, kind, file_name, media_type, size_bytes, sha256, sealed_file, state, valid_until, uploaded_by, uploaded_by_name, created_at, reviewed_at, reviewed_by, reviewed_by_name)
     values ($1, $2, 'tax_residency', 'tax-residency-2026.pdf', 'application/pdf', $3, $4, $5, 'verified', (now() + interval '200 days')::date, $6, $7, now() - interval '290 days', now() - interval '288 days', $8, $9)`,
    [
      paper,
      partnerId,
      PAPER.length,
      createHash('sha256').update(PAPER).digest(),
      vault.seal(PAPER, placeIn(SEALED_COLUMNS.taxDocument, paper)),
      owner.id,
      owner.name,
      checker?.id,
      checker?.name,
    ],
  )
}

/** What each batch of the demo world takes, and how far it is. */
const BATCHES = [
  { until: `now() - interval '45 days'`, state: 'completed', daysAgo: 36 },
  { until: 'now()', state: 'submitted', daysAgo: 1 },
] as const

/** One batch of what is approved and free in one currency, at the state that it is shown in. */
async function addBatch(
  run: RunSql,
  { partnerId, admins }: DemoPayouts,
  batch: { readonly currency: string } & (typeof BATCHES)[number],
): Promise<void> {
  const [maker, checker] = admins
  const item = await newId(run)
  const [sum] = await run(
    `with claimed as (
       update earning e set state = $4, payout_item_id = $1 where e.partner_id = $2 and e.currency = $3 and e.state = 'approved' and e.payout_item_id is null and e.available_on <= (${batch.until})::date
       returning e.amount_minor)
     select coalesce(sum(amount_minor), 0)::bigint as minor, count(*)::integer as rows from claimed`,
    [item, partnerId, batch.currency, batch.state === 'completed' ? 'paid' : 'in_payout'],
  )
  const minor = Number(sum?.['minor'])
  if (minor < 5000) {
    await run(`update earning set state = 'approved', payout_item_id = null where payout_item_id = $1`, [
      item,
    ])
    return
  }
  const isPaid = batch.state === 'completed'
  const at = `now() - interval '${String(batch.daysAgo)} days'`
  await run(
    `with b as (
       insert into payout_batch (currency, cutoff_at, rail, state, total_minor, item_count, row_count, created_by, created_by_name, created_at, submitted_by, submitted_by_name, submitted_at, approved_by, approved_by_name, approved_at, started_at, finished_at)
       select $1::text, ${at}, 'manual', $2::text, $3::bigint, 1, $4::integer, $5::uuid, $6::text, ${at}, $5::uuid, $6::text, ${at}, case when $9 then $7::uuid end, case when $9 then $8::text end, case when $9 then ${at} end, case when $9 then ${at} end, case when $9 then ${at} end
       returning id)
     insert into payout_item (id, batch_id, partner_id, currency, amount_minor, row_count, payout_account_id, account_method, account_label, state, approved_at, sent_at, finished_at, rail_ref, settled_by, settled_by_name)
     select $10::uuid, b.id, $11::uuid, $1::text, $3::bigint, $4::integer, a.id, a.method, a.label, case when $9 then 'paid' else 'queued' end, case when $9 then ${at} end, case when $9 then ${at} end, case when $9 then ${at} end, case when $9 then 'SEPA 2026-118' end, case when $9 then $5::uuid end, case when $9 then $6::text end
     from b, payout_account a where a.partner_id = $11::uuid and a.ended_at is null`,
    [
      batch.currency,
      batch.state,
      minor,
      Number(sum?.['rows']),
      maker?.id,
      maker?.name,
      checker?.id,
      checker?.name,
      isPaid,
      item,
      partnerId,
    ],
  )
  await run(
    `insert into payout_line (item_id, earning_id, partner_id, amount_minor) select payout_item_id, id, partner_id, amount_minor from earning where payout_item_id = $1`,
    [item],
  )
}

/** Months whose statements the running installation makes at once. */
const MONTHS = 12

/**
 * Adds the payout account of the referral partner, a payout that was paid and one that waits for a second person, out of
 * what it has earned. Its statements are made by the running installation, because they are sealed.
 */
export async function addDemoPayouts(run: RunSql, payouts: DemoPayouts): Promise<void> {
  if (payouts.admins.length < 2) return
  await addAccount(run, payouts)
  const currencies = await run(
    'select distinct currency::text as currency from earning where partner_id = $1',
    [payouts.partnerId],
  )
  for (const batch of BATCHES)
    for (const { currency } of currencies)
      if (batch.state === 'completed' || currency === 'USD')
        await addBatch(run, payouts, { ...batch, currency: String(currency) })
  await run(
    `insert into outbox (topic, payload) values ('payout.close_statements', jsonb_build_object('months', $1::integer))`,
    [MONTHS],
  )
}
