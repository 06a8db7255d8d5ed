import { createHash } from 'node:crypto'
import { inAdminTransaction } from '#platform/admin.ts'
import type { RunSql } from '#platform/admin.ts'
import type { ConnectionSettings } from '#platform/database.ts'
import type { Vault } from '#platform/credentials/vault.ts'
import { makeIngestKey } from '#modules/ingest/index.ts'
import { publicIdOf } from '#platform/public-id.ts'
import { addChangeRequest, addInvitationCodes, addLiftedFreeze, addPolicies } from './access-records.ts'
import { addActivity, addLoadingEvent } from './activity.ts'
import { addApplications } from './applications.ts'
import { makeConsented } from './consents.ts'
import type { DemoConsented } from './consents.ts'
import { addClientActivity } from './client-activity.ts'
import { addClientKeys } from './client-keys.ts'
import { addAgencies, addFormTokens } from './agencies.ts'
import type { DemoAgency } from './agencies.ts'
import { addDemoAgreements } from './agreements.ts'
import { addAccounts } from './accounts.ts'
import { addBusiness, addMonitoring } from './business.ts'
import { addDealings } from './dealings.ts'
import { addDays, Dice } from './dice.ts'
import { writeDemoEarnings } from './earnings.ts'
import { addElevations } from './elevations.ts'
import { addIntegrations } from './integrations.ts'
import { addLinks } from './links.ts'
import type { DemoLink } from './links.ts'
import { addMoney } from './money.ts'
import { addPeople, Ledger } from './people.ts'
import { addExports } from './exports.ts'
import { addPortfolio } from './portfolio.ts'
import type { DemoPeople, DemoTenant, Making } from './people.ts'
import { addConfiguration } from './configuration.ts'
import { addFeatures } from './features.ts'
import { addIdentityChecks, CARRY_VERIFICATIONS } from './identity-checks.ts'
import { ALSO_REFER } from './leaderboard.ts'
import { addPlans } from './plans.ts'
import { addProgram, referralRows, WRITE_DEMO_REFERRALS } from './program.ts'
import type { DemoProgram } from './program.ts'
import { addRealm } from './realm.ts'
import type { DemoRealm } from './realm.ts'
import { addUsage } from './usage.ts'
import { addVouchers } from './vouchers.ts'
import { ADD_PAST_MONTHS } from './voucher-events.ts'
import { deriveKeyText, deriveSignIn, deriveTotpSecret, writeDemoFile } from './sign-ins.ts'
import type { DemoClient, DemoFileBody, DemoRealmSignIn, DemoSignIn } from './sign-ins.ts'
import { analyze, insertRows, lockEmptyDatabase } from './store.ts'
import type { DemoRows, DemoTable } from './store.ts'
import { AGE_DEMO_SERVICES, COMPLETE_DEMO_ORDERS } from '#modules/orders/index.ts'
import { addTrade } from './orders.ts'
import type { DemoTrade } from './orders.ts'
import { addServiceHistory } from './service-history.ts'
import { addTickets } from './tickets.ts'
import type { Desk } from './tickets.ts'

/** How the sign-in code stores what a person proves; the demo world stores it in the same form. */
export interface CredentialForms {
  readonly hashPassword: (password: string) => Promise<string>
  readonly hashRecoveryCode: (personId: string, code: string) => Buffer
  /** Encrypts the seed of a person's authenticator as the sign-in code reads it. */
  readonly sealTotpSecret: (personId: string, secret: Buffer) => Buffer
}

export interface DemoOptions {
  /** The administrator's connection of an embedded database. */
  readonly connection: ConnectionSettings
  readonly vault: Vault
  readonly dataDir: string
  readonly now: Date
  readonly credentials: CredentialForms
  /** The same seed and moment give the same world. */
  readonly seed?: number
}

/** Tables in the order in which their rows can be written. */
const ORDER: readonly DemoTable[] = [
  'audit_event',
  'audit_scope',
  'person',
  'platform_staff',
  'password_credential',
  'totp_factor',
  'recovery_code',
  'tenant',
  'tenant_member',
  'tenant_partner_policy',
  'tenant_security_contact',
  'tenant_invitation_code',
  'partner',
  'partner_member',
  'partner_config_version',
  'partner_configuration',
  'partner_application',
  'partner_application_message',
  'end_user',
  'end_user_credential',
  'plan',
  'plan_version',
  'plan_role',
  'subscription',
  'subscription_hold',
  'usage_bucket',
  'usage_consequence',
  'limit_override',
  'kyc_case',
  'kyc_review',
  'feature_flag',
  'feature_ramp_step',
  'partner_feature',
  'ingest_key',
  'billing_account',
  'subscriber',
  'partner_account',
  'invoice',
  'payment',
  'delegation',
  'link',
  'link_request_sent',
  'link_news',
  'link_override',
  'link_template',
  'link_member',
  'tenant_group',
  'tenant_group_entry',
  'partner_team',
  'team_member',
  'team_grant',
  'saved_view',
  'link_change_request',
  'delegation_history',
  'link_elevation',
  'assisted_access',
  'partner_home',
  'access_freeze',
  'sla_policy_version',
  'ticket_counter',
  'ticket',
  'ticket_comment',
  'ticket_sla_clock',
  'ticket_sla_step',
  'outage',
  'usage_day',
  'monitoring_period',
  'fx_rate',
  'billing_setting',
  'invoice_dispute',
  'invoice_reminder',
  'export',
  'referral_code',
  'referral_click_day',
  'agency',
  'form',
  'form_token',
  'voucher_type',
  'voucher',
  'voucher_recipient',
  'voucher_event',
  'gateway',
  'protected_upstream',
  'protected_route',
  'gateway_upstream',
  'webhook_endpoint',
  'webhook_secret',
  'webhook_health',
  'webhook_delivery',
]

const DEFAULT_SEED = 20_261_121

interface World {
  readonly making: Making
  readonly people: DemoPeople
  readonly links: readonly DemoLink[]
  readonly consented: DemoConsented
  readonly trade: DemoTrade
  readonly realm: DemoRealm
  readonly program: DemoProgram
  readonly agencies: readonly DemoAgency[]
}

/** Who works the tickets of a tenant: those whose link lets them, else its own people. */
function findDesk(tenant: DemoTenant, links: readonly DemoLink[]): Desk {
  const link = links.find(
    (candidate) =>
      candidate.tenant === tenant &&
      candidate.status === 'active' &&
      (candidate.role === 'msp_support' || candidate.role === 'msp_full') &&
      candidate.members.length > 0,
  )
  return link
    ? { partner: link.partner, agents: link.members, linkId: link.id }
    : { partner: null, agents: [], linkId: null }
}

/** Builds the whole world in memory. Pure: the same moment and seed give the same rows. */
export function buildWorld(now: Date, seed = DEFAULT_SEED): World {
  const making: Making = { now, dice: new Dice(seed), ledger: new Ledger() }
  const people = addPeople(making)
  const links = addLinks(making, people)
  for (const tenant of people.tenants.values()) {
    const subscribers = addBusiness(making, tenant)
    addMonitoring(making, tenant)
    addServiceHistory(making, tenant)
    addAccounts(making, people, { tenant, subscribers })
    addTickets(making, { tenant, desk: findDesk(tenant, links) }, subscribers)
  }
  addMoney(making, links)
  addChangeRequest(making, links)
  addLiftedFreeze(making, people)
  addPolicies(making, people)
  addElevations(making, links, people)
  addActivity(making, links)
  addPortfolio(making, people, links)
  addExports(making, people, links)
  const consented = makeConsented(making, people)
  addClientActivity(making, people, consented)
  const trade = addTrade(making, people, consented)
  const realm = addRealm(making)
  addIdentityChecks(making, realm)
  addUsage(making, realm)
  addPlans(making, realm)
  const [admin] = people.platformAdmins
  if (admin) addApplications(making, admin)
  if (admin) addConfiguration(making, realm, admin)
  addFeatures(making, {
    early: people.partners.get('southbank-systems')?.id,
    heldOut: people.partners.get('helios-group')?.id,
    by: people.platformAdmins[0]?.name ?? 'The provider',
  })
  const agencies = addAgencies(making, people)
  const program = addProgram(making, people)
  addInvitationCodes(making, people)
  addLoadingEvent(making, people, trade)
  return { making, people, links, trade, realm, program, agencies, consented }
}

async function addCredentials(world: World, options: DemoOptions): Promise<DemoSignIn[]> {
  const { ledger, now } = world.making
  const { credentials, vault } = options
  const everybody = [
    ...world.people.signIns,
    ...world.trade.signIns,
    world.realm.owner,
    world.program.owner,
    world.program.staff,
  ]
  const signIns = everybody.map((person) => deriveSignIn(vault, person))
  const hash = await credentials.hashPassword(signIns[0]?.password ?? '')
  for (const [index, person] of everybody.entries()) {
    const since = { created_at: now }
    ledger.add('password_credential', { person_id: person.id, hash, changed_at: now })
    const secret = credentials.sealTotpSecret(person.id, deriveTotpSecret(vault, person.email))
    ledger.add('totp_factor', {
      person_id: person.id,
      secret: toByteText(secret),
      confirmed_at: now,
      last_step: 0,
      ...since,
    })
    for (const code of signIns[index]?.recovery_codes ?? []) {
      const digest = credentials.hashRecoveryCode(person.id, code)
      ledger.add('recovery_code', { person_id: person.id, hash: toByteText(digest), ...since })
    }
  }
  return signIns
}

/** The sign-ins to the realm; the pass phrase is the one of everybody in the demo world. */
async function addRealmCredentials(
  { making, realm }: World,
  options: DemoOptions,
  password: string,
): Promise<DemoRealmSignIn[]> {
  const hash = await options.credentials.hashPassword(password)
  const signing = realm.users.filter(({ signIn }) => signIn !== null)
  for (const { id } of signing)
    making.ledger.add('end_user_credential', {
      partner_id: realm.partnerId,
      end_user_id: id,
      hash,
      changed_at: making.now,
    })
  return signing.map(({ email, signIn }) => ({ realm: realm.slug, email, password, role: signIn ?? '' }))
}

function toByteText(bytes: Buffer): string {
  return `\\x${bytes.toString('hex')}`
}

function addIngestKey(world: World, options: DemoOptions): string {
  const { dice, ledger, now } = world.making
  const key = makeIngestKey(deriveKeyText(options.vault, 'ingest key'))
  const [admin] = world.people.platformAdmins
  ledger.add('ingest_key', {
    id: dice.uuid(now),
    name: 'Demo billing system',
    source: 'billing',
    key_hash: toByteText(createHash('sha256').update(key.text).digest()),
    key_hint: key.hint,
    created_by: admin?.id,
    created_at: now,
    ends_at: addDays(now, 365),
  })
  return key.text
}

function describe(
  world: World,
  given: {
    signIns: readonly DemoSignIn[]
    realmSignIns: readonly DemoRealmSignIn[]
    ingestKey: string
    gatewayCredential: string
    clients: readonly DemoClient[]
    formTokens: DemoFileBody['form_tokens']
  },
): DemoFileBody {
  const { people, links, making } = world
  return {
    loaded_at: making.now.toISOString(),
    sign_ins: [...given.signIns],
    realm_sign_ins: [...given.realmSignIns],
    ingest_key: given.ingestKey,
    gateway_credential: given.gatewayCredential,
    api_clients: [...given.clients],
    form_tokens: given.formTokens,
    partners: Object.fromEntries(
      [
        ...people.partners.values(),
        { slug: world.realm.slug, id: world.realm.partnerId },
        { slug: world.program.slug, id: world.program.partnerId },
      ].map(({ slug, id }) => [slug, publicIdOf('partner', id)]),
    ),
    tenants: Object.fromEntries(
      [...people.tenants.values()].map(({ slug, id }) => [slug, publicIdOf('tenant', id)]),
    ),
    links: Object.fromEntries(
      links.map(({ partner, tenant, id }) => [`${partner.slug} in ${tenant.slug}`, publicIdOf('link', id)]),
    ),
  }
}

async function write(
  run: RunSql,
  { world, vault }: { readonly world: World; readonly vault: DemoOptions['vault'] },
  trade: readonly DemoRows[],
): Promise<void> {
  await run(ADD_PAST_MONTHS.text, ADD_PAST_MONTHS.values(world.making.now))
  for (const table of ORDER) await insertRows(run, { table, rows: world.making.ledger.rowsOf(table) })
  for (const rows of trade) await insertRows(run, rows)
  await run(COMPLETE_DEMO_ORDERS, [world.trade.completed])
  await run(AGE_DEMO_SERVICES, [world.trade.completed])
  await run(CARRY_VERIFICATIONS, [])
  await addDemoAgreements(run, {
    now: world.making.now,
    vault,
    active: { slug: world.program.slug, daysAgo: 325 },
    alsoActive: ALSO_REFER,
    waiting: 'southbank-systems',
    offered: 'northwind-msp',
    admins: world.people.platformAdmins,
  })
  await run(WRITE_DEMO_REFERRALS, [JSON.stringify(referralRows(world.program))])
  await writeDemoEarnings(run, world.program.partnerId, world.making.now)
  // Somebody who looks at once is not to wait for the clock.
  await run(
    `insert into outbox (topic, payload) select 'alerts.evaluate', jsonb_build_object('area', area) from unnest(array['sla', 'billing', 'access']) area`,
  )
}

/**
 * Fills an empty embedded database with the demo world, in one transaction, and writes its sign-ins to `demo.json` in
 * the data directory. Returns what the file holds, or null without having changed anything when the database already
 * holds records.
 */
export async function loadDemoWorld(options: DemoOptions): Promise<DemoFileBody | null> {
  const body = await inAdminTransaction(options.connection, async (run) => {
    if (!(await lockEmptyDatabase(run))) return null
    const world = buildWorld(options.now, options.seed)
    const signIns = await addCredentials(world, options)
    const realmSignIns = await addRealmCredentials(world, options, signIns[0]?.password ?? '')
    const { rows, clients } = addClientKeys(world.trade.rows)
    const formTokens = addFormTokens(world.making, world.agencies, options.vault)
    addVouchers(world.making, world.people, { agencies: world.agencies, vault: options.vault })
    const ingestKey = addIngestKey(world, options)
    const { gatewayCredential } = addIntegrations(world.making, { ...world, vault: options.vault })
    const keys = { ingestKey, gatewayCredential, clients, formTokens }
    const file = describe(world, { signIns, realmSignIns, ...keys })
    await write(run, { world, vault: options.vault }, rows)
    await addDealings(run, world, options.vault)
    // Before the commit: a world whose sign-ins nobody knows would be of no use.
    await writeDemoFile(options.dataDir, file)
    return file
  })
  if (body) await inAdminTransaction(options.connection, analyze)
  return body
}
