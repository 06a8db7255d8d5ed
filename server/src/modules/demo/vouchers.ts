import { makeVoucherCode, recipientIdentities } from '#modules/vouchers/index.ts'
import type { VoucherNews } from '#modules/vouchers/index.ts'
import type { Vault } from '#platform/credentials/vault.ts'
import { FIRST_NAMES, LAST_NAMES, TENANT_USER } from './cast.ts'
import { addDays, Dice, toDay } from './dice.ts'
import type { DemoPeople, DemoPerson, DemoTenant, Making } from './people.ts'
import { VoucherEvents } from './voucher-events.ts'
import type { VoucherDoer } from './voucher-events.ts'

/** An agency of the demo world and the token of its form. */
export interface VoucherAgency {
  readonly id: string
  readonly name: string
  readonly tokenId: string
  /** The name of its form. */
  readonly form: string
  /** The site on which the form stands. */
  readonly site: string
}

const SEED = 210_000
const HOME = 'acme-fiber'

const TYPES = [
  { code: 'router', label: 'Router', valid_days: 30, duplicate_policy: 'refuse', duplicate_window_days: 365 },
  {
    code: 'installation-visit',
    label: 'Installation visit',
    valid_days: 14,
    duplicate_policy: 'refuse',
    duplicate_window_days: 90,
  },
  {
    code: 'first-month',
    label: 'First month',
    valid_days: 60,
    duplicate_policy: 'review',
    duplicate_window_days: 365,
  },
] as const

/** How many vouchers stand in each state, and how many days ago they were asked for. */
const STATES = [
  { status: 'issued', count: 20, from: 1, to: 12 },
  { status: 'redeemed', count: 24, from: 2, to: 70 },
  { status: 'expired', count: 7, from: 65, to: 110 },
  { status: 'voided', count: 4, from: 5, to: 60 },
  { status: 'declined', count: 2, from: 10, to: 50 },
  { status: 'pending_review', count: 4, from: 0, to: 3 },
] as const

type Status = (typeof STATES)[number]['status']

interface Scene {
  readonly making: Making
  readonly dice: Dice
  readonly tenant: DemoTenant
  readonly worker: DemoPerson
  readonly events: VoucherEvents
  readonly agencies: readonly VoucherAgency[]
  readonly types: readonly (Pick<(typeof TYPES)[number], 'code' | 'label' | 'valid_days'> & {
    readonly id: string
  })[]
  readonly identify: ReturnType<typeof recipientIdentities>
}

interface Person {
  readonly first: string
  readonly last: string
  readonly born: string
}

interface Wish {
  readonly status: Status
  readonly at: Date
  readonly typeIndex: number
  readonly agency: VoucherAgency | undefined
  readonly person: Person
}

function addTypes({ making, dice, tenant }: Omit<Scene, 'types'>): Scene['types'] {
  const at = addDays(making.now, -200)
  return TYPES.map((type) => {
    const id = dice.uuid(at)
    making.ledger.add('voucher_type', {
      tenant_id: tenant.id,
      id,
      ...type,
      yearly_reset: null,
      keep_recipient_days: 180,
      is_active: true,
      version: 1,
      created_at: at,
      updated_at: at,
    })
    return { id, ...type }
  })
}

function drawPerson(dice: Dice): Person {
  return {
    first: dice.pick(FIRST_NAMES),
    last: dice.pick(LAST_NAMES),
    born: toDay(new Date(Date.UTC(dice.between(1940, 2004), dice.between(0, 11), dice.between(1, 28)))),
  }
}

/** The newest move of a voucher in this state, and who made it. */
function lastMove({ making, dice, worker, tenant }: Scene, { status, at, agency }: Wish, end: Date | null) {
  const issuer = agency ? `Desk of ${agency.name}` : worker.name
  const [action, name, note] = (
    {
      issued: ['issue', issuer, null],
      pending_review: ['request_review', issuer, null],
      redeemed: ['redeem', worker.name, null],
      expired: ['expire', 'Liaison', null],
      voided: ['void', tenant.adminPerson.name, 'Issued by mistake.'],
      declined: ['decline', tenant.adminPerson.name, 'This household was helped in spring.'],
    } as const
  )[status]
  const isFirst = status === 'issued' || status === 'pending_review'
  const decided = addDays(
    at,
    Math.min(dice.between(1, 8) / 2, (making.now.getTime() - at.getTime()) / 172_800_000),
  )
  const later = status === 'expired' && end ? end : decided
  return { action, name, note, at: isFirst ? at : later }
}

function addHistory(
  { making, dice }: Scene,
  voucher: { readonly id: string; readonly tenantId: string; readonly issuer: string; readonly wish: Wish },
  { move, receipt }: { readonly move: ReturnType<typeof lastMove>; readonly receipt: string | null },
): void {
  const { status, at, agency } = voucher.wish
  const waited = status === 'pending_review' || status === 'declined'
  const first = {
    tenant_id: voucher.tenantId,
    voucher_id: voucher.id,
    from_state: null as string | null,
    note: null as string | null,
    receipt_id: null as string | null,
    place: null as string | null,
  }
  making.ledger.add('voucher_event', {
    ...first,
    id: dice.uuid(at),
    at,
    action: waited ? 'request_review' : 'issue',
    to_state: waited ? 'pending_review' : 'issued',
    side: agency ? 'agency' : 'tenant',
    actor_name: voucher.issuer,
  })
  if (status === 'issued' || status === 'pending_review') return
  making.ledger.add('voucher_event', {
    ...first,
    id: dice.uuid(move.at),
    at: move.at,
    action: move.action,
    from_state: waited ? 'pending_review' : 'issued',
    to_state: status,
    side: status === 'expired' ? 'clock' : 'tenant',
    actor_name: move.name,
    note: move.note,
    receipt_id: receipt,
    place: receipt === null ? null : 'Denver shop, till 1',
  })
}

function addRecipient(
  { making, dice, tenant, types, identify }: Scene,
  voucherId: string,
  { person, at, typeIndex }: Wish,
): void {
  const key = identify({
    tenantId: tenant.id,
    voucherTypeId: types[typeIndex]?.id ?? '',
    firstName: person.first,
    lastName: person.last,
    dateOfBirth: person.born,
  })
  making.ledger.add('voucher_recipient', {
    tenant_id: tenant.id,
    voucher_id: voucherId,
    first_name: person.first,
    last_name: person.last,
    date_of_birth: person.born,
    household_adults: dice.between(1, 3),
    household_children: dice.between(0, 3),
    identity_key: `\\x${key.toString('hex')}`,
    purge_after: addDays(at, 180),
    purged_at: null,
  })
}

/** What the till noted of a redeemed voucher. */
function redemptionOf({ dice, tenant }: Scene, { status }: Wish, at: Date) {
  if (status !== 'redeemed')
    return { redeemed_at: null, redeemed_place: null, receipt_id: null, gross_minor: null, currency: null }
  return {
    redeemed_at: at,
    redeemed_place: 'Denver shop, till 1',
    receipt_id: `D1-${dice.between(10_000, 99_999)}`,
    gross_minor: dice.between(20, 180) * 100,
    currency: tenant.currency,
  }
}

/** Whose doing a voucher is. */
function issuerOf({ worker }: Scene, { agency }: Wish) {
  if (!agency)
    return {
      agency_id: null,
      agency_name: null,
      form_token_id: null,
      issuer_mode: 'staff',
      issued_by_label: worker.name,
    }
  return {
    agency_id: agency.id,
    agency_name: agency.name,
    form_token_id: agency.tokenId,
    issuer_mode: 'form',
    issued_by_label: `Desk of ${agency.name}`,
  }
}

/** What brought a voucher into its state after it was asked for, and who did it. */
function moveOf(
  { tenant, worker }: Pick<Scene, 'tenant' | 'worker'>,
  status: Status,
): readonly [VoucherNews, VoucherDoer] | null {
  const admin = { is: 'person', person: tenant.adminPerson } as const
  if (status === 'redeemed') return ['voucher.redeemed', { is: 'person', person: worker }]
  if (status === 'voided') return ['voucher.voided', admin]
  if (status === 'declined') return ['voucher.review_declined', admin]
  return status === 'expired' ? ['voucher.expired', { is: 'clock' }] : null
}

interface Story {
  readonly id: string
  readonly code: string
  readonly wish: Wish
  readonly move: ReturnType<typeof lastMove>
}

/** A voucher as its events name it. */
function toTold({ tenant, types }: Scene, { id, code, wish }: Story) {
  const { agency, typeIndex } = wish
  const { label = '', code: typeCode = '' } = types[typeIndex] ?? {}
  const named = { agencyId: agency?.id ?? null, agencyName: agency?.name ?? null }
  return { told: { id, tenantId: tenant.id, code, typeLabel: label, ...named }, typeCode }
}

/** What the audit log says of a voucher: who asked for it, and what became of it (E10). */
function tellStory(scene: Scene, story: Story): void {
  const { wish, move } = story
  const { status, at, agency } = wish
  const { told, typeCode } = toTold(scene, story)
  const issuer: VoucherDoer = agency
    ? { is: 'form', tokenId: agency.tokenId, name: `${agency.name}, form ${agency.form}` }
    : { is: 'person', person: scene.worker }
  const waits = status === 'pending_review' || status === 'declined'
  scene.events.issued(told, { at, by: issuer, typeCode, waits })
  const moved = moveOf(scene, status)
  if (moved === null) return
  const [action, by] = moved
  const from = waits ? 'pending_review' : 'issued'
  scene.events.moved(told, { at: move.at, by, action, from, to: status, reason: move.note })
}

const ENDED: ReadonlySet<Status> = new Set(['expired', 'voided', 'declined'])

function addVoucher(scene: Scene, wish: Wish): void {
  const { making, dice, tenant } = scene
  const { status, at } = wish
  const type = scene.types[wish.typeIndex]
  if (!type) return
  const id = dice.uuid(at)
  const isIssued = status !== 'pending_review' && status !== 'declined'
  const end = isIssued ? addDays(at, type.valid_days + 1) : null
  const move = lastMove(scene, wish, end)
  const redemption = redemptionOf(scene, wish, move.at)
  const issuer = issuerOf(scene, wish)
  const code = makeVoucherCode((below) => dice.between(0, below - 1))
  making.ledger.add('voucher', {
    tenant_id: tenant.id,
    id,
    code,
    voucher_type_id: type.id,
    status,
    ...issuer,
    requested_at: at,
    issued_at: isIssued ? at : null,
    expires_at: end,
    ...redemption,
    ended_at: ENDED.has(status) ? move.at : null,
    moved_at: move.at,
    moved_by_name: move.name,
    move_note: move.note,
    version: move.at === at ? 1 : 2,
  })
  addRecipient(scene, id, wish)
  addHistory(
    scene,
    { id, tenantId: tenant.id, issuer: issuer.issued_by_label, wish },
    { move, receipt: redemption.receipt_id },
  )
  tellStory(scene, { id, code, wish, move })
}

/** When and where the token of an agency's form was used, which its page and the list of agencies tell. */
function addUse({ making, tenant }: Scene, agency: VoucherAgency, times: readonly Date[]): void {
  const [first, last] = [times[0], times.at(-1)]
  if (!first || !last) return
  making.ledger.add('agency_credential_use', {
    credential_id: agency.tokenId,
    tenant_id: tenant.id,
    last_used_at: last,
  })
  making.ledger.add('form_token_origin', {
    token_id: agency.tokenId,
    tenant_id: tenant.id,
    origin: agency.site,
    first_seen_at: first,
    last_seen_at: last,
    uses: times.length,
  })
}

/** Types of vouchers of one tenant and some sixty vouchers in every state, two of which wait because the person has one elsewhere. */
export function addVouchers(
  making: Making,
  people: DemoPeople,
  { agencies, vault }: { readonly agencies: readonly VoucherAgency[]; readonly vault: Vault },
): void {
  const tenant = people.tenants.get(HOME)
  const worker = people.signIns.find(({ name }) => name === TENANT_USER.name)
  if (!tenant || !worker) return
  const dice = new Dice(SEED)
  const events = new VoucherEvents(making, tenant)
  const parts = { making, dice, tenant, worker, events, agencies, identify: recipientIdentities(vault) }
  const scene: Scene = { ...parts, types: addTypes(parts) }
  const [first, second] = agencies
  const issued: { readonly by: VoucherAgency | undefined; readonly at: Date }[] = []
  const add = (wish: Wish) => {
    issued.push({ by: wish.agency, at: wish.at })
    addVoucher(scene, wish)
  }
  for (const { status, count, from, to } of STATES) {
    for (let index = 0; index < count; index += 1) {
      const isTwin = status === 'pending_review' && index < 2
      const person = drawPerson(dice)
      const at = addDays(making.now, -dice.between(from * 24, to * 24) / 24 - 0.1)
      const agency = [first, second, first, undefined][dice.between(0, 3)]
      const typeIndex = status === 'pending_review' ? (isTwin ? 0 : 2) : dice.between(0, 1)
      if (isTwin) add({ status: 'redeemed', at: addDays(at, -25), typeIndex, agency: first, person })
      add({ status, at, typeIndex, agency: isTwin ? (second ?? first) : agency, person })
    }
  }
  for (const agency of agencies) {
    const times = issued.flatMap(({ by, at }) => (by === agency ? [at] : []))
    addUse(
      scene,
      agency,
      times.toSorted((left, right) => left.getTime() - right.getTime()),
    )
  }
}
