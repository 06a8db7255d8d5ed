import type { RunSql } from '#platform/admin.ts'
import type { DemoConsented } from './consents.ts'

interface AskLine {
  readonly asked: string
  readonly tenantId: string | null
  readonly scopes: readonly string[]
  readonly actions: readonly string[]
  readonly purpose: string
  readonly daysAgo: number
  readonly isTakenBack: boolean
}

const linesFor = (tenantId: string | null): readonly AskLine[] => [
  {
    asked: 'juniper-valley',
    tenantId,
    scopes: ['services.read', 'invoices.read'],
    actions: ['service.read', 'invoice.read'],
    purpose:
      'We compare your invoices with the services that you have every month, and tell you where you pay for what nobody uses any more.',
    daysAgo: 3,
    isTakenBack: false,
  },
  {
    asked: 'office@harrowvalley.example',
    tenantId: null,
    scopes: ['services.read'],
    actions: ['service.read'],
    purpose:
      'We would like to see which lines you have before we make you an offer, so that it names each of them and forgets none.',
    daysAgo: 16,
    isTakenBack: true,
  },
]

/** What a partner asked of customers: one request waits at an organisation, and one that reached nobody was taken back. */
export async function addDemoAsks(
  run: RunSql,
  { partner, owner, client }: DemoConsented,
  juniperValley: string | null = null,
): Promise<void> {
  for (const { asked, tenantId, scopes, actions, purpose, daysAgo, isTakenBack } of linesFor(juniperValley))
    await run(
      `insert into consent_ask (partner_id, client_id, partner_name, client_name, asked, scopes, actions, purpose, access_duration_days, requested_by, requested_by_name, tenant_id, created_at, ends_at, status, decided_at)
       select $1, $2, $3, $4, $5, $6, $7, $8, 180, $9, $10, $11, asked_at, asked_at + interval '30 days',
         case when $13::boolean then 'withdrawn' else 'sent' end, case when $13::boolean then asked_at + interval '2 days' end
       from (select now() - make_interval(days => $12) as asked_at) at`,
      [
        partner.id,
        client.id,
        partner.name,
        client.name,
        asked,
        scopes,
        actions,
        purpose,
        owner.id,
        owner.name,
        tenantId,
        daysAgo,
        isTakenBack,
      ],
    )
}
