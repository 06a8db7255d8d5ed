const BOUNDS = 'a bound that a partner sets for its people; server/src/modules/configuration/sessions.test.ts'
const TOLD = 'told to the kernel, which stops the person; row policies ask usable_link for the freeze'
const DOOR = 'the door puts only own memberships into a context, and the other conditions name the same link'
const PLATFORM = 'the plane of the platform; server/src/platform/platform.test.ts'

/** Conditions that may go alone, because another one says the same or because they decide nothing here; each was reviewed. */
const REVIEWED: readonly (readonly [name: RegExp, reason: string])[] = [
  [
    /usable_link without: pm\.partner_id = d\.partner_id/,
    'two foreign keys hold partner, member and link together',
  ],
  [
    /usable_link without: f\.scope = 'person'/,
    'a check of access_freeze: only a freeze of a person names one',
  ],
  [/live_session without: f\./, TOLD],
  [/live_session without: (m\.status|\(c\.staff|\(?o\.|\(\(ROW\(o\.)/, BOUNDS],
  [
    /reach\(text, text\) without: (needed|h)\./,
    'tests/ticket-mutants.test.ts, where many tickets are there at once',
  ],
  [/reach\(text, text\) without: need\.plane/, 'no mask of one plane holds a bit of the other'],
  [/reach\(text, text\) without: need\.operation/, 'no role of a tenant writes what it may not read'],
  [/reach\(text, text\) without: (tm\.person_id|u\.(link|member|person|partner|tenant)_id) =/, DOOR],
  [/reach\(text, text\) without: \(only_tenants/, 'the kernel narrows by it, and these questions do not'],
  [/elevated_mask\(uuid, bit\) without: o\.effect = 'deny'/, 'a grant in force gives what it would take'],
  [/account_mask\(bit\)/, 'links for own accounts; server/src/modules/accounts/isolation.test.ts'],
  [
    /unrestricted_mask\(delegation\) without: \(o\.effect = 'grant'/,
    'a deny takes in the same expression what it would give',
  ],
  [/enter_person\(jsonb\) without: (ps\.status|who\.platform_role|b\.name|a\.token_hash)/, PLATFORM],
  [
    /enter_person\(jsonb\) without: mine\./,
    'which tenant is meant when none is named; whether it opens is asked afterwards',
  ],
  [
    /enter_person\(jsonb\) without: (asked_tenant is not null|\(request ->> 'writes'\))/,
    'which locks are taken, not what is open',
  ],
  [
    /enter_person\(jsonb\) without: (plane = 'delegation'|candidate\.kind|f\.person_id)/,
    'which facts the kernel is told; row policies ask usable_link',
  ],
  [
    /enter_person\(jsonb\) without: asked_tenant is null/,
    'which form a ticket takes, a row or a signed text; server/src/modules/delegations/kept-tickets.test.ts',
  ],
  [
    /enter_person\(jsonb\) without: pg_current_xact_id/,
    'whether a decision is kept; server/src/modules/delegations/kept-decisions.test.ts',
  ],
]

/** Why a hole may stay unseen; undefined when it must be seen. */
export function reasonFor(mutant: string): string | undefined {
  return REVIEWED.find(([name]) => name.test(mutant))?.[1]
}
