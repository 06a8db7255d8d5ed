import { z } from 'zod'
import { recordEvent } from '#platform/mandate.ts'
import { ProblemError } from '#platform/problem.ts'
import { route, sent } from '#platform/route.ts'
import type { Route } from '#platform/route.ts'
import { getSetting, insertSetting } from './setting-store.ts'
import type { SettingRow } from './setting-store.ts'

const PATH = '/api/v1/admin/program-settings'

const SettingBody = z
  .strictObject({
    version: z.int(),
    live_needs_agreement: z.boolean().meta({
      description:
        'Whether an API client of a partner goes live only while the partner has an agreement in force.',
    }),
    contact_kept_days: z
      .int()
      .min(1)
      .max(3650)
      .meta({ description: 'How many days the contact address of a sign-up is kept.' }),
    set_by_name: z.string(),
    set_at: z.string(),
  })
  .meta({ id: 'ProgramSettings' })

const answer = (row: SettingRow) =>
  sent(
    {
      version: row.version,
      live_needs_agreement: row.live_needs_agreement,
      contact_kept_days: row.contact_kept_days,
      set_by_name: row.set_by_name,
      set_at: row.created_at.toISOString(),
    },
    { ETag: `"v${row.version}"` },
  )

/** What the provider asks of partners beside their agreements: for live API clients, and how long contacts are kept (A11, D4). */
export const demandRoutes: readonly Route[] = [
  route({
    method: 'GET',
    path: PATH,
    summary: 'Whether live API clients need an agreement, and how long contact addresses are kept',
    input: {},
    access: { permission: 'platform.agreements.read' },
    limit: 'detail',
    responses: { 200: SettingBody },
    handle: async ({ mandate }) => answer(await getSetting(mandate)),
  }),
  route({
    method: 'PUT',
    path: PATH,
    summary: 'Change what live API clients need, and how long contact addresses are kept',
    input: { body: SettingBody.pick({ live_needs_agreement: true, contact_kept_days: true }) },
    access: { permission: 'platform.agreements.approve' },
    limit: 'write',
    ifMatch: true,
    responses: { 200: SettingBody },
    async handle({ mandate, body, expectedVersion }) {
      const before = await getSetting(mandate)
      if (before.version !== expectedVersion)
        throw new ProblemError(412, 'PRECONDITION_FAILED', 'The settings changed after they were read.')
      const after = await insertSetting(mandate, { ...body, version: before.version + 1 })
      recordEvent(mandate, {
        action: 'program.demands.changed',
        resource: { type: 'program_setting', label: `Version ${after.version}` },
        changes: {
          live_needs_agreement: { before: before.live_needs_agreement, after: after.live_needs_agreement },
          contact_kept_days: { before: before.contact_kept_days, after: after.contact_kept_days },
        },
      })
      return answer(after)
    },
  }),
]
