import type { RunSql } from '#platform/admin.ts'

interface Person {
  readonly id: string
  readonly name: string
}

/** Whose registered deals the demo world shows, and who decided about them. */
export interface DemoDeals {
  readonly partnerId: string
  readonly owner: Person
  readonly admin: Person
}

interface DealLine {
  readonly company: string
  readonly domain: string
  readonly contact: readonly [name: string, address: string] | null
  readonly expectedMinor: number | null
  readonly notes: string | null
  readonly daysAgo: number
  readonly decided: { readonly state: 'approved' | 'rejected'; readonly reason: string | null } | null
}

const DEALS: readonly DealLine[] = [
  {
    company: 'Harrow Valley Broadband',
    domain: 'harrowvalley.example',
    contact: ['Morgan Ellis', 'morgan@harrowvalley.example'],
    expectedMinor: 1_800_000,
    notes: 'They replace their billing by summer. We showed them the portal twice.',
    daysAgo: 2,
    decided: null,
  },
  {
    company: 'Copperline Wireless',
    domain: 'copperline.example',
    contact: ['Sam Whitaker', 'sam@copperline.example'],
    expectedMinor: 960_000,
    notes: null,
    daysAgo: 21,
    decided: { state: 'approved', reason: null },
  },
  {
    company: 'Old Mill Networks',
    domain: 'oldmill.example',
    contact: null,
    expectedMinor: null,
    notes: null,
    daysAgo: 40,
    decided: { state: 'rejected', reason: 'We have been talking to them ourselves since spring.' },
  },
]

/** Three deals of the referral partner: one that waits, one that is protected, and one that the provider refused. */
export async function addDemoDeals(run: RunSql, { partnerId, owner, admin }: DemoDeals): Promise<void> {
  for (const { company, domain, contact, expectedMinor, notes, daysAgo, decided } of DEALS) {
    const [made] = await run(
      `insert into deal_registration (partner_id, company_name, domain, contact_name, contact_email, expected_minor, expected_currency, notes, created_by, created_by_name, created_at)
       values ($1, $2, $3, $4, $5, $6, case when $6::bigint is not null then 'USD' end, $7, $8, $9, now() - make_interval(days => $10)) returning id`,
      [
        partnerId,
        company,
        domain,
        contact?.[0] ?? null,
        contact?.[1] ?? null,
        expectedMinor,
        notes,
        owner.id,
        owner.name,
        daysAgo,
      ],
    )
    if (made === undefined || decided === null) continue
    await run(
      `update deal_registration set state = $2, reason = $3, decided_by = $4, decided_by_name = $5, decided_at = created_at + interval '1 day',
         protected_until = case when $2 = 'approved' then created_at + interval '91 days' end,
         ended_at = case when $2 = 'rejected' then created_at + interval '1 day' end, version = 2
       where id = $1`,
      [made['id'], decided.state, decided.reason, admin.id, admin.name],
    )
  }
}
