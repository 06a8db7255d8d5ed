import { fromBits } from '@liaison/access'
import type { Action } from '@liaison/access'
import { writeInstant } from '#platform/words/instant-words.ts'
import type { Reading } from '#platform/words/language.ts'
import type { Mandate } from '#platform/mandate.ts'
import { PROVIDER_NAME } from '#platform/pages/index.ts'
import { blockOfAsked } from './access-request.ts'
import { findBehind } from './access-request-store.ts'
import type { AccessRequestRow } from './access-request-store.ts'
import { blockOfAsk } from './ask.ts'
import { findAskBehind } from './ask-store.ts'
import type { AskRow } from './ask-store.ts'
import { blockOfBackchannel } from './backchannel.ts'
import { findInBackChannel } from './backchannel-store.ts'
import type { BackchannelRow } from './backchannel-store.ts'
import { findNameFaults, readableName } from '#platform/words/names.ts'
import type { NameFault } from '#platform/words/names.ts'
import { withOwnNumber } from './hint-store.ts'
import { getRequest, isSandbox, listAccounts, readParties } from './request-store.ts'
import type { OwnAccount, Parties, RequestRow } from './request-store.ts'
import { latestEnd, neededActions, offeredActions, tokenOf } from './rules.ts'
import { findConsent, policyOf } from './store.ts'
import type { Policy } from './store.ts'
import type { ConsentRow } from './tables.ts'
import { CONSENT_WORDS } from './words/index.ts'
import type { ConsentWords } from './words/index.ts'

/** Everything that a decision about a request depends on, as its pages show it. */
export interface Scene {
  /** Who decides where, and when. */
  readonly mandate: {
    readonly tenant: Pick<Mandate<'tenant'>['tenant'], 'id' | 'name'>
    readonly actor: Pick<Mandate<'tenant'>['actor'], 'id' | 'name'>
    readonly origin: Pick<Mandate['origin'], 'now'>
  }
  /** In which language the pages are read, and whether it was chosen there. */
  readonly reading: Reading
  readonly words: ConsentWords
  /** The telephone number at which the provider helps, where it names one. */
  readonly phone: string | undefined
  /** What stands in the address: the interaction, or the id of the request for a second approver. */
  readonly key: string
  readonly request: RequestRow
  readonly client: Parties['client']
  readonly partner: Parties['partner']
  readonly faults: readonly NameFault[]
  readonly accounts: readonly OwnAccount[]
  readonly policy: Policy
  readonly isSandbox: boolean
  readonly offered: readonly Action[]
  /** What of the offered is not chosen, since the client does not work without. */
  readonly needed: readonly Action[]
  /** The latest end that may be chosen. */
  readonly latest: Date
  /** The consent that is to be widened or exchanged. */
  readonly before: ConsentRow | null
  /** The request of the client for more, where that is what a person answers. */
  readonly asked: AccessRequestRow | null
  /** The request of the client in the back channel, where that is what a person answers. */
  readonly askedNow: (BackchannelRow & { readonly isHeld: boolean }) | null
  /** The request of a member of the partner, where that is what a person answers. */
  readonly ask: AskRow | null
}

/** A scene that was read in the transaction of the decision. */
export interface OpenScene extends Scene {
  readonly mandate: Mandate<'tenant'>
}

/** The request in the back channel with the consent under which it was made; whoever ended that answers nothing that hangs on it. */
async function readAskedNow(mandate: Mandate<'tenant'>, request: RequestRow): Promise<Scene['askedNow']> {
  const asked = await findInBackChannel(mandate, request.backchannel_request_id)
  if (!asked) return null
  const held = await findConsent(mandate, asked.delegation_id)
  return { ...asked, isHeld: held?.status === 'active' }
}

interface Opening {
  readonly key: string
  readonly use?: 'look' | 'answer'
  readonly reading: Reading
  readonly phone: string | undefined
}

/** Reads the scene of a request in the organisation of the mandate. Throws CONSENT_REQUEST_NOT_FOUND. */
export async function openScene(
  mandate: Mandate<'tenant'>,
  { key, use = 'look', reading, phone }: Opening,
): Promise<OpenScene> {
  const words = CONSENT_WORDS[reading.language]
  const request = await withOwnNumber(mandate, await getRequest(mandate, key, use), mandate.tenant.id)
  const { client, partner } = await readParties(mandate, request.id)
  const policy = await policyOf(mandate)
  const faults = [client.name, partner.name].flatMap((name) => findNameFaults(name, PROVIDER_NAME))
  const before =
    request.delegation_id === null ? null : ((await findConsent(mandate, request.delegation_id)) ?? null)
  const latest = latestEnd(mandate.origin.now, request.access_duration_seconds, policy.max_duration_days)
  // Whoever asks for more under a consent asks for no longer one.
  const isBounded = before && request.access_request_id !== null && before.ends_at < latest
  const offered = offeredActions(request, fromBits(client.mask))
  return {
    mandate,
    reading,
    words,
    phone,
    key,
    request,
    client: { ...client, name: readableName(client.name, words.namelessApp) },
    partner: { ...partner, name: readableName(partner.name, words.namelessPartner) },
    faults: [...new Set(faults)],
    accounts: await listAccounts(mandate),
    policy,
    isSandbox: await isSandbox(mandate),
    offered,
    needed: neededActions(offered, client.needs),
    latest: isBounded ? before.ends_at : latest,
    before,
    asked: await findBehind(mandate, request.access_request_id),
    askedNow: await readAskedNow(mandate, request),
    ask: await findAskBehind(mandate, request.consent_ask_id),
  }
}

/** Why an account cannot be shared; null when it can. */
export function unavailableBecause(
  account: OwnAccount,
  { accounts }: Pick<ConsentWords, 'accounts'>,
): string | null {
  return account.status === 'closed' ? accounts.closed : null
}

/** Up to so many accounts are one look; beyond, there is a search, and one act for all of them (experience.md section 6, C4). */
export const FEW_ACCOUNTS = 10

/** How many accounts one consent may hold. */
export const MOST_CHOSEN = 500

/** What stands for all accounts in the form on which they are chosen. */
export const ALL_ACCOUNTS = 'all'

/** The accounts that can be shared. */
export function sharableAccounts({ accounts, words }: Pick<Scene, 'accounts' | 'words'>): OwnAccount[] {
  return accounts.filter((account) => unavailableBecause(account, words) === null)
}

/** Whether all accounts can be chosen in one explicit act: for whoever would tick many, and never more than one consent holds. */
export function offersAll(scene: Pick<Scene, 'accounts' | 'words'>): boolean {
  const { length } = sharableAccounts(scene)
  return length > FEW_ACCOUNTS && length <= MOST_CHOSEN
}

function blockOfPartner({ client, partner, faults, words: { blocks } }: Scene): string | null {
  if (partner.status !== 'active') return blocks.partner(partner.name, PROVIDER_NAME)
  if (client.status !== 'active') return blocks.client(client.name)
  if (partner.kinds.every((kind) => kind === 'referral')) return blocks.referral(partner.name)
  // A client that is tried out was not looked at by the provider.
  if (faults.includes('look_alike') && client.environment === 'sandbox')
    return blocks.lookAlike(PROVIDER_NAME)
  return null
}

function blockOfRules(scene: Scene): string | null {
  const { mandate, partner, policy, client, words } = scene
  const { blocks } = words
  const tenant = mandate.tenant.name
  if ((client.environment === 'sandbox') !== scene.isSandbox)
    return scene.isSandbox ? blocks.tenantSandbox(tenant) : blocks.clientSandbox(client.name)
  const isListed = policy.listed_partner_ids.includes(partner.id)
  return {
    any: null,
    listed: isListed ? null : blocks.listedAsk(tenant, partner.name),
    unlisted: isListed ? blocks.unlistedAsk(tenant, partner.name) : null,
    none: blocks.nobodyAsks(tenant),
  }[policy.who_may_ask]
}

function blockOfSubject(scene: Scene): string | null {
  const { mandate, request, before, accounts, offered, words, reading } = scene
  const { blocks } = words
  const { now } = mandate.origin
  if (request.status === 'open' && request.ends_at <= now) return blocks.ranOut
  if (request.status === 'waiting' && request.ends_at <= now)
    return blocks.noSecond(writeInstant(request.ends_at, reading.language))
  const isGone = !before || !['active', 'suspended'].includes(before.status)
  if (request.delegation_id !== null && isGone) return blocks.gone(mandate.tenant.name)
  if (offered.length === 0) return blocks.nothingAsked
  if (accounts.every((account) => unavailableBecause(account, words) !== null))
    return blocks.noAccount(mandate.tenant.name)
  return null
}

/** What stands against allowing anything, in a sentence; null when nothing does. */
export function findBlock(scene: Scene): string | null {
  const { request, asked, askedNow, ask, partner, mandate, reading } = scene
  const at = { now: mandate.origin.now, language: reading.language }
  return (
    blockOfPartner(scene) ??
    blockOfRules(scene) ??
    blockOfAsked(request, asked, at) ??
    blockOfBackchannel(request, askedNow, at) ??
    blockOfAsk(request, ask, { ...at, partner: partner.name }) ??
    blockOfSubject(scene)
  )
}

/** A digest of everything that the approver is shown. */
export function shownTokenOf(scene: Scene): string {
  const { request, client, partner, faults, accounts, policy, offered, before } = scene
  return tokenOf(
    [request.id, request.status, scene.mandate.tenant.id],
    [
      client.name,
      client.status,
      client.environment,
      client.description,
      client.needs,
      ...(client.logo === null ? [] : [client.logo]),
    ],
    [
      partner.support_contact,
      partner.name,
      partner.status,
      partner.kinds,
      faults,
      partner.legal_name,
      partner.agreement,
    ],
    accounts.map(({ id, ban, name, status, payer }) => [id, ban, name, status, payer]),
    [policy.version, policy.max_duration_days, policy.who_may_ask, policy.dual_approval],
    offered,
    before && [before.version, before.epoch],
  )
}

/** The digest with which a decision is sent: of what is decided on, and of the language in which it was read. */
export function checkedTokenOf(scene: Scene): string {
  return tokenOf(shownTokenOf(scene), scene.reading.language)
}
