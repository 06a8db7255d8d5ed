import { addDays, Dice, toDay } from './dice.ts'
import { addPerson } from './people.ts'
import type { DemoPeople, DemoPerson, Making } from './people.ts'

/** The referral partner of the demo world. */
export interface DemoProgram {
  readonly partnerId: string
  readonly slug: string
  readonly name: string
  readonly owner: DemoPerson
  readonly ownerMemberId: string
  readonly staff: DemoPerson
  readonly referrals: readonly DemoReferral[]
}

/** A referral before anything was paid; its agreement is found when it is written. */
export interface DemoReferral {
  readonly id: string
  readonly tenantId: string
  readonly tenantSlug: string
  readonly codeId: string
  readonly referredAt: Date
}

/** A stream of chance of its own, so that the rest of the world stays as it was before there was a program. */
const SEED = 20_261_125
const PARTNER = { slug: 'brightside', name: 'Brightside Growth', domain: 'brightside.example' }
const FOUNDED_DAYS_AGO = 330

interface CodeLine {
  readonly code: string
  readonly label: string
  readonly campaign: string
  readonly by: 'owner' | 'staff' | 'provider'
  readonly state: 'active' | 'inactive'
  readonly limit: number | null
  readonly clicksPerWeek: number
  readonly madeDaysAgo: number
}

const CODES: readonly CodeLine[] = [
  {
    code: 'BRIGHT26',
    label: 'Newsletter',
    campaign: 'newsletter',
    by: 'owner',
    state: 'active',
    limit: null,
    clicksPerWeek: 18,
    madeDaysAgo: 320,
  },
  {
    code: 'ELI8FIBER',
    label: 'Eli at trade fairs',
    campaign: 'fairs',
    by: 'staff',
    state: 'active',
    limit: 50,
    clicksPerWeek: 9,
    madeDaysAgo: 250,
  },
  {
    code: 'ELIPODCAST',
    label: 'Podcast',
    campaign: 'podcast',
    by: 'staff',
    state: 'active',
    limit: null,
    clicksPerWeek: 5,
    madeDaysAgo: 120,
  },
  {
    code: 'SPRINGFAIR',
    label: 'Spring fair',
    campaign: 'fairs',
    by: 'owner',
    state: 'inactive',
    limit: 10,
    clicksPerWeek: 2,
    madeDaysAgo: 260,
  },
  {
    code: 'WELCOMEKIT',
    label: 'In the welcome kit',
    campaign: 'kit',
    by: 'provider',
    state: 'active',
    limit: null,
    clicksPerWeek: 1,
    madeDaysAgo: 200,
  },
]

interface ReferralLine {
  readonly tenant: string
  readonly code: string
  readonly method: 'code' | 'link'
  readonly daysAgo: number
  readonly voidReason?: string
}

const REFERRALS: readonly ReferralLine[] = [
  { tenant: 'acme-fiber', code: 'BRIGHT26', method: 'link', daysAgo: 310 },
  { tenant: 'juniper-valley', code: 'BRIGHT26', method: 'code', daysAgo: 262 },
  { tenant: 'highland-wireless', code: 'ELI8FIBER', method: 'code', daysAgo: 214 },
  { tenant: 'garonne-telecom', code: 'ELI8FIBER', method: 'link', daysAgo: 141 },
  { tenant: 'lakeside-cable', code: 'ELIPODCAST', method: 'link', daysAgo: 88 },
  { tenant: 'meridian-metro', code: 'BRIGHT26', method: 'link', daysAgo: 16 },
  {
    tenant: 'fjord-fiber',
    code: 'SPRINGFAIR',
    method: 'code',
    daysAgo: 205,
    voidReason: 'The tenant had signed up through another contact before.',
  },
]

function addPartner(making: Making): Omit<DemoProgram, 'referrals'> {
  const { dice, ledger, now } = making
  const at = addDays(now, -FOUNDED_DAYS_AGO)
  const partnerId = dice.uuid(at)
  const since = { created_at: at, updated_at: at }
  ledger.add('partner', {
    id: partnerId,
    name: PARTNER.name,
    slug: PARTNER.slug,
    kinds: ['referral'],
    status: 'active',
    website: `https://${PARTNER.domain}/`,
    ...since,
  })
  const enrol = (name: string, role: 'PARTNER_OWNER' | 'PARTNER_STAFF', title: string) => {
    const person = addPerson(making, { name, domain: PARTNER.domain, role: title })
    const memberId = dice.uuid(at)
    ledger.add('partner_member', {
      id: memberId,
      partner_id: partnerId,
      person_id: person.id,
      role,
      status: 'active',
      ...since,
    })
    return { person, memberId }
  }
  const owner = enrol('Nora Lindahl', 'PARTNER_OWNER', `Owner of ${PARTNER.name}`)
  const staff = enrol('Eli Brooks', 'PARTNER_STAFF', `${PARTNER.name}, sales`)
  return {
    partnerId,
    slug: PARTNER.slug,
    name: PARTNER.name,
    owner: owner.person,
    ownerMemberId: owner.memberId,
    staff: staff.person,
  }
}

/** Clicks of each week since the code was made, more of them from month to month; every tenth is a program's. */
function addClicks(
  { dice, ledger, now }: Making,
  partnerId: string,
  [line, codeId]: readonly [CodeLine, string],
) {
  for (let daysAgo = line.madeDaysAgo; daysAgo >= 0; daysAgo -= 7) {
    const growth = 1 - daysAgo / (2 * FOUNDED_DAYS_AGO)
    const clicks = Math.round(line.clicksPerWeek * growth * (0.6 + dice.next() * 0.8))
    if (clicks === 0) continue
    ledger.add('referral_click_day', {
      code_id: codeId,
      partner_id: partnerId,
      day: toDay(addDays(now, -daysAgo)),
      clicks,
      bot_clicks: Math.round(clicks / 10),
    })
  }
}

function addCodes(
  making: Making,
  program: Omit<DemoProgram, 'referrals'>,
  admin: DemoPerson,
): ReadonlyMap<string, string> {
  const makers = { owner: program.owner, staff: program.staff, provider: admin }
  return new Map(
    CODES.map((line): [string, string] => {
      const at = addDays(making.now, -line.madeDaysAgo)
      const id = making.dice.uuid(at)
      making.ledger.add('referral_code', {
        id,
        partner_id: program.partnerId,
        code: line.code,
        created_by: makers[line.by].id,
        created_by_name: makers[line.by].name,
        created_side: line.by === 'provider' ? 'provider' : 'partner',
        label: line.label,
        campaign: line.campaign,
        usage_limit: line.limit,
        used_count: REFERRALS.filter(({ code }) => code === line.code).length,
        starts_at: at,
        state: line.state,
        version: 1,
        created_at: at,
      })
      addClicks(making, program.partnerId, [line, id])
      return [line.code, id]
    }),
  )
}

/** Adds Brightside Growth, a referral partner with an owner and one of its staff, its codes and their clicks. */
export function addProgram(making: Making, people: DemoPeople): DemoProgram {
  const own = { ...making, dice: new Dice(SEED) }
  const [admin] = people.platformAdmins
  if (!admin) throw new Error('The demo world has no platform admin.')
  const program = addPartner(own)
  const codes = addCodes(own, program, admin)
  const referrals = REFERRALS.map((line): DemoReferral => {
    const tenant = people.tenants.get(line.tenant)
    const codeId = codes.get(line.code)
    if (!tenant || codeId === undefined)
      throw new Error(`The demo world lacks ${line.tenant} or ${line.code}.`)
    const referredAt = addDays(own.now, -line.daysAgo)
    return { id: own.dice.uuid(referredAt), tenantId: tenant.id, tenantSlug: line.tenant, codeId, referredAt }
  })
  return { ...program, referrals }
}

/** Writes the referrals, each under the agreement that was in force when the tenant signed up; without one there is none. */
export const WRITE_DEMO_REFERRALS = `insert into referral (id, partner_id, program_id, tenant_id, code_id, click_id, agreement_id, method, referred_at, window_days, created_by_name, created_at, voided_at, voided_by_name, void_reason)
  select r.id, r.partner_id, g.program_id, r.tenant_id, r.code_id, r.click_id, g.id, r.method, r.referred_at, r.window_days, 'billing', r.referred_at, r.voided_at, case when r.voided_at is not null then 'Priya Nair' end, r.void_reason
  from jsonb_to_recordset($1::jsonb) as r (id uuid, partner_id uuid, tenant_id uuid, code_id uuid, click_id uuid, method text, referred_at timestamptz, window_days integer, voided_at timestamptz, void_reason text)
  join agreement g on g.partner_id = r.partner_id and g.effective @> r.referred_at`

/** The rows for it. */
export function referralRows({ partnerId, referrals }: DemoProgram): readonly Record<string, unknown>[] {
  return referrals.map((referral, index) => {
    const line = REFERRALS[index]
    const isLink = line?.method === 'link'
    return {
      id: referral.id,
      partner_id: partnerId,
      tenant_id: referral.tenantId,
      code_id: referral.codeId,
      click_id: isLink ? referral.id : null,
      method: line?.method,
      referred_at: referral.referredAt,
      window_days: isLink ? 90 : null,
      voided_at: line?.voidReason === undefined ? null : addDays(referral.referredAt, 3),
      void_reason: line?.voidReason ?? null,
    }
  })
}
