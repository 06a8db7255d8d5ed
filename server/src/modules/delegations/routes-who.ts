import { fromBits, PERMISSIONS, permissionsOf, ROLE_TITLES } from '@liaison/access'
import { z } from 'zod'
import { noteRead } from '#platform/mandate.ts'
import { route } from '#platform/route.ts'
import { listAccess } from './who-store.ts'
import type { AccessRow } from './who-store.ts'

const Entry = z
  .strictObject({
    kind: z.enum(['link', 'consent', 'resale', 'home']).meta({
      description:
        'Its people sign in (`link`), its app works (`consent`), it is the wholesaler (`resale`), or the partner is the organisation itself and its app uses all accounts (`home`).',
    }),
    partner_name: z.string(),
    app_name: z.string().nullable(),
    role_title: z.string().nullable(),
    can: z.array(z.string()).meta({ description: 'What is allowed, one sentence a line.' }),
    since: z.string(),
    ends_at: z.string().nullable(),
  })
  .meta({ id: 'WhoHasAccess' })

const SENTENCES: ReadonlyMap<string, string> = new Map(
  PERMISSIONS.map(({ name, sentence }) => [name, sentence]),
)

function toEntry(row: AccessRow): z.input<typeof Entry> {
  return {
    kind: row.kind,
    partner_name: row.partner_name,
    app_name: row.client_name,
    role_title: row.access_role && ROLE_TITLES[row.access_role],
    can: permissionsOf(fromBits(row.mask)).flatMap((name) => SENTENCES.get(name) ?? []),
    since: row.starts_at.toISOString(),
    ends_at: row.ends_at?.toISOString() ?? null,
  }
}

/** Every member of an organisation sees who has access to it, and changes nothing. Source: experience.md section 4. */
export const whoHasAccessRoute = route({
  method: 'GET',
  path: '/api/v1/tenant/who-has-access',
  summary: 'Which partners have access to the organisation now, and what they can do',
  input: {},
  access: { permission: 'tenant.profile.read' },
  limit: 'list',
  responses: { 200: z.strictObject({ items: z.array(Entry) }) },
  async handle({ mandate }) {
    const rows = await listAccess(mandate)
    noteRead(mandate, { action: 'access.list', rowCount: rows.length })
    return { items: rows.map(toEntry) }
  },
})
