import { fromBits, formatInstant } from '@liaison/access'
import type { Action } from '@liaison/access'
import type { Mandate } from '#platform/mandate.ts'
import { PROVIDER_NAME } from '#platform/pages/index.ts'
import { blockOfAsked } from './access-request.ts'
import { findBehind } from './access-request-store.ts'
import type { AccessRequestRow } from './access-request-store.ts'
import { blockOfBackchannel } from './backchannel.ts'
import { findInBackChannel } from './backchannel-store.ts'
import type { BackchannelRow } from './backchannel-store.ts'
import { findNameFaults, readableName } from './names.ts'
import type { NameFault } from './names.ts'
import { getRequest, isSandbox, listAccounts, readParties } from './request-store.ts'
import type { OwnAccount, Parties, RequestRow } from './request-store.ts'
import { latestEnd, offeredActions, tokenOf } from './rules.ts'
import { findConsent, policyOf } from './store.ts'
import type { Policy } from './store.ts'
import type { ConsentRow } from './tables.ts'

/** Everything that a decision about a request depends on, read in the transaction of the decision. */
export interface Scene {
  readonly mandate: Mandate<'tenant'>
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
  /** The latest end that may be chosen. */
  readonly latest: Date
  /** The consent that is to be widened or exchanged. */
  readonly before: ConsentRow | null
  /** The request of the client for more, where that is what a person answers. */
  readonly asked: AccessRequestRow | null
  /** The request of the client in the back channel, where that is what a person answers. */
  readonly askedNow: (BackchannelRow & { readonly isHeld: boolean }) | null
}

/** The request in the back channel with the consent under which it was made; whoever ended that answers nothing that hangs on it. */
async function readAskedNow(mandate: Mandate<'tenant'>, request: RequestRow): Promise<Scene['askedNow']> {
  const asked = await findInBackChannel(mandate, request.backchannel_request_id)
  if (!asked) return null
  const held = await findConsent(mandate, asked.delegation_id)
  return { ...asked, isHeld: held?.status === 'active' }
}

/** Reads the scene of a request in the organisation of the mandate. Throws CONSENT_REQUEST_NOT_FOUND. */
export async function openScene(
  mandate: Mandate<'tenant'>,
  key: string,
  use: 'look' | 'answer' = 'look',
): Promise<Scene> {
  const request = await getRequest(mandate, key, use)
  const { client, partner } = await readParties(mandate, request.id)
  const policy = await policyOf(mandate)
  const faults = [client.name, partner.name].flatMap((name) => findNameFaults(name, PROVIDER_NAME))
  const before =
    request.delegation_id === null ? null : ((await findConsent(mandate, request.delegation_id)) ?? null)
  const latest = latestEnd(mandate.origin.now, request.access_duration_seconds, policy.max_duration_days)
  // Whoever asks for more under a consent asks for no longer one.
  const isBounded = before && request.access_request_id !== null && before.ends_at < latest
  return {
    mandate,
    key,
    request,
    client: { ...client, name: readableName(client.name) },
    partner: { ...partner, name: readableName(partner.name) },
    faults: [...new Set(faults)],
    accounts: await listAccounts(mandate),
    policy,
    isSandbox: await isSandbox(mandate),
    offered: offeredActions(request, fromBits(client.mask)),
    latest: isBounded ? before.ends_at : latest,
    before,
    asked: await findBehind(mandate, request.access_request_id),
    askedNow: await readAskedNow(mandate, request),
  }
}

/** Why an account cannot be shared; null when it can. */
export function unavailableBecause(account: OwnAccount): string | null {
  return account.status === 'closed' ? 'This account is closed.' : null
}

function blockOfPartner({ client, partner, faults }: Scene): string | null {
  if (partner.status !== 'active')
    return `${partner.name} is not active with ${PROVIDER_NAME} at present. It was active when it asked.`
  if (client.status !== 'active') return `The app ${client.name} was stopped.`
  if (partner.kinds.every((kind) => kind === 'referral'))
    return `${partner.name} only refers customers; it cannot hold access to any account.`
  // A client that is tried out was not looked at by the provider.
  if (faults.includes('look_alike') && client.environment === 'sandbox')
    return `A name here looks like the one of ${PROVIDER_NAME}, and ${PROVIDER_NAME} has not verified it.`
  return null
}

function blockOfRules(scene: Scene): string | null {
  const { mandate, partner, policy, client } = scene
  if ((client.environment === 'sandbox') !== scene.isSandbox)
    return scene.isSandbox
      ? `${mandate.tenant.name} is a sandbox; a live app works with real organisations only.`
      : `${client.name} is a sandbox app; it works with sandbox organisations only.`
  if (policy.who_may_ask === 'none')
    return `The rules of ${mandate.tenant.name} let no partner ask for access.`
  if (policy.who_may_ask === 'listed' && !policy.listed_partner_ids.includes(partner.id))
    return `The rules of ${mandate.tenant.name} let only listed partners ask for access; ${partner.name} is not listed.`
  return null
}

function blockOfSubject({ mandate, request, before, accounts, offered }: Scene): string | null {
  const { now } = mandate.origin
  if (request.status === 'open' && request.ends_at <= now)
    return 'The request ran out ten minutes after it was made. Begin again where you came from.'
  if (request.status === 'waiting' && request.ends_at <= now)
    return `Nobody approved it as the second person until ${formatInstant(request.ends_at)}.`
  const isGone = !before || !['active', 'suspended'].includes(before.status)
  if (request.delegation_id !== null && isGone)
    return `The access that is to be changed is not one of ${mandate.tenant.name}, or it has ended.`
  if (offered.length === 0) return 'The app asks for nothing that it is registered for.'
  if (accounts.every((account) => unavailableBecause(account) !== null))
    return `${mandate.tenant.name} has no billing account that could be shared.`
  return null
}

/** What stands against allowing anything, in a sentence; null when nothing does. */
export function findBlock(scene: Scene): string | null {
  const { request, asked, askedNow, mandate } = scene
  return (
    blockOfPartner(scene) ??
    blockOfRules(scene) ??
    blockOfAsked(request, asked, mandate.origin.now) ??
    blockOfBackchannel(request, askedNow, mandate.origin.now) ??
    blockOfSubject(scene)
  )
}

/** A digest of everything that the approver is shown. */
export function shownTokenOf(scene: Scene): string {
  const { request, client, partner, faults, accounts, policy, offered, before } = scene
  return tokenOf(
    [request.id, request.status, scene.mandate.tenant.id],
    [client.name, client.status, client.environment, client.description],
    [partner.name, partner.status, partner.kinds, faults],
    accounts.map(({ id, ban, name, status, payer }) => [id, ban, name, status, payer]),
    [policy.version, policy.max_duration_days, policy.who_may_ask, policy.dual_approval],
    offered,
    before && [before.version, before.epoch],
  )
}
