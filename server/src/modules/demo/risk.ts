import type { RunSql } from '#platform/admin.ts'

/** Whose checks the demo world shows, and who decided one of them. */
export interface DemoRisk {
  readonly partnerId: string
  readonly admin: { readonly id: string; readonly name: string }
}

interface CaseLine {
  readonly tenant: string
  readonly rule: string
  readonly category: string
  readonly facts: Readonly<Record<string, unknown>>
  readonly daysAgo: number
  readonly release: string | null
}

const CASES: readonly CaseLine[] = [
  {
    tenant: 'lakeside-cable',
    rule: 'disposable_address',
    category: 'sign_up',
    facts: { domain: 'mailinator.com' },
    daysAgo: 88,
    release: 'They used it for the form alone; the contract has the address of the company.',
  },
  {
    tenant: 'meridian-metro',
    rule: 'own_network',
    category: 'relationship',
    facts: { network: '198.51.100.0/24', member: 'Eli Brooks', seen_at: '2026-11-05T14:12:00Z' },
    daysAgo: 16,
    release: null,
  },
]

/** Two checks of sign-ups: one that somebody found in order, and one that waits while its earnings are held. */
export async function addDemoRisk(run: RunSql, { partnerId, admin }: DemoRisk): Promise<void> {
  for (const line of CASES) {
    const finding = { rule: line.rule, effect: 'hold', version: 0, facts: line.facts }
    const [made] = await run(
      `insert into risk_case (partner_id, program_id, tenant_id, code_id, click_id, referral_id, outcome, rules, category, evidence, created_at)
       select r.partner_id, r.program_id, r.tenant_id, r.code_id, r.click_id, r.id, 'hold', array[$3], $4, $5::jsonb, now() - make_interval(days => $6)
       from referral r join tenant t on t.id = r.tenant_id where r.partner_id = $1 and t.slug = $2 and r.voided_at is null returning id`,
      [partnerId, line.tenant, line.rule, line.category, JSON.stringify([finding]), line.daysAgo],
    )
    if (made === undefined || line.release === null) continue
    await run(
      `update risk_case set state = 'released', reason = $2, decided_by = $3, decided_by_name = $4, version = 2 where id = $1`,
      [made['id'], line.release, admin.id, admin.name],
    )
  }
}
