import { z } from 'zod'
import { enqueue, recordEvent, runStatements } from '#platform/mandate.ts'
import type { Mandate } from '#platform/mandate.ts'
import { db, NOW } from './agency-store.ts'

type System = Mandate<'system'>

/** Notes the end of overlaps that are over; returns how many. */
export async function endOverlaps(mandate: System, limit: number): Promise<number> {
  const due = await db(mandate)
    .selectFrom('form_token')
    .where('status', '=', 'active')
    .where('valid_until', '<=', NOW)
    .select(['id', 'tenant_id', 'display_prefix', 'last4'])
    .orderBy('id')
    .limit(limit)
    .forUpdate()
    .skipLocked()
    .execute()
  for (const row of due) {
    await db(mandate).updateTable('form_token').set({ status: 'expired' }).where('id', '=', row.id).execute()
    recordEvent(mandate, {
      action: 'form_token.overlap_ended',
      tenantId: row.tenant_id,
      delegationId: row.id,
      resource: { type: 'form_token', id: row.id, label: `${row.display_prefix}…${row.last4}` },
    })
  }
  return due.length
}

const Rush = z.object({
  form_id: z.string(),
  tenant_id: z.string(),
  tenant_name: z.string(),
  agency_id: z.string(),
  agency_name: z.string(),
  form_name: z.string(),
  last_hour: z.coerce.number(),
  threshold: z.coerce.number(),
})

async function tellRush(mandate: System, rush: z.output<typeof Rush>): Promise<void> {
  await db(mandate)
    .updateTable('form')
    .set({ abuse_suspected_at: NOW })
    .where('id', '=', rush.form_id)
    .execute()
  recordEvent(mandate, {
    action: 'embed.abuse_suspected',
    tenantId: rush.tenant_id,
    tenantName: rush.tenant_name,
    resource: { type: 'form', id: rush.form_id, label: `${rush.agency_name}: ${rush.form_name}` },
    changes: { last_hour: rush.last_hour, usual_at_most: rush.threshold },
  })
  await enqueue(mandate, 'embed.abuse_suspected', {
    tenant_id: rush.tenant_id,
    agency_id: rush.agency_id,
    form_id: rush.form_id,
  })
  const text = [
    `The form "${rush.form_name}" of ${rush.agency_name} asked for ${rush.last_hour} vouchers in the last hour. More than ${rush.threshold} is far more than usual for it.`,
    'If you do not know why, pause the form: open Agencies, then the agency and its form. Vouchers that were issued stay as they are.',
  ].join('\n\n')
  await runStatements(mandate, [
    {
      text: 'select access.mail_tenant_admins($1, $2, $3)',
      values: [rush.tenant_id, `The form of ${rush.agency_name} issues far more vouchers than usual`, text],
    },
  ])
}

/** Tells of forms that issue far more than usual, of each at most once a day; returns how many. */
export async function tellRushes(mandate: System): Promise<number> {
  const [result] = await runStatements(mandate, [
    { text: 'select * from access.rushing_forms()', values: [] },
  ])
  const rushes = z.array(Rush).parse(result?.rows ?? [])
  for (const rush of rushes) await tellRush(mandate, rush)
  return rushes.length
}
