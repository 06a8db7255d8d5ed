import {
  drawSealedAgreement,
  renderAgreement,
  toCanonicalTerms,
  AgreementTerms,
} from '#modules/agreements/index.ts'
import type { RunSql } from '#platform/admin.ts'
import { makePdfSealer } from '#platform/sealed-pdf.ts'
import type { Vault } from '#platform/credentials/vault.ts'
import { addDays } from './dice.ts'

interface Person {
  readonly id: string
  readonly name: string
}

/** What the agreements of the demo world are about. */
export interface DemoAgreements {
  readonly now: Date
  readonly vault: Vault
  /** Partner slug and the days since its first agreement was approved. */
  readonly active: { readonly slug: string; readonly daysAgo: number }
  /** Partners whose only agreement is in force. */
  readonly alsoActive: readonly string[]
  /** A partner whose agreement was signed and waits to be approved. */
  readonly waiting: string
  /** A partner whose owners are to sign. */
  readonly offered: string
  readonly admins: readonly Person[]
}

interface Version {
  readonly slug: string
  readonly hold: number
  readonly rateBp: number
  readonly at: Date
  readonly state: 'offered' | 'signed' | 'active' | 'superseded'
  readonly until: Date | null
}

const CONSENT =
  'I may sign for my organisation. I sign electronically, and my typed name has the same legal force as a handwritten signature.'

const INSERT = `insert into agreement (partner_id, program_id, title, template_id, source, body, terms_canonical, content_sha256, version, created_by, created_by_name, created_at)
  select p.id, t.program_id, t.title, t.id, t.source, $2, $3, sha256(''), 1, $4, $5, $6
  from partner p, (select t.*, m.id as program_id from agreement_template t, program m where m.code = 'standard' and t.code = 'standard' and t.number = 1) t where p.slug = $1 returning id`

const SIGN = `insert into agreement_signature (agreement_id, partner_id, member_id, person_id, signer_name, signer_email, member_role, typed_name, capacity, auth_method, auth_at, ip, user_agent, locale, time_zone, content_sha256, consent_text, consent_sha256, displayed_at, signed_at)
  select g.id, g.partner_id, m.id, h.id, h.name, h.email, 'PARTNER_OWNER', h.name, 'Managing director', 'otp', $2::timestamptz - interval '2 minutes', '203.0.113.24', 'Mozilla/5.0', 'en', 'UTC', g.content_sha256, $3, sha256(convert_to($3, 'UTF8')), $2::timestamptz - interval '9 minutes', $2
  from agreement g join lateral (select * from partner_member o where o.partner_id = g.partner_id and o.role = 'PARTNER_OWNER' and o.status = 'active' order by o.created_at, o.id limit 1) m on true
  join person h on h.id = m.person_id where g.id = $1`

const OFFER = `update agreement set state = 'offered', offered_at = $2, offered_by = $3, offered_by_name = $4, expires_at = $2::timestamptz + interval '30 days' where id = $1`

const APPROVE = `insert into agreement_approval (agreement_id, partner_id, approver_id, approver_name, auth_method, auth_at, content_sha256, approved_at)
  select id, partner_id, $2, $3, 'otp', $4::timestamptz - interval '3 minutes', content_sha256, $4 from agreement where id = $1`

const FILE = `insert into agreement_file (agreement_id, partner_id, kind, digest, bytes, seal, created_at) select id, partner_id, $2, sha256($3::bytea), $3::bytea, 'development', $4 from agreement where id = $1`

async function writeVersion(run: RunSql, world: DemoAgreements, version: Version): Promise<void> {
  const [drafter, approver = drafter] = world.admins
  if (!drafter || !approver) return
  const [template] = await run(
    `select source, terms from agreement_template where code = 'standard' and number = 1`,
    [],
  )
  const [partner] = await run('select name from partner where slug = $1', [version.slug])
  const usual = AgreementTerms.parse(template?.['terms'])
  const terms: AgreementTerms = {
    ...usual,
    hold_days: version.hold,
    components: usual.components.map((one) =>
      one.model === 'percent' ? { ...one, rate_bp: version.rateBp } : one,
    ),
  }
  const names = { provider: 'Liaison', partner: String(partner?.['name']) }
  const { body } = renderAgreement(String(template?.['source']), terms, names)
  const drafted = addDays(version.at, -4)
  const signedAt = addDays(version.at, -1)
  const [made] = await run(INSERT, [
    version.slug,
    body,
    toCanonicalTerms(terms),
    drafter.id,
    drafter.name,
    drafted,
  ])
  const id = made?.['id']
  await run(OFFER, [id, addDays(version.at, -3), drafter.id, drafter.name])
  if (version.state === 'offered') return
  await run(SIGN, [id, signedAt, CONSENT])
  await run(`update agreement set state = 'signed', signed_at = $2 where id = $1`, [id, signedAt])
  await keepFile(run, world, { id, kind: 'signed', at: signedAt })
  if (version.state === 'signed') return
  await run(APPROVE, [id, approver.id, approver.name, version.at])
  await run(
    `update agreement set state = 'active', approved_at = $2, effective = tstzrange($2, $3) where id = $1`,
    [id, version.at, version.until],
  )
  await keepFile(run, world, { id, kind: 'approved', at: version.at })
  if (version.state === 'superseded')
    await run(`update agreement set state = 'superseded', ended_at = $2 where id = $1`, [id, version.until])
}

async function keepFile(
  run: RunSql,
  { vault }: DemoAgreements,
  { id, kind, at }: { readonly id: unknown; readonly kind: 'signed' | 'approved'; readonly at: Date },
): Promise<void> {
  const read = (table: string) => run(`select * from ${table} where agreement_id = $1`, [id])
  const [row] = await run(
    'select g.*, p.name as partner_name from agreement g join partner p on p.id = g.partner_id where g.id = $1',
    [id],
  )
  const bytes = await drawSealedAgreement(
    makePdfSealer(vault),
    {
      row,
      signature: (await read('agreement_signature'))[0],
      approval: (await read('agreement_approval'))[0],
      events: await run(
        `select * from agreement_event where agreement_id = $1 and action <> 'create' order by number`,
        [id],
      ),
    },
    { at, origin: 'http://localhost:3000' },
  )
  await run(FILE, [id, kind, `\\x${Buffer.from(bytes).toString('hex')}`, at])
}

/** The days since the first agreement of the partner whose next one waits began, and since it lapsed. */
const LAPSED = { from: 320, until: 30 } as const

/** Agreements as they would stand after a year: two versions of one partner, one that waits for us after one that lapsed, one for its owners. */
export async function addDemoAgreements(run: RunSql, world: DemoAgreements): Promise<void> {
  const { now, active } = world
  const first = addDays(now, -active.daysAgo)
  const second = addDays(now, -Math.round(active.daysAgo / 2))
  const [before, lapsed] = [addDays(now, -LAPSED.from), addDays(now, -LAPSED.until)]
  const versions: readonly Version[] = [
    { slug: active.slug, hold: 30, rateBp: 1000, at: first, state: 'superseded', until: second },
    { slug: active.slug, hold: 21, rateBp: 1200, at: second, state: 'active', until: null },
    { slug: world.waiting, hold: 30, rateBp: 800, at: before, state: 'superseded', until: lapsed },
    { slug: world.waiting, hold: 30, rateBp: 1000, at: addDays(now, 0), state: 'signed', until: null },
    { slug: world.offered, hold: 30, rateBp: 900, at: addDays(now, 0), state: 'offered', until: null },
  ]
  const also = world.alsoActive.map((slug): Version => ({
    slug,
    hold: 30,
    rateBp: 1000,
    at: second,
    state: 'active',
    until: null,
  }))
  for (const version of [...versions, ...also]) await writeVersion(run, world, version)
}
